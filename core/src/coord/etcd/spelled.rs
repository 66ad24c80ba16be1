//! A transaction as etcd takes it.
//!
//! etcd judges all compares by the state before, as [`Txn::evaluate`] does, but it carries out
//! steps one after the other: a read sees what was written before it in the same request. Such a
//! read is made first of all instead, and its result is put where it belongs.

use std::collections::BTreeSet;
use std::vec::IntoIter;

use etcd_client::{
    Compare as EtcdCompare, CompareOp, PutOptions, Txn as EtcdTxn, TxnOp, TxnOpResponse,
    TxnResponse,
};

use super::entry;
use crate::coord::CoordError;
use crate::limits::{ETCD_REQUEST_BYTES_MAX, ETCD_TXN_OPS_MAX};
use crate::txn::{Check, Compare, Entry, Op, OpResult, Txn, TxnAnswer, WrittenTwice};

/// Bytes that a step or a compare takes besides its key and value, at most.
const STEP_BYTES: usize = 32;

pub(super) struct Spelled {
    pub request: EtcdTxn,
    plan: Plan,
    /// Reads that come before the steps of each branch.
    early: [usize; 2],
}

/// What was made of the steps of both branches.
struct Plan {
    compares: usize,
    then: Vec<Step>,
    otherwise: Vec<Step>,
}

enum Step {
    Put,
    Delete,
    Get,
    /// A read that is made early: the how manyth.
    Early(usize),
    Nested(Plan),
}

/// Keys that may have been written when a step's turn comes.
type Written<'a> = BTreeSet<&'a str>;

#[derive(Default)]
struct Speller<'a> {
    early: Vec<&'a str>,
    bytes: usize,
}

impl Spelled {
    /// Refused with a sentence: what etcd would refuse, and a key that is written twice.
    pub fn new(txn: &Txn) -> Result<Self, CoordError> {
        let mut speller = Speller::default();
        let (then, then_plan) = speller.branch(&txn.then, &mut Written::new())?;
        let early_then = std::mem::take(&mut speller.early);
        let (otherwise, otherwise_plan) = speller.branch(&txn.otherwise, &mut Written::new())?;
        let early_otherwise = std::mem::take(&mut speller.early);
        let early = [early_then.len(), early_otherwise.len()];
        let plan = Plan {
            compares: txn.compares.len(),
            then: then_plan,
            otherwise: otherwise_plan,
        };
        plan.check(ETCD_TXN_OPS_MAX, early)?;
        let compares = speller.compares(&txn.compares);
        if speller.bytes > ETCD_REQUEST_BYTES_MAX {
            return Err(CoordError::Refused(format!(
                "a transaction of {} bytes is more than etcd takes at once, {ETCD_REQUEST_BYTES_MAX}: make it in smaller parts",
                speller.bytes
            )));
        }
        Ok(Self {
            request: EtcdTxn::new()
                .when(compares)
                .and_then(first(early_then, then))
                .or_else(first(early_otherwise, otherwise)),
            plan,
            early,
        })
    }

    /// What etcd's answer means for the transaction as it was asked.
    pub fn read(&self, response: &TxnResponse) -> Result<TxnAnswer, CoordError> {
        let header = response.header().ok_or_else(other_answer)?;
        let revision = entry::revision(header.revision());
        let early = self.early[usize::from(!response.succeeded())];
        let mut responses = response.op_responses().into_iter();
        let mut read = Vec::with_capacity(early);
        for _ in 0..early {
            read.push(got(responses.next())?);
        }
        let steps = self.plan.branch(response.succeeded());
        Ok(TxnAnswer {
            succeeded: response.succeeded(),
            revision,
            results: results(steps, responses, &read, revision)?,
        })
    }
}

impl<'a> Speller<'a> {
    fn branch(
        &mut self,
        ops: &'a [Op],
        written: &mut Written<'a>,
    ) -> Result<(Vec<TxnOp>, Vec<Step>), CoordError> {
        let mut spelled = Vec::with_capacity(ops.len());
        let mut steps = Vec::with_capacity(ops.len());
        for op in ops {
            self.bytes += STEP_BYTES;
            steps.push(match op {
                Op::Put { key, value, lease } => {
                    self.write(key, written)?;
                    self.bytes += value.len();
                    let options = PutOptions::new().with_lease(lease.unwrap_or(0));
                    spelled.push(TxnOp::put(key.as_str(), value.as_slice(), Some(options)));
                    Step::Put
                }
                Op::Delete(key) => {
                    self.write(key, written)?;
                    spelled.push(TxnOp::delete(key.as_str(), None));
                    Step::Delete
                }
                Op::Get(key) if written.contains(key.as_str()) => {
                    self.bytes += key.len();
                    self.early.push(key);
                    Step::Early(self.early.len() - 1)
                }
                Op::Get(key) => {
                    self.bytes += key.len();
                    spelled.push(TxnOp::get(key.as_str(), None));
                    Step::Get
                }
                Op::Nested(txn) => {
                    let (inside, plan) = self.nested(txn, written)?;
                    spelled.push(TxnOp::txn(inside));
                    Step::Nested(plan)
                }
            });
        }
        Ok((spelled, steps))
    }

