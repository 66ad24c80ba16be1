//! The node's own file, which agent and `belfryctl` both read.
//!
//! What stands here is checked as a whole: every mistake is told at once, with its key. What the
//! file points to (certificates, passwords) is read when it is needed, not here.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::Table;

use crate::id::{ClusterName, NodeId, ProjectName};
use crate::policy::Policy;

mod file;
mod read;
mod secret;
mod section;

pub use file::{ConfigFileError, NamedFileError, read_named};
pub use secret::{Secret, SecretSource};

use section::Given;

/// What the file says. Absent keys have the defaults of whoever reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Where the stores of a cluster are; without it this computer stands by itself.
    pub servers: Option<Servers>,
    /// About this node.
    pub node: NodeConfig,
    /// What jobs may do here.
    pub policy: Policy,
    /// How the agent logs.
    pub log: LogConfig,
    /// Where the agent tells its numbers, on this computer only; nowhere when absent.
    pub metrics: Option<SocketAddr>,
}

/// `[cluster]` and `[history]`, which go together.
#[derive(Clone, Debug, PartialEq)]
pub struct Servers {
    /// The store of the present.
    pub cluster: ClusterConfig,
    /// The store of the past.
    pub history: HistoryConfig,
}

/// `[cluster]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterConfig {
    /// The cluster, by the name that its keys carry.
    pub name: ClusterName,
    /// etcd's members.
    pub endpoints: Vec<String>,
    /// Who signs in, and with what.
    pub user: Option<(String, SecretSource)>,
    /// Who signs the members' certificates.
    pub ca: Option<PathBuf>,
    /// Our own certificate and its private key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Plain text to other computers is allowed.
    pub insecure: bool,
    /// Where the keys begin; by the cluster's name when absent.
    pub prefix: Option<String>,
    /// What opens the secrets of definitions: the secret part of the cluster's identity.
    pub identity_file: Option<PathBuf>,
}

/// `[history]`.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryConfig {
    /// `mysql://user:password@host/database`.
    pub url: SecretSource,
    /// Who signs the server's certificate.
    pub ca: Option<PathBuf>,
    /// Plain text to another computer is allowed.
    pub insecure: bool,
}

/// `[node]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeConfig {
    /// The stable id; the one in the journal, else the host's name when absent.
    pub id: Option<NodeId>,
    /// The lines of business that it serves; empty: all.
    pub projects: Vec<ProjectName>,
    /// What jobs choose it by.
    pub labels: BTreeMap<String, String>,
    /// Its share of the work among its like; 0 takes no new work.
    pub weight: Option<u32>,
    /// Programs that run at once.
    pub max_parallel: Option<usize>,
    /// Reads scripts that name no interpreter; `/bin/sh` when absent.
    pub shell: Option<String>,
    /// Where the agent keeps its files.
    pub data_dir: Option<PathBuf>,
}

/// `[log]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogConfig {
    /// How lines look.
    pub format: LogFormat,
    /// The least important lines that are written.
    pub level: LogLevel,
}

/// How lines of the log look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people, on standard error.
    #[default]
    Text,
    /// One object a line, on standard error.
    Json,
    /// To systemd's journal, with fields.
    Journald,
}

/// The least important lines that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// Somebody must act.
    Error,
    /// The agent coped.
    Warn,
    /// Its life.
    #[default]
    Info,
    /// What it does.
    Debug,
    /// Everything.
    Trace,
}

/// The file cannot be used; one line for each mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct ConfigError(Vec<String>);

const SECTIONS: [(&str, &[&str]); 6] = [
    (
        "cluster",
        &[
            "name",
            "endpoints",
            "user",
            "password",
            "password_file",
            "ca",
            "cert",
            "key",
            "insecure",
            "prefix",
            "identity_file",
        ],
    ),
    ("history", &["url", "url_file", "ca", "insecure"]),
    (
        "node",
        &[
            "id",
            "projects",
            "labels",
            "weight",
            "max_parallel",
            "shell",
            "data_dir",
        ],
    ),
    ("policy", &["run_as", "egress"]),
    ("log", &["format", "level"]),
    ("metrics", &["listen"]),
];

impl Config {
    /// Reads the text of a file that lies in `folder`, with the environment's variables over it.
    pub fn parse(
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
        folder: &Path,
    ) -> Result<Self, ConfigError> {
        let table: Table = toml::from_str(text).map_err(|error| {
            ConfigError(vec![error.message().to_owned() + &place(text, &error)])
        })?;
        Self::of(Given::new(table, environment, folder))
    }

    /// Reads what lies in a table of another file in `folder`.
    pub(crate) fn of_table(table: Table, folder: &Path) -> Result<Self, ConfigError> {
        Self::of(Given::new(table, [], folder))
    }

    /// Checks what is given as a whole.
    fn of(mut given: Given) -> Result<Self, ConfigError> {
        given.refuse_unknown(&SECTIONS);
        let config = Self {
            servers: read::servers(&mut given),
            node: read::node(&mut given),
            policy: read::policy(&mut given),
            log: read::log(&mut given),
            metrics: read::metrics(&mut given),
        };
        match given.errors.is_empty() {
            true => Ok(config),
            false => Err(ConfigError(given.errors)),
        }
    }
}

