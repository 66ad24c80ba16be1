//! What applying a file would do to the definitions that exist.

use std::collections::{BTreeMap, BTreeSet};

use super::{Address, Change, Definition, FullName};
use crate::job::Job;

/// A definition that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Existing {
    /// Where it is stored.
    pub address: Address,
    /// Its generation, on which the change will be based.
    pub generation: u64,
    /// Its name.
    pub name: FullName,
    /// What it is; `None` when this version cannot use it.
    pub definition: Option<Definition>,
}

impl Existing {
    /// The job, if it is one that this version can use.
    pub fn job(&self) -> Option<&Job> {
        self.definition.as_ref()?.job()
    }
}

/// A definition that the file changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Where it is stored.
    pub address: Address,
    /// The generation that the change is based on.
    pub generation: u64,
    /// What it becomes.
    pub definition: Definition,
    /// The difference, for people.
    pub changes: Vec<Change>,
}

/// What applying a file does. Applied a second time it does nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApplyPlan {
    /// Definitions that are new.
    pub created: Vec<Definition>,
    /// Definitions that become others.
    pub changed: Vec<Changed>,
    /// Definitions that are so already.
    pub unchanged: Vec<Address>,
    /// Jobs that the file no longer has: they will be paused, never deleted.
    pub pruned: Vec<Existing>,
    /// Definitions of the file whose stored form this version cannot use: nothing may be applied.
    pub unreadable: Vec<Existing>,
}

/// Compares a file's definitions with those that exist, by kind, project and name.
///
/// `prune` pauses the jobs that the file does not have, only in the projects that it has jobs of: a
/// file about one project says nothing of the others. Of other kinds nothing is taken away.
pub fn plan_apply(existing: &[Existing], file: &[Definition], prune: bool) -> ApplyPlan {
    let by_name: BTreeMap<&FullName, &Existing> =
        existing.iter().map(|there| (&there.name, there)).collect();
    let mut plan = ApplyPlan::default();
    let mut named = BTreeSet::new();
    for definition in file {
        let name = definition.full_name();
        match by_name.get(&name) {
            None => plan.created.push(definition.clone()),
            Some(there) => plan.compare(there, definition),
        }
        named.insert(name);
    }
    if prune {
        plan.pruned = gone(existing, &named);
    }
    plan
}

/// The jobs that go on, of projects of which jobs are named, and that are not among them.
fn gone(existing: &[Existing], named: &BTreeSet<FullName>) -> Vec<Existing> {
    let is_job = |name: &&FullName| name.kind == super::Kind::Job;
    let projects: BTreeSet<_> = named
        .iter()
        .filter(is_job)
        .map(|name| &name.project)
        .collect();
    let left_out = existing.iter().filter(|there| {
        is_job(&&there.name)
            && projects.contains(&there.name.project)
            && !named.contains(&there.name)
    });
    left_out
        .filter(|there| there.job().is_none_or(|job| !job.paused))
        .cloned()
        .collect()
}

impl ApplyPlan {
    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty()
            && self.changed.is_empty()
            && self.pruned.is_empty()
            && self.unreadable.is_empty()
    }

    fn compare(&mut self, there: &Existing, definition: &Definition) {
        let Some(stored) = &there.definition else {
            return self.unreadable.push(there.clone());
        };
        let definition = definition.clone().keeping_sealed(Some(stored));
        let changes = Definition::changes(Some(stored), Some(&definition));
        if changes.is_empty() {
            return self.unchanged.push(there.address.clone());
        }
        self.changed.push(Changed {
            address: there.address.clone(),
            generation: there.generation,
            definition,
            changes,
        });
    }
}
