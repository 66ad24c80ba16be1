//! The secrets of jobs: set, and sealed anew. Nobody reads them here.

use super::edit::usable;
use super::error::Doing;
use super::{Cluster, ClusterError, Edited, StoredJob, facts};
use crate::config::Secret;
use crate::definition::Intent;
use crate::identity::Identity;
use crate::job::{Job, JobDraft};
use crate::sealing::{Owner, open, seal};
use crate::secret::Sealed;

/// What became of the secrets of all jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many are sealed to the new key.
    pub sealed: usize,
    /// Those that could not be opened, `project/name NAME` each: they have to be set again.
    pub closed: Vec<String>,
}

impl Cluster {
    /// Sets a secret of a job, which from now on finds it in the variable `name`.
    pub async fn set_secret(
        &self,
        job: &StoredJob,
        name: &str,
        value: &Secret,
    ) -> Result<Edited, ClusterError> {
        let mut changed = usable(job)?.clone();
        let public = self.sealing_key().await?;
        let owner = Owner { job: job.id, name };
        let sealed = seal(&public, owner, value).map_err(|error| ClusterError::Seal {
            name: job.title(),
            secret: name.to_owned(),
            error,
        })?;
        changed.secrets.insert(name.to_owned(), sealed);
        self.save_sealed(job, &changed).await
    }

    /// Seals all secrets of all jobs to another key, opened by whichever of `identities` can.
    pub async fn seal_anew(
        &self,
        identities: &[Identity],
        public: &str,
    ) -> Result<Resealed, ClusterError> {
        let mut resealed = Resealed::default();
        for job in self.jobs().await? {
            let Ok(current) = usable(&job) else { continue };
            let mut changed = current.clone();
            let mut count = 0;
            for (name, sealed) in &mut changed.secrets {
                let owner = Owner { job: job.id, name };
                let Ok(value) = open(identities, owner, sealed) else {
                    let is_set = *sealed != Sealed::Unset;
                    let title = is_set.then(|| format!("{} {name}", job.title()));
                    resealed.closed.extend(title);
                    continue;
                };
                *sealed = seal(public, owner, &value).map_err(|error| ClusterError::Seal {
                    name: job.title(),
                    secret: name.clone(),
                    error,
                })?;
                count += 1;
            }
            if count > 0 {
                self.save_sealed(&job, &changed).await?;
                resealed.sealed += count;
            }
        }
        Ok(resealed)
    }

    async fn save_sealed(&self, job: &StoredJob, changed: &Job) -> Result<Edited, ClusterError> {
        let changed = JobDraft::from(changed).validate();
        let changed = changed.map_err(ClusterError::Fields)?;
        let seen = Some(job.generation);
        self.edit(job, Intent::Edit(changed), seen).await
    }

    /// What secrets are sealed to.
    async fn sealing_key(&self) -> Result<String, ClusterError> {
        if let Some(file) = &self.identity {
            let identity = file.read_or_make().map_err(ClusterError::Identity)?;
            return Ok(identity.public());
        }
        let entry = facts::read(&*self.coord, &self.keys).await;
        let entry = entry.doing("read the cluster's public key")?;
        let facts = facts::of(entry.as_ref());
        let public = facts.and_then(|facts| facts.agents_public_key);
        public.ok_or(ClusterError::NoIdentity)
    }
}
