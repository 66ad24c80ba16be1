//! The other nodes: who is there, what each says of itself, and whether this node's clock agrees
//! with theirs.

use std::collections::BTreeSet;
use std::time::Duration;

use super::event::Now;
use super::value::{SeriesKey, SessionValue};
use super::witness::Witnesses;
use super::{Dispatcher, Timer};
use crate::id::NodeId;
use crate::limits::CLOCK_PROVEN_WITHIN;
use crate::placement::{NodeFacts, Nodes};

/// Every node that was ever told of, and how certain that is.
#[derive(Debug)]
pub(super) struct Fleet {
    /// With what each last said.
    pub nodes: Nodes,
    /// Those told since the watch began anew; `None` when they are complete.
    loading: Option<BTreeSet<NodeId>>,
    witnesses: Witnesses,
    /// This node's clock is too far from the others'.
    suspect: bool,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            nodes: Nodes::new(),
            loading: Some(BTreeSet::new()),
            witnesses: Witnesses::default(),
            suspect: false,
        }
    }
}

impl Fleet {
    /// Whether it is certain that a node has no session.
    pub(super) fn is_gone(&self, node: &NodeId) -> bool {
        let there = self.nodes.get(node).is_some_and(|facts| facts.is_there);
        self.is_known() && !there
    }

    /// Whether it is known who is there.
    pub(super) fn is_known(&self) -> bool {
        self.loading.is_none()
    }
}

/// What a session says of its node.
impl From<&SessionValue> for NodeFacts {
    fn from(session: &SessionValue) -> Self {
        Self {
            is_there: true,
            projects: session.projects.clone(),
            labels: session.labels.clone(),
            weight: session.weight,
            max_parallel: session.max_parallel,
            load: session.load,
            draining: session.draining,
            clock_suspect: session.clock_suspect,
        }
    }
}

impl Dispatcher {
    /// The sessions are about to be told anew: until they are complete nobody can tell who is gone.
    pub(super) fn nodes_reset(&mut self) {
        self.fleet.loading = Some(BTreeSet::new());
        // What was not watched may have come and gone: absence counts anew.
        self.absent_since.clear();
    }

    pub(super) fn nodes_ready(&mut self, now: Now) {
        let Some(told) = self.fleet.loading.take() else {
            return;
        };
        let gone: Vec<NodeId> = self
            .fleet
            .nodes
            .iter()
            .filter(|(node, facts)| facts.is_there && !told.contains(node))
            .map(|(node, _)| node.clone())
            .collect();
        for node in &gone {
            self.note_gone(node);
        }
        self.timers.insert((now.boot, Timer::ReadRuns));
        self.nodes_changed(now);
    }

    pub(super) fn see_node(&mut self, now: Now, node: NodeId, session: &SessionValue) {
        let fresh = match &mut self.fleet.loading {
            Some(told) => {
                told.insert(node.clone());
                false
            }
            None => true,
        };
        if let Some(stamp) = session.stamp.filter(|_| fresh && node != self.config.node) {
            self.fleet.witnesses.hear(now, &node, stamp);
        }
        self.absent_since.remove(&node);
        let mut facts = NodeFacts::from(session);
        if node == self.config.node {
            // The session tells others; this node itself knows at once.
            facts.draining = self.draining;
        }
        let known = self.fleet.nodes.insert(node, facts.clone());
        // The load changes all the time, and decides nothing that is under way.
        let same = |known: NodeFacts| {
            NodeFacts {
                load: facts.load,
                ..known
            } == facts
        };
        self.judge_clock(now);
        if fresh && !known.is_some_and(same) {
            self.timers.insert((now.boot, Timer::ReadRuns));
            self.nodes_changed(now);
        }
    }

    pub(super) fn node_gone(&mut self, now: Now, node: &NodeId) {
        if let Some(told) = &mut self.fleet.loading {
            told.remove(node);
            return;
        }
        self.note_gone(node);
        self.timers.insert((now.boot, Timer::ReadRuns));
        self.judge_clock(now);
        self.nodes_changed(now);
    }

