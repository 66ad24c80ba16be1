//! What stands in the store about decisions: cursors, runs, requests, orders, sessions.
//!
//! Keys and their spelling are `keyspace`'s. Unknown fields survive a rewrite.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{
    ClaimId, DiskId, JobId, Moment, NodeId, OrderId, ProjectName, RequestId, RunId, Scope,
};
use crate::run::{Reason, RunRecord, RunState, Trigger};

/// The newest decided occurrence of a series, and the generation it was decided under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Everything up to here is decided. Whole seconds.
    pub instant: Timestamp,
    /// The generation that last changed when the job runs.
    pub sgen: u64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}/{}", self.instant.as_second(), self.sgen)
    }
}

/// The text is not `20 digits/generation`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a cursor: it is written as 20 digits, '/' and a generation")]
pub struct CursorError(String);

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || CursorError(text.to_owned());
        let (seconds, sgen) = text.split_once('/').ok_or_else(refuse)?;
        let seconds = seconds.parse().map_err(|_| refuse())?;
        Ok(Self {
            instant: Timestamp::from_second(seconds).map_err(|_| refuse())?,
            sgen: sgen.parse().map_err(|_| refuse())?,
        })
    }
}

/// A series of occurrences: it has one cursor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// The job's project.
    pub project: ProjectName,
    /// The job.
    pub job: JobId,
    /// `*` or a node.
    pub scope: Scope,
}

/// Where a run stands in the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunKey {
    /// The job's project.
    pub project: ProjectName,
    /// The job.
    pub job: JobId,
    /// The series, or a request.
    pub scope: Scope,
    /// The instant, or the request.
    pub moment: Moment,
}

impl RunKey {
    /// The run's id.
    pub fn run_id(&self) -> RunId {
        RunId::derive(self.job, &self.scope, self.moment)
    }
}

/// The record of one run while the store needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunValue {
    /// Version of the format.
    pub v: u32,
    /// The run's id.
    pub run_id: RunId,
    /// The decision that put it.
    pub claim_id: ClaimId,
    /// Its owner.
    pub node: NodeId,
    /// The owner's disk.
    pub disk_id: DiskId,
    /// The owner's session: the revision that created it.
    pub session: u64,
    /// The current attempt, from 1.
    pub attempt: u32,
    /// Claimed while the owner works on it, else how it ended.
    pub state: RunState,
    /// Why it ended so.
    pub reason: Option<Reason>,
    /// The job's name.
    pub name: String,
    /// The definition's generation.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// The series whose `active` it holds, if it holds one.
    pub active: Option<Scope>,
    /// The cursor that the decision moved from: the run accounts for all after it.
    pub from: Option<Timestamp>,
    /// What became of the instants between `from` and the run's own.
    pub passed: Passed,
    /// The scheduled instant, or the first of a range; of a request when it was asked for.
    pub scheduled_at: Timestamp,
    /// The last instant of a range.
    pub until: Option<Timestamp>,
    /// How many instants it stands for, those passed over left out: 1 but for a range.
    pub count: u64,
    /// The program is never started after this.
    pub start_by: Timestamp,
    /// What made it happen.
    pub trigger: Trigger,
    /// The person behind it.
    pub by: Option<String>,
    /// Of a request: the key stays until then, so that a replayed request finds it.
    pub keep_until: Option<Timestamp>,
    /// When the decision was made.
    pub decided_at: Timestamp,
    /// Earlier attempts that history has not acknowledged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<RunRecord>,
    /// How it ended, while history has not acknowledged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<RunRecord>,
    /// What newer versions wrote.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

/// Instants that a decision passed over: those in `(from, the run's own)`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Passed {
    /// How many.
    pub count: u64,
    /// Why they did not start.
    pub reason: Option<Reason>,
    /// Each of them, if they are few; else only first and last.
    pub instants: Vec<Timestamp>,
}

/// A run asked for by a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestValue {
    /// Version of the format.
    pub v: u32,
    /// Who asks.
    pub by: String,
    /// When, by that person's clock.
    pub asked_at: Timestamp,
    /// Not to be started after this.
    pub not_after: Timestamp,
    /// What kind of wish it is.
    pub trigger: Trigger,
    /// Where it has to run, if that matters.
    pub node: Option<NodeId>,
    /// Also while another run of the job is going.
    pub anyway: bool,
    /// Withdrawn.
    pub cancel: bool,
    /// A job's body that is run in place of the stored definition, which need not exist: a trial
    /// of what is not saved. It holds no overlap, and its run has the generation 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<serde_json::Value>,
    /// What newer versions wrote.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey {
    /// The job's project.
    pub project: ProjectName,
    /// The job.
    pub job: JobId,
    /// The request.
    pub request: RequestId,
}

/// Something asked of one node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderValue {
    /// Version of the format.
    pub v: u32,
    /// Who asks.
    pub by: String,
    /// When, by that person's clock.
    pub asked_at: Timestamp,
    /// Answered but not obeyed after this.
    pub not_after: Timestamp,
    /// What is asked.
    pub ask: Ask,
}

/// What an order asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Stop a run.
    Kill {
        /// The run.
        run_id: RunId,
    },
    /// Somebody follows a run's output: send live rows until the order ends.
    Tail {
        /// The run.
        run_id: RunId,
    },
}

/// A node's sign of life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionValue {
    /// Version of the format.
    pub v: u32,
    /// Made anew by each start of the agent.
    pub fingerprint: String,
    /// The disk that holds the journal.
    pub disk_id: DiskId,
    /// The agent's version.
    pub version: String,
    /// Its host's name.
    pub host: String,
    /// Its process.
    pub pid: u32,
    /// When the agent came up.
    pub up_since: Timestamp,
    /// What newer versions wrote.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

/// How the newest finished run of a series ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastValue {
    /// Version of the format.
    pub v: u32,
    /// The run.
    pub run_id: RunId,
    /// How it ended.
    pub state: RunState,
    /// Failures in a row, this one included.
    pub failures: u32,
}

/// An order as the agent sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What it says.
    pub value: OrderValue,
}
