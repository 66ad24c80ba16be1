//! The port to the store of the past: runs, their output, versions of definitions, audit.
//!
//! Two adapters obey it: [`sqlite`] for one computer and, on a cluster, MySQL or MariaDB.
//! Only they write SQL. Every write may be repeated, any number of times and in any order.
//! Instants are kept in whole milliseconds, and come back so.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::id::{JobId, NodeId, ProjectName, RunId};
use crate::output::OutputChunk;
use crate::run::{RunRecord, RunState, Trigger};

pub mod mysql;
mod record;
mod row;
pub mod sqlite;
mod stamps;
mod way;

pub use crate::definition::Version;
pub use crate::ledger::LedgerRow;
pub use crate::run_query::{ExitCodes, NamePatterns};

/// Why history did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// It could not be reached or did not answer in time.
    #[error("could not reach the history store: {0}")]
    Unavailable(String),
    /// It refused what was sent, and will refuse it again.
    #[error("the history store refused the record: {0}")]
    Refused(String),
    /// What is stored cannot be read.
    #[error("the history store is damaged: {0}")]
    Damaged(String),
}

/// Everything that one commit brings to history.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// Attempts and ranges; each takes the place of a stored one by [`RunRecord::replaces`].
    pub runs: Vec<RunRecord>,
    /// The final outputs of attempts: each takes the place of all live rows of its attempt.
    pub outputs: Vec<FinalOutput>,
    /// Rows of output of attempts that still run; duplicates are ignored.
    pub live: Vec<LiveOutput>,
    /// Versions of definitions; one that is there already stays.
    pub versions: Vec<Version>,
}

/// What is kept of an attempt's output, head and tail, in chunks that ascend by offset.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalOutput {
    /// The run.
    pub run_id: RunId,
    /// The attempt.
    pub attempt: u32,
    /// Each at most `OUTPUT_ROW_BYTES_MAX`.
    pub chunks: Vec<OutputChunk>,
}

/// A stretch of output of an attempt that still runs.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveOutput {
    /// The run.
    pub run_id: RunId,
    /// The attempt.
    pub attempt: u32,
    /// The stretch; its offset is its place among the rows of the attempt.
    pub chunk: OutputChunk,
}

/// Which runs a list shows. All that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct RunQuery {
    /// Of these jobs, if any are named.
    pub jobs: Vec<JobId>,
    /// Of this project.
    pub project: Option<ProjectName>,
    /// In one of these states, if any are named.
    pub states: Vec<RunState>,
    /// On this node.
    pub node: Option<NodeId>,
    /// Not of these jobs.
    pub jobs_not: Vec<JobId>,
    /// Of projects with such names.
    pub projects: NamePatterns,
    /// On nodes with such names.
    pub nodes: NamePatterns,
    /// Made to happen by one of these, if any are named.
    pub triggers: Vec<Trigger>,
    /// With such an exit code.
    pub exits: Option<ExitCodes>,
    /// Scheduled at or after.
    pub since: Option<Timestamp>,
    /// Scheduled before.
    pub until: Option<Timestamp>,
    /// Continue after this row of the page before.
    pub after: Option<PageKey>,
    /// Rows at most; bounded by `PAGE_ROWS_MAX`.
    pub limit: u32,
}

impl RunQuery {
    /// Whether a row is one of those that the query shows, its `limit` left aside.
    pub fn shows(&self, row: &RunRecord) -> bool {
        let place = (row.scheduled_at, row.run_id, row.attempt);
        let is_before = |key: PageKey| place < (key.scheduled_at, key.run_id, key.attempt);
        let project = row.project.as_str();
        let node = row.node.as_str();
        (self.jobs.is_empty() || self.jobs.contains(&row.job_id))
            && !self.jobs_not.contains(&row.job_id)
            && (self.states.is_empty() || self.states.contains(&row.state))
            && (self.triggers.is_empty() || self.triggers.contains(&row.trigger))
            && self
                .project
                .as_ref()
                .is_none_or(|it| it.as_str() == project)
            && self.node.as_ref().is_none_or(|it| it.as_str() == node)
            && self.projects.allow(project)
            && self.nodes.allow(node)
            && self
                .exits
                .as_ref()
                .is_none_or(|exits| exits.allow(row.exit_code))
            && self.since.is_none_or(|since| row.scheduled_at >= since)
            && self.until.is_none_or(|until| row.scheduled_at < until)
            && self.after.is_none_or(is_before)
    }
}

