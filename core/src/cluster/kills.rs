//! Kills that were asked for and not answered yet, so that a window hears of each step of one.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::dispatch::{Ask, OrderValue};
use crate::id::{OrderId, RunId};
use crate::limits::KILL_CONFIRMED_WITHIN;

/// The kills that stand in the store.
#[derive(Default)]
pub(super) struct Kills {
    open: BTreeMap<OrderId, Kill>,
}

struct Kill {
    run: RunId,
    asked_at: Timestamp,
    is_overdue: bool,
}

impl Kills {
    /// Learns an order as it stands. Gives the run that is to be killed, if that is what it asks.
    pub fn learn(&mut self, id: OrderId, order: &OrderValue) -> Option<RunId> {
        let Ask::Kill { run_id: run } = order.ask else {
            return None;
        };
        self.open.insert(
            id,
            Kill {
                run,
                asked_at: order.asked_at,
                is_overdue: false,
            },
        );
        Some(run)
    }

    /// Learns that an order is gone: answered, or taken back.
    pub fn forget(&mut self, id: OrderId) -> Option<RunId> {
        self.open.remove(&id).map(|kill| kill.run)
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.open.clear();
    }

    /// Runs whose kill should have been confirmed by `now`; each of them once.
    pub fn newly_overdue(&mut self, now: Timestamp) -> Vec<RunId> {
        let is_late = |kill: &&mut Kill| {
            !kill.is_overdue && has_passed(kill.asked_at, now, KILL_CONFIRMED_WITHIN)
        };
        let late = self.open.values_mut().filter(is_late);
        late.map(|kill| {
            kill.is_overdue = true;
            kill.run
        })
        .collect()
    }
}

fn has_passed(since: Timestamp, now: Timestamp, time: Duration) -> bool {
    since.saturating_add(time).is_ok_and(|until| until < now)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn order(ask: Ask) -> OrderValue {
        let asked_at = Timestamp::UNIX_EPOCH;
        OrderValue {
            v: 1,
            by: "somebody".to_owned(),
            asked_at,
            not_after: asked_at,
            ask,
        }
    }

    fn run(byte: u8) -> RunId {
        format!("{byte:032x}").parse().expect("a run's id")
    }

    #[test]
    fn a_kill_is_told_when_asked_when_overdue_once_and_when_answered() {
        let (mut kills, id) = (Kills::default(), OrderId(Uuid::from_u128(1)));
        assert_eq!(
            kills.learn(id, &order(Ask::Kill { run_id: run(1) })),
            Some(run(1))
        );
        let soon = Timestamp::UNIX_EPOCH + KILL_CONFIRMED_WITHIN;
        assert_eq!(kills.newly_overdue(soon), vec![]);
        let late = soon + Duration::from_secs(1);
        assert_eq!(kills.newly_overdue(late), vec![run(1)]);
        assert_eq!(kills.newly_overdue(late), vec![]);
        assert_eq!(kills.forget(id), Some(run(1)));
        assert_eq!(kills.forget(id), None);
    }

    #[test]
    fn a_wish_to_follow_is_no_kill() {
        let (mut kills, id) = (Kills::default(), OrderId(Uuid::from_u128(1)));
        assert_eq!(kills.learn(id, &order(Ask::Tail { run_id: run(1) })), None);
        assert_eq!(kills.forget(id), None);
    }
}
