//! Looking at the file for what nobody tells: commits of other processes, and ended leases.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use super::feed::Feed;
use super::query;
use super::writer::{Order, Request};
use crate::clock;
use crate::limits::{COORD_GLANCE_EVERY, COORD_LOOK_EVERY, COORD_SETTLED_AFTER};
use crate::sqlite_file::{Fault, SqliteFile};

/// Looks until the store is dropped.
pub(super) async fn look(
    file: Arc<SqliteFile>,
    mut connection: SqliteConnection,
    feed: Arc<Feed>,
    orders: mpsc::WeakSender<Order>,
) {
    let boot = clock::boot_id();
    let mut head = feed.subscribe();
    let mut signs = Signs::of(&file);
    loop {
        if signs.ask_for_a_look(Instant::now()) {
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
        }
        tokio::select! {
            () = sleep_until(Instant::now() + COORD_GLANCE_EVERY) => {}
            _ = head.wait_for(|head| head.closed) => break,
        }
    }
    // Nothing was written on it.
    let _ = connection.close().await;
}

/// Whether the file was written, as the age of SQLite's log tells: that costs a hundredth of a
/// look. A commit is seen only when its log is durable, some time after the log got its age, so
/// looks go on until the log has been still for a while.
struct Signs {
    log: PathBuf,
    seen: Option<(SystemTime, u64)>,
    moved_at: Instant,
    looked_at: Option<Instant>,
}

impl Signs {
    fn of(file: &SqliteFile) -> Self {
        let mut log = file.path().as_os_str().to_owned();
        log.push("-wal");
        Self {
            log: log.into(),
            seen: None,
            moved_at: Instant::now(),
            looked_at: None,
        }
    }

    fn ask_for_a_look(&mut self, now: Instant) -> bool {
        // Only asked for, never opened: closing it would drop SQLite's locks.
        let log = fs::metadata(&self.log);
        let seen = log.and_then(|log| Ok((log.modified()?, log.len()))).ok();
        if seen.is_none() || seen != self.seen {
            self.seen = seen;
            self.moved_at = now;
        }
        let is_settled = now > self.moved_at + COORD_SETTLED_AFTER;
        let is_due = self
            .looked_at
            .is_none_or(|looked_at| now >= looked_at + COORD_LOOK_EVERY);
        let asked = !is_settled || is_due;
        if asked {
            self.looked_at = Some(now);
        }
        asked
    }
}

async fn sweep(orders: &mpsc::WeakSender<Order>) {
    let Some(orders) = orders.upgrade() else {
        return;
    };
    let (reply, swept) = oneshot::channel();
    let request = Request::Sweep;
    if orders.send(Order { request, reply }).await.is_ok() {
        // A failure is met again at the next look.
        let _ = swept.await;
    }
}
