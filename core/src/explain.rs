//! Why an occurrence ran where it did, or did not run: what is known, put together as data.
//!
//! Nothing is read here and nothing decided: the same placement that agents obey is asked again.
//! The sentences are in [`words`]; whoever shows them in another way goes by the codes.

use jiff::Timestamp;
use serde::Serialize;

use crate::dispatch::Cursor;
use crate::id::{JobId, NodeId, RunId, Scope};
use crate::job::{Job, PlaceOn};
use crate::placement::{Excluded, Nodes, Wanted, What, candidates};
use crate::run::{Reason, RunRecord, RunState};

pub mod words;

/// What an explanation is made of.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The job.
    pub id: JobId,
    /// Its newest definition.
    pub job: &'a Job,
    /// The cursor of the scope `*`, if there is one.
    pub cursor: Option<Cursor>,
    /// Every node that is known.
    pub nodes: &'a Nodes,
    /// What history and the store have of that instant: a record of its own, or a range over it.
    pub records: &'a [RunRecord],
    /// The run that holds the job's overlap, if one does.
    pub holder: Option<&'a RunRecord>,
    /// Now.
    pub now: Timestamp,
}

/// Why an occurrence ran where it did, or did not run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The job.
    pub job_id: JobId,
    /// The instant that was asked about.
    pub at: Timestamp,
    /// When it is due: later than the instant where the job has jitter.
    pub due_at: Timestamp,
    /// What can be said of it.
    pub verdict: Verdict,
    /// The run that it waits for, of one that nobody has decided.
    pub held_by: Option<Decision>,
    /// When candidates and those left out were asked for. How nodes stood at an earlier time is
    /// not kept anywhere.
    pub as_of: Timestamp,
    /// Who would decide it now: the first, then who stands in. Of a job that runs on all nodes each
    /// decides for itself.
    pub candidates: Vec<NodeId>,
    /// Who is left out now, and why.
    pub excluded: Vec<LeftOut>,
    /// What was decided, in the order of the attempts; of a job that runs on all nodes by each.
    pub decisions: Vec<Decision>,
}

/// What can be said of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// The schedule does not ring then.
    NoInstant {
        /// When it rings next after that.
        next: Option<Timestamp>,
    },
    /// It was decided.
    Decided,
    /// It is to come.
    ToCome,
    /// It is to come, and a calendar of the job leaves its day out.
    ExcludedDay,
    /// It is to come, and the job's schedule rests.
    Paused,
    /// Its time has come, and nobody has decided it yet.
    Undecided,
    /// It counts as decided, and no record says how: `ledger verify` tells more.
    NoRecord,
}

/// A node that does not come into question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The node.
    pub node: NodeId,
    /// Why.
    pub why: Excluded,
}

/// What somebody decided about the instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The run.
    pub run_id: RunId,
    /// The attempt.
    pub attempt: u32,
    /// The instant that it was decided for; the first of a range.
    pub scheduled_at: Timestamp,
    /// The node that decided.
    pub node: NodeId,
    /// When, by its clock.
    pub decided_at: Timestamp,
    /// What came of it.
    pub state: RunState,
    /// Why, in one word.
    pub reason: Option<Reason>,
    /// How many instants were decided together.
    pub count: u64,
    /// The person who asked for it, of what no schedule rang.
    pub asked_by: Option<String>,
}

impl From<&RunRecord> for Decision {
    fn from(record: &RunRecord) -> Self {
        Self {
            run_id: record.run_id,
            attempt: record.attempt,
            scheduled_at: record.scheduled_at,
            node: record.node.clone(),
            decided_at: record.decided_at,
            state: record.state,
            reason: record.reason,
            count: record.count,
            asked_by: record.by.clone().filter(|_| !is_of_schedule(record)),
        }
    }
}

/// Puts together what is known of an instant.
pub fn explain(at: Timestamp, known: Known<'_>) -> Explanation {
    let what = What::Turn(turn_at(at, &known));
    let found = candidates(Wanted::new(known.id, known.job, what), known.nodes);
    let mut decisions: Vec<Decision> = known.records.iter().map(Decision::from).collect();
    decisions.sort_by(|a, b| (&a.node, a.attempt).cmp(&(&b.node, b.attempt)));
    if known.job.place.on != PlaceOn::All {
        decisions.sort_by_key(|decision| decision.attempt);
    }
    let left_out = found.excluded.into_iter();
    let verdict = verdict(at, &known);
    let is_undecided = verdict == Verdict::Undecided;
    Explanation {
        job_id: known.id,
        at,
        due_at: due_at(at, &known),
        verdict,
        held_by: known.holder.filter(|_| is_undecided).map(Decision::from),
        as_of: known.now,
        candidates: found.order,
        excluded: left_out.map(|(node, why)| LeftOut { node, why }).collect(),
        decisions,
    }
}

fn verdict(at: Timestamp, known: &Known<'_>) -> Verdict {
    let timetable = known.job.timetable();
    let rings = timetable.latest_at_or_before(at, before(at)) == Some(at);
    let is_decided = known.cursor.is_some_and(|cursor| at <= cursor.instant);
    match rings {
        // What an earlier definition decided holds, whatever the newest says.
        _ if !known.records.is_empty() => Verdict::Decided,
        false => Verdict::NoInstant {
            next: timetable.next_after(at),
        },
        true if is_decided => Verdict::NoRecord,
        true if known.job.paused => Verdict::Paused,
        true if due_at(at, known) > known.now => Verdict::ToCome,
        true => Verdict::Undecided,
    }
}

/// The instants of a job's schedule before and after one; the one before is looked for in `span`.
pub fn beside(
    at: Timestamp,
    job: &Job,
    span: std::time::Duration,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let timetable = job.timetable();
    let floor = at.checked_sub(span).unwrap_or(Timestamp::MIN);
    let last = at.checked_sub(std::time::Duration::from_millis(1));
    let previous = timetable.latest_at_or_before(last.unwrap_or(at), floor);
    (
        previous.filter(|previous| *previous < at),
        timetable.next_after(at),
    )
}

fn due_at(at: Timestamp, known: &Known<'_>) -> Timestamp {
    let offset = known.job.jitter_offset(known.id);
    at.saturating_add(offset)
        .expect("a duration is no calendar span")
}

/// The number of the occurrence, counted from the cursor: instants have numbers in a row.
fn turn_at(at: Timestamp, known: &Known<'_>) -> u64 {
    let Some(cursor) = known.cursor else { return 0 };
    let timetable = known.job.timetable();
    match at > cursor.instant {
        true => {
            let after = timetable.count_between(cursor.instant, before(at));
            cursor.turn + after
        }
        false => {
            let since = timetable.count_between(before(at), cursor.instant);
            cursor.turn.saturating_sub(since)
        }
    }
}

fn before(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second() - 1).unwrap_or(at)
}

/// Whether a record tells of this instant of a job's schedule.
pub fn tells_of(record: &RunRecord, at: Timestamp) -> bool {
    is_of_schedule(record)
        && record.scheduled_at <= at
        && record.until.unwrap_or(record.scheduled_at) >= at
}

fn is_of_schedule(record: &RunRecord) -> bool {
    matches!(record.scope, Scope::One | Scope::Node(_))
}

#[cfg(test)]
mod questions;
#[cfg(test)]
mod tests;
