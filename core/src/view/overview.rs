//! Everything at a glance.

use serde::{Deserialize, Serialize};

use crate::run::{Reason, RunState};

views! {
    /// Whether anything is wrong, what goes on and what comes.
    struct Overview {
        /// When all of it was so.
        pub as_of: String,
        /// Whether there are no jobs yet.
        pub empty: bool,
        /// Runs that are claimed or running.
        pub running: u32,
        /// Runs of the last 24 hours that failed, timed out, were rejected or are lost.
        pub failed: u64,
        /// Occurrences of the last 24 hours that never started, though nobody wanted that.
        pub missed: u64,
        /// Runs of the last 24 hours that started late.
        pub late: u64,
        /// Nodes that are known.
        pub nodes: u32,
        /// Those of them that are not there.
        pub nodes_gone: u32,
        /// Failures of the last 24 hours by job and cause, the newest first; a bounded number.
        pub failures: Vec<OverviewFailure>,
        /// What a person has to do; a bounded number.
        pub needs: Vec<OverviewNeed>,
        /// How many such things there are.
        pub needs_count: u32,
        /// Those of the running that run longest; a bounded number.
        pub going: Vec<OverviewRun>,
        /// The first occurrences of the next hour, each job once.
        pub next: Vec<OverviewNext>,
        /// How many occurrences the next hour has.
        pub next_count: u64,
        /// The last 24 hours, a quarter of an hour each.
        pub throughput: Vec<OverviewStep>,
        /// How late runs of the last 24 hours started, half an hour each.
        pub lateness: Vec<OverviewLateness>,
        /// Today and the seven days before it in the reader's zone, the oldest first.
        pub days: Vec<OverviewDay>,
    }

    /// Runs of a job that ended badly in the same way.
    struct OverviewFailure {
        /// The job.
        pub job_id: String,
        /// Its project.
        pub project: String,
        /// Its name.
        pub job: String,
        /// How they ended.
        pub state: RunState,
        /// Why.
        pub reason: Option<Reason>,
        /// The program's exit code.
        pub exit_code: Option<i32>,
        /// The signal that ended it.
        pub signal: Option<i32>,
        /// How many they are, in seven days.
        pub count: u64,
        /// The first of these seven days.
        pub first_at: String,
        /// The last.
        pub last_at: String,
        /// The last one's run.
        pub last_run: String,
        /// Whether the job's newest run ended badly too.
        pub stands: bool,
    }

    /// A run that goes.
    struct OverviewRun {
        /// The run.
        pub run_id: String,
        /// Its job's project.
        pub project: String,
        /// Its job's name.
        pub job: String,
        /// Its node.
        pub node: String,
        /// When its program was executed; none when it is yet to be.
        pub started_at: Option<String>,
    }

    /// Something that a person has to do.
    struct OverviewNeed {
        /// What.
        pub kind: OverviewNeedKind,
        /// The job or the node that it is about.
        pub name: String,
        /// The job's or the run's id; a node's name.
        pub id: String,
        /// More of it, as it is stored.
        pub detail: Option<String>,
    }

    /// What a person has to do.
    #[derive(Copy, Eq, PartialOrd, Ord)]
    enum OverviewNeedKind {
        /// No node is there at all.
        NoNodes,
        /// A lost run holds its job up until somebody releases it.
        Blocked,
        /// A definition cannot be used.
        Broken,
        /// A node is gone.
        NodeGone,
        /// A node does not trust its clock and decides nothing.
        ClockSuspect,
        /// A node's configuration file has a mistake.
        ConfigError,
    }

    /// The next occurrence of a job.
    struct OverviewNext {
        /// The job.
        pub job_id: String,
        /// Its project.
        pub project: String,
        /// Its name.
        pub job: String,
        /// When.
        pub at: String,
    }

    /// How runs of a stretch of time ended.
    struct OverviewStep {
        /// Where it begins.
        pub at: String,
        /// Those that succeeded.
        pub succeeded: u64,
        /// Those that failed, timed out, were rejected or are lost.
        pub failed: u64,
    }

    /// How late runs of a stretch of time started, of a sample of those that succeeded.
    struct OverviewLateness {
        /// Where it begins.
        pub at: String,
        /// Half of them were no later; none where nothing started.
        pub half_ms: Option<i64>,
        /// 19 of 20 were no later.
        pub most_ms: Option<i64>,
    }

    /// How runs of a day ended.
    struct OverviewDay {
        /// The day, `2026-11-21`.
        pub day: String,
        /// Where it begins.
        pub since: String,
        /// Where it ends.
        pub until: String,
        /// Those that succeeded.
        pub succeeded: u64,
        /// Those that failed, timed out, were rejected or are lost.
        pub failed: u64,
        /// Those that were skipped or killed.
        pub others: u64,
    }
}
