//! What is due while the run before it is still going, for jobs that wait for its end.
//!
//! There is no queue: the cursor stays where it is while `active` is held, so nothing that waits can
//! be lost with an agent. Once it is free the newest instant is claimed.

use super::action::Transaction;
use super::event::Now;
use super::order::Kill;
use super::settle::{Pending, Purpose};
use super::value::{Ask, OrderValue, RunKey, RunValue, SeriesKey};
use super::{AttemptKey, Dispatcher};
use crate::id::{ClaimId, OrderId};
use crate::job::Overlap;
use crate::limits::{KILL_OBEYED_WITHIN, LOOK_AGAIN_AFTER, REPLACE_ASK_AGAIN_AFTER};
use crate::run::Reason;

/// Who asks for the kill of a run that is to be replaced.
const REPLACING: &str = "overlap=replace";

impl Dispatcher {
    /// The series waits for a run of this node; its end wakes it.
    pub(super) fn queue_behind_own(&mut self, now: Now, key: &SeriesKey) {
        let holders = self.runs.values().filter(|run| run.key.job == key.job);
        let mut holders = holders.filter(|run| run.active() == Some(&key.scope));
        let holder = holders.next().map(|run| run.value.claim_id);
        self.queue_behind(now, key, holder);
    }

    /// Whether the run in the way was looked at a moment ago.
    pub(super) fn waits_to_look(&self, now: Now, key: &SeriesKey) -> bool {
        let look_at = self.series.get(key).and_then(|series| series.look_at);
        look_at.is_some_and(|at| now.wall < at)
    }

    /// The series waits for the run that holds `active`, wherever it is.
    pub(super) fn queue_behind(&mut self, now: Now, key: &SeriesKey, holder: Option<ClaimId>) {
        let look_at = now.wall + LOOK_AGAIN_AFTER;
        if let Some(series) = self.series.get_mut(key) {
            series.queued = true;
            series.look_at = Some(look_at);
        }
        self.wake(look_at, key.clone());
        let job = self.usable_job(key.job).map(|(_, job)| job.overlap);
        if let (Some(holder), Some(Overlap::Replace)) = (holder, job) {
            self.replace(now, holder);
        }
    }

    /// Has the run that holds `active` under this claim killed: here at once, elsewhere by an order.
    pub(super) fn replace(&mut self, now: Now, holder: ClaimId) {
        let own = self
            .runs
            .iter()
            .find(|(_, run)| run.value.claim_id == holder);
        if let Some(key) = own.map(|(key, _)| *key) {
            self.replace_own(now, key);
            return;
        }
        let asked = self.replacing.get(&holder);
        if asked.is_some_and(|at| now.boot < *at + REPLACE_ASK_AGAIN_AFTER) {
            return;
        }
        self.replacing
            .retain(|_, at| now.boot < *at + REPLACE_ASK_AGAIN_AFTER * 2);
        self.replacing.insert(holder, now.boot);
        // The reading tells whose run it is.
        self.ask_for_runs(now);
    }

    fn replace_own(&mut self, now: Now, key: AttemptKey) {
        let unasked = self.runs.get(&key).is_some_and(|run| run.kill.is_none());
        if unasked {
            let kill = Kill {
                order: None,
                by: REPLACING.to_owned(),
                reason: Some(Reason::Replaced),
            };
            self.kill(now, key.0, kill);
        }
    }

    /// Asks another node to end its run, if something here waits to replace it.
    pub(super) fn order_replacement(&mut self, now: Now, key: &RunKey, value: &RunValue) {
        let waits = self.replacing.contains_key(&value.claim_id);
        let deleted = self.usable_job(key.job).is_none();
        if !waits || deleted || value.state.is_over() || self.fleet.is_gone(&value.node) {
            return;
        }
        let order = OrderValue {
            v: 1,
            by: REPLACING.to_owned(),
            asked_at: now.wall,
            not_after: now.wall + KILL_OBEYED_WITHIN,
            ask: Ask::Replace {
                run_id: value.run_id,
            },
        };
        let transaction = Transaction::Order {
            node: value.node.clone(),
            order: OrderId::of_kill(value.run_id),
            value: order,
        };
        self.send(Pending::new(Purpose::Answer, transaction, None));
    }
}
