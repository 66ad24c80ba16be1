//! The way to one profile: opened once for everybody who waits, tried again while it is shut.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OnceCell, broadcast};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;

use super::refused;
use crate::clock;
use crate::cluster::Connection;
use crate::limits::PROFILE_TRIED_AGAIN_AFTER;
use crate::profile::{Profile, ProfilesFile, Secrets};
use crate::view::{CommandError, ConnectionLive, ErrorCode, Live};

/// A profile that was asked for.
pub struct Door {
    pub name: String,
    way: OnceCell<Open>,
    shut: Mutex<Option<Shut>>,
}

struct Open {
    connection: Arc<Connection>,
    passing: JoinHandle<()>,
}

/// Why it could not be opened.
struct Shut {
    why: CommandError,
    at: Duration,
    /// Tries again until somebody has opened it.
    trying: JoinHandle<()>,
}

/// What every try needs.
type Lives = broadcast::Sender<ConnectionLive>;

impl Drop for Open {
    fn drop(&mut self) {
        self.passing.abort();
    }
}

impl Drop for Shut {
    fn drop(&mut self) {
        self.trying.abort();
    }
}

impl Door {
    pub fn new(name: String) -> Self {
        Self {
            name,
            way: OnceCell::new(),
            shut: Mutex::new(None),
        }
    }

    /// The connection, if somebody has opened it.
    pub fn opened(&self) -> Option<Arc<Connection>> {
        self.way.get().map(|open| Arc::clone(&open.connection))
    }

    /// Why it cannot be opened at present.
    pub fn trouble(&self) -> Option<String> {
        self.shut().as_ref().map(|shut| shut.why.detail.clone())
    }

    /// Opens it, unless that was tried a moment ago. Once it has failed it is tried again and
    /// again, and news tell how it stands.
    pub async fn open(
        self: &Arc<Self>,
        files: &ProfilesFile,
        secrets: &Arc<Secrets>,
        lives: &Lives,
    ) -> Result<Arc<Connection>, CommandError> {
        let opened = self.way.get_or_try_init(async || {
            if let Some(why) = self.shut_lately() {
                return Err(why);
            }
            // Boxed: what waits inside is deep.
            let entered = Box::pin(enter(&self.name, files, secrets)).await;
            if let Err(why) = &entered {
                self.remember(why, (files, secrets, lives));
            }
            entered.map(|connection| self.passed_on(connection, lives))
        });
        let connection = Arc::clone(&opened.await?.connection);
        *self.shut() = None;
        Ok(connection)
    }

    fn passed_on(&self, connection: Connection, lives: &Lives) -> Open {
        let connection = Arc::new(connection);
        let passing = pass_on(&self.name, &connection, lives.clone());
        Open {
            connection,
            passing,
        }
    }

    fn may_open_by_itself(&self) -> bool {
        let shut = self.shut();
        shut.as_ref()
            .is_some_and(|shut| shut.why.code == ErrorCode::Unreachable)
    }

    fn shut_lately(&self) -> Option<CommandError> {
        let shut = self.shut();
        let shut = shut.as_ref()?;
        let is_late = clock::boot() < shut.at + PROFILE_TRIED_AGAIN_AFTER;
        is_late.then(|| shut.why.clone())
    }

    fn remember(
        self: &Arc<Self>,
        why: &CommandError,
        (files, secrets, lives): (&ProfilesFile, &Arc<Secrets>, &Lives),
    ) {
        let mut shut = self.shut();
        if let Some(known) = shut.as_mut() {
            (known.why, known.at) = (why.clone(), clock::boot());
            return;
        }
        let again = Again {
            door: Arc::downgrade(self),
            files: files.clone(),
            secrets: Arc::clone(secrets),
            lives: lives.clone(),
        };
        *shut = Some(Shut {
            why: why.clone(),
            at: clock::boot(),
            trying: tokio::spawn(again.and_again()),
        });
    }

    fn shut(&self) -> MutexGuard<'_, Option<Shut>> {
        self.shut.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn enter(
    name: &str,
    files: &ProfilesFile,
    secrets: &Arc<Secrets>,
) -> Result<Connection, CommandError> {
    let profiles = files.read().map_err(refused::not_kept)?;
    let profile = profiles.profile(name).map_err(refused::no_profile)?.clone();
    let whole = filled(name, profile, secrets).await?;
    Connection::open(name, &whole)
        .await
        .map_err(refused::connect)
}

/// The profile with its secrets put in.
pub async fn filled(
    name: &str,
    profile: Profile,
    secrets: &Arc<Secrets>,
) -> Result<Profile, CommandError> {
    let (secrets, name) = (Arc::clone(secrets), name.to_owned());
    let filled = spawn_blocking(move || secrets.fill(&name, profile)).await;
    filled
        .expect("reading secrets does not panic")
        .map_err(refused::secret)
}

/// Tells what changes through a connection, under its name, as long as it is there.
pub fn pass_on(name: &str, connection: &Connection, lives: Lives) -> JoinHandle<()> {
    let mut own = connection.following.lives();
    let profile = name.to_owned();
    tokio::spawn(async move {
        loop {
            let live = match own.recv().await {
                Ok(live) => live,
                // The jump of the next one's number tells it.
                Err(broadcast::error::RecvError::Lagged(_)) => continue,
                Err(broadcast::error::RecvError::Closed) => return,
            };
            let profile = profile.clone();
            // Without listeners nobody misses it.
            let _ = lives.send(ConnectionLive { profile, live });
        }
    })
}

/// Trying a door that is shut.
struct Again {
    door: Weak<Door>,
    files: ProfilesFile,
    secrets: Arc<Secrets>,
    lives: Lives,
}

impl Again {
    async fn and_again(self) {
        loop {
            self.tell();
            sleep(PROFILE_TRIED_AGAIN_AFTER).await;
            let Some(door) = self.door.upgrade() else {
                return;
            };
            // What somebody has to set right is not asked for again and again.
            if door.may_open_by_itself() {
                // Who opens it ends this task, also when it is this task that does.
                let _ = door.open(&self.files, &self.secrets, &self.lives).await;
            }
        }
    }

    fn tell(&self) {
        let Some(door) = self.door.upgrade() else {
            return;
        };
        let Some(trouble) = door.trouble() else {
            return;
        };
        let live = Live {
            sequence: 0,
            jobs_changed: false,
            runs: Vec::new(),
            agent: None,
            trouble: Some(trouble),
            at: String::new(),
        };
        let profile = door.name.clone();
        // Without listeners nobody misses it.
        let _ = self.lives.send(ConnectionLive { profile, live });
    }
}
