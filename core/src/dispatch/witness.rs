//! Whether this node's clock agrees with the others': each says its own in its session, every few
//! seconds.
//!
//! A stamp arrives a little late, so it only ever makes its author look behind: the newest few are
//! kept, and the one that looks furthest ahead is believed. They are kept against the boot-time
//! clock, so that a step of this node's own wall clock shows at once.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::event::Now;
use crate::id::NodeId;
use crate::limits::{CLOCK_DIFFERENCE_MAX, SESSION_TTL};

/// What the other nodes' clocks show.
#[derive(Debug, Default)]
pub(super) struct Witnesses {
    /// When a stamp arrived, and how far its clock was from this node's boot-time clock then.
    heard: BTreeMap<NodeId, VecDeque<(Duration, i64)>>,
}

impl Witnesses {
    /// Notes a stamp that was written just now.
    pub(super) fn hear(&mut self, now: Now, node: &NodeId, stamp: Timestamp) {
        let heard = self.heard.entry(node.clone()).or_default();
        heard.retain(|(at, _)| *at + SESSION_TTL > now.boot);
        heard.push_back((now.boot, stamp.as_millisecond() - milliseconds(now.boot)));
    }

    pub(super) fn forget(&mut self, node: &NodeId) {
        self.heard.remove(node);
    }

    /// How many of the others have said their time.
    pub(super) fn count(&self) -> usize {
        self.heard.len()
    }

    /// How far this node's clock is ahead of the others' median (behind: below 0), if that is too
    /// far. Of two in the middle the nearer counts: half of the others suffice as witnesses.
    pub(super) fn disagreement_ms(&self, now: Now) -> Option<i64> {
        let own = now.wall.as_millisecond() - milliseconds(now.boot);
        let furthest = |heard: &VecDeque<(Duration, i64)>| heard.iter().map(|(_, at)| *at).max();
        let mut ahead: Vec<i64> = self
            .heard
            .values()
            .filter_map(furthest)
            .map(|other| own - other)
            .collect();
        ahead.sort_unstable();
        let middle = [ahead.len().checked_sub(1)? / 2, ahead.len() / 2];
        let median = middle.map(|index| ahead[index]).into_iter();
        let median = median.min_by_key(|ahead| ahead.abs())?;
        (median.abs() > milliseconds(CLOCK_DIFFERENCE_MAX)).then_some(median)
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_000;

    /// This node's clocks at a true second, its wall clock being wrong by so much.
    fn now(second: i64, wrong: i64) -> Now {
        Now {
            wall: Timestamp::from_second(START + second + wrong).expect("in range"),
            boot: Duration::from_secs(second.unsigned_abs()),
        }
    }

    fn hears(witnesses: &mut Witnesses, second: i64, others: &[(&str, i64)]) {
        for (node, wrong) in others {
            let stamp = Timestamp::from_second(START + second + wrong).expect("in range");
            let node = node.parse().expect("a plain name");
            witnesses.hear(now(second, 0), &node, stamp);
        }
    }

    #[test]
    fn the_one_that_differs_from_the_others_is_suspect_and_they_are_not() {
        let mut at_the_wrong_one = Witnesses::default();
        hears(&mut at_the_wrong_one, 5, &[("a", 0), ("b", 1)]);
        assert_eq!(at_the_wrong_one.disagreement_ms(now(6, 7)), Some(6_000));

        let mut at_a_right_one = Witnesses::default();
        hears(&mut at_a_right_one, 5, &[("b", 0), ("wrong", 7)]);
        assert_eq!(at_a_right_one.disagreement_ms(now(6, 0)), None);
        assert_eq!(
            at_a_right_one.disagreement_ms(now(6, 2)),
            None,
            "as far as is allowed"
        );
    }

    #[test]
    fn two_that_differ_suspect_themselves_both_and_one_alone_never() {
        let mut two = Witnesses::default();
        assert_eq!(two.disagreement_ms(now(5, 3)), None);
        hears(&mut two, 5, &[("b", 0)]);
        assert_eq!(two.disagreement_ms(now(6, -3)), Some(-3_000));
        two.forget(&"b".parse().expect("a plain name"));
        assert_eq!(two.disagreement_ms(now(6, -3)), None);
    }

    #[test]
    fn a_stamp_that_arrives_late_makes_nobody_suspect() {
        let mut witnesses = Witnesses::default();
        hears(&mut witnesses, 5, &[("a", 0)]);
        hears(&mut witnesses, 10, &[("a", -4)]);
        assert_eq!(witnesses.disagreement_ms(now(11, 0)), None);
        hears(&mut witnesses, 25, &[("a", -4)]);
        assert_eq!(
            witnesses.disagreement_ms(now(25, 0)),
            Some(4_000),
            "it stays so"
        );
    }
}
