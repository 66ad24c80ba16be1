//! What of the node's own file holds at once when the file is read again.

use std::collections::BTreeMap;

use belfry_core::config::NodeConfig;
use belfry_core::dispatch::SessionValue;
use belfry_core::id::ProjectName;
use belfry_core::limits::{MAX_PARALLEL_DEFAULT, MAX_PARALLEL_PER_CORE, WEIGHT_DEFAULT};

/// How this node stands among the others, as its file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The lines of business that it serves; empty: all.
    pub projects: Vec<ProjectName>,
    /// What jobs choose it by.
    pub labels: BTreeMap<String, String>,
    /// Its share of the work.
    pub weight: u32,
    /// Programs that run at once.
    pub max_parallel: usize,
}

impl Live {
    /// What the file says, and where it says nothing what is usual on this computer.
    pub fn of(node: &NodeConfig) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (least, most) = MAX_PARALLEL_DEFAULT;
        let usual = (MAX_PARALLEL_PER_CORE * cores).clamp(least, most);
        Self {
            projects: node.projects.clone(),
            labels: node.labels.clone(),
            weight: node.weight.unwrap_or(WEIGHT_DEFAULT),
            max_parallel: node.max_parallel.unwrap_or(usual),
        }
    }

    /// The session, saying this.
    pub fn in_session(&self, session: SessionValue) -> SessionValue {
        SessionValue {
            projects: self.projects.clone(),
            labels: self.labels.clone(),
            weight: self.weight,
            max_parallel: u32::try_from(self.max_parallel).unwrap_or(u32::MAX),
            ..session
        }
    }

    /// The keys in which the other one differs.
    pub fn changed(&self, other: &Self) -> Vec<&'static str> {
        let keys = [
            ("node.projects", self.projects != other.projects),
            ("node.labels", self.labels != other.labels),
            ("node.weight", self.weight != other.weight),
            ("node.max_parallel", self.max_parallel != other.max_parallel),
        ];
        let changed = keys.into_iter().filter(|(_, is_other)| *is_other);
        changed.map(|(key, _)| key).collect()
    }
}
