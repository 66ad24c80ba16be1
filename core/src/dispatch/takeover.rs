//! A run of a gone node that must not stay undone: another node goes on with a further attempt.
//!
//! Only jobs that say so are taken over; their programs may run twice, as the old one may still be
//! alive where nobody can see it.

use std::time::Duration;

use super::action::Transaction;
use super::event::{Answer, Now};
use super::nodes::patience;
use super::record::{closed, own_record};
use super::settle::{Decided, Pending, Purpose, mine_in};
use super::value::{RunKey, RunValue};
use super::{Dispatcher, Timer};
use crate::id::OrderId;
use crate::job::Delivery;
use crate::limits::{ATTEMPTS_MAX, LOST_AFTER};
use crate::run::{Reason, RunRecord, RunState, Trigger};

/// Whose matter a gone node's run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heir {
    /// Nobody's: it is lost.
    Nobody,
    /// Another node's, or this one's later.
    Another,
    /// This node's.
    Here,
}

impl Dispatcher {
    /// Who goes on with a run whose owner is gone for that long.
    pub(super) fn heir(&mut self, key: &RunKey, value: &RunValue, absent: Duration) -> Heir {
        let job = self.usable_job(key.job).map(|(_, job)| job.clone());
        let again = |job: &&std::sync::Arc<crate::job::Job>| {
            job.delivery == Delivery::AtLeastOnce && value.attempt < ATTEMPTS_MAX
        };
        let Some(job) = job.as_ref().filter(again) else {
            return Heir::Nobody;
        };
        let found = self.candidates_for(key.job, job, 0);
        let deciding = self.pending.values();
        if { deciding }.any(|pending| pending.decides() == Some(value.run_id)) {
            return Heir::Another;
        }
        match found.rank(&self.config.node) {
            _ if found.order.is_empty() => Heir::Nobody,
            Some(rank) if absent >= LOST_AFTER + patience(rank) && self.has_free_slot() => {
                Heir::Here
            }
            _ => Heir::Another,
        }
    }

    pub(super) fn take_over(&mut self, now: Now, key: RunKey, value: RunValue, revision: u64) {
        let (Some(session), Some((_, job))) = (self.trusted_session(now), self.usable_job(key.job))
        else {
            return;
        };
        let start_by = now.wall + job.start_deadline;
        let earlier = own_record(&key, &value, revision);
        let earlier = closed(earlier, RunState::Lost, Reason::OwnerGone, now.wall);
        let (owner, old_claim) = (value.node.clone(), value.claim_id);
        let mut run = value;
        run.due.push(earlier);
        run.node = self.config.node.clone();
        run.disk_id = self.config.disk_id;
        run.session = session;
        run.claim_id = self.new_claim_id();
        run.attempt += 1;
        run.state = RunState::Claimed;
        run.reason = None;
        run.trigger = Trigger::Retry;
        run.decided_at = now.wall;
        run.start_by = start_by;
        run.outcome = None;
        let transaction = Transaction::TakeOver {
            kill: OrderId::of_kill(run.run_id),
            key,
            revision,
            owner,
            old_claim,
            run,
        };
        self.send(Pending::new(Purpose::TakeOver, transaction, None));
    }

    pub(super) fn settle_takeover(&mut self, now: Now, pending: Pending, answer: Answer) {
        let Transaction::TakeOver {
            key, revision, run, ..
        } = pending.transaction
        else {
            return;
        };
        let won = match &answer {
            Answer::Won(revision) => Some((run.clone(), *revision)),
            Answer::Lost(standing) => mine_in(standing, &run),
            Answer::Unknown | Answer::Refused(_) => None,
        };
        if let Some((value, revision)) = won {
            let job = self.usable_job(key.job).map(|(_, job)| job.clone());
            let decided = Decided {
                key,
                value,
                revision,
                job,
            };
            self.won(now, decided);
            return;
        }
        match answer {
            // Somebody wants it killed: nobody goes on with it.
            Answer::Lost(standing) if standing.is_ordered => {
                if let Some((found, at)) = standing.run.filter(|(_, at)| *at == revision) {
                    self.call_lost(key, found, at);
                }
            }
            _ => _ = self.timers.insert((now.boot + LOST_AFTER, Timer::ReadRuns)),
        }
    }

    fn has_free_slot(&self) -> bool {
        self.slots_taken() < self.config.max_parallel
    }

    /// Whether an attempt that is lost here is tried again here.
    pub(super) fn is_tried_again(record: &RunRecord, delivery: Delivery) -> bool {
        record.state == RunState::Lost
            && delivery == Delivery::AtLeastOnce
            && record.attempt < ATTEMPTS_MAX
    }
}
