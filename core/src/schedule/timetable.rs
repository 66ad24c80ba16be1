//! When a job is due: its schedule in its zone, between its start and its end.

use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::dst::{DstPolicy, Walk, instant};
use super::error::ScheduleError;
use super::zone::Zone;
use super::{Kind, Schedule};

/// Everything that decides the instants of a job. All instants are whole seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Timetable {
    /// What people wrote.
    pub schedule: Schedule,
    /// The zone in which the schedule's fields are read.
    pub zone: Zone,
    /// What happens where the zone's clock jumps.
    pub dst: DstPolicy,
    /// The first instant that may be one; `@every` counts from it.
    pub start_at: Option<Timestamp>,
    /// The first instant that may no longer be one.
    pub end_at: Option<Timestamp>,
}

impl Timetable {
    /// A timetable without start and end, with the default policy.
    pub fn new(schedule: Schedule, zone: Zone) -> Self {
        Self { schedule, zone, dst: DstPolicy::default(), start_at: None, end_at: None }
    }

    /// The first instant strictly after `after`; `None` means never again.
    ///
    /// An expression without a year is searched for `SCHEDULE_SEARCH_YEARS_MAX`, which misses nothing.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        self.seconds(floor(after)).next().map(instant)
    }

    /// The instants in `(after, until]`, ascending.
    pub fn between(&self, after: Timestamp, until: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.seconds(floor(after)).take_while(move |second| *second <= floor(until)).map(instant)
    }

    /// The newest instant in `(floor_at, at]`.
    ///
    /// Takes about two searches for each doubling of the way back to it, however many instants lie
    /// before it.
    pub fn latest_at_or_before(&self, at: Timestamp, floor_at: Timestamp) -> Option<Timestamp> {
        let (at, lowest) = (floor(at), floor(floor_at));
        let first_in = |after: i64| self.seconds(after).next().filter(|second| *second <= at);
        if at <= lowest {
            return None;
        }
        let mut width = 1;
        let mut newest = loop {
            let low = at.saturating_sub(width).max(lowest);
            if let Some(second) = first_in(low) {
                break second;
            }
            if low == lowest {
                return None;
            }
            width *= 2;
        };
        let mut high = at;
        while newest < high {
            let middle = newest + (high - newest) / 2;
            match first_in(middle) {
                Some(second) => newest = second,
                None => high = middle,
            }
        }
        Some(instant(newest))
    }

    /// How many instants lie in `(after, until]`, exactly.
    ///
    /// Takes time by the months in between, not by the instants.
    pub fn count_between(&self, after: Timestamp, until: Timestamp) -> u64 {
        let after = floor(after).max(self.before_start());
        let until = floor(until).min(self.last_second());
        if after >= until {
            return 0;
        }
        match &self.schedule.kind {
            Kind::Manual => 0,
            Kind::At(second) => u64::from(after < *second && *second <= until),
            Kind::Every { seconds } => {
                let passed = |second: i64| (second - self.anchor()).div_euclid(*seconds);
                passed(until).abs_diff(passed(after))
            }
            Kind::Cron(fields) => {
                Walk::after(fields, self.zone.time_zone(), self.dst, after).count_until(until)
            }
        }
    }

    /// Refuses a timetable that can never ring: an impossible date, an empty window, or a window without
    /// an occurrence. One whose occurrences are all in the past is valid: it is finished.
    pub fn validate(&self) -> Result<(), ScheduleError> {
        if let (Some(start), Some(end)) = (self.start_at, self.end_at)
            && start >= end
        {
            return Err(ScheduleError::WindowEmpty { start: start.to_string(), end: end.to_string() });
        }
        let text = self.schedule.text().to_owned();
        if let Kind::Cron(fields) = &self.schedule.kind
            && fields.next_wall(0).is_none()
        {
            return Err(ScheduleError::NeverOccurs { text });
        }
        let is_windowed = self.start_at.is_some() || self.end_at.is_some();
        let first = self.start_at.map_or(0, |start| floor(start).saturating_sub(1));
        if is_windowed && !self.schedule.is_manual() && self.seconds(first).next().is_none() {
            return Err(ScheduleError::NothingInWindow { text });
        }
        Ok(())
    }

    fn seconds(&self, after: i64) -> Seconds<'_> {
        let after = after.max(self.before_start());
        let source = match &self.schedule.kind {
            Kind::Manual => Source::Once(None),
            Kind::At(second) => Source::Once(Some(*second).filter(|second| *second > after)),
            Kind::Every { seconds } => {
                let passed = (after - self.anchor()).div_euclid(*seconds);
                Source::Every { next: self.anchor() + (passed + 1) * seconds, step: *seconds }
            }
            Kind::Cron(fields) => {
                Source::Walk(Walk::after(fields, self.zone.time_zone(), self.dst, after))
            }
        };
        Seconds { source, last: self.last_second() }
    }

    /// The second before the first whole one at or after `start_at`.
    fn before_start(&self) -> i64 {
        self.start_at.map_or(Timestamp::MIN.as_second(), |start| ceil(start) - 1)
    }

    /// The last whole second before `end_at`.
    fn last_second(&self) -> i64 {
        self.end_at.map_or(Timestamp::MAX.as_second(), |end| ceil(end) - 1)
    }

    /// The instant from which `@every` counts.
    fn anchor(&self) -> i64 {
        self.start_at.map_or(0, ceil)
    }
}

/// A job's fixed delay behind its instants: less than `jitter`, in whole milliseconds.
///
/// The first eight bytes of SHA-256 over (`jitter/v1`, job), modulo the jitter: every agent computes the same.
pub fn jitter_offset(job: Uuid, jitter: Duration) -> Duration {
    let range_ms = u64::try_from(jitter.as_millis()).unwrap_or(u64::MAX);
    if range_ms == 0 {
        return Duration::ZERO;
    }
    let digest = Sha256::new().chain_update(b"jitter/v1").chain_update(job.as_bytes()).finalize();
    let hash = digest.iter().take(8).fold(0u64, |hash, byte| hash << 8 | u64::from(*byte));
    Duration::from_millis(hash % range_ms)
}

/// The seconds of a timetable, ascending, up to its end.
struct Seconds<'t> {
    source: Source<'t>,
    last: i64,
}

enum Source<'t> {
    Once(Option<i64>),
    Every { next: i64, step: i64 },
    Walk(Walk<'t>),
}

impl Iterator for Seconds<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        let second = match &mut self.source {
            Source::Once(second) => second.take(),
            Source::Walk(walk) => walk.next_second(),
            Source::Every { next, step } => {
                let second = *next;
                *next += *step;
                Some(second)
            }
        };
        second.filter(|second| *second <= self.last)
    }
}

fn floor(at: Timestamp) -> i64 {
    at.as_second() - i64::from(at.subsec_nanosecond() < 0)
}

fn ceil(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}
