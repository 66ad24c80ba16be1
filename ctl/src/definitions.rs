//! `definitions …`: what all kinds have in common.

use belfry_core::cluster::{Changed, Cluster, StoredDefinition, stamp};
use belfry_core::definition::{Definition, Kind, Version, export_all};
use serde_json::json;

use crate::args::{DefinitionsCommand, Named};
use crate::failure::Failure;
use crate::print::{self, Table, plain};

pub async fn run(
    cluster: &Cluster,
    command: DefinitionsCommand,
    json: bool,
) -> Result<(), Failure> {
    match command {
        DefinitionsCommand::List { kind } => list(cluster, kind, json).await,
        DefinitionsCommand::Show(named) => show(cluster, &named, json).await,
        DefinitionsCommand::Versions(named) => {
            let address = cluster
                .address_also_deleted(named.kind, &named.name)
                .await?;
            tell_versions(&cluster.versions_at(&address).await?, "id", json);
            Ok(())
        }
        DefinitionsCommand::Delete { named, generation } => {
            let stored = cluster.definition(named.kind, &named.name).await?;
            let made = cluster.remove(&stored, generation).await?;
            told(&stored.name.to_string(), "deleted", made, json);
            Ok(())
        }
        DefinitionsCommand::Restore { named, generation } => {
            let address = cluster
                .address_also_deleted(named.kind, &named.name)
                .await?;
            let made = cluster.restore_at(&address, generation).await?;
            told(&named.name, "restored", made, json);
            Ok(())
        }
    }
}

async fn list(cluster: &Cluster, kind: Option<Kind>, json: bool) -> Result<(), Failure> {
    let mut all = Vec::new();
    for one in Definition::KINDS {
        if kind.is_none_or(|kind| kind == *one) {
            all.extend(cluster.definitions(*one).await?);
        }
    }
    if json {
        print::json(&all.iter().map(as_json).collect::<Vec<_>>());
        return Ok(());
    }
    let mut table = Table::new(&["KIND", "NAME", "GENERATION", "ID"]);
    for one in &all {
        let name = match one.why() {
            Some(_) => format!("{} (cannot be used)", one.name),
            None => one.name.to_string(),
        };
        let (kind, generation) = (one.address.kind.to_string(), one.generation().to_string());
        table.row(vec![kind, name, generation, one.address.id.clone()]);
    }
    table.print("There are none: `belfryctl apply -f FILE` makes some.");
    Ok(())
}

async fn show(cluster: &Cluster, named: &Named, json: bool) -> Result<(), Failure> {
    let stored = cluster.definition(named.kind, &named.name).await?;
    if json {
        print::json(&as_json(&stored));
        return Ok(());
    }
    let text = export_all(std::slice::from_ref(stored.usable()?));
    text.lines()
        .for_each(|line| print::line(&line.split('\t').map(plain).collect::<Vec<_>>().join("\t")));
    Ok(())
}

/// A definition with its body, or why it cannot be used.
pub fn as_json(stored: &StoredDefinition) -> serde_json::Value {
    json!({
        "kind": stored.address.kind.as_str(),
        "id": stored.address.id,
        "name": stored.name.to_string(),
        "generation": stored.generation(),
        "definition": stored.definition.as_ref().ok().map(Definition::to_body),
        "broken": stored.why(),
    })
}

/// What a change came to.
pub fn told(name: &str, verb: &str, made: Changed, json: bool) {
    let name = plain(name);
    match made {
        Changed {
            generation,
            changed,
        } if json => print::json(&json!({ "generation": generation, "changed": changed })),
        Changed {
            generation,
            changed: true,
        } => print::line(&format!("{name} was {verb} (generation {generation})")),
        _ => print::line(&format!("{name} is so already")),
    }
}

/// A definition's past; `id` is the field that has its id.
pub fn tell_versions(versions: &[Version], id: &str, json: bool) {
    if json {
        let all = versions.iter().map(|version| version_json(version, id));
        return print::json(&all.collect::<Vec<_>>());
    }
    let mut table = Table::new(&["GENERATION", "WHEN", "WHO", "ACTION", "CHANGES"]);
    for version in versions {
        let (generation, when) = (version.generation.to_string(), print::local(version.at));
        let first = version.changes.first().cloned().unwrap_or_default();
        let more = version.changes.len().saturating_sub(1);
        let changes = if more > 0 {
            format!("{first}, and {more} lines more")
        } else {
            first
        };
        let (by, action) = (version.by.clone(), version.action.clone());
        table.row(vec![generation, when, by, action, changes]);
    }
    table.print("History has no versions of it.");
}

fn version_json(version: &Version, id: &str) -> serde_json::Value {
    json!({
        id: version.id,
        "generation": version.generation,
        "title": version.title,
        "action": version.action,
        "by": version.by,
        "at": stamp(version.at),
        "changes": version.changes,
        "definition": version.body,
    })
}
