//! Changing many jobs at once.

use serde::{Deserialize, Serialize};

use super::CommandError;

views! {
    /// Which jobs are meant.
    enum BulkTarget {
        /// These ids.
        Jobs(Vec<String>),
        /// All that a list shows.
        Query {
            /// The filter.
            text: String,
            /// Ids that are left out.
            except: Vec<String>,
        },
    }

    /// What is done to each job.
    enum BulkAction {
        /// Its schedule rests.
        Pause,
        /// Its schedule wakes.
        Resume,
        /// It is asked to run now.
        Run,
        /// It is removed; it can be brought back.
        Delete,
        /// It gets and loses tags.
        Tag {
            /// Tags that it has afterwards.
            add: Vec<String>,
            /// Tags that it has no more.
            remove: Vec<String>,
        },
        /// It is starred, or no more.
        Star(bool),
    }

    /// What is asked for.
    enum BulkAsk {
        /// To do something to jobs.
        Do {
            /// What.
            action: BulkAction,
            /// To which.
            target: BulkTarget,
        },
        /// To take back what was done, where nobody has changed the job since.
        Undo(Vec<BulkChanged>),
    }

    /// How far it is, or how it ended.
    struct BulkProgress {
        /// The name that the asker gave it.
        pub id: String,
        /// Jobs that are meant.
        pub total: u32,
        /// Jobs that were changed or asked to run.
        pub changed: Vec<BulkChanged>,
        /// How many they are: while it goes on they are only counted.
        pub done: u32,
        /// Jobs that were so already.
        pub unchanged: u32,
        /// Jobs to which it could not be done, `BULK_FAILURES_MAX` at most.
        pub failed: Vec<BulkFailure>,
        /// How many they are.
        pub failures: u32,
        /// Jobs that were left alone because somebody stopped it.
        pub left: u32,
        /// Whether it has ended.
        pub over: bool,
    }

    /// A job that was changed.
    struct BulkChanged {
        /// The job.
        pub job_id: String,
        /// `project/name`.
        pub title: String,
        /// Its generation before.
        pub before: u64,
        /// Its generation afterwards.
        pub after: u64,
    }

    /// A job to which something could not be done.
    struct BulkFailure {
        /// The job.
        pub job_id: String,
        /// `project/name`, as far as it is known.
        pub title: String,
        /// Why not.
        pub error: CommandError,
    }

    /// Jobs as a text that `apply` reads.
    struct JobsText {
        /// The definitions, TOML.
        pub text: String,
        /// How many jobs it has.
        pub count: u32,
        /// `project/name` of jobs that this version cannot write.
        pub left_out: Vec<String>,
    }

    /// Jobs written into a file.
    struct Exported {
        /// The file.
        pub path: String,
        /// How many jobs it has.
        pub count: u32,
        /// `project/name` of jobs that this version cannot write.
        pub left_out: Vec<String>,
    }
}
