//! Nodes: what each is and does, what people ask of it, and how one that is gone is removed.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use super::error::Doing;
use super::{Cluster, ClusterError};
use crate::clock;
use crate::definition::Version;
use crate::dispatch::{Ask, OrderValue, SessionValue, own_record};
use crate::id::{NodeId, OrderId};
use crate::job::Delivery;
use crate::keyspace::Key;
use crate::limits::{ATTEMPTS_MAX, NODE_ANSWERS_WITHIN, NODE_OBEYS_WITHIN, RUN_LOOK_EVERY};
use crate::node::NodeInfo;
use crate::run::{RunRecord, RunState};

/// The kind under which history keeps what people did that changed no definition.
pub const AUDIT_KIND: &str = "audit";

/// All that is known of a node.
#[derive(Clone, Debug)]
pub struct NodeDetail {
    /// Its id.
    pub id: NodeId,
    /// Its sign of life, if it is there.
    pub session: Option<SessionValue>,
    /// What it is; nothing of one that never said.
    pub info: Option<NodeInfo>,
    /// Its runs that are not over.
    pub going: Vec<RunRecord>,
    /// Its runs that are lost and hold their job's overlap.
    pub lost: Vec<RunRecord>,
    /// Its runs that ended and that the store keeps until history has them.
    pub kept: usize,
    /// Orders that it has not answered.
    pub orders: Vec<OrderValue>,
}

/// What became of an order to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeAnswer {
    /// It was done.
    Done,
    /// It was answered, but not done, for this reason.
    NotDone(String),
    /// No answer came in time.
    NotConfirmed,
}

/// What was done about the runs of a removed node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeRemoved {
    /// Runs that are lost now, their jobs set free.
    pub given_up: usize,
    /// Runs that another node goes on with.
    pub taken_over: usize,
}

impl Cluster {
    /// Every node that is known, by id, whether it is there or not.
    pub async fn all_nodes(&self) -> Result<Vec<NodeDetail>, ClusterError> {
        let listing = self.coord.list(&self.keys.nodes()).await;
        let listing = listing.doing("read the nodes")?;
        let mut nodes: BTreeMap<NodeId, NodeDetail> = BTreeMap::new();
        let blank = |id: &NodeId| NodeDetail {
            id: id.clone(),
            session: None,
            info: None,
            going: Vec::new(),
            lost: Vec::new(),
            kept: 0,
            orders: Vec::new(),
        };
        for entry in &listing.entries {
            match self.keys.parse(&entry.key) {
                Some(Key::Session(id)) => {
                    let session = serde_json::from_slice(&entry.value);
                    let session = session.unwrap_or_else(|_| SessionValue::unreadable());
                    nodes
                        .entry(id.clone())
                        .or_insert_with(|| blank(&id))
                        .session = Some(session);
                }
                Some(Key::Info(id)) => {
                    let info = serde_json::from_slice(&entry.value).ok();
                    nodes.entry(id.clone()).or_insert_with(|| blank(&id)).info = info;
                }
                _ => {}
            }
        }
        for run in self.stored_runs().await? {
            let id = &run.value.node;
            let node = nodes.entry(id.clone()).or_insert_with(|| blank(id));
            match run.value.state {
                state if !state.is_over() => {
                    node.going
                        .push(own_record(&run.key, &run.value, run.revision));
                }
                RunState::Lost if run.value.active.is_some() => {
                    node.lost
                        .push(own_record(&run.key, &run.value, run.revision));
                }
                _ => node.kept += 1,
            }
        }
        Ok(nodes.into_values().collect())
    }

    /// All that is known of one node.
    pub async fn node(&self, id: &NodeId) -> Result<NodeDetail, ClusterError> {
        let known = self.all_nodes().await?;
        let found = known.into_iter().find(|node| node.id == *id);
        let mut node = found.ok_or_else(|| ClusterError::NoSuchNode { node: id.clone() })?;
        let orders = self.coord.list(&self.keys.orders(id)).await;
        let orders = orders.doing("read the orders to the node")?;
        let read = |entry: &crate::txn::Entry| serde_json::from_slice(&entry.value).ok();
        node.orders = orders.entries.iter().filter_map(read).collect();
        Ok(node)
    }

    /// Asks a node that is there to take nothing new, to take work again, or to read its file again.
    pub async fn ask_node(&self, id: &NodeId, ask: Ask) -> Result<OrderId, ClusterError> {
        if self.node(id).await?.session.is_none() {
            return Err(ClusterError::NodeIsGone { node: id.clone() });
        }
        let order = OrderId(Uuid::new_v4());
        self.put_order((id, order), ask, NODE_OBEYS_WITHIN).await?;
        Ok(order)
    }

