//! The one task of a process that writes.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot};
use tracing::warn;

use super::feed::Feed;
use super::group::{Done, Group, Judged};
use crate::clock;
use crate::coord::CoordError;
use crate::limits::COORD_GROUP_MAX;
use crate::sqlite_file::SqliteFile;
use crate::txn::{LeaseId, Txn, TxnAnswer};

/// What is asked of the writer.
pub(super) enum Request {
    Transact(Txn),
    Grant(Duration),
    Renew(LeaseId),
    Revoke(LeaseId),
    /// Keep this many revisions in the log.
    Compact(u64),
    /// End the leases that are due: every commit does, so there is nothing else to do.
    Sweep,
}

pub(super) enum Answer {
    Transacted(TxnAnswer),
    Granted(LeaseId),
    Renewed(Option<Duration>),
    Done,
}

pub(super) struct Order {
    pub request: Request,
    pub reply: oneshot::Sender<Judged>,
}

pub(super) struct Writer {
    file: Arc<SqliteFile>,
    connection: SqliteConnection,
    feed: Arc<Feed>,
    boot: String,
}

impl Writer {
    pub fn new(file: Arc<SqliteFile>, connection: SqliteConnection, feed: Arc<Feed>) -> Self {
        Self {
            file,
            connection,
            feed,
            boot: clock::boot_id(),
        }
    }

    /// Works until nobody can order any more.
    pub async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        let mut waiting = Vec::new();
        while orders.recv_many(&mut waiting, COORD_GROUP_MAX).await > 0 {
            self.serve(std::mem::take(&mut waiting)).await;
        }
        self.feed.close();
        if let Err(error) = self.connection.close().await {
            warn!("could not close {}: {error}", self.file.path().display());
        }
    }

    async fn serve(&mut self, orders: Vec<Order>) {
        let requests: Vec<&Request> = orders.iter().map(|order| &order.request).collect();
        let committed = self.commit(&requests).await;
        match committed {
            Ok((done, judged)) => {
                self.feed.append(done.after, done.revision, done.changes);
                for (order, judged) in orders.into_iter().zip(judged) {
                    // Whoever asked may have stopped waiting.
                    let _ = order.reply.send(judged);
                }
            }
            Err(error) => {
                let fault = self.file.fault(&error);
                for order in orders {
                    let _ = order.reply.send(Err(CoordError::from(fault.clone())));
                }
            }
        }
    }

    async fn commit(&mut self, requests: &[&Request]) -> Result<(Done, Vec<Judged>), sqlx::Error> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut group = Group::begin(&mut transaction, &self.boot, clock::boot()).await?;
        group.load(requests).await?;
        let mut judged = Vec::with_capacity(requests.len());
        for request in requests {
            judged.push(group.judge(request).await?);
        }
        let done = group.finish().await?;
        transaction.commit().await?;
        Ok((done, judged))
    }
}
