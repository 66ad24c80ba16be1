//! The port to the store of the present: definitions, cursors, open runs, sessions, orders.
//!
//! Two adapters obey it: [`embedded`] for one computer and [`etcd`] on a cluster. The contract
//! suite in `core/tests` runs over each of them. Keys are opaque here.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::limits::{ETCD_REQUEST_BYTES_MAX, ETCD_TXN_OPS_MAX};
use crate::txn::{Entry, LeaseId, Txn, TxnAnswer, TxnSize};

pub mod embedded;
pub mod etcd;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CoordError {
    /// The store could not be reached or did not answer in time. A transaction may or may not
    /// have been applied.
    #[error("could not reach the coordination store: {0}")]
    Unavailable(String),
    /// The request itself is refused and will be refused again.
    #[error("the coordination store refused the request: {0}")]
    Refused(String),
    /// Whoever asks may only read.
    #[error("not permitted: {0}")]
    NotPermitted(&'static str),
    /// What is stored cannot be read.
    #[error("the coordination store is damaged: {0}")]
    Damaged(String),
}

/// All keys below a prefix at one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The store's revision at which every entry was read.
    pub revision: u64,
    /// Ascending by key.
    pub entries: Vec<Entry>,
}

/// What a watch tells, in order. A watch that was cut, compacted or silent begins again with
/// `Reset`, exactly like a first start: its reader forgets what it knew and learns it anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchEvent {
    /// What follows until `Ready` is the whole state.
    Reset,
    /// A key of the state.
    Loaded(Entry),
    /// The state is complete as of this revision.
    Ready(u64),
    /// A key was written.
    Changed(Entry),
    /// A key was removed, at this revision.
    Removed(String, u64),
    /// Everything up to this revision was told. Comes at least every 5 s.
    Progress(u64),
    /// The store cannot be reached at present, for this reason. The watch goes on trying.
    Trouble(String),
}

/// A watch that never ends by itself; dropping it ends it.
pub struct Watch {
    /// What happens, in order, bounded.
    pub events: mpsc::Receiver<WatchEvent>,
}

/// The store of the present.
#[async_trait]
pub trait Coord: Send + Sync {
    /// Keys as they stand at one revision, in the order asked for.
    async fn get(&self, keys: &[String]) -> Result<(u64, Vec<Option<Entry>>), CoordError>;

    /// All keys that begin with `prefix`.
    async fn list(&self, prefix: &str) -> Result<Listing, CoordError>;

    /// Applies a transaction whole or not at all; see [`Txn::evaluate`] for what it means.
    async fn transact(&self, txn: &Txn) -> Result<TxnAnswer, CoordError>;

    /// The largest transaction that it takes, unless it takes any. By itself a store is taken for
    /// an etcd that nobody configured otherwise.
    fn txn_max(&self) -> Option<TxnSize> {
        Some(TxnSize {
            operations: ETCD_TXN_OPS_MAX,
            bytes: ETCD_REQUEST_BYTES_MAX,
        })
    }

    /// A new lease.
    async fn grant_lease(&self, ttl: Duration) -> Result<LeaseId, CoordError>;

    /// Renews a lease; `None` when it has ended already. Else what it has to live from now.
    async fn renew_lease(&self, lease: LeaseId) -> Result<Option<Duration>, CoordError>;

    /// Ends a lease with all its keys. Ending one that is gone is no error.
    async fn revoke_lease(&self, lease: LeaseId) -> Result<(), CoordError>;

    /// Everything below a prefix, now and from now on.
    fn watch(&self, prefix: &str) -> Watch;
}