/// Where the text stops being TOML. The parser's own words quote the line, which may hold a secret.
fn place(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map(|span| span.start);
    let before = start.and_then(|start| text.get(..start));
    before.map_or_else(String::new, |before| {
        format!(" in line {}", before.matches('\n').count() + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::parse(text, variables, Path::new("/etc/belfry")).map_err(|error| error.to_string())
    }

    const WHOLE: &str = r#"
        [cluster]
        name = "main"
        endpoints = ["https://a:2379", "https://b:2379"]
        user = "belfry"
        password_file = "etcd.password"
        ca = "ca.pem"
        cert = "node.pem"
        key = "/keys/node.key"
        [history]
        url = "mysql://belfry:hunter2@db/belfry"
        [node]
        id = "web-1"
        projects = ["ops", "shop"]
        labels = { role = "web", zone = "a" }
        weight = 3
        max_parallel = 3
        shell = "/bin/bash"
        data_dir = "/var/lib/belfry"
        [log]
        format = "json"
        level = "debug"
        [metrics]
        listen = "[::1]:9464"
    "#;

    #[test]
    fn reads_a_node_of_a_cluster() {
        let config = parse(WHOLE, &[]).expect("valid");
        let Servers { cluster, history } = config.servers.expect("a cluster");
        assert_eq!(
            (cluster.name.as_str(), cluster.endpoints.len()),
            ("main", 2)
        );
        let password = SecretSource::In("/etc/belfry/etcd.password".into());
        assert_eq!(cluster.user, Some(("belfry".to_owned(), password)));
        let identity = ("/etc/belfry/node.pem".into(), "/keys/node.key".into());
        assert_eq!(cluster.identity, Some(identity));
        assert!(!cluster.insecure && !history.insecure && cluster.prefix.is_none());
        let node = config.node;
        assert_eq!((node.projects.len(), node.weight), (2, Some(3)));
        assert_eq!(node.labels["zone"], "a");
        assert_eq!(config.log.format, LogFormat::Json);
        assert!(config.metrics.is_some_and(|at| at.is_ipv6()));
    }

    #[test]
    fn the_environment_overrides_every_kind_of_key() {
        let variables = [
            ("BELFRY__NODE__MAX_PARALLEL", "9"),
            ("BELFRY__NODE__PROJECTS", "a, b"),
            ("BELFRY__NODE__LABELS", "role=db,zone=b"),
            ("BELFRY__CLUSTER__ENDPOINTS", "http://127.0.0.1:2379"),
            ("BELFRY__CLUSTER__INSECURE", "true"),
            ("BELFRY__LOG__LEVEL", "warn"),
            ("HOME", "/root"),
        ];
        let config = parse(WHOLE, &variables).expect("valid");
        assert_eq!(config.node.max_parallel, Some(9));
        assert_eq!(config.node.projects.len(), 2);
        assert_eq!(config.node.labels["role"], "db");
        let cluster = config.servers.expect("a cluster").cluster;
        assert_eq!((cluster.endpoints.len(), cluster.insecure), (1, true));
        assert_eq!(config.log.level, LogLevel::Warn);
        assert_eq!(parse("", &[]), Ok(Config::default()));
    }

    #[test]
    fn tells_every_mistake_with_its_key_and_a_suggestion() {
        let text = r#"
            [node]
            id = "Web 1"
            max_paralel = 3
            max_parallel = 0
            weight = 101
            labels = { "a b" = "c" }
            projects = ["Ops"]
            [nodes]
            [cluster]
            endpoint = ["x"]
            key = "k"
            password = "hunter2"
            prefix = "belfry/"
            [log]
            format = "xml"
            [metrics]
            listen = "0.0.0.0:9464"
            [policy]
            run_as = ["www data"]
            egress = ["localhost"]
        "#;
        let told = parse(
            text,
            &[("BELFRY__NODE__SHEL", "x"), ("BELFRY__LOG__LEVEL", "loud")],
        );
        let told = told.expect_err("refused");
        for part in [
            "did you mean max_parallel?",
            "[nodes] is not known: did you mean [node]?",
            "`node.id`",
            "from 1 to",
            "`node.weight` must be a number from 0 to 100",
            "`node.labels`",
            "`node.projects`",
            "did you mean endpoints?",
            "`cluster.name` is missing",
            "`cluster.endpoints` is missing",
            "`cluster.key` needs `cluster.cert`",
            "`cluster.password` needs `cluster.user`",
            "`cluster.prefix`",
            "[cluster] needs [history]",
            "`metrics.listen` must be an address of this computer",
            "`log.format` must be text, json or journald",
            "`policy.run_as` cannot hold \"www data\"",
            "`policy.egress` cannot hold \"localhost\"",
            "the variable BELFRY__NODE__SHEL is not known: did you mean shell?",
            "BELFRY__LOG__LEVEL must be error, warn, info, debug or trace",
        ] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        assert!(!told.contains("hunter2"), "{told}");
        assert!(parse("node = 1", &[]).is_err());
    }

    #[test]
    fn a_text_that_is_no_toml_is_told_by_its_line_and_not_quoted() {
        let told =
            parse("[cluster]\nname = 'a'\npassword = \"hunter2\n", &[]).expect_err("refused");
        assert!(
            told.contains("line 3") && !told.contains("hunter2"),
            "{told}"
        );
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", parse(WHOLE, &[]).expect("valid"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
