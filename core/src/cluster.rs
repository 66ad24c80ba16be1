//! The use-cases that the desktop and the command line share: the only importer of both ports.
//!
//! What is shown is composed by pure functions (`job_view`, `run_view`, `log_text`); what is
//! changed is planned by `definition` and spelled by `keyspace`. Nothing here decides when a job
//! runs, and nothing draws.

use std::path::Path;
use std::sync::Arc;

use crate::coord::Coord;
use crate::history::History;
use crate::identity::IdentityFile;
use crate::keyspace::Keyspace;

mod apply;
mod at_login;
mod backfill;
mod bulk;
mod connect;
mod connection;
mod connections;
mod definitions;
mod edit;
mod editor;
mod error;
mod explain;
mod explained;
mod facts;
mod find;
mod import;
mod invite;
mod job_list;
mod job_view;
mod jobs;
mod kills;
mod ladder;
mod live;
mod local_agent;
mod log_file;
mod log_text;
mod node_forms;
mod node_list;
mod nodes;
mod notices;
mod overview;
mod overview_sums;
mod picture;
mod read_only;
mod release;
mod run_view;
mod runs;
mod runs_search;
mod secrets;
mod stored;
mod tails;
mod this_computer;
mod timeline;
mod uses;
mod verify;
mod versions;
mod wish;

pub use apply::Applied;
pub use at_login::{AtLoginError, LoginFiles};
pub use bulk::BulkStop;
pub use connect::{Climb, ConnectError, Role, Stores, climb, climb_telling};
pub use connection::Connection;
pub use connections::{Connections, Here};
pub use definitions::StoredDefinition;
pub use edit::{Changed, Edited};
pub use editor::build_schedule;
pub use error::ClusterError;
pub use facts::{ClusterFacts, PrepareError, Prepared, adopt_key, init, kept_identity, migrate};
pub use import::{CRONTAB_PROJECT, open_file, own_crontab, own_crontab_lines, save_file};
pub use invite::{InviteError, Invited, invite};
pub use job_view::{next_lines, place_words};
pub use live::Following;
pub use local_agent::{LocalAgent, LocalAgentError};
pub use log_file::log_file_name;
pub use log_text::safe_text;
pub use nodes::{AUDIT_KIND, NodeAnswer, NodeDetail, NodeRemoved};
pub use notices::Notices;
pub use picture::{NodeSeen, Picture};
pub use run_view::{row as run_row, stamp};
pub use secrets::Resealed;
pub use stored::{StoredJob, command_text};
pub use this_computer::{ThisComputer, this_computer_dir};
pub use verify::{SeriesCheck, Verification};
pub use wish::{KillEnd, KillWish, RunWish, Tail, WaitingRequest};

use read_only::ReadOnly;

/// A cluster, or this computer by itself, as one person sees it.
pub struct Cluster {
    coord: Arc<dyn Coord>,
    history: Arc<dyn History>,
    keys: Keyspace,
    who: String,
    /// The store itself refuses writes then; this is for what goes around it.
    read_only: bool,
    identity: Option<IdentityFile>,
}

impl Cluster {
    /// A cluster over stores that are open already. `who` is how history names the person.
    pub fn new(
        coord: Arc<dyn Coord>,
        history: Arc<dyn History>,
        keys: Keyspace,
        who: String,
    ) -> Self {
        Self {
            coord,
            history,
            keys,
            who,
            read_only: false,
            identity: None,
        }
    }

    /// This computer's own stores in `dir`, made if they are not there. Must be called within a
    /// runtime.
    pub async fn open_embedded(dir: &Path, who: String) -> Result<Self, ClusterError> {
        let stores = connect::embedded(dir).await?;
        Ok(Self::of(stores, who))
    }

    /// A cluster over these stores. `who` is how history names the person.
    pub fn of(stores: Stores, who: String) -> Self {
        let coord: Arc<dyn Coord> = match stores.read_only {
            true => Arc::new(ReadOnly(stores.coord)),
            false => stores.coord,
        };
        Self {
            read_only: stores.read_only,
            identity: stores.identity,
            ..Self::new(coord, stores.history, stores.keys, who)
        }
    }

    /// How history names this person.
    pub fn who(&self) -> &str {
        &self.who
    }

    /// Where the history is, for people; without credentials.
    pub fn location(&self) -> String {
        self.history.location()
    }
}

/// The person at this computer, `user@host`.
pub fn this_person() -> String {
    let named = std::env::var("USER").ok().filter(|user| !user.is_empty());
    let user = named.unwrap_or_else(account_of);
    let system = rustix::system::uname();
    format!("{user}@{}", system.nodename().to_string_lossy())
}

/// The account under which this program, and an agent that it starts, runs.
fn account_of() -> String {
    let uid = rustix::process::getuid().as_raw();
    let account = account_lines().find(|(_, of)| *of == Some(uid));
    account.map_or_else(|| format!("uid-{uid}"), |(name, _)| name)
}

/// The names of all local accounts.
fn accounts() -> Vec<String> {
    account_lines().map(|(name, _)| name).collect()
}

fn account_lines() -> impl Iterator<Item = (String, Option<u32>)> {
    let text = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let read = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next().unwrap_or_default().to_owned();
        (name, fields.nth(1).and_then(|uid| uid.parse().ok()))
    };
    let lines: Vec<_> = text.lines().map(read).collect();
    lines.into_iter()
}
