//! What becomes of a form: it is saved, or tried without being saved. And a job's removal.

use uuid::Uuid;

use super::super::edit::Edited;
use super::super::{Cluster, ClusterError};
use super::check::{name_taken, pinned, project_fixed};
use super::conflict::conflict;
use super::form::{draft_of, job_of, read_with};
use crate::definition::{Address, EditRefused, Intent};
use crate::envelope::{Content, Envelope};
use crate::id::{JobId, RunId};
use crate::job::{FieldError, Job};
use crate::run::Trigger;
use crate::view::{JobForm, SaveAnswer, SaveAsk, TryAnswer, TryAsk};

/// Fields that say nothing of how a program runs: mistakes in them do not keep it from being tried.
const NOT_TRIED: [&str; 9] = [
    "timezone", "start_at", "end_at", "jitter", "dst", "paused", "note", "owner", "tags",
];
/// The name of a trial whose job has none yet.
const TRIAL: &str = "trial";

impl Cluster {
    /// Saves a form if its job still is of the generation that it was made from.
    ///
    /// A deleted job comes back when that generation is the one of its removal.
    pub async fn save_draft(&self, ask: &SaveAsk) -> Result<SaveAnswer, ClusterError> {
        let job = match job_of(&ask.form) {
            Ok(job) => job,
            Err(errors) => return Ok(SaveAnswer::Refused { errors }),
        };
        let saved = match &ask.job_id {
            None => self.create(job.clone()).await,
            Some(id) => {
                let id = job_id(id)?;
                self.replace(&job, id, ask.generation).await
            }
        };
        match saved {
            Ok(edited) => Ok(SaveAnswer::Saved {
                job_id: edited.id.to_string(),
                generation: edited.generation,
            }),
            Err(error) => self.unsaved(ask, &job, error).await,
        }
    }

    async fn replace(&self, job: &Job, id: JobId, seen: u64) -> Result<Edited, ClusterError> {
        let address = Address::of_job(&job.project, id);
        let key = self.keys.definition(&address);
        let name = format!("{}/{}", job.project, job.name);
        let current = self.current(&key, &name).await?;
        let is_deleted =
            current.is_some_and(|current| current.envelope.content == Content::Deleted);
        let intent = match is_deleted {
            true => Intent::Restore(job.clone()),
            false => Intent::Edit(job.clone()),
        };
        let made = self.change(&name, &address, &intent, Some(seen)).await?;
        Ok(made.of_job(id))
    }

    /// What a refusal means for the form; an error where the form is not the matter.
    async fn unsaved(
        &self,
        ask: &SaveAsk,
        job: &Job,
        error: ClusterError,
    ) -> Result<SaveAnswer, ClusterError> {
        let at = |error: FieldError| {
            Ok(SaveAnswer::Refused {
                errors: vec![error],
            })
        };
        match error {
            ClusterError::NameTaken { .. } => at(name_taken(&ask.form)),
            ClusterError::UsesNothing { kind, ref used, .. } => {
                let error = FieldError::whole(&format!("{kind}s"), "not_there", error.to_string());
                at(error.with("value", used))
            }
            ClusterError::Refused {
                source: EditRefused::TooLarge(error),
                ..
            } => at(FieldError::whole("", "too_large", error.to_string())),
            ClusterError::Refused {
                source: EditRefused::Conflict { current, .. },
                ..
            } => self.in_conflict(ask, job, &current).await,
            // A key of another project has nothing: the job may stand in its own.
            ClusterError::Refused {
                source: EditRefused::NotFound,
                ..
            } if is_elsewhere(&ask.form) => at(project_fixed()),
            error => Err(error),
        }
    }

    async fn in_conflict(
        &self,
        ask: &SaveAsk,
        job: &Job,
        current: &Envelope,
    ) -> Result<SaveAnswer, ClusterError> {
        // Without history nobody can say who it was; both versions can be shown all the same.
        let versions = match current.id.parse() {
            Ok(id) => self.versions(id).await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let conflict = conflict(&ask.form, job, (ask.generation, current), &versions);
        Ok(SaveAnswer::Conflict {
            conflict: Box::new(conflict),
        })
    }

    /// Asks for one run of a form as it stands. Nothing is saved, the schedule does not matter, and
    /// no other run is kept from starting.
    pub async fn try_draft(&self, ask: &TryAsk) -> Result<TryAnswer, ClusterError> {
        let job = match trial_of(&ask.form) {
            Ok(job) => job,
            Err(errors) => return Ok(TryAnswer::Refused { errors }),
        };
        let id = match &ask.job_id {
            Some(id) => job_id(id)?,
            None => JobId(Uuid::new_v4()),
        };
        let run = self.ask_for_trial(id, &job).await?;
        Ok(TryAnswer::Asked {
            run_id: run.to_string(),
        })
    }

    async fn ask_for_trial(&self, id: JobId, job: &Job) -> Result<RunId, ClusterError> {
        self.ask_for_run((&job.project, id), |request| {
            crate::dispatch::RequestValue {
                trigger: Trigger::Try,
                node: pinned(job),
                anyway: true,
                definition: Some(job.to_body()),
                ..request
            }
        })
        .await
    }
}

/// The job that a trial runs.
fn trial_of(form: &JobForm) -> Result<Job, Vec<FieldError>> {
    let (mut draft, errors) = draft_of(form);
    if let Some(fields) = draft.as_object_mut() {
        fields.retain(|name, _| !NOT_TRIED.contains(&name.as_str()));
        fields.insert("schedule".to_owned(), "@manual".into());
        if form.name.trim().is_empty() {
            fields.insert("name".to_owned(), TRIAL.into());
        }
    }
    read_with(&draft, errors)
}

/// Whether the form's project is not the one that its job was read from.
fn is_elsewhere(form: &JobForm) -> bool {
    let kept = form
        .kept
        .get("project")
        .and_then(|project| project.as_str());
    kept.is_some_and(|project| project != form.project)
}

fn job_id(text: &str) -> Result<JobId, ClusterError> {
    text.parse().map_err(|_| ClusterError::NoSuchJob {
        name: text.to_owned(),
    })
}
