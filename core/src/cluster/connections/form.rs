//! A profile as the texts of a form, and back: every mistake at its field.

use std::path::{Path, PathBuf};

use crate::config::{ClusterConfig, HistoryConfig, Secret, SecretSource, Servers};
use crate::coord::etcd::is_address;
use crate::profile::{KeptSecret, Place, Profile, ProfileName, Profiles, holds_password};
use crate::view::{ConnectionFault, ConnectionForm, ConnectionMistake, SecretWish};

/// The texts of a profile. None for one that leads to a folder: it is not edited by a form.
pub fn form_of(name: &str, profile: &Profile) -> Option<ConnectionForm> {
    let Place::Servers(servers) = &profile.place else {
        return None;
    };
    let Servers { cluster, history } = &**servers;
    let path = |path: &Option<PathBuf>| path.as_deref().map_or_else(String::new, shown);
    let identity = cluster.identity.as_ref();
    let user = cluster.user.as_ref();
    let file = |source: Option<&SecretSource>| match source {
        Some(SecretSource::In(file)) => shown(file),
        _ => String::new(),
    };
    let wish = |kept| match profile.kept.contains(&kept) {
        true => SecretWish::Kept,
        false => SecretWish::None,
    };
    let history_url = match &history.url {
        SecretSource::Here(url) => url.reveal().to_owned(),
        SecretSource::In(_) | SecretSource::Kept => String::new(),
    };
    Some(ConnectionForm {
        name: name.to_owned(),
        environment: profile.environment,
        read_only: profile.read_only,
        cluster: cluster.name.to_string(),
        endpoints: cluster.endpoints.join(", "),
        user: user.map_or_else(String::new, |(user, _)| user.clone()),
        password: wish(KeptSecret::Cluster),
        password_file: file(user.map(|(_, password)| password)),
        ca: path(&cluster.ca),
        cert: identity.map_or_else(String::new, |(cert, _)| shown(cert)),
        key: identity.map_or_else(String::new, |(_, key)| shown(key)),
        insecure: cluster.insecure,
        prefix: cluster.prefix.clone().unwrap_or_default(),
        history_url,
        history_password: wish(KeptSecret::History),
        history_url_file: file(Some(&history.url)),
        history_ca: path(&history.ca),
        history_insecure: history.insecure,
    })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What a form says: the profile, and the secrets that are new. `before` is the name that the
/// profile has had so far, if it is there already.
pub fn read_form(
    form: &ConnectionForm,
    before: Option<&str>,
    profiles: &Profiles,
) -> Result<FormRead, Vec<ConnectionMistake>> {
    let mut reading = Reading {
        form,
        mistakes: Vec::new(),
    };
    let name = reading.name("name", &form.name);
    let is_taken = name.as_ref().is_some_and(|name| {
        before != Some(name.as_str()) && profiles.profile(name.as_str()).is_ok()
    });
    if is_taken {
        reading.refuse("name", ConnectionFault::Taken, &form.name);
    }
    let cluster = reading.cluster();
    let history = reading.history();
    match (name, cluster, history, reading.mistakes.is_empty()) {
        (Some(name), Some(cluster), Some(history), true) => Ok(read(form, name, cluster, history)),
        _ => Err(reading.mistakes),
    }
}

/// A form that can be used.
#[derive(Debug)]
pub struct FormRead {
    /// The profile's name.
    pub name: ProfileName,
    /// The profile, without secrets.
    pub profile: Profile,
    /// Secrets to be kept from now on.
    pub secrets: Vec<(KeptSecret, Secret)>,
}

impl FormRead {
    /// Keeps what the form has no field for, as the profile had it before.
    pub fn carry_over(&mut self, before: &Profile) {
        if let (Place::Servers(new), Place::Servers(old)) = (&mut self.profile.place, &before.place)
        {
            new.cluster.identity_file = old.cluster.identity_file.clone();
        }
    }
}

fn read(
    form: &ConnectionForm,
    name: ProfileName,
    cluster: ClusterConfig,
    history: HistoryConfig,
) -> FormRead {
    let wishes = [
        (KeptSecret::Cluster, &form.password),
        (KeptSecret::History, &form.history_password),
    ];
    let kept = wishes.iter().filter(|(_, wish)| **wish != SecretWish::None);
    let secrets = wishes.iter().filter_map(|(kept, wish)| match wish {
        SecretWish::Set(text) => Some((*kept, Secret::new(text.clone()))),
        SecretWish::None | SecretWish::Kept => None,
    });
    let profile = Profile {
        environment: form.environment,
        read_only: form.read_only,
        kept: kept.map(|(kept, _)| *kept).collect(),
        place: Place::Servers(Box::new(Servers { cluster, history })),
    };
    FormRead {
        name,
        profile,
        secrets: secrets.collect(),
    }
}

struct Reading<'a> {
    form: &'a ConnectionForm,
    mistakes: Vec<ConnectionMistake>,
}

