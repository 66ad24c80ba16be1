//! What a series asks for next: wait, start, skip, or begin anew after an edit.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::event::SeenJob;
use super::value::{Cursor, Passed};
use crate::id::JobId;
use crate::job::{Job, Misfire};
use crate::limits::{RUN_ALL_MAX, SKIPS_AS_RECORDS_MAX};
use crate::run::Reason;
use crate::schedule::Timetable;

/// The next thing to do for a series.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Nothing is due ever again under this definition.
    Rest,
    /// Nothing is due before then; the offset of the job is counted in.
    Wait(Timestamp),
    /// The schedule was changed: go on from here, leaving this range behind.
    Rebase(Rebased),
    /// Start this instant; those passed over are skipped.
    Start(Due),
    /// Skip this instant and those passed over: all too late.
    Skip(Due),
}

/// An instant that is due.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Due {
    /// The instant.
    pub at: Timestamp,
    /// The instants before it that are decided with it.
    pub passed: Passed,
    /// Whether it is older than the start deadline.
    pub overdue: bool,
}

/// Where the cursor goes after an edit, and what it passes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rebased {
    /// The new cursor.
    pub to: Timestamp,
    /// First instant that is passed; `None` when there is none to account for.
    pub first: Option<Timestamp>,
    /// How many are passed, by the schedule that is known.
    pub count: u64,
    /// Edited or paused.
    pub reason: Reason,
}

/// Decides what a series asks for. `before` is the timetable that the cursor was moved under,
/// if this agent still knows it. What is `queued` has waited for the end of the run before it.
pub(super) fn next_step(
    id: JobId,
    seen: &SeenJob,
    before: Option<&Timetable>,
    cursor: Cursor,
    (now, queued): (Timestamp, bool),
) -> Step {
    let Ok(job) = &seen.job else {
        return Step::Rest;
    };
    if cursor.sgen != seen.sgen && now < cursor.instant {
        // The clock is behind what was decided already: it cannot say what is past.
        return Step::Wait(cursor.instant);
    }
    if cursor.sgen != seen.sgen {
        return Step::Rebase(rebase(seen, job, before, cursor, now));
    }
    if job.paused {
        return Step::Rest;
    }
    let offset = job.jitter_offset(id);
    match queued {
        true => queued_step(job, offset, cursor.instant, now),
        false => due_step(job, offset, cursor.instant, now),
    }
}

fn rebase(
    seen: &SeenJob,
    job: &Job,
    before: Option<&Timetable>,
    cursor: Cursor,
    now: Timestamp,
) -> Rebased {
    let to = whole_second(now).max(cursor.instant);
    let reason = if seen.was_paused {
        Reason::Paused
    } else {
        Reason::Edited
    };
    // Instants of either schedule are left behind, and each must be accounted for.
    let current = (!job.paused).then(|| job.timetable());
    let timetables = || before.into_iter().chain(current.as_ref());
    let firsts = timetables().filter_map(|timetable| timetable.next_after(cursor.instant));
    let count = timetables()
        .map(|timetable| timetable.count_between(cursor.instant, to))
        .max();
    let first = match before {
        Some(_) => firsts.filter(|first| *first <= to).min(),
        // Without the old timetable nobody can say that nothing was passed.
        None => (to > cursor.instant).then(|| cursor.instant + SECOND),
    };
    Rebased {
        to,
        first,
        count: count.unwrap_or(0),
        reason,
    }
}

