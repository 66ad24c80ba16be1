//! Lanes of runs over time.

use serde::{Deserialize, Serialize};

use crate::run::RunState;

views! {
    /// What the lanes are of.
    #[derive(Copy, Eq)]
    enum TimelineBy {
        /// Jobs.
        Job,
        /// Nodes.
        Node,
    }

    /// A window into the lanes.
    struct TimelineAsk {
        /// What the lanes are of.
        pub by: TimelineBy,
        /// The filter of the list of jobs; of nodes a part of their names.
        pub text: String,
        /// From this instant on.
        pub since: String,
        /// Until before this instant.
        pub until: String,
        /// Lanes before the first one.
        pub offset: u32,
        /// Lanes at most.
        pub limit: u32,
    }

    /// Lanes of runs.
    struct Timeline {
        /// The lanes in their order.
        pub lanes: Vec<TimelineLane>,
        /// How many lanes there are.
        pub count: u32,
        /// Whether older runs were left out, for there are too many.
        pub cut: bool,
    }

    /// What one job or node did and will do.
    struct TimelineLane {
        /// The job's id; a node's name.
        pub id: String,
        /// The job's project; empty for a node.
        pub project: String,
        /// The job's or the node's name.
        pub name: String,
        /// Its runs, newest first.
        pub runs: Vec<TimelineRun>,
        /// Instants to come, a bounded number.
        pub next: Vec<String>,
    }

    /// A run on its lane.
    struct TimelineRun {
        /// The run.
        pub run_id: String,
        /// Its job's name.
        pub job: String,
        /// How it stands.
        pub state: RunState,
        /// Its instant; where the program was executed, if it was.
        pub at: String,
        /// When it ended.
        pub until: Option<String>,
    }

    /// How starts lie in time.
    struct TimelineStarts {
        /// Where the first step begins.
        pub since: String,
        /// How long a step is.
        pub step_ms: u32,
        /// How many starts each step has, jobs that start all the time left aside.
        pub counts: Vec<u32>,
        /// Minutes in which many jobs start, the fullest first.
        pub piles: Vec<TimelinePile>,
    }

    /// Many jobs that start in one minute, and what would part them.
    struct TimelinePile {
        /// The minute's beginning.
        pub at: String,
        /// How many start in it.
        pub starts: u32,
        /// The jitter that is proposed, as it is written in a job.
        pub jitter: String,
        /// How many of them start in the fullest minute then.
        pub then: u32,
        /// How many jobs would get it.
        pub jobs_count: u32,
        /// Some of them, `project/name`.
        pub jobs: Vec<String>,
    }
}
