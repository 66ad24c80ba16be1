//! Runs that people ask for: each request is consumed by exactly one decision.

use std::sync::Arc;
use std::time::Duration;

use super::action::{ActiveCheck, Token, Transaction};
use super::event::{Answer, Now, Standing};
use super::settle::{Decided, Pending, Purpose, mine_in};
use super::value::{Passed, RequestKey, RequestValue, RunKey, RunValue};
use super::{Dispatcher, Timer};
use crate::id::Moment;
use crate::job::{Job, Overlap, values_of};
use crate::limits::{LOOK_AGAIN_AFTER, REQUEST_KEPT_AFTER};
use crate::run::{Reason, RunState};

/// A request that stands in the store.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    value: RequestValue,
    revision: u64,
    deciding: Option<Token>,
    /// Since when it could have been taken, by the boot-time clock.
    since: Option<Duration>,
    /// What it brings to be run in place of the stored definition, if that can be used.
    own: Option<Result<Arc<Job>, Reason>>,
    /// The job's `active` was found held by another run.
    blocked: bool,
}

impl Dispatcher {
    pub(super) fn see_request(
        &mut self,
        now: Now,
        key: RequestKey,
        value: RequestValue,
        revision: u64,
    ) {
        let known = self.requests.get(&key);
        let deciding = known.and_then(|seen| seen.deciding);
        let since = known.and_then(|seen| seen.since);
        let own = value.definition.as_ref().map(|body| own_job(&key, body));
        self.requests.insert(
            key.clone(),
            Seen {
                value,
                revision,
                deciding,
                since,
                own,
                blocked: false,
            },
        );
        if self.may_decide(now) {
            self.consider(now, &key);
        }
    }

    pub(super) fn forget_request(&mut self, key: &RequestKey) {
        self.requests.remove(key);
    }

    pub(super) fn look_at_requests(&mut self, now: Now) {
        if !self.may_decide(now) {
            return;
        }
        let keys: Vec<RequestKey> = self.requests.keys().cloned().collect();
        for key in keys {
            self.consider(now, &key);
        }
    }

    fn consider(&mut self, now: Now, key: &RequestKey) {
        let Some(seen) = self
            .requests
            .get(key)
            .filter(|seen| seen.deciding.is_none())
        else {
            return;
        };
        let refusal = self.refusal(now, key, seen);
        let not_before = seen.value.not_before.filter(|at| now.wall < *at);
        if let (Some(at), None) = (not_before, refusal) {
            let soon = Self::boot_deadline(now, at).min(now.boot + LOOK_AGAIN_AFTER);
            self.look_by(soon);
            return;
        }
        let at = seen.value.node.as_ref();
        let Some(patience) = self.request_patience(key, at, refusal.is_none()) else {
            // Whoever it waits for may never come: any node may say in the end that it expired.
            let expires = Self::boot_deadline(now, seen.value.not_after) + LOOK_AGAIN_AFTER;
            self.look_by(expires);
            return;
        };
        let since = seen.since.unwrap_or(now.boot);
        if let Some(seen) = self.requests.get_mut(key) {
            seen.since = Some(since);
        }
        if now.boot < since + patience {
            self.timers.insert((since + patience, Timer::Look));
            return;
        }
        let full = self.slots_taken() >= self.config.max_parallel;
        match refusal {
            Some((state, reason)) => self.consume(now, key, state, Some(reason)),
            None if full => {
                self.timers
                    .insert((now.boot + LOOK_AGAIN_AFTER, Timer::Look));
            }
            None => self.consume(now, key, RunState::Claimed, None),
        }
    }

    /// Why a request starts nothing, if so.
    fn refusal(&self, now: Now, key: &RequestKey, seen: &Seen) -> Option<(RunState, Reason)> {
        if seen.value.cancel {
            return Some((RunState::Skipped, Reason::Cancelled));
        }
        if now.wall > seen.value.not_after {
            return Some((RunState::Skipped, Reason::Expired));
        }
        let unfit = |job: &Job| values_of(&job.parameters, &seen.value.parameters).is_err();
        if let Some(own) = &seen.own {
            let reason = match own {
                Ok(job) => unfit(job).then_some(Reason::Parameters),
                Err(reason) => Some(*reason),
            };
            return reason.map(|reason| (RunState::Rejected, reason));
        }
        match self.jobs.get(&key.job).map(|job| &job.job) {
            None => Some((RunState::Rejected, Reason::JobDeleted)),
            Some(Err(_)) => Some((RunState::Rejected, Reason::Definition)),
            Some(Ok(job)) if unfit(job) => Some((RunState::Rejected, Reason::Parameters)),
            Some(Ok(job)) if seen.blocked && !job.overlap.waits() && !seen.value.waits() => {
                Some((RunState::Skipped, Reason::Overlap))
            }
            Some(Ok(_)) => None,
        }
    }

