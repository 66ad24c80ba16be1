//! Whose matter a due instant is: the first candidate decides it at once, the others stand in when
//! it did not.
//!
//! Nobody watches cursors. A candidate that waits reads the cursor once its patience ends, and goes
//! on from what it finds: if the first one is well, that costs a reading and no writing.

use std::time::Duration;

use jiff::Timestamp;

use super::Dispatcher;
use super::action::Action;
use super::due::{Due, Step};
use super::event::Now;
use super::nodes::patience;
use super::value::{Cursor, RequestKey, SeriesKey};
use crate::id::{JobId, NodeId};
use crate::job::{Balance, Job, Place, PlaceOn};
use crate::limits::{CURSOR_ASK_AGAIN_AFTER, TURN_LOOK_EVERY};
use crate::placement::{Candidates, Wanted, What, candidates};

/// Since when a series wants something that this node leaves to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Yielding {
    cursor: Option<Cursor>,
    is_skip: bool,
    since: Timestamp,
}

/// Of an own turn that comes after others' undecided ones, so many are looked for.
const TURNS_AHEAD_MAX: u64 = 8;

impl Dispatcher {
    /// Whether this node takes the step now. If not, the series is looked at again when that may
    /// have changed.
    pub(super) fn takes(&mut self, now: Now, key: &SeriesKey, cursor: Cursor, step: &Step) -> bool {
        let Some((_, job)) = self.usable_job(key.job) else {
            return false;
        };
        let job = job.clone();
        let since = self.yield_since(now, key, Some(cursor), matches!(step, Step::Skip(_)));
        let passed = due_of(step).map_or(0, |due| due.passed.count);
        let found = self.candidates_for(key.job, &job, cursor.turn + passed);
        match found.rank(&self.config.node) {
            // A change of the nodes wakes the series.
            None => false,
            Some(_) if job.place.on == PlaceOn::All || found.order.len() == 1 => true,
            Some(0)
                if self.read_since(key, self.must_have_read(now, key.job, &job, step, since)) =>
            {
                true
            }
            Some(0) => {
                self.ask_for_cursor(now, key);
                false
            }
            Some(rank) => {
                let since = self.due_since(key.job, &job, step).unwrap_or(since);
                let until = since + patience(rank);
                if now.wall < until {
                    self.wait_for_another(now, key, (cursor, &job), step, until);
                    return false;
                }
                let is_behind = self.read_since(key, Some(until));
                if !is_behind {
                    self.ask_for_cursor(now, key);
                }
                is_behind
            }
        }
    }

    /// Whether this node comes into question for a job at all.
    pub(super) fn is_candidate(&mut self, now: Now, key: &SeriesKey) -> bool {
        let Some((_, job)) = self.usable_job(key.job) else {
            return false;
        };
        let found = self.candidates_for(key.job, &job.clone(), 0);
        self.yield_since(now, key, None, false);
        // Whose turn it is matters to nobody yet, and without failover only the home has it.
        found.rank(&self.config.node).is_some()
    }

    pub(super) fn candidates_for(&self, id: JobId, job: &Job, turn: u64) -> Candidates {
        candidates(Wanted::new(id, job, What::Turn(turn)), &self.fleet.nodes)
    }

    /// How long this node leaves a request to others; `None` when it is not its to take at all.
    /// One that starts nothing may be closed by any node.
    pub(super) fn request_patience(
        &self,
        key: &RequestKey,
        at: Option<&NodeId>,
        starts: bool,
    ) -> Option<Duration> {
        let anywhere = Place::default();
        let job = self.usable_job(key.job).map(|(_, job)| job);
        let place = match (job, at) {
            (Some(_), Some(node)) if starts => {
                let takes = *node == self.config.node && !self.draining;
                return takes.then_some(Duration::ZERO);
            }
            (Some(job), _) if starts => &job.place,
            _ => &anywhere,
        };
        let wanted = Wanted {
            id: key.job,
            project: &key.project,
            place,
            what: What::Request(key.request),
        };
        let found = candidates(wanted, &self.fleet.nodes);
        found.rank(&self.config.node).map(patience)
    }

    /// Since when the series wants this of this cursor; from now on, if it is new.
    fn yield_since(
        &mut self,
        now: Now,
        key: &SeriesKey,
        cursor: Option<Cursor>,
        is_skip: bool,
    ) -> Timestamp {
        let Some(series) = self.series.get_mut(key) else {
            return now.wall;
        };
        let known = series
            .yielding
            .filter(|known| known.cursor == cursor && known.is_skip == is_skip);
        let yielding = known.unwrap_or(Yielding {
            cursor,
            is_skip,
            since: now.wall,
        });
        series.yielding = Some(yielding);
        yielding.since
    }

