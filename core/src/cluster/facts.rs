//! What everybody must know of a cluster before touching it, and how it is first prepared.
//!
//! Agents only read facts; `belfryctl cluster init` and `migrate` write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::connect::{self, ConnectError, Role};
use crate::config::Servers;
use crate::coord::{Coord, CoordError};
use crate::history::mysql::{Migrated, MysqlConnectError};
use crate::identity::{Identity, IdentityFile, IdentityFileError, IdentityFolder};
use crate::keyspace::{Keyspace, json};
use crate::txn::{Check, Compare, Entry, Op, OpResult, Txn};
use crate::view::{Rung, Step, StepState};

/// The version of the facts and of everything below the prefix that this program knows.
const FACTS_VERSION: u32 = 1;
/// The oldest agent that obeys what this version writes.
const MINIMUM_AGENT: &str = "0.1.0";

/// The facts of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFacts {
    /// Version of the format, and of the keys beside it.
    pub v: u32,
    /// The cluster, for as long as it exists.
    pub cluster_id: Uuid,
    /// The version of history's tables that was last migrated to.
    pub schema: u32,
    /// Agents older than this must not run.
    pub minimum_agent: String,
    /// The public part of the agents' identity: what secrets are sealed to. Clusters that are
    /// older than identities have none until they are migrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agents_public_key: Option<String>,
    /// What newer versions wrote.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

/// What `init` and `migrate` did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The facts as they stand now.
    pub facts: ClusterFacts,
    /// Whether the cluster is new.
    pub is_new: bool,
    /// What was done to the tables.
    pub tables: Migrated,
    /// Where the secret part of the cluster's identity was put, if it is new.
    pub identity: Option<IdentityFile>,
}

/// Why a cluster could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// A store could not be had.
    #[error("{0}")]
    Connect(ConnectError),
    /// The tables could not be brought to this version.
    #[error("could not migrate the tables: {0}")]
    Tables(MysqlConnectError),
    /// The facts could not be read or written.
    #[error("could not write the facts of the cluster: {0}")]
    Store(CoordError),
    /// Somebody else prepares it.
    #[error("the facts of the cluster changed meanwhile: run this again")]
    Raced,
    /// There is nothing to migrate.
    #[error("{0}")]
    Unusable(String),
    /// The secret part of a new identity could not be kept.
    #[error("{0}")]
    Identity(IdentityFileError),
}

/// Makes a cluster that is not there, and brings one that is there to this version. The secret
/// part of a new identity goes to where `servers` says, else into `identities`.
pub async fn init(
    servers: &Servers,
    identities: &IdentityFolder,
) -> Result<Prepared, PrepareError> {
    prepare(servers, identities, true).await
}

/// Brings a cluster that is there to this version. Forward only; again does nothing.
pub async fn migrate(
    servers: &Servers,
    identities: &IdentityFolder,
) -> Result<Prepared, PrepareError> {
    prepare(servers, identities, false).await
}

async fn prepare(
    servers: &Servers,
    identities: &IdentityFolder,
    may_make: bool,
) -> Result<Prepared, PrepareError> {
    let bare = connect::bare(servers, Role::Person).await;
    let bare = bare.map_err(PrepareError::Connect)?;
    let standing = read(&bare.coord, &bare.keys)
        .await
        .map_err(PrepareError::Store)?;
    let before = match &standing {
        Some(entry) => Some(decode(entry).map_err(PrepareError::Unusable)?),
        None if may_make => None,
        None => return Err(PrepareError::Unusable(absent(&bare.keys))),
    };
    if let Some(newer) = before.as_ref().and_then(newer_than_this) {
        return Err(PrepareError::Unusable(newer));
    }
    // Tables first: facts that are there promise tables.
    let tables = bare.history.migrate().await.map_err(PrepareError::Tables)?;
    let is_new = before.is_none();
    let mut facts = match before {
        None => first(tables.to),
        Some(facts) => raised(facts, tables.to),
    };
    let identity = match facts.agents_public_key {
        Some(_) => None,
        None => Some(identify(&mut facts, servers, identities)?),
    };
    write(&bare.coord, &bare.keys, standing.as_ref(), &facts).await?;
    Ok(Prepared {
        facts,
        is_new,
        tables,
        identity,
    })
}

