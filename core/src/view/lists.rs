//! The list of jobs, and what the palette finds.

use serde::{Deserialize, Serialize};

use super::JobRow;

views! {
    /// Which jobs a list shows, and which part of it.
    struct JobQuery {
        /// Words that must all occur in name, project, tags, owner, note or script, and terms
        /// such as `tag:backup`.
        pub text: String,
        /// Language of words: `en` or `zh-CN`.
        pub language: String,
        /// The order of the rows, within each group.
        pub sort: JobSort,
        /// Whether the order is turned round.
        #[serde(default)]
        pub descending: bool,
        /// What rows are gathered by.
        #[serde(default)]
        pub group: JobGroup,
        /// First row.
        pub offset: u32,
        /// Rows at most.
        pub limit: u32,
    }

    /// The order of a list of jobs.
    enum JobSort {
        /// By project and name.
        Name,
        /// By next occurrence, soonest first.
        Next,
        /// Failing first, then late, then by name.
        Trouble,
        /// By owner, then by name; jobs without one last.
        Owner,
    }

    /// What the rows of a list of jobs are gathered by.
    #[derive(Default)]
    enum JobGroup {
        /// Nothing.
        #[default]
        None,
        /// The project.
        Project,
        /// The tag: a job stands under each of its tags.
        Tag,
        /// The owner.
        Owner,
    }

    /// A window into the list of jobs.
    struct JobPage {
        /// The rows.
        pub rows: Vec<JobRow>,
        /// How many rows there are in all: more than jobs when some stand under several heads.
        pub lines: u32,
        /// The heads of groups, in their order; none where nothing is gathered.
        pub heads: Vec<GroupHead>,
        /// How many jobs the query has in all.
        pub matched: u32,
        /// How many jobs there are.
        pub total: u32,
        /// How many of all jobs somebody has to look at.
        pub troubled: u32,
        /// What of the query cannot be understood; the rest of it holds.
        pub mistakes: Vec<QueryMistake>,
    }

    /// The head of a group of rows.
    struct GroupHead {
        /// The project, tag or owner; empty for jobs without.
        pub name: String,
        /// Its first row.
        pub at: u32,
        /// How many rows it has.
        pub count: u32,
    }

    /// A part of a query that cannot be understood.
    struct QueryMistake {
        /// Where it begins, in characters.
        pub start: u32,
        /// Where it ends.
        pub end: u32,
        /// What is wrong, in the query's language.
        pub sentence: String,
    }

    /// What the palette found.
    struct Found {
        /// Jobs, best first.
        pub jobs: Vec<FoundJob>,
        /// Runs whose id begins so.
        pub runs: Vec<FoundRun>,
    }

    /// A job that the palette found.
    struct FoundJob {
        /// Its id.
        pub job_id: String,
        /// Its project.
        pub project: String,
        /// Its name.
        pub name: String,
        /// Its schedule in words.
        pub schedule_words: String,
    }

    /// A run that the palette found.
    struct FoundRun {
        /// Its id.
        pub run_id: String,
        /// `project/name` of its job.
        pub title: String,
    }
}
