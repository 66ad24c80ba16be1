//! Changing many jobs at once: each job its own transaction, told as it goes, and every job that
//! was left behind is named with the reason.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::connection::no_agent;
use super::edit::usable;
use super::job_list::matching;
use super::{Cluster, ClusterError, Edited, Following, StoredJob};
use crate::clock;
use crate::definition::{Intent, export};
use crate::job::JobDraft;
use crate::limits::{BULK_AT_ONCE, BULK_FAILURES_MAX, BULK_JOBS_MAX, BULK_TELL_EVERY};
use crate::view::{
    AgentState, BulkAction, BulkAsk, BulkChanged, BulkFailure, BulkProgress, BulkTarget,
    CommandError, JobsText,
};

/// Lets a bulk change end early: jobs that are not begun are left alone.
#[derive(Clone, Debug, Default)]
pub struct BulkStop(Arc<AtomicBool>);

impl BulkStop {
    /// Asks for it.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A job that is meant, and what is done to it.
struct Step {
    job_id: String,
    title: String,
    deed: Deed,
}

enum Deed {
    Act(Arc<StoredJob>, BulkAction),
    /// Takes a change back.
    Undo(BulkChanged),
    /// There is no such job.
    Nobody,
}

/// What became of one step.
enum Outcome {
    Changed(BulkChanged),
    Unchanged,
    Failed(BulkFailure),
    Left,
}

impl Following {
    /// Does what is asked to every job that is meant, and tells about ten times a second how far
    /// it is. Gives the end, which names each job that was changed.
    ///
    /// Nothing is done when a query has a mistake: it would mean other jobs than somebody thinks.
    pub async fn bulk(
        &self,
        id: &str,
        ask: BulkAsk,
        stop: &BulkStop,
        tell: impl Fn(BulkProgress),
    ) -> Result<BulkProgress, CommandError> {
        let runs = matches!(
            &ask,
            BulkAsk::Do {
                action: BulkAction::Run,
                ..
            }
        );
        if runs && self.agent() == AgentState::Stopped {
            return Err(no_agent());
        }
        let steps = match ask {
            BulkAsk::Do { action, target } => self.steps(&action, &target).await?,
            BulkAsk::Undo(changes) => changes.into_iter().map(Step::undo).collect(),
        };
        if steps.len() > BULK_JOBS_MAX {
            let sentence = format!(
                "{} jobs are meant, and {BULK_JOBS_MAX} at most can be changed at once: choose fewer",
                steps.len()
            );
            return Err(invalid_target(sentence).to_command_error());
        }
        let mut tally = Tally::new(id, steps.len());
        let mut told_at: Option<Duration> = None;
        let cluster = self.cluster();
        let mut outcomes = stream::iter(steps)
            .map(|step| async {
                if stop.is_asked() {
                    return Outcome::Left;
                }
                cluster.perform(step).await
            })
            .buffer_unordered(BULK_AT_ONCE);
        while let Some(outcome) = outcomes.next().await {
            tally.add(outcome);
            let now = clock::boot();
            if told_at.is_none_or(|at| now.saturating_sub(at) >= BULK_TELL_EVERY) {
                told_at = Some(now);
                tell(tally.so_far());
            }
        }
        Ok(tally.end())
    }

    /// Jobs as a text that `apply` reads; those that this version cannot write are named.
    pub async fn jobs_text(&self, target: &BulkTarget) -> Result<JobsText, ClusterError> {
        let (found, missing) = self.targets(target).await?;
        let (mut jobs, mut left_out) = (Vec::new(), missing);
        for job in &found {
            match &job.job {
                Ok(known) => jobs.push(known.clone()),
                Err(_) => left_out.push(job.title()),
            }
        }
        Ok(JobsText {
            text: export(&jobs),
            count: count(jobs.len()),
            left_out,
        })
    }

    async fn steps(
        &self,
        action: &BulkAction,
        target: &BulkTarget,
    ) -> Result<Vec<Step>, ClusterError> {
        let (found, missing) = self.targets(target).await?;
        let step = |job: Arc<StoredJob>| Step {
            job_id: job.id.to_string(),
            title: job.title(),
            deed: Deed::Act(job, action.clone()),
        };
        let nobody = |id: String| Step {
            title: id.clone(),
            job_id: id,
            deed: Deed::Nobody,
        };
        let missing = missing.into_iter().map(nobody);
        Ok(found.into_iter().map(step).chain(missing).collect())
    }