    fn consume(&mut self, now: Now, key: &RequestKey, state: RunState, reason: Option<Reason>) {
        let Some(seen) = self.requests.get(key).cloned() else {
            return;
        };
        let job = match &seen.own {
            Some(own) => own.clone().ok(),
            None => self.usable_job(key.job).map(|(_, job)| job.clone()),
        };
        let run_key = RunKey {
            project: key.project.clone(),
            job: key.job,
            scope: seen.value.scope(key.request),
            moment: Moment::Request(key.request),
        };
        let mut run = self.run_value(now, &run_key, Passed::default());
        run.state = state;
        run.reason = reason;
        run.trigger = seen.value.trigger;
        run.by = Some(seen.value.by.clone());
        run.parameters = seen.value.parameters.clone();
        let asked_at = seen.value.asked_at;
        let at = asked_at.max(seen.value.not_before.unwrap_or(asked_at));
        run.scheduled_at = seen.value.scheduled_at.unwrap_or(at);
        run.keep_until = Some(seen.value.not_after + REQUEST_KEPT_AFTER);
        if let (Some(_), Some(own)) = (&seen.own, &job) {
            (run.name, run.generation) = (own.name.clone(), 0);
        }
        let active = self.demand(key, job.as_deref(), &seen, &mut run, now);
        let transaction = Transaction::Consume {
            request: key.clone(),
            request_revision: seen.revision,
            job_revision: self.jobs.get(&key.job).map_or(0, |job| job.revision),
            key: run_key,
            run,
            active,
        };
        let token = self.send(Pending::new(
            Purpose::Request(key.clone(), job),
            transaction,
            None,
        ));
        if let Some(seen) = self.requests.get_mut(key) {
            seen.deciding = Some(token);
        }
    }

    /// What the decision demands of the job's `active`.
    fn demand(
        &self,
        key: &RequestKey,
        job: Option<&Job>,
        seen: &Seen,
        run: &mut RunValue,
        now: Now,
    ) -> ActiveCheck {
        if let (Some(Ok(own)), RunState::Claimed) = (&seen.own, run.state) {
            run.start_by = now.wall + own.start_deadline;
            return ActiveCheck::Ignored;
        }
        let (Some(job), Some(scope)) = (job, self.scope_here(key.job)) else {
            return ActiveCheck::Ignored;
        };
        if run.state == RunState::Skipped && run.reason == Some(Reason::Overlap) {
            return ActiveCheck::Held(scope);
        }
        if run.state != RunState::Claimed {
            return ActiveCheck::Ignored;
        }
        run.start_by = now.wall + job.start_deadline;
        if !job.overlap.is_exclusive() || seen.value.anyway {
            return ActiveCheck::Ignored;
        }
        run.active = Some(scope.clone());
        ActiveCheck::Take(scope)
    }

    pub(super) fn settle_request(
        &mut self,
        now: Now,
        pending: Pending,
        request: RequestKey,
        job: Option<Arc<Job>>,
        answer: Answer,
    ) {
        let Transaction::Consume { key, run, .. } = pending.transaction else {
            return;
        };
        match answer {
            Answer::Won(revision) => {
                self.requests.remove(&request);
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
                Some((value, revision)) => {
                    self.requests.remove(&request);
                    let decided = Decided {
                        key,
                        value,
                        revision,
                        job,
                    };
                    self.found_mine(now, run.state, decided);
                }
                None => self.request_lost(now, &request, &run, &standing),
            },
            Answer::Refused(why) => {
                let sentence = format!("request {} was refused: {why}", request.request);
                self.warn(sentence);
                self.look_later(now, &request, Duration::from_secs(2));
            }
            Answer::Unknown => {}
        }
    }

    fn request_lost(&mut self, now: Now, key: &RequestKey, run: &RunValue, standing: &Standing) {
        self.drop_kill(now, run.run_id);
        let replayed = standing.run.is_some();
        if standing.request_revision == 0 || replayed {
            self.requests.remove(key);
            return;
        }
        let held = run.active.is_some() && standing.active.is_some();
        let overlap = self.usable_job(key.job).map(|(_, job)| job.overlap);
        let waits = self
            .requests
            .get(key)
            .is_some_and(|seen| seen.value.waits());
        let held = held && !waits && !overlap.is_some_and(Overlap::waits);
        if let Some(seen) = self.requests.get_mut(key) {
            seen.blocked = held;
        }
        if let (Some(Overlap::Replace), Some(holder), false) = (overlap, standing.active, waits) {
            self.replace(now, holder);
        }
        let wait = if held {
            Duration::ZERO
        } else {
            LOOK_AGAIN_AFTER
        };
        self.look_later(now, key, wait);
    }

    /// Looks at the requests at that time at the latest: each look arranges for the next one.
    fn look_by(&mut self, at: Duration) {
        let mut sooner = self.timers.iter().take_while(|(time, _)| *time <= at);
        if !sooner.any(|(_, timer)| *timer == Timer::Look) {
            self.timers.insert((at, Timer::Look));
        }
    }

