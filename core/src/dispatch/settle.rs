//! Answers to transactions. One whose outcome is unknown is sent again, with the same claim id,
//! until the answer is definite.

use std::sync::Arc;

use super::action::{Action, ActiveCheck, Intent, Token, Transaction};
use super::event::{Answer, Now, Standing};
use super::local::{Ending, LocalRun, Stage};
use super::value::{Cursor, RequestKey, RunKey, RunValue, SeriesKey};
use super::{AttemptKey, Dispatcher, Timer};
use crate::id::RunId;
use crate::job::Job;
use crate::limits::{RESEND_AFTER, RESEND_AFTER_MAX};
use crate::run::{Reason, RunState};

/// What a transaction is for.
#[derive(Clone, Debug)]
pub(super) enum Purpose {
    /// Only the cursor moves.
    Cursor(Cursor),
    /// An occurrence is decided; the cursor goes there. The job is what a claim would run.
    Occurrence(Cursor, Option<Arc<Job>>),
    /// A request is decided.
    Request(RequestKey, Option<Arc<Job>>),
    /// A run ends.
    Finish(AttemptKey),
    /// A run is tried again.
    Retry(AttemptKey),
    /// A gone node's run is gone on with.
    TakeOver,
    /// An acknowledged run is removed.
    Clear(AttemptKey),
    /// A gone node's run is called lost.
    Lost,
    /// An order is answered.
    Answer,
}

/// A transaction without an answer.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub purpose: Purpose,
    pub transaction: Transaction,
    pub series: Option<SeriesKey>,
    sent: u32,
}

impl Pending {
    pub(super) fn new(
        purpose: Purpose,
        transaction: Transaction,
        series: Option<SeriesKey>,
    ) -> Self {
        Self {
            purpose,
            transaction,
            series,
            sent: 0,
        }
    }

    /// Whether winning it would make a program start.
    pub(super) fn claims(&self) -> bool {
        match &self.transaction {
            Transaction::Decide { run, .. } | Transaction::Consume { run, .. } => {
                run.state == RunState::Claimed
            }
            Transaction::Retry { .. } | Transaction::TakeOver { .. } => true,
            _ => false,
        }
    }

    /// The run that it decides about, if it does.
    pub(super) fn decides(&self) -> Option<RunId> {
        match &self.transaction {
            Transaction::Decide { run, .. }
            | Transaction::Consume { run, .. }
            | Transaction::Retry { run, .. }
            | Transaction::TakeOver { run, .. } => Some(run.run_id),
            _ => None,
        }
    }
}

impl Dispatcher {
    pub(super) fn send(&mut self, mut pending: Pending) -> Token {
        let token = self.new_token();
        pending.sent = 1;
        self.out
            .push(Action::SendTxn(token, pending.transaction.clone()));
        self.pending.insert(token, pending);
        token
    }

    pub(super) fn resend(&mut self, now: Now, token: Token) {
        let Some(pending) = self.pending.get_mut(&token) else {
            return;
        };
        give_up_when_late(&mut pending.transaction, now);
        pending.sent += 1;
        self.out
            .push(Action::SendTxn(token, pending.transaction.clone()));
    }

    pub(super) fn settle(&mut self, now: Now, token: Token, answer: Answer) {
        if answer == Answer::Unknown {
            let Some(pending) = self.pending.get(&token) else {
                return;
            };
            let pause = RESEND_AFTER * 2u32.saturating_pow(pending.sent.saturating_sub(1).min(8));
            let at = now.boot + pause.min(RESEND_AFTER_MAX);
            self.timers.insert((at, Timer::Resend(token)));
            return;
        }
        let Some(pending) = self.pending.remove(&token) else {
            return;
        };
        match pending.purpose.clone() {
            Purpose::Cursor(to) => self.settle_cursor(now, &pending, to, answer),
            Purpose::Occurrence(to, job) => self.settle_occurrence(now, pending, to, job, answer),
            Purpose::Request(key, job) => self.settle_request(now, pending, key, job, answer),
            Purpose::Finish(key) => self.settle_finish(now, key, answer),
            Purpose::Retry(key) => self.settle_retry(now, key, pending, answer),
            Purpose::Clear(key) => self.cleared(key),
            Purpose::Lost => self.settle_lost(pending, answer),
            Purpose::TakeOver => self.settle_takeover(now, pending, answer),
            Purpose::Answer => {}
        }
    }

    fn settle_cursor(&mut self, now: Now, pending: &Pending, to: Cursor, answer: Answer) {
        let Some(series) = &pending.series else {
            return;
        };
        match answer {
            Answer::Won(revision) => {
                self.decided(now, series, Some(to));
                if let Transaction::Rebase {
                    run: Some((key, value)),
                    ..
                } = &pending.transaction
                {
                    self.adopt_ended(key.clone(), value.clone(), revision);
                }
            }
            Answer::Lost(standing) => self.rebase_lost(now, series, pending, &standing, to),
            Answer::Refused(why) => self.decision_refused(now, series, &why),
            Answer::Unknown => {}
        }
    }

