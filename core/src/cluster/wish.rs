//! What people ask of agents: a run now, the end of a run, the output of a run as it comes.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::edit::usable;
use super::error::Doing;
use super::picture::run_key;
use super::{Cluster, ClusterError, StoredJob};
use crate::clock;
use crate::dispatch::{Ask, OrderValue, RequestKey, RequestValue, RunKey};
use crate::id::{JobId, Moment, NodeId, OrderId, ProjectName, RequestId, RunId, Scope};
use crate::job::values_of;
use crate::keyspace::Key;
use crate::limits::{
    EDIT_TRIES_MAX, KILL_CONFIRMED_WITHIN, KILL_OBEYED_WITHIN, REQUEST_AHEAD_MAX,
    REQUEST_TAKEN_WITHIN, RUN_LOOK_EVERY, TAIL_INTEREST,
};
use crate::run::{RunRecord, RunState, Trigger};

/// Version of the formats of requests and orders.
const FORM: u32 = 1;

/// A kill that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct KillWish {
    /// The run.
    pub run: RunId,
    /// Who was asked; nobody when the run was only a request, which is cancelled.
    pub node: Option<NodeId>,
}

/// What became of a kill.
#[derive(Clone, Debug, PartialEq)]
pub enum KillEnd {
    /// The run's own end says so.
    Killed(Box<RunRecord>),
    /// It ended otherwise, before or despite the kill.
    EndedOtherwise(Box<RunRecord>),
    /// Nobody can say yet: the run goes on as far as anybody knows.
    NotConfirmed,
}

/// How a run that a person asks for differs from one at once and anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunWish {
    /// On this node and no other.
    pub node: Option<NodeId>,
    /// Not before this instant, which lies within `REQUEST_AHEAD_MAX`.
    pub not_before: Option<Timestamp>,
    /// Values for the job's parameters, by name.
    pub parameters: BTreeMap<String, String>,
}

/// A request that no agent has taken.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingRequest {
    /// The run that it will be.
    pub run: RunId,
    /// The job.
    pub job: JobId,
    /// What it says.
    pub value: RequestValue,
}

/// A wish to follow a run's output, to be renewed every `TAIL_RENEW_EVERY`.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    run: RunId,
    node: NodeId,
    order: OrderId,
}

impl Cluster {
    /// Asks for a run of a job now. The run itself appears when an agent takes the request.
    pub async fn run_now(&self, job: &StoredJob) -> Result<RunId, ClusterError> {
        self.run_as_wished(job, RunWish::default()).await
    }

    /// Asks for a run of a job. Until an agent takes it, it can be taken back by [`Cluster::kill`].
    pub async fn run_as_wished(
        &self,
        job: &StoredJob,
        wish: RunWish,
    ) -> Result<RunId, ClusterError> {
        let found = usable(job)?;
        values_of(&found.parameters, &wish.parameters).map_err(|error| {
            ClusterError::Parameters {
                name: job.title(),
                error,
            }
        })?;
        if let Some(node) = &wish.node {
            self.node(node).await?;
        }
        let ahead = later(clock::now(), REQUEST_AHEAD_MAX);
        if wish.not_before.is_some_and(|at| at > ahead) {
            return Err(ClusterError::Invalid {
                field: "at".to_owned(),
                sentence: "the time lies more than a year ahead: ask for it nearer to then"
                    .to_owned(),
            });
        }
        let definition = self.keys.job(&job.project, job.id);
        let current = self.current(&definition, &job.title()).await?;
        if current.is_none_or(|current| current.envelope.body().is_none()) {
            return Err(ClusterError::NoSuchJob { name: job.title() });
        }
        let shape = |request: RequestValue| RequestValue {
            not_after: wish.not_before.map_or(request.not_after, |at| {
                later(at, REQUEST_TAKEN_WITHIN).max(request.not_after)
            }),
            not_before: wish.not_before,
            node: wish.node,
            parameters: wish.parameters,
            ..request
        };
        self.ask_for_run((&job.project, job.id), shape).await
    }

    /// Asks for another run of the job that a run is of, as the job is now.
    pub async fn rerun(&self, run: RunId) -> Result<(StoredJob, RunId), ClusterError> {
        let attempts = self.attempts(run).await?;
        let last = attempts.last().expect("a run that is known has an attempt");
        let job = self.job(&last.job_id.to_string()).await?;
        let again = self.run_now(&job).await?;
        Ok((job, again))
    }

