//! The transactions of the dispatcher as compares and writes, and their answers read back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Keyspace;
use crate::dispatch::{
    ActiveCheck, Answer, Cursor, RunKey, RunValue, SeriesKey, Standing, Transaction,
};
use crate::id::{ClaimId, NodeId, Scope};
use crate::txn::{Check, Compare, Entry, Op, OpResult, Txn, TxnAnswer};

impl Keyspace {
    /// The transaction as the store takes it, sent by `node`.
    pub fn spell(&self, node: &NodeId, transaction: &Transaction) -> Txn {
        match transaction {
            Transaction::CreateCursor { .. } => self.spell_create_cursor(node, transaction),
            Transaction::Rebase {
                series,
                from,
                to,
                job_revision,
                session,
                run,
            } => {
                let mut txn = self.moving(node, series, (from, to), *job_revision, *session);
                if let Some((key, value)) = run {
                    txn.then.push(put(self.run(key), json(value)));
                    txn.otherwise.push(get(self.run(key)));
                }
                txn
            }
            Transaction::Decide {
                series,
                from,
                to,
                job_revision,
                key,
                run,
                active,
            } => {
                let mut txn = self.moving(node, series, (from, to), *job_revision, run.session);
                self.put_run(&mut txn, key, run, active);
                txn
            }
            Transaction::Consume { .. } => self.spell_consume(node, transaction),
            Transaction::Finish { .. } => self.spell_finish(node, transaction),
            Transaction::Retry {
                key,
                revision,
                old_claim,
                run,
            } => self.spell_retry(node, key, *revision, *old_claim, run),
            Transaction::TakeOver { .. } => self.spell_take_over(node, transaction),
            Transaction::Order { node, order, value } => self.spell_order(node, *order, value),
            Transaction::Lost { key, revision, run } => Txn {
                compares: self.of_a_gone_node(key, *revision, &run.node),
                then: vec![put(self.run(key), json(run))],
                otherwise: vec![get(self.run(key))],
            },
            Transaction::Release { .. } => self.spell_release(transaction),
            Transaction::Clear { key, revision } => Txn {
                compares: vec![changed(self.run(key), *revision)],
                then: vec![Op::Delete(self.run(key))],
                otherwise: vec![get(self.run(key))],
            },
            Transaction::Answer { order } => Txn {
                then: vec![Op::Delete(self.order(node, *order))],
                ..Txn::default()
            },
        }
    }

    fn spell_create_cursor(&self, node: &NodeId, transaction: &Transaction) -> Txn {
        let Transaction::CreateCursor {
            series,
            cursor,
            job_revision,
            session,
        } = transaction
        else {
            return Txn::default();
        };
        let job = self.job(&series.project, series.job);
        Txn {
            compares: vec![
                created(self.cursor(series), 0),
                changed(job.clone(), *job_revision),
                created(self.session(node), *session),
            ],
            then: vec![put(self.cursor(series), cursor.to_string())],
            otherwise: vec![get(self.cursor(series)), get(job)],
        }
    }

    /// Moves a cursor by exactly the value that was evaluated.
    fn moving(
        &self,
        node: &NodeId,
        series: &SeriesKey,
        (from, to): (&Cursor, &Cursor),
        job_revision: u64,
        session: u64,
    ) -> Txn {
        let cursor = self.cursor(series);
        let job = self.job(&series.project, series.job);
        Txn {
            compares: vec![
                has(cursor.clone(), from.to_string()),
                changed(job.clone(), job_revision),
                // The session is compared inside: it may end between check and claim.
                created(self.session(node), session),
            ],
            then: vec![put(cursor.clone(), to.to_string())],
            otherwise: vec![get(cursor), get(job)],
        }
    }

    fn put_run(&self, txn: &mut Txn, key: &RunKey, run: &RunValue, active: &ActiveCheck) {
        txn.then.push(put(self.run(key), json(run)));
        txn.otherwise.push(get(self.run(key)));
        match active {
            ActiveCheck::Ignored => {}
            ActiveCheck::Take(scope) => {
                let held = self.active(&series_of(key, scope));
                txn.compares.push(created(held.clone(), 0));
                txn.then.push(put(held.clone(), run.claim_id.to_string()));
                txn.otherwise.push(get(held));
            }
            ActiveCheck::Held(scope) => {
                let held = self.active(&series_of(key, scope));
                txn.compares.push(Compare {
                    key: held.clone(),
                    check: Check::Present,
                });
                txn.otherwise.push(get(held));
            }
        }
    }

    fn spell_consume(&self, node: &NodeId, transaction: &Transaction) -> Txn {
        let Transaction::Consume {
            request,
            request_revision,
            job_revision,
            key,
            run,
            active,
        } = transaction
        else {
            return Txn::default();
        };
        let request = self.request(request);
        let job = self.job(&key.project, key.job);
        let mut txn = Txn {
            compares: vec![
                changed(request.clone(), *request_revision),
                created(self.run(key), 0),
                changed(job.clone(), *job_revision),
                created(self.session(node), run.session),
            ],
            then: vec![Op::Delete(request.clone())],
            otherwise: vec![get(request), get(job)],
        };
        self.put_run(&mut txn, key, run, active);
        txn
    }

