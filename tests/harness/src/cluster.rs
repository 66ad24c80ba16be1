//! A cluster: etcd, a database, and agents with folders and configurations of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use belfry_core::cluster::{self, Role, Stores};
use belfry_core::config::{Config, Servers};
use belfry_core::id::NodeId;
use belfry_core::identity::IdentityFolder;
use belfry_core::profile;

use crate::agent::Agent;
use crate::etcd::EtcdCluster;
use crate::mariadb::MariaDb;
use crate::place::Place;

/// A prepared cluster without agents.
pub struct ClusterPlace {
    /// Its stores, as a person sees them.
    pub place: Place,
    /// The servers' processes.
    pub etcd: EtcdCluster,
    /// The database's process.
    pub mariadb: MariaDb,
    /// The `[cluster]` and `[history]` of everybody.
    pub servers: String,
}

impl ClusterPlace {
    /// A new one, with so many members of etcd.
    pub async fn start(members: usize) -> Self {
        let (etcd, mariadb) = tokio::join!(EtcdCluster::start(members), MariaDb::start());
        let database = mariadb.database().await;
        let servers = format!(
            "[cluster]\nname = \"scenario\"\nendpoints = {:?}\n[history]\nurl = {:?}\n",
            etcd.endpoints(),
            mariadb.url(&database)
        );
        let read = read(&servers);
        let place = Place::with(async |dir| {
            let identities = identities(dir);
            let prepared = cluster::init(&read, &identities).await;
            prepared.expect("a new cluster");
            let place = profile::Place::Servers(Box::new(read));
            Stores::open(&place, Role::Person).await
        });
        Self {
            place: place.await,
            etcd,
            mariadb,
            servers,
        }
    }

    /// Where the secret part of the cluster's identity is kept.
    pub fn identities(&self) -> IdentityFolder {
        identities(self.place.dir())
    }

    /// The folder of a node.
    pub fn dir(&self, node: &str) -> PathBuf {
        self.place.dir().join(node)
    }

    /// Writes a node's own file, with further lines for its `[node]`.
    pub fn configure(&self, node: &str, lines: &str) {
        self.configure_with(node, lines, &self.servers);
    }

    /// The same, for other servers than this cluster's.
    pub fn configure_with(&self, node: &str, lines: &str, servers: &str) {
        let dir = self.dir(node);
        fs::create_dir_all(&dir).expect("the folder is ours");
        let mut own = format!("id = \"{node}\"\ndata_dir = {dir:?}\n");
        if !lines.contains("max_parallel") {
            // The usual number of slots would measure the machine.
            own.push_str("max_parallel = 100\n");
        }
        let text = format!("{servers}[node]\n{own}{lines}");
        fs::write(dir.join("agent.toml"), text).expect("the folder is ours");
    }

    /// Starts the agent of a node that is configured, and waits until it is up.
    pub async fn agent(&self, node: &str) -> Agent {
        let agent = Agent::start_configured(&self.dir(node));
        self.place.up(&node_id(node), &agent).await;
        agent
    }

    /// Whether a node has a session.
    pub async fn is_up(&self, node: &str) -> bool {
        let key = self.place.keys.session(&node_id(node));
        let found = self.place.coord.get(&[key]).await.expect("etcd answers");
        found.1.iter().any(Option::is_some)
    }

    /// The use-cases over these stores.
    pub fn cluster(&self) -> cluster::Cluster {
        let (coord, history) = (self.place.coord.clone(), self.place.history.clone());
        let keys = self.place.keys.clone();
        cluster::Cluster::new(
            Arc::clone(&coord),
            Arc::clone(&history),
            keys,
            "test".to_owned(),
        )
    }
}

fn identities(dir: &Path) -> IdentityFolder {
    IdentityFolder::at(dir.join("identities"))
}

/// What a text says of servers.
pub fn read(servers: &str) -> Servers {
    let config = Config::parse(servers, [], std::path::Path::new("/")).expect("a valid text");
    config.servers.expect("it names servers")
}

/// A node by its name.
pub fn node_id(name: &str) -> NodeId {
    NodeId::new(name).expect("a plain name")
}
