//! What the desktop shows: plain data, ready to draw. The TypeScript types are made from here.
//!
//! Instants are texts in RFC 3339, UTC with milliseconds; durations name their unit.

use serde::{Deserialize, Serialize};

use crate::run::{Reason, RunState, Trigger};

macro_rules! views {
    ($($(#[$doc:meta])* $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        $(#[$doc])*
        #[serde(rename_all = "snake_case")]
        pub $kind $name $body
    )*};
}

mod bulk;
mod computer;
mod connections;
mod editor;
mod explain;
mod import;
mod ladder;
mod lists;
mod node_edit;
mod nodes;
mod overview;
mod preferences;
mod runs;
mod timeline;

pub use bulk::*;
pub use computer::*;
pub use connections::*;
pub use editor::*;
pub use explain::*;
pub use import::*;
pub use ladder::{Ladder, Rung, Step, StepState, Trouble};
pub use lists::*;
pub use node_edit::*;
pub use nodes::*;
pub use overview::*;
pub use preferences::*;
pub use runs::*;
pub use timeline::*;

views! {
    /// What the window shows around every screen.
    struct Hello {
        /// The program's version.
        pub version: String,
        /// The profile's name; empty for "this computer".
        pub profile: String,
        /// Whether the profile is this computer's own, without servers.
        pub embedded: bool,
        /// The computer's zone, for showing times.
        pub zone: String,
        /// The agent that serves this computer, if the profile is embedded.
        pub agent: AgentState,
        /// Where its data lies.
        pub data_dir: String,
        /// How careful one has to be.
        pub environment: Environment,
        /// Nothing may be changed through it.
        pub read_only: bool,
        /// Why the profile cannot be reached at present; nothing is known of its agents then.
        pub away: Option<String>,
    }

    /// Whether this computer's agent is there.
    enum AgentState {
        /// Its session lives.
        Running,
        /// It was started and has no session yet.
        Starting,
        /// No agent runs: jobs do not ring.
        Stopped,
    }

    /// A job in a list.
    struct JobRow {
        /// Its id.
        pub job_id: String,
        /// Its project.
        pub project: String,
        /// Its name.
        pub name: String,
        /// Its generation, for changing it.
        pub generation: u64,
        /// Whether its schedule rests.
        pub paused: bool,
        /// The expression as people wrote it.
        pub schedule: String,
        /// The expression in words.
        pub schedule_words: String,
        /// Its zone.
        pub timezone: String,
        /// The next occurrence; none when paused, manual or over.
        pub next_at: Option<String>,
        /// Where it runs, in words.
        pub place_words: String,
        /// Who answers for it.
        pub owner: String,
        /// Its tags.
        pub tags: Vec<String>,
        /// Whether it is starred.
        pub starred: bool,
        /// Why the stored definition cannot be used, if so.
        pub broken: Option<String>,
        /// The same field by field, as far as it is about fields; the UI translates these.
        pub broken_at: Vec<crate::job::FieldError>,
        /// The newest runs, oldest first, `STRIP_BARS` at most.
        pub strip: Vec<StripBar>,
        /// Mean wall time of those that ran.
        pub average_ms: Option<u64>,
        /// Runs that are claimed or running now.
        pub running: Vec<String>,
    }

    /// One bar of a job's status strip.
    struct StripBar {
        /// The run.
        pub run_id: String,
        /// Its scheduled instant.
        pub scheduled_at: String,
        /// How it stands.
        pub state: RunState,
        /// Why.
        pub reason: Option<Reason>,
        /// Instants that it stands for.
        pub count: u64,
        /// Wall time.
        pub duration_ms: Option<u64>,
    }

    /// A job by itself.
    struct JobDetail {
        /// Its row.
        pub row: JobRow,
        /// The definition as a file, TOML.
        pub document: String,
        /// What it runs, for people: the script or the argument vector.
        pub command: String,
        /// Its note.
        pub note: String,
        /// How it runs: pairs of a field's key and its value as written in a file, only those
        /// that differ from the default.
        pub settings: Vec<Setting>,
        /// Next occurrences, ten.
        pub next: Vec<NextLine>,
    }

    /// A field of a definition as written in a file.
    struct Setting {
        /// The key, for instance `retries.count`.
        pub key: String,
        /// The value.
        pub value: String,
    }

    /// A future occurrence.
    struct NextLine {
        /// The instant.
        pub at: String,
        /// Its time in the schedule's zone.
        pub local: String,
        /// The offset there and then, for instance `+08:00`.
        pub offset: String,
        /// What is special: `dst_gap`, `dst_fold`.
        pub note: Option<String>,
    }

    /// Which runs a list shows.
    struct RunsQuery {
        /// Of this job.
        pub job_id: Option<String>,
        /// In these states, if any are named.
        pub states: Vec<RunState>,
        /// Go on after this key of the page before.
        pub after: Option<String>,
        /// Rows at most.
        pub limit: u32,
    }

    /// A page of runs, newest first.
    struct RunsPage {
        /// The rows.
        pub rows: Vec<RunRow>,
        /// Where to go on; none at the end.
        pub next: Option<String>,
    }

    /// An attempt of a run, or a range of instants.
    struct RunRow {
        /// The run.
        pub run_id: String,
        /// The attempt, from 1.
        pub attempt: u32,
        /// The job.
        pub job_id: String,
        /// The job's project.
        pub project: String,
        /// The job's name.
        pub job: String,
        /// `*`, a node, or a request.
        pub scope: String,
        /// The scheduled instant; for a request when it was asked for.
        pub scheduled_at: String,
        /// Last instant of a range.
        pub until: Option<String>,
        /// Instants that it stands for.
        pub count: u64,
        /// When it was decided.
        pub decided_at: String,
        /// When the program was executed.
        pub started_at: Option<String>,
        /// When it ended.
        pub finished_at: Option<String>,
        /// From start to end.
        pub duration_ms: Option<u64>,
        /// From the scheduled instant to the start.
        pub late_ms: Option<i64>,
        /// The node.
        pub node: String,
        /// How it stands.
        pub state: RunState,
        /// Why, in one word.
        pub reason: Option<Reason>,
        /// Why, in a sentence.
        pub detail: Option<String>,
        /// The program's exit code.
        pub exit_code: Option<i32>,
        /// The signal that ended it.
        pub signal: Option<i32>,
        /// Bytes written.
        pub output_bytes: u64,
        /// SHA-256 of all of them.
        pub output_sha256: Option<String>,
        /// Largest resident set.
        pub peak_memory_bytes: Option<u64>,
        /// Time in user mode.
        pub user_ms: Option<u64>,
        /// Time in the kernel.
        pub system_ms: Option<u64>,
        /// What made it happen.
        pub trigger: Trigger,
        /// The person behind it.
        pub by: Option<String>,
        /// The generation of the definition.
        pub generation: u64,
    }

    /// A run by itself.
    struct RunDetail {
        /// All attempts, ascending.
        pub attempts: Vec<RunRow>,
        /// A kill that was asked for and is not confirmed yet.
        pub kill: Option<KillState>,
    }

    /// Where a kill stands.
    struct KillState {
        /// Who asked.
        pub by: String,
        /// When.
        pub asked_at: String,
        /// Whether it was not confirmed in time.
        pub overdue: bool,
    }

    /// A stretch of a log, as text that is safe to show.
    struct LogPage {
        /// Pieces, ascending by offset.
        pub pieces: Vec<LogPiece>,
        /// Where to read on.
        pub next_offset: u64,
        /// Bytes written so far.
        pub total: u64,
        /// Whether no more will come.
        pub complete: bool,
    }

    /// Lines that arrived together, or a gap.
    struct LogPiece {
        /// Where it stood among all bytes.
        pub offset: u64,
        /// When it arrived.
        pub at: Option<String>,
        /// The text: invalid UTF-8 replaced; escape sequences of colours kept, others removed.
        pub text: String,
        /// Bytes that were dropped before it.
        pub dropped_before: u64,
    }

    /// What changed since the last one: at most four a second.
    struct Live {
        /// Grows by one; a jump means that something was missed and all is to be read again.
        pub sequence: u64,
        /// Whether definitions changed.
        pub jobs_changed: bool,
        /// Runs that are new or changed, newest last.
        pub runs: Vec<RunRow>,
        /// The agent's state, once it is known.
        pub agent: Option<AgentState>,
        /// Why the stores cannot be reached at present.
        pub trouble: Option<String>,
        /// When the newest of it was stored.
        pub at: String,
    }

    /// What went wrong, for a person: the UI translates by code, `detail` says it in English.
    struct CommandError {
        /// A code that the UI acts on.
        pub code: ErrorCode,
        /// What the sentence is filled with.
        pub params: std::collections::BTreeMap<String, String>,
        /// The whole error as a sentence.
        pub detail: String,
    }

    /// The kinds of trouble that the UI tells apart.
    enum ErrorCode {
        /// What was asked for is not there any more.
        NotFound,
        /// Somebody else changed it meanwhile.
        Conflict,
        /// What was typed is not valid; `field` and `reason` are given.
        Invalid,
        /// A store cannot be reached.
        Unreachable,
        /// No agent runs that could do it.
        NoAgent,
        /// The profile or an account forbids it.
        NotPermitted,
        /// The file of secrets is closed: its passphrase is needed.
        Locked,
        /// The program itself is at fault.
        Internal,
    }
}
