//! Stores in a folder, a cluster over them, and what an agent would write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use belfry_core::cluster::{Cluster, StoredJob};
use belfry_core::coord::embedded::Embedded;
use belfry_core::coord::{Coord, CoordError, Listing, Watch};
use belfry_core::dispatch::{Passed, RunKey, RunValue};
use belfry_core::history::sqlite::SqliteHistory;
use belfry_core::id::{ClaimId, DiskId, JobId, Moment, Scope};
use belfry_core::job::Job;
use belfry_core::keyspace::{Keyspace, json};
use belfry_core::limits::{ETCD_REQUEST_BYTES_MAX, ETCD_TXN_OPS_MAX};
use belfry_core::run::{RunRecord, RunState, Trigger};
use belfry_core::txn::{Entry, LeaseId, Op, Txn, TxnAnswer, TxnSize};
use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;

/// A store whose answers get lost: the transaction is applied, and nobody hears of it.
pub struct Deaf {
    store: Embedded,
    lost: AtomicU32,
    /// Whether it takes no larger transactions than etcd does.
    is_bounded: AtomicBool,
}

#[async_trait]
impl Coord for Deaf {
    fn txn_max(&self) -> Option<TxnSize> {
        let etcd = TxnSize {
            operations: ETCD_TXN_OPS_MAX,
            bytes: ETCD_REQUEST_BYTES_MAX,
        };
        self.is_bounded.load(Ordering::SeqCst).then_some(etcd)
    }
    async fn get(&self, keys: &[String]) -> Result<(u64, Vec<Option<Entry>>), CoordError> {
        self.store.get(keys).await
    }
    async fn list(&self, prefix: &str) -> Result<Listing, CoordError> {
        self.store.list(prefix).await
    }
    async fn transact(&self, txn: &Txn) -> Result<TxnAnswer, CoordError> {
        let answer = self.store.transact(txn).await?;
        let left = self.lost.load(Ordering::SeqCst);
        if left > 0 {
            self.lost.store(left - 1, Ordering::SeqCst);
            return Err(CoordError::Unavailable("the answer got lost".to_owned()));
        }
        Ok(answer)
    }
    async fn grant_lease(&self, ttl: Duration) -> Result<LeaseId, CoordError> {
        self.store.grant_lease(ttl).await
    }
    async fn renew_lease(&self, lease: LeaseId) -> Result<Option<Duration>, CoordError> {
        self.store.renew_lease(lease).await
    }
    async fn revoke_lease(&self, lease: LeaseId) -> Result<(), CoordError> {
        self.store.revoke_lease(lease).await
    }
    fn watch(&self, prefix: &str) -> Watch {
        self.store.watch(prefix)
    }
}

pub struct Stage {
    pub coord: Arc<Deaf>,
    pub history: Arc<SqliteHistory>,
    pub keys: Keyspace,
    pub cluster: Arc<Cluster>,
    _dir: TempDir,
}

impl Stage {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let store = Embedded::open(dir.path()).await.expect("a store");
        let coord = Arc::new(Deaf {
            store,
            lost: AtomicU32::new(0),
            is_bounded: AtomicBool::new(false),
        });
        let history = Arc::new(SqliteHistory::open(dir.path()).await.expect("a history"));
        let keys = Keyspace::this_computer();
        let cluster = Cluster::new(
            coord.clone(),
            history.clone(),
            keys.clone(),
            "ann@desk".into(),
        );
        Self {
            coord,
            history,
            keys,
            cluster: Arc::new(cluster),
            _dir: dir,
        }
    }

    /// The next answers get lost.
    pub fn lose(&self, answers: u32) {
        self.coord.lost.store(answers, Ordering::SeqCst);
    }

    /// From now on it takes no larger transactions than etcd does.
    pub fn bound(&self) {
        self.coord.is_bounded.store(true, Ordering::SeqCst);
    }

    pub async fn job(&self, name: &str) -> StoredJob {
        self.cluster.job(name).await.expect("the job")
    }

    pub async fn created(&self, name: &str) -> StoredJob {
        self.cluster.create(job(name)).await.expect("a new job");
        self.job(name).await
    }

    pub async fn deleted(&self, id: JobId) {
        let job = self.cluster.job(&id.to_string()).await.expect("a job");
        self.cluster.delete(&job, None).await.expect("a removal");
    }

    pub async fn put(&self, key: String, value: Vec<u8>) {
        let txn = Txn {
            then: vec![Op::Put {
                key,
                value,
                lease: None,
            }],
            ..Txn::default()
        };
        assert!(
            self.coord
                .store
                .transact(&txn)
                .await
                .expect("a put")
                .succeeded
        );
    }

    pub async fn delete(&self, key: String) {
        let txn = Txn {
            then: vec![Op::Delete(key)],
            ..Txn::default()
        };
        self.coord.store.transact(&txn).await.expect("a removal");
    }

    /// A run of the job as its agent has claimed it.
    pub async fn claim(&self, job: &StoredJob, at: Timestamp) -> (RunKey, RunValue) {
        let key = RunKey {
            project: job.project.clone(),
            job: job.id,
            scope: Scope::One,
            moment: Moment::At(at),
        };
        let value = claimed(&key, at);
        self.put(self.keys.run(&key), json(&value)).await;
        (key, value)
    }
}

pub fn job(name: &str) -> Job {
    let fields = serde_json::json!({
        "project": "ops", "name": name, "schedule": "* * * * *", "shell": { "script": "true" },
    });
    Job::read(&fields).expect("a job")
}

pub fn claimed(key: &RunKey, at: Timestamp) -> RunValue {
    RunValue {
        v: 1,
        run_id: key.run_id(),
        claim_id: ClaimId(Uuid::from_u128(5)),
        node: "web-1".parse().expect("a name"),
        disk_id: DiskId(Uuid::from_u128(6)),
        session: 3,
        attempt: 1,
        state: RunState::Claimed,
        reason: None,
        name: "tick".to_owned(),
        generation: 1,
        active: None,
        from: None,
        passed: Passed::default(),
        scheduled_at: at,
        until: None,
        count: 1,
        start_by: at,
        trigger: Trigger::Schedule,
        by: None,
        parameters: Default::default(),
        keep_until: None,
        decided_at: at,
        due: Vec::new(),
        outcome: None,
        extra: Default::default(),
    }
}

pub fn record(key: &RunKey, value: &RunValue, state: RunState) -> RunRecord {
    let finished_at = state.is_over().then_some(value.scheduled_at);
    let own = belfry_core::dispatch::own_record(key, value, 9);
    RunRecord {
        state,
        finished_at,
        started_at: Some(value.scheduled_at),
        ..own
    }
}

/// A minute of the past.
pub fn minute(index: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_040 + 60 * index).expect("in range")
}
