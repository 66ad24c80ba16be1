//! From walls (local times) to instants: what happens where a zone's clock jumps.
//!
//! A zone is walked as segments of one offset. Where the clock goes forward some walls are missing (a
//! *gap*), where it goes back some come twice (a *fold*). The walk yields instants in
//! ascending order, each once, whatever the zone does.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::Fields;

/// What a fixed-time job does where the clock jumps.
///
/// A job is fixed-time when neither its minute nor its hour field begins with `*`. All others follow real
/// elapsed time under every policy: nothing in a gap, both passes of a fold.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema,
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DstPolicy {
    /// All its times in a gap collapse into one run right after it; in a fold the first pass only.
    #[default]
    Vixie,
    /// Nothing for times in a gap; in a fold the first pass only.
    Skip,
    /// One run right after a gap; both passes of a fold.
    RunBoth,
}

/// Far more than any clock was ever moved at once (a day, at the date line).
const JUMP_S_MAX: i64 = 2 * 86_400;

/// A stretch of time in which the zone's offset stays the same.
#[derive(Debug, Clone, Copy)]
struct Segment {
    /// The first second that no longer belongs to it.
    end: i64,
    offset: i64,
    next_offset: i64,
}

impl Segment {
    fn at(zone: &TimeZone, second: i64) -> Self {
        let here = instant(second);
        let offset = i64::from(zone.to_offset(here).seconds());
        match zone.following(here).next() {
            None => Self { end: i64::MAX, offset, next_offset: offset },
            Some(next) => Self {
                end: next.timestamp().as_second(),
                offset,
                next_offset: i64::from(next.offset().seconds()),
            },
        }
    }
}

/// The instants of an expression in a zone, ascending.
#[derive(Debug, Clone)]
pub(super) struct Walk<'t> {
    fields: &'t Fields,
    zone: &'t TimeZone,
    /// A fixed-time job whose gaps collapse into one run.
    collapses: bool,
    /// A fixed-time job that leaves out the second pass of a fold.
    once: bool,
    segment: Segment,
    /// The first wall of the segment not yet looked at.
    low: i64,
}

impl<'t> Walk<'t> {
    /// Starts strictly after `second`.
    pub fn after(fields: &'t Fields, zone: &'t TimeZone, policy: DstPolicy, second: i64) -> Self {
        let segment = Segment::at(zone, second);
        let once = fields.fixed_time && policy != DstPolicy::RunBoth;
        let collapses = fields.fixed_time && policy != DstPolicy::Skip;
        let mut low = second + 1 + segment.offset;
        if once && let Some(previous) = zone.preceding(instant(second + 1)).next() {
            let begin = previous.timestamp().as_second();
            low = low.max(begin + i64::from(zone.to_offset(instant(begin - 1)).seconds()));
        }
        Self { fields, zone, collapses, once, segment, low }
    }

    /// The next instant; `None` when nothing matches within the search's bound.
    pub fn next_second(&mut self) -> Option<i64> {
        loop {
            let wall = self.fields.next_wall(self.low)?;
            let second = wall - self.segment.offset;
            if second < self.segment.end {
                self.low = wall + 1;
                return Some(second);
            }
            if let Some(second) = self.cross(wall) {
                return Some(second);
            }
        }
    }

    /// How many instants come up to and including `until`.
    pub fn count_until(mut self, until: i64) -> u64 {
        let mut count = 0;
        loop {
            let high = self.segment.end.min(until + 1) + self.segment.offset;
            count += self.fields.count_walls(self.low, high);
            if self.segment.end > until {
                return count;
            }
            let Some(wall) = self.fields.next_wall(self.low.max(high)) else { return count };
            count += u64::from(self.cross(wall).is_some_and(|second| second <= until));
        }
    }

    /// Leaves the segment for a later one, given the first wall that matches at or after both `low` and the
    /// segment's end. Yields the instant right after a gap when that one stands for the walls in it.
    fn cross(&mut self, wall: i64) -> Option<i64> {
        let end = self.segment.end;
        if wall - 2 * JUMP_S_MAX > end + self.segment.offset {
            self.segment = Segment::at(self.zone, wall - JUMP_S_MAX);
            self.low = wall;
            return None;
        }
        let first_wall = end + self.segment.next_offset;
        let is_fold = self.segment.next_offset < self.segment.offset;
        self.segment = Segment::at(self.zone, end);
        if is_fold {
            self.low = if self.once { wall } else { first_wall };
            return None;
        }
        let collapsed = self.collapses && wall < first_wall;
        self.low = wall.max(first_wall + i64::from(collapsed));
        collapsed.then_some(end)
    }
}

/// Whether the instant stands for walls in the gap that ends there, and not for its own wall alone.
pub(super) fn is_moved_by_gap(
    fields: &Fields,
    zone: &TimeZone,
    policy: DstPolicy,
    second: i64,
) -> bool {
    let before = i64::from(zone.to_offset(instant(second - 1)).seconds());
    let after = i64::from(zone.to_offset(instant(second)).seconds());
    let collapses = fields.fixed_time && policy != DstPolicy::Skip;
    let missing = fields.next_wall(second + before).is_some_and(|wall| wall < second + after);
    collapses && before < after && missing
}

/// The instant of a second, or the nearest one that exists.
pub(super) fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
