//! Who runs it: which nodes come into question for a job, in which order, and why others do not.
//!
//! Pure: what agents say of themselves and what people wrote about a job come in, an order comes
//! out. Every agent that sees the same sessions finds the same order, so none has to ask another.
//! When somebody acts on an order is `dispatch`'s matter.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{JobId, NodeId, ProjectName, RequestId};
use crate::job::{Balance, Job, Labels, Place, PlaceOn};
use crate::limits::WEIGHT_DEFAULT;

mod rendezvous;
mod turn;

pub use turn::turn_of;

/// What is known of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeFacts {
    /// It has a session. What is known of a gone one is what it last said.
    pub is_there: bool,
    /// The lines of business that it serves; empty: all.
    pub projects: Vec<ProjectName>,
    /// What jobs choose it by.
    pub labels: Labels,
    /// Its share of the work; 0 takes none.
    pub weight: u32,
    /// Programs that it may run at once; 0 when it does not say.
    pub max_parallel: u32,
    /// Slots that are taken.
    pub load: u32,
    /// It takes nothing new.
    pub draining: bool,
    /// It does not trust its clock.
    pub clock_suspect: bool,
}

impl NodeFacts {
    /// What stays known of a node that is not there: its projects, labels and weight, as far as
    /// the JSON of its `info` has them.
    pub fn remembered(info: &[u8]) -> Option<Self> {
        let lasting: Lasting = serde_json::from_slice(info).ok()?;
        Some(Self {
            is_there: false,
            projects: lasting.projects,
            labels: lasting.labels,
            weight: lasting.weight.unwrap_or(WEIGHT_DEFAULT),
            max_parallel: 0,
            load: 0,
            draining: false,
            clock_suspect: false,
        })
    }
}

#[derive(Deserialize)]
struct Lasting {
    #[serde(default)]
    projects: Vec<ProjectName>,
    #[serde(default)]
    labels: Labels,
    weight: Option<u32>,
}

/// Every node that is known.
pub type Nodes = BTreeMap<NodeId, NodeFacts>;

/// Why a node does not come into question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Excluded {
    /// The job is bound to another node.
    PinnedElsewhere,
    /// It does not serve the job's project.
    Project,
    /// Its labels do not meet the job's conditions.
    Labels,
    /// Its weight is 0.
    NoWeight,
    /// It has no session.
    Gone,
    /// It takes nothing new.
    Draining,
    /// It does not trust its clock.
    ClockSuspect,
    /// The job stays with its own node, without failover, and this is another one.
    NoFailover,
}

/// Who may take an occurrence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// First who decides it, then who stands in. Of a job that runs on all nodes each decides for
    /// itself.
    pub order: Vec<NodeId>,
    /// Everybody else that is known, by id.
    pub excluded: Vec<(NodeId, Excluded)>,
}

impl Candidates {
    /// How many stand before this node; `None` when it does not come into question.
    pub fn rank(&self, node: &NodeId) -> Option<usize> {
        self.order.iter().position(|candidate| candidate == node)
    }
}

/// What asks for a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted<'a> {
    /// The job.
    pub id: JobId,
    /// Its project.
    pub project: &'a ProjectName,
    /// Where it runs.
    pub place: &'a Place,
    /// What is to be run of it.
    pub what: What,
}

/// What is to be run of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The occurrence with this number, where the job rotates: see [`turn_of`].
    Turn(u64),
    /// What a person asked for. It takes nobody's turn.
    Request(RequestId),
}

impl<'a> Wanted<'a> {
    /// An occurrence or a request of a job.
    pub fn new(id: JobId, job: &'a Job, what: What) -> Self {
        Self {
            id,
            project: &job.project,
            place: &job.place,
            what,
        }
    }
}

/// Orders the nodes for what is wanted.
pub fn candidates(wanted: Wanted<'_>, nodes: &Nodes) -> Candidates {
    let mut found = Candidates::default();
    let mut suited: Vec<(&NodeId, &NodeFacts)> = Vec::new();
    for (id, facts) in nodes {
        match unsuited(&wanted, id, facts) {
            Some(why) => found.excluded.push((id.clone(), why)),
            None => suited.push((id, facts)),
        }
    }
    if let PlaceOn::Node(only) = &wanted.place.on
        && !nodes.contains_key(only)
    {
        found.excluded.push((only.clone(), Excluded::Gone));
    }
    if !wanted.place.failover {
        keep_home(&wanted, &mut suited, &mut found);
    }
    suited.retain(|(id, facts)| match unable(facts) {
        Some(why) => {
            found.excluded.push(((*id).clone(), why));
            false
        }
        None => true,
    });
    found.order = ordered(&wanted, suited);
    found.excluded.sort();
    found
}

