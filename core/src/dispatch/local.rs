//! An attempt that this agent is responsible for, from its claim until history has it.

use std::sync::Arc;
use std::time::Duration;

use super::action::Intent;
use super::event::{Evidence, Now};
use super::order::Kill;
use super::value::{RunKey, RunValue, SeriesKey};
use super::{AttemptKey, Dispatcher};
use crate::id::Scope;
use crate::job::Job;
use crate::run::RunRecord;

/// Where an attempt stands on this node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// From the journal, until the store's side was read.
    Found(Evidence),
    /// Claimed; its intent is being written.
    Intending,
    /// Its intent is durable, but the session ended meanwhile: it waits to be confirmed.
    Held,
    /// Its supervisor was asked for.
    Starting,
    /// Its program runs.
    Running,
    /// Unknown to the journal, on another disk: what is left of it on this host is being ended.
    Stray,
    /// It ended and will be tried again.
    Pausing,
    /// It ended; the record says how.
    Ended,
}

/// How far the ending transaction is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ending {
    /// Not sent yet.
    Open,
    /// On its way; whether it keeps the outcome in the store.
    Sent {
        /// The outcome stays until history has it.
        kept: bool,
    },
    /// The store keeps the outcome until history has it.
    Kept,
    /// The store has nothing of this attempt any more.
    Cleared,
}

/// An attempt that this agent is responsible for.
#[derive(Clone, Debug)]
pub(super) struct LocalRun {
    /// Where the run stands in the store.
    pub key: RunKey,
    /// As it stands there.
    pub value: RunValue,
    /// The newest revision of it that is known.
    pub revision: u64,
    /// The definition that it runs with; `None` of runs that ended with their decision.
    pub job: Option<Arc<Job>>,
    /// `start_by` by the boot-time clock.
    pub start_by_boot: Duration,
    /// Whether the journal and a folder know of it.
    pub journalled: bool,
    /// Where it stands.
    pub stage: Stage,
    /// How it ended.
    pub end: Option<RunRecord>,
    /// The kill that was asked for.
    pub kill: Option<Kill>,
    /// How far its ending is.
    pub ending: Ending,
    /// Whether history has the attempt's own record and output.
    pub told: bool,
    /// Whether history has everything that the run stands for.
    pub acknowledged: bool,
}

impl LocalRun {
    pub(super) fn new(intent: Intent, stage: Stage) -> Self {
        Self {
            key: intent.key,
            value: intent.value,
            revision: intent.revision,
            job: Some(intent.job),
            start_by_boot: intent.start_by_boot,
            journalled: true,
            stage,
            end: None,
            kill: None,
            ending: Ending::Open,
            told: false,
            acknowledged: false,
        }
    }

    /// A run that ended with its decision: only history is still to be told.
    pub(super) fn born_ended(key: RunKey, value: RunValue, revision: u64) -> Self {
        Self {
            key,
            end: value.outcome.clone(),
            value,
            revision,
            job: None,
            start_by_boot: Duration::ZERO,
            journalled: false,
            stage: Stage::Ended,
            kill: None,
            ending: Ending::Kept,
            told: false,
            acknowledged: false,
        }
    }

    /// What the journal is to hold, of a run that may start.
    pub(super) fn intent(&self) -> Option<Intent> {
        Some(Intent {
            key: self.key.clone(),
            value: self.value.clone(),
            revision: self.revision,
            job: self.job.clone()?,
            start_by_boot: self.start_by_boot,
        })
    }

    pub(super) fn attempt_key(&self) -> AttemptKey {
        (self.value.run_id, self.value.attempt)
    }

    /// Whether a program of it runs or may come to run.
    pub(super) fn holds_slot(&self) -> bool {
        match &self.stage {
            Stage::Found(evidence) => matches!(evidence, Evidence::Alive(_)),
            Stage::Ended | Stage::Pausing => false,
            _ => true,
        }
    }

    pub(super) fn is_running(&self) -> bool {
        matches!(
            self.stage,
            Stage::Running | Stage::Found(Evidence::Alive(_))
        )
    }

    pub(super) fn awaits_history(&self) -> bool {
        self.stage == Stage::Ended && !self.acknowledged
    }

    /// The series whose `active` it holds in the store.
    pub(super) fn active(&self) -> Option<&Scope> {
        match self.ending {
            Ending::Open | Ending::Sent { .. } => self.value.active.as_ref(),
            Ending::Kept | Ending::Cleared => None,
        }
    }
}

impl Dispatcher {
    /// Whether a run of this node is known to hold the series' `active`.
    pub(super) fn holds_active(&self, key: &SeriesKey) -> bool {
        self.runs_of_job(key)
            .any(|run| run.active() == Some(&key.scope))
    }

    /// Whether a run of this series is still going on this node.
    pub(super) fn has_run_of(&self, key: &SeriesKey) -> bool {
        self.runs_of_job(key)
            .any(|run| run.key.scope == key.scope && run.ending == Ending::Open)
    }

    fn runs_of_job<'a>(&'a self, key: &'a SeriesKey) -> impl Iterator<Item = &'a LocalRun> {
        self.runs.values().filter(move |run| run.key.job == key.job)
    }

    /// How long a wall-clock deadline is away by the boot-time clock.
    pub(super) fn boot_deadline(now: Now, at: jiff::Timestamp) -> Duration {
        let left = at.duration_since(now.wall);
        now.boot + Duration::try_from(left).unwrap_or(Duration::ZERO)
    }
}
