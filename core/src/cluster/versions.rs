//! A job's past: its versions, how they differ, what a run ran with, and jobs that are deleted.

use super::error::Doing;
use super::run_view::stamp;
use super::{Cluster, ClusterError, StoredJob, command_text};
use crate::definition::{Change, Version, diff, export};
use crate::id::{JobId, RunId};
use crate::job::Job;
use crate::keyspace::Key;
use crate::run::Trigger;
use crate::view::{ChangedField, DeletedJob, JobVersion, JobVersions, RunDefinition, VersionDiff};

const DELETE: &str = "delete";

impl Cluster {
    /// All that is kept of a job's past, also of a deleted one.
    pub async fn job_versions(&self, id: JobId) -> Result<JobVersions, ClusterError> {
        let versions = self.versions(id).await?;
        let newest = versions.first().ok_or_else(|| ClusterError::NoSuchJob {
            name: id.to_string(),
        })?;
        let current = in_force(&versions);
        let rows = versions.iter().enumerate().map(|(place, version)| {
            let before = versions.get(place + 1);
            version_row(version, before, current)
        });
        Ok(JobVersions {
            title: newest.title.clone(),
            current,
            versions: rows.collect(),
        })
    }

    /// How two versions of a job differ, the earlier one first.
    pub async fn version_diff(
        &self,
        id: JobId,
        (one, other): (u64, u64),
    ) -> Result<VersionDiff, ClusterError> {
        let versions = self.versions(id).await?;
        let (from, to) = (one.min(other), one.max(other));
        let (before, after) = (find(&versions, id, from)?, find(&versions, id, to)?);
        let unreadable = [before, after]
            .into_iter()
            .find_map(|version| job_of(version).err());
        Ok(VersionDiff {
            from,
            to,
            changes: changes(Some(before), after),
            unreadable,
        })
    }

    /// The definition that an attempt of a run ran with.
    pub async fn run_definition(
        &self,
        run: RunId,
        attempt: u32,
    ) -> Result<RunDefinition, ClusterError> {
        let attempts = self.attempts(run).await?;
        let record = attempts.iter().find(|record| record.attempt == attempt);
        let record = record.ok_or_else(|| ClusterError::NoSuchRun {
            text: format!("{run}/{attempt}"),
        })?;
        let versions = self.versions(record.job_id).await?;
        let current = in_force(&versions);
        // The first attempt tells what made all of them.
        let is_trial = attempts[0].trigger == Trigger::Try;
        let place = versions
            .iter()
            .position(|version| version.generation == record.generation)
            .filter(|_| !is_trial);
        let version = place.map(|place| &versions[place]);
        let job = version.and_then(|version| job_of(version).ok().flatten());
        let newest = versions.first().filter(|_| current.is_some());
        let since = version
            .zip(newest)
            .map(|(then, now)| changes(Some(then), now));
        Ok(RunDefinition {
            version: place
                .map(|place| version_row(&versions[place], versions.get(place + 1), current)),
            current,
            command: job.as_ref().map(command_text).unwrap_or_default(),
            document: job
                .as_ref()
                .map(|job| export(std::slice::from_ref(job)))
                .unwrap_or_default(),
            changes: since.unwrap_or_default(),
        })
    }

    /// Jobs that are deleted and can be brought back, the latest first.
    pub async fn deleted_jobs(&self) -> Result<Vec<DeletedJob>, ClusterError> {
        let listing = self
            .coord
            .list(&self.keys.jobs())
            .await
            .doing("read the jobs")?;
        let mut deleted = Vec::new();
        for entry in &listing.entries {
            let Some(Key::Job(_, id)) = self.keys.parse(&entry.key) else {
                continue;
            };
            if StoredJob::read(&self.keys, entry).is_none() {
                deleted.extend(deleted_job(id, &self.versions(id).await?));
            }
        }
        deleted.sort_by(|a, b| (&b.at, &a.title).cmp(&(&a.at, &b.title)));
        Ok(deleted)
    }
}

/// The version in force; none when the newest one deletes the job.
fn in_force(versions: &[Version]) -> Option<u64> {
    let newest = versions.first().filter(|version| version.action != DELETE);
    newest.map(|version| version.generation)
}

fn deleted_job(id: JobId, versions: &[Version]) -> Option<DeletedJob> {
    let end = versions
        .first()
        .filter(|version| version.action == DELETE)?;
    let last = versions.iter().find(|version| !version.body.is_null())?;
    Some(DeletedJob {
        job_id: id.to_string(),
        title: end.title.clone(),
        at: stamp(end.at),
        by: end.by.clone(),
        generation: last.generation,
    })
}

fn find(versions: &[Version], id: JobId, generation: u64) -> Result<&Version, ClusterError> {
    let found = versions
        .iter()
        .find(|version| version.generation == generation);
    found.ok_or_else(|| ClusterError::NoSuchVersion {
        name: versions
            .first()
            .map_or_else(|| id.to_string(), |version| version.title.clone()),
        generation,
    })
}

/// The job of a version; none for a deletion, a sentence where this version cannot read it.
fn job_of(version: &Version) -> Result<Option<Job>, String> {
    if version.body.is_null() {
        return Ok(None);
    }
    Job::from_body(&version.body)
        .map(Some)
        .map_err(|error| error.to_string())
}

fn version_row(version: &Version, before: Option<&Version>, current: Option<u64>) -> JobVersion {
    let is_usable = matches!(job_of(version), Ok(Some(_)));
    JobVersion {
        generation: version.generation,
        at: stamp(version.at),
        by: version.by.clone(),
        action: version.action.clone(),
        changes: changes(before, version),
        restorable: is_usable && current != Some(version.generation),
    }
}

/// What changed between two versions. What cannot be read is no change.
fn changes(before: Option<&Version>, after: &Version) -> Vec<ChangedField> {
    let before = before.map_or(Ok(None), job_of);
    let (Ok(before), Ok(after)) = (before, job_of(after)) else {
        return Vec::new();
    };
    let found = diff(before.as_ref(), after.as_ref());
    found.into_iter().map(field_change).collect()
}

fn field_change(change: Change) -> ChangedField {
    ChangedField {
        path: change.path,
        before: change.from,
        after: change.to,
        lines: change.detail,
    }
}
