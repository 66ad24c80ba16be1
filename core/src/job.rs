//! A job: what to run, when and where. A `Job` is valid: only a draft's check makes one.

mod body;
mod calendars;
mod draft;
mod error;
mod fields;
mod http;
mod parameter;
mod place;
mod quantity;
mod selector;
mod shape;
mod umask;
mod validate;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use body::BodyError;
pub use calendars::JobCalendars;
pub use draft::{
    CalendarsDraft, HttpDraft, JobDraft, OutputDraft, ParameterDraft, PlaceDraft, RetriesDraft,
    ShellDraft,
};
pub use error::FieldError;
pub(crate) use error::{nearest, quoted};
pub use http::{Http, Method, NoStatus, StatusSet};
pub use parameter::{
    Parameter, ParameterError, ParameterKind, Parameters, ValueFault, parameter_variable, values_of,
};
pub use place::{Balance, Place, PlaceOn};
pub use quantity::{parse_duration, parse_size, write_duration, write_size};
pub use selector::{Labels, Selector, SelectorError, is_label};
pub(crate) use shape::{Fields, Shape, field, required};
pub use umask::Umask;
pub(crate) use validate::Check;

use crate::id::{JobId, NodeId, ProjectName, Scope};
use crate::limits::{
    OUTPUT_HEAD_DEFAULT, OUTPUT_TAIL_DEFAULT, RETRY_INTERVAL_DEFAULT, RETRY_INTERVAL_MAX_DEFAULT,
};
use crate::schedule::{DstPolicy, Schedule, Timetable, Zone};
use crate::secret::{Sealed, SealedSecrets};

/// What to run, when and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// The line of business that it belongs to; never changes.
    pub project: ProjectName,
    /// Unique in its project.
    pub name: String,
    /// What to run.
    pub action: Action,
    /// Variables of the program, besides Belfry's own.
    pub env: BTreeMap<String, String>,
    /// Variables that only the agent can read, sealed.
    pub secrets: SealedSecrets,
    /// The program's folder; the agent's data folder when absent.
    pub cwd: Option<String>,
    /// The user that the program runs as; the agent's own when absent.
    pub run_as: Option<String>,
    /// Permissions that the program's new files do not get; the agent's when absent.
    pub umask: Option<Umask>,
    /// What requests may give.
    pub parameters: Parameters,
    /// When to run it.
    pub schedule: Schedule,
    /// The zone of the schedule.
    pub timezone: Zone,
    /// No occurrence before it.
    pub start_at: Option<Timestamp>,
    /// No occurrence after it.
    pub end_at: Option<Timestamp>,
    /// Upper bound of the job's fixed offset.
    pub jitter: Duration,
    /// What happens at changes of the zone's offset.
    pub dst: DstPolicy,
    /// The days that it leaves out.
    pub calendars: JobCalendars,
    /// Whether its schedule rests.
    pub paused: bool,
    /// Where it runs.
    pub place: Place,
    /// Stopped after this time.
    pub timeout: Option<Duration>,
    /// Between TERM and KILL.
    pub stop_grace: Duration,
    /// Further attempts after a failure.
    pub retries: Retries,
    /// What happens when the run before is still going.
    pub overlap: Overlap,
    /// Later than this an occurrence is not simply started.
    pub start_deadline: Duration,
    /// What happens to occurrences that are later than `start_deadline`.
    pub misfire: Misfire,
    /// What happens when its node is gone.
    pub delivery: Delivery,
    /// How much of the output is kept.
    pub output: OutputKept,
    /// For people.
    pub about: About,
}

impl Job {
    /// The same, with its secrets only named: those of one job open in no other.
    pub fn without_sealed(&self) -> Self {
        let names = self.secrets.keys().cloned();
        Self {
            secrets: names.map(|name| (name, Sealed::Unset)).collect(),
            ..self.clone()
        }
    }

    /// The instants of its schedule, without jitter.
    pub fn timetable(&self) -> Timetable {
        Timetable {
            schedule: self.schedule.clone(),
            zone: self.timezone.clone(),
            dst: self.dst,
            start_at: self.start_at,
            end_at: self.end_at,
        }
    }

    /// Its fixed offset behind every scheduled instant.
    pub fn jitter_offset(&self, id: JobId) -> Duration {
        crate::schedule::jitter_offset(id.0, self.jitter)
    }

