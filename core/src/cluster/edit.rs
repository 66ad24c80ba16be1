//! Changing definitions, and jobs above all: one compare-and-set transaction each, then its version
//! to history.

use serde_json::Value;
use tracing::debug;
use uuid::Uuid;

use super::error::Doing;
use super::{Cluster, ClusterError, StoredJob};
use crate::clock;
use crate::coord::CoordError;
use crate::definition::{
    Address, Author, Current, Definition, EditPlan, EditRefused, FullName, Intent, Version,
    plan_edit,
};
use crate::envelope::Envelope;
use crate::history::Upload;
use crate::id::{EditId, JobId};
use crate::job::Job;
use crate::keyspace::PlannedEdit;
use crate::limits::{EDIT_TRIES_MAX, RESEND_AFTER, VERSIONS_MAX};
use crate::txn::{Entry, OpResult, TxnAnswer};

/// What an edit came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// The job.
    pub id: JobId,
    /// Its generation now.
    pub generation: u64,
    /// Whether anything changed.
    pub changed: bool,
}

/// What the edit of a definition of any kind came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its generation now.
    pub generation: u64,
    /// Whether anything changed.
    pub changed: bool,
}

impl Changed {
    pub(super) fn of_job(self, id: JobId) -> Edited {
        Edited {
            id,
            generation: self.generation,
            changed: self.changed,
        }
    }
}

/// What became of a transaction of edits.
pub(super) enum Sent {
    /// They are made.
    Made,
    /// They are not: the answer says what stands there.
    Refused(TxnAnswer),
}

impl Cluster {
    /// Makes a new job.
    pub async fn create(&self, job: Job) -> Result<Edited, ClusterError> {
        let id = JobId(Uuid::new_v4());
        let address = Address::of_job(&job.project, id);
        let made = self.create_at(&address, job.into()).await?;
        Ok(made.of_job(id))
    }

    /// Makes a new definition where there is none.
    pub(super) async fn create_at(
        &self,
        address: &Address,
        definition: Definition,
    ) -> Result<Changed, ClusterError> {
        let name = definition.full_name().to_string();
        self.check_uses(std::slice::from_ref(&definition)).await?;
        let intent = Intent::Create(definition);
        let plan = plan_edit(address, None, &intent, None, &self.author());
        let plan = plan.map_err(|source| ClusterError::Refused {
            name: name.clone(),
            source,
        })?;
        let edit = PlannedEdit {
            address: address.clone(),
            plan: plan.expect("a definition that appears is a change"),
        };
        match self.send_edits(std::slice::from_ref(&edit), &name).await? {
            Sent::Made => Ok(Changed {
                generation: 1,
                changed: true,
            }),
            Sent::Refused(_) => Err(ClusterError::NameTaken { name }),
        }
    }

    /// A new job like another one, under a new name and, if asked, in another project. It rests
    /// until somebody resumes it, so that nothing runs twice unasked.
    pub async fn copy(
        &self,
        source: &StoredJob,
        target: (Option<&str>, &str),
    ) -> Result<Edited, ClusterError> {
        let mut fields = serde_json::to_value(crate::job::JobDraft::from(
            &usable(source)?.without_sealed(),
        ))
        .expect("texts, numbers and tables have a JSON form");
        let (project, name) = target;
        fields["name"] = Value::from(name);
        fields["paused"] = Value::from(true);
        if let Some(project) = project {
            fields["project"] = Value::from(project);
        }
        let job = Job::read(&fields).map_err(ClusterError::Fields)?;
        self.create(job).await
    }

    /// Changes a job. With `seen` only if it still has that generation; without, whatever is there.
    pub async fn edit(
        &self,
        job: &StoredJob,
        intent: Intent,
        seen: Option<u64>,
    ) -> Result<Edited, ClusterError> {
        let address = job.address();
        let made = self.change(&job.title(), &address, &intent, seen).await?;
        Ok(made.of_job(job.id))
    }

    /// Lets a job's schedule rest, or wakes it.
    pub async fn set_paused(
        &self,
        job: &StoredJob,
        paused: bool,
        seen: Option<u64>,
    ) -> Result<Edited, ClusterError> {
        let intent = if paused {
            Intent::Pause
        } else {
            Intent::Resume
        };
        self.edit(job, intent, seen).await
    }

    /// Removes a job; its runs stay in history, and it can be restored for 30 days.
    pub async fn delete(&self, job: &StoredJob, seen: Option<u64>) -> Result<Edited, ClusterError> {
        self.edit(job, Intent::Delete, seen).await
    }

    /// Brings back what a job was at some generation, also of a deleted one.
    pub async fn restore(&self, id: JobId, generation: u64) -> Result<Edited, ClusterError> {
        self.restore_if(id, generation, None).await
    }

