//! How a list of runs is split into parts that one index holds in the list's order: by state
//! within a node, a project or all runs, or by job. What is rare among many ordinary runs, a bad
//! exit or a person's wish, has an index of its own.

use crate::history::{NamePatterns, RunQuery};
use crate::id::JobId;
use crate::limits::{JOBS_MERGED_MAX, LATE_AFTER, NAMES_MERGED_MAX};
use crate::run::{Fate, RunState, Trigger};

/// Whether the occurrence of row `x` came in time: [`Fate::of`] in SQL.
macro_rules! fate_sql {
    () => {
        "CASE WHEN x.trigger_kind <> 'schedule' THEN 'on_time' \
         WHEN x.started_ms IS NULL AND x.state IN ('skipped', 'lost', 'rejected') \
          AND (x.reason IS NULL OR x.reason NOT IN \
              ('paused', 'overlap', 'edited', 'cancelled', 'excluded_day')) THEN 'missed' \
         WHEN x.started_ms - x.scheduled_ms > 10000 THEN 'late' ELSE 'on_time' END"
    };
}
pub(super) use fate_sql;

const _: () = assert!(LATE_AFTER.as_millis() == 10_000, "the SQL above says it");

/// What the parts of a list are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Jobs,
    Exits,
    Triggers,
    Nodes,
    Projects,
    States,
}

/// What has names by which lists are narrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Project,
    Node,
}

impl Named {
    fn asked(self, query: &RunQuery) -> (Option<&str>, &NamePatterns) {
        match self {
            Self::Project => (
                query.project.as_ref().map(|it| it.as_str()),
                &query.projects,
            ),
            Self::Node => (query.node.as_ref().map(|it| it.as_str()), &query.nodes),
        }
    }

    /// Whether the names that there are tell which are meant.
    pub(super) fn is_by_pattern(self, query: &RunQuery) -> bool {
        let (one, patterns) = self.asked(query);
        one.is_none() && !patterns.is_any()
    }

    /// The names that are meant, `there_are` some; `None` if any is.
    fn meant(self, query: &RunQuery, there_are: Vec<String>) -> Option<Vec<String>> {
        let (one, patterns) = self.asked(query);
        let names = match one {
            Some(one) => vec![one.to_owned()],
            None if patterns.is_any() => return None,
            None => there_are,
        };
        let meant = names.into_iter().filter(|name| patterns.allow(name));
        Some(meant.collect())
    }
}

/// A query with its patterns resolved to the names that there are.
pub(super) struct Asked<'a> {
    pub(super) query: &'a RunQuery,
    pub(super) projects: Option<Vec<String>>,
    pub(super) nodes: Option<Vec<String>>,
}

impl<'a> Asked<'a> {
    /// The names are needed of what is asked for by pattern; `None` if no row can be meant.
    pub(super) fn new(
        query: &'a RunQuery,
        projects: Vec<String>,
        nodes: Vec<String>,
    ) -> Option<Self> {
        let projects = Named::Project.meant(query, projects);
        let nodes = Named::Node.meant(query, nodes);
        let is_empty = |names: &Option<Vec<String>>| names.as_ref().is_some_and(Vec::is_empty);
        let nothing = is_empty(&projects) || is_empty(&nodes);
        (!nothing).then_some(Self {
            query,
            projects,
            nodes,
        })
    }

    pub(super) fn way(&self) -> Way {
        let query = self.query;
        let is_few = |names: &Option<Vec<String>>| {
            let few = |names: &Vec<String>| names.len() <= NAMES_MERGED_MAX;
            names.as_ref().is_some_and(few)
        };
        let is_rare =
            |triggers: &[Trigger]| !triggers.is_empty() && !triggers.contains(&Trigger::Schedule);
        let exits = query.exits.as_ref();
        if (1..=JOBS_MERGED_MAX).contains(&query.jobs.len()) {
            Way::Jobs
        } else if exits.is_some_and(|exits| !exits.allow(Some(0))) {
            Way::Exits
        } else if is_rare(&query.triggers) {
            Way::Triggers
        } else if is_few(&self.nodes) {
            Way::Nodes
        } else if is_few(&self.projects) {
            Way::Projects
        } else {
            Way::States
        }
    }
}

/// The states asked for, or all, each once.
pub(super) fn states(query: &RunQuery) -> Vec<RunState> {
    let is_asked = |state: &RunState| query.states.is_empty() || query.states.contains(state);
    // Few of all rows can have been missed.
    let may_be = |state: &RunState| query.fates != [Fate::Missed] || state.may_be_missed();
    let states = RunState::ALL.into_iter();
    states.filter(|it| is_asked(it) && may_be(it)).collect()
}

/// The jobs asked for, each once.
pub(super) fn each_once(jobs: &[JobId]) -> Vec<JobId> {
    let mut jobs = jobs.to_vec();
    jobs.sort_unstable();
    jobs.dedup();
    jobs
}
