//! Several transactions of the dispatcher in one request of the store: each is whole or not at all
//! by itself, and has an answer of its own.

use super::Keyspace;
use crate::dispatch::{Answer, Token, Transaction};
use crate::id::{JobId, NodeId, OrderId};
use crate::limits::DECISIONS_PER_REQUEST_MAX;
use crate::txn::{Op, OpResult, Txn, TxnAnswer};

/// Transactions that travel together.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Batch {
    /// Each with the name by which it is answered.
    pub sent: Vec<(Token, Transaction)>,
}

impl Batch {
    /// Parts transactions into requests, in their order. Whatever concerns one job is at most once
    /// in each: a store refuses to write a key twice, and judges all by the state before.
    pub fn part(sent: Vec<(Token, Transaction)>) -> Vec<Self> {
        let mut batches: Vec<Self> = Vec::new();
        for (token, transaction) in sent {
            let has_room = |batch: &&mut Self| batch.takes(&transaction);
            match batches.iter_mut().find(has_room) {
                Some(batch) => batch.sent.push((token, transaction)),
                None => batches.push(Self {
                    sent: vec![(token, transaction)],
                }),
            }
        }
        batches
    }

    fn takes(&self, transaction: &Transaction) -> bool {
        let (job, order) = concerns(transaction);
        let apart = |(_, other): &(Token, Transaction)| {
            let (other_job, other_order) = concerns(other);
            (job.is_none() || job != other_job) && (order.is_none() || order != other_order)
        };
        self.sent.len() < DECISIONS_PER_REQUEST_MAX && self.sent.iter().all(apart)
    }
}

/// The job and the order that a transaction writes about.
fn concerns(transaction: &Transaction) -> (Option<JobId>, Option<OrderId>) {
    match transaction {
        Transaction::CreateCursor { series, .. }
        | Transaction::Rebase { series, .. }
        | Transaction::Decide { series, .. } => (Some(series.job), None),
        Transaction::Finish { key, order, .. } => (Some(key.job), *order),
        Transaction::Consume { key, .. }
        | Transaction::Retry { key, .. }
        | Transaction::TakeOver { key, .. }
        | Transaction::Lost { key, .. }
        | Transaction::Release { key, .. }
        | Transaction::Clear { key, .. } => (Some(key.job), None),
        Transaction::Answer { order } | Transaction::Order { order, .. } => (None, Some(*order)),
    }
}

impl Keyspace {
    /// A batch as the store takes it, sent by `node`.
    pub fn spell_batch(&self, node: &NodeId, batch: &Batch) -> Txn {
        match batch.sent.as_slice() {
            [(_, alone)] => self.spell(node, alone),
            several => Txn {
                then: several
                    .iter()
                    .map(|(_, transaction)| Op::Nested(self.spell(node, transaction)))
                    .collect(),
                ..Txn::default()
            },
        }
    }

    /// What the store's answer says to each transaction of a batch.
    pub fn read_batch(&self, batch: &Batch, answer: &TxnAnswer) -> Vec<(Token, Answer)> {
        if let [(token, _)] = batch.sent.as_slice() {
            return vec![(*token, self.read_answer(answer))];
        }
        let answers = batch.sent.iter().zip(&answer.results);
        answers
            .map(|((token, _), result)| match result {
                // All that a request writes, it writes at one revision.
                OpResult::Nested(nested) if nested.succeeded => {
                    (*token, Answer::Won(answer.revision))
                }
                OpResult::Nested(nested) => (*token, self.read_answer(nested)),
                _ => (*token, Answer::Unknown),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::dispatch::{Cursor, SeriesKey};
    use crate::id::Scope;
    use crate::txn::Entry;

    fn created(job: u128) -> Transaction {
        Transaction::CreateCursor {
            series: SeriesKey {
                project: "ops".parse().expect("a plain name"),
                job: JobId(Uuid::from_u128(job)),
                scope: Scope::One,
            },
            cursor: Cursor {
                instant: Timestamp::UNIX_EPOCH,
                sgen: 1,
                turn: 0,
            },
            job_revision: 0,
            session: 0,
        }
    }

    fn numbered(transactions: Vec<Transaction>) -> Vec<(Token, Transaction)> {
        (0..).map(Token).zip(transactions).collect()
    }

    #[test]
    fn a_job_is_once_in_a_request_and_none_has_more_than_fifty() {
        let sizes = |jobs: u128, of_each: u128| -> Vec<usize> {
            let all = (0..jobs * of_each).map(|number| created(number % jobs));
            let batches = Batch::part(numbered(all.collect()));
            batches.iter().map(|batch| batch.sent.len()).collect()
        };
        assert_eq!(sizes(60, 2), [50, 50, 20]);
        assert_eq!(sizes(10, 3), [10, 10, 10]);
        let order = OrderId(Uuid::nil());
        let answers = vec![Transaction::Answer { order }, Transaction::Answer { order }];
        assert_eq!(Batch::part(numbered(answers)).len(), 2);
    }

    #[test]
    fn each_of_a_batch_has_its_own_outcome() {
        let keys = Keyspace::new("main");
        let node: NodeId = "n".parse().expect("a plain name");
        let batch = Batch {
            sent: numbered(vec![created(1), created(2)]),
        };
        let Transaction::CreateCursor { series, .. } = created(2) else {
            unreachable!("it was made so");
        };
        let standing = Entry {
            key: keys.cursor(&series),
            value: b"00000000000000000009/1".to_vec(),
            create_revision: 4,
            mod_revision: 4,
            lease: None,
        };
        let there = BTreeMap::from([(standing.key.clone(), standing)]);
        let txn = keys.spell_batch(&node, &batch);
        let (answer, writes) = txn
            .evaluate(7, &|key| there.get(key).cloned())
            .expect("no key is written twice");
        assert_eq!(writes.len(), 1);
        let answers = keys.read_batch(&batch, &answer);
        assert_eq!(answers[0], (Token(0), Answer::Won(8)));
        let Answer::Lost(found) = &answers[1].1 else {
            panic!("{answers:?}");
        };
        assert_eq!(
            found.cursor.map(|cursor| cursor.instant.as_second()),
            Some(9)
        );
    }
}
