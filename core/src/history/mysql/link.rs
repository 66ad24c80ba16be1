//! The connections that are held, and how a question goes over one of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::{Connection, Error, Executor};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval, sleep, timeout};

use super::error::MysqlConnectError;
use super::fault;
use super::server::MysqlServer;
use super::session::Session;
use super::settings::Way;
use crate::history::HistoryError;
use crate::limits::{MYSQL_DEADLOCKS_MAX, MYSQL_IDLE_MAX};

/// Opens connections when they are needed, keeps them while they are used, and closes them when
/// they are idle.
pub(super) struct Link {
    way: Way,
    permits: Semaphore,
    idle: Arc<Idle>,
    sweeper: Mutex<Option<JoinHandle<()>>>,
}

/// Connections that nobody uses at present, with the time since.
#[derive(Default)]
struct Idle(Mutex<Vec<(Session, Instant)>>);

impl Idle {
    fn sessions(&self) -> MutexGuard<'_, Vec<(Session, Instant)>> {
        // A panic elsewhere leaves the list as it is: whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The session on which a question was asked, and the answer.
pub(super) type Answered<T> = (Session, Result<T, Error>);

impl Link {
    pub(super) fn new(way: Way, connections_max: u32) -> Self {
        Self {
            way,
            permits: Semaphore::new(connections_max.max(1) as usize),
            idle: Arc::default(),
            sweeper: Mutex::default(),
        }
    }

    pub(super) fn location(&self) -> &str {
        &self.way.location
    }

    /// The server, by a connection that is there or a new one.
    pub(super) async fn server(&self) -> Result<MysqlServer, MysqlConnectError> {
        let (session, _) = self.session().await?;
        let server = session.server.clone();
        self.keep(session);
        Ok(server)
    }

    /// A connection of its own, for what takes long.
    pub(super) async fn open(&self) -> Result<Session, MysqlConnectError> {
        Session::open(&self.way).await
    }

    /// Does `work` on a connection, from its beginning as often as a deadlock or a connection
    /// that had died wants it, until `within` is over. So `work` can be repeated, and leaves no
    /// transaction open when it succeeds.
    pub(super) async fn ask<T, Asked: Future<Output = Answered<T>>>(
        &self,
        within: Duration,
        work: impl Fn(Session) -> Asked,
    ) -> Result<T, HistoryError> {
        // A connection in the middle of a question goes with the future: the server takes back
        // what was not committed.
        match timeout(within, self.ask_until_done(work)).await {
            Ok(answer) => answer,
            Err(_) => Err(HistoryError::Unavailable(format!(
                "{} did not answer within {} s",
                self.location(),
                within.as_secs()
            ))),
        }
    }

    async fn ask_until_done<T, Asked: Future<Output = Answered<T>>>(
        &self,
        work: impl Fn(Session) -> Asked,
    ) -> Result<T, HistoryError> {
        let _permit = self.permits.acquire().await.expect("it is never closed");
        let mut deadlocks = 0;
        loop {
            let (session, is_fresh) = self.session().await?;
            let (mut session, answer) = work(session).await;
            let error = match answer {
                Ok(answer) => {
                    self.keep(session);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let session_id = session.id;
            let kind = fault::of(&error);
            if kind != fault::Kind::Broken && rolled_back(&mut session).await {
                self.keep(session);
            }
            match kind {
                fault::Kind::Deadlock if deadlocks < MYSQL_DEADLOCKS_MAX => {
                    deadlocks += 1;
                    sleep(pause_after(deadlocks, session_id)).await;
                }
                // The server may have closed it since it was last used.
                fault::Kind::Broken if !is_fresh => {}
                kind => return Err(fault::told(kind, &error, self.location())),
            }
        }
    }

    /// A connection, and whether it is new.
    async fn session(&self) -> Result<(Session, bool), MysqlConnectError> {
        let kept = self.idle.sessions().pop();
        match kept {
            Some((session, since)) if since.elapsed() < MYSQL_IDLE_MAX => Ok((session, false)),
            _ => Ok((self.open().await?, true)),
        }
    }

    fn keep(&self, session: Session) {
        self.idle.sessions().push((session, Instant::now()));
        let mut sweeper = self.sweeper.lock().unwrap_or_else(PoisonError::into_inner);
        if sweeper.as_ref().is_none_or(JoinHandle::is_finished) {
            *sweeper = Some(tokio::spawn(sweep(self.idle.clone())));
        }
    }

    /// Closes what is idle, in order.
    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.sessions());
        close_all(idle).await;
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let sweeper = self
            .sweeper
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(sweeper) = sweeper {
            sweeper.abort();
        }
    }
}

/// Closes connections that nobody wanted for a while.
async fn sweep(idle: Arc<Idle>) {
    let mut looks = interval(MYSQL_IDLE_MAX / 2);
    loop {
        looks.tick().await;
        let is_old = |(_, since): &mut (Session, Instant)| since.elapsed() >= MYSQL_IDLE_MAX;
        let old: Vec<_> = idle.sessions().extract_if(.., is_old).collect();
        close_all(old).await;
    }
}

async fn close_all(sessions: Vec<(Session, Instant)>) {
    for (session, _) in sessions {
        // The server may have closed it before, which is as good.
        let _ = timeout(Duration::from_secs(1), session.connection.close()).await;
    }
}

/// Whether the connection can be used on, without what failed work left open.
async fn rolled_back(session: &mut Session) -> bool {
    session.connection.execute("ROLLBACK").await.is_ok()
}

/// Grows, and differs between those who met: they would meet again.
fn pause_after(deadlocks: u32, session_id: u64) -> Duration {
    Duration::from_millis(u64::from(deadlocks.min(8)) * (session_id % 7 + 1))
}
