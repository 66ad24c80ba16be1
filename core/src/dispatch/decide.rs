//! Decisions: what a series asks for is claimed, skipped, or begun anew after an edit.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::action::{Action, ActiveCheck, Transaction};
use super::due::{Due, Rebased, Step, next_step};
use super::event::{Now, SeenJob, Standing};
use super::settle::{Pending, Purpose};
use super::value::{Cursor, Passed, RunKey, RunValue, SeriesKey};
use super::{Dispatcher, Timer};
use crate::id::{JobId, Moment};
use crate::job::{Balance, Job, Overlap};
use crate::limits::{CATCH_UP_PER_SECOND, LOOK_AGAIN_AFTER};
use crate::run::{Reason, RunState, Trigger};

impl Dispatcher {
    /// Does the next thing that a series asks for. Called only while decisions may be made.
    pub(super) fn evaluate(&mut self, now: Now, key: &SeriesKey) {
        let Some(series) = self.series.get(key) else {
            return;
        };
        if series.deciding.is_some() {
            return;
        }
        let Some(cursor) = series.cursor else {
            self.out.push(Action::ReadCursors(vec![key.clone()]));
            return;
        };
        let Some(seen) = self.jobs.get(&key.job) else {
            return;
        };
        let before = self
            .before
            .get(&key.job)
            .filter(|(sgen, _)| *sgen == cursor.sgen);
        let before = before.map(|(_, timetable)| timetable);
        let queued = series.queued && seen.job.as_ref().is_ok_and(|job| job.overlap.waits());
        let step = next_step(key.job, seen, before, cursor, (now.wall, queued));
        let (step, is_excluded) = self.on_its_day(key, cursor, step);
        if matches!(step, Step::Rest | Step::Wait(_)) {
            self.rests(key);
        } else if !self.takes(now, key, cursor, &step) {
            return;
        }
        match step {
            Step::Rest => {}
            Step::Wait(at) => self.wake(at, key.clone()),
            Step::Rebase(rebased) => self.rebase(now, key, cursor, rebased),
            Step::Skip(due) => {
                let due = self.explained(key, due);
                let reason = match is_excluded {
                    true => Reason::ExcludedDay,
                    false => self.why_late(key),
                };
                self.skip(now, key, due, reason, ActiveCheck::Ignored);
            }
            Step::Start(due) => {
                let due = if queued {
                    due
                } else {
                    self.explained(key, due)
                };
                self.start_due(now, key, due);
            }
        }
    }

    /// Why instants of a series are too late.
    fn why_late(&self, key: &SeriesKey) -> Reason {
        let series = self.series.get(key);
        match series.is_some_and(|series| series.waiting.is_some()) {
            true => Reason::Capacity,
            false => Reason::Misfire,
        }
    }

    /// What is passed over while no slot is free is passed over for that.
    fn explained(&self, key: &SeriesKey, mut due: Due) -> Due {
        let why = self.why_late(key);
        due.passed.reason = due.passed.reason.map(|_| why);
        due
    }

    fn rests(&mut self, key: &SeriesKey) {
        if let Some(series) = self.series.get_mut(key) {
            series.yielding = None;
        }
    }

    fn rebase(&mut self, now: Now, key: &SeriesKey, from: Cursor, rebased: Rebased) {
        let (Some(session), Some(seen)) = (self.trusted_session(now), self.jobs.get(&key.job))
        else {
            return;
        };
        let (job_revision, sgen) = (seen.revision, seen.sgen);
        let to = Cursor {
            instant: rebased.to,
            sgen,
            turn: from.turn,
        };
        let run = rebased.first.map(|first| {
            let run_key = run_key(key, rebased.to);
            let mut value = self.run_value(now, &run_key, Passed::default());
            value.state = RunState::Skipped;
            value.reason = Some(rebased.reason);
            value.from = Some(from.instant);
            value.scheduled_at = first;
            value.until = Some(rebased.to);
            value.count = rebased.count;
            (run_key, value)
        });
        let series = key.clone();
        let transaction = Transaction::Rebase {
            series: series.clone(),
            from,
            to,
            job_revision,
            session,
            run,
        };
        self.decide(series, Purpose::Cursor(to), transaction);
    }

