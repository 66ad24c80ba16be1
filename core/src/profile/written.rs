//! How a profile is written.

use std::path::Path;

use toml::{Table, Value};

use super::{Place, Profile};
use crate::config::{SecretSource, Servers};
use crate::view::Environment;

/// The keys of one profile.
pub fn table(profile: &Profile) -> Table {
    let kept = profile.kept.iter().map(|kept| kept.key());
    let kept: Vec<Value> = kept.map(|key| Value::String(key.to_owned())).collect();
    let word = (profile.environment != Environment::Test).then(|| profile.environment.word());
    let mut table = given([
        (
            "environment",
            word.map(|word| Value::String(word.to_owned())),
        ),
        (
            "read_only",
            profile.read_only.then_some(Value::Boolean(true)),
        ),
        ("kept", (!kept.is_empty()).then_some(Value::Array(kept))),
    ]);
    table.extend(place(&profile.place));
    table
}

fn place(place: &Place) -> Table {
    match place {
        Place::Embedded(dir) => Table::from_iter([("embedded".to_owned(), path(dir))]),
        Place::Servers(servers) => {
            let sections = [("cluster", cluster(servers)), ("history", history(servers))];
            let named = |(name, table): (&str, Table)| (name.to_owned(), Value::Table(table));
            sections.into_iter().map(named).collect()
        }
    }
}

fn cluster(servers: &Servers) -> Table {
    let cluster = &servers.cluster;
    let endpoints = cluster.endpoints.iter().cloned().map(Value::String);
    let (user, password) = parted(cluster.user.as_ref());
    let (cert, key) = parted(cluster.identity.as_ref());
    given([
        ("name", Some(Value::String(cluster.name.to_string()))),
        ("endpoints", Some(Value::Array(endpoints.collect()))),
        ("user", user.cloned().map(Value::String)),
        ("password_file", password.and_then(file)),
        ("ca", cluster.ca.as_deref().map(path)),
        ("cert", cert.map(|cert| path(cert))),
        ("key", key.map(|key| path(key))),
        ("insecure", cluster.insecure.then_some(Value::Boolean(true))),
        ("prefix", cluster.prefix.clone().map(Value::String)),
        ("identity_file", cluster.identity_file.as_deref().map(path)),
    ])
}

fn history(servers: &Servers) -> Table {
    let history = &servers.history;
    let url = match &history.url {
        SecretSource::Here(url) => Some(Value::String(url.reveal().to_owned())),
        SecretSource::In(_) | SecretSource::Kept => None,
    };
    given([
        ("url", url),
        ("url_file", file(&history.url)),
        ("ca", history.ca.as_deref().map(path)),
        ("insecure", history.insecure.then_some(Value::Boolean(true))),
    ])
}

fn given<const N: usize>(keys: [(&str, Option<Value>); N]) -> Table {
    let keys = keys.into_iter();
    keys.filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}

fn parted<A, B>(pair: Option<&(A, B)>) -> (Option<&A>, Option<&B>) {
    (pair.map(|pair| &pair.0), pair.map(|pair| &pair.1))
}

fn file(source: &SecretSource) -> Option<Value> {
    match source {
        SecretSource::In(file) => Some(path(file)),
        SecretSource::Here(_) | SecretSource::Kept => None,
    }
}

fn path(path: &Path) -> Value {
    Value::String(path.display().to_string())
}
