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
use crate::limits::WEIGHT_DEFAULT;
use crate::run::{Reason, RunRecord, RunState, Trigger};

/// The newest decided occurrence of a series, and the generation it was decided under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Everything up to here is decided. Whole seconds.
    pub instant: Timestamp,
    /// The generation that last changed when the job runs.
    pub sgen: u64,
    /// How many instants were decided before, of a job that rotates: see
    /// [`crate::placement::turn_of`]. Stays as it is while a job does not.
    pub turn: u64,
}

impl fmt::Display for Cursor {
    /// `20 digits/generation`, and `/turn` behind it where a turn is counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}/{}", self.instant.as_second(), self.sgen)?;
        match self.turn {
            0 => Ok(()),
            turn => write!(f, "/{turn}"),
        }
    }
}

/// The text is not `20 digits/generation[/turn]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a cursor: it is written as 20 digits, '/' and a generation, and perhaps '/' and a turn"
)]
pub struct CursorError(String);

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || CursorError(text.to_owned());
        let (seconds, rest) = text.split_once('/').ok_or_else(refuse)?;
        let (sgen, turn) = rest.split_once('/').unwrap_or((rest, "0"));
        let seconds = seconds.parse().map_err(|_| refuse())?;
        let cursor = Self {
            instant: Timestamp::from_second(seconds).map_err(|_| refuse())?,
            sgen: sgen.parse().map_err(|_| refuse())?,
            turn: turn.parse().map_err(|_| refuse())?,
        };
        // Decisions compare the text: one that is spelled otherwise could never be moved.
        match cursor.to_string() == text {
            true => Ok(cursor),
            false => Err(refuse()),
        }
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
    /// What the request gave for the job's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
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
    /// Not to be started before this; at once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Not to be started after this.
    pub not_after: Timestamp,
    /// What kind of wish it is.
    pub trigger: Trigger,
    /// A backfill: the instant that the run is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Timestamp>,
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
    /// Values for the job's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// What newer versions wrote.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

impl RequestValue {
    /// The series of the run that it asks for.
    pub fn scope(&self, request: RequestId) -> Scope {
        match self.trigger {
            Trigger::Backfill => Scope::Backfill(request),
            _ => Scope::Manual(request),
        }
    }

    /// Whether it waits while another run of the job is going, whatever the job says of overlaps:
    /// of many past instants each has its turn.
    pub fn waits(&self) -> bool {
        self.trigger == Trigger::Backfill
    }
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
    /// Stop a run: the job's next occurrence takes its place.
    Replace {
        /// The run.
        run_id: RunId,
    },
    /// Somebody follows a run's output: send live rows until the order ends.
    Tail {
        /// The run.
        run_id: RunId,
    },
    /// Take nothing new; what runs goes on.
    Drain,
    /// Take new work again.
    Undrain,
    /// Read the node's own file again.
    Reload,
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
    /// The lines of business that it serves; empty: all.
    #[serde(default)]
    pub projects: Vec<ProjectName>,
    /// What jobs choose it by.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Its share of the work among its like; 0 takes no new work.
    #[serde(default = "usual_weight")]
    pub weight: u32,
    /// Programs that it may run at once; 0 when it does not say.
    #[serde(default)]
    pub max_parallel: u32,
    /// Programs that hold a slot there, and decisions that may come to hold one.
    #[serde(default)]
    pub load: u32,
    /// It finishes what runs and takes nothing new.
    #[serde(default)]
    pub draining: bool,
    /// It does not trust its own clock, and decides nothing.
    #[serde(default)]
    pub clock_suspect: bool,
    /// Its wall clock when it wrote this.
    #[serde(default)]
    pub stamp: Option<Timestamp>,
    /// Attempts whose record history has not acknowledged.
    #[serde(default)]
    pub reports_pending: u32,
    /// What is wrong with its own file, which was read again: it goes on with what it read before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_error: Option<String>,
    /// What newer versions wrote.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

impl SessionValue {
    /// What stands for a session that cannot be read: its node lives and takes no work.
    pub fn unreadable() -> Self {
        Self {
            v: 0,
            fingerprint: String::new(),
            disk_id: DiskId(uuid::Uuid::nil()),
            version: String::new(),
            host: String::new(),
            pid: 0,
            up_since: Timestamp::UNIX_EPOCH,
            projects: Vec::new(),
            labels: BTreeMap::new(),
            weight: 0,
            max_parallel: 0,
            load: 0,
            draining: true,
            clock_suspect: false,
            stamp: None,
            reports_pending: 0,
            config_error: None,
            extra: BTreeMap::new(),
        }
    }
}

fn usual_weight() -> u32 {
    WEIGHT_DEFAULT
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_in_its_one_spelling_only() {
        for text in ["00000000001780000000/3", "00000000001780000000/3/17"] {
            let cursor: Cursor = text.parse().expect(text);
            assert_eq!(cursor.to_string(), text);
        }
        for text in [
            "1780000000/3",
            "00000000001780000000/3/0",
            "00000000001780000000",
        ] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_session_of_an_older_agent_serves_everything_with_the_usual_weight() {
        let old = r#"{"v":1,"fingerprint":"f","disk_id":"00000000-0000-0000-0000-000000000001",
            "version":"0.1.0","host":"h","pid":7,"up_since":"2026-01-01T00:00:00Z","later":1}"#;
        let session: SessionValue = serde_json::from_str(old).expect("it is read");
        assert_eq!((session.weight, session.load), (WEIGHT_DEFAULT, 0));
        assert!(session.projects.is_empty() && session.labels.is_empty());
        assert!(!session.draining && session.stamp.is_none());
        let rewritten = serde_json::to_value(&session).expect("it has a JSON form");
        assert_eq!(rewritten["later"], 1, "unknown fields survive");
    }
}
