//! What people do about nodes that are gone, and about what those left behind.
//!
//! Everything of it carries an entry for history: who did it, and when.

use super::Keyspace;
use super::spell::{created, get, json, put};
use crate::definition::Version;
use crate::dispatch::{RunKey, RunValue};
use crate::id::{NodeId, OrderId};
use crate::run::{Reason, RunState};
use crate::txn::{Op, Txn};

impl Keyspace {
    /// Forgets a node that has no session, with the orders that it will not answer. Its own
    /// cursors stay: it may come back under the same id, and must not fire the past again.
    pub fn spell_node_removal(&self, node: &NodeId, orders: &[OrderId], audit: &Version) -> Txn {
        let mut then = vec![
            Op::Delete(self.info(node)),
            put(self.pending(audit.edit), json(audit)),
        ];
        let orders = orders.iter().map(|order| self.order(node, *order));
        then.extend(orders.map(Op::Delete));
        Txn {
            compares: vec![created(self.session(node), 0)],
            then,
            otherwise: vec![get(self.session(node))],
        }
    }

    /// Gives up a run of a node that has no session: it is lost, and its series goes on. Its record
    /// is brought to history by whichever agent looks after what gone nodes left.
    ///
    /// `revision` is where `run` was last seen. A person asserts that no program of it lives: no
    /// transaction can know that.
    pub fn spell_given_up(
        &self,
        key: &RunKey,
        (run, revision): (&RunValue, u64),
        audit: Option<&Version>,
    ) -> Txn {
        let lost = RunValue {
            state: RunState::Lost,
            reason: run.reason.or(Some(Reason::OwnerGone)),
            active: None,
            ..run.clone()
        };
        let mut then = vec![put(self.run(key), json(&lost))];
        then.extend(audit.map(|audit| put(self.pending(audit.edit), json(audit))));
        let free = |scope| self.spell_free(key, scope, run.claim_id);
        then.extend(run.active.as_ref().map(free));
        Txn {
            compares: self.of_a_gone_node(key, revision, &run.node),
            then,
            otherwise: vec![get(self.run(key)), get(self.session(&run.node))],
        }
    }
}
