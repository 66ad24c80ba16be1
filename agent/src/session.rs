//! This node's sign of life: a key that goes when it is not renewed.

use std::sync::Arc;
use std::time::Duration;

use belfry_core::clock;
use belfry_core::coord::{Coord, CoordError};
use belfry_core::dispatch::{Event, SessionValue, Vitals};
use belfry_core::id::NodeId;
use belfry_core::keyspace::{Keyspace, json};
use belfry_core::limits::{SESSION_RENEW_EVERY, SESSION_TTL};
use belfry_core::txn::{Check, Compare, Entry, LeaseId, Op, OpResult, Txn};
use tokio::sync::watch as flag;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::failure::{Code, Failure};
use crate::host::Host;
use crate::noted::Facts;

/// Between two looks at another holder, and after a store that did not answer.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Gains the session and keeps it.
pub struct Keeper {
    /// Where it stands.
    pub coord: Arc<dyn Coord>,
    /// How its key is spelled.
    pub keys: Keyspace,
    /// Whose it is.
    pub node: NodeId,
    /// What it says, but for its vitals and for what may change while it runs.
    pub value: SessionValue,
    /// How the node stands, as the engine last said.
    pub vitals: flag::Receiver<Vitals>,
    /// How the node stands among the others; nothing until it is known.
    pub facts: flag::Receiver<Option<Facts>>,
    /// Where gain and loss are told.
    pub host: Arc<Host>,
}

struct Held {
    lease: LeaseId,
    revision: u64,
}

/// What stands where the session is to be.
enum Try {
    Gained(u64),
    /// Somebody else's, by another disk.
    Other(Entry),
    /// The lease ended, or the key changed meanwhile.
    Again,
}

impl Keeper {
    /// Keeps the session until told to give it back. It fails when another node has this id.
    pub async fn keep(mut self, mut stop: flag::Receiver<bool>) -> Result<(), Failure> {
        tokio::select! {
            known = self.facts.wait_for(Option::is_some) => drop(known),
            () = asked(&mut stop) => return Ok(()),
        }
        loop {
            let gained = tokio::select! {
                gained = self.gain() => gained?,
                () = asked(&mut stop) => return Ok(()),
            };
            info!(node.id = %self.node, "node {} is up, session {}", self.node, gained.revision);
            self.host.tell(Event::SessionGained(gained.revision)).await;
            let mut facts = self.facts.clone();
            tokio::select! {
                () = self.renew(&gained, &mut facts) => {}
                () = asked(&mut stop) => {
                    // Without an answer it ends by itself.
                    let _ = self.coord.revoke_lease(gained.lease).await;
                    return Ok(());
                }
            }
            warn!(node.id = %self.node, "the session of node {} ended: no decisions until a new one", self.node);
            self.host.tell(Event::SessionLost).await;
        }
    }

