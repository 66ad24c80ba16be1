//! From an attempt's end to the moment when nothing of it is left but its record.
//!
//! History comes first: only what it has acknowledged is removed from the store.

use super::action::{Action, Transaction};
use super::event::{Answer, Now};
use super::local::{Ending, LocalRun, Stage};
use super::record::{closed, own_record, records_of};
use super::settle::{Decided, Pending, Purpose, mine_in};
use super::value::{LastValue, RunKey, RunValue, SeriesKey};
use super::{AttemptKey, Dispatcher, Timer};
use crate::id::Moment;
use crate::limits::{ENDED_RUNS_KEPT_MAX, HISTORY_WAIT};
use crate::run::{Reason, RunRecord, RunState, Trigger};

/// What an upload tells history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// One attempt of a run that goes on.
    Attempt,
    /// Everything that the run stands for.
    Run,
}

impl Dispatcher {
    /// Ends an attempt that left no exit file.
    pub(super) fn close(&mut self, now: Now, key: AttemptKey, state: RunState, reason: Reason) {
        let Some(run) = self.runs.get(&key) else {
            return;
        };
        if matches!(run.stage, Stage::Ended | Stage::Pausing) {
            return;
        }
        let started_at = run.end.as_ref().and_then(|record| record.started_at);
        let mut record = closed(
            own_record(&run.key, &run.value, run.revision),
            state,
            reason,
            now.wall,
        );
        record.started_at = started_at;
        if let Some(kill) = run.kill.as_ref().filter(|_| state == RunState::Killed) {
            record.by = Some(kill.by.clone());
        }
        self.conclude(now, key, record);
    }