    /// A node that is not there may still be the home of jobs without failover.
    pub(super) fn remember_node(&mut self, now: Now, node: NodeId, facts: NodeFacts) {
        let known = self.fleet.nodes.get(&node);
        if known.is_some_and(|known| known.is_there || *known == facts) {
            return;
        }
        self.fleet.nodes.insert(node, facts);
        if self.fleet.is_known() {
            self.nodes_changed(now);
        }
    }

    /// A removed node's jobs go to others for good.
    pub(super) fn remove_node(&mut self, now: Now, node: &NodeId) {
        if self
            .fleet
            .nodes
            .get(node)
            .is_some_and(|facts| !facts.is_there)
        {
            self.fleet.nodes.remove(node);
            self.nodes_changed(now);
        }
    }

    /// What it was is remembered: a job without failover still belongs to it.
    fn note_gone(&mut self, node: &NodeId) {
        self.fleet.witnesses.forget(node);
        if let Some(facts) = self.fleet.nodes.get_mut(node) {
            facts.is_there = false;
        }
    }

    /// Whoever waited for another node looks again at once.
    pub(super) fn nodes_changed(&mut self, now: Now) {
        let waiting = self
            .series
            .iter()
            .filter(|(_, series)| series.yielding.is_some());
        let waiting: Vec<SeriesKey> = waiting.map(|(key, _)| key.clone()).collect();
        for key in waiting {
            self.wake(now.wall, key);
        }
        if !self.requests.is_empty() {
            self.timers.insert((now.boot, Timer::Look));
        }
    }

    /// Compares this node's clock with the others'.
    pub(super) fn judge_clock(&mut self, now: Now) {
        let disagreement = self.fleet.witnesses.disagreement_ms(now);
        let was = std::mem::replace(&mut self.fleet.suspect, disagreement.is_some());
        match disagreement {
            Some(ahead) if !was => self.warn(format!(
                "the clock of this node is {} ms {} the other nodes': it decides nothing until they \
                 agree again; check its time synchronisation",
                ahead.abs(),
                if ahead > 0 { "ahead of" } else { "behind" },
            )),
            None if was => {
                self.warn("the clock of this node agrees with the other nodes' again");
            }
            _ => {}
        }
    }

    /// Whether the other nodes, if there are any, vouch for this node's clock. A new session waits
    /// for their next stamps, so that a wrong clock decides nothing before it is noticed; some of
    /// them may be dead and never write another.
    pub(super) fn clock_is_vouched_for(&self, now: Now) -> bool {
        if self.fleet.suspect {
            return false;
        }
        let others = self.fleet.nodes.iter();
        let others = others
            .filter(|(node, facts)| facts.is_there && **node != self.config.node)
            .count();
        let young = self
            .session
            .as_ref()
            .is_none_or(|session| now.boot < session.gained_at + CLOCK_PROVEN_WITHIN);
        !young || self.fleet.witnesses.count() * 2 >= others
    }

    /// What this node's session is to say of its state.
    pub fn vitals(&self) -> Vitals {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Vitals {
            load: count(self.slots_taken()),
            reports_pending: count(self.reports_pending()),
            clock_suspect: self.fleet.suspect,
            draining: self.draining,
        }
    }
}

/// What changes in a session from renewal to renewal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Slots that are taken.
    pub load: u32,
    /// Attempts whose record history has not acknowledged.
    pub reports_pending: u32,
    /// This node does not trust its clock.
    pub clock_suspect: bool,
    /// A person wants nothing new to begin here.
    pub draining: bool,
}

/// How long a rank waits before it stands in for those before it.
pub(super) fn patience(rank: usize) -> Duration {
    use crate::limits::{RANK_STEP, RANK_WAIT};
    match u32::try_from(rank).unwrap_or(u32::MAX) {
        0 => Duration::ZERO,
        rank => RANK_WAIT + RANK_STEP.saturating_mul(rank),
    }
}
