//! What the window shows of files: a crontab that is imported, definitions that are applied.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CommandError;
use crate::crontab::{Level, RemarkCode};

views! {
    /// A file that a person opened.
    struct OpenedFile {
        /// Its name, without folders.
        pub name: String,
        /// What it holds, as far as its look tells.
        pub kind: FileKind,
        /// Its text; what is no UTF-8 stands as marks.
        pub text: String,
    }

    /// A file that was dropped on the window, or why it cannot be opened.
    struct DroppedFile {
        /// The file.
        pub file: Option<OpenedFile>,
        /// Why not.
        pub error: Option<CommandError>,
    }

    /// What a file holds.
    enum FileKind {
        /// Definitions, TOML or JSON.
        Definitions,
        /// A crontab.
        Crontab,
    }

    /// Which crontab to import, and what the person decided about it.
    struct CrontabImport {
        /// The text; without it this computer's own.
        pub text: Option<String>,
        /// Where the jobs go.
        pub project: String,
        /// Whether the lines name a user; without it the text is looked at.
        pub user_column: Option<bool>,
        /// Lines that are left out.
        pub left_out: Vec<u32>,
        /// Names in place of those that would be made.
        pub names: Vec<LineName>,
        /// Language of words: `en` or `zh-CN`.
        pub language: String,
    }

    /// The name that a line's job is to have.
    struct LineName {
        /// The line.
        pub line: u32,
        /// The name.
        pub name: String,
    }

    /// What becomes of a crontab.
    struct CrontabTable {
        /// What is to be said of it as a whole.
        pub remarks: Vec<CrontabRemark>,
        /// Its lines, without blank ones.
        pub lines: Vec<CrontabLine>,
        /// Whether its lines name a user.
        pub user_column: bool,
        /// Where the jobs go.
        pub project: String,
        /// What would be done, or was done.
        pub counts: ImportCounts,
    }

    /// How many jobs an import makes and changes.
    struct ImportCounts {
        /// New ones.
        pub created: u32,
        /// Others that become different.
        pub changed: u32,
        /// Those that are so already.
        pub unchanged: u32,
        /// Lines that a person leaves out.
        pub left_out: u32,
        /// Lines that cannot be imported.
        pub refused: u32,
    }

    /// A line of a crontab.
    struct CrontabLine {
        /// From 1.
        pub number: u32,
        /// As it stands there.
        pub text: String,
        /// What becomes of it.
        pub becomes: LineBecomes,
        /// Its job, if it becomes one.
        pub job: Option<CrontabJob>,
        /// What is to be said of it.
        pub remarks: Vec<CrontabRemark>,
    }

    /// What becomes of a line.
    enum LineBecomes {
        /// Nothing: it is for people.
        Comment,
        /// It holds for the lines below it.
        Setting,
        /// A job.
        Job,
        /// Nothing: a remark says why.
        Nothing,
    }

    /// The job that a line becomes.
    struct CrontabJob {
        /// Its name.
        pub name: String,
        /// Whether the name may be chosen: the job does not exist yet.
        pub is_new: bool,
        /// The expression.
        pub schedule: String,
        /// The expression in words.
        pub schedule_words: String,
        /// Its zone.
        pub timezone: String,
        /// What the shell reads.
        pub command: String,
        /// What would be done, or was done.
        pub effect: ImportEffect,
        /// What is different then, if the job exists.
        pub changes: Vec<FieldChange>,
    }

    /// What an import does to a job.
    enum ImportEffect {
        /// It is new.
        Create,
        /// It becomes another.
        Change,
        /// It is so already.
        Same,
        /// The person leaves it out.
        LeftOut,
        /// It cannot be imported.
        Refused,
    }

    /// Something said about a line, or about the file.
    struct CrontabRemark {
        /// What it says; the UI translates by it.
        pub code: RemarkCode,
        /// How much it matters.
        pub level: Level,
        /// Where on the line it points, in characters from 1.
        pub column: Option<u32>,
        /// What the sentence is filled with.
        pub params: BTreeMap<String, String>,
        /// The English sentence.
        pub sentence: String,
    }

    /// A field of a job that becomes another.
    struct FieldChange {
        /// The field: `schedule`, `shell.script`.
        pub path: String,
        /// What it is now.
        pub from: Option<String>,
        /// What it becomes.
        pub to: Option<String>,
        /// The lines that differ, with `-` or `+` before them, for texts of several lines.
        pub detail: Vec<String>,
    }

    /// What applying a file of definitions would do, or why it cannot be applied.
    struct FileTable {
        /// Its jobs that are new or change, and those that would rest.
        pub jobs: Vec<FileJobLine>,
        /// How many are so already.
        pub unchanged: u32,
        /// Everything that is wrong with it; then nothing can be applied.
        pub errors: Vec<FileErrorLine>,
        /// How many more errors there are.
        pub more_errors: u32,
    }

    /// What a file does to a job.
    struct FileJobLine {
        /// `project/name`.
        pub job: String,
        /// What it does.
        pub effect: FileEffect,
        /// What is different then, if the job exists.
        pub changes: Vec<FieldChange>,
    }

    /// What a file does to a job.
    enum FileEffect {
        /// It is new.
        Create,
        /// It becomes another.
        Change,
        /// Its schedule rests: the file does not have it.
        Pause,
    }

    /// Something wrong with a file.
    struct FileErrorLine {
        /// The line, from 1.
        pub line: u32,
        /// The definition it is in.
        pub item: Option<String>,
        /// The key: `retries.count`; empty for the definition or the file as a whole.
        pub path: String,
        /// A stable name for it.
        pub code: String,
        /// What the translated sentence is filled with.
        pub params: BTreeMap<String, String>,
        /// The English sentence.
        pub sentence: String,
    }
}
