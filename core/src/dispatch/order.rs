//! Orders to this node: a kill is confirmed by the run's own end, and by nothing else.

use jiff::Timestamp;

use super::action::{Action, Transaction};
use super::event::Now;
use super::local::Stage;
use super::settle::{Pending, Purpose};
use super::value::{Ask, Order};
use super::{AttemptKey, Dispatcher, Timer};
use crate::id::{OrderId, RunId};
use crate::run::{Reason, RunState};

/// A kill that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kill {
    /// The order that it came with, if not from this agent itself.
    pub order: Option<OrderId>,
    /// Who asked.
    pub by: String,
    /// Why, if not because a person wants it.
    pub reason: Option<Reason>,
}

impl Dispatcher {
    pub(super) fn see_order(&mut self, now: Now, order: Order) {
        if self.orders.insert(order.id, order.clone()).is_some() {
            return;
        }
        if self
            .session
            .as_ref()
            .is_some_and(|session| session.runs_read)
        {
            self.obey(now, order);
        }
    }

    pub(super) fn forget_order(&mut self, id: OrderId) {
        self.orders.remove(&id);
    }

    /// Orders wait until this node knows all that it has begun.
    pub(super) fn obey_waiting_orders(&mut self, now: Now) {
        let waiting: Vec<Order> = self.orders.values().cloned().collect();
        for order in waiting {
            self.obey(now, order);
        }
    }

    fn obey(&mut self, now: Now, order: Order) {
        if order.value.not_after < now.wall {
            self.answer_order(order.id);
            return;
        }
        let kill = |by: String, reason| Kill {
            order: Some(order.id),
            by,
            reason,
        };
        match order.value.ask {
            Ask::Kill { run_id } => self.kill(now, run_id, kill(order.value.by, None)),
            Ask::Replace { run_id } => {
                self.kill(now, run_id, kill(order.value.by, Some(Reason::Replaced)));
            }
            Ask::Tail { run_id } => self.tail(run_id, order.value.not_after),
            Ask::Drain => self.drain_as_ordered(now, &order, true),
            Ask::Undrain => self.drain_as_ordered(now, &order, false),
            Ask::Reload => self.out.push(Action::Reload(order.id)),
        }
    }

    fn tail(&mut self, run_id: RunId, until: Timestamp) {
        self.out.push(Action::Tail(run_id, until));
    }

    pub(super) fn kill(&mut self, now: Now, run_id: RunId, kill: Kill) {
        let Some(key) = self.newest_attempt(run_id) else {
            let on_its_way = self
                .pending
                .values()
                .any(|pending| pending.decides() == Some(run_id));
            match on_its_way {
                true => drop(self.kills.insert(run_id, kill)),
                false => self.answer_kill(&kill),
            }
            return;
        };
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        if run.kill.is_some() {
            self.answer_kill(&kill);
            return;
        }
        let stage = run.stage.clone();
        if stage == Stage::Ended {
            self.answer_kill(&kill);
            return;
        }
        run.kill = Some(kill);
        match stage {
            Stage::Starting | Stage::Running => self.out.push(Action::Stop(key.0, key.1)),
            Stage::Held => self.close(now, key, RunState::Killed, Reason::BeforeStart),
            Stage::Pausing if !self.is_retrying(key) => {
                self.timers.retain(|(_, timer)| *timer != Timer::Retry(key));
                self.end_run(now, key);
            }
            _ => {}
        }
    }

    fn is_retrying(&self, key: AttemptKey) -> bool {
        self.pending
            .values()
            .any(|pending| matches!(pending.purpose, Purpose::Retry(of) if of == key))
    }

    fn newest_attempt(&self, run_id: RunId) -> Option<AttemptKey> {
        self.runs
            .range((run_id, 0)..=(run_id, u32::MAX))
            .next_back()
            .map(|(key, _)| *key)
    }

    /// The decision that a kill waited for came to nothing.
    pub(super) fn drop_kill(&mut self, _now: Now, run_id: RunId) {
        if let Some(kill) = self.kills.remove(&run_id) {
            self.answer_kill(&kill);
        }
    }

    pub(super) fn answer_kill(&mut self, kill: &Kill) {
        if let Some(order) = kill.order {
            self.answer_order(order);
        }
    }

    /// Answers an order that changes no run, by removing it.
    pub(super) fn answer_order(&mut self, order: OrderId) {
        self.send(Pending::new(
            Purpose::Answer,
            Transaction::Answer { order },
            None,
        ));
    }
}