    /// Patience counts from the instant, so that who stands in for a full node keeps up with the
    /// schedule. What is caught up is left to the first candidate anew each time.
    fn due_since(&self, id: JobId, job: &Job, step: &Step) -> Option<Timestamp> {
        match step {
            Step::Start(due) if !due.overdue && due.passed.count == 0 => {
                let due_at = due.at + job.jitter_offset(id);
                self.deciding_since.map(|since| since.max(due_at))
            }
            _ => None,
        }
    }

    /// How new the first candidate's knowledge of the cursor must be: others may have moved it, if
    /// it did not see to the instant before this one itself. `None`: as it is.
    fn must_have_read(
        &self,
        now: Now,
        id: JobId,
        job: &Job,
        step: &Step,
        since: Timestamp,
    ) -> Option<Timestamp> {
        match step {
            Step::Start(due) => {
                let newest = newest_due(now, id, job, due)?;
                let follows = newest == due.at && due.passed.count == 0;
                (!follows).then(|| newest + job.jitter_offset(id))
            }
            _ => Some(since),
        }
    }

    fn read_since(&self, key: &SeriesKey, since: Option<Timestamp>) -> bool {
        let read_at = self.series.get(key).and_then(|series| series.read_at);
        since.is_none_or(|since| read_at.is_some_and(|at| at >= since))
    }

    /// Looks again when another's patience with the first candidate ends, and sooner where the next
    /// instant may be this node's own.
    fn wait_for_another(
        &mut self,
        now: Now,
        key: &SeriesKey,
        (cursor, job): (Cursor, &Job),
        step: &Step,
        until: Timestamp,
    ) {
        let mut again = until;
        if let (Balance::Rotate | Balance::LeastLoaded, Some(due)) =
            (job.place.balance, due_of(step))
        {
            let offset = job.jitter_offset(key.job);
            let newest = newest_due(now, key.job, job, due).unwrap_or(due.at);
            let next = job.timetable().next_after(newest);
            again = next.map_or(again, |next| again.min(next + offset));
            if self.has_a_later_turn(key.job, job, cursor, (due, newest)) {
                again = again.min(now.wall + TURN_LOOK_EVERY);
                let fresh = (newest + offset).max(now.wall - TURN_LOOK_EVERY);
                if !self.read_since(key, Some(fresh)) {
                    self.ask_for_cursor(now, key);
                }
            }
        }
        self.wake(again, key.clone());
    }

    /// Whether one of the instants that are due after another's is this node's own.
    fn has_a_later_turn(
        &self,
        id: JobId,
        job: &Job,
        cursor: Cursor,
        (due, newest): (&Due, Timestamp),
    ) -> bool {
        if job.place.balance != Balance::Rotate {
            return false;
        }
        let turn = cursor.turn + due.passed.count;
        let later = job.timetable().count_between(due.at, newest);
        (later.saturating_sub(TURNS_AHEAD_MAX)..later).any(|ahead| {
            let found = self.candidates_for(id, job, turn + ahead + 1);
            found.rank(&self.config.node) == Some(0)
        })
    }

    /// Reads a series' cursor, unless that is under way.
    pub(super) fn ask_for_cursor(&mut self, now: Now, key: &SeriesKey) {
        let Some(series) = self.series.get_mut(key) else {
            return;
        };
        let asked = series.asked_at;
        if asked.is_some_and(|at| now.boot < at + CURSOR_ASK_AGAIN_AFTER) {
            return;
        }
        series.asked_at = Some(now.boot);
        self.out.push(Action::ReadCursors(vec![key.clone()]));
        self.wake(now.wall + CURSOR_ASK_AGAIN_AFTER, key.clone());
    }
}

fn due_of(step: &Step) -> Option<&Due> {
    match step {
        Step::Start(due) | Step::Skip(due) => Some(due),
        _ => None,
    }
}

/// The newest instant whose time has come, jitter counted in.
fn newest_due(now: Now, id: JobId, job: &Job, due: &Due) -> Option<Timestamp> {
    let offset = job.jitter_offset(id);
    let reached = now.wall.saturating_sub(offset).ok()?;
    let before = due.at - Duration::from_secs(1);
    job.timetable().latest_at_or_before(reached, before)
}
