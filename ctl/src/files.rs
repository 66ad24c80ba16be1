//! `apply`, `export`, `schema`.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use belfry_core::cluster::{Applied, Cluster};
use belfry_core::definition;
use belfry_core::id::ProjectName;
use belfry_core::limits::DEFINITION_FILE_BYTES_MAX;
use serde_json::json;

use crate::args::ApplyArguments;
use crate::failure::{FAILED, Failure};
use crate::print;

pub fn schema() {
    print::json(&definition::schema());
}

pub async fn apply(
    cluster: &Cluster,
    arguments: &ApplyArguments,
    json: bool,
) -> Result<(), Failure> {
    let text = read(&arguments.file)?;
    let applied = cluster
        .apply(&text, arguments.dry_run, arguments.prune)
        .await?;
    if json {
        print::json(&as_json(&applied, arguments.dry_run));
    } else {
        tell(&applied, arguments.dry_run);
    }
    Ok(())
}

fn as_json(applied: &Applied, dry_run: bool) -> serde_json::Value {
    let changed = applied
        .changed
        .iter()
        .map(|(job, changes)| json!({ "job": job, "changes": changes }));
    json!({
        "dry_run": dry_run,
        "created": applied.created,
        "changed": changed.collect::<Vec<_>>(),
        "paused": applied.paused,
        "unchanged": applied.unchanged,
    })
}

fn tell(applied: &Applied, dry_run: bool) {
    for job in &applied.created {
        print::line(&format!("+ {}", print::plain(job)));
    }
    for (job, changes) in &applied.changed {
        print::line(&format!("~ {}", print::plain(job)));
        changes
            .iter()
            .for_each(|change| print::line(&format!("    {}", print::plain(change))));
    }
    for job in &applied.paused {
        print::line(&format!(
            "- {} (paused: the file does not have it)",
            print::plain(job)
        ));
    }
    let verb = if dry_run { "would be" } else { "were" };
    let (created, changed) = (applied.created.len(), applied.changed.len());
    let (paused, unchanged) = (applied.paused.len(), applied.unchanged);
    print::line(&format!(
        "{created} {verb} created, {changed} changed, {paused} paused; {unchanged} are as the file says"
    ));
}

fn read(file: &Path) -> Result<String, Failure> {
    String::from_utf8(read_bytes(file, DEFINITION_FILE_BYTES_MAX)?).map_err(|_| {
        let name = file.display();
        Failure::new(
            FAILED,
            format!("could not read {name}: it is not UTF-8: save it as such"),
        )
    })
}

/// Reads a file, or standard input for `-`, and one byte more than is allowed: enough to be refused.
pub fn read_bytes(file: &Path, max: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let done = match file.to_str() {
        Some("-") => std::io::stdin().lock().take(most).read_to_end(&mut bytes),
        _ => std::fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    let name = file.display();
    done.map_err(|error| Failure::new(FAILED, format!("could not read {name}: {error}: name a file that can be read, or - for standard input")))?;
    Ok(bytes)
}

pub async fn export(
    cluster: &Cluster,
    project: Option<&ProjectName>,
    json: bool,
) -> Result<(), Failure> {
    let text = cluster.export(project).await?;
    if json {
        let read = definition::parse_file(&text, definition::Format::Toml);
        let read = read.map_err(|errors| {
            Failure::new(
                crate::failure::INTERNAL,
                format!("the export cannot be read back: {errors}"),
            )
        })?;
        let mut kinds: BTreeMap<&str, Vec<_>> = BTreeMap::from([("job", Vec::new())]);
        for item in &read {
            let kind = item.definition.kind().as_str();
            kinds
                .entry(kind)
                .or_default()
                .push(item.definition.to_body());
        }
        print::json(&kinds);
    } else {
        print::write(&text);
    }
    Ok(())
}
