//! Nodes, as lists and their drawer show them.

use serde::{Deserialize, Serialize};

use super::RunRow;

views! {
    /// The nodes that are known, by id.
    struct NodeList {
        /// Those that are there and those that once were.
        pub rows: Vec<NodeRow>,
    }

    /// A node.
    struct NodeRow {
        /// Its id.
        pub node: String,
        /// How it stands.
        pub state: NodeState,
        /// Its host's name.
        pub host: String,
        /// The agent's version.
        pub version: String,
        /// `name=value`, by name.
        pub labels: Vec<String>,
        /// The lines of business that it serves; empty: all.
        pub projects: Vec<String>,
        /// Its share of the work; 0 takes none.
        pub weight: u32,
        /// Slots that are taken.
        pub load: u32,
        /// Programs that it may run at once; 0 when it does not say.
        pub max_parallel: u32,
        /// Runs that are claimed or running there.
        pub running: u32,
        /// How far its clock is ahead of the other nodes', as far as the way of its words tells;
        /// of the only node, ahead of this computer's.
        pub clock_ms: Option<i64>,
        /// Attempts whose record history has not acknowledged.
        pub reports_pending: u32,
        /// When the agent came up.
        pub up_since: Option<String>,
    }

    /// How a node stands.
    #[derive(Copy, Eq)]
    enum NodeState {
        /// It is there and takes work.
        Up,
        /// It finishes what runs and takes nothing new.
        Draining,
        /// It does not trust its clock, and decides nothing.
        ClockSuspect,
        /// It has no session.
        Gone,
    }

    /// A node by itself.
    struct NodeDetail {
        /// Its row.
        pub row: NodeRow,
        /// Addresses by which others may know it.
        pub addresses: Vec<String>,
        /// Its operating system; empty when it is not known.
        pub os: String,
        /// Cores that the agent may use.
        pub cores: Option<u32>,
        /// Its memory.
        pub memory_bytes: Option<u64>,
        /// The agent's process.
        pub pid: Option<u32>,
        /// Its runs, newest first.
        pub runs: Vec<RunRow>,
        /// The jobs that it would run now, soonest first, a bounded number.
        pub jobs: Vec<NodeJob>,
        /// How many jobs these are of.
        pub jobs_count: u32,
    }

    /// A job that a node may run.
    struct NodeJob {
        /// The job.
        pub job_id: String,
        /// Its project.
        pub project: String,
        /// Its name.
        pub name: String,
        /// Its schedule in words.
        pub schedule_words: String,
        /// When it is due next.
        pub next_at: Option<String>,
        /// Its part in it.
        pub part: NodePart,
    }

    /// The part of a node in a job's occurrences.
    #[derive(Copy, Eq)]
    enum NodePart {
        /// The next one is its own.
        First,
        /// It stands in when those before it are gone.
        StandsIn,
        /// It runs every one, as all nodes do.
        Each,
    }
}
