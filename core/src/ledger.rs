//! Whether every instant of a job has its record: expected instants against records. Pure.
//!
//! An instant is *expected* when the edition of the job that was in force then names it and did
//! not rest. It is *recorded* by a record of its own or by a range that covers it. A gap is an
//! expected instant without a record; an extra is a record of an instant that no edition names.

use std::iter::Peekable;

use jiff::Timestamp;

use crate::id::{RunId, Scope};
use crate::limits::LEDGER_EDIT_SLACK;
use crate::run::{Reason, RunState};
use crate::schedule::Timetable;

/// An instant that history accounts for.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerRow {
    /// The series.
    pub scope: Scope,
    /// The instant, or the first of a range.
    pub scheduled_at: Timestamp,
    /// The last of a range.
    pub until: Option<Timestamp>,
    /// How many instants the row stands for.
    pub count: u64,
    /// The run.
    pub run_id: RunId,
    /// The attempt.
    pub attempt: u32,
    /// How it ended.
    pub state: RunState,
    /// Why, in one word.
    pub reason: Option<Reason>,
}

/// What a job's schedule was from some edit on, until the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Edition {
    /// When the edit was made, by its author's clock.
    pub from: Timestamp,
    /// Its timetable; `None` while it rests, is deleted, or cannot be read.
    pub timetable: Option<Timetable>,
}

/// Instants in a row without a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// How many.
    pub count: u64,
}

/// A record of an instant that nobody planned, or a second one of the same instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// The instant.
    pub at: Timestamp,
    /// The record's run.
    pub run_id: RunId,
}

/// What the check of one series found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// Instants that must be recorded.
    pub expected: u64,
    /// Those of them that are.
    pub recorded: u64,
    /// Those that are not, those next to each other together.
    pub gaps: Vec<Gap>,
    /// Records of instants that nobody planned.
    pub extras: Vec<Extra>,
    /// Records that say that no evidence was left.
    pub lost: Vec<Extra>,
}

impl Findings {
    /// Whether every instant has exactly one record.
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty() && self.extras.is_empty()
    }
}

/// Compares what one series should have recorded in `(since, until]` with what it has.
///
/// `editions` ascend by `from`; before the first nothing is expected. `rows` are of this series
/// only and ascend by `scheduled_at`. Takes time by the instants and the rows, once each.
pub fn check(editions: &[Edition], rows: &[LedgerRow], since: Timestamp, until: Timestamp) -> Findings {
    let mut ranges: Vec<(Timestamp, Timestamp)> =
        rows.iter().filter_map(|row| Some((row.scheduled_at, row.until?))).collect();
    ranges.sort_unstable();
    let mut singles: Vec<&LedgerRow> = rows.iter().filter(|row| row.until.is_none()).collect();
    singles.sort_by_key(|row| (row.scheduled_at, row.run_id, row.attempt));
    // The attempts of a run are one record.
    singles.dedup_by_key(|row| (row.scheduled_at, row.run_id));
    let mut walk = Walk {
        findings: Findings::default(),
        singles: singles.into_iter().filter(|row| row.scheduled_at > since && row.scheduled_at <= until).peekable(),
        ranges: Ranges { all: ranges, next: 0, reach: None },
        gap_open: false,
    };
    for (at, demand) in planned(editions, since, until) {
        walk.meet(at, demand);
    }
    walk.refuse_until(None);
    walk.findings.lost = lost(rows, since, until);
    walk.findings
}

/// Whether an instant must have a record, or may have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Demand {
    May,
    Must,
}

/// Every instant that some edition names, ascending, each once. Around an edit the instants of
/// both editions may be recorded, and none must: clocks differ a little.
fn planned(
    editions: &[Edition],
    since: Timestamp,
    until: Timestamp,
) -> impl Iterator<Item = (Timestamp, Demand)> + '_ {
    let mut held: Option<(Timestamp, Demand)> = None;
    let mut all = in_turn(editions, since, until).peekable();
    std::iter::from_fn(move || {
        loop {
            match (held.take(), all.next()) {
                (None, None) => return None,
                (None, Some(next)) => held = Some(next),
                (Some(last), None) => return Some(last),
                (Some(last), Some(next)) if last.0 == next.0 => held = Some((last.0, last.1.max(next.1))),
                (Some(last), Some(next)) => {
                    held = Some(next);
                    return Some(last);
                }
            }
        }
    })
}

