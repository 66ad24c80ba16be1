//! How a list of runs is split into parts that one index holds in the list's order: by state
//! within a node, a project or all runs, or by job.

use crate::history::RunQuery;
use crate::id::JobId;
use crate::run::RunState;

/// What the parts of a list are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Jobs,
    Node,
    Project,
    States,
}

impl Way {
    pub(super) fn of(query: &RunQuery) -> Self {
        match query {
            query if !query.jobs.is_empty() => Self::Jobs,
            query if query.node.is_some() => Self::Node,
            query if query.project.is_some() => Self::Project,
            _ => Self::States,
        }
    }
}

/// The states asked for, or all, each once.
pub(super) fn states(query: &RunQuery) -> Vec<RunState> {
    let is_asked = |state: &RunState| query.states.is_empty() || query.states.contains(state);
    RunState::ALL.into_iter().filter(is_asked).collect()
}

/// The jobs asked for, each once.
pub(super) fn each_once(jobs: &[JobId]) -> Vec<JobId> {
    let mut jobs = jobs.to_vec();
    jobs.sort_unstable();
    jobs.dedup();
    jobs
}
