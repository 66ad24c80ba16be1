//! Edits of definitions as one transaction, and what people ask of agents.

use super::Keyspace;
use super::spell::{changed, created, get, json, put};
use crate::definition::{Address, EditPlan};
use crate::dispatch::{OrderValue, RequestKey, RequestValue, RunKey, SeriesKey};
use crate::id::{NodeId, OrderId, Scope};
use crate::limits::EDIT_STEPS_TOGETHER;
use crate::txn::{Check, Compare, Op, Txn};

/// A definition with what an edit does to it.
#[derive(Clone, Debug)]
pub struct PlannedEdit {
    /// Where it is stored.
    pub address: Address,
    /// The edit.
    pub plan: EditPlan,
}

impl Keyspace {
    /// All edits as one transaction: definitions by their revisions, names, entries for history,
    /// and cursors where there are none. Names that one edit gives up cannot be taken by another.
    ///
    /// When it fails, the answer has what stands at every definition and at every wanted name.
    pub fn spell_edits(&self, edits: &[PlannedEdit]) -> Txn {
        let mut txn = Txn::default();
        for edit in edits {
            self.spell_edit(&mut txn, edit);
        }
        match edits {
            [] | [_] => txn,
            _ => txn.grouped(EDIT_STEPS_TOGETHER),
        }
    }

    fn spell_edit(&self, txn: &mut Txn, edit: &PlannedEdit) {
        let PlannedEdit { address, plan } = edit;
        let definition = self.definition(address);
        // A new id is nobody's: whether the definition may be is decided by its name.
        if plan.expected_revision > 0 || plan.claims.is_none() {
            txn.compares
                .push(changed(definition.clone(), plan.expected_revision));
        }
        txn.then.push(put(definition.clone(), plan.value.clone()));
        txn.otherwise.push(get(definition));
        if let Some(name) = &plan.claims {
            let key = self.name(name);
            txn.compares.push(created(key.clone(), 0));
            txn.then.push(put(key.clone(), address.id.clone()));
            txn.otherwise.push(get(key));
        }
        if let Some(name) = &plan.releases {
            txn.then.push(Op::Delete(self.name(name)));
        }
        txn.then
            .push(put(self.pending(plan.version.edit), json(&plan.version)));
        if let Some((start, (project, id))) = plan.cursor.as_ref().zip(address.job()) {
            let series = SeriesKey {
                project: project.clone(),
                job: id,
                scope: Scope::One,
            };
            let key = self.cursor(&series);
            let cursor = crate::dispatch::Cursor {
                instant: start.instant,
                turn: 0,
                sgen: start.schedule_generation,
            };
            // A cursor that is there never moves by an edit.
            txn.then.push(Op::Nested(Txn {
                compares: vec![created(key.clone(), 0)],
                then: vec![put(key, cursor.to_string())],
                otherwise: vec![],
            }));
        }
    }

    /// A request, put once: a replayed one finds the request or its run and does nothing. Its job
    /// must be there, unless it brings its own definition.
    pub fn spell_request(&self, key: &RequestKey, run: &RunKey, value: &RequestValue) -> Txn {
        let request = self.request(key);
        let mut compares = vec![created(request.clone(), 0), created(self.run(run), 0)];
        if value.definition.is_none() {
            compares.push(Compare {
                key: self.job(&key.project, key.job),
                check: Check::Present,
            });
        }
        Txn {
            compares,
            then: vec![put(request, json(value))],
            otherwise: vec![],
        }
    }

    /// A request in its new form, if it still is at `revision`.
    pub fn spell_request_change(
        &self,
        key: &RequestKey,
        revision: u64,
        value: &RequestValue,
    ) -> Txn {
        let request = self.request(key);
        Txn {
            compares: vec![changed(request.clone(), revision)],
            then: vec![put(request, json(value))],
            otherwise: vec![],
        }
    }

    /// An order to a node.
    pub fn spell_order(&self, node: &NodeId, order: OrderId, value: &OrderValue) -> Txn {
        Txn {
            then: vec![put(self.order(node, order), json(value))],
            ..Txn::default()
        }
    }

    /// Takes an order back.
    pub fn spell_order_end(&self, node: &NodeId, order: OrderId) -> Txn {
        Txn {
            then: vec![Op::Delete(self.order(node, order))],
            ..Txn::default()
        }
    }

    /// Removes the entries of versions that history has.
    pub fn spell_forwarded(&self, edits: &[PlannedEdit]) -> Txn {
        let gone = edits
            .iter()
            .map(|edit| Op::Delete(self.pending(edit.plan.version.edit)));
        Txn {
            then: gone.collect(),
            ..Txn::default()
        }
    }
}
