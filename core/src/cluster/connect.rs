//! From what a file says to open stores, of this computer or of a cluster.
//!
//! A cluster's way is a ladder: whoever fails says on which rung, and what to do. A database that
//! is away for the moment is no reason to fail: what happens now does not need it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use super::error::Doing;
use super::facts::{self, ClusterFacts};
use super::{ClusterError, ladder};
use crate::clock;
use crate::config::{NamedFileError, Servers, read_named};
use crate::coord::embedded::Embedded;
use crate::coord::etcd::{Etcd, EtcdSettings, EtcdTls};
use crate::coord::{Coord, CoordError};
use crate::history::History;
use crate::history::mysql::{MysqlConnectError, MysqlHistory, MysqlSettings};
use crate::history::sqlite::SqliteHistory;
use crate::identity::IdentityFile;
use crate::keyspace::Keyspace;
use crate::limits::{AGENT_CONNECTIONS_MAX, CLOCK_JUMP_MAX, PERSON_CONNECTIONS_MAX};
use crate::profile::{Place, Profile};
use crate::txn::Entry;
use crate::view::{Ladder, Rung, Step, StepState, Trouble};

/// Who opens them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An agent: there are many, so each is modest.
    Agent,
    /// A person, at a terminal or a window.
    Person,
}

/// Open stores.
pub struct Stores {
    /// The present.
    pub coord: Arc<dyn Coord>,
    /// The past.
    pub history: Arc<dyn History>,
    /// How keys are spelled.
    pub keys: Keyspace,
    /// What people should know, as sentences.
    pub warnings: Vec<String>,
    /// Why the past cannot be reached for the moment.
    pub away: Option<String>,
    /// Nothing may be changed through them.
    pub read_only: bool,
    /// What opens secrets here; a cluster's is where its agents and whoever invites them keep it.
    pub identity: Option<IdentityFile>,
}

/// Why stores could not be opened.
#[derive(Debug)]
pub enum ConnectError {
    /// Those of this computer.
    Embedded(ClusterError),
    /// Those of a cluster: the lowest rung that failed.
    Rung(Step),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded(error) => f.write_str(&error.sentence()),
            Self::Rung(step) => f.write_str(&step.hint),
        }
    }
}

impl std::error::Error for ConnectError {}

impl ConnectError {
    /// What kind of trouble it is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Embedded(_) => Trouble::Unreachable,
            Self::Rung(step) => step.rung.trouble(),
        }
    }
}

/// How far the way to a cluster is in order.
pub struct Climb {
    /// Rung by rung.
    pub ladder: Ladder,
    /// What the cluster says of itself, when it was reached.
    pub facts: Option<ClusterFacts>,
    coord: Option<Etcd>,
    history: Option<MysqlHistory>,
    keys: Keyspace,
}

/// A cluster's stores before anything is known of what lies in them.
pub(super) struct Bare {
    pub coord: Etcd,
    pub history: MysqlHistory,
    pub keys: Keyspace,
}

impl Stores {
    /// Opens them. Must be called within a runtime.
    pub async fn open(at: &Place, role: Role) -> Result<Self, ConnectError> {
        match at {
            Place::Embedded(dir) => embedded(dir).await.map_err(ConnectError::Embedded),
            // Boxed: what waits inside is deep.
            Place::Servers(servers) => Box::pin(climb(servers, role)).await.stores(),
        }
    }

    /// Opens those of a profile for a person; its secrets are put in already.
    pub async fn open_profile(profile: &Profile) -> Result<Self, ConnectError> {
        let stores = Self::open(&profile.place, Role::Person).await?;
        Ok(Self {
            read_only: profile.read_only,
            ..stores
        })
    }
}

pub(super) async fn embedded(dir: &Path) -> Result<Stores, ClusterError> {
    let coord = Embedded::open(dir)
        .await
        .doing("open the store of definitions")?;
    let history = SqliteHistory::open(dir).await.doing("open the history")?;
    Ok(Stores {
        coord: Arc::new(coord),
        history: Arc::new(history),
        keys: Keyspace::this_computer(),
        warnings: Vec::new(),
        away: None,
        read_only: false,
        identity: Some(IdentityFile::in_folder(dir)),
    })
}

impl Climb {
    /// The stores, unless a rung failed that does not mend itself.
    pub fn stores(self) -> Result<Stores, ConnectError> {
        let may_be_away =
            |step: &Step| step.rung.is_history() && step.rung.trouble() == Trouble::Unreachable;
        let (mut warnings, mut away) = (Vec::new(), None);
        for step in self.ladder.steps {
            match step.state {
                StepState::Failed if may_be_away(&step) => away = Some(step.hint),
                StepState::Failed => return Err(ConnectError::Rung(step)),
                StepState::Warned => warnings.push(step.hint),
                StepState::Good | StepState::Unknown => {}
            }
        }
        Ok(Stores {
            coord: Arc::new(self.coord.expect("no rung of etcd failed")),
            history: Arc::new(self.history.expect("the settings are in order")),
            keys: self.keys,
            warnings,
            away,
            read_only: false,
            identity: None,
        })
    }
}

