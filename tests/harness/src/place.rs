//! A data folder with its stores, as a person and the agent share them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use belfry_core::cluster::{ConnectError, Role, Stores};
use belfry_core::coord::Coord;
use belfry_core::definition::{Address, Author, EditPlan, Intent, plan_edit};
use belfry_core::dispatch::{Ask, OrderValue, RequestKey, RequestValue, SeriesKey};
use belfry_core::history::{History, RunQuery};
use belfry_core::id::{EditId, JobId, NodeId, OrderId, ProjectName, RequestId, RunId, Scope};
use belfry_core::job::{Job, JobDraft, ShellDraft};
use belfry_core::keyspace::{Keyspace, json};
use belfry_core::limits::{PAGE_ROWS_MAX, REQUEST_TAKEN_WITHIN};
use belfry_core::profile::Place as StoredAt;
use belfry_core::run::{RunRecord, Trigger};
use belfry_core::txn::{Check, Compare, Op, Txn};
use futures_util::StreamExt;
use jiff::Timestamp;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use uuid::Uuid;

use crate::agent::Agent;
use crate::wait;

/// The node's id in every place.
pub const NODE: &str = "here";

/// A temporary data folder with open stores.
pub struct Place {
    folder: TempDir,
    /// The store of the present.
    pub coord: Arc<dyn Coord>,
    /// The store of the past.
    pub history: Arc<dyn History>,
    /// How keys are spelled.
    pub keys: Keyspace,
}

impl Place {
    /// An empty one.
    pub async fn new() -> Self {
        Self::with(async |dir| {
            let place = StoredAt::Embedded(dir.to_owned());
            Stores::open(&place, Role::Person).await
        })
        .await
    }