    fn spell_finish(&self, node: &NodeId, transaction: &Transaction) -> Txn {
        let Transaction::Finish {
            key,
            revision,
            claim_id,
            active,
            kept,
            last,
            order,
        } = transaction
        else {
            return Txn::default();
        };
        let run = self.run(key);
        // Tried also when the run is another's or gone: the claim must not hold the series.
        let release = active
            .as_ref()
            .map(|scope| self.spell_free(key, scope, *claim_id));
        let mut then = vec![match kept {
            Some(value) => put(run.clone(), json(value)),
            None => Op::Delete(run.clone()),
        }];
        then.extend(
            last.iter()
                .map(|(series, value)| put(self.last(series), json(value))),
        );
        then.extend(
            order
                .iter()
                .map(|order| Op::Delete(self.order(node, *order))),
        );
        then.extend(release.clone());
        let mut otherwise = vec![get(run.clone())];
        otherwise.extend(release);
        Txn {
            compares: vec![changed(run, *revision)],
            then,
            otherwise,
        }
    }

    /// Frees a series, if this claim holds it.
    pub(super) fn spell_free(&self, key: &RunKey, scope: &Scope, claim: ClaimId) -> Op {
        let held = self.active(&series_of(key, scope));
        Op::Nested(Txn {
            compares: vec![has(held.clone(), claim.to_string())],
            then: vec![Op::Delete(held)],
            otherwise: vec![],
        })
    }

    /// The run is as it was seen, and its owner has no session.
    pub(super) fn of_a_gone_node(
        &self,
        key: &RunKey,
        revision: u64,
        owner: &NodeId,
    ) -> Vec<Compare> {
        vec![
            changed(self.run(key), revision),
            created(self.session(owner), 0),
        ]
    }

    fn spell_take_over(&self, node: &NodeId, transaction: &Transaction) -> Txn {
        let Transaction::TakeOver {
            key,
            revision,
            owner,
            old_claim,
            kill,
            run,
        } = transaction
        else {
            return Txn::default();
        };
        let mut txn = self.spell_retry(node, key, *revision, *old_claim, run);
        let order = self.order(owner, *kill);
        txn.compares.push(created(self.session(owner), 0));
        txn.compares.push(created(order.clone(), 0));
        txn.otherwise.push(get(order));
        txn
    }

    fn spell_release(&self, transaction: &Transaction) -> Txn {
        let Transaction::Release {
            key,
            revision,
            owner,
            claim_id,
            active,
        } = transaction
        else {
            return Txn::default();
        };
        Txn {
            compares: self.of_a_gone_node(key, *revision, owner),
            then: vec![
                Op::Delete(self.run(key)),
                self.spell_free(key, active, *claim_id),
            ],
            otherwise: vec![get(self.run(key))],
        }
    }

    fn spell_retry(
        &self,
        node: &NodeId,
        key: &RunKey,
        revision: u64,
        old_claim: ClaimId,
        run: &RunValue,
    ) -> Txn {
        let path = self.run(key);
        let mut txn = Txn {
            compares: vec![
                changed(path.clone(), revision),
                created(self.session(node), run.session),
            ],
            then: vec![put(path.clone(), json(run))],
            otherwise: vec![get(path)],
        };
        if let Some(scope) = &run.active {
            let held = self.active(&series_of(key, scope));
            txn.compares.push(has(held.clone(), old_claim.to_string()));
            txn.then.push(put(held.clone(), run.claim_id.to_string()));
            txn.otherwise.push(get(held));
        }
        txn
    }

    /// What an answer of the store says about a transaction.
    pub fn read_answer(&self, answer: &TxnAnswer) -> Answer {
        if answer.succeeded {
            return Answer::Won(answer.revision);
        }
        let mut standing = Standing::default();
        for result in &answer.results {
            if let OpResult::Got(Some(entry)) = result {
                self.note(&mut standing, entry);
            }
        }
        Answer::Lost(Box::new(standing))
    }

    fn note(&self, standing: &mut Standing, entry: &Entry) {
        use super::Key;
        match self.parse(&entry.key) {
            Some(Key::Cursor(_)) => {
                standing.cursor = text(entry).and_then(|text| text.parse().ok())
            }
            Some(Key::Run(_)) => {
                standing.run = read_json(&entry.value).map(|run| (run, entry.mod_revision));
            }
            Some(Key::Job(..)) => standing.job_revision = entry.mod_revision,
            Some(Key::Active(_)) => {
                standing.active = text(entry).and_then(|text| text.parse().ok())
            }
            Some(Key::Request(_)) => standing.request_revision = entry.mod_revision,
            Some(Key::Order(..)) => standing.is_ordered = true,
            _ => {}
        }
    }
}

fn series_of(key: &RunKey, scope: &Scope) -> SeriesKey {
    SeriesKey {
        project: key.project.clone(),
        job: key.job,
        scope: scope.clone(),
    }
}

pub(super) fn created(key: String, revision: u64) -> Compare {
    Compare {
        key,
        check: Check::CreateRevision(revision),
    }
}

pub(super) fn changed(key: String, revision: u64) -> Compare {
    Compare {
        key,
        check: Check::ModRevision(revision),
    }
}

fn has(key: String, value: String) -> Compare {
    Compare {
        key,
        check: Check::Value(value.into_bytes()),
    }
}

pub(super) fn get(key: String) -> Op {
    Op::Get(key)
}

pub(super) fn put(key: String, value: impl Into<Vec<u8>>) -> Op {
    Op::Put {
        key,
        value: value.into(),
        lease: None,
    }
}

/// A stored value as JSON.
pub fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("stored values have string keys and no foreign types")
}

fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

fn text(entry: &Entry) -> Option<&str> {
    std::str::from_utf8(&entry.value).ok()
}
