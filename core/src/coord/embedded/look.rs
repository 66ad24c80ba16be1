//! Looking at the file for what nobody tells: commits of other processes, and ended leases.

use std::sync::Arc;

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use super::feed::Feed;
use super::query;
use super::writer::{Order, Request};
use crate::clock;
use crate::limits::COORD_LOOK_EVERY;
use crate::sqlite_file::{Fault, SqliteFile};

/// Looks until the store is dropped, on a connection of its own: to borrow one costs more than
/// the look.
pub(super) async fn look(
    file: Arc<SqliteFile>,
    mut connection: SqliteConnection,
    feed: Arc<Feed>,
    orders: mpsc::WeakSender<Order>,
) {
    let boot = clock::boot_id();
    let mut head = feed.subscribe();
    loop {
        match query::look(&mut connection, &boot, clock::boot()).await {
            Ok((revision, lease_ended)) => {
                feed.seen(revision);
                if lease_ended {
                    sweep(&orders).await;
                }
            }
            Err(error) => {
                let (Fault::Unavailable(why) | Fault::Refused(why) | Fault::Damaged(why)) =
                    file.fault(&error);
                feed.troubled(why);
            }
        }
        let next = Instant::now() + COORD_LOOK_EVERY;
        tokio::select! {
            () = sleep_until(next) => {}
            _ = head.wait_for(|head| head.closed) => break,
        }
    }
    // Nothing was written on it.
    let _ = connection.close().await;
}

async fn sweep(orders: &mpsc::WeakSender<Order>) {
    let Some(orders) = orders.upgrade() else {
        return;
    };
    let (reply, swept) = oneshot::channel();
    if orders
        .send(Order {
            request: Request::Sweep,
            reply,
        })
        .await
        .is_ok()
    {
        // A failure is met again at the next look.
        let _ = swept.await;
    }
}
