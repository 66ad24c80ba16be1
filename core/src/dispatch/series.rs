//! Series of occurrences: the jobs they come from, their cursors, and when to look at them.

use std::time::Duration;

use jiff::Timestamp;

use super::Dispatcher;
use super::action::{Action, Token, Transaction};
use super::due::whole_second;
use super::event::{Now, SeenJob};
use super::rank::Yielding;
use super::settle::Purpose;
use super::value::{Cursor, SeriesKey};
use crate::id::JobId;
use crate::limits::LOOK_AGAIN_AFTER;

/// What is known of one series.
#[derive(Debug, Default)]
pub(super) struct Series {
    /// Where its cursor stood when last seen; `None` until it was read.
    pub cursor: Option<Cursor>,
    /// The decision that is on its way.
    pub deciding: Option<Token>,
    /// The instant that it waits with, and since when it could not start for want of a slot.
    pub waiting: Option<Timestamp>,
    /// What is due waits for the end of the run that is going.
    pub queued: bool,
    /// When to look again whether that run is over.
    pub look_at: Option<Timestamp>,
    /// When its late instant may start, by the boot-time clock.
    pub catch_up_at: Option<Duration>,
    /// Since when it wants something that this node leaves to another.
    pub yielding: Option<Yielding>,
    /// When its cursor was last read or moved, by the wall clock.
    pub read_at: Option<Timestamp>,
    /// When a reading was asked for that has not come yet, by the boot-time clock.
    pub asked_at: Option<Duration>,
}

impl Dispatcher {
    pub(super) fn see_job(&mut self, now: Now, id: JobId, seen: SeenJob) {
        if let Some(loading) = &mut self.loading {
            loading.insert(id);
        }
        if let Err(why) = &seen.job {
            let sentence = format!("job {id} is left alone: {why}");
            self.warn(sentence);
        }
        if let Some(old) = self.jobs.get(&id)
            && old.sgen != seen.sgen
        {
            // Between generations that do not follow each other others may have rung.
            let before = old.job.as_ref().ok();
            let before = before.filter(|_| old.generation + 1 == seen.generation);
            let before = before.map(|job| (old.sgen, job.timetable()));
            self.before.remove(&id);
            self.before.extend(before.map(|before| (id, before)));
        }
        let revision = seen.revision;
        if self
            .jobs
            .get(&id)
            .is_some_and(|known| known.revision > revision)
        {
            return;
        }
        let changed = self
            .jobs
            .insert(id, seen)
            .is_none_or(|old| old.revision != revision);
        if !changed {
            return;
        }
        let Some((_, job)) = self.usable_job(id) else {
            return;
        };
        let project = job.project.clone();
        let Some(scope) = self.scope_here(id) else {
            self.series.retain(|known, _| known.job != id);
            return;
        };
        let key = SeriesKey {
            project,
            job: id,
            scope,
        };
        // A job that moved to other nodes leaves its series there.
        self.series
            .retain(|known, _| known.job != id || *known == key);
        let known = self.series.entry(key.clone()).or_default();
        match known.cursor {
            Some(_) => self.wake(now.wall, key),
            None if self.session.is_some() => self.out.push(Action::ReadCursors(vec![key])),
            None => {}
        }
    }

    pub(super) fn forget_job(&mut self, id: JobId) {
        self.jobs.remove(&id);
        self.before.remove(&id);
        self.series.retain(|key, _| key.job != id);
        self.wakes.retain(|(_, key)| key.job != id);
        self.waiting.retain(|(_, key)| key.job != id);
    }

    pub(super) fn definitions_ready(&mut self) {
        let Some(told) = self.loading.take() else {
            return;
        };
        let gone: Vec<JobId> = self
            .jobs
            .keys()
            .filter(|id| !told.contains(id))
            .copied()
            .collect();
        for id in gone {
            self.forget_job(id);
        }
    }

    pub(super) fn ask_for_all_cursors(&mut self) {
        let keys: Vec<SeriesKey> = self.series.keys().cloned().collect();
        if !keys.is_empty() {
            self.out.push(Action::ReadCursors(keys));
        }
    }

    pub(super) fn learn_cursors(&mut self, now: Now, cursors: Vec<(SeriesKey, Option<Cursor>)>) {
        for (key, cursor) in cursors {
            if let Some(series) = self.series.get_mut(&key) {
                series.asked_at = None;
                series.read_at = Some(now.wall);
            }
            match (cursor, self.series.get_mut(&key)) {
                (_, None) => {}
                (Some(cursor), Some(series)) => {
                    // A reading may be older than an answer: a cursor only moves forward.
                    let place = |cursor: Cursor| (cursor.instant, cursor.sgen, cursor.turn);
                    let newer = series
                        .cursor
                        .is_none_or(|known| place(known) <= place(cursor));
                    series.queued &= series.cursor == Some(cursor) || !newer;
                    series.cursor = if newer { Some(cursor) } else { series.cursor };
                    self.wake(now.wall, key);
                }
                (None, Some(_)) => self.create_cursor(now, key),
            }
        }
    }

    fn create_cursor(&mut self, now: Now, series: SeriesKey) {
        let Some(session) = self.trusted_session(now).filter(|_| self.may_decide(now)) else {
            self.read_again(now, series);
            return;
        };
        if !self.is_candidate(now, &series) {
            return;
        }
        let Some(seen) = self.jobs.get(&series.job) else {
            return;
        };
        let cursor = Cursor {
            instant: whole_second(now.wall),
            sgen: seen.sgen,
            turn: 0,
        };
        let job_revision = seen.revision;
        let transaction = Transaction::CreateCursor {
            series: series.clone(),
            cursor,
            job_revision,
            session,
        };
        self.decide(series, Purpose::Cursor(cursor), transaction);
    }

    pub(super) fn read_again(&mut self, now: Now, series: SeriesKey) {
        self.wake(now.wall + LOOK_AGAIN_AFTER, series);
    }

    /// Looks at a series again at this instant of the wall clock.
    pub(super) fn wake(&mut self, at: Timestamp, series: SeriesKey) {
        self.wakes.insert((at, series));
    }
}
