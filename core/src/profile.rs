//! Saved connections: a name for each place that a person looks at. No secrets lie here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::config::{Config, Secret, SecretSource, Servers};
use crate::id::NameError;
use crate::job::nearest;
use crate::view::Environment;

mod file;
mod secrets;
mod written;

pub use file::{ProfileFileError, ProfilesFile};
pub use secrets::{Secrets, SecretsError};

/// A person's profiles by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiles {
    by_name: BTreeMap<ProfileName, Profile>,
}

/// A saved connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Where it leads.
    pub place: Place,
    /// How careful one has to be there.
    pub environment: Environment,
    /// Nothing may be changed through it.
    pub read_only: bool,
    /// Secrets of it that are kept elsewhere, under the profile's name.
    pub kept: BTreeSet<KeptSecret>,
}

/// A secret that is kept apart from the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeptSecret {
    /// The password of etcd's user.
    Cluster,
    /// The password of the database's user.
    History,
}

/// Where a profile leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// To a folder of this computer.
    Embedded(PathBuf),
    /// To a cluster.
    Servers(Box<Servers>),
}

/// A profile's name: `[a-z0-9][a-z0-9._-]{0,62}`.
pub type ProfileName = crate::id::ClusterName;

/// What is wrong with the profiles; one sentence for each mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct ProfilesError(Vec<String>);

/// There is no profile of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoProfile {
    /// One is named alike.
    #[error("there is no profile {0:?}: did you mean {1}?")]
    Near(String, String),
    /// These are there.
    #[error("there is no profile {0:?}: {1}")]
    None(String, String),
}

impl KeptSecret {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Cluster, Self::History];

    /// How files and keychains name it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Cluster => "cluster.password",
            Self::History => "history.password",
        }
    }
}

impl Profile {
    /// One that leads there, and may do everything.
    pub fn new(place: Place) -> Self {
        Self {
            place,
            environment: Environment::Test,
            read_only: false,
            kept: BTreeSet::new(),
        }
    }

    /// The place with a secret put in. One that it has no use for changes nothing.
    pub fn with(mut self, kept: KeptSecret, secret: &Secret) -> Self {
        let Place::Servers(servers) = &mut self.place else {
            return self;
        };
        match kept {
            KeptSecret::Cluster => {
                if let Some((_, password)) = &mut servers.cluster.user {
                    *password = SecretSource::Here(secret.clone());
                }
            }
            KeptSecret::History => {
                if let SecretSource::Here(url) = &servers.history.url {
                    let whole = with_password(url.reveal(), secret);
                    servers.history.url = SecretSource::Here(whole);
                }
            }
        }
        self
    }
}

impl Profiles {
    /// Reads a text. Paths in it begin at `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ProfilesError> {
        let table: Table = toml::from_str(text)
            .map_err(|error| ProfilesError(vec![error.message().to_owned()]))?;
        let (mut by_name, mut errors) = (BTreeMap::new(), Vec::new());
        for (name, value) in table {
            match read(&name, value, folder) {
                Ok((name, profile)) => drop(by_name.insert(name, profile)),
                Err(ProfilesError(found)) => {
                    errors.extend(found.iter().map(|error| format!("profile {name}: {error}")));
                }
            }
        }
        match errors.is_empty() {
            true => Ok(Self { by_name }),
            false => Err(ProfilesError(errors)),
        }
    }

    /// The text that [`Profiles::parse`] reads back.
    pub fn text(&self) -> String {
        let tables = self.by_name.iter();
        let tables =
            tables.map(|(name, profile)| (name.to_string(), Value::Table(written::table(profile))));
        tables.collect::<Table>().to_string()
    }

    /// Every profile, by name.
    pub fn all(&self) -> impl Iterator<Item = (&ProfileName, &Profile)> {
        self.by_name.iter()
    }

    /// The profile of this name.
    pub fn profile(&self, name: &str) -> Result<&Profile, NoProfile> {
        let found = self
            .by_name
            .iter()
            .find(|(known, _)| known.as_str() == name);
        found.map(|(_, profile)| profile).ok_or_else(|| {
            let names = || self.by_name.keys().map(ProfileName::as_str);
            if let Some(near) = nearest(name, names()) {
                return NoProfile::Near(name.to_owned(), near.to_owned());
            }
            let there = match names().collect::<Vec<_>>()[..] {
                [] => "none is saved, use --config FILE or --embedded DIR".to_owned(),
                ref names => format!("those that are saved are {}", names.join(", ")),
            };
            NoProfile::None(name.to_owned(), there)
        })
    }

    /// Saves a profile under a name, in place of one that has it. Secrets are refused.
    pub fn set(&mut self, name: ProfileName, profile: Profile) -> Result<(), ProfilesError> {
        let errors = secrets(&profile);
        if !errors.is_empty() {
            return Err(ProfilesError(errors));
        }
        self.by_name.insert(name, profile);
        Ok(())
    }

    /// Forgets a profile.
    pub fn remove(&mut self, name: &ProfileName) {
        self.by_name.remove(name);
    }
}