    /// An attempt is over: try again, or end the run.
    pub(super) fn conclude(&mut self, now: Now, key: AttemptKey, record: RunRecord) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        if let Stage::Found(evidence) = &mut run.stage {
            // The store's side is not known yet: `runs_read` goes on from here.
            *evidence = super::Evidence::NeverStarted;
            run.end = Some(record);
            return;
        }
        let failed = matches!(record.state, RunState::Failed | RunState::TimedOut);
        let job = run.job.as_ref();
        let undone = job.is_some_and(|job| Self::is_tried_again(&record, job.delivery));
        let pause = match undone {
            true => job.map(|job| job.retries.interval),
            false => job.and_then(|job| job.retries.pause_before(key.1 + 1)),
        };
        let failed = failed || undone;
        let again = pause.filter(|_| failed && run.kill.is_none() && run.ending == Ending::Open);
        run.end = Some(record);
        match again {
            Some(pause) => {
                run.stage = Stage::Pausing;
                self.timers.insert((now.boot + pause, Timer::Retry(key)));
                self.upload(now, key);
            }
            None => self.end_run(now, key),
        }
        self.slot_freed(now);
    }

    /// The attempt was the run's last.
    pub(super) fn end_run(&mut self, now: Now, key: AttemptKey) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        run.stage = Stage::Ended;
        // Nothing of it is left in the store: no ending transaction answers its kill.
        let unanswered = run.kill.clone().filter(|_| run.ending == Ending::Cleared);
        if let Some(record) = run.end.clone() {
            run.value.state = record.state;
            run.value.reason = record.reason;
            run.value.outcome = Some(record);
        }
        if let Some(kill) = unanswered {
            self.answer_kill(&kill);
        }
        self.upload(now, key);
    }

    fn upload(&mut self, now: Now, key: AttemptKey) {
        let token = self.new_token();
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        let (told, records) = match (&run.stage, &run.end) {
            (Stage::Pausing, Some(record)) => (Told::Attempt, vec![record.clone()]),
            _ => (Told::Run, records_of(&run.key, &run.value, run.revision)),
        };
        let outputs = if run.journalled {
            vec![key]
        } else {
            Vec::new()
        };
        if run.ending == Ending::Open && run.stage == Stage::Ended {
            self.timers
                .insert((now.boot + HISTORY_WAIT, Timer::HistoryWait(key)));
        }
        self.uploads.insert(token, (key, told));
        self.out.push(Action::Upload(token, records, outputs));
    }

    pub(super) fn uploaded(&mut self, now: Now, token: super::Token) {
        let Some((key, told)) = self.uploads.remove(&token) else {
            return;
        };
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        run.told = true;
        run.acknowledged |= told == Told::Run;
        match run.ending {
            _ if !run.acknowledged => {}
            Ending::Open => self.finish(key),
            Ending::Kept => self.clear(now, key),
            Ending::Cleared => self.forget(key),
            Ending::Sent { .. } => {}
        }
    }

    pub(super) fn stop_waiting_for_history(&mut self, _now: Now, key: AttemptKey) {
        let waits = self
            .runs
            .get(&key)
            .is_some_and(|run| run.stage == Stage::Ended && run.ending == Ending::Open);
        if waits {
            self.finish(key);
        }
    }

    pub(super) fn conclude_again(&mut self, now: Now, key: AttemptKey) {
        let Some(run) = self.runs.get(&key) else {
            return;
        };
        match run.ending {
            Ending::Open if run.stage == Stage::Ended => self.finish(key),
            Ending::Kept if run.acknowledged => self.clear(now, key),
            _ => {}
        }
    }

    /// Sends the run's ending transaction.
    fn finish(&mut self, key: AttemptKey) {
        let kept_now = self
            .runs
            .values()
            .filter(|run| run.ending == Ending::Kept)
            .count();
        let Some(run) = self.runs.get(&key) else {
            return;
        };
        let for_request = matches!(run.key.moment, Moment::Request(_));
        let keep = for_request || (!run.acknowledged && kept_now < ENDED_RUNS_KEPT_MAX);
        let killed = run.value.state == RunState::Killed;
        let transaction = Transaction::Finish {
            key: run.key.clone(),
            revision: run.revision,
            claim_id: run.value.claim_id,
            active: run.value.active.clone(),
            kept: keep.then(|| run.value.clone()),
            last: self.last_of(run),
            order: run
                .kill
                .as_ref()
                .filter(|_| killed)
                .and_then(|kill| kill.order),
        };
        self.send(Pending::new(Purpose::Finish(key), transaction, None));
        if let Some(run) = self.runs.get_mut(&key) {
            run.ending = Ending::Sent { kept: keep };
        }
    }

    fn last_of(&self, run: &LocalRun) -> Option<(SeriesKey, LastValue)> {
        let series = series_of(run)?;
        let state = run.value.state;
        let failures = match state {
            RunState::Succeeded => 0,
            _ => self
                .failures
                .get(&series)
                .copied()
                .unwrap_or(0)
                .saturating_add(1),
        };
        Some((
            series,
            LastValue {
                v: 1,
                run_id: run.value.run_id,
                state,
                failures,
            },
        ))
    }

    pub(super) fn settle_finish(&mut self, now: Now, key: AttemptKey, answer: Answer) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        match answer {
            Answer::Won(revision) => {
                run.revision = revision;
                let kept = run.ending == Ending::Sent { kept: true };
                run.ending = if kept { Ending::Kept } else { Ending::Cleared };
                self.ended_in_store(now, key);
            }
            Answer::Lost(standing) => match found_mine(&standing, run) {
                Some((revision, false)) => {
                    // Somebody called it lost; the owner's evidence takes its place.
                    run.revision = revision;
                    self.finish(key);
                }
                Some((revision, true)) => {
                    run.revision = revision;
                    run.ending = Ending::Kept;
                    self.ended_in_store(now, key);
                }
                None => {
                    run.ending = Ending::Cleared;
                    self.ended_in_store(now, key);
                }
            },
            Answer::Refused(why) => {
                run.ending = Ending::Open;
                let sentence = format!("the end of run {} was refused: {why}", key.0.short());
                self.warn(sentence);
                self.timers.insert((
                    now.boot + crate::limits::RESEND_AFTER_MAX,
                    Timer::Conclude(key),
                ));
            }
            Answer::Unknown => {}
        }
    }

    /// The store shows the run's end: its overlap is free and its kill confirmed.
    fn ended_in_store(&mut self, now: Now, key: AttemptKey) {
        let Some(run) = self.runs.get(&key) else {
            return;
        };
        if let Some((series, last)) = self.last_of(run) {
            self.failures.insert(series, last.failures);
        }
        let (job, acknowledged, ending) = (run.key.job, run.acknowledged, run.ending);
        let unconfirmed = run
            .kill
            .clone()
            .filter(|_| run.value.state != RunState::Killed);
        if let Some(kill) = unconfirmed {
            self.answer_kill(&kill);
        }
        self.wake_job(now, job);
        match (ending, acknowledged) {
            (Ending::Cleared, true) => self.forget(key),
            (Ending::Kept, true) => self.clear(now, key),
            _ => {}
        }
    }

    fn wake_job(&mut self, now: Now, job: crate::id::JobId) {
        let keys: Vec<SeriesKey> = self
            .series
            .keys()
            .filter(|key| key.job == job)
            .cloned()
            .collect();
        for key in keys {
            if let Some(series) = self.series.get_mut(&key) {
                series.look_at = None;
            }
            self.wake(now.wall, key);
        }
    }

    /// Removes a run that history has; a request's stays until no replay can follow.
    fn clear(&mut self, now: Now, key: AttemptKey) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        if let Some(until) = run.value.keep_until.filter(|until| *until > now.wall) {
            let at = Self::boot_deadline(now, until);
            if run.journalled {
                run.journalled = false;
                self.out.push(Action::Forget(key.0, key.1));
            }
            self.timers.insert((at, Timer::Conclude(key)));
            return;
        }
        let transaction = match run
            .value
            .active
            .clone()
            .filter(|_| run.value.state == RunState::Lost)
        {
            Some(active) if run.value.node != self.config.node => Transaction::Release {
                key: run.key.clone(),
                revision: run.revision,
                owner: run.value.node.clone(),
                claim_id: run.value.claim_id,
                active,
            },
            _ => Transaction::Clear {
                key: run.key.clone(),
                revision: run.revision,
            },
        };
        self.send(Pending::new(Purpose::Clear(key), transaction, None));
    }

    pub(super) fn cleared(&mut self, key: AttemptKey) {
        self.forget(key);
    }

    fn forget(&mut self, key: AttemptKey) {
        if let Some(run) = self.runs.remove(&key) {
            self.concluded.insert(run.value.claim_id);
            if run.journalled {
                self.out.push(Action::Forget(key.0, key.1));
            }
        }
    }

    /// A run that ended with its decision, or whose outcome the store keeps.
    pub(super) fn adopt_ended(&mut self, key: RunKey, value: RunValue, revision: u64) {
        let run = LocalRun::born_ended(key, value, revision);
        let attempt = run.attempt_key();
        self.runs.insert(attempt, run);
        let token = self.new_token();
        if let Some(run) = self.runs.get(&attempt) {
            let records = records_of(&run.key, &run.value, revision);
            self.uploads.insert(token, (attempt, Told::Run));
            self.out.push(Action::Upload(token, records, Vec::new()));
        }
    }

    /// The pause is over: claim the next attempt.
    pub(super) fn retry(&mut self, now: Now, key: AttemptKey) {
        let Some(run) = self
            .runs
            .get(&key)
            .filter(|run| run.stage == Stage::Pausing)
        else {
            return;
        };
        let run = run.clone();
        let (Some(session), Some(job)) = (self.trusted_session(now), run.job.as_ref()) else {
            self.timers
                .insert((now.boot + HISTORY_WAIT, Timer::Retry(key)));
            return;
        };
        let mut value = run.value.clone();
        value.claim_id = self.new_claim_id();
        value.session = session;
        value.attempt += 1;
        value.state = RunState::Claimed;
        value.reason = None;
        value.trigger = Trigger::Retry;
        value.decided_at = now.wall;
        value.start_by = now.wall + job.start_deadline;
        value.outcome = None;
        if let Some(record) = run.end.filter(|_| !run.told) {
            value.due.push(record);
        }
        let transaction = Transaction::Retry {
            key: run.key,
            revision: run.revision,
            old_claim: run.value.claim_id,
            run: value,
        };
        self.send(Pending::new(Purpose::Retry(key), transaction, None));
    }

    pub(super) fn settle_retry(
        &mut self,
        now: Now,
        key: AttemptKey,
        pending: Pending,
        answer: Answer,
    ) {
        let Transaction::Retry {
            key: run_key,
            run: value,
            ..
        } = pending.transaction
        else {
            return;
        };
        let won = match answer {
            Answer::Won(revision) => Some((value, revision)),
            Answer::Lost(standing) => mine_in(&standing, &value),
            Answer::Unknown | Answer::Refused(_) => None,
        };
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        let Some((value, revision)) = won else {
            // The run is another's now, or the session changed: the attempt's end stands.
            self.end_run(now, key);
            return;
        };
        let job = run.job.clone();
        run.stage = Stage::Ended;
        run.ending = Ending::Cleared;
        // What the run stands for besides this attempt is the next one's to tell.
        run.acknowledged = true;
        let told = run.told;
        if let Some(kill) = run.kill.take() {
            self.kills.insert(key.0, kill);
        }
        self.won(
            now,
            Decided {
                key: run_key,
                value,
                revision,
                job,
            },
        );
        if told {
            self.forget(key);
        }
    }
}

/// The owner's own run at its newest revision, and whether its end stands there already.
fn found_mine(standing: &super::Standing, run: &LocalRun) -> Option<(u64, bool)> {
    let (found, revision) = standing.run.as_ref()?;
    let ended = found.state.is_over() && found.state != RunState::Lost;
    (found.claim_id == run.value.claim_id).then_some((*revision, ended))
}

fn series_of(run: &LocalRun) -> Option<SeriesKey> {
    let started = run
        .end
        .as_ref()
        .is_some_and(|record| record.started_at.is_some());
    let key = &run.key;
    let scope = run
        .value
        .active
        .clone()
        .unwrap_or_else(|| key.scope.clone());
    started.then(|| SeriesKey {
        project: key.project.clone(),
        job: key.job,
        scope,
    })
}
