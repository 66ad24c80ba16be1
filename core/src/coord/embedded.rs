//! The store of the present in one SQLite file, shared by the processes of one computer.
//!
//! One task of each process writes and puts requests that wait together into one commit; a few
//! connections read. Watches live on a log of changes, of which the newest are kept in memory.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqlitePool, SqliteSynchronous};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::coord::{Coord, CoordError, Listing, Watch};
use crate::limits::{COORD_WAITING_MAX, WATCH_EVENTS_MAX};
use crate::sqlite_file::{Fault, FileKind, SqliteFile};
use crate::txn::{Entry, LeaseId, Txn, TxnAnswer, TxnSize};

mod feed;
mod group;
mod look;
mod query;
mod watcher;
mod writer;

use feed::Feed;
use watcher::Watcher;
use writer::{Answer, Order, Request, Writer};

const COORD_DB: FileKind = FileKind {
    file_name: "coord.db",
    application_id: 0x42_66_43_6f,
    migrations: &[include_str!(
        "../../../migrations/sqlite/coord/0001_store.sql"
    )],
    synchronous: SqliteSynchronous::Full,
};

/// The embedded store. Dropping it ends its watches; what was acknowledged is on disk.
pub struct Embedded {
    file: Arc<SqliteFile>,
    readers: SqlitePool,
    feed: Arc<Feed>,
    orders: mpsc::Sender<Order>,
    tasks: [JoinHandle<()>; 2],
}

impl Embedded {
    /// Opens `DIR/coord.db`, making it if it is not there. Must be called within a runtime.
    pub async fn open(dir: &Path) -> Result<Self, CoordError> {
        let file = Arc::new(SqliteFile::open(dir, &COORD_DB).await?);
        let (mut writing, looking) = (file.connect().await?, file.connect().await?);
        let found = query::meta(&mut writing).await;
        let (revision, _) = found.map_err(|error| file.fault(&error))?;
        let feed = Arc::new(Feed::new(revision));
        let (orders, received) = mpsc::channel(COORD_WAITING_MAX);
        let looking = look::look(file.clone(), looking, feed.clone(), orders.downgrade());
        let writer = Writer::new(file.clone(), writing, feed.clone());
        let tasks = [tokio::spawn(writer.run(received)), tokio::spawn(looking)];
        let readers = file.readers();
        Ok(Self {
            file,
            readers,
            feed,
            orders,
            tasks,
        })
    }

    /// Where the store is, for people.
    pub fn location(&self) -> String {
        self.file.path().display().to_string()
    }

    /// Drops all but the newest `kept` revisions of the change log. Watches that are further
    /// behind begin again. The store does this by itself, with `COORD_LOG_REVISIONS`.
    pub async fn compact(&self, kept: u64) -> Result<(), CoordError> {
        self.order(Request::Compact(kept)).await.map(drop)
    }

    /// Ends the store in order: what was ordered is done, then the file is closed.
    pub async fn close(self) {
        drop(self.orders);
        for task in self.tasks {
            // A task that panicked has nothing left to close.
            let _ = task.await;
        }
        self.readers.close().await;
    }

    async fn order(&self, request: Request) -> Result<Answer, CoordError> {
        let gone = || CoordError::Unavailable(format!("{} was closed", self.file.path().display()));
        let (reply, answer) = oneshot::channel();
        self.orders
            .send(Order { request, reply })
            .await
            .map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

#[async_trait]
impl Coord for Embedded {
    fn txn_max(&self) -> Option<TxnSize> {
        None
    }

    async fn get(&self, keys: &[String]) -> Result<(u64, Vec<Option<Entry>>), CoordError> {
        let fault = |error| CoordError::from(self.file.fault(&error));
        let (revision, mut found) = query::entries(&self.readers, keys).await.map_err(fault)?;
        // A key may be asked for twice.
        found.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let place = |key: &String| found.binary_search_by(|entry| entry.key.cmp(key)).ok();
        let entries = keys
            .iter()
            .map(|key| place(key).map(|index| found[index].clone()));
        Ok((revision, entries.collect()))
    }

    async fn list(&self, prefix: &str) -> Result<Listing, CoordError> {
        let listed = query::list(&self.readers, prefix).await;
        let (revision, entries) = listed.map_err(|error| self.file.fault(&error))?;
        Ok(Listing { revision, entries })
    }

    async fn transact(&self, txn: &Txn) -> Result<TxnAnswer, CoordError> {
        match self.order(Request::Transact(txn.clone())).await? {
            Answer::Transacted(answer) => Ok(answer),
            _ => unreachable!("a transaction is answered by what it did"),
        }
    }

    async fn grant_lease(&self, ttl: Duration) -> Result<LeaseId, CoordError> {
        match self.order(Request::Grant(ttl)).await? {
            Answer::Granted(lease) => Ok(lease),
            _ => unreachable!("a grant is answered by a lease"),
        }
    }

    async fn renew_lease(&self, lease: LeaseId) -> Result<Option<Duration>, CoordError> {
        match self.order(Request::Renew(lease)).await? {
            Answer::Renewed(left) => Ok(left),
            _ => unreachable!("a renewal is answered by what is left"),
        }
    }

    async fn revoke_lease(&self, lease: LeaseId) -> Result<(), CoordError> {
        self.order(Request::Revoke(lease)).await.map(drop)
    }

    fn watch(&self, prefix: &str) -> Watch {
        let (sender, events) = mpsc::channel(WATCH_EVENTS_MAX);
        let watcher = Watcher {
            file: self.file.clone(),
            readers: self.readers.clone(),
            feed: self.feed.clone(),
            prefix: prefix.to_owned(),
            events: sender,
        };
        // It ends by itself when its reader or the store is dropped.
        tokio::spawn(watcher.run());
        Watch { events }
    }
}

impl From<Fault> for CoordError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unavailable(sentence) => Self::Unavailable(sentence),
            Fault::Refused(sentence) => Self::Refused(sentence),
            Fault::Damaged(sentence) => Self::Damaged(sentence),
        }
    }
}
