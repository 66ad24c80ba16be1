//! A store that can be read and not written: what a read-only profile has in place of the real one.
//!
//! Every use-case that changes anything does it by a transaction, so this is the one place that
//! refuses all of them, also those that are yet to be written.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::coord::{Coord, CoordError, Listing, Watch};
use crate::txn::{Entry, LeaseId, Op, Txn, TxnAnswer, TxnSize};

/// What a refusal says.
const WHY: &str = "read-only profile";

/// The store behind it, to be read.
pub(super) struct ReadOnly(pub Arc<dyn Coord>);

#[async_trait]
impl Coord for ReadOnly {
    async fn get(&self, keys: &[String]) -> Result<(u64, Vec<Option<Entry>>), CoordError> {
        self.0.get(keys).await
    }

    async fn list(&self, prefix: &str) -> Result<Listing, CoordError> {
        self.0.list(prefix).await
    }

    async fn transact(&self, txn: &Txn) -> Result<TxnAnswer, CoordError> {
        match writes(txn) {
            true => Err(CoordError::NotPermitted(WHY)),
            false => self.0.transact(txn).await,
        }
    }

    fn txn_max(&self) -> Option<TxnSize> {
        self.0.txn_max()
    }

    async fn grant_lease(&self, _: Duration) -> Result<LeaseId, CoordError> {
        Err(CoordError::NotPermitted(WHY))
    }

    async fn renew_lease(&self, _: LeaseId) -> Result<Option<Duration>, CoordError> {
        Err(CoordError::NotPermitted(WHY))
    }

    async fn revoke_lease(&self, _: LeaseId) -> Result<(), CoordError> {
        Err(CoordError::NotPermitted(WHY))
    }

    fn watch(&self, prefix: &str) -> Watch {
        self.0.watch(prefix)
    }
}

fn writes(txn: &Txn) -> bool {
    let mut operations = txn.then.iter().chain(&txn.otherwise);
    operations.any(|operation| match operation {
        Op::Put { .. } | Op::Delete(_) => true,
        Op::Get(_) => false,
        Op::Nested(inner) => writes(inner),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_inside_of_another_transaction_is_one() {
        let put = Txn {
            then: vec![Op::Delete("k".to_owned())],
            ..Txn::default()
        };
        let read = Txn {
            then: vec![Op::Get("k".to_owned())],
            ..Txn::default()
        };
        let around = |inner: &Txn| Txn {
            otherwise: vec![Op::Nested(inner.clone())],
            ..Txn::default()
        };
        assert!(writes(&put) && writes(&around(&put)));
        assert!(!writes(&read) && !writes(&around(&read)));
    }
}