/// Rows of a list that are alike in what a list is narrowed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunGroup {
    /// How they stand.
    pub state: RunState,
    /// Their job.
    pub job_id: JobId,
    /// Their node.
    pub node: NodeId,
    /// What made them happen.
    pub trigger: Trigger,
    /// How many they are.
    pub count: u64,
}

/// Where a page ends: rows go from the newest scheduled instant to the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PageKey {
    /// The last row's scheduled instant.
    pub scheduled_at: Timestamp,
    /// The last row's run.
    pub run_id: RunId,
    /// The last row's attempt.
    pub attempt: u32,
}

/// How far somebody has read the changes of history.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct ChangeMark(pub u64);

/// The store of the past.
#[async_trait]
pub trait History: Send + Sync {
    /// Where it is, for people; without credentials.
    fn location(&self) -> String;

    /// Commits all of it in one transaction, or nothing.
    async fn upload(&self, upload: &Upload) -> Result<(), HistoryError>;

    /// Runs, newest scheduled instant first (ties by run id and attempt, descending).
    async fn runs(&self, query: &RunQuery) -> Result<Vec<RunRecord>, HistoryError>;

    /// All attempts of a run, ascending.
    async fn run(&self, run: RunId) -> Result<Vec<RunRecord>, HistoryError>;

    /// Full ids of the runs whose id begins with these hexadecimal digits, ten at most.
    async fn runs_by_prefix(&self, prefix: &str) -> Result<Vec<RunId>, HistoryError>;

    /// The newest `count` runs (highest attempts only) of each job, newest first. Trials, which have
    /// generation 0, are left aside.
    async fn newest_runs(&self, jobs: &[JobId], count: u32)
    -> Result<Vec<RunRecord>, HistoryError>;

    /// Stored output from `offset` on, ascending, at most about `bytes_max` bytes.
    async fn output(
        &self,
        run: RunId,
        attempt: u32,
        offset: u64,
        bytes_max: usize,
    ) -> Result<Vec<OutputChunk>, HistoryError>;

    /// How many rows each state has among those that the query shows, its `after` and `limit`
    /// left aside. States without rows are left out.
    async fn count_by_state(&self, query: &RunQuery) -> Result<Vec<(RunState, u64)>, HistoryError>;

    /// How the newest `limit` rows that the query shows, `GROUP_ROWS_MAX` at most, divide; in no
    /// order, each group once.
    async fn groups(&self, query: &RunQuery) -> Result<Vec<RunGroup>, HistoryError>;

    /// The oldest and the newest scheduled instant of all runs.
    async fn time_bounds(&self) -> Result<Option<(Timestamp, Timestamp)>, HistoryError>;

    /// How long the newest `count` successful attempts of a job took on average.
    async fn average_duration(
        &self,
        job: JobId,
        count: u32,
    ) -> Result<Option<Duration>, HistoryError>;

    /// Where the changes stand now, to follow them from here.
    async fn newest_change(&self) -> Result<ChangeMark, HistoryError>;

    /// Runs that were written after the mark, as they are now, in the order of their last
    /// change, `PAGE_ROWS_MAX` at most, with the mark to go on from. Deletions are not told,
    /// and a run may come twice. Made to be asked several times a second.
    async fn changes(
        &self,
        after: ChangeMark,
    ) -> Result<(ChangeMark, Vec<RunRecord>), HistoryError>;

    /// What history accounts for of a job's schedule (requests left out) in `[since, until]`,
    /// a row for each attempt and range that touches it, ascending by instant.
    async fn ledger(
        &self,
        job: JobId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<LedgerRow>, HistoryError>;

    /// Versions of a definition, newest first.
    async fn versions(
        &self,
        kind: &str,
        id: &str,
        limit: u32,
    ) -> Result<Vec<Version>, HistoryError>;

    /// Deletes at most `batch` ended runs with their output that were scheduled before
    /// `before` and are not among the job's newest `keep`. Returns how many went.
    async fn prune(
        &self,
        job: JobId,
        before: Timestamp,
        keep: u32,
        batch: u32,
    ) -> Result<u64, HistoryError>;
}