    /// A folder with stores that may lie elsewhere.
    pub async fn with(open: impl AsyncFnOnce(&Path) -> Result<Stores, ConnectError>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let stores = open(folder.path()).await.expect("new stores");
        Self {
            folder,
            coord: stores.coord,
            history: stores.history,
            keys: stores.keys,
        }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Starts an agent here and waits until it is up.
    pub async fn agent(&self) -> Agent {
        self.agent_with(&[]).await
    }

    /// The same, with more arguments.
    pub async fn agent_with(&self, arguments: &[&str]) -> Agent {
        let mut all = vec!["--node-id", NODE];
        all.extend(arguments);
        let agent = Agent::start(self.dir(), &all);
        self.up(&NodeId::new(NODE).expect("a plain name"), &agent)
            .await;
        agent
    }

    /// Waits until an agent has the session of a node.
    pub async fn up(&self, node: &NodeId, agent: &Agent) {
        let words = format!("\"pid\":{},", agent.pid());
        wait::until("the agent is up", Duration::from_secs(90), async || {
            let key = self.keys.session(node);
            let (_, found) = self.coord.get(&[key]).await.ok()?;
            let session = found.into_iter().next().flatten()?;
            String::from_utf8_lossy(&session.value)
                .contains(&words)
                .then_some(())
        })
        .await;
    }

    /// Stores a job as an edit of a person would.
    pub async fn put_job(&self, draft: JobDraft) -> JobId {
        let id = JobId(Uuid::new_v4());
        let job = draft.validate().expect("a valid job");
        let author = Author {
            by: "test".to_owned(),
            at: Timestamp::now(),
            edit: EditId(Uuid::new_v4()),
        };
        let address = Address::of_job(&job.project, id);
        let plan = plan_edit(&address, None, &Intent::Create(job.clone()), None, &author);
        let plan = plan.expect("a new job").expect("a change");
        let answer = self.coord.transact(&self.spell(id, &job, plan)).await;
        assert!(
            answer.expect("the store answers").succeeded,
            "the job is new"
        );
        id
    }

    /// Stores many jobs, in the order given.
    pub async fn put_jobs(&self, drafts: Vec<JobDraft>) -> Vec<JobId> {
        let puts = drafts.into_iter().map(|draft| self.put_job(draft));
        // So many share a commit of the store.
        futures_util::stream::iter(puts)
            .buffered(256)
            .collect()
            .await
    }

    fn spell(&self, id: JobId, job: &Job, plan: EditPlan) -> Txn {
        let put = |key, value| Op::Put {
            key,
            value,
            lease: None,
        };
        let key = self.keys.job(&job.project, id);
        let edit = plan.version.edit;
        let mut then = vec![
            put(key.clone(), plan.value),
            put(self.keys.pending(edit), json(&plan.version)),
        ];
        if let Some(start) = plan.cursor {
            let series = SeriesKey {
                project: job.project.clone(),
                job: id,
                scope: Scope::One,
            };
            let cursor = format!(
                "{:020}/{}",
                start.instant.as_second(),
                start.schedule_generation
            );
            then.push(put(self.keys.cursor(&series), cursor.into_bytes()));
        }
        let compares = vec![Compare {
            key,
            check: Check::ModRevision(plan.expected_revision),
        }];
        Txn {
            compares,
            then,
            otherwise: vec![],
        }
    }

    /// Writes a key, whatever it is.
    pub async fn put(&self, key: String, value: &[u8]) {
        let put = Op::Put {
            key,
            value: value.to_owned(),
            lease: None,
        };
        let txn = Txn {
            then: vec![put],
            ..Txn::default()
        };
        self.coord.transact(&txn).await.expect("the store answers");
    }

    /// Asks for a run now.
    pub async fn run_now(&self, job: JobId) -> RunId {
        self.run_with(job, BTreeMap::new()).await
    }

    /// Asks for a run now, with these values, whatever the job takes.
    pub async fn run_with(&self, job: JobId, parameters: BTreeMap<String, String>) -> RunId {
        let request = RequestId(Uuid::new_v4());
        let now = Timestamp::now();
        let value = RequestValue {
            v: 1,
            by: "test".to_owned(),
            asked_at: now,
            not_before: None,
            not_after: now + REQUEST_TAKEN_WITHIN,
            trigger: Trigger::Manual,
            scheduled_at: None,
            node: None,
            anyway: false,
            cancel: false,
            definition: None,
            parameters,
            extra: Default::default(),
        };
        let key = RequestKey {
            project: project(),
            job,
            request,
        };
        self.put(self.keys.request(&key), &json(&value)).await;
        let moment = belfry_core::id::Moment::Request(request);
        RunId::derive(job, &Scope::Manual(request), moment)
    }

    /// Orders a run to be stopped.
    pub async fn kill(&self, run_id: RunId) -> OrderId {
        self.order(Ask::Kill { run_id }).await
    }

    /// Wishes to follow a run's output.
    pub async fn follow(&self, run_id: RunId) -> OrderId {
        self.order(Ask::Tail { run_id }).await
    }

    async fn order(&self, ask: Ask) -> OrderId {
        let now = Timestamp::now();
        let order = OrderId(Uuid::new_v4());
        let not_after = now + Duration::from_secs(60);
        let value = OrderValue {
            v: 1,
            by: "test".to_owned(),
            asked_at: now,
            not_after,
            ask,
        };
        let node = NodeId::new(NODE).expect("a plain name");
        self.put(self.keys.order(&node, order), &json(&value)).await;
        order
    }

    /// The newest records of a job.
    pub async fn records(&self, job: JobId) -> Vec<RunRecord> {
        let query = RunQuery {
            jobs: vec![job],
            limit: PAGE_ROWS_MAX,
            ..RunQuery::default()
        };
        self.history.runs(&query).await.expect("history answers")
    }

    /// The record of a run's only attempt, once it is over.
    pub async fn ended(&self, run: RunId, at_most: Duration) -> RunRecord {
        wait::until("the run ends", at_most, async || {
            let attempts = self.history.run(run).await.expect("history answers");
            attempts.into_iter().find(|record| record.state.is_over())
        })
        .await
    }

    /// All of an attempt's output that history keeps.
    pub async fn output(&self, run: RunId, attempt: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut offset = 0;
        loop {
            let chunks = self
                .history
                .output(run, attempt, offset, 1 << 20)
                .await
                .expect("history answers");
            let Some(last) = chunks.last() else {
                return bytes;
            };
            offset = last.end();
            bytes.extend(chunks.into_iter().flat_map(|chunk| chunk.bytes));
        }
    }

    /// Keys below a prefix.
    pub async fn count(&self, prefix: &str) -> usize {
        self.coord
            .list(prefix)
            .await
            .expect("the store answers")
            .entries
            .len()
    }
}

impl Drop for Place {
    /// Supervisors would go on trying to write into a folder that is gone.
    fn drop(&mut self) {
        let folder = self.dir().to_string_lossy();
        for state in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            let pid = state
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            let line = std::fs::read(state.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line);
            let is_ours = line.contains(&*folder) && line.contains("/runs/");
            if let Some(pid) = pid.and_then(Pid::from_raw).filter(|_| is_ours) {
                // It may have ended meanwhile.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

/// The project of every job here.
pub fn project() -> ProjectName {
    ProjectName::new("test").expect("a plain name")
}

/// A job with this script.
pub fn job(name: &str, schedule: &str, script: impl Into<String>) -> JobDraft {
    JobDraft {
        project: project().to_string(),
        name: name.to_owned(),
        schedule: schedule.to_owned(),
        shell: ShellDraft {
            script: Some(script.into()),
            ..ShellDraft::default()
        },
        ..JobDraft::default()
    }
}
