//! What applying a file would do to the jobs that exist.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, FullName, diff};
use crate::id::JobId;
use crate::job::Job;

/// A job that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Existing {
    /// Its id.
    pub id: JobId,
    /// Its generation, on which the change will be based.
    pub generation: u64,
    /// Its name.
    pub name: FullName,
    /// Its definition; `None` when this version cannot use it.
    pub job: Option<Job>,
}

/// A job that the file changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Its id.
    pub id: JobId,
    /// The generation that the change is based on.
    pub generation: u64,
    /// What it becomes.
    pub job: Job,
    /// The difference, for people.
    pub changes: Vec<Change>,
}

/// What applying a file does. Applied a second time it does nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApplyPlan {
    /// Jobs that are new.
    pub created: Vec<Job>,
    /// Jobs that become others.
    pub changed: Vec<Changed>,
    /// Jobs that are so already.
    pub unchanged: Vec<JobId>,
    /// Jobs that the file no longer has: they will be paused, never deleted.
    pub pruned: Vec<Existing>,
    /// Jobs of the file whose stored definition this version cannot use: nothing may be applied.
    pub unreadable: Vec<Existing>,
}

/// Compares a file's jobs with those that exist, by project and name.
///
/// `prune` pauses what the file does not have, only in the projects that it names: a file about one
/// project says nothing of the others.
pub fn plan_apply(existing: &[Existing], file: &[Job], prune: bool) -> ApplyPlan {
    let by_name: BTreeMap<&FullName, &Existing> =
        existing.iter().map(|job| (&job.name, job)).collect();
    let mut plan = ApplyPlan::default();
    let mut named = BTreeSet::new();
    for job in file {
        let name = FullName {
            project: job.project.clone(),
            name: job.name.clone(),
        };
        match by_name.get(&name) {
            None => plan.created.push(job.clone()),
            Some(there) => plan.compare(there, job),
        }
        named.insert(name);
    }
    if prune {
        let projects: BTreeSet<_> = named.iter().map(|name| &name.project).collect();
        let gone = existing
            .iter()
            .filter(|job| projects.contains(&job.name.project) && !named.contains(&job.name));
        plan.pruned = gone
            .filter(|job| job.job.as_ref().is_none_or(|job| !job.paused))
            .cloned()
            .collect();
    }
    plan
}

impl ApplyPlan {
    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty()
            && self.changed.is_empty()
            && self.pruned.is_empty()
            && self.unreadable.is_empty()
    }

    fn compare(&mut self, there: &Existing, job: &Job) {
        let Some(stored) = &there.job else {
            return self.unreadable.push(there.clone());
        };
        let changes = diff(Some(stored), Some(job));
        if changes.is_empty() {
            return self.unchanged.push(there.id);
        }
        let (id, generation) = (there.id, there.generation);
        self.changed.push(Changed {
            id,
            generation,
            job: job.clone(),
            changes,
        });
    }
}