/// The keys of a cluster.
fn keys(servers: &Servers) -> Keyspace {
    let cluster = &servers.cluster;
    match &cluster.prefix {
        Some(prefix) => Keyspace::at(prefix),
        None => Keyspace::new(cluster.name.as_str()),
    }
}

struct Settings {
    etcd: EtcdSettings,
    history: MysqlSettings,
}

/// Reads the files that the configuration names.
fn settings(servers: &Servers, role: Role) -> Result<Settings, NamedFileError> {
    let Servers { cluster, history } = servers;
    let ca = cluster.ca.as_deref();
    let ca_pem = ca.map(|path| read_named("cluster.ca", path)).transpose()?;
    let identity = cluster.identity.as_ref().map(|(cert, key)| {
        Ok((
            read_named("cluster.cert", cert)?,
            read_named("cluster.key", key)?,
        ))
    });
    let identity_pem = identity.transpose()?;
    let user = cluster.user.as_ref().map(|(user, password)| {
        let password = password.read("cluster.password_file")?;
        Ok((user.clone(), password.reveal().to_owned()))
    });
    let is_tls = cluster.endpoints.iter().any(|at| at.starts_with("https:"))
        || ca_pem.is_some()
        || identity_pem.is_some();
    let etcd = EtcdSettings {
        endpoints: cluster.endpoints.clone(),
        user: user.transpose()?,
        tls: is_tls.then_some(EtcdTls {
            ca_pem,
            identity_pem,
        }),
        insecure: cluster.insecure,
    };
    let ca = history.ca.as_deref();
    let history = MysqlSettings {
        url: history.url.read("history.url_file")?.reveal().to_owned(),
        ca_pem: ca.map(|path| read_named("history.ca", path)).transpose()?,
        insecure: history.insecure,
        connections_max: match role {
            Role::Agent => AGENT_CONNECTIONS_MAX,
            Role::Person => PERSON_CONNECTIONS_MAX,
        },
    };
    Ok(Settings { etcd, history })
}

/// Opens a cluster's stores without looking at what lies in them: for those who prepare it.
pub(super) async fn bare(servers: &Servers, role: Role) -> Result<Bare, ConnectError> {
    let refuse = |rung, hint: String| {
        ConnectError::Rung(Step {
            rung,
            state: StepState::Failed,
            hint,
        })
    };
    let settings = settings(servers, role);
    let settings = settings.map_err(|error| refuse(Rung::Settings, error.to_string()))?;
    let keys = keys(servers);
    let etcd = etcd(settings.etcd, &keys).await;
    let coord = etcd.map_err(|(rung, why)| refuse(rung, why))?;
    let of_history =
        |error: MysqlConnectError| refuse(ladder::of_history(&error), error.to_string());
    let history = MysqlHistory::connect(settings.history);
    let history = history.await.map_err(of_history)?;
    Ok(Bare {
        coord,
        history,
        keys,
    })
}

async fn etcd(settings: EtcdSettings, keys: &Keyspace) -> Result<Etcd, (Rung, String)> {
    let failed = |error| (ladder::of_etcd(&error), error.to_string());
    let etcd = Etcd::connect(settings).await.map_err(failed)?;
    etcd.check_prefix(&keys.root()).await.map_err(failed)?;
    Ok(etcd)
}

/// Tries everything that a cluster needs. Must be called within a runtime.
pub async fn climb(servers: &Servers, role: Role) -> Climb {
    climb_telling(servers, role, &|_| {}).await
}

/// The same, and tells the rungs whenever more is known of them.
pub async fn climb_telling(
    servers: &Servers,
    role: Role,
    tell: &(dyn Fn(&Ladder) + Sync),
) -> Climb {
    let mut climb = Climb {
        ladder: ladder::unknown(),
        facts: None,
        coord: None,
        history: None,
        keys: keys(servers),
    };
    match settings(servers, role) {
        Ok(settings) => {
            let keys = climb.keys.clone();
            let present = etcd(settings.etcd, &keys);
            let past = database(settings.history.clone());
            tokio::pin!(present, past);
            tokio::select! {
                past = &mut past => {
                    climb.learn_history(settings.history, past);
                    tell(&climb.ladder);
                    climb.learn_etcd(present.await).await;
                }
                present = &mut present => {
                    climb.learn_etcd(present).await;
                    tell(&climb.ladder);
                    climb.learn_history(settings.history, past.await);
                }
            }
        }
        Err(error) => ladder::failed(&mut climb.ladder, Rung::Settings, error.to_string()),
    }
    tell(&climb.ladder);
    climb
}