    /// Requests that no agent has taken, of one job or of all, the earliest first.
    pub async fn waiting_requests(
        &self,
        job: Option<JobId>,
    ) -> Result<Vec<WaitingRequest>, ClusterError> {
        let listing = self.coord.list(&self.keys.requests()).await;
        let listing = listing.doing("read the requests")?;
        let read = |entry: &crate::txn::Entry| {
            let Some(Key::Request(key)) = self.keys.parse(&entry.key) else {
                return None;
            };
            Some(WaitingRequest {
                run: run_of(&key).run_id(),
                job: key.job,
                value: serde_json::from_slice(&entry.value).ok()?,
            })
        };
        let mut waiting: Vec<WaitingRequest> = listing.entries.iter().filter_map(read).collect();
        waiting.retain(|request| job.is_none_or(|job| request.job == job));
        waiting.sort_by_key(|request| {
            let value = &request.value;
            (value.not_before.unwrap_or(value.asked_at), request.run)
        });
        Ok(waiting)
    }

    /// Puts a request for a run of the job, as `shape` makes it of one by hand. It is put once,
    /// however often its answer gets lost.
    pub(super) async fn ask_for_run(
        &self,
        (project, job): (&ProjectName, JobId),
        shape: impl FnOnce(RequestValue) -> RequestValue,
    ) -> Result<RunId, ClusterError> {
        let key = RequestKey {
            project: project.clone(),
            job,
            request: RequestId(Uuid::new_v4()),
        };
        let run = run_of(&key);
        let asked_at = clock::now();
        let value = shape(RequestValue {
            v: FORM,
            by: self.who.clone(),
            asked_at,
            not_before: None,
            not_after: later(asked_at, REQUEST_TAKEN_WITHIN),
            trigger: Trigger::Manual,
            scheduled_at: None,
            node: None,
            anyway: false,
            cancel: false,
            definition: None,
            parameters: BTreeMap::new(),
            extra: Default::default(),
        });
        let txn = self.keys.spell_request(&key, &run, &value);
        let mut answer = self.coord.transact(&txn).await;
        for _ in 1..EDIT_TRIES_MAX {
            if answer.is_ok() {
                break;
            }
            answer = self.coord.transact(&txn).await;
        }
        // A request that is not put was put before, or its job has gone for good meanwhile: what
        // is known of the run tells.
        answer.doing("ask for the run")?;
        Ok(run.run_id())
    }

    /// Asks the node that has a run to end it, or takes back a request that nobody has taken.
    pub async fn kill(&self, run: RunId) -> Result<KillWish, ClusterError> {
        if self.cancel_request(run).await? {
            return Ok(KillWish { run, node: None });
        }
        let attempts = self.attempts(run).await?;
        let last = attempts.last().expect("a run that is known has an attempt");
        // Between two attempts the newest record is an end, and yet the run goes on.
        let open = self.stored_run_at(&run_key(last)).await?;
        let going = open.filter(|open| !open.value.state.is_over());
        let node = going.ok_or(ClusterError::NotRunning { run })?.value.node;
        if self.kill_order(&node, run).await?.is_none() {
            let order = OrderId::of_kill(run);
            self.put_order(
                (&node, order),
                Ask::Kill { run_id: run },
                KILL_OBEYED_WITHIN,
            )
            .await?;
        }
        Ok(KillWish {
            run,
            node: Some(node),
        })
    }

    /// Waits until the run's own end tells what became of a kill, `KILL_CONFIRMED_WITHIN` at most;
    /// not at all when no agent is there to consume a request that was taken back.
    pub async fn wait_for_kill(&self, wish: &KillWish) -> Result<KillEnd, ClusterError> {
        let nobody = wish.node.is_none() && self.nodes().await?.is_empty();
        let at_most = if nobody {
            Duration::ZERO
        } else {
            KILL_CONFIRMED_WITHIN
        };
        let end = self.wait_for_end(wish.run, at_most).await?;
        Ok(
            end.map_or(KillEnd::NotConfirmed, |end| match is_stopped(&end) {
                true => KillEnd::Killed(Box::new(end)),
                false => KillEnd::EndedOtherwise(Box::new(end)),
            }),
        )
    }

    /// Waits for the end of a run's newest attempt; `None` when it does not come in time.
    ///
    /// An attempt after which another one follows is no end.
    pub async fn wait_for_end(
        &self,
        run: RunId,
        at_most: Duration,
    ) -> Result<Option<RunRecord>, ClusterError> {
        let deadline = clock::boot().saturating_add(at_most);
        loop {
            let attempts = self.attempts_so_far(run).await?;
            if let Some(last) = attempts.last().filter(|last| last.state.is_over())
                && self.is_settled(last).await?
            {
                return Ok(Some(last.clone()));
            }
            if clock::boot() >= deadline {
                return Ok(None);
            }
            tokio::time::sleep(RUN_LOOK_EVERY).await;
        }
    }

