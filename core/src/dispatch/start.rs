//! From a claim to a running program: the intent, the supervisor, the first signs of life.

use jiff::Timestamp;

use super::action::Action;
use super::event::{Exit, Now};
use super::local::Stage;
use super::record::{ended, own_record};
use super::{AttemptKey, Dispatcher, Timer};
use crate::limits::RECORD_START_AFTER;
use crate::run::{Reason, RunState};

impl Dispatcher {
    pub(super) fn intent_durable(&mut self, now: Now, key: AttemptKey) {
        let Some(run) = self.runs.get(&key) else {
            return;
        };
        if run.stage != Stage::Intending {
            return;
        }
        if run.kill.is_some() {
            self.close(now, key, RunState::Killed, Reason::BeforeStart);
            return;
        }
        // A claim that others may have called lost meanwhile is confirmed before it starts.
        match self.trusted_session(now) {
            Some(session) if session == run.value.session => self.spawn(now, key),
            trusted => {
                self.set_stage(key, Stage::Held);
                if trusted.is_some() {
                    self.ask_for_runs(now);
                }
            }
        }
    }

    /// The session is trusted again: what was held for it starts. What an earlier session claimed
    /// is read again first.
    pub(super) fn start_held(&mut self, now: Now) {
        let Some(session) = self.trusted_session(now) else {
            return;
        };
        let held = self.runs.iter().filter(|(_, run)| run.stage == Stage::Held);
        let (own, others): (Vec<_>, Vec<_>) = held
            .map(|(key, run)| (*key, run.value.session == session))
            .partition(|(_, is_own)| *is_own);
        for (key, _) in own {
            self.spawn(now, key);
        }
        if !others.is_empty() {
            self.ask_for_runs(now);
        }
    }

    /// Starts an attempt whose intent is durable, unless it is too late.
    pub(super) fn spawn(&mut self, now: Now, key: AttemptKey) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        if now.wall > run.value.start_by || now.boot > run.start_by_boot {
            self.close(now, key, RunState::Skipped, Reason::Deadline);
            return;
        }
        run.stage = Stage::Starting;
        if let Some(intent) = run.intent() {
            self.out.push(Action::Spawn(intent));
        }
    }

    pub(super) fn intent_failed(&mut self, now: Now, key: AttemptKey, why: &str) {
        let sentence = format!(
            "run {} was not started: its intent could not be written to the journal: {why}",
            key.0.short()
        );
        self.warn(sentence);
        if let Some(run) = self.runs.get_mut(&key) {
            run.journalled = false;
        }
        self.close(now, key, RunState::Failed, Reason::AgentDiskFull);
    }

    pub(super) fn started(&mut self, now: Now, key: AttemptKey, at: Timestamp) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        if run.stage != Stage::Starting {
            return;
        }
        run.stage = Stage::Running;
        let mut record = own_record(&run.key, &run.value, run.revision);
        record.state = RunState::Running;
        record.started_at = Some(at);
        run.end = Some(record);
        self.timers
            .insert((now.boot + RECORD_START_AFTER, Timer::RecordStart(key)));
    }

    /// A run that lasts is shown as running; what it stands for is told at its end.
    pub(super) fn record_start(&mut self, key: AttemptKey) {
        let Some(run) = self
            .runs
            .get(&key)
            .filter(|run| run.stage == Stage::Running)
        else {
            return;
        };
        if let Some(record) = run.end.clone() {
            let token = self.new_token();
            self.out
                .push(Action::Upload(token, vec![record], Vec::new()));
        }
    }

    pub(super) fn exited(&mut self, now: Now, key: AttemptKey, exit: Exit) {
        let Some(run) = self.runs.get(&key) else {
            return;
        };
        if matches!(run.stage, Stage::Ended | Stage::Pausing) {
            return;
        }
        let kill = run.kill.as_ref();
        let record = ended(own_record(&run.key, &run.value, run.revision), &exit, kill);
        self.conclude(now, key, record);
    }

    pub(super) fn gate_taken(&mut self, now: Now, key: AttemptKey) {
        let Some(run) = self.runs.get(&key) else {
            return;
        };
        match run.kill {
            Some(_) => self.close(now, key, RunState::Killed, Reason::BeforeStart),
            None => self.close(now, key, RunState::Lost, Reason::CrashedAtStart),
        }
    }

    pub(super) fn supervisor_gone(&mut self, now: Now, key: AttemptKey) {
        self.close(now, key, RunState::Lost, Reason::Crashed);
    }

    pub(super) fn set_stage(&mut self, key: AttemptKey, stage: Stage) {
        if let Some(run) = self.runs.get_mut(&key) {
            run.stage = stage;
        }
    }
}