    /// The series of occurrences that `node` would decide for this job, whoever wins them.
    pub fn scope_on(&self, node: &NodeId) -> Option<Scope> {
        match &self.place.on {
            PlaceOn::One => Some(Scope::One),
            PlaceOn::All => Some(Scope::Node(node.clone())),
            PlaceOn::Node(only) => (only == node).then_some(Scope::One),
        }
    }
}

/// What a job runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A program on the node.
    Shell(Shell),
    /// A call that the node's agent makes.
    Http(Http),
}

impl Action {
    /// The program, if it is one.
    pub fn shell(&self) -> Option<&Shell> {
        match self {
            Self::Shell(shell) => Some(shell),
            Self::Http(_) => None,
        }
    }
}

/// A program: a script with its interpreter, or an argument vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Shell {
    /// What is executed.
    pub command: Command,
    /// What the program reads; nothing when absent.
    pub stdin: Option<String>,
}

/// What a shell action executes.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A script, given to `interpreter` (the node's shell when absent).
    Script {
        /// The script's text.
        script: String,
        /// The program that reads it, with arguments.
        interpreter: Option<String>,
    },
    /// A program and its arguments, without a shell.
    Argv(Vec<String>),
}

/// Further attempts after a failure, on the same node.
#[derive(Clone, Debug, PartialEq)]
pub struct Retries {
    /// How many after the first; 0 is none.
    pub count: u32,
    /// Pause before the second attempt.
    pub interval: Duration,
    /// Factor from pause to pause; 1 keeps them alike.
    pub backoff: f64,
    /// Upper bound of a pause.
    pub max_interval: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            count: 0,
            interval: RETRY_INTERVAL_DEFAULT,
            backoff: 1.0,
            max_interval: RETRY_INTERVAL_MAX_DEFAULT,
        }
    }
}

impl Retries {
    /// The pause before attempt `attempt` (2 for the first retry); `None` when there is none.
    pub fn pause_before(&self, attempt: u32) -> Option<Duration> {
        if attempt < 2 || attempt - 1 > self.count {
            return None;
        }
        let factor = self
            .backoff
            .powi(i32::try_from(attempt - 2).unwrap_or(i32::MAX));
        let seconds = self.interval.as_secs_f64() * factor;
        let bound = self.max_interval.max(self.interval);
        Some(Duration::try_from_secs_f64(seconds).map_or(bound, |pause| pause.min(bound)))
    }
}

/// What happens when an occurrence is due and the run before is still going.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// The new one is skipped.
    #[default]
    Skip,
    /// The newest one waits until the run is over; those between are skipped.
    QueueOne,
    /// Both run.
    Allow,
    /// The run is killed; once that is confirmed the newest one starts.
    Replace,
}

impl Overlap {
    /// Whether a run holds the job's `active` while it is going.
    pub fn is_exclusive(self) -> bool {
        self != Self::Allow
    }

    /// Whether what is due waits for the end of the run that is going.
    pub fn waits(self) -> bool {
        matches!(self, Self::QueueOne | Self::Replace)
    }
}

/// What happens to an occurrence whose node is gone before it is known to have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// It is lost: no program starts twice.
    #[default]
    AtMostOnce,
    /// Another node takes it over, with a further attempt: a program may run twice.
    AtLeastOnce,
}

/// What happens to occurrences that are later than the start deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    /// They are skipped.
    #[default]
    Skip,
    /// The newest of them runs once.
    RunLatest,
    /// They all run, one after the other, `RUN_ALL_MAX` at most.
    RunAll,
}

/// How much of a program's output is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputKept {
    /// Bytes from its beginning.
    pub head: u64,
    /// Bytes from its end.
    pub tail: u64,
}

impl Default for OutputKept {
    fn default() -> Self {
        Self {
            head: OUTPUT_HEAD_DEFAULT,
            tail: OUTPUT_TAIL_DEFAULT,
        }
    }
}

/// What people note about a job.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct About {
    /// Free text.
    pub note: String,
    /// Who answers for it.
    pub owner: String,
    /// Words to find and group it by.
    pub tags: Vec<String>,
    /// Shown first, and told about.
    pub starred: bool,
}