    /// The same, with `seen` only if the job still has that generation.
    pub(super) async fn restore_if(
        &self,
        id: JobId,
        generation: u64,
        seen: Option<u64>,
    ) -> Result<Edited, ClusterError> {
        let versions = self.versions(id).await?;
        let name = versions
            .first()
            .map_or_else(|| id.to_string(), |version| version.title.clone());
        let version = versions
            .iter()
            .find(|version| version.generation == generation);
        let missing = || ClusterError::NoSuchVersion {
            name: name.clone(),
            generation,
        };
        let version = version
            .filter(|version| !version.body.is_null())
            .ok_or_else(missing)?;
        let job = Job::from_body(&version.body).map_err(|error| ClusterError::Broken {
            name: name.clone(),
            why: error.to_string(),
        })?;
        let address = Address::of_job(&job.project, id);
        let made = self
            .change(&name, &address, &Intent::Restore(job), seen)
            .await?;
        Ok(made.of_job(id))
    }

    /// All that is kept of a job's past, newest first.
    pub async fn versions(&self, id: JobId) -> Result<Vec<Version>, ClusterError> {
        self.versions_of(crate::definition::Kind::Job, &id.to_string())
            .await
    }

    /// All that is kept of a definition's past, newest first.
    pub(super) async fn versions_of(
        &self,
        kind: crate::definition::Kind,
        id: &str,
    ) -> Result<Vec<Version>, ClusterError> {
        self.forward_pending().await;
        self.history
            .versions(kind.as_str(), id, VERSIONS_MAX)
            .await
            .doing("read the versions")
    }

    pub(super) fn author(&self) -> Author {
        Author {
            by: self.who.clone(),
            at: clock::now(),
            edit: EditId(Uuid::new_v4()),
        }
    }

    /// The edit of the definition at `address`, whether it is there or deleted.
    pub(super) async fn change<D: Clone + Into<Definition>>(
        &self,
        name: &str,
        address: &Address,
        intent: &Intent<D>,
        seen: Option<u64>,
    ) -> Result<Changed, ClusterError> {
        let key = &self.keys.definition(address);
        let full = FullName {
            kind: address.kind,
            project: address.project.clone(),
            name: name.rsplit('/').next().unwrap_or(name).to_owned(),
        };
        self.check_edit(&full, intent).await?;
        let refused = |source| ClusterError::Refused {
            name: name.to_owned(),
            source,
        };
        let author = self.author();
        let mut tries = 0;
        loop {
            let current = self.current(key, name).await?;
            let generation = current
                .as_ref()
                .map_or(0, |current| current.envelope.generation);
            let plan =
                plan_edit(address, current.as_ref(), intent, seen, &author).map_err(refused)?;
            let Some(plan) = plan else {
                return Ok(Changed {
                    generation,
                    changed: false,
                });
            };
            let generation = plan.envelope.generation;
            let edit = PlannedEdit {
                address: address.clone(),
                plan,
            };
            let Sent::Refused(answer) = self.send_edits(std::slice::from_ref(&edit), name).await?
            else {
                return Ok(Changed {
                    generation,
                    changed: true,
                });
            };
            self.check_name(&edit.plan, &answer)?;
            tries += 1;
            // Somebody was faster. Who named a generation is told by the next plan; who did not
            // wants the change on whatever is there.
            if tries == EDIT_TRIES_MAX {
                let current = self
                    .current(key, name)
                    .await?
                    .ok_or(EditRefused::NotFound)
                    .map_err(refused)?;
                let seen = generation.saturating_sub(1);
                return Err(refused(EditRefused::Conflict {
                    seen,
                    current: Box::new(current.envelope),
                }));
            }
        }
    }

    pub(super) async fn current(
        &self,
        key: &str,
        name: &str,
    ) -> Result<Option<Current>, ClusterError> {
        let (_, entries) = self
            .coord
            .get(&[key.to_owned()])
            .await
            .doing("read the definition")?;
        let Some(entry) = entries.into_iter().flatten().next() else {
            return Ok(None);
        };
        let envelope = Envelope::decode(&entry.value).map_err(|error| ClusterError::Broken {
            name: name.to_owned(),
            why: error.to_string(),
        })?;
        Ok(Some(Current {
            envelope,
            revision: entry.mod_revision,
        }))
    }

    /// Whether the name that the edit takes is another one's.
    fn check_name(&self, plan: &EditPlan, answer: &TxnAnswer) -> Result<(), ClusterError> {
        let Some(name) = &plan.claims else {
            return Ok(());
        };
        let key = self.keys.name(name);
        let taken = gotten(answer)
            .iter()
            .any(|entry| entry.key == key && entry.value != plan.envelope.id.as_bytes());
        if taken {
            Err(ClusterError::NameTaken {
                name: name.to_string(),
            })
        } else {
            Ok(())
        }
    }

