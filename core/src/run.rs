//! The record of a run: what history keeps and what every list shows.

mod fate;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{JobId, Moment, NodeId, ProjectName, RunId, Scope};

pub use fate::Fate;

/// Where a run stands. The order of the ranks is `claimed < running < lost < every other end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Decided: it starts on the node that claimed it.
    Claimed,
    /// The supervisor has started the program.
    Running,
    /// The program ended with 0.
    Succeeded,
    /// The program ended with another code or by a signal, or could not be started.
    Failed,
    /// The supervisor stopped it at its timeout.
    TimedOut,
    /// A person stopped it, or it was kept from starting; confirmed.
    Killed,
    /// Nobody can tell. The owner's late evidence replaces it.
    Lost,
    /// It never started, for the reason given.
    Skipped,
    /// The node refused it before anything started.
    Rejected,
}

impl RunState {
    /// Every state, by rank.
    pub const ALL: [Self; 9] = [
        Self::Claimed,
        Self::Running,
        Self::Lost,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Killed,
        Self::Skipped,
        Self::Rejected,
    ];

    /// Those in which something went wrong that somebody may have to look at.
    pub const FAILURES: [Self; 4] = [Self::Failed, Self::TimedOut, Self::Lost, Self::Rejected];

    /// 0 claimed, 1 running, 2 lost, 3 ended.
    pub fn rank(self) -> u8 {
        match self {
            Self::Claimed => 0,
            Self::Running => 1,
            Self::Lost => 2,
            _ => 3,
        }
    }

    /// The word used in stores, files and `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Killed => "killed",
            Self::Lost => "lost",
            Self::Skipped => "skipped",
            Self::Rejected => "rejected",
        }
    }

    /// Reads the word that [`RunState::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the run can still change other than from lost.
    pub fn is_over(self) -> bool {
        self.rank() >= 2
    }
}

/// Why a run is in its state, in one word that programs can match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Skipped: older than the start deadline, and the misfire policy runs nothing for it.
    Misfire,
    /// Skipped: the run before it was still going.
    Overlap,
    /// Skipped: it could not start before its deadline.
    Deadline,
    /// Skipped: the job was paused.
    Paused,
    /// Skipped: a calendar of the job leaves its day out.
    ExcludedDay,
    /// Skipped: the schedule was edited over it.
    Edited,
    /// Skipped: the clock was not to be trusted.
    Clock,
    /// Skipped: every candidate was full until the deadline.
    Capacity,
    /// Skipped: the request was cancelled.
    Cancelled,
    /// Skipped: the request was not taken before its own end.
    Expired,
    /// Rejected: the job was deleted before its request was taken.
    JobDeleted,
    /// Rejected: the stored definition cannot be used; the detail says why.
    Definition,
    /// Rejected: what the request gives does not fit the job's parameters.
    Parameters,
    /// Rejected: the node does not run programs as that user, or has no such user.
    RunAs,
    /// Rejected: a secret of the job cannot be opened here.
    Decrypt,
    /// Rejected or failed: the node does not connect to that address.
    Policy,
    /// Failed: nobody answers at the address.
    HttpConnect,
    /// Failed: whoever answers cannot be trusted.
    HttpTls,
    /// Failed: the answer has another status than those expected.
    HttpStatus,
    /// Failed: the answer does not contain what it must.
    HttpContent,
    /// Failed: the answer points to where the call does not go on.
    HttpRedirect,
    /// Failed: the answer broke off, or is none.
    HttpResponse,
    /// Lost: the agent that made the call ended before it.
    AgentRestarted,
    /// Failed: the program ended with a code other than 0.
    ExitCode,
    /// Failed: the program was ended by a signal that Belfry did not send.
    Signal,
    /// Failed: the program could not be executed; the detail says why.
    CouldNotStart,
    /// Failed: the host restarted while the program ran.
    HostReboot,
    /// Failed: the agent could not write its intent.
    AgentDiskFull,
    /// Failed: the kernel ended it for memory.
    OutOfMemory,
    /// Killed: before the program started.
    BeforeStart,
    /// Killed: the job's next occurrence takes its place.
    Replaced,
    /// Killed or timed out, yet processes of it could not be ended.
    Unreaped,
    /// Lost: the supervisor went away with the program.
    Crashed,
    /// Lost: the agent crashed between its intent and the start.
    CrashedAtStart,
    /// Lost: the owner's session is gone.
    OwnerGone,
    /// Lost: the owner's disk is gone and nothing of the run lives on the host.
    NoEvidence,
    /// Lost: neither key nor record was left.
    NoRecord,
}

