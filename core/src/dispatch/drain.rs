//! A node that takes nothing new, because a person wants it so. What runs there goes on, its
//! retries too.

use super::Dispatcher;
use super::action::Action;
use super::event::Now;
use super::value::Order;
use crate::id::OrderId;

impl Dispatcher {
    /// Obeys at once, and answers when the disk has it: a restart changes nothing then. Of a drain
    /// and its end the one that was asked later holds, whichever is seen first.
    pub(super) fn drain_as_ordered(&mut self, now: Now, order: &Order, draining: bool) {
        let asked_at = order.value.asked_at;
        if self.drain_asked_at.is_some_and(|newest| asked_at < newest) {
            self.answer_order(order.id);
            return;
        }
        self.drain_asked_at = Some(asked_at);
        self.set_draining(now, draining);
        self.out.push(Action::KeepDrain(order.id, draining));
    }

    pub(super) fn set_draining(&mut self, now: Now, draining: bool) {
        if std::mem::replace(&mut self.draining, draining) == draining {
            return;
        }
        if let Some(own) = self.fleet.nodes.get_mut(&self.config.node) {
            own.draining = draining;
        }
        self.nodes_changed(now);
    }

    pub(super) fn order_done(&mut self, order: OrderId, done: Result<(), String>) {
        if let Err(why) = done {
            self.warn(why);
        }
        self.answer_order(order);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use uuid::Uuid;

    use super::super::action::Transaction;
    use super::super::event::Event;
    use super::super::value::{Ask, OrderValue};
    use super::super::{Config, Dispatcher};
    use super::*;
    use crate::id::DiskId;

    fn now(seconds: u64) -> Now {
        Now {
            wall: Timestamp::UNIX_EPOCH + Duration::from_secs(1_000 + seconds),
            boot: Duration::from_secs(seconds),
        }
    }

    fn agent() -> Dispatcher {
        let mut agent = Dispatcher::new(Config {
            node: "a".parse().expect("a name"),
            disk_id: DiskId(Uuid::from_u128(1)),
            max_parallel: 8,
            seed: [7; 16],
        });
        for event in [
            Event::JournalRead(Vec::new()),
            Event::SessionGained(3),
            Event::RunsRead(Vec::new()),
        ] {
            agent.handle(now(0), event);
        }
        agent
    }

    fn order(number: u128, asked_s: u64, ask: Ask) -> Event {
        let asked_at = now(asked_s).wall;
        let value = OrderValue {
            v: 1,
            by: "ann".to_owned(),
            asked_at,
            not_after: asked_at + Duration::from_secs(60),
            ask,
        };
        let id = OrderId(Uuid::from_u128(number));
        Event::OrderSeen(Order { id, value })
    }

    fn answered(actions: &[Action]) -> Vec<u128> {
        let answer = |action: &Action| match action {
            Action::SendTxn(_, Transaction::Answer { order }) => Some(order.0.as_u128()),
            _ => None,
        };
        actions.iter().filter_map(answer).collect()
    }

    #[test]
    fn an_order_is_obeyed_at_once_and_answered_when_the_disk_has_it() {
        let mut agent = agent();
        let drain = agent.handle(now(1), order(1, 0, Ask::Drain));
        let id = OrderId(Uuid::from_u128(1));
        assert!(drain.contains(&Action::KeepDrain(id, true)), "{drain:?}");
        assert_eq!((agent.vitals().draining, answered(&drain)), (true, vec![]));
        let kept = agent.handle(now(1), Event::OrderDone(id, Ok(())));
        assert_eq!(answered(&kept), [1]);
        agent.handle(now(2), Event::DrainRead(false));
        assert!(
            !agent.vitals().draining,
            "a person has ended it on the host"
        );
    }

    #[test]
    fn an_expired_order_is_answered_and_not_obeyed() {
        let mut agent = agent();
        for (number, ask) in [(1, Ask::Drain), (2, Ask::Reload), (3, Ask::Undrain)] {
            let actions = agent.handle(now(100), order(number, 39, ask));
            assert_eq!((actions.len(), answered(&actions)), (1, vec![number]));
        }
        assert!(!agent.vitals().draining);
    }

    #[test]
    fn the_order_that_was_asked_later_holds_whichever_is_seen_first() {
        let mut agent = agent();
        agent.handle(now(30), order(1, 20, Ask::Undrain));
        let late = agent.handle(now(30), order(2, 10, Ask::Drain));
        assert_eq!(answered(&late), [2]);
        assert!(!agent.vitals().draining);
    }
}