/// Why a node never suits, whatever its state at present.
fn unsuited(wanted: &Wanted<'_>, id: &NodeId, facts: &NodeFacts) -> Option<Excluded> {
    let serves = facts.projects.is_empty() || facts.projects.contains(wanted.project);
    let labels = wanted.place.nodes.as_ref();
    match &wanted.place.on {
        PlaceOn::Node(only) if only != id => Some(Excluded::PinnedElsewhere),
        _ if !serves => Some(Excluded::Project),
        _ if labels.is_some_and(|selector| !selector.matches(id, &facts.labels)) => {
            Some(Excluded::Labels)
        }
        _ if facts.weight == 0 => Some(Excluded::NoWeight),
        _ => None,
    }
}

/// Why a node that suits cannot take anything now.
fn unable(facts: &NodeFacts) -> Option<Excluded> {
    if !facts.is_there {
        Some(Excluded::Gone)
    } else if facts.draining {
        Some(Excluded::Draining)
    } else if facts.clock_suspect {
        Some(Excluded::ClockSuspect)
    } else {
        None
    }
}

/// Without failover a job belongs to the first of the nodes that suit it, whether that one is
/// there or not.
fn keep_home(wanted: &Wanted<'_>, suited: &mut Vec<(&NodeId, &NodeFacts)>, found: &mut Candidates) {
    let home = ordered(wanted, suited.clone()).into_iter().next();
    suited.retain(|(id, _)| {
        let is_home = Some(*id) == home.as_ref();
        if !is_home {
            found.excluded.push(((*id).clone(), Excluded::NoFailover));
        }
        is_home
    });
}

/// The order of nodes that all come into question.
fn ordered(wanted: &Wanted<'_>, mut suited: Vec<(&NodeId, &NodeFacts)>) -> Vec<NodeId> {
    let seed = match wanted.what {
        What::Turn(_) => rendezvous::seed(wanted.id.0),
        // Requests of a job that rotates are spread as well, without taking anybody's turn.
        What::Request(request) if wanted.place.balance == Balance::Rotate => {
            rendezvous::seed(request.0)
        }
        What::Request(_) => rendezvous::seed(wanted.id.0),
    };
    let score = |(id, facts): &(&NodeId, &NodeFacts)| {
        Reverse(rendezvous::score(seed, id.as_str(), facts.weight))
    };
    match (wanted.place.balance, wanted.what) {
        _ if wanted.place.on == PlaceOn::All => {}
        (Balance::Ordered, _) => {
            if let Some(selector) = &wanted.place.nodes {
                suited.sort_by_cached_key(|(id, facts)| selector.position(id, &facts.labels));
            }
        }
        (Balance::LeastLoaded, _) => {
            suited.sort_by_cached_key(|node| (tenths(node.1), score(node)));
        }
        (Balance::Rotate, What::Turn(turn)) => {
            let weights: Vec<u32> = suited.iter().map(|(_, facts)| facts.weight).collect();
            // Jobs that were made together begin elsewhere, else all go round in step.
            let turn = turn.wrapping_add(seed >> 32);
            let first = turn_of(&weights, turn).map(|index| suited.remove(index));
            suited.sort_by_cached_key(score);
            suited.splice(0..0, first);
        }
        (Balance::Sticky | Balance::Rotate, _) => suited.sort_by_cached_key(score),
    }
    suited.into_iter().map(|(id, _)| id.clone()).collect()
}

/// How full a node is, in tenths. Finer than this the sessions, which are a few seconds old, say
/// nothing: everything due in that time would go to the one node that looked emptiest.
fn tenths(facts: &NodeFacts) -> u32 {
    facts.load.saturating_mul(10) / facts.max_parallel.max(1)
}

#[cfg(test)]
mod tests;