fn due_step(job: &Job, offset: Duration, cursor: Timestamp, now: Timestamp) -> Step {
    let timetable = job.timetable();
    let Some(first) = timetable.next_after(cursor) else {
        return Step::Rest;
    };
    let due = |at: Timestamp| {
        at.saturating_add(offset)
            .expect("a duration is no calendar span")
    };
    if due(first) > now {
        return Step::Wait(due(first));
    }
    let is_overdue = |at: Timestamp| {
        due(at)
            .saturating_add(job.start_deadline)
            .expect("a duration is no calendar span")
            < now
    };
    if !is_overdue(first) {
        return Step::Start(Due {
            at: first,
            passed: Passed::default(),
            overdue: false,
        });
    }
    let cutoff = now
        .saturating_sub(offset + job.start_deadline)
        .expect("a duration is no calendar span");
    let newest = newest_before(&timetable, cutoff, cursor).unwrap_or(first);
    let fresh = timetable.next_after(newest).filter(|at| due(*at) <= now);
    let passing = |at: Timestamp| passed_before(&timetable, cursor, at);
    match (job.misfire, fresh) {
        (Misfire::RunAll, _) => {
            let at = oldest_made_up(&timetable, newest, cursor);
            Step::Start(Due {
                at,
                passed: passing(at),
                overdue: true,
            })
        }
        (_, Some(at)) => Step::Start(Due {
            at,
            passed: passing(at),
            overdue: false,
        }),
        (Misfire::RunLatest, None) => Step::Start(Due {
            at: newest,
            passed: passing(newest),
            overdue: true,
        }),
        (Misfire::Skip, None) => Step::Skip(Due {
            at: newest,
            passed: passing(newest),
            overdue: true,
        }),
    }
}

/// What waited for the end of another run: the newest instant, however late; the ones before it
/// are skipped for the overlap.
fn queued_step(job: &Job, offset: Duration, cursor: Timestamp, now: Timestamp) -> Step {
    let timetable = job.timetable();
    let reached = now
        .saturating_sub(offset)
        .expect("a duration is no calendar span");
    let Some(at) = timetable.latest_at_or_before(whole_second(reached), cursor) else {
        return due_step(job, offset, cursor, now);
    };
    let mut passed = passed_before(&timetable, cursor, at);
    passed.reason = passed.reason.map(|_| Reason::Overlap);
    Step::Start(Due {
        at,
        passed,
        overdue: false,
    })
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The newest instant strictly before `cutoff` and after `floor`.
fn newest_before(timetable: &Timetable, cutoff: Timestamp, floor: Timestamp) -> Option<Timestamp> {
    let whole = whole_second(cutoff);
    let last = if whole == cutoff {
        whole - SECOND
    } else {
        whole
    };
    timetable.latest_at_or_before(last, floor)
}

/// The oldest of the newest `RUN_ALL_MAX` instants in `(floor, newest]`.
fn oldest_made_up(timetable: &Timetable, newest: Timestamp, floor: Timestamp) -> Timestamp {
    let mut oldest = newest;
    for _ in 1..RUN_ALL_MAX {
        match timetable.latest_at_or_before(oldest - SECOND, floor) {
            Some(before) => oldest = before,
            None => break,
        }
    }
    oldest
}

/// The instants in `(cursor, at)`: each of them, or first and last when they are many.
pub(super) fn passed_before(timetable: &Timetable, cursor: Timestamp, at: Timestamp) -> Passed {
    let last = at - SECOND;
    let listed: Vec<Timestamp> = timetable
        .between(cursor, last)
        .take(SKIPS_AS_RECORDS_MAX as usize + 1)
        .collect();
    if listed.is_empty() {
        return Passed::default();
    }
    let reason = Some(Reason::Misfire);
    if listed.len() as u64 <= SKIPS_AS_RECORDS_MAX {
        return Passed {
            count: listed.len() as u64,
            reason,
            instants: listed,
        };
    }
    let newest = timetable.latest_at_or_before(last, cursor).unwrap_or(last);
    let count = timetable.count_between(cursor, last);
    Passed {
        count,
        reason,
        instants: vec![listed[0], newest],
    }
}

/// The instant without its fraction of a second.
pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    let floor = at.as_millisecond().div_euclid(1000);
    Timestamp::from_second(floor).expect("flooring stays in range")
}