    fn look_later(&mut self, now: Now, key: &RequestKey, wait: Duration) {
        if let Some(seen) = self.requests.get_mut(key) {
            seen.deciding = None;
        }
        self.timers.insert((now.boot + wait, Timer::Look));
    }
}

/// The job of a request's own definition, if this version can run it.
fn own_job(key: &RequestKey, body: &serde_json::Value) -> Result<Arc<Job>, Reason> {
    let job = Job::from_body(body).ok();
    job.filter(|job| job.project == key.project)
        .map(Arc::new)
        .ok_or(Reason::Definition)
}

#[cfg(test)]
mod tests {
    use super::super::action::Action;
    use super::super::event::Event;
    use super::super::{Config, Dispatcher};
    use super::*;
    use crate::id::{DiskId, JobId, RequestId};
    use crate::run::Trigger;
    use jiff::Timestamp;
    use uuid::Uuid;

    fn now(seconds: u64) -> Now {
        let wall = Timestamp::from_second(1_790_000_000 + seconds as i64).expect("in range");
        let boot = Duration::from_secs(100 + seconds);
        Now { wall, boot }
    }

    /// An agent that may decide and knows of no job.
    fn ready() -> Dispatcher {
        let mut dispatcher = Dispatcher::new(Config {
            node: "a".parse().expect("a name"),
            disk_id: DiskId(Uuid::from_u128(1)),
            max_parallel: 8,
            seed: [7; 16],
        });
        let session = serde_json::from_value(serde_json::json!({
            "v": 1, "fingerprint": "f", "disk_id": DiskId(Uuid::from_u128(1)), "version": "1",
            "host": "a", "pid": 1, "up_since": now(0).wall,
        }));
        let session = Box::new(session.expect("a session"));
        for event in [
            Event::JournalRead(Vec::new()),
            Event::NodesReset,
            Event::NodeSeen("a".parse().expect("a name"), session),
            Event::NodesReady,
            Event::SessionGained(3),
            Event::DefinitionsReset,
            Event::DefinitionsReady,
            Event::RunsRead(Vec::new()),
        ] {
            dispatcher.handle(now(0), event);
        }
        dispatcher
    }

    fn trial(definition: serde_json::Value) -> Event {
        let key = RequestKey {
            project: "ops".parse().expect("a name"),
            job: JobId(Uuid::from_u128(2)),
            request: RequestId(Uuid::from_u128(3)),
        };
        let value = RequestValue {
            v: 1,
            by: "ann".to_owned(),
            asked_at: now(0).wall,
            not_before: None,
            not_after: now(600).wall,
            trigger: Trigger::Try,
            scheduled_at: None,
            node: None,
            anyway: true,
            cancel: false,
            definition: Some(definition),
            parameters: Default::default(),
            extra: Default::default(),
        };
        Event::RequestSeen(key, value, 9)
    }

    fn consumed(actions: &[Action]) -> Option<(Token, RunValue, u64)> {
        actions.iter().find_map(|action| match action {
            Action::SendTxn(
                token,
                Transaction::Consume {
                    run, job_revision, ..
                },
            ) => Some((*token, run.clone(), *job_revision)),
            _ => None,
        })
    }

    #[test]
    fn a_trial_runs_its_own_definition_though_no_job_is_stored() {
        let mut dispatcher = ready();
        let body = serde_json::json!({
            "project": "ops", "name": "draft", "schedule": "@manual", "start_deadline": "30s",
            "shell": { "script": "echo own" },
        });
        let actions = dispatcher.handle(now(1), trial(body));
        let (token, run, job_revision) = consumed(&actions).expect("a decision");
        let (state, trigger) = (run.state, run.trigger);
        assert_eq!((state, trigger), (RunState::Claimed, Trigger::Try));
        assert_eq!((run.name.as_str(), run.generation), ("draft", 0));
        assert_eq!((run.active, job_revision), (None, 0));
        assert_eq!(run.start_by, now(31).wall);
        let actions = dispatcher.handle(now(1), Event::TxnAnswered(token, Answer::Won(10)));
        let own = actions.iter().find_map(|action| match action {
            Action::WriteIntent(intent) => Some(intent.job.to_body()["shell"]["script"].clone()),
            _ => None,
        });
        assert_eq!(own, Some("echo own".into()));
    }

    #[test]
    fn a_trial_that_cannot_be_used_or_is_of_another_project_is_rejected() {
        for (project, script) in [("ops", ""), ("billing", "true")] {
            let body = serde_json::json!({
                "project": project, "name": "draft", "schedule": "@manual",
                "shell": { "script": script },
            });
            let actions = ready().handle(now(1), trial(body));
            let (_, run, _) = consumed(&actions).expect("a decision");
            let end = (run.state, run.reason);
            assert_eq!(end, (RunState::Rejected, Some(Reason::Definition)));
        }
    }
}
