//! What the job editor shows and asks.

use serde::{Deserialize, Serialize};

use super::NextLine;
use crate::job::{Balance, FieldError, Misfire, Overlap};
use crate::schedule::{DstPolicy, SchedulePlan};

views! {
    /// A job as a form holds it: texts as they were typed, right or wrong. An empty text is an
    /// absent field.
    struct JobForm {
        /// The line of business; fixed once the job exists.
        pub project: String,
        /// The name.
        pub name: String,
        /// Which of `script` and `argv` is run; the other one is kept beside it.
        pub program: ProgramKind,
        /// The script.
        pub script: String,
        /// The program that reads the script.
        pub interpreter: String,
        /// A program and its arguments.
        pub argv: Vec<String>,
        /// What the program reads.
        pub stdin: String,
        /// Its variables; lines that are empty on both sides do not count.
        pub env: Vec<EnvLine>,
        /// Its folder.
        pub cwd: String,
        /// The user that it runs as.
        pub run_as: String,
        /// Permissions that its new files do not get.
        pub umask: String,
        /// The expression.
        pub schedule: String,
        /// The schedule's zone.
        pub timezone: String,
        /// No occurrence before it.
        pub start_at: String,
        /// No occurrence from it on.
        pub end_at: String,
        /// Upper bound of the fixed offset.
        pub jitter: String,
        /// Calendars whose days are left out, parted by commas.
        pub calendars_exclude: String,
        /// Calendars whose days alone count, parted by commas.
        pub calendars_only: String,
        /// What happens where the zone's clock jumps.
        pub dst: DstPolicy,
        /// Whether its schedule rests.
        pub paused: bool,
        /// `one`, `all` or `node:<id>`.
        pub place_on: String,
        /// Conditions on nodes; empty: all that serve the project.
        pub place_nodes: String,
        /// Which of them takes an occurrence.
        pub balance: Balance,
        /// Whether the next one takes over while the first is gone.
        pub failover: bool,
        /// Stopped after this time.
        pub timeout: String,
        /// Between TERM and KILL.
        pub stop_grace: String,
        /// Further attempts.
        pub retries_count: String,
        /// Pause before the second attempt.
        pub retries_interval: String,
        /// Factor from pause to pause.
        pub retries_backoff: String,
        /// Upper bound of a pause.
        pub retries_max_interval: String,
        /// What happens when the run before is still going.
        pub overlap: Overlap,
        /// Later than this an occurrence is not simply started.
        pub start_deadline: String,
        /// What happens to occurrences that are later than that.
        pub misfire: Misfire,
        /// Output kept from its beginning.
        pub output_head: String,
        /// Output kept from its end.
        pub output_tail: String,
        /// Free text.
        pub note: String,
        /// Who answers for it.
        pub owner: String,
        /// Words to find it by.
        pub tags: Vec<String>,
        /// Shown first.
        pub starred: bool,
        /// The definition that the form was made from: fields that it does not show stay as they are.
        #[cfg_attr(feature = "ts", ts(type = "unknown"))]
        pub kept: serde_json::Value,
    }

    /// How a program is written.
    enum ProgramKind {
        /// As a script.
        Script,
        /// As a program and its arguments.
        Argv,
    }

    /// A variable of a program.
    struct EnvLine {
        /// Its name.
        pub name: String,
        /// Its value.
        pub value: String,
    }

    /// What the editor is opened for.
    struct EditorAsk {
        /// The job to edit or to duplicate; none for a new one.
        pub job_id: Option<String>,
        /// Whether a new job like that one is wanted.
        pub duplicate: bool,
    }

    /// What the editor begins with.
    struct EditorStart {
        /// The form.
        pub form: JobForm,
        /// The generation that it was made from; 0 for a job that is not stored yet.
        pub generation: u64,
    }

    /// What a person may choose from instead of typing.
    struct EditorLists {
        /// Every time zone.
        pub zones: Vec<String>,
        /// Usual interpreters, and those in use.
        pub interpreters: Vec<String>,
        /// Projects that have jobs.
        pub projects: Vec<String>,
        /// Tags in use.
        pub tags: Vec<String>,
        /// Owners of jobs.
        pub owners: Vec<String>,
        /// Nodes that are there.
        pub nodes: Vec<String>,
    }

    /// A form to be looked through.
    struct DraftAsk {
        /// As it stands.
        pub form: JobForm,
        /// The job that it changes; none for a new one.
        pub job_id: Option<String>,
        /// The language of words and sentences.
        pub language: String,
    }

    /// What is to be said of a form before it is saved.
    struct DraftCheck {
        /// Everything that is wrong, each at its field.
        pub errors: Vec<FieldError>,
        /// The schedule in words.
        pub words: Option<String>,
        /// What the builder shows for the schedule.
        pub plan: SchedulePlan,
        /// The next occurrences, ten.
        pub next: Vec<NextLine>,
        /// The next two changes of the zone's clock.
        pub clock_changes: Vec<ClockChange>,
        /// The nodes, and which of them could run it.
        pub nodes: Vec<NodeFit>,
        /// What saving it would bring about, in a sentence; none while something is wrong.
        pub effect: Option<String>,
        /// What differs from what is stored; of a new job what differs from the defaults.
        pub changes: Vec<DiffLine>,
        /// The definition as a file, TOML, in its normal form.
        pub document: Option<String>,
        /// The generation that is stored now; none when the job is not there.
        pub generation: Option<u64>,
    }

    /// A change of a zone's clock.
    struct ClockChange {
        /// The first instant with the new offset.
        pub at: String,
        /// What the clock would have shown.
        pub local_before: String,
        /// What it shows instead.
        pub local_after: String,
    }

    /// A node as a place for a job.
    struct NodeFit {
        /// Its id.
        pub node: String,
        /// Whether the job could run there.
        pub fits: bool,
        /// Why not: an [`Excluded`](crate::placement::Excluded), or `not_there`.
        pub reason: Option<String>,
    }

    /// One field that differs.
    struct DiffLine {
        /// The field.
        pub path: String,
        /// What it was.
        pub from: Option<String>,
        /// What it is.
        pub to: Option<String>,
        /// The lines that differ, with `-` or `+` before them, for texts of several lines.
        pub detail: Vec<String>,
    }

    /// A builder's wish.
    struct BuildAsk {
        /// What is wanted.
        pub plan: SchedulePlan,
        /// The schedule's zone.
        pub timezone: String,
    }

    /// What a builder's wish comes to.
    struct BuiltSchedule {
        /// The expression; none when something is wrong, and for plans that only an expression can say.
        pub expression: Option<String>,
        /// What is wrong, at the builder's fields: `plan.every`.
        pub errors: Vec<FieldError>,
    }

    /// A form to be saved.
    struct SaveAsk {
        /// As it stands.
        pub form: JobForm,
        /// The job that it changes; none for a new one.
        pub job_id: Option<String>,
        /// The generation that it was made from.
        pub generation: u64,
    }

    /// What became of saving.
    #[serde(tag = "outcome")]
    enum SaveAnswer {
        /// It stands.
        Saved {
            /// The job.
            job_id: String,
            /// Its generation now.
            generation: u64,
        },
        /// Something is wrong.
        Refused {
            /// Each at its field.
            errors: Vec<FieldError>,
        },
        /// Somebody else was faster; nothing was changed.
        Conflict {
            /// Both versions.
            conflict: Box<SaveConflict>,
        },
    }

    /// Two versions of a job, made from the same one.
    struct SaveConflict {
        /// The generation that stands now: whoever saves on it says to have seen it.
        pub generation: u64,
        /// Who made it; empty when history cannot say.
        pub by: String,
        /// When.
        pub at: Option<String>,
        /// Whether it is that the job was deleted.
        pub deleted: bool,
        /// The fields that somebody changed.
        pub fields: Vec<ConflictField>,
        /// What stands now; none when it was deleted, or cannot be read by this version.
        pub theirs: Option<JobForm>,
        /// What stands now with my changes on top; my own form when there is nothing to put them on.
        pub merged: JobForm,
    }

    /// A field that somebody changed.
    struct ConflictField {
        /// The field.
        pub path: String,
        /// What both began with.
        pub before: Option<String>,
        /// What I made of it.
        pub mine: Option<String>,
        /// What stands now.
        pub theirs: Option<String>,
        /// Whether both changed it, and not to the same.
        pub clash: bool,
    }

    /// A form to be tried once.
    struct TryAsk {
        /// As it stands.
        pub form: JobForm,
        /// The job that it changes; none for a new one.
        pub job_id: Option<String>,
    }

    /// What became of the wish to try.
    #[serde(tag = "outcome")]
    enum TryAnswer {
        /// It was asked for: the run appears when an agent takes it.
        Asked {
            /// The run.
            run_id: String,
        },
        /// Something that a run needs is wrong.
        Refused {
            /// Each at its field.
            errors: Vec<FieldError>,
        },
    }
}