    /// Waits for a node's answer to an order, `NODE_ANSWERS_WITHIN` at most.
    ///
    /// The order goes when the node has answered; its session, written after that, says what it did.
    pub async fn wait_for_node(
        &self,
        id: &NodeId,
        (order, ask): (OrderId, &Ask),
    ) -> Result<NodeAnswer, ClusterError> {
        let keys = [self.keys.order(id, order), self.keys.session(id)];
        let deadline = clock::boot() + NODE_ANSWERS_WITHIN;
        let mut answered = None;
        while clock::boot() < deadline {
            let (revision, found) = self.coord.get(&keys).await.doing("read the node")?;
            let [standing, session] = &found[..] else {
                break;
            };
            if standing.is_none() {
                let answered = *answered.get_or_insert(revision);
                if let Some(entry) = session
                    && let Ok(session) = serde_json::from_slice::<SessionValue>(&entry.value)
                    && let Some(answer) = judged(ask, &session, entry.mod_revision > answered)
                {
                    return Ok(answer);
                }
            }
            tokio::time::sleep(RUN_LOOK_EVERY).await;
        }
        Ok(NodeAnswer::NotConfirmed)
    }

    /// Waits until nothing runs on a node any more; false when that takes longer.
    pub async fn wait_until_idle(
        &self,
        id: &NodeId,
        at_most: Duration,
    ) -> Result<bool, ClusterError> {
        let deadline = clock::boot().saturating_add(at_most);
        loop {
            let node = self.node(id).await?;
            let is_idle = node.session.is_none_or(|session| session.load == 0);
            if is_idle && node.going.is_empty() {
                return Ok(true);
            }
            if clock::boot() >= deadline {
                return Ok(false);
            }
            tokio::time::sleep(RUN_LOOK_EVERY).await;
        }
    }

    /// Removes a node that is gone for good: nobody waits for it any more, and what it left is
    /// given up. It may be done again.
    pub async fn remove_node(&self, id: &NodeId) -> Result<NodeRemoved, ClusterError> {
        let is_there = || ClusterError::NodeIsThere { node: id.clone() };
        let node = self.node(id).await?;
        if node.session.is_some() {
            return Err(is_there());
        }
        let orders = self.coord.list(&self.keys.orders(id)).await;
        let orders = orders.doing("read the orders to the node")?;
        let order = |entry: &crate::txn::Entry| match self.keys.parse(&entry.key) {
            Some(Key::Order(_, order)) => Some(order),
            _ => None,
        };
        let orders: Vec<OrderId> = orders.entries.iter().filter_map(order).collect();
        let audit = self.audit(format!("node/{id}"), "remove_node", Vec::new());
        let txn = self.keys.spell_node_removal(id, &orders, &audit);
        if !self
            .coord
            .transact(&txn)
            .await
            .doing("remove the node")?
            .succeeded
        {
            return Err(is_there());
        }
        let removed = self.give_up_runs(id).await?;
        self.forward_pending().await;
        Ok(removed)
    }

    async fn give_up_runs(&self, id: &NodeId) -> Result<NodeRemoved, ClusterError> {
        let picture = self.picture().await?;
        let mut removed = NodeRemoved::default();
        for run in self.stored_runs().await? {
            let holds = run.value.state != RunState::Lost || run.value.active.is_some();
            let is_open = run.value.state.rank() <= RunState::Lost.rank() && holds;
            if run.value.node != *id || !is_open {
                continue;
            }
            let job = picture.job(run.key.job);
            let job = job.as_ref().and_then(|stored| stored.job.as_ref().ok());
            let goes_on = job.is_some_and(|job| job.delivery == Delivery::AtLeastOnce)
                && run.value.attempt < ATTEMPTS_MAX
                && run.value.state != RunState::Lost;
            if goes_on {
                removed.taken_over += 1;
                continue;
            }
            let seen = (&run.value, run.revision);
            let txn = self.keys.spell_given_up(&run.key, seen, None);
            let answer = self.coord.transact(&txn).await;
            // One that changed meanwhile is somebody else's matter: its owner is back.
            removed.given_up += usize::from(answer.doing("give up a run")?.succeeded);
        }
        Ok(removed)
    }

    /// An entry of history: who did what, though no definition changed.
    pub(super) fn audit(&self, id: String, action: &str, changes: Vec<String>) -> Version {
        let author = self.author();
        Version {
            kind: AUDIT_KIND.to_owned(),
            title: id.clone(),
            id,
            // Two in the same millisecond about the same thing are one.
            generation: u64::try_from(author.at.as_millisecond()).unwrap_or_default(),
            edit: author.edit,
            by: author.by,
            at: author.at,
            action: action.to_owned(),
            changes,
            body: serde_json::Value::Null,
        }
    }
}

/// What a session, written after the order was answered or before, says of what was asked.
fn judged(ask: &Ask, session: &SessionValue, is_newer: bool) -> Option<NodeAnswer> {
    let not_obeyed = || "it came too late, or another order followed it".to_owned();
    match ask {
        Ask::Drain | Ask::Undrain if session.draining == (*ask == Ask::Drain) => {
            Some(NodeAnswer::Done)
        }
        Ask::Reload if is_newer => Some(match &session.config_error {
            Some(why) => NodeAnswer::NotDone(why.clone()),
            None => NodeAnswer::Done,
        }),
        _ if is_newer => Some(NodeAnswer::NotDone(not_obeyed())),
        _ => None,
    }
}
