//! What people do about nodes: they let one take nothing new, and release what a gone one left.

use std::time::Duration;

use belfry_core::definition::Version;
use belfry_core::dispatch::{Action, Ask, Event, Order, OrderValue, RunValue, Transaction};
use belfry_core::id::{EditId, OrderId};
use belfry_core::keyspace::{Key, json};
use belfry_core::run::RunState;
use uuid::Uuid;

use crate::faults::Fault;
use crate::world::World;

impl World {
    pub(crate) fn drain_or_undrain(&mut self, host: usize) {
        let drains = self.random.once_in(2);
        self.count(Fault::Drained);
        self.order_drain(host, drains);
    }

    pub(crate) fn order_drain(&mut self, host: usize, drains: bool) {
        let id = OrderId(Uuid::from_u128(u128::from(self.random.number())));
        let value = OrderValue {
            v: 1,
            by: "somebody".into(),
            asked_at: self.true_now(),
            not_after: self.true_now() + Duration::from_secs(2_000),
            ask: if drains { Ask::Drain } else { Ask::Undrain },
        };
        let key = self.keys.order(&self.hosts[host].node, id);
        self.store.write(key, json(&value));
        self.note(format!("n{host} is to drain: {drains}"));
        self.tell_news(host, Event::OrderSeen(Order { id, value }));
    }

    pub(crate) fn keep_drain(
        &mut self,
        host: usize,
        incarnation: u64,
        (order, drains): (OrderId, bool),
    ) {
        self.hosts[host].drains = drains;
        self.tell(host, incarnation, Event::OrderDone(order, Ok(())));
    }

    /// A draining agent sends nothing that would begin anything, but for what was sent before.
    pub(crate) fn invariant_a_draining_node_begins_nothing(
        &mut self,
        host: usize,
        action: &Action,
    ) {
        let this = &mut self.hosts[host];
        let Action::SendTxn(token, transaction) = action else {
            return;
        };
        let is_first = this.sent < token.0;
        this.sent = this.sent.max(token.0);
        let begins = match transaction {
            Transaction::Decide { run, .. } | Transaction::Consume { run, .. } => {
                run.state == RunState::Claimed
            }
            Transaction::TakeOver { .. } => true,
            _ => false,
        };
        let drains = this
            .agent
            .as_ref()
            .is_some_and(|agent| agent.vitals().draining);
        assert!(
            !(drains && begins && is_first),
            "n{host} drains and sends {transaction:?}"
        );
    }

    /// A person who sees that its program has ended releases a lost run.
    pub(crate) fn release(&mut self) {
        let prefix = self.keys.runs();
        let lost = self.store.below(&prefix).find_map(|entry| {
            let value: RunValue = serde_json::from_slice(&entry.value).ok()?;
            let Some(Key::Run(key)) = self.keys.parse(&entry.key) else {
                return None;
            };
            let attempt = (value.run_id, value.attempt);
            let lives = |host: &crate::host::Host| {
                host.programs.contains_key(&attempt) || host.spawned.contains(&attempt)
            };
            let held = value.state == RunState::Lost && value.active.is_some();
            (held && !self.hosts.iter().any(lives)).then_some((key, value, entry.mod_revision))
        });
        let Some((key, value, revision)) = lost else {
            return;
        };
        let at = self.true_now();
        let audit = Version {
            kind: "audit".to_owned(),
            id: format!("run/{}", value.run_id),
            generation: 1,
            edit: EditId(Uuid::from_u128(1)),
            title: String::new(),
            by: "somebody".to_owned(),
            at,
            action: "release_run".to_owned(),
            changes: Vec::new(),
            body: serde_json::Value::Null,
        };
        let txn = self
            .keys
            .spell_given_up(&key, (&value, revision), Some(&audit));
        if self.store.transact(&txn).succeeded {
            self.count(Fault::Released);
            self.note(format!("{} released by hand", value.run_id.short()));
            // An agent would bring it to history.
            let pending = self.keys.pending(audit.edit);
            self.store.remove(&pending);
        }
    }
}