    /// A cursor that already stands where this agent sent it was moved by a sending whose
    /// answer was lost, or by another agent with the same clock: it holds either way, and the
    /// range belongs to whoever's claim it shows.
    fn rebase_lost(
        &mut self,
        now: Now,
        series: &SeriesKey,
        pending: &Pending,
        standing: &Standing,
        to: Cursor,
    ) {
        let mine = match (&pending.transaction, &standing.run) {
            (
                Transaction::Rebase {
                    run: Some((key, sent)),
                    ..
                },
                Some((found, revision)),
            ) if found.claim_id == sent.claim_id => Some((key.clone(), found.clone(), *revision)),
            _ => None,
        };
        if let Some((key, value, revision)) = mine {
            self.adopt_ended(key, value, revision);
        }
        let same = standing.cursor == Some(to);
        match standing.cursor {
            Some(cursor) if same => self.decided(now, series, Some(cursor)),
            _ => self.decision_lost(now, series, &pending.transaction, standing),
        }
    }

    fn settle_occurrence(
        &mut self,
        now: Now,
        pending: Pending,
        to: Cursor,
        job: Option<Arc<Job>>,
        answer: Answer,
    ) {
        let (Some(series), Transaction::Decide { key, run, .. }) =
            (pending.series.clone(), pending.transaction.clone())
        else {
            return;
        };
        match answer {
            Answer::Won(revision) => {
                self.decided(now, &series, Some(to));
                self.won(
                    now,
                    Decided {
                        key,
                        value: run,
                        revision,
                        job,
                    },
                );
            }
            Answer::Lost(standing) => match mine_in(&standing, &run) {
                Some((found, revision)) => {
                    self.decided(now, &series, standing.cursor.or(Some(to)));
                    let decided = Decided {
                        key,
                        value: found,
                        revision,
                        job,
                    };
                    self.found_mine(now, run.state, decided);
                }
                None => {
                    self.drop_kill(now, run.run_id);
                    self.decision_lost(now, &series, &pending.transaction, &standing);
                }
            },
            Answer::Refused(why) => self.decision_refused(now, &series, &why),
            Answer::Unknown => {}
        }
    }

    fn decision_refused(&mut self, now: Now, series: &SeriesKey, why: &str) {
        let sentence = format!("a decision about job {} was refused: {why}", series.job);
        self.warn(sentence);
        if let Some(series) = self.series.get_mut(series) {
            series.deciding = None;
        }
        self.wake(now.wall + RESEND_AFTER_MAX, series.clone());
    }

    /// A decision holds: start what it claims, or tell history what it skipped.
    pub(super) fn won(&mut self, now: Now, decided: Decided) {
        let Decided {
            key,
            value,
            revision,
            job,
        } = decided;
        let (RunState::Claimed, Some(job)) = (value.state, job) else {
            self.drop_kill(now, value.run_id);
            self.adopt_ended(key, value, revision);
            return;
        };
        let start_by_boot = Self::boot_deadline(now, value.start_by);
        let intent = Intent {
            key,
            value,
            revision,
            job,
            start_by_boot,
        };
        let mut run = LocalRun::new(intent.clone(), Stage::Intending);
        let attempt = run.attempt_key();
        run.kill = self.kills.remove(&attempt.0);
        run.journalled = run.kill.is_none();
        let killed = run.kill.is_some();
        self.runs.insert(attempt, run);
        match killed {
            true => self.close(now, attempt, RunState::Killed, Reason::BeforeStart),
            false => self.out.push(Action::WriteIntent(intent)),
        }
    }

    /// A decision of this agent stands in the store, though its answer was lost. A claim that was
    /// given up meanwhile, by sending it on as a skip, ends without a start.
    pub(super) fn found_mine(&mut self, now: Now, sent: RunState, decided: Decided) {
        let gave_up = decided.value.state == RunState::Claimed && sent != RunState::Claimed;
        match gave_up {
            true => self.end_unstarted(now, decided, RunState::Skipped, Reason::Deadline),
            false => self.won(now, decided),
        }
    }

    /// Ends a claim of this node that nothing was begun for.
    pub(super) fn end_unstarted(
        &mut self,
        now: Now,
        decided: Decided,
        state: RunState,
        reason: Reason,
    ) {
        let Decided {
            key,
            value,
            revision,
            job,
        } = decided;
        self.drop_kill(now, value.run_id);
        let mut run = LocalRun::born_ended(key, value, revision);
        run.job = job;
        run.ending = Ending::Open;
        run.stage = Stage::Intending;
        let attempt = run.attempt_key();
        self.runs.insert(attempt, run);
        self.close(now, attempt, state, reason);
    }
}

/// A decision that stands in the store.
pub(super) struct Decided {
    pub key: RunKey,
    pub value: RunValue,
    pub revision: u64,
    /// What a claim runs.
    pub job: Option<Arc<Job>>,
}

/// A claim that is still unanswered after its deadline is sent on as a skip of the same instant.
fn give_up_when_late(transaction: &mut Transaction, now: Now) {
    let (run, active) = match transaction {
        Transaction::Decide { run, active, .. } | Transaction::Consume { run, active, .. } => {
            (run, active)
        }
        _ => return,
    };
    if run.state != RunState::Claimed || now.wall <= run.start_by {
        return;
    }
    run.state = RunState::Skipped;
    run.reason = Some(Reason::Deadline);
    run.active = None;
    *active = ActiveCheck::Ignored;
}

pub(super) fn mine_in(standing: &Standing, sent: &RunValue) -> Option<(RunValue, u64)> {
    let (found, revision) = standing.run.as_ref()?;
    let open = found.state == RunState::Claimed || found.state == sent.state;
    (found.claim_id == sent.claim_id && open).then(|| (found.clone(), *revision))
}