fn read(name: &str, value: Value, folder: &Path) -> Result<(ProfileName, Profile), ProfilesError> {
    let refuse = |error: String| ProfilesError(vec![error]);
    let named = ProfileName::new(name);
    let named = named.map_err(|NameError { .. }| {
        refuse("its name must be of lowercase letters, digits, '.', '_' and '-'".to_owned())
    })?;
    let Value::Table(mut table) = value else {
        return Err(refuse(format!("it is a section: write [{name}]")));
    };
    let environment = environment(table.remove("environment")).map_err(refuse)?;
    let read_only = read_only(table.remove("read_only")).map_err(refuse)?;
    let kept = kept(table.remove("kept")).map_err(refuse)?;
    if kept.contains(&KeptSecret::Cluster) {
        stand_in(&mut table);
    }
    let place = match (table.remove("embedded"), table.is_empty()) {
        (Some(Value::String(dir)), true) if !dir.is_empty() => Place::Embedded(folder.join(dir)),
        (Some(_), true) => return Err(refuse("`embedded` must be a folder".to_owned())),
        (Some(_), false) => {
            return Err(refuse(
                "`embedded` stands alone: remove it or the rest".to_owned(),
            ));
        }
        (None, _) => {
            let servers = without_stand_in(servers(table, folder)?, &kept);
            Place::Servers(Box::new(servers))
        }
    };
    let profile = Profile {
        place,
        environment,
        read_only,
        kept,
    };
    match secrets(&profile) {
        errors if errors.is_empty() => Ok((named, profile)),
        errors => Err(ProfilesError(errors)),
    }
}

fn environment(value: Option<Value>) -> Result<Environment, String> {
    let known = Environment::ALL.map(Environment::word);
    let Some(value) = value else {
        return Ok(Environment::Test);
    };
    let word = value.as_str().unwrap_or_default();
    let found = Environment::ALL.into_iter().find(|one| one.word() == word);
    found.ok_or_else(|| format!("`environment` must be one of {}", known.join(", ")))
}

fn read_only(value: Option<Value>) -> Result<bool, String> {
    let flag = value.map_or(Some(false), |value| value.as_bool());
    flag.ok_or_else(|| "`read_only` must be true or false".to_owned())
}

fn kept(value: Option<Value>) -> Result<BTreeSet<KeptSecret>, String> {
    let Some(value) = value else {
        return Ok(BTreeSet::new());
    };
    let of = |value: &Value| {
        let key = value.as_str()?;
        KeptSecret::ALL.into_iter().find(|kept| kept.key() == key)
    };
    let all = value.as_array().map(|list| list.iter().map(of).collect());
    let known = KeptSecret::ALL.map(KeptSecret::key).join(", ");
    all.flatten()
        .ok_or_else(|| format!("`kept` must be a list of {known}"))
}

/// A user needs a password: until the kept one is put in, any text stands for it.
fn stand_in(table: &mut Table) {
    let cluster = table.get_mut("cluster").and_then(Value::as_table_mut);
    if let Some(cluster) = cluster.filter(|cluster| cluster.contains_key("user")) {
        let any = Value::String("-".to_owned());
        cluster.entry("password").or_insert(any);
    }
}

/// Takes the stand-in out again.
fn without_stand_in(mut servers: Servers, kept: &BTreeSet<KeptSecret>) -> Servers {
    if let Some((_, password)) = &mut servers.cluster.user
        && kept.contains(&KeptSecret::Cluster)
    {
        *password = SecretSource::Kept;
    }
    servers
}

fn servers(table: Table, folder: &Path) -> Result<Servers, ProfilesError> {
    let refuse = |error: &str| ProfilesError(vec![error.to_owned()]);
    let is_foreign = |name: &&String| !matches!(name.as_str(), "cluster" | "history");
    if let Some(foreign) = table.keys().find(is_foreign) {
        return Err(refuse(&format!(
            "`{foreign}` is not known: a profile has cluster and history, or embedded"
        )));
    }
    let config = Config::of_table(table, folder).map_err(|error| refuse(&error.to_string()))?;
    let servers = config.servers;
    servers.ok_or_else(|| refuse("it leads nowhere: write cluster and history, or embedded"))
}

/// A sentence for each secret that the profile holds.
fn secrets(profile: &Profile) -> Vec<String> {
    let Place::Servers(servers) = &profile.place else {
        return Vec::new();
    };
    let password = matches!(servers.cluster.user, Some((_, SecretSource::Here(_))));
    let url = match &servers.history.url {
        SecretSource::Here(url) => holds_password(url.reveal()),
        SecretSource::In(_) | SecretSource::Kept => false,
    };
    let sentences = [
        (
            password,
            "`cluster.password` does not belong into a profile: write `password_file`",
        ),
        (
            url,
            "`history.url` holds a password, which does not belong into a profile: write `url_file`",
        ),
    ];
    let told = sentences.into_iter().filter(|(is_wrong, _)| *is_wrong);
    told.map(|(_, sentence)| sentence.to_owned()).collect()
}

