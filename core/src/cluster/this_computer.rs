//! This computer by itself: its stores, its agent, and what the settings say of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AtLoginError, ClusterError, Connection, LocalAgent, LocalAgentError, LoginFiles};
use crate::schedule::Zone;
use crate::view::{CommandError, Computer, ErrorCode, Licence};

/// What the program is made of, for the settings: the parts that a person sees or that carry it.
const LICENCES: [(&str, &str); 9] = [
    ("Belfry", "Apache-2.0"),
    ("Inter", "OFL-1.1"),
    ("JetBrains Mono", "OFL-1.1"),
    ("Lucide", "ISC"),
    ("Vue, Vue Router, Pinia, TanStack", "MIT"),
    ("Nuxt UI", "MIT"),
    ("Tauri", "Apache-2.0 OR MIT"),
    ("jiff, tokio, sqlx, serde", "MIT OR Apache-2.0"),
    ("SQLite, IANA time zones", "blessing, public domain"),
];

/// This computer's stores, followed, and its agent.
pub struct ThisComputer {
    /// The stores, followed.
    pub connection: Arc<Connection>,
    agent: LocalAgent,
    program: PathBuf,
    dir: PathBuf,
}

impl ThisComputer {
    /// Opens the stores in `dir` and follows them. `program` is the agent to start on request.
    /// Must be called within a runtime.
    pub async fn open(dir: &Path, program: PathBuf) -> Result<Self, ClusterError> {
        let agent = LocalAgent::of(dir);
        let connection = Arc::new(Connection::here(dir, agent.clone()).await?);
        Ok(Self {
            connection,
            agent,
            program,
            dir: dir.to_owned(),
        })
    }

    /// What the settings say of this computer, whose preferences lie in `config_dir`.
    pub fn describe(&self, config_dir: &Path, notices: bool) -> Result<Computer, AtLoginError> {
        let files = LoginFiles::of_this_person()?;
        Ok(Computer {
            data_dir: self.dir.display().to_string(),
            config_dir: config_dir.display().to_string(),
            at_login: files.state(),
            at_login_file: files.file().display().to_string(),
            notices,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            zones: Zone::tzdb_version().to_owned(),
            licences: Self::licences(),
        })
    }

    /// The licences of what the program is made of.
    pub fn licences() -> Vec<Licence> {
        let licence = |(name, licence): (&str, &str)| Licence {
            name: name.to_owned(),
            licence: licence.to_owned(),
        };
        LICENCES.into_iter().map(licence).collect()
    }

    /// Lets the agent start when the person logs in, or no more. What runs now is left alone.
    pub fn start_at_login(&self, on: bool) -> Result<(), AtLoginError> {
        let files = LoginFiles::of_this_person()?;
        match on {
            true => files.turn_on(&self.program, &self.dir),
            false => files.turn_off(),
        }
    }

    /// Starts the agent unless one runs; it goes on when its starter ends.
    pub async fn start_agent(&self) -> Result<(), LocalAgentError> {
        self.agent.start(&self.program).await
    }

    /// Asks the agent to end; running programs go on.
    pub fn stop_agent(&self) -> Result<(), LocalAgentError> {
        self.agent.stop()
    }
}

impl From<ClusterError> for CommandError {
    fn from(error: ClusterError) -> Self {
        error.to_command_error()
    }
}

impl From<LocalAgentError> for CommandError {
    fn from(error: LocalAgentError) -> Self {
        Self {
            code: ErrorCode::NoAgent,
            params: Default::default(),
            detail: error.to_string(),
        }
    }
}

/// Where this computer's own data lies: `$XDG_DATA_HOME/belfry/this-computer`.
pub fn this_computer_dir() -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data =
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(data.join("belfry/this-computer"))
}
