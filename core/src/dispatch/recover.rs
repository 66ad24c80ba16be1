//! After a start or a new session: what the journal, the host and the store say together.

use super::action::{Action, Intent};
use super::event::{Evidence, Now};
use super::local::{Ending, LocalRun, Stage};
use super::record::{ended, own_record};
use super::settle::Decided;
use super::value::{RunKey, RunValue};
use super::{AttemptKey, Dispatcher};
use crate::id::RunId;
use crate::run::{Reason, RunState};

impl Dispatcher {
    pub(super) fn read_journal(&mut self, found: Vec<(Intent, Evidence)>) {
        self.journal_read = true;
        for (intent, evidence) in found {
            let key = (intent.value.run_id, intent.value.attempt);
            self.runs
                .insert(key, LocalRun::new(intent, Stage::Found(evidence)));
        }
    }

    /// The runs in the store, read after this session began or again later.
    pub(super) fn runs_read(&mut self, now: Now, runs: Vec<(RunKey, RunValue, u64)>) {
        let Some(session) = &mut self.session else {
            return;
        };
        let first = !session.runs_read;
        session.runs_read = true;
        let (mut confirmed, mut others) = (Vec::new(), Vec::new());
        for (key, value, revision) in runs {
            if value.node != self.config.node {
                others.push((key, value, revision));
                continue;
            }
            let attempt = (value.run_id, value.attempt);
            match self.runs.get_mut(&attempt) {
                Some(run) if run.value.claim_id == value.claim_id => {
                    run.revision = run.revision.max(revision);
                    confirmed.push((attempt, value));
                }
                _ => self.meet(now, key, value, revision),
            }
        }
        self.go_on(now, confirmed);
        if first {
            self.obey_waiting_orders(now);
            self.look_at_requests(now);
        }
        for (key, value, revision) in others {
            self.order_replacement(now, &key, &value);
            self.reap(now, key, value, revision);
        }
    }

    /// A run in the store that names this node, and that nothing local knows of.
    fn meet(&mut self, now: Now, key: RunKey, mut value: RunValue, revision: u64) {
        let decided_now = self
            .pending
            .values()
            .any(|pending| pending.decides() == Some(value.run_id));
        if decided_now || self.concluded.contains(&value.claim_id) || value.node != self.config.node
        {
            return;
        }
        // This session has just seen it: no other one need confirm it before it starts.
        value.session = self.session.as_ref().map_or(0, |session| session.revision);
        // A trial's own definition went with its request, and the stored one is another.
        let job = self.usable_job(key.job).map(|(_, job)| job.clone());
        let job = job.filter(|_| value.generation != 0);
        let attempt = (value.run_id, value.attempt);
        match value.state {
            RunState::Claimed | RunState::Lost
                if value.disk_id != self.config.disk_id && value.outcome.is_none() =>
            {
                let run_id = value.run_id;
                let mut run = LocalRun::born_ended(key, value, revision);
                run.ending = Ending::Open;
                run.stage = Stage::Stray;
                self.runs.insert(attempt, run);
                self.out.push(Action::EndStray(run_id));
            }
            RunState::Claimed if now.wall <= value.start_by && job.is_some() => {
                self.won(
                    now,
                    Decided {
                        key,
                        value,
                        revision,
                        job,
                    },
                );
            }
            RunState::Claimed => {
                let decided = Decided {
                    key,
                    value,
                    revision,
                    job,
                };
                self.end_unstarted(now, decided, RunState::Skipped, Reason::Deadline);
            }
            // Called lost while this node was gone, and indeed nothing of it ever began here.
            RunState::Lost if value.outcome.is_none() => {
                let decided = Decided {
                    key,
                    value,
                    revision,
                    job,
                };
                self.end_unstarted(now, decided, RunState::Lost, Reason::OwnerGone);
            }
            _ => self.adopt_ended(key, value, revision),
        }
    }

    /// Goes on with every attempt of the journal, now that the store's side is known.
    fn go_on(&mut self, now: Now, confirmed: Vec<(AttemptKey, RunValue)>) {
        let found: Vec<AttemptKey> = self
            .runs
            .iter()
            .filter(|(_, run)| matches!(run.stage, Stage::Found(_) | Stage::Held))
            .map(|(key, _)| *key)
            .collect();
        for key in found {
            let standing = confirmed
                .iter()
                .find(|(of, _)| *of == key)
                .map(|(_, value)| value);
            self.go_on_with(now, key, standing);
        }
    }

    fn go_on_with(&mut self, now: Now, key: AttemptKey, standing: Option<&RunValue>) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        run.ending = match standing {
            Some(value) if !value.state.is_over() || value.state == RunState::Lost => Ending::Open,
            Some(_) => Ending::Kept,
            None => Ending::Cleared,
        };
        let stage = std::mem::replace(&mut run.stage, Stage::Intending);
        match stage {
            Stage::Held => self.go_on_held(now, key, standing),
            Stage::Found(evidence) => self.go_on_found(now, key, evidence),
            other => self.set_stage(key, other),
        }
    }

    /// The claim is confirmed by the new session, or it is not ours to start any more.
    fn go_on_held(&mut self, now: Now, key: AttemptKey, standing: Option<&RunValue>) {
        match standing {
            Some(value) if value.state == RunState::Claimed => {
                if let Some(session) = self.session.as_ref().map(|session| session.revision)
                    && let Some(run) = self.runs.get_mut(&key)
                {
                    run.value.session = session;
                }
                self.spawn(now, key);
            }
            _ => self.close(now, key, RunState::Lost, Reason::OwnerGone),
        }
    }

    fn go_on_found(&mut self, now: Now, key: AttemptKey, evidence: Evidence) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        if let Some(record) = run.end.take().filter(|record| record.state.is_over()) {
            self.conclude(now, key, record);
            return;
        }
        match evidence {
            Evidence::NeverStarted => self.close(now, key, RunState::Lost, Reason::CrashedAtStart),
            Evidence::Alive(started_at) => {
                run.stage = Stage::Starting;
                if let Some(at) = started_at {
                    self.started(now, key, at);
                }
            }
            Evidence::Exited(exit) => {
                let record = ended(own_record(&run.key, &run.value, run.revision), &exit, None);
                self.conclude(now, key, record);
            }
            Evidence::Interrupted(started_at) => {
                let mut record = own_record(&run.key, &run.value, run.revision);
                record.started_at = started_at;
                run.end = Some(record);
                self.close(now, key, RunState::Lost, Reason::AgentRestarted);
            }
            Evidence::Gone {
                rebooted,
                started_at,
            } => {
                let mut record = own_record(&run.key, &run.value, run.revision);
                record.started_at = started_at;
                run.end = Some(record);
                match rebooted {
                    true => self.close(now, key, RunState::Failed, Reason::HostReboot),
                    false => self.close(now, key, RunState::Lost, Reason::Crashed),
                }
            }
        }
    }

    pub(super) fn stray_ended(&mut self, now: Now, run_id: RunId) {
        let stray = |run: &LocalRun| run.stage == Stage::Stray && run.value.run_id == run_id;
        let keys: Vec<AttemptKey> = self
            .runs
            .iter()
            .filter(|(_, run)| stray(run))
            .map(|(key, _)| *key)
            .collect();
        for key in keys {
            self.set_stage(key, Stage::Intending);
            self.close(now, key, RunState::Lost, Reason::NoEvidence);
        }
    }
}