/// The address with its user's password in it; without a user it stays as it is.
fn with_password(url: &str, password: &Secret) -> Secret {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Secret::new(url);
    };
    let Some((user, rest)) = rest.split_once('@') else {
        return Secret::new(url);
    };
    let user = user.split(':').next().unwrap_or(user);
    let password = percent_encoded(password.reveal());
    Secret::new(format!("{scheme}://{user}:{password}@{rest}"))
}

/// What is no letter or digit could part an address.
fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// `mysql://user:password@…`
pub(crate) fn holds_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':')) || rest.contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"
        [lab]
        embedded = "/srv/lab"
        [production]
        environment = "production"
        read_only = true
        [production.cluster]
        name = "main"
        endpoints = ["https://a:2379"]
        user = "ann"
        password_file = "/home/ann/etcd"
        ca = "ca.pem"
        [production.history]
        url_file = "/home/ann/mysql"
        insecure = true
    "#;

    fn refused(text: &str) -> String {
        let parsed = Profiles::parse(text, Path::new("/home/ann"));
        parsed.expect_err("refused").to_string()
    }

    #[test]
    fn profiles_are_read_written_and_read_back() {
        let folder = Path::new("/home/ann");
        let mut profiles = Profiles::parse(TWO, folder).expect("valid");
        assert_eq!(profiles.all().count(), 2);
        let lab = Place::Embedded("/srv/lab".into());
        assert_eq!(profiles.profile("lab").map(|found| &found.place), Ok(&lab));
        let production = profiles.profile("production").expect("one");
        assert!(production.read_only && production.environment == Environment::Production);
        assert_eq!(
            Profiles::parse(&profiles.text(), folder),
            Ok(profiles.clone())
        );
        profiles.remove(&ProfileName::new("lab").expect("a plain name"));
        profiles
            .set(
                ProfileName::new("lab-2").expect("a plain name"),
                Profile::new(lab),
            )
            .expect("no secret");
        let near = profiles.profile("lab2").expect_err("not there");
        assert!(near.to_string().contains("did you mean lab-2?"), "{near}");
    }

    #[test]
    fn secrets_and_mistakes_are_refused_and_not_shown() {
        let password = TWO.replace(
            "password_file = \"/home/ann/etcd\"",
            "password = \"hunter2\"",
        );
        let url = TWO.replace(
            "url_file = \"/home/ann/mysql\"",
            "url = \"mysql://ann:hunter2@db/belfry\"",
        );
        for (text, part) in [
            (password.as_str(), "write `password_file`"),
            (url.as_str(), "write `url_file`"),
            ("[a]", "leads nowhere"),
            ("a = 1", "write [a]"),
            ("[A]\nembedded = \"x\"", "lowercase"),
            ("[a]\nembedded = \"x\"\n[a.cluster]", "stands alone"),
            (
                "[a.cluster]\nnam = \"x\"\n[a.history]",
                "did you mean name?",
            ),
            ("[a.node]\nid = \"x\"", "`node` is not known"),
            (
                "[a]\nenvironment = \"prod\"",
                "one of test, staging, production",
            ),
            ("[a]\nread_only = 1", "true or false"),
            ("[a]\nkept = [\"x\"]", "cluster.password, history.password"),
        ] {
            let told = refused(text);
            assert!(told.contains(part), "{part} is not in {told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn kept_secrets_are_put_in_and_never_written() {
        let text = r#"
            [main]
            kept = ["cluster.password", "history.password"]
            [main.cluster]
            name = "main"
            endpoints = ["https://a:2379"]
            user = "ann"
            [main.history]
            url = "mysql://ann@db/belfry"
        "#;
        let folder = Path::new("/home/ann");
        let profiles = Profiles::parse(text, folder).expect("valid");
        assert_eq!(
            Profiles::parse(&profiles.text(), folder),
            Ok(profiles.clone())
        );
        assert!(
            !profiles.text().contains("password ="),
            "{}",
            profiles.text()
        );
        let profile = profiles.profile("main").expect("one").clone();
        let secret = Secret::new("hunter2 @");
        let whole = profile
            .with(KeptSecret::Cluster, &secret)
            .with(KeptSecret::History, &secret);
        let Place::Servers(servers) = &whole.place else {
            panic!("it leads to a cluster");
        };
        let password = SecretSource::Here(secret.clone());
        assert_eq!(servers.cluster.user, Some(("ann".to_owned(), password)));
        let url = servers.history.url.read("history.url").expect("it is here");
        assert_eq!(url.reveal(), "mysql://ann:hunter2%20%40@db/belfry");
        let mut others = profiles;
        let name = ProfileName::new("main").expect("a plain name");
        assert!(others.set(name, whole).is_err(), "secrets are refused");
    }
}
