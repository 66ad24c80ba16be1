//! What a look at everything asks of history: sums that are bounded however many runs there are.

use jiff::Timestamp;

use crate::id::{JobId, RunId};
use crate::run::{Reason, RunState};

/// Equal steps of time, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Where the first begins.
    pub since: Timestamp,
    /// How long each is, more than 0.
    pub step_ms: i64,
    /// How many they are.
    pub count: u32,
}

impl Steps {
    /// Where step `index` begins; the one behind the last is the end of all.
    pub fn start_ms(&self, index: u32) -> i64 {
        self.since.as_millisecond() + i64::from(index) * self.step_ms
    }

    /// Where the last one ends.
    pub fn end_ms(&self) -> i64 {
        self.start_ms(self.count)
    }
}

/// How many rows of a step are in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepCount {
    /// The step, from 0.
    pub step: u32,
    /// The state.
    pub state: RunState,
    /// How many rows were scheduled in the step.
    pub count: u64,
}

/// How late a run that succeeded had started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepLateness {
    /// The step, from 0.
    pub step: u32,
    /// The job.
    pub job_id: JobId,
    /// From the scheduled instant to the start.
    pub late_ms: i64,
}

/// Runs of a job that ended badly in the same way. Trials are left aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureGroup {
    /// The job.
    pub job_id: JobId,
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
    /// How many they are.
    pub count: u64,
    /// The first one's scheduled instant.
    pub first_at: Timestamp,
    /// The last one's.
    pub last_at: Timestamp,
    /// The last one.
    pub last_run: RunId,
}

/// Which failures are put together.
#[derive(Clone, Copy, Debug)]
pub struct FailuresAsked {
    /// Scheduled at or after.
    pub since: Timestamp,
    /// So many of the newest in each state.
    pub newest: u32,
    /// Groups at most, those with the newest failures.
    pub groups: u32,
}
