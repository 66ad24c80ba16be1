//! Saved connections: a name for each place that a person looks at. No secrets lie here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::config::{Config, SecretSource, Servers};
use crate::id::NameError;
use crate::job::nearest;

mod file;
mod form;

pub use file::{ProfileFileError, ProfilesFile};

/// A person's profiles by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiles {
    by_name: BTreeMap<ProfileName, Place>,
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

impl Profiles {
    /// Reads a text. Paths in it begin at `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ProfilesError> {
        let table: Table = toml::from_str(text)
            .map_err(|error| ProfilesError(vec![error.message().to_owned()]))?;
        let (mut by_name, mut errors) = (BTreeMap::new(), Vec::new());
        for (name, value) in table {
            match read(&name, value, folder) {
                Ok((name, place)) => drop(by_name.insert(name, place)),
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
            tables.map(|(name, place)| (name.to_string(), Value::Table(form::table(place))));
        tables.collect::<Table>().to_string()
    }

    /// Every profile, by name.
    pub fn all(&self) -> impl Iterator<Item = (&ProfileName, &Place)> {
        self.by_name.iter()
    }

    /// Where the profile of this name leads.
    pub fn place(&self, name: &str) -> Result<&Place, NoProfile> {
        let found = self
            .by_name
            .iter()
            .find(|(known, _)| known.as_str() == name);
        found.map(|(_, place)| place).ok_or_else(|| {
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
    pub fn set(&mut self, name: ProfileName, place: Place) -> Result<(), ProfilesError> {
        let errors = secrets(&place);
        if !errors.is_empty() {
            return Err(ProfilesError(errors));
        }
        self.by_name.insert(name, place);
        Ok(())
    }

    /// Forgets a profile.
    pub fn remove(&mut self, name: &ProfileName) {
        self.by_name.remove(name);
    }
}

fn read(name: &str, value: Value, folder: &Path) -> Result<(ProfileName, Place), ProfilesError> {
    let refuse = |error: String| ProfilesError(vec![error]);
    let named = ProfileName::new(name);
    let named = named.map_err(|NameError { .. }| {
        refuse("its name must be of lowercase letters, digits, '.', '_' and '-'".to_owned())
    })?;
    let Value::Table(mut table) = value else {
        return Err(refuse(format!("it is a section: write [{name}]")));
    };
    let place = match (table.remove("embedded"), table.is_empty()) {
        (Some(Value::String(dir)), true) if !dir.is_empty() => Place::Embedded(folder.join(dir)),
        (Some(_), true) => return Err(refuse("`embedded` must be a folder".to_owned())),
        (Some(_), false) => {
            return Err(refuse(
                "`embedded` stands alone: remove it or the rest".to_owned(),
            ));
        }
        (None, _) => Place::Servers(Box::new(servers(table, folder)?)),
    };
    match secrets(&place) {
        errors if errors.is_empty() => Ok((named, place)),
        errors => Err(ProfilesError(errors)),
    }
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

/// A sentence for each secret that the place holds.
fn secrets(place: &Place) -> Vec<String> {
    let Place::Servers(servers) = place else {
        return Vec::new();
    };
    let password = matches!(servers.cluster.user, Some((_, SecretSource::Here(_))));
    let url = match &servers.history.url {
        SecretSource::Here(url) => holds_password(url.reveal()),
        SecretSource::In(_) => false,
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

/// `mysql://user:password@…`
fn holds_password(url: &str) -> bool {
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
        assert_eq!(profiles.place("lab"), Ok(&lab));
        assert_eq!(
            Profiles::parse(&profiles.text(), folder),
            Ok(profiles.clone())
        );
        profiles.remove(&ProfileName::new("lab").expect("a plain name"));
        profiles
            .set(ProfileName::new("lab-2").expect("a plain name"), lab)
            .expect("no secret");
        let near = profiles.place("lab2").expect_err("not there");
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
        ] {
            let told = refused(text);
            assert!(told.contains(part), "{part} is not in {told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