    /// Waits for the end of a run that was asked for, however long it takes; `None` when no agent
    /// took the request before it expired.
    pub async fn wait_for_request(&self, run: RunId) -> Result<Option<RunRecord>, ClusterError> {
        let waiting = self.waiting_requests(None).await?;
        let waiting = waiting.into_iter().find(|request| request.run == run);
        let expires = waiting.map_or(Duration::ZERO, |request| {
            let left = request.value.not_after.duration_since(clock::now());
            Duration::try_from(left).unwrap_or_default()
        });
        // One that is not there was taken; its agent tells of it in a moment.
        let expires = clock::boot() + expires.max(KILL_CONFIRMED_WITHIN);
        while self.attempts_so_far(run).await?.is_empty() {
            if clock::boot() > expires {
                return Ok(None);
            }
            tokio::time::sleep(RUN_LOOK_EVERY).await;
        }
        self.wait_for_end(run, Duration::MAX).await
    }

    /// Whether the store agrees that an attempt was the last: it has the run ended, or not at all.
    async fn is_settled(&self, last: &RunRecord) -> Result<bool, ClusterError> {
        let open = self.stored_run_at(&run_key(last)).await?;
        Ok(open.is_none_or(|open| open.value.state.is_over()))
    }

    /// Takes back the request that a run is the run of, if it is still there.
    async fn cancel_request(&self, run: RunId) -> Result<bool, ClusterError> {
        let listing = self
            .coord
            .list(&self.keys.requests())
            .await
            .doing("read the requests")?;
        for entry in &listing.entries {
            let Some(Key::Request(key)) = self.keys.parse(&entry.key) else {
                continue;
            };
            let Ok(mut value) = serde_json::from_slice::<RequestValue>(&entry.value) else {
                continue;
            };
            if run_of(&key).run_id() != run {
                continue;
            }
            value.cancel = true;
            let txn = self
                .keys
                .spell_request_change(&key, entry.mod_revision, &value);
            return Ok(self
                .coord
                .transact(&txn)
                .await
                .doing("take the request back")?
                .succeeded);
        }
        Ok(false)
    }

    /// Tells the node that has a run that somebody watches, for `TAIL_INTEREST`. `None` when the
    /// run is over: its whole log is in history.
    pub async fn follow_log(&self, run: RunId) -> Result<Option<Tail>, ClusterError> {
        let attempts = self.attempts(run).await?;
        let last = attempts.last().filter(|last| !last.state.is_over());
        let Some(last) = last else { return Ok(None) };
        let tail = Tail {
            run,
            node: last.node.clone(),
            order: OrderId(Uuid::new_v4()),
        };
        self.put_order(
            (&tail.node, tail.order),
            Ask::Tail { run_id: run },
            TAIL_INTEREST,
        )
        .await?;
        Ok(Some(tail))
    }

    /// Renews the wish: nodes obey an order once, so it is another order.
    pub async fn renew_tail(&self, tail: &mut Tail) -> Result<(), ClusterError> {
        let before = std::mem::replace(&mut tail.order, OrderId(Uuid::new_v4()));
        self.put_order(
            (&tail.node, tail.order),
            Ask::Tail { run_id: tail.run },
            TAIL_INTEREST,
        )
        .await?;
        let txn = self.keys.spell_order_end(&tail.node, before);
        self.coord
            .transact(&txn)
            .await
            .doing("renew the wish to follow the log")
            .map(drop)
    }

    /// Takes the wish back; without it the wish ends by itself.
    pub async fn end_tail(&self, tail: &Tail) -> Result<(), ClusterError> {
        let txn = self.keys.spell_order_end(&tail.node, tail.order);
        self.coord
            .transact(&txn)
            .await
            .doing("stop following the log")
            .map(drop)
    }

    pub(super) async fn put_order(
        &self,
        (node, order): (&NodeId, OrderId),
        ask: Ask,
        holds_for: Duration,
    ) -> Result<(), ClusterError> {
        let asked_at = clock::now();
        let not_after = later(asked_at, holds_for);
        let value = OrderValue {
            v: FORM,
            by: self.who.clone(),
            asked_at,
            not_after,
            ask,
        };
        let txn = self.keys.spell_order(node, order, &value);
        self.coord
            .transact(&txn)
            .await
            .doing("send the order to the node")
            .map(drop)
    }
}

fn is_stopped(end: &RunRecord) -> bool {
    let cancelled =
        end.state == RunState::Skipped && end.reason == Some(crate::run::Reason::Cancelled);
    end.state == RunState::Killed || cancelled
}

fn run_of(key: &RequestKey) -> RunKey {
    RunKey {
        project: key.project.clone(),
        job: key.job,
        scope: Scope::Manual(key.request),
        moment: Moment::Request(key.request),
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_add(by)
        .expect("a duration is no calendar span")
}