/// The facts of a new cluster, but for its identity.
fn first(schema: u32) -> ClusterFacts {
    ClusterFacts {
        v: FACTS_VERSION,
        cluster_id: Uuid::new_v4(),
        schema,
        minimum_agent: MINIMUM_AGENT.to_owned(),
        agents_public_key: None,
        extra: BTreeMap::new(),
    }
}

/// Makes the cluster's identity. Its secret part is kept before anybody can seal to the public
/// one; one that is kept already is taken, so that a first try that was cut short goes on.
fn identify(
    facts: &mut ClusterFacts,
    servers: &Servers,
    identities: &IdentityFolder,
) -> Result<IdentityFile, PrepareError> {
    let file = identity_file(servers, identities, facts.cluster_id);
    let identity = match file.read() {
        Err(IdentityFileError::Absent(_)) => {
            let identity = Identity::generate();
            file.keep(&identity).map(|()| identity)
        }
        read => read,
    };
    let identity = identity.map_err(PrepareError::Identity)?;
    facts.agents_public_key = Some(identity.public());
    Ok(file)
}

/// Where the person at `servers` keeps the identity of their cluster.
pub async fn kept_identity(
    servers: &Servers,
    identities: &IdentityFolder,
) -> Result<IdentityFile, PrepareError> {
    let (_, _, facts) = standing(servers).await?;
    Ok(identity_file(servers, identities, facts.cluster_id))
}

/// Lets secrets be sealed to another public key from now on. Again does nothing.
pub async fn adopt_key(servers: &Servers, public: &str) -> Result<(), PrepareError> {
    let (bare, entry, mut facts) = standing(servers).await?;
    facts.agents_public_key = Some(public.to_owned());
    write(&bare.coord, &bare.keys, Some(&entry), &facts).await
}

async fn standing(servers: &Servers) -> Result<(connect::Bare, Entry, ClusterFacts), PrepareError> {
    let bare = connect::bare(servers, Role::Person).await;
    let bare = bare.map_err(PrepareError::Connect)?;
    let entry = read(&bare.coord, &bare.keys).await;
    let entry = entry.map_err(PrepareError::Store)?;
    let entry = entry.ok_or_else(|| PrepareError::Unusable(absent(&bare.keys)))?;
    let facts = decode(&entry).map_err(PrepareError::Unusable)?;
    match newer_than_this(&facts) {
        Some(newer) => Err(PrepareError::Unusable(newer)),
        None => Ok((bare, entry, facts)),
    }
}

/// Where a person keeps the secret part of a cluster's identity.
pub(super) fn identity_file(
    servers: &Servers,
    identities: &IdentityFolder,
    cluster: Uuid,
) -> IdentityFile {
    let named = servers.cluster.identity_file.clone();
    named.map_or_else(|| identities.of(cluster), IdentityFile::at)
}

/// Facts only go up.
fn raised(facts: ClusterFacts, schema: u32) -> ClusterFacts {
    let is_raised = order(MINIMUM_AGENT) > order(&facts.minimum_agent);
    let minimum_agent = match is_raised {
        true => MINIMUM_AGENT.to_owned(),
        false => facts.minimum_agent,
    };
    ClusterFacts {
        schema: facts.schema.max(schema),
        minimum_agent,
        ..facts
    }
}

/// The entry that holds the facts.
pub(super) async fn read(
    coord: &(impl Coord + ?Sized),
    keys: &Keyspace,
) -> Result<Option<Entry>, CoordError> {
    let (_, found) = coord.get(&[keys.facts()]).await?;
    Ok(found.into_iter().next().flatten())
}

async fn write(
    coord: &impl Coord,
    keys: &Keyspace,
    standing: Option<&Entry>,
    facts: &ClusterFacts,
) -> Result<(), PrepareError> {
    let (key, value) = (keys.facts(), json(facts));
    if standing.is_some_and(|entry| entry.value == value) {
        return Ok(());
    }
    let expected = standing.map_or(0, |entry| entry.mod_revision);
    let txn = Txn {
        compares: vec![Compare {
            key: key.clone(),
            check: Check::ModRevision(expected),
        }],
        then: vec![Op::Put {
            key: key.clone(),
            value: value.clone(),
            lease: None,
        }],
        otherwise: vec![Op::Get(key)],
    };
    let answer = coord.transact(&txn).await.map_err(PrepareError::Store)?;
    let is_ours = match answer.results.first() {
        // An answer that was lost on its way here: it was written all the same.
        Some(OpResult::Got(Some(entry))) => entry.value == value,
        _ => answer.succeeded,
    };
    match is_ours {
        true => Ok(()),
        false => Err(PrepareError::Raced),
    }
}

