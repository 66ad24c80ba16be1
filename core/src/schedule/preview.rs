//! What people see before they save: the next instants with their local times, and the next clock
//! changes.

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Kind;
use super::dst::is_moved_by_gap;
use super::timetable::Timetable;
use crate::limits::PREVIEW_LINES_MAX;

/// The next instants of a timetable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Preview {
    /// Ascending; fewer than asked when the timetable ends.
    pub lines: Vec<PreviewLine>,
    /// The next two changes of the zone's offset; empty in a zone that has none.
    pub next_changes: Vec<ZoneChange>,
}

/// One instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PreviewLine {
    /// UTC.
    #[schemars(with = "String")]
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub at: Timestamp,
    /// On the zone's clock: `2026-03-29 03:00:00`.
    pub local: String,
    /// Of the zone at that instant: `+02:00`.
    pub offset: String,
    /// IANA name.
    pub zone: String,
    /// What is unusual about this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub note: Option<PreviewNote>,
}

/// Why a line is not what the expression alone suggests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PreviewNote {
    /// Its local time does not exist that day; it runs right after the gap.
    DstGap,
    /// Its local time comes twice that day; this is the first pass.
    DstFold,
    /// Its local time comes twice that day; this is the second pass.
    DstFoldAgain,
    /// A calendar leaves its day out: it is skipped.
    ExcludedDay,
}

/// A change of a zone's offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ZoneChange {
    /// The first instant with the new offset, UTC.
    #[schemars(with = "String")]
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub at: Timestamp,
    /// What the zone's clock would have shown without the change.
    pub local_before: String,
    /// What it shows instead; later is a gap, earlier a fold.
    pub local_after: String,
    /// `+01:00`.
    pub offset_before: String,
    /// `+02:00`.
    pub offset_after: String,
}

/// The next `count` instants after `after` (at most `PREVIEW_LINES_MAX`), and the next two clock
/// changes.
pub fn preview(timetable: &Timetable, after: Timestamp, count: usize) -> Preview {
    let lines = timetable
        .between(after, Timestamp::MAX)
        .take(count.min(PREVIEW_LINES_MAX))
        .map(|at| line(timetable, at))
        .collect();
    Preview {
        lines,
        next_changes: next_changes(timetable.zone.time_zone(), after),
    }
}

fn line(timetable: &Timetable, at: Timestamp) -> PreviewLine {
    let (local, offset) = on_the_clock(timetable.zone.time_zone(), at);
    let zone = timetable.zone.name().to_owned();
    PreviewLine {
        at,
        local,
        offset,
        zone,
        note: note(timetable, at),
    }
}

fn note(timetable: &Timetable, at: Timestamp) -> Option<PreviewNote> {
    let Kind::Cron(fields) = &timetable.schedule.kind else {
        return None;
    };
    let zone = timetable.zone.time_zone();
    if is_moved_by_gap(fields, zone, timetable.dst, at.as_second()) {
        return Some(PreviewNote::DstGap);
    }
    let offset = zone.to_offset(at);
    match zone.to_ambiguous_timestamp(zone.to_datetime(at)).offset() {
        AmbiguousOffset::Fold { before, .. } if before == offset => Some(PreviewNote::DstFold),
        AmbiguousOffset::Fold { .. } => Some(PreviewNote::DstFoldAgain),
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => None,
    }
}

fn next_changes(zone: &TimeZone, after: Timestamp) -> Vec<ZoneChange> {
    let mut before = zone.to_offset(after);
    let mut changes = Vec::new();
    for change in zone.following(after) {
        let (at, now) = (change.timestamp(), change.offset());
        // Some changes rename the time without moving the clock.
        if now != before {
            let (local_before, offset_before) = on_the_clock(&TimeZone::fixed(before), at);
            let (local_after, offset_after) = on_the_clock(&TimeZone::fixed(now), at);
            changes.push(ZoneChange {
                at,
                local_before,
                local_after,
                offset_before,
                offset_after,
            });
        }
        before = now;
        if changes.len() == 2 {
            break;
        }
    }
    changes
}

fn on_the_clock(zone: &TimeZone, at: Timestamp) -> (String, String) {
    let local = at.to_zoned(zone.clone());
    (
        local.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        local.strftime("%:z").to_string(),
    )
}