    /// The jobs that are meant, and ids of which there is none.
    async fn targets(
        &self,
        target: &BulkTarget,
    ) -> Result<(Vec<Arc<StoredJob>>, Vec<String>), ClusterError> {
        let picture = self.picture().await;
        match target {
            BulkTarget::Query { text, except } => {
                let found = matching(&picture, text);
                if let Some(mistake) = found.mistakes.first() {
                    return Err(invalid_target(mistake.to_string()));
                }
                let except: HashSet<&str> = except.iter().map(String::as_str).collect();
                let jobs = found.jobs.into_iter().map(|(job, _)| job);
                let meant = jobs.filter(|job| !except.contains(job.id.to_string().as_str()));
                Ok((meant.collect(), Vec::new()))
            }
            BulkTarget::Jobs(ids) => {
                let (mut found, mut missing) = (Vec::new(), Vec::new());
                let mut seen = HashSet::new();
                for id in ids.iter().filter(|id| seen.insert(id.as_str())) {
                    match id.parse().ok().and_then(|id| picture.job(id)) {
                        Some(job) => found.push(job),
                        None => missing.push(id.clone()),
                    }
                }
                Ok((found, missing))
            }
        }
    }
}

impl Step {
    fn undo(change: BulkChanged) -> Self {
        Self {
            job_id: change.job_id.clone(),
            title: change.title.clone(),
            deed: Deed::Undo(change),
        }
    }
}

impl Cluster {
    async fn perform(&self, step: Step) -> Outcome {
        let done = match &step.deed {
            Deed::Act(job, action) => self.act(job, action).await,
            Deed::Undo(change) => self.take_back(change).await,
            Deed::Nobody => Err(ClusterError::NoSuchJob {
                name: step.title.clone(),
            }),
        };
        match done {
            Ok(edited) if edited.changed => Outcome::Changed(BulkChanged {
                job_id: step.job_id,
                title: step.title,
                before: edited.generation.saturating_sub(1),
                after: edited.generation,
            }),
            Ok(_) => Outcome::Unchanged,
            Err(error) => Outcome::Failed(BulkFailure {
                job_id: step.job_id,
                title: step.title,
                error: error.to_command_error(),
            }),
        }
    }

    async fn act(&self, job: &StoredJob, action: &BulkAction) -> Result<Edited, ClusterError> {
        match action {
            BulkAction::Pause => self.set_paused(job, true, None).await,
            BulkAction::Resume => self.set_paused(job, false, None).await,
            BulkAction::Delete => self.delete(job, None).await,
            BulkAction::Run => {
                self.run_now(job).await?;
                Ok(Edited {
                    id: job.id,
                    generation: job.generation,
                    changed: true,
                })
            }
            BulkAction::Tag { add, remove } => {
                self.note(job, |draft| {
                    draft.tags.retain(|tag| !remove.contains(tag));
                    for tag in add {
                        if !draft.tags.contains(tag) {
                            draft.tags.push(tag.clone());
                        }
                    }
                })
                .await
            }
            BulkAction::Star(starred) => self.note(job, |draft| draft.starred = *starred).await,
        }
    }

    /// Changes what is noted about a job, if nobody has changed it since it was read.
    async fn note(
        &self,
        job: &StoredJob,
        change: impl FnOnce(&mut JobDraft),
    ) -> Result<Edited, ClusterError> {
        let mut draft = JobDraft::from(usable(job)?);
        change(&mut draft);
        let changed = draft.validate().map_err(ClusterError::Fields)?;
        self.edit(job, Intent::Edit(changed), Some(job.generation))
            .await
    }

    async fn take_back(&self, change: &BulkChanged) -> Result<Edited, ClusterError> {
        let missing = || ClusterError::NoSuchJob {
            name: change.title.clone(),
        };
        let id = change.job_id.parse().map_err(|_| missing())?;
        self.restore_if(id, change.before, Some(change.after)).await
    }
}

/// What became of the steps so far.
struct Tally {
    progress: BulkProgress,
    changed: Vec<BulkChanged>,
}

impl Tally {
    fn new(id: &str, total: usize) -> Self {
        let progress = BulkProgress {
            id: id.to_owned(),
            total: count(total),
            changed: Vec::new(),
            done: 0,
            unchanged: 0,
            failed: Vec::new(),
            failures: 0,
            left: 0,
            over: false,
        };
        Self {
            progress,
            changed: Vec::new(),
        }
    }

    fn add(&mut self, outcome: Outcome) {
        let progress = &mut self.progress;
        match outcome {
            Outcome::Changed(change) => {
                progress.done += 1;
                self.changed.push(change);
            }
            Outcome::Unchanged => progress.unchanged += 1,
            Outcome::Left => progress.left += 1,
            Outcome::Failed(failure) => {
                progress.failures += 1;
                if progress.failed.len() < BULK_FAILURES_MAX {
                    progress.failed.push(failure);
                }
            }
        }
    }

    fn so_far(&self) -> BulkProgress {
        self.progress.clone()
    }

    fn end(mut self) -> BulkProgress {
        self.changed.sort_by(|a, b| a.title.cmp(&b.title));
        self.progress.failed.sort_by(|a, b| a.title.cmp(&b.title));
        BulkProgress {
            changed: self.changed,
            over: true,
            ..self.progress
        }
    }
}

fn invalid_target(sentence: String) -> ClusterError {
    ClusterError::Invalid {
        field: "text".to_owned(),
        sentence,
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