impl Reason {
    /// The word used in stores, files and `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Misfire => "misfire",
            Self::Overlap => "overlap",
            Self::Deadline => "deadline",
            Self::Paused => "paused",
            Self::ExcludedDay => "excluded_day",
            Self::Edited => "edited",
            Self::Clock => "clock",
            Self::Capacity => "capacity",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::JobDeleted => "job_deleted",
            Self::Definition => "definition",
            Self::Parameters => "parameters",
            Self::RunAs => "run_as",
            Self::Decrypt => "decrypt",
            Self::Policy => "policy",
            Self::HttpConnect => "http_connect",
            Self::HttpTls => "http_tls",
            Self::HttpStatus => "http_status",
            Self::HttpContent => "http_content",
            Self::HttpRedirect => "http_redirect",
            Self::HttpResponse => "http_response",
            Self::AgentRestarted => "agent_restarted",
            Self::ExitCode => "exit_code",
            Self::Signal => "signal",
            Self::CouldNotStart => "could_not_start",
            Self::HostReboot => "host_reboot",
            Self::AgentDiskFull => "agent_disk_full",
            Self::OutOfMemory => "out_of_memory",
            Self::BeforeStart => "before_start",
            Self::Replaced => "replaced",
            Self::Unreaped => "unreaped",
            Self::Crashed => "crashed",
            Self::CrashedAtStart => "crashed_at_start",
            Self::OwnerGone => "owner_gone",
            Self::NoEvidence => "no_evidence",
            Self::NoRecord => "no_record",
        }
    }

    /// Reads the word that [`Reason::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
    }
}

/// What made a run happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Its schedule.
    Schedule,
    /// A person's "run now".
    Manual,
    /// A person's trial of a definition that is not saved.
    Try,
    /// An earlier attempt that failed.
    Retry,
    /// A person's wish to make up for a past instant.
    Backfill,
}

impl Trigger {
    /// The word used in stores, files and `--json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Manual => "manual",
            Self::Try => "try",
            Self::Retry => "retry",
            Self::Backfill => "backfill",
        }
    }

    /// Reads the word that [`Trigger::as_str`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
    }
}

/// One attempt of a run, or a range of instants that ended alike without a start.
///
/// Unique by (run id, attempt). Sending it again, any number of times and in any order,
/// leaves the same row: see [`RunRecord::replaces`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The run.
    pub run_id: RunId,
    /// 1 for the first.
    pub attempt: u32,
    /// The job.
    pub job_id: JobId,
    /// The job's project.
    pub project: ProjectName,
    /// The job's name when it was decided.
    pub job: String,
    /// The series that it belongs to.
    pub scope: Scope,
    /// The instant or the request.
    pub moment: Moment,
    /// The scheduled instant; for a request the time it was asked for. First of a range.
    pub scheduled_at: Timestamp,
    /// Last instant of a range.
    pub until: Option<Timestamp>,
    /// How many instants the record stands for: 1 but for a range.
    pub count: u64,
    /// The generation of the definition that it ran with.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// The store's revision of the claim; later claims have larger ones.
    pub fence: u64,
    /// The node that decided.
    pub node: NodeId,
    /// Where it stands.
    pub state: RunState,
    /// Why, in one word.
    pub reason: Option<Reason>,
    /// Why, in a sentence.
    pub detail: Option<String>,
    /// What made it happen.
    pub trigger: Trigger,
    /// The person behind a request or a kill.
    pub by: Option<String>,
    /// When the decision was made.
    pub decided_at: Timestamp,
    /// When the program was executed.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The program's exit code.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Bytes it wrote, kept or not.
    pub output_bytes: u64,
    /// SHA-256 of all of them, in hexadecimal.
    pub output_sha256: Option<String>,
    /// Largest resident set of a process of it.
    pub peak_memory_bytes: Option<u64>,
    /// Time in user mode.
    pub user_ms: Option<u64>,
    /// Time in the kernel.
    pub system_ms: Option<u64>,
}

impl RunRecord {
    /// Whether this record takes the place of `stored`, a record of the same run and attempt.
    ///
    /// Higher ranks win; of two ends the first stays.
    pub fn replaces(&self, stored: &Self) -> bool {
        self.state.rank() > stored.state.rank()
    }
}
