//! Why an occurrence ran where it did, or did not, as its screen shows it.

use serde::{Deserialize, Serialize};

use crate::run::{Reason, RunState};

views! {
    /// What is to be explained.
    struct ExplainAsk {
        /// The job: its id, `project/name`, or a name that one project has.
        pub job: String,
        /// An instant, or a time of day as the reader's clock shows it; empty: the next one, else
        /// the last.
        pub at: String,
        /// The run, of one that no schedule rang.
        pub run_id: Option<String>,
        /// In which language.
        pub language: String,
    }

    /// Why an occurrence ran where it did, or did not run.
    struct Explained {
        /// The job.
        pub job_id: String,
        /// Its project.
        pub project: String,
        /// Its name.
        pub name: String,
        /// Its schedule in words.
        pub schedule_words: String,
        /// The instant.
        pub at: String,
        /// What can be said of it.
        pub verdict: ExplainVerdict,
        /// What happened or will, in sentences, the most important first.
        pub told: Vec<String>,
        /// Who would decide it now, in a sentence; none where the schedule does not ring.
        pub order: Option<String>,
        /// Whether each of the candidates runs it, as every node does.
        pub each: bool,
        /// The candidates, first to last.
        pub candidates: Vec<String>,
        /// Who is left out, and why.
        pub left_out: Vec<ExplainLeftOut>,
        /// What was decided, attempt by attempt or node by node.
        pub decisions: Vec<ExplainDecision>,
        /// The run that it waits for.
        pub held_by: Option<ExplainDecision>,
        /// The instant of the schedule before.
        pub previous_at: Option<String>,
        /// The instant of the schedule after.
        pub next_at: Option<String>,
        /// When candidates were asked for.
        pub as_of: String,
    }

    /// What can be said of an instant.
    #[derive(Copy, Eq)]
    enum ExplainVerdict {
        /// The schedule does not ring then.
        NoInstant,
        /// It was decided.
        Decided,
        /// It is to come.
        ToCome,
        /// It is to come, and will be skipped: a calendar leaves its day out.
        ExcludedDay,
        /// It is to come, and the schedule rests.
        Paused,
        /// Its time has come, and nobody has decided it.
        Undecided,
        /// It counts as decided, and no record says how.
        NoRecord,
    }

    /// A node that does not come into question.
    struct ExplainLeftOut {
        /// The node.
        pub node: String,
        /// Why, in words.
        pub why: String,
    }

    /// What a node decided.
    struct ExplainDecision {
        /// The run.
        pub run_id: String,
        /// The attempt.
        pub attempt: u32,
        /// The instant that it was decided for; the first of a range.
        pub scheduled_at: String,
        /// Who decided.
        pub node: String,
        /// When, by its clock.
        pub decided_at: String,
        /// What came of it.
        pub state: RunState,
        /// Why.
        pub reason: Option<Reason>,
        /// Instants that were decided together.
        pub count: u64,
    }
}