/// The instants of all editions, ascending; those near an edit may come twice.
fn in_turn(editions: &[Edition], since: Timestamp, until: Timestamp) -> impl Iterator<Item = (Timestamp, Demand)> + '_ {
    let slack = |at: Timestamp, sign: i64| {
        let seconds = i64::try_from(LEDGER_EDIT_SLACK.as_secs()).unwrap_or(i64::MAX);
        Timestamp::from_second(at.as_second().saturating_add(sign * seconds)).unwrap_or(at)
    };
    let mut lines = Vec::new();
    for (index, edition) in editions.iter().enumerate() {
        let Some(timetable) = &edition.timetable else { continue };
        let next = editions.get(index + 1).map(|next| next.from);
        let first = slack(edition.from, -1).max(since);
        let last = next.map_or(until, |at| slack(at, 1).min(until));
        // Within these bounds no other edition can have been in force.
        let (firm_after, firm_until) = (slack(edition.from, 1), next.map_or(until, |at| slack(at, -1)));
        let instants = timetable.between(first, last).map(move |at| {
            let must = at > firm_after && at <= firm_until;
            (at, if must { Demand::Must } else { Demand::May })
        });
        lines.push((first, instants.peekable()));
    }
    // Lines ascend by their beginnings, and only neighbours overlap.
    let mut begun = 0;
    std::iter::from_fn(move || {
        while lines.get_mut(begun).is_some_and(|(_, line)| line.peek().is_none()) {
            begun += 1;
        }
        let mut soonest: Option<(Timestamp, usize)> = None;
        for (index, (first, line)) in lines.iter_mut().enumerate().skip(begun) {
            if soonest.is_some_and(|(at, _)| at <= *first) {
                break;
            }
            let candidate = line.peek().map(|(at, _)| (*at, index));
            soonest = match (soonest, candidate) {
                (Some(best), Some(other)) => Some(best.min(other)),
                (best, other) => best.or(other),
            };
        }
        lines[soonest?.1].1.next()
    })
}

struct Walk<'a, I: Iterator<Item = &'a LedgerRow>> {
    findings: Findings,
    singles: Peekable<I>,
    ranges: Ranges,
    /// Whether the newest gap goes on with the next instant.
    gap_open: bool,
}

impl<'a, I: Iterator<Item = &'a LedgerRow>> Walk<'a, I> {
    fn meet(&mut self, at: Timestamp, demand: Demand) {
        self.refuse_until(Some(at));
        let mut records = u64::from(self.ranges.covers(at));
        while let Some(row) = self.singles.next_if(|row| row.scheduled_at == at) {
            if records > 0 {
                self.findings.extras.push(Extra { at, run_id: row.run_id });
            }
            records += 1;
        }
        if demand == Demand::May {
            return;
        }
        self.findings.expected += 1;
        match records {
            0 => self.miss(at),
            _ => {
                self.findings.recorded += 1;
                self.gap_open = false;
            }
        }
    }

    /// Records before `at`, or all that are left, are of instants that nobody planned.
    fn refuse_until(&mut self, at: Option<Timestamp>) {
        while let Some(row) = self.singles.next_if(|row| at.is_none_or(|at| row.scheduled_at < at)) {
            self.findings.extras.push(Extra { at: row.scheduled_at, run_id: row.run_id });
        }
    }

    fn miss(&mut self, at: Timestamp) {
        match self.findings.gaps.last_mut().filter(|_| self.gap_open) {
            Some(gap) => (gap.last, gap.count) = (at, gap.count + 1),
            None => self.findings.gaps.push(Gap { first: at, last: at, count: 1 }),
        }
        self.gap_open = true;
    }
}

/// Ranges in the order of their beginnings, asked in ascending order.
struct Ranges {
    all: Vec<(Timestamp, Timestamp)>,
    next: usize,
    /// The farthest end of those that have begun.
    reach: Option<Timestamp>,
}

impl Ranges {
    fn covers(&mut self, at: Timestamp) -> bool {
        while let Some((_, last)) = self.all.get(self.next).filter(|(first, _)| *first <= at) {
            self.reach = self.reach.max(Some(*last));
            self.next += 1;
        }
        self.reach.is_some_and(|reach| reach >= at)
    }
}

fn lost(rows: &[LedgerRow], since: Timestamp, until: Timestamp) -> Vec<Extra> {
    let is_lost = |row: &&LedgerRow| {
        let is_within = row.scheduled_at > since && row.scheduled_at <= until;
        is_within && row.state == RunState::Lost && row.reason == Some(Reason::NoRecord)
    };
    rows.iter().filter(is_lost).map(|row| Extra { at: row.scheduled_at, run_id: row.run_id }).collect()
}

#[cfg(test)]
mod tests;
