//! All connections of a person: those that are saved, those that are open, and the one that the
//! window shows. Those that were shown lately stay open, up to a bound.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OnceCell, broadcast};
use tokio::task::spawn_blocking;
use tracing::warn;

use super::connection::place_words;
use super::{Connection, ThisComputer};
use crate::limits::{LIVES_WAITING_MAX, OPEN_PROFILES_MAX};
use crate::profile::{Place, Profile, Profiles, ProfilesFile, Secrets};
use crate::view::{
    CommandError, ConnectionList, ConnectionLive, ConnectionRow, ConnectionState, ErrorCode, Hello,
};

mod door;
mod edit;
mod form;
mod refused;

use door::Door;
use form::{form_of, read_form};

/// Everything that a window may be connected to.
pub struct Connections {
    here: Here,
    files: ProfilesFile,
    secrets: Arc<Secrets>,
    computer: OnceCell<ThisComputer>,
    state: Mutex<State>,
    lives: broadcast::Sender<ConnectionLive>,
}

/// This computer's own folder, and the agent that serves it.
pub struct Here {
    /// Where its data lies.
    pub dir: PathBuf,
    /// The agent's program.
    pub program: PathBuf,
}

struct State {
    /// The profile that the window shows; empty for this computer.
    shown: String,
    /// The profiles that were asked for; the one that was shown last is the last.
    doors: Vec<Arc<Door>>,
}

impl Connections {
    /// Nothing is opened yet. `wanted` is the profile to show instead of the last one.
    pub fn new(
        here: Here,
        files: ProfilesFile,
        secrets: Secrets,
        wanted: Option<String>,
    ) -> Arc<Self> {
        let known = files.read().unwrap_or_default();
        let wished = wanted.or_else(|| files.shown()).unwrap_or_default();
        let is_known = known.profile(&wished).is_ok();
        let (lives, _) = broadcast::channel(LIVES_WAITING_MAX);
        let state = State {
            shown: if is_known { wished } else { String::new() },
            doors: Vec::new(),
        };
        Arc::new(Self {
            here,
            secrets: Arc::new(secrets),
            files,
            computer: OnceCell::new(),
            state: Mutex::new(state),
            lives,
        })
    }

    /// What changes, through whichever connection is open.
    pub fn lives(&self) -> broadcast::Receiver<ConnectionLive> {
        self.lives.subscribe()
    }

    /// This computer, opened by whoever asks first, and its agent started; after a failure the
    /// next one tries again.
    pub async fn computer(&self) -> Result<&ThisComputer, CommandError> {
        self.computer.get_or_try_init(|| self.open_here()).await
    }

    async fn open_here(&self) -> Result<ThisComputer, CommandError> {
        let computer = ThisComputer::open(&self.here.dir, self.here.program.clone()).await?;
        // It ends with the connection, which stays as long as the program.
        drop(door::pass_on("", &computer.connection, self.lives.clone()));
        if let Err(error) = computer.start_agent().await {
            warn!("{error}");
        }
        Ok(computer)
    }

    /// The connection that the window shows.
    pub async fn shown(&self) -> Result<Arc<Connection>, CommandError> {
        match self.door() {
            None => Ok(Arc::clone(&self.computer().await?.connection)),
            Some(door) => door.open(&self.files, &self.secrets, &self.lives).await,
        }
    }

    /// The connection of a profile, if it is open.
    pub fn opened(&self, name: &str) -> Option<Arc<Connection>> {
        if name.is_empty() {
            let computer = self.computer.get()?;
            return Some(Arc::clone(&computer.connection));
        }
        let state = self.state();
        let door = state.doors.iter().find(|door| door.name == name)?;
        door.opened()
    }

    /// The profile that the window shows; empty for this computer.
    pub fn shown_name(&self) -> String {
        self.state().shown.clone()
    }

    /// What stands around every screen, also where the profile cannot be reached.
    pub async fn hello(&self) -> Result<Hello, CommandError> {
        let refused = match self.shown().await {
            Ok(connection) => return Ok(connection.hello()),
            Err(refused) => refused,
        };
        let name = self.shown_name();
        let profiles = self.profiles().unwrap_or_default();
        let profile = profiles.profile(&name).map_err(|_| refused.clone())?;
        Ok(Connection::hello_of(&name, profile, refused.detail))
    }

    /// Lets the window show another connection, which is remembered.
    pub fn show(&self, name: &str) -> Result<(), CommandError> {
        if !name.is_empty() {
            self.profiles()?
                .profile(name)
                .map_err(refused::no_profile)?;
        }
        self.state().shown = name.to_owned();
        self.files.remember(name).map_err(refused::not_kept)
    }

    /// The door of the profile that is shown; none for this computer.
    fn door(&self) -> Option<Arc<Door>> {
        let mut state = self.state();
        let name = state.shown.clone();
        if name.is_empty() {
            return None;
        }
        let known = state.doors.iter().position(|door| door.name == name);
        let door = match known {
            Some(index) => state.doors.remove(index),
            None => Arc::new(Door::new(name)),
        };
        state.doors.push(Arc::clone(&door));
        let too_many = state.doors.len().saturating_sub(OPEN_PROFILES_MAX);
        state.doors.drain(..too_many);
        Some(door)
    }

    /// Closes a profile: it is opened anew when it is asked for.
    fn close(&self, name: &str) {
        self.state().doors.retain(|door| door.name != name);
    }

    fn profiles(&self) -> Result<Profiles, CommandError> {
        self.files.read().map_err(refused::not_kept)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All connections and how they stand.
    pub async fn list(&self) -> Result<ConnectionList, CommandError> {
        let profiles = self.profiles()?;
        let mut rows = vec![self.row("", &Profile::new(Place::Embedded(self.here.dir.clone())))];
        let saved = profiles.all();
        rows.extend(saved.map(|(name, profile)| self.row(name.as_str(), profile)));
        let secrets = Arc::clone(&self.secrets);
        let keeping = spawn_blocking(move || secrets.keeping()).await;
        Ok(ConnectionList {
            shown: self.shown_name(),
            rows,
            keeping: keeping.expect("looking at secrets does not panic"),
        })
    }

    fn row(&self, name: &str, profile: &Profile) -> ConnectionRow {
        let state = self.state();
        let door = state.doors.iter().find(|door| door.name == name);
        let trouble = door.and_then(|door| door.trouble());
        let is_open = match name.is_empty() {
            true => self.computer.initialized(),
            false => door.is_some_and(|door| door.opened().is_some()),
        };
        let insecure = match &profile.place {
            Place::Embedded(_) => false,
            Place::Servers(servers) => servers.cluster.insecure || servers.history.insecure,
        };
        ConnectionRow {
            name: name.to_owned(),
            environment: profile.environment,
            read_only: profile.read_only,
            place: place_words(&profile.place),
            insecure,
            state: match (is_open, trouble.is_some()) {
                (true, _) => ConnectionState::Open,
                (false, true) => ConnectionState::Away,
                (false, false) => ConnectionState::Closed,
            },
            trouble,
        }
    }
}

/// An error that only names what went wrong.
fn error(code: ErrorCode, detail: String) -> CommandError {
    CommandError {
        code,
        params: [("reason".to_owned(), detail.clone())].into(),
        detail,
    }
}