    fn nested(
        &mut self,
        txn: &'a Txn,
        written: &mut Written<'a>,
    ) -> Result<(EtcdTxn, Plan), CoordError> {
        let mut written_otherwise = written.clone();
        let (then, then_plan) = self.branch(&txn.then, written)?;
        let (otherwise, otherwise_plan) = self.branch(&txn.otherwise, &mut written_otherwise)?;
        written.extend(written_otherwise);
        let plan = Plan {
            compares: txn.compares.len(),
            then: then_plan,
            otherwise: otherwise_plan,
        };
        let spelled = EtcdTxn::new()
            .when(self.compares(&txn.compares))
            .and_then(then)
            .or_else(otherwise);
        Ok((spelled, plan))
    }

    fn write(&mut self, key: &'a str, written: &mut Written<'a>) -> Result<(), CoordError> {
        self.bytes += key.len();
        if key.is_empty() {
            return Err(CoordError::Refused("a key must not be empty".to_owned()));
        }
        if written.insert(key) {
            return Ok(());
        }
        let key = key.to_owned();
        Err(CoordError::Refused(WrittenTwice { key }.to_string()))
    }

    fn compares(&mut self, compares: &[Compare]) -> Vec<EtcdCompare> {
        let mut spelled = Vec::with_capacity(compares.len());
        for Compare { key, check } in compares {
            self.bytes += STEP_BYTES + key.len();
            let key = key.as_str();
            let wanted = |revision: &u64| i64::try_from(*revision).unwrap_or(i64::MAX);
            spelled.push(match check {
                Check::Value(value) => {
                    self.bytes += value.len();
                    EtcdCompare::value(key, CompareOp::Equal, value.as_slice())
                }
                Check::ModRevision(revision) => {
                    EtcdCompare::mod_revision(key, CompareOp::Equal, wanted(revision))
                }
                Check::CreateRevision(revision) => {
                    EtcdCompare::create_revision(key, CompareOp::Equal, wanted(revision))
                }
                Check::Present => EtcdCompare::create_revision(key, CompareOp::Greater, 0),
            });
        }
        spelled
    }
}

impl Plan {
    /// etcd allows `allowed` at this level, and to what is nested what the level left over.
    fn check(&self, allowed: usize, early: [usize; 2]) -> Result<(), CoordError> {
        let here = self
            .compares
            .max(early[0] + sent(&self.then))
            .max(early[1] + sent(&self.otherwise));
        if here > allowed {
            return Err(CoordError::Refused(format!(
                "a transaction with {here} steps where etcd takes {allowed}: make it in smaller parts"
            )));
        }
        for step in self.then.iter().chain(&self.otherwise) {
            if let Step::Nested(plan) = step {
                plan.check(allowed - here, [0, 0])?;
            }
        }
        Ok(())
    }

    fn branch(&self, succeeded: bool) -> &[Step] {
        match succeeded {
            true => &self.then,
            false => &self.otherwise,
        }
    }
}

fn sent(steps: &[Step]) -> usize {
    let is_sent = |step: &&Step| !matches!(step, Step::Early(_));
    steps.iter().filter(is_sent).count()
}

fn first(early: Vec<&str>, then: Vec<TxnOp>) -> Vec<TxnOp> {
    let early = early.into_iter().map(|key| TxnOp::get(key, None));
    early.chain(then).collect()
}

fn results(
    steps: &[Step],
    mut responses: IntoIter<TxnOpResponse>,
    early: &[Option<Entry>],
    revision: u64,
) -> Result<Vec<OpResult>, CoordError> {
    let mut made = Vec::with_capacity(steps.len());
    for step in steps {
        made.push(match step {
            Step::Early(index) => OpResult::Got(early[*index].clone()),
            Step::Get => OpResult::Got(got(responses.next())?),
            Step::Put => match responses.next() {
                Some(TxnOpResponse::Put(_)) => OpResult::Put,
                _ => return Err(other_answer()),
            },
            Step::Delete => match responses.next() {
                Some(TxnOpResponse::Delete(_)) => OpResult::Deleted,
                _ => return Err(other_answer()),
            },
            Step::Nested(plan) => {
                let Some(TxnOpResponse::Txn(inside)) = responses.next() else {
                    return Err(other_answer());
                };
                let (succeeded, steps) = (inside.succeeded(), plan.branch(inside.succeeded()));
                let inside = inside.op_responses().into_iter();
                OpResult::Nested(TxnAnswer {
                    succeeded,
                    revision,
                    results: results(steps, inside, early, revision)?,
                })
            }
        });
    }
    Ok(made)
}

fn got(response: Option<TxnOpResponse>) -> Result<Option<Entry>, CoordError> {
    match response {
        Some(TxnOpResponse::Get(got)) => Ok(got.kvs().first().and_then(entry::read)),
        _ => Err(other_answer()),
    }
}

fn other_answer() -> CoordError {
    CoordError::Damaged("etcd answered another transaction than the one it was sent".to_owned())
}
