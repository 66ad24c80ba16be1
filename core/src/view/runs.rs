//! Runs as they are looked for, and the versions of a job: what their screens show.

use serde::{Deserialize, Serialize};

use super::RunRow;

views! {
    /// Which runs a list shows, as somebody wrote it.
    struct RunsSearch {
        /// The query.
        pub text: String,
        /// Language of words: `en` or `zh-CN`.
        pub language: String,
        /// Go on after this key of the page before.
        pub after: Option<String>,
        /// Rows at most.
        pub limit: u32,
    }

    /// What a search came to.
    struct RunsFound {
        /// The rows, newest first.
        pub rows: Vec<RunRow>,
        /// Where to go on; none at the end.
        pub next: Option<String>,
        /// What of the query cannot be read; there are no rows then.
        pub mistakes: Vec<RunsMistake>,
        /// Names in the query that no job has.
        pub unknown: Vec<String>,
        /// Where the list begins, if it does.
        pub since: Option<String>,
        /// Whether the beginning is the usual one, the last 24 hours.
        pub is_usual_span: bool,
    }

    /// Something in a query that cannot be read.
    struct RunsMistake {
        /// Where it begins, in UTF-16 units.
        pub from: u32,
        /// Where it ends.
        pub to: u32,
        /// What is wrong and what to write.
        pub sentence: String,
        /// What may stand there instead.
        pub suggestion: Option<String>,
    }

    /// How the newest runs of a list divide.
    struct RunsFacets {
        /// How many runs were counted.
        pub counted: u64,
        /// Whether these are all.
        pub is_all: bool,
        /// By state.
        pub states: Vec<RunsFacet>,
        /// By job, most first; few of them.
        pub jobs: Vec<RunsFacet>,
        /// By node, most first; few of them.
        pub nodes: Vec<RunsFacet>,
        /// By what made them happen.
        pub triggers: Vec<RunsFacet>,
    }

    /// One value and its runs.
    struct RunsFacet {
        /// The value as a query says it.
        pub value: String,
        /// How many runs have it.
        pub count: u64,
        /// Whether the query asks for it.
        pub chosen: bool,
        /// The query once it was clicked.
        pub text: String,
    }

    /// What may stand where somebody is writing.
    struct QueryCompletions {
        /// Where what is replaced begins, in UTF-16 units.
        pub from: u32,
        /// Where it ends.
        pub to: u32,
        /// The choices, best first.
        pub items: Vec<QueryCompletion>,
    }

    /// One choice.
    struct QueryCompletion {
        /// What is put in.
        pub insert: String,
        /// What it means, in a few words.
        pub hint: String,
    }

    /// The definition that a run ran with.
    struct RunDefinition {
        /// The version; none for a trial, whose definition was not saved.
        pub version: Option<JobVersion>,
        /// The job's version now; none when it is deleted.
        pub current: Option<u64>,
        /// What it ran, for people.
        pub command: String,
        /// The definition as a file, TOML; empty when it is not kept or cannot be used.
        pub document: String,
        /// What changed from it to the version now.
        pub changes: Vec<ChangedField>,
    }

    /// All that is kept of a job's past, newest first.
    struct JobVersions {
        /// `project/name` of the newest.
        pub title: String,
        /// The version that is in force; none when the job is deleted.
        pub current: Option<u64>,
        /// The versions.
        pub versions: Vec<JobVersion>,
    }

    /// One version of a job.
    struct JobVersion {
        /// Its number, from 1.
        pub generation: u64,
        /// When it was made.
        pub at: String,
        /// Who made it.
        pub by: String,
        /// `create`, `edit`, `pause`, `resume`, `delete` or `restore`.
        pub action: String,
        /// What changed from the version before it.
        pub changes: Vec<ChangedField>,
        /// Whether it can be brought back: it is not the one in force, and is a definition.
        pub restorable: bool,
    }

    /// One field that changed.
    struct ChangedField {
        /// The field as a file names it.
        pub path: String,
        /// What it was, as a text; none when it was not there.
        pub before: Option<String>,
        /// What it is; none when it is not there any more.
        pub after: Option<String>,
        /// For texts of several lines those that differ, with `-` or `+` before them.
        pub lines: Vec<String>,
    }

    /// How two versions differ.
    struct VersionDiff {
        /// The earlier one.
        pub from: u64,
        /// The later one.
        pub to: u64,
        /// What changed, in the order of the file.
        pub changes: Vec<ChangedField>,
        /// Why they cannot be compared field by field, if so.
        pub unreadable: Option<String>,
    }

    /// A job that is deleted and can be brought back.
    struct DeletedJob {
        /// Its id.
        pub job_id: String,
        /// `project/name`.
        pub title: String,
        /// When it was deleted.
        pub at: String,
        /// By whom.
        pub by: String,
        /// Its last version before that.
        pub generation: u64,
    }
}
