//! What each section says.

use std::net::SocketAddr;

use super::section::{Given, Section};
use super::{
    ClusterConfig, HistoryConfig, LogConfig, LogFormat, LogLevel, NodeConfig, SecretSource, Servers,
};
use crate::id::ProjectName;
use crate::job::is_label;
use crate::limits::{LABEL_CHARS_MAX, MAX_PARALLEL_MAX, WEIGHT_MAX};
use crate::policy::{Egress, NoBlock, Policy, is_user_name};

/// `[cluster]` and `[history]`: both or none.
pub fn servers(given: &mut Given) -> Option<Servers> {
    let has_cluster = given.section("cluster").is_some();
    let cluster = given
        .section("cluster")
        .and_then(|section| cluster(section));
    let has_history = given.section("history").is_some();
    let history = given.section("history").and_then(history);
    let alone = match (has_cluster, has_history) {
        (true, false) => Some("[cluster] needs [history]: say where the database of runs is"),
        (false, true) => Some("[history] needs [cluster]: say where etcd is, or remove it"),
        _ => None,
    };
    given.errors.extend(alone.map(str::to_owned));
    Some(Servers {
        cluster: cluster?,
        history: history?,
    })
}

fn cluster(mut section: Section) -> Option<ClusterConfig> {
    let name = section.needed("name").then(|| section.parsed("name"));
    let endpoints = section
        .needed("endpoints")
        .then(|| section.texts("endpoints"));
    if endpoints.as_ref().is_some_and(Vec::is_empty) {
        section.refuse("endpoints", "names no member of etcd: write at least one");
    }
    let (user, password) = (
        section.text("user"),
        one_of(&mut section, "password", "password_file"),
    );
    let passworded = password.is_some();
    let needs = |section: &mut Section, key: &str, other: &str| {
        section.refuse(key, &format!("needs `cluster.{other}`"));
    };
    match (user.is_some(), passworded) {
        (true, false) if !section.has("password") => needs(&mut section, "user", "password_file"),
        (false, true) => needs(&mut section, password_key(&password), "user"),
        _ => {}
    }
    let (cert, key) = (section.path("cert"), section.path("key"));
    match (cert.is_some(), key.is_some()) {
        (true, false) => needs(&mut section, "cert", "key"),
        (false, true) => needs(&mut section, "key", "cert"),
        _ => {}
    }
    let prefix = section.text("prefix");
    let is_usable = |prefix: &String| prefix.starts_with('/') && !prefix.ends_with('/');
    if prefix.as_ref().is_some_and(|prefix| !is_usable(prefix)) {
        section.refuse("prefix", "must begin with / and not end with one");
    }
    Some(ClusterConfig {
        ca: section.path("ca"),
        insecure: section.flag("insecure"),
        identity_file: section.path("identity_file"),
        name: name??,
        endpoints: endpoints?,
        user: user.zip(password),
        identity: cert.zip(key),
        prefix,
    })
}

fn password_key(password: &Option<SecretSource>) -> &'static str {
    match password {
        Some(SecretSource::In(_)) => "password_file",
        _ => "password",
    }
}

fn history(mut section: Section) -> Option<HistoryConfig> {
    let url = one_of(&mut section, "url", "url_file");
    if url.is_none() && !section.has("url") && !section.has("url_file") {
        section.refuse("url", "is missing, and so is `history.url_file`");
    }
    Some(HistoryConfig {
        ca: section.path("ca"),
        insecure: section.flag("insecure"),
        url: url?,
    })
}

/// A secret that stands in `key`, or in the file that `file_key` names.
fn one_of(section: &mut Section, key: &str, file_key: &str) -> Option<SecretSource> {
    if section.has(key) && section.has(file_key) {
        section.refuse(key, &format!("and `{file_key}` are both given: remove one"));
    }
    let here = section.secret(key).map(SecretSource::Here);
    here.or_else(|| section.path(file_key).map(SecretSource::In))
}

/// `[node]`.
pub fn node(given: &mut Given) -> NodeConfig {
    let Some(mut section) = given.section("node") else {
        return NodeConfig::default();
    };
    let mut projects = Vec::new();
    for text in section.texts("projects") {
        match ProjectName::new(&text) {
            Ok(project) => projects.push(project),
            Err(error) => section.refuse("projects", &format!("cannot be used: {error}")),
        }
    }
    let labels = section.named_texts("labels");
    for text in labels.iter().flat_map(|(name, value)| [name, value]) {
        if !is_label(text) {
            let what = format!(
                "cannot hold {text:?}: names and values are letters, digits, -, _, . and /, with a \
                 letter or a digit at both ends, {LABEL_CHARS_MAX} at most"
            );
            section.refuse("labels", &what);
        }
    }
    let most = u32::try_from(MAX_PARALLEL_MAX).expect("it is a small number");
    let max_parallel = section.number("max_parallel", 1, most);
    NodeConfig {
        id: section.parsed("id"),
        projects,
        labels,
        weight: section.number("weight", 0, WEIGHT_MAX),
        max_parallel: max_parallel.and_then(|number| usize::try_from(number).ok()),
        shell: section.text("shell"),
        data_dir: section.path("data_dir"),
    }
}

/// `[log]`.
pub fn log(given: &mut Given) -> LogConfig {
    let Some(mut section) = given.section("log") else {
        return LogConfig::default();
    };
    let format = match section.text("format").as_deref() {
        None | Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some("journald") => LogFormat::Journald,
        Some(_) => {
            section.refuse("format", "must be text, json or journald");
            LogFormat::Text
        }
    };
    let level = match section.text("level").as_deref() {
        Some("error") => LogLevel::Error,
        Some("warn") => LogLevel::Warn,
        None | Some("info") => LogLevel::Info,
        Some("debug") => LogLevel::Debug,
        Some("trace") => LogLevel::Trace,
        Some(_) => {
            section.refuse("level", "must be error, warn, info, debug or trace");
            LogLevel::Info
        }
    };
    LogConfig { format, level }
}

/// `[metrics]`: whoever could read them from elsewhere would learn what runs here, unasked.
pub fn metrics(given: &mut Given) -> Option<SocketAddr> {
    let mut section = given.section("metrics")?;
    if !section.needed("listen") {
        return None;
    }
    let at: SocketAddr = section.parsed("listen")?;
    if !at.ip().is_loopback() {
        section.refuse(
            "listen",
            "must be an address of this computer alone, such as 127.0.0.1:9464",
        );
        return None;
    }
    Some(at)
}

/// `[policy]`.
pub fn policy(given: &mut Given) -> Policy {
    let Some(mut section) = given.section("policy") else {
        return Policy::default();
    };
    let mut blocks = Vec::new();
    for text in section.texts("egress") {
        match text.parse() {
            Ok(block) => blocks.push(block),
            Err(NoBlock) => {
                let what = format!(
                    "cannot hold {text:?}: write addresses or blocks of them, such as [\"127.0.0.1\", \"10.0.0.0/8\"]"
                );
                section.refuse("egress", &what);
            }
        }
    }
    let run_as = section.has("run_as").then(|| section.texts("run_as"));
    for user in run_as.iter().flatten().filter(|user| !is_user_name(user)) {
        let what = format!("cannot hold {user:?}: write names of users, such as [\"www-data\"]");
        section.refuse("run_as", &what);
    }
    let egress = Egress::with(blocks);
    Policy { run_as, egress }
}
