//! Excluded days: which instants of a job are decided as skipped because of the day.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Dispatcher;
use super::due::{Due, Step, passed_before};
use super::event::Now;
use super::value::{Cursor, SeriesKey};
use crate::job::{Job, Misfire};
use crate::limits::RUN_ALL_MAX;
use crate::schedule::Days;

/// The calendars that are known, by name.
pub type Calendars = BTreeMap<String, Arc<Days>>;

impl Dispatcher {
    /// All calendars as they stand. Whoever uses one looks again: what was decided stays so.
    pub(super) fn know_calendars(&mut self, now: Now, calendars: Calendars) {
        self.calendars = calendars;
        let uses = |key: &&SeriesKey| {
            let job = self.usable_job(key.job);
            job.is_some_and(|(_, job)| !job.calendars.is_empty())
        };
        let keys: Vec<SeriesKey> = self.series.keys().filter(uses).cloned().collect();
        for key in &keys {
            let missing = self.usable_job(key.job).and_then(|(_, job)| {
                let name = job.calendars.missing(&self.calendars)?;
                let (project, job) = (&job.project, &job.name);
                Some(format!(
                    "job {project}/{job} waits: its calendar {name:?} is not there or cannot be read"
                ))
            });
            if let Some(sentence) = missing {
                self.warn(sentence);
            }
        }
        for key in keys {
            self.wake(now.wall, key);
        }
    }

    /// The step with the day looked at, and whether an instant is skipped for its day.
    ///
    /// While a calendar is not known its job waits: it must not run on a day off.
    pub(super) fn on_its_day(&self, key: &SeriesKey, cursor: Cursor, step: Step) -> (Step, bool) {
        let Some((_, job)) = self.usable_job(key.job) else {
            return (step, false);
        };
        if job.calendars.is_empty() {
            return (step, false);
        }
        let due = match step {
            Step::Start(due) => due,
            other => return (other, false),
        };
        match job.is_excluded(due.at, &self.calendars) {
            None => (Step::Rest, false),
            Some(false) => (Step::Start(due), false),
            Some(true) => match self.allowed_before(job, cursor, &due) {
                Some(earlier) => (Step::Start(earlier), false),
                None => (Step::Skip(due), true),
            },
        }
    }

    /// Where only the newest late instant runs, the newest one whose day is not left out.
    fn allowed_before(&self, job: &Job, cursor: Cursor, due: &Due) -> Option<Due> {
        let makes_up = job.misfire == Misfire::RunLatest || job.overlap.waits();
        if due.passed.count == 0 || !makes_up {
            return None;
        }
        let (timetable, mut at) = (job.timetable(), due.at);
        for _ in 0..RUN_ALL_MAX {
            at = timetable.latest_at_or_before(before(at), cursor.instant)?;
            if job.is_excluded(at, &self.calendars) == Some(false) {
                let mut passed = passed_before(&timetable, cursor.instant, at);
                passed.reason = passed.reason.and(due.passed.reason);
                return Some(Due {
                    at,
                    passed,
                    overdue: due.overdue || job.misfire == Misfire::RunLatest,
                });
            }
        }
        None
    }
}

fn before(at: Timestamp) -> Timestamp {
    at - SignedDuration::from_secs(1)
}
