//! `nodes set`: what people note about a node.

use belfry_core::cluster::{Cluster, ClusterError};
use belfry_core::definition::{Definition, Kind, NodeDraft};

use crate::args::{NodesSet, NotedWeight};
use crate::definitions;
use crate::failure::{FAILED, Failure};

pub async fn set(cluster: &Cluster, set: NodesSet, json: bool) -> Result<(), Failure> {
    let name = set.node.to_string();
    let (before, seen) = match cluster.definition(Kind::Node, &name).await {
        Ok(stored) => (Some(stored.usable()?.clone()), Some(stored.generation())),
        Err(ClusterError::NoSuchDefinition { .. }) => (None, None),
        Err(error) => return Err(error.into()),
    };
    let mut draft = match before {
        Some(Definition::Node(node)) => NodeDraft::from(&*node),
        _ => NodeDraft {
            name: name.clone(),
            ..NodeDraft::default()
        },
    };
    change(&mut draft, set);
    let node = draft.validate().map_err(|errors| {
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::new(FAILED, sentences.join("; "))
    })?;
    let made = cluster.put(node.into(), seen).await?;
    definitions::told(&name, "changed", made, json);
    Ok(())
}

fn change(draft: &mut NodeDraft, set: NodesSet) {
    draft.weight = match set.weight {
        None => draft.weight,
        Some(NotedWeight::Own) => None,
        Some(NotedWeight::Of(weight)) => Some(weight),
    };
    for (name, value) in set.labels {
        if value.is_empty() {
            draft.labels.remove(&name);
        } else {
            draft.labels.insert(name, value);
        }
    }
    draft.note = set.note.unwrap_or_else(|| std::mem::take(&mut draft.note));
}