    fn start_due(&mut self, now: Now, key: &SeriesKey, due: Due) {
        let Some((_, job)) = self.usable_job(key.job) else {
            return;
        };
        let due_at = due.at + job.jitter_offset(key.job);
        let (deadline, overlap) = (job.start_deadline, job.overlap);
        let held_here = overlap.is_exclusive() && self.holds_active(key);
        if overlap.waits() && self.waits_to_look(now, key) {
            return;
        }
        if held_here && overlap.waits() {
            self.queue_behind_own(now, key);
            return;
        }
        if held_here && due.overdue {
            // Catching up runs one after the other: the end of that run wakes this series.
            return;
        }
        if held_here {
            let scope = key.scope.clone();
            self.skip(now, key, due, Reason::Overlap, ActiveCheck::Held(scope));
            return;
        }
        if due.overdue && self.has_run_of(key) {
            return;
        }
        if self.slots_taken() >= self.config.max_parallel {
            self.waiting.insert((due_at, key.clone()));
            if let Some(series) = self.series.get_mut(key) {
                series.waiting = Some(due.at);
            }
            let deadline_at = due_at + deadline + MOMENT;
            self.wake(deadline_at.max(now.wall + MOMENT), key.clone());
            return;
        }
        let late = self.deciding_since.is_some_and(|since| due_at < since);
        if late && !self.may_catch_up(now, key) {
            return;
        }
        self.claim(now, key, due);
    }

    /// Late starts are spread over time: each series is given its own moment.
    fn may_catch_up(&mut self, now: Now, key: &SeriesKey) -> bool {
        let Some(series) = self.series.get_mut(key) else {
            return false;
        };
        let at = *series.catch_up_at.get_or_insert_with(|| {
            let at = self.catch_up_from.max(now.boot);
            self.catch_up_from = at + Duration::from_secs(1) / CATCH_UP_PER_SECOND;
            at
        });
        let allowed = at <= now.boot;
        match allowed {
            true => series.catch_up_at = None,
            false => self.wake(now.wall + (at - now.boot), key.clone()),
        }
        allowed
    }

    fn claim(&mut self, now: Now, key: &SeriesKey, due: Due) {
        let Some((_, job)) = self.usable_job(key.job) else {
            return;
        };
        let active = match job.overlap {
            Overlap::Allow => ActiveCheck::Ignored,
            _ => ActiveCheck::Take(key.scope.clone()),
        };
        let offset = job.jitter_offset(key.job);
        let start_by = now.wall.max(due.at + offset) + job.start_deadline;
        let run_key = run_key(key, due.at);
        let mut value = self.run_value(now, &run_key, due.passed);
        value.start_by = start_by;
        if let ActiveCheck::Take(scope) = &active {
            value.active = Some(scope.clone());
        }
        self.send_decision(key, run_key, value, active);
    }

    /// Decides that an instant does not start.
    pub(super) fn skip(
        &mut self,
        now: Now,
        key: &SeriesKey,
        due: Due,
        reason: Reason,
        active: ActiveCheck,
    ) {
        let run_key = run_key(key, due.at);
        let mut value = self.run_value(now, &run_key, due.passed);
        value.state = RunState::Skipped;
        value.reason = Some(reason);
        self.send_decision(key, run_key, value, active);
    }

    fn send_decision(
        &mut self,
        key: &SeriesKey,
        run_key: RunKey,
        mut run: RunValue,
        active: ActiveCheck,
    ) {
        let (Some(series), Some(seen)) = (self.series.get(key), self.jobs.get(&key.job)) else {
            return;
        };
        let Some(from) = series.cursor else { return };
        let Moment::At(at) = run_key.moment else {
            return;
        };
        run.from = Some(from.instant);
        let rotates = seen
            .job
            .as_ref()
            .is_ok_and(|job| job.place.balance == Balance::Rotate);
        let turns = if rotates { run.passed.count + 1 } else { 0 };
        let to = Cursor {
            instant: at,
            sgen: seen.sgen,
            turn: from.turn + turns,
        };
        let job = seen.job.clone().ok();
        let job_revision = seen.revision;
        let transaction = Transaction::Decide {
            series: key.clone(),
            from,
            to,
            job_revision,
            key: run_key,
            run,
            active,
        };
        self.decide(key.clone(), Purpose::Occurrence(to, job), transaction);
    }

    pub(super) fn decide(&mut self, key: SeriesKey, purpose: Purpose, transaction: Transaction) {
        let token = self.send(Pending::new(purpose, transaction, Some(key.clone())));
        if let Some(series) = self.series.get_mut(&key) {
            series.deciding = Some(token);
        }
    }

    /// A run of this node as a decision puts it, claimed unless the caller changes that.
    pub(super) fn run_value(&mut self, now: Now, key: &RunKey, passed: Passed) -> RunValue {
        let claim_id = self.new_claim_id();
        let (name, generation) = match self.jobs.get(&key.job) {
            Some(SeenJob {
                job: Ok(job),
                generation,
                ..
            }) => (job.name.clone(), *generation),
            Some(seen) => (key.job.to_string(), seen.generation),
            None => (key.job.to_string(), 0),
        };
        RunValue {
            v: 1,
            run_id: key.run_id(),
            claim_id,
            node: self.config.node.clone(),
            disk_id: self.config.disk_id,
            session: self.session.as_ref().map_or(0, |session| session.revision),
            attempt: 1,
            state: RunState::Claimed,
            reason: None,
            name,
            generation,
            active: None,
            from: None,
            passed,
            scheduled_at: if let Moment::At(at) = key.moment {
                at
            } else {
                now.wall
            },
            until: None,
            count: 1,
            start_by: now.wall,
            trigger: Trigger::Schedule,
            by: None,
            parameters: BTreeMap::new(),
            keep_until: None,
            decided_at: now.wall,
            due: Vec::new(),
            outcome: None,
            extra: Default::default(),
        }
    }

