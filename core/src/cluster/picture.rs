//! The present as a window needs it: what watches and history tell, reduced to jobs, open runs
//! and nodes. Pure: the tasks that feed it are in `live`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::StoredJob;
use crate::dispatch::{RunKey, RunValue, SessionValue, own_record};
use crate::id::{JobId, NodeId, RunId};
use crate::keyspace::{Key, Keyspace};
use crate::node::NodeInfo;
use crate::run::{RunRecord, RunState};
use crate::txn::Entry;
use crate::view::AgentState;

/// A node that is there.
#[derive(Clone, Debug)]
pub struct NodeSeen {
    /// Its id.
    pub id: NodeId,
    /// Its sign of life.
    pub session: SessionValue,
}

/// The present.
pub struct Picture {
    keys: Keyspace,
    jobs: BTreeMap<JobId, Arc<StoredJob>>,
    sessions: BTreeMap<NodeId, SessionValue>,
    /// What stays known of nodes that are not there.
    infos: BTreeMap<NodeId, NodeInfo>,
    /// How far a node's stamp was ahead of this computer's clock when it came.
    ahead_ms: BTreeMap<NodeId, i64>,
    /// The newest form of every attempt that the store still needs.
    open: HashMap<RunKey, RunRecord>,
    /// How the newest run of each job stands.
    newest: HashMap<JobId, (Timestamp, RunState)>,
}

/// What a change means to lists.
#[derive(Debug, PartialEq)]
pub(super) enum Change {
    /// Nothing that they show.
    Nothing,
    /// A definition.
    Jobs,
    /// A run, in its newest form.
    Run(Box<RunRecord>),
    /// A node.
    Nodes,
}

/// One of the three folders that a picture is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folder {
    Jobs,
    Runs,
    Nodes,
}

impl Picture {
    /// Nothing known yet.
    pub(super) fn new(keys: Keyspace) -> Self {
        let (jobs, sessions) = (BTreeMap::new(), BTreeMap::new());
        Self {
            keys,
            jobs,
            sessions,
            infos: BTreeMap::new(),
            ahead_ms: BTreeMap::new(),
            open: HashMap::new(),
            newest: HashMap::new(),
        }
    }

    /// Forgets a folder that is about to be told anew.
    pub(super) fn reset(&mut self, folder: Folder) {
        match folder {
            Folder::Jobs => self.jobs.clear(),
            Folder::Runs => self.open.clear(),
            Folder::Nodes => {
                self.sessions.clear();
                self.infos.clear();
            }
        }
    }