impl Reading<'_> {
    fn refuse(&mut self, field: &str, kind: ConnectionFault, text: &str) {
        self.mistakes.push(ConnectionMistake {
            field: field.to_owned(),
            kind,
            text: text.trim().to_owned(),
        });
    }

    fn name(&mut self, field: &str, text: &str) -> Option<ProfileName> {
        let text = text.trim();
        let kind = match ProfileName::new(text) {
            Ok(name) => return Some(name),
            Err(_) if text.is_empty() => ConnectionFault::Missing,
            Err(_) => ConnectionFault::NoName,
        };
        self.refuse(field, kind, text);
        None
    }

    /// A file that is there; nothing for an empty text.
    fn file(&mut self, field: &str, text: &str) -> Option<PathBuf> {
        let path = Some(PathBuf::from(text.trim())).filter(|path| !path.as_os_str().is_empty())?;
        if !path.is_absolute() || !path.is_file() {
            self.refuse(field, ConnectionFault::NoFile, text);
        }
        Some(path)
    }

    fn cluster(&mut self) -> Option<ClusterConfig> {
        let form = self.form;
        let name = self.name("cluster", &form.cluster);
        let endpoints = self.endpoints();
        let user = self.user();
        let ca = self.file("ca", &form.ca);
        let cert = self.file("cert", &form.cert);
        let key = self.file("key", &form.key);
        match (&cert, &key) {
            (Some(_), None) => self.refuse("key", ConnectionFault::NeedsPair, ""),
            (None, Some(_)) => self.refuse("cert", ConnectionFault::NeedsPair, ""),
            _ => {}
        }
        let prefix = Some(form.prefix.trim().to_owned()).filter(|text| !text.is_empty());
        let is_usable = |prefix: &String| prefix.starts_with('/') && !prefix.ends_with('/');
        if prefix.as_ref().is_some_and(|prefix| !is_usable(prefix)) {
            self.refuse("prefix", ConnectionFault::NoPrefix, &form.prefix);
        }
        Some(ClusterConfig {
            name: name?,
            endpoints,
            user,
            ca,
            identity: cert.zip(key),
            insecure: form.insecure,
            prefix,
            identity_file: None,
        })
    }

    fn endpoints(&mut self) -> Vec<String> {
        let parts = self
            .form
            .endpoints
            .split(|c: char| c == ',' || c.is_whitespace());
        let all: Vec<String> = parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        if all.is_empty() {
            self.refuse("endpoints", ConnectionFault::Missing, "");
        }
        if let Some(wrong) = all.iter().find(|text| !is_address(text)) {
            let kind = match wrong.contains('@') {
                true => ConnectionFault::HoldsPassword,
                false => ConnectionFault::NoAddress,
            };
            let told = wrong.rsplit('@').next().unwrap_or_default().to_owned();
            self.refuse("endpoints", kind, &told);
        }
        all
    }

    fn user(&mut self) -> Option<(String, SecretSource)> {
        let form = self.form;
        let user = form.user.trim();
        let file = self.file("password_file", &form.password_file);
        let has_password = form.password != SecretWish::None;
        match (user.is_empty(), has_password, file) {
            (true, false, None) => None,
            (true, ..) => {
                self.refuse("user", ConnectionFault::Missing, "");
                None
            }
            (false, true, Some(_)) => {
                self.refuse("password_file", ConnectionFault::Both, "");
                None
            }
            (false, true, None) => Some((user.to_owned(), SecretSource::Kept)),
            (false, false, Some(file)) => Some((user.to_owned(), SecretSource::In(file))),
            (false, false, None) => {
                self.refuse("password", ConnectionFault::Missing, "");
                None
            }
        }
    }

    fn history(&mut self) -> Option<HistoryConfig> {
        let form = self.form;
        let file = self.file("history_url_file", &form.history_url_file);
        let ca = self.file("history_ca", &form.history_ca);
        let url = form.history_url.trim();
        let url = match (url.is_empty(), file) {
            (true, None) => {
                self.refuse("history_url", ConnectionFault::Missing, "");
                None
            }
            (true, Some(file)) => Some(SecretSource::In(file)),
            (false, Some(_)) => {
                self.refuse("history_url_file", ConnectionFault::Both, "");
                None
            }
            (false, None) => self.url(url).map(SecretSource::Here),
        };
        Some(HistoryConfig {
            url: url?,
            ca,
            insecure: form.history_insecure,
        })
    }

    fn url(&mut self, url: &str) -> Option<Secret> {
        let is_of_database = ["mysql://", "mariadb://"]
            .iter()
            .any(|scheme| url.starts_with(scheme));
        if holds_password(url) {
            // The text itself must not come back.
            self.refuse("history_url", ConnectionFault::HoldsPassword, "");
            return None;
        }
        if !is_of_database {
            self.refuse("history_url", ConnectionFault::NoDatabase, url);
            return None;
        }
        if self.form.history_password != SecretWish::None && !url.contains('@') {
            self.refuse("history_url", ConnectionFault::NeedsPair, url);
            return None;
        }
        Some(Secret::new(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ConnectionForm {
        ConnectionForm {
            name: "main".to_owned(),
            cluster: "main".to_owned(),
            endpoints: "https://a:2379, b:2379\nc".to_owned(),
            user: "ann".to_owned(),
            password: SecretWish::Set("hunter2".to_owned()),
            history_url: "mysql://ann@db/belfry".to_owned(),
            history_password: SecretWish::Set("hunter2".to_owned()),
            ..ConnectionForm::default()
        }
    }

    fn refused(form: &ConnectionForm) -> Vec<(String, ConnectionFault)> {
        let mistakes = read_form(form, None, &Profiles::default()).expect_err("refused");
        assert!(!format!("{mistakes:?}").contains("hunter2"), "{mistakes:?}");
        let told = mistakes.into_iter();
        told.map(|mistake| (mistake.field, mistake.kind)).collect()
    }

    #[test]
    fn a_form_becomes_a_profile_and_a_form_again() {
        let read = read_form(&form(), None, &Profiles::default()).expect("valid");
        assert_eq!((read.name.as_str(), read.secrets.len()), ("main", 2));
        let again = form_of("main", &read.profile).expect("a cluster's");
        let kept = (SecretWish::Kept, SecretWish::Kept);
        assert_eq!(
            (again.password.clone(), again.history_password.clone()),
            kept
        );
        assert_eq!(again.endpoints, "https://a:2379, b:2379, c");
        let mut profiles = Profiles::default();
        profiles
            .set(read.name, read.profile.clone())
            .expect("no secret");
        let same = read_form(&again, Some("main"), &profiles).expect("valid");
        assert_eq!(same.profile, read.profile);
        assert!(same.secrets.is_empty());
        let taken = read_form(&again, None, &profiles).expect_err("taken");
        assert_eq!(taken[0].kind, ConnectionFault::Taken);
    }

    #[test]
    fn every_mistake_stands_at_its_field() {
        use ConnectionFault::{HoldsPassword, Missing, NeedsPair, NoAddress, NoDatabase, NoFile};
        let told = refused(&ConnectionForm::default());
        let fields: Vec<&str> = told.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["name", "cluster", "endpoints", "history_url"]);
        assert!(told.iter().all(|(_, kind)| *kind == Missing));
        let with = |change: fn(&mut ConnectionForm)| {
            let mut form = form();
            change(&mut form);
            refused(&form)
        };
        let one = |field: &str, kind| vec![(field.to_owned(), kind)];
        for (told, expected) in [
            (
                with(|form| form.name = "Main".to_owned()),
                one("name", ConnectionFault::NoName),
            ),
            (
                with(|form| form.endpoints = "a:b".to_owned()),
                one("endpoints", NoAddress),
            ),
            (
                with(|form| form.endpoints = "https://ann:hunter2@a".to_owned()),
                one("endpoints", HoldsPassword),
            ),
            (with(|form| form.user = String::new()), one("user", Missing)),
            (
                with(|form| form.password = SecretWish::None),
                one("password", Missing),
            ),
            (
                with(|form| form.ca = "/nowhere/ca.pem".to_owned()),
                one("ca", NoFile),
            ),
            (
                with(|form| form.prefix = "a/".to_owned()),
                one("prefix", ConnectionFault::NoPrefix),
            ),
            (
                with(|form| form.history_url = "db".to_owned()),
                one("history_url", NoDatabase),
            ),
            (
                with(|form| form.history_url = "mysql://ann:hunter2@db/b".to_owned()),
                one("history_url", HoldsPassword),
            ),
            (
                with(|form| form.history_url = "mysql://db/b".to_owned()),
                one("history_url", NeedsPair),
            ),
            (
                with(|form| form.key = "/dev/null/none".to_owned()),
                vec![("key".to_owned(), NoFile), ("cert".to_owned(), NeedsPair)],
            ),
        ] {
            assert_eq!(told, expected);
        }
    }
}