fn decode(entry: &Entry) -> Result<ClusterFacts, String> {
    serde_json::from_slice(&entry.value).map_err(|error| {
        let key = &entry.key;
        format!("the facts of the cluster at {key} cannot be read ({error}): restore them from a backup of etcd")
    })
}

fn absent(keys: &Keyspace) -> String {
    format!(
        "there is no cluster at {}: check `cluster.name` and `cluster.prefix`, or run `belfryctl cluster init`",
        keys.root()
    )
}

fn newer_than_this(facts: &ClusterFacts) -> Option<String> {
    let own = env!("CARGO_PKG_VERSION");
    (facts.v > FACTS_VERSION).then(|| {
        format!(
            "the cluster's keys have version {} and this program, {own}, knows {FACTS_VERSION}: upgrade this program",
            facts.v
        )
    })
}

/// What the facts mean to a program of this version.
pub(super) fn judge(entry: Option<&Entry>, keys: &Keyspace) -> Step {
    let step = |state, hint| Step {
        rung: Rung::Facts,
        state,
        hint,
    };
    let facts = match entry.map(decode) {
        None => return step(StepState::Failed, absent(keys)),
        Some(Err(why)) => return step(StepState::Failed, why),
        Some(Ok(facts)) => facts,
    };
    let own = env!("CARGO_PKG_VERSION");
    let newer = newer_than_this(&facts).or_else(|| {
        (order(own) < order(&facts.minimum_agent)).then(|| {
            format!(
                "the cluster takes version {} or newer and this is {own}: upgrade this program",
                facts.minimum_agent
            )
        })
    });
    match newer {
        Some(why) => step(StepState::Failed, why),
        None => step(StepState::Good, format!("cluster {}", facts.cluster_id)),
    }
}

/// The facts of an entry that was judged good.
pub(super) fn of(entry: Option<&Entry>) -> Option<ClusterFacts> {
    entry.and_then(|entry| decode(entry).ok())
}

/// How versions compare; what is no number counts as 0.
fn order(version: &str) -> [u64; 3] {
    let mut parts = version.split(['.', '-', '+']);
    [(); 3].map(|()| parts.next().and_then(|part| part.parse().ok()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(value: &str) -> Entry {
        Entry {
            key: "/belfry/main/v1/cluster/facts".to_owned(),
            value: value.as_bytes().to_owned(),
            create_revision: 1,
            mod_revision: 1,
            lease: None,
        }
    }

    fn judged(value: Option<&str>) -> (StepState, String) {
        let entry = value.map(entry);
        let step = judge(entry.as_ref(), &Keyspace::new("main"));
        (step.state, step.hint)
    }

    #[test]
    fn a_cluster_that_is_absent_newer_or_unreadable_is_refused_with_what_to_do() {
        let facts = |v: u32, minimum: &str| {
            format!(
                r#"{{"v":{v},"cluster_id":"00000000-0000-0000-0000-000000000001","schema":1,"minimum_agent":"{minimum}","later":1}}"#
            )
        };
        assert_eq!(judged(Some(&facts(1, "0.1.0"))).0, StepState::Good);
        for (value, part) in [
            (None, "belfryctl cluster init"),
            (Some(facts(2, "0.1.0")), "upgrade this program"),
            (Some(facts(1, "99.0.0")), "takes version 99.0.0 or newer"),
            (Some("\u{0}".to_owned()), "cannot be read"),
        ] {
            let (state, hint) = judged(value.as_deref());
            assert_eq!(state, StepState::Failed);
            assert!(hint.contains(part), "{part} is not in {hint}");
        }
    }

    #[test]
    fn facts_only_go_up_and_keep_what_they_do_not_know() {
        let newer = r#"{"v":1,"cluster_id":"00000000-0000-0000-0000-000000000001","schema":9,"minimum_agent":"7.0.0","later":1}"#;
        let facts = decode(&entry(newer)).expect("facts");
        assert_eq!(raised(facts.clone(), 3), facts);
        assert!(order("0.10.0") > order("0.9.9"));
    }
}