    /// Learns keys as they stand.
    pub(super) fn load(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.learn(entry);
        }
    }

    /// Learns a key that was written.
    pub(super) fn learn(&mut self, entry: &Entry) -> Change {
        match self.keys.parse(&entry.key) {
            Some(Key::Job(_, id)) => {
                match StoredJob::read(&self.keys, entry) {
                    Some(job) => drop(self.jobs.insert(id, Arc::new(job))),
                    None => drop(self.jobs.remove(&id)),
                }
                Change::Jobs
            }
            Some(Key::Run(key)) => self.learn_run(key, entry),
            Some(Key::Session(node)) => match serde_json::from_slice(&entry.value) {
                Ok(session) => match self.sessions.insert(node, session) {
                    None => Change::Nodes,
                    Some(_) => Change::Nothing,
                },
                Err(_) => Change::Nothing,
            },
            Some(Key::Info(node)) => {
                let info = serde_json::from_slice(&entry.value).ok();
                self.infos.extend(info.map(|info| (node, info)));
                Change::Nothing
            }
            _ => Change::Nothing,
        }
    }

    /// Learns of a node's clock by a session that was written this moment.
    pub(super) fn hear(&mut self, entry: &Entry, now: Timestamp) {
        let Some(Key::Session(node)) = self.keys.parse(&entry.key) else {
            return;
        };
        let stamp = self.sessions.get(&node).and_then(|session| session.stamp);
        if let Some(stamp) = stamp {
            let ahead = stamp.duration_since(now).as_millis();
            let ahead = i64::try_from(ahead).unwrap_or_default();
            self.ahead_ms.insert(node, ahead);
        }
    }

    fn learn_run(&mut self, key: RunKey, entry: &Entry) -> Change {
        let Ok(value) = serde_json::from_slice::<RunValue>(&entry.value) else {
            return Change::Nothing;
        };
        let record = stored_record(&key, &value, entry.mod_revision);
        let known = self.open.get(&key);
        if known.is_some_and(|known| known.attempt == record.attempt && !record.replaces(known)) {
            return Change::Nothing;
        }
        self.open.insert(key, record.clone());
        Change::Run(Box::new(record))
    }

    /// Learns that a key is gone.
    pub(super) fn forget(&mut self, key: &str) -> Change {
        match self.keys.parse(key) {
            Some(Key::Job(_, id)) if self.jobs.remove(&id).is_some() => Change::Jobs,
            Some(Key::Session(node)) if self.sessions.remove(&node).is_some() => {
                self.ahead_ms.remove(&node);
                Change::Nodes
            }
            Some(Key::Info(node)) => {
                self.infos.remove(&node);
                Change::Nothing
            }
            Some(Key::Run(key)) => {
                self.open.remove(&key);
                Change::Nothing
            }
            _ => Change::Nothing,
        }
    }

    /// Learns what history was told. The store's word on an attempt never replaces a later one.
    pub(super) fn learn_record(&mut self, record: &RunRecord) {
        let key = run_key(record);
        if let Some(open) = self.open.get_mut(&key)
            && (open.attempt < record.attempt
                || open.attempt == record.attempt && record.replaces(open))
        {
            *open = record.clone();
        }
        self.learn_ends(std::slice::from_ref(record));
    }

    /// The newest of a run that the store still needs.
    pub(super) fn open_run(&self, run: RunId) -> Option<&RunRecord> {
        self.open.values().find(|record| record.run_id == run)
    }

    /// Learns how jobs' newest runs stand.
    pub(super) fn learn_ends(&mut self, records: &[RunRecord]) {
        // How a trial ends says nothing of its job.
        let ends = |record: &&RunRecord| record.state.is_over() && record.generation > 0;
        for record in records.iter().filter(ends) {
            let end = (record.scheduled_at, record.state);
            let known = self.newest.entry(record.job_id).or_insert(end);
            if known.0 <= end.0 {
                *known = end;
            }
        }
    }

    /// The ids of all jobs.
    pub(super) fn job_ids(&self) -> Vec<JobId> {
        self.jobs.keys().copied().collect()
    }

    /// The nodes that are there, by id.
    pub fn nodes(&self) -> Vec<NodeSeen> {
        self.sessions
            .iter()
            .map(|(id, session)| NodeSeen {
                id: id.clone(),
                session: session.clone(),
            })
            .collect()
    }

    /// Every node that is there or once was, by id.
    pub(super) fn known_nodes(&self) -> BTreeSet<NodeId> {
        let all = self.sessions.keys().chain(self.infos.keys());
        all.cloned().collect()
    }

    /// A node's sign of life.
    pub(super) fn session(&self, node: &NodeId) -> Option<&SessionValue> {
        self.sessions.get(node)
    }

    /// What a node said of itself when it came up.
    pub(super) fn info(&self, node: &NodeId) -> Option<&NodeInfo> {
        self.infos.get(node)
    }

    /// How far a node's clock is ahead of the middle one of all; of the only one, ahead of this
    /// computer's.
    pub(super) fn clock_ahead_ms(&self, node: &NodeId) -> Option<i64> {
        let own = *self.ahead_ms.get(node)?;
        let mut all: Vec<i64> = self.ahead_ms.values().copied().collect();
        all.sort_unstable();
        let middle = match all.len() {
            1 => 0,
            count => all[count / 2],
        };
        Some(own - middle)
    }

    /// Runs that a node has and that are not over.
    pub(super) fn running_on(&self, node: &NodeId) -> u32 {
        let going = self.open.values();
        let count = going.filter(|run| !run.state.is_over() && run.node == *node);
        u32::try_from(count.count()).unwrap_or(u32::MAX)
    }

    /// Whether any agent is there.
    pub fn agent(&self) -> AgentState {
        if self.sessions.is_empty() {
            AgentState::Stopped
        } else {
            AgentState::Running
        }
    }

    /// All jobs.
    pub(super) fn jobs(&self) -> impl Iterator<Item = &StoredJob> {
        self.jobs.values().map(Arc::as_ref)
    }

    /// A job by its id.
    pub fn job(&self, id: JobId) -> Option<Arc<StoredJob>> {
        self.jobs.get(&id).cloned()
    }

    /// Every job, in no order that counts.
    pub(super) fn all_jobs(&self) -> impl Iterator<Item = &Arc<StoredJob>> {
        self.jobs.values()
    }

    /// The jobs of which a run goes.
    pub(super) fn going(&self) -> HashSet<JobId> {
        let going = self.open.iter().filter(|(_, run)| !run.state.is_over());
        going.map(|(key, _)| key.job).collect()
    }

    /// How the newest run of a job that is over ended.
    pub(super) fn newest_end(&self, job: JobId) -> Option<RunState> {
        self.newest.get(&job).map(|(_, state)| *state)
    }

    /// The runs of a job that are going, oldest first.
    pub(super) fn running(&self, job: JobId) -> Vec<RunId> {
        let going = self
            .open
            .iter()
            .filter(|(key, run)| key.job == job && !run.state.is_over());
        let mut going: Vec<&RunRecord> = going.map(|(_, run)| run).collect();
        going.sort_by_key(|run| (run.scheduled_at, run.run_id));
        going.into_iter().map(|run| run.run_id).collect()
    }
}

/// Where a record's run stands in the store.
pub(super) fn run_key(record: &RunRecord) -> RunKey {
    RunKey {
        project: record.project.clone(),
        job: record.job_id,
        scope: record.scope.clone(),
        moment: record.moment,
    }
}

/// The newest that the store says of a run.
pub(super) fn stored_record(key: &RunKey, value: &RunValue, revision: u64) -> RunRecord {
    value
        .outcome
        .clone()
        .unwrap_or_else(|| own_record(key, value, revision))
}
