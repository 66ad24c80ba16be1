//! What became of it: `started.json` and `exit.json`.

use serde::{Deserialize, Serialize};

use super::process::ProcessId;

/// The program was executed: `started.json`, not durable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The version of this file, 1.
    pub v: u32,
    /// The program; also the id of its session and process group.
    pub program: ProcessId,
    /// Unix milliseconds.
    pub started_at_ms: i64,
    /// The program's own cgroup, when it has one.
    #[serde(default)]
    pub cgroup: Option<String>,
}

/// The attempt is over: `exit.json`, durable, written once when nothing of the tree lives (or cannot be killed).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// The version of this file, 1.
    pub v: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// What the program itself returned, whatever the outcome; absent after a signal and before a start.
    #[serde(default)]
    pub exit_code: Option<i32>,
    /// The signal that ended the program itself, whatever the outcome.
    #[serde(default)]
    pub signal: Option<i32>,
    /// Absent when it never started. Unix milliseconds.
    #[serde(default)]
    pub started_at_ms: Option<i64>,
    /// When the program itself ended (not what it left behind). Unix milliseconds.
    pub finished_at_ms: i64,
    /// From start to end of the program itself, counting through suspend.
    #[serde(default)]
    pub wall_ms: u64,
    /// Processor time of the whole tree outside the kernel.
    #[serde(default)]
    pub user_ms: u64,
    /// Processor time of the whole tree inside the kernel.
    #[serde(default)]
    pub system_ms: u64,
    /// Of the whole cgroup when there is one that counts, else of the largest process.
    #[serde(default)]
    pub peak_memory_bytes: u64,
    /// The kernel killed something of this attempt for want of memory; known only with a cgroup that counts.
    #[serde(default)]
    pub oom_killed: bool,
    /// What it wrote.
    #[serde(default)]
    pub output: OutputSummary,
    /// What could not be killed (at most [`super::limits::SURVIVORS_MAX`] of them).
    #[serde(default)]
    pub survivors: Vec<ProcessId>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// By itself, with this code.
    Exited(i32),
    /// By a signal that we did not send.
    Signalled(i32),
    /// A call was answered as its job expects.
    Answered,
    /// A call failed.
    Failed {
        /// In the word of the run's record.
        reason: String,
        /// A sentence for people.
        detail: String,
    },
    /// Stopped by us after its timeout.
    TimedOut,
    /// Stopped by us because somebody asked (TERM to the supervisor); `started_at_ms` is absent when that came before the start.
    Stopped,
    /// Nothing was executed; the reason is a sentence for people.
    CouldNotStart(String),
    /// Nothing was executed because its last instant was over.
    TooLate,
    /// Something of the tree lives on although it was killed for so long; see `survivors`.
    Unreaped(StopReason),
}

/// Why the tree was being stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// TERM to the supervisor.
    Asked,
    /// The timeout.
    Timeout,
    /// The program had ended by itself and left processes behind.
    Leftovers,
}

/// What the program wrote, stdout and stderr merged in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputSummary {
    /// Everything, kept or not.
    pub total_bytes: u64,
    /// Of everything, kept or not; hexadecimal.
    pub sha256: String,
    /// Kept from offset 0 on.
    pub head_bytes: u64,
    /// Where the kept tail begins; `total_bytes` when there is none.
    pub tail_from: u64,
    /// Kept from `tail_from` on.
    pub tail_bytes: u64,
    /// Not kept.
    pub dropped_bytes: u64,
}