    /// Sends edits as one transaction until the outcome is known, and brings their versions to
    /// history. An outcome that got lost is settled by the edits' ids: sent again, the same
    /// transaction either applies or finds them.
    pub(super) async fn send_edits(
        &self,
        edits: &[PlannedEdit],
        name: &str,
    ) -> Result<Sent, ClusterError> {
        let txn = self.keys.spell_edits(edits);
        let mut unknown = None;
        for _ in 0..EDIT_TRIES_MAX {
            match self.coord.transact(&txn).await {
                Ok(answer) if answer.succeeded => {
                    self.forward(edits).await;
                    return Ok(Sent::Made);
                }
                Ok(answer) if unknown.is_some() && self.is_mine(edits, &answer).await? => {
                    self.forward(edits).await;
                    return Ok(Sent::Made);
                }
                Ok(answer) => return Ok(Sent::Refused(answer)),
                Err(CoordError::Unavailable(why)) => {
                    unknown = Some(why);
                    tokio::time::sleep(RESEND_AFTER).await;
                }
                Err(source) => {
                    return Err(ClusterError::Coord {
                        doing: "make the change",
                        source,
                    });
                }
            }
        }
        let source = CoordError::Unavailable(unknown.unwrap_or_default());
        Err(ClusterError::Unsettled {
            name: name.to_owned(),
            source,
        })
    }

    /// Whether edits whose answer was lost are made: the definition, the entry for history or
    /// history itself has the id of the first.
    async fn is_mine(
        &self,
        edits: &[PlannedEdit],
        answer: &TxnAnswer,
    ) -> Result<bool, ClusterError> {
        let Some(first) = edits.first() else {
            return Ok(true);
        };
        let edit = first.plan.version.edit;
        let definition = self.keys.definition(&first.address);
        let standing = gotten(answer)
            .into_iter()
            .find(|entry| entry.key == definition);
        let written = standing.and_then(|entry| Envelope::decode(&entry.value).ok());
        if written.is_some_and(|envelope| envelope.edit == edit) {
            return Ok(true);
        }
        let (_, pending) = self
            .coord
            .get(&[self.keys.pending(edit)])
            .await
            .doing("look for the edit")?;
        if pending.iter().any(Option::is_some) {
            return Ok(true);
        }
        let (kind, id) = (&first.plan.version.kind, &first.plan.version.id);
        let versions = self
            .history
            .versions(kind, id, VERSIONS_MAX)
            .await
            .doing("look for the edit")?;
        Ok(versions.iter().any(|version| version.edit == edit))
    }

    /// Best effort: an agent does it otherwise.
    async fn forward(&self, edits: &[PlannedEdit]) {
        let versions = edits.iter().map(|edit| edit.plan.version.clone()).collect();
        if let Err(error) = self
            .history
            .upload(&Upload {
                versions,
                ..Upload::default()
            })
            .await
        {
            return debug!("the versions stay in the store for an agent: {error}");
        }
        if let Err(error) = self.coord.transact(&self.keys.spell_forwarded(edits)).await {
            debug!("the forwarded versions stay in the store for an agent: {error}");
        }
    }

    /// Brings to history what somebody else could not, so that versions are complete. Entries
    /// stay for an agent to remove.
    pub(super) async fn forward_pending(&self) {
        if self.read_only {
            return;
        }
        let Ok(listing) = self.coord.list(&self.keys.pendings()).await else {
            return;
        };
        let read = |entry: &Entry| serde_json::from_slice::<Version>(&entry.value).ok();
        let versions: Vec<Version> = listing.entries.iter().filter_map(read).collect();
        if versions.is_empty() {
            return;
        }
        if let Err(error) = self
            .history
            .upload(&Upload {
                versions,
                ..Upload::default()
            })
            .await
        {
            debug!("some versions are not in history yet: {error}");
        }
    }
}

/// What the answer's steps have read, those in transactions inside included.
fn gotten(answer: &TxnAnswer) -> Vec<&Entry> {
    let read = |result| match result {
        &OpResult::Got(Some(ref entry)) => vec![entry],
        OpResult::Nested(inside) => gotten(inside),
        _ => Vec::new(),
    };
    answer.results.iter().flat_map(read).collect()
}

/// The job, if this version can use it.
pub(super) fn usable(job: &StoredJob) -> Result<&Job, ClusterError> {
    job.job.as_ref().map_err(|why| ClusterError::Broken {
        name: job.title(),
        why: why.clone(),
    })
}