    /// Until this node has its session, or another one is seen to have the same id.
    async fn gain(&self) -> Result<Held, Failure> {
        let mut other_since: Option<Duration> = None;
        loop {
            match self.try_gain().await {
                Ok((lease, Try::Gained(revision))) => return Ok(Held { lease, revision }),
                Ok((lease, Try::Other(entry))) => {
                    // It ends by itself as well.
                    let _ = self.coord.revoke_lease(lease).await;
                    let since = *other_since.get_or_insert_with(clock::boot);
                    if clock::boot() > since + SESSION_TTL + LOOK_AGAIN_AFTER {
                        return Err(self.taken(&entry));
                    }
                }
                Ok((_, Try::Again)) => {}
                Err(error) => warn!("could not gain a session: {error}"),
            }
            sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    async fn try_gain(&self) -> Result<(LeaseId, Try), CoordError> {
        let key = self.keys.session(&self.node);
        let lease = self.coord.grant_lease(SESSION_TTL).await?;
        let free = Compare {
            key: key.clone(),
            check: Check::CreateRevision(0),
        };
        let create = Txn {
            compares: vec![free],
            then: vec![self.put(lease)],
            otherwise: vec![Op::Get(key.clone())],
        };
        let answer = self.coord.transact(&create).await?;
        if answer.succeeded {
            return Ok((lease, Try::Gained(answer.revision)));
        }
        let Some(OpResult::Got(Some(standing))) = answer.results.into_iter().next() else {
            return Ok((lease, Try::Again));
        };
        let holder: Option<SessionValue> = serde_json::from_slice(&standing.value).ok();
        if holder.is_none_or(|holder| holder.disk_id != self.value.disk_id) {
            return Ok((lease, Try::Other(standing)));
        }
        // The folder's lock says that the process before is gone; its session goes on as ours.
        let same = Compare {
            key,
            check: Check::ModRevision(standing.mod_revision),
        };
        let take = Txn {
            compares: vec![same],
            then: vec![self.put(lease)],
            otherwise: vec![],
        };
        if !self.coord.transact(&take).await?.succeeded {
            return Ok((lease, Try::Again));
        }
        if let Some(old) = standing.lease {
            // Nothing hangs on it any more.
            let _ = self.coord.revoke_lease(old).await;
        }
        Ok((lease, Try::Gained(standing.create_revision)))
    }

    /// The session as it is now, with the time by this node's clock.
    fn put(&self, lease: LeaseId) -> Op {
        let vitals = *self.vitals.borrow();
        let value = self.value.clone();
        let value = match &*self.facts.borrow() {
            Some(facts) => facts.effective.in_session(value),
            None => value,
        };
        let value = SessionValue {
            load: vitals.load,
            reports_pending: vitals.reports_pending,
            clock_suspect: vitals.clock_suspect,
            draining: vitals.draining,
            config_error: self.host.file_trouble.borrow().clone(),
            stamp: Some(clock::now()),
            ..value
        };
        Op::Put {
            key: self.keys.session(&self.node),
            value: json(&value),
            lease: Some(lease),
        }
    }

    fn taken(&self, entry: &Entry) -> Failure {
        let holder: Option<SessionValue> = serde_json::from_slice(&entry.value).ok();
        let host = holder.map_or_else(
            || "an agent that cannot be named".to_owned(),
            |holder| format!("the agent on host {} (process {})", holder.host, holder.pid),
        );
        let sentence = format!(
            "the node id {} is in use by {host}: give this node another id, or stop that agent",
            self.node
        );
        Failure::new(Code::Configuration, sentence)
    }

    /// Renews the session until it is gone, and at once when it has something new to say.
    async fn renew(&self, held: &Held, facts: &mut flag::Receiver<Option<Facts>>) {
        let mut pause = SESSION_RENEW_EVERY;
        let (mut vitals, mut trouble) = (self.vitals.clone(), self.host.file_trouble.subscribe());
        loop {
            let told = vitals.borrow_and_update().draining;
            trouble.borrow_and_update();
            tokio::select! {
                () = sleep(pause) => {}
                // Others must know of it before they next leave something to this node.
                changed = vitals.wait_for(|vitals| vitals.draining != told) => drop(changed),
                changed = trouble.changed() => drop(changed),
                Ok(()) = facts.changed() => {}
            }
            match self.is_renewed(held).await {
                Ok(true) => {
                    self.host.tell(Event::SessionRenewed).await;
                    pause = SESSION_RENEW_EVERY;
                }
                Ok(false) => return,
                // The dispatcher stops deciding by itself when this goes on.
                Err(error) => {
                    warn!("could not renew the session: {error}");
                    pause = LOOK_AGAIN_AFTER;
                }
            }
        }
    }

    /// Renews the lease and says how the node stands, if the key is still this session's.
    async fn is_renewed(&self, held: &Held) -> Result<bool, CoordError> {
        let left = self.coord.renew_lease(held.lease).await?;
        if left.is_none_or(|left| left.is_zero()) {
            return Ok(false);
        }
        let key = self.keys.session(&self.node);
        let (_, found) = self.coord.get(std::slice::from_ref(&key)).await?;
        let found = found.into_iter().next().flatten();
        let mine = found.filter(|entry| {
            entry.create_revision == held.revision && entry.lease == Some(held.lease)
        });
        let Some(entry) = mine else {
            return Ok(false);
        };
        let same = Compare {
            key,
            check: Check::ModRevision(entry.mod_revision),
        };
        let told = Txn {
            compares: vec![same],
            then: vec![self.put(held.lease)],
            otherwise: vec![],
        };
        Ok(self.coord.transact(&told).await?.succeeded)
    }
}

/// Until the session is to be given back, or nobody can say so any more.
async fn asked(stop: &mut flag::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