type Database = (MysqlHistory, Option<String>);

/// The database, and what should be known of its version.
async fn database(settings: MysqlSettings) -> Result<Database, MysqlConnectError> {
    let history = MysqlHistory::new(&settings)?;
    let hole = history.server().await?.known_hole();
    history.ready().await.map(|()| (history, hole))
}

impl Climb {
    async fn learn_etcd(&mut self, found: Result<Etcd, (Rung, String)>) {
        let etcd = match found {
            Ok(etcd) => etcd,
            Err((rung, why)) => return ladder::failed(&mut self.ladder, rung, why),
        };
        ladder::climbed(&mut self.ladder, Rung::Prefix);
        if let Some(warning) = etcd.version_warning() {
            ladder::found(
                &mut self.ladder,
                Rung::EtcdVersion,
                StepState::Warned,
                warning,
            );
        }
        match facts::read(&etcd, &self.keys).await {
            Ok(entry) => {
                let step = facts::judge(entry.as_ref(), &self.keys);
                ladder::found(&mut self.ladder, step.rung, step.state, step.hint);
                self.facts = facts::of(entry.as_ref());
            }
            Err(error) => ladder::failed(&mut self.ladder, Rung::EtcdTcp, error.to_string()),
        }
        let (state, hint) = match sessions(&etcd, &self.keys).await {
            Ok(entries) => judge_clock(&entries, clock::now()),
            Err(error) => (StepState::Unknown, error.to_string()),
        };
        ladder::found(&mut self.ladder, Rung::Clock, state, hint);
        self.coord = Some(etcd);
    }

    fn learn_history(
        &mut self,
        settings: MysqlSettings,
        found: Result<Database, MysqlConnectError>,
    ) {
        match found {
            Ok((history, hole)) => {
                ladder::climbed(&mut self.ladder, Rung::Schema);
                if let Some(hole) = hole {
                    let warned = StepState::Warned;
                    ladder::found(&mut self.ladder, Rung::HistoryDatabase, warned, hole);
                }
                self.history = Some(history);
            }
            Err(error) => {
                ladder::failed(
                    &mut self.ladder,
                    ladder::of_history(&error),
                    error.to_string(),
                );
                // It may come back while somebody uses it.
                self.history = MysqlHistory::new(&settings).ok();
            }
        }
    }
}

async fn sessions(coord: &Etcd, keys: &Keyspace) -> Result<Vec<Entry>, CoordError> {
    coord
        .list(&keys.nodes())
        .await
        .map(|listing| listing.entries)
}

/// Nodes stamp their sessions, so a stamp of the future says that this clock is behind. An old
/// stamp says nothing: it may not have been renewed yet.
fn judge_clock(sessions: &[Entry], now: Timestamp) -> (StepState, String) {
    #[derive(Deserialize)]
    struct Stamped {
        stamp: Timestamp,
    }
    let stamps = sessions
        .iter()
        .filter_map(|entry| serde_json::from_slice::<Stamped>(&entry.value).ok());
    let mut stamps: Vec<Timestamp> = stamps.map(|stamped| stamped.stamp).collect();
    stamps.sort_unstable();
    let Some(median) = stamps.get(stamps.len() / 2) else {
        return (
            StepState::Good,
            "no node is there to compare with".to_owned(),
        );
    };
    let behind = median.duration_since(now);
    match behind > jiff::SignedDuration::try_from(CLOCK_JUMP_MAX).expect("a few seconds") {
        true => {
            let hint = format!(
                "this clock is {:.1} s behind that of the nodes: let it be set by NTP",
                behind.as_secs_f64()
            );
            (StepState::Warned, hint)
        }
        false => (StepState::Good, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_behind_the_nodes_is_warned_of() {
        let session = |stamp: &str| Entry {
            key: "/belfry/main/v1/node/a/session".to_owned(),
            value: format!(r#"{{"v":1,"stamp":"{stamp}"}}"#).into_bytes(),
            create_revision: 1,
            mod_revision: 1,
            lease: None,
        };
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let judged = |stamps: &[&str]| {
            let sessions: Vec<Entry> = stamps.iter().map(|stamp| session(stamp)).collect();
            judge_clock(&sessions, now).0
        };
        assert_eq!(judged(&[]), StepState::Good);
        assert_eq!(judged(&["2026-01-01T00:00:01Z"]), StepState::Good);
        assert_eq!(judged(&["2025-12-31T23:59:50Z"]), StepState::Good);
        let ahead = ["2026-01-01T00:00:09Z", "2026-01-01T00:00:08Z"];
        assert_eq!(judged(&ahead), StepState::Warned);
    }
}
