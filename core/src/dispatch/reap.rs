//! What a gone node left: its runs are called lost, told to history, and one day set free.
//!
//! Any agent may reap; two that do converge. An owner that comes back replaces *lost* by its
//! evidence.

use std::time::Duration;

use super::action::{Action, Transaction};
use super::event::{Answer, Now};
use super::record::records_of;
use super::settle::{Pending, Purpose};
use super::takeover::Heir;
use super::value::{RunKey, RunValue};
use super::{Dispatcher, Timer};
use crate::limits::{LOST_AFTER, REAP_EVERY, RELEASE_SLACK};
use crate::run::{Reason, RunState};

impl Dispatcher {
    /// Looks after a run of another node, if that node is gone.
    pub(super) fn reap(&mut self, now: Now, key: RunKey, value: RunValue, revision: u64) {
        if !self.fleet.is_gone(&value.node) || !self.may_decide(now) {
            return;
        }
        let since = *self
            .absent_since
            .entry(value.node.clone())
            .or_insert(now.boot);
        self.reap_again(now);
        let absent = now.boot.saturating_sub(since);
        let attempt = (value.run_id, value.attempt);
        if absent < LOST_AFTER || self.runs.contains_key(&attempt) {
            return;
        }
        match value.state {
            RunState::Claimed | RunState::Running => match self.heir(&key, &value, absent) {
                Heir::Nobody => self.call_lost(key, value, revision),
                Heir::Another => {}
                Heir::Here => self.take_over(now, key, value, revision),
            },
            RunState::Lost if value.active.is_some() => {
                if self.grace_of(&key).is_some_and(|grace| absent > grace) {
                    self.adopt_ended(key, value, revision);
                }
            }
            _ => self.adopt_ended(key, value, revision),
        }
    }

    /// Reads the runs again while a node is gone.
    fn reap_again(&mut self, now: Now) {
        self.timers.retain(|(_, timer)| *timer != Timer::ReadRuns);
        self.timers.insert((now.boot + REAP_EVERY, Timer::ReadRuns));
    }

    pub(super) fn call_lost(&mut self, key: RunKey, mut value: RunValue, revision: u64) {
        value.state = RunState::Lost;
        value.reason = Some(Reason::OwnerGone);
        let transaction = Transaction::Lost {
            key,
            revision,
            run: value,
        };
        self.send(Pending::new(Purpose::Lost, transaction, None));
    }

    pub(super) fn settle_lost(&mut self, pending: Pending, answer: Answer) {
        if let (Transaction::Lost { key, run, .. }, Answer::Won(revision)) =
            (pending.transaction, answer)
        {
            let sentence = format!(
                "run {} of {} is lost: node {} is gone",
                run.run_id.short(),
                run.name,
                run.node
            );
            self.warn(sentence);
            let token = self.new_token();
            self.out.push(Action::Upload(
                token,
                records_of(&key, &run, revision),
                Vec::new(),
            ));
        }
    }

    /// After this absence no program of a lost run can be alive: it starts by its deadline, ends
    /// by its timeout and is stopped within its grace. `None` without a timeout.
    fn grace_of(&self, key: &RunKey) -> Option<Duration> {
        let (_, job) = self.usable_job(key.job)?;
        Some(job.start_deadline + job.timeout? + job.stop_grace + RELEASE_SLACK)
    }
}