    /// The answer about a series came: nothing is on its way any more.
    pub(super) fn decided(&mut self, now: Now, key: &SeriesKey, cursor: Option<Cursor>) {
        if let Some(series) = self.series.get_mut(key) {
            series.deciding = None;
            if let Some(cursor) = cursor {
                series.cursor = Some(cursor);
                series.queued = false;
                series.look_at = None;
                series.read_at = Some(now.wall);
                series.waiting = None;
            }
        }
        self.wake(now.wall, key.clone());
    }

    /// A decision was not applied: learn what stands there and look again.
    pub(super) fn decision_lost(
        &mut self,
        now: Now,
        key: &SeriesKey,
        sent: &Transaction,
        standing: &Standing,
    ) {
        let known = self.series.get(key).and_then(|series| series.cursor);
        let overlap = matches!(
            sent,
            Transaction::Decide {
                active: ActiveCheck::Take(_),
                ..
            }
        );
        if let Some(series) = self.series.get_mut(key) {
            series.deciding = None;
            series.read_at = standing.cursor.map(|_| now.wall).or(series.read_at);
            series.cursor = standing.cursor.or(series.cursor);
        }
        if let Transaction::Decide {
            key: run_key,
            run,
            from,
            ..
        } = sent
            && overlap
            && standing.active.is_some()
            && standing.cursor == Some(*from)
        {
            match self
                .usable_job(key.job)
                .is_some_and(|(_, job)| job.overlap.waits())
            {
                true => self.queue_behind(now, key, standing.active),
                false => self.blocked(now, key, run_key.moment, run),
            }
            return;
        }
        let moved = standing.cursor != known;
        if moved && let Some(series) = self.series.get_mut(key) {
            series.queued = false;
        }
        let wait = if moved {
            Duration::ZERO
        } else {
            LOOK_AGAIN_AFTER
        };
        self.wake(now.wall + wait, key.clone());
    }

    /// `active` is held by a run that this agent did not count: skip, or wait while catching up.
    fn blocked(&mut self, now: Now, key: &SeriesKey, moment: Moment, run: &RunValue) {
        let Moment::At(at) = moment else { return };
        if self.was_edited(key) {
            // The cursor is re-based first: what the old schedule left must be accounted for.
            self.wake(now.wall, key.clone());
            return;
        }
        let overdue = self
            .usable_job(key.job)
            .is_some_and(|(_, job)| is_overdue(job, key.job, at, now));
        if overdue {
            self.wake(now.wall + LOOK_AGAIN_AFTER, key.clone());
            return;
        }
        let due = Due {
            at,
            passed: run.passed.clone(),
            overdue,
        };
        self.skip(
            now,
            key,
            due,
            Reason::Overlap,
            ActiveCheck::Held(key.scope.clone()),
        );
    }

    /// Whether the job's schedule changed since the cursor was moved.
    fn was_edited(&self, key: &SeriesKey) -> bool {
        let cursor = self.series.get(key).and_then(|series| series.cursor);
        let seen = self.jobs.get(&key.job);
        cursor.map(|cursor| cursor.sgen) != seen.map(|seen| seen.sgen)
    }

    /// A slot is free: the series that waited longest may go on.
    pub(super) fn slot_freed(&mut self, now: Now) {
        let free = self.config.max_parallel.saturating_sub(self.slots_taken());
        for _ in 0..free {
            let Some((_, key)) = self.waiting.pop_first() else {
                break;
            };
            // Another node may have taken it meanwhile.
            match self.fleet.nodes.len() {
                0 | 1 => self.wake(now.wall, key),
                _ => self.ask_for_cursor(now, &key),
            }
        }
        if !self.requests.is_empty() {
            self.timers.insert((now.boot, Timer::Look));
        }
    }
}

/// The shortest pause after which something is looked at again.
const MOMENT: Duration = Duration::from_millis(100);

fn is_overdue(job: &Job, id: JobId, at: Timestamp, now: Now) -> bool {
    at + job.jitter_offset(id) + job.start_deadline < now.wall
}

fn run_key(series: &SeriesKey, at: Timestamp) -> RunKey {
    RunKey {
        project: series.project.clone(),
        job: series.job,
        scope: series.scope.clone(),
        moment: Moment::At(at),
    }
}
