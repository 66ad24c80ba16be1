//! Saving, testing and forgetting profiles, and carrying them to another computer.

use std::path::Path;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::door::filled;
use super::form::FormRead;
use super::{Connections, error, form_of, read_form, refused};
use crate::cluster::node_forms::{invited, mistaken, not_invited, read_invite};
use crate::cluster::{InviteError, Role, climb_telling, invite};
use crate::config::{Secret, read_named};
use crate::identity::IdentityFolder;
use crate::profile::{KeptSecret, Place, Profile, ProfileName, Profiles, SecretsError};
use crate::view::{
    CommandError, ConnectionForm, ConnectionImport, ConnectionSaved, ConnectionTested, ErrorCode,
    InviteForm, Ladder, NodeFormAnswer,
};

impl Connections {
    /// A profile as texts; the empty name gives a new one.
    pub fn form(&self, name: &str) -> Result<ConnectionForm, CommandError> {
        if name.is_empty() {
            return Ok(ConnectionForm::default());
        }
        let profiles = self.profiles()?;
        let profile = profiles.profile(name).map_err(refused::no_profile)?;
        form_of(name, profile).ok_or_else(|| {
            let why = "a profile of a folder has nothing to edit but its file";
            error(ErrorCode::Invalid, why.to_owned())
        })
    }

    /// Saves a form in place of the profile that was named `before`, which is empty for a new
    /// one. Mistakes are an answer. New secrets are kept first: a profile without them is no use.
    pub async fn save(
        &self,
        form: &ConnectionForm,
        before: &str,
    ) -> Result<ConnectionSaved, CommandError> {
        let mut profiles = self.profiles()?;
        let mut read = match read_form(form, named(before), &profiles) {
            Ok(read) => read,
            Err(mistakes) => return Ok(ConnectionSaved { mistakes }),
        };
        if let Ok(profile) = profiles.profile(before) {
            read.carry_over(profile);
        }
        self.keep_secrets(&read, before).await?;
        if let Ok(before) = ProfileName::new(before) {
            profiles.remove(&before);
        }
        let name = read.name.to_string();
        profiles
            .set(read.name, read.profile)
            .map_err(refused::wrong)?;
        self.files.write(&profiles).map_err(refused::not_kept)?;
        self.close(before);
        self.close(&name);
        if !before.is_empty() && self.shown_name() == before {
            self.show(&name)?;
        }
        Ok(ConnectionSaved { mistakes: vec![] })
    }

    async fn keep_secrets(&self, read: &FormRead, before: &str) -> Result<(), CommandError> {
        let secrets = Arc::clone(&self.secrets);
        let (name, kept) = (read.name.to_string(), read.profile.kept.clone());
        let (new, before) = (read.secrets.clone(), before.to_owned());
        let keep = move || -> Result<(), SecretsError> {
            if !before.is_empty() && before != name {
                secrets.rename(&before, &name)?;
            }
            for (which, secret) in &new {
                secrets.set(&name, *which, secret)?;
            }
            let gone = KeptSecret::ALL.into_iter();
            for which in gone.filter(|which| !kept.contains(which)) {
                secrets.forget(&name, which)?;
            }
            Ok(())
        };
        let kept = spawn_blocking(keep).await;
        kept.expect("keeping secrets does not panic")
            .map_err(refused::secret)
    }

    /// Forgets a profile and its secrets. Nothing changes where it leads.
    pub async fn delete(&self, name: &str) -> Result<(), CommandError> {
        let mut profiles = self.profiles()?;
        profiles.profile(name).map_err(refused::no_profile)?;
        let named = ProfileName::new(name);
        profiles.remove(&named.expect("a profile that is there has a name"));
        self.files.write(&profiles).map_err(refused::not_kept)?;
        self.close(name);
        if self.shown_name() == name {
            self.show("")?;
        }
        let (secrets, name) = (Arc::clone(&self.secrets), name.to_owned());
        let forget = move || {
            let mut all = KeptSecret::ALL.into_iter();
            all.try_for_each(|which| secrets.forget(&name, which))
        };
        let forgotten = spawn_blocking(forget).await;
        forgotten
            .expect("forgetting secrets does not panic")
            .map_err(refused::secret)
    }

    /// Tries a form, telling each rung as soon as it is known. Nothing is saved.
    pub async fn test(
        &self,
        form: &ConnectionForm,
        before: &str,
        tell: &(dyn Fn(&Ladder) + Sync),
    ) -> Result<ConnectionTested, CommandError> {
        let read = match read_form(form, named(before), &self.profiles()?) {
            Ok(read) => read,
            Err(mistakes) => {
                return Ok(ConnectionTested {
                    mistakes,
                    ladder: None,
                });
            }
        };
        let whole = self.whole(read, before).await?;
        let Place::Servers(servers) = &whole.place else {
            unreachable!("a form leads to servers");
        };
        // Boxed: what waits inside is deep.
        let climb = Box::pin(climb_telling(servers, Role::Person, tell)).await;
        Ok(ConnectionTested {
            mistakes: vec![],
            ladder: Some(climb.ladder),
        })
    }

    /// The profile of a form with its secrets: those that were typed, and those that are kept.
    async fn whole(&self, read: FormRead, before: &str) -> Result<Profile, CommandError> {
        let mut profile = read.profile;
        for (which, secret) in &read.secrets {
            profile.kept.remove(which);
            profile = profile.with(*which, secret);
        }
        filled(before, profile, &self.secrets).await
    }

    /// Opens the file of secrets, or makes it, with a passphrase that is asked for once.
    pub async fn unlock(&self, passphrase: String) -> Result<(), CommandError> {
        let secrets = Arc::clone(&self.secrets);
        let opened = spawn_blocking(move || secrets.unlock(&Secret::new(passphrase))).await;
        opened
            .expect("opening secrets does not panic")
            .map_err(refused::secret)?;
        self.state().doors.retain(|door| door.opened().is_some());
        Ok(())
    }

    /// Makes the line that lets a server join the cluster that the window shows. Mistakes are an answer.
    pub async fn invite(&self, form: &InviteForm) -> Result<NodeFormAnswer, CommandError> {
        let node = match read_invite(form) {
            Ok(node) => node,
            Err(errors) => return Ok(mistaken(errors)),
        };
        let name = self.shown_name();
        let profile = self.profiles()?;
        let profile = profile.profile(&name).map_err(refused::no_profile)?;
        if profile.read_only {
            return Err(error(
                ErrorCode::NotPermitted,
                "read-only profile".to_owned(),
            ));
        }
        let whole = filled(&name, profile.clone(), &self.secrets).await?;
        let Place::Servers(servers) = &whole.place else {
            let why = "a folder has no servers that could join".to_owned();
            return Err(error(ErrorCode::Invalid, why));
        };
        let identities = IdentityFolder::usual()
            .map_err(|refused| not_invited(&InviteError::Identity(refused)))?;
        // Boxed: what waits inside is deep.
        match Box::pin(invite(servers, node, &identities)).await {
            Ok(made) => Ok(invited(&made)),
            Err(InviteError::Connect(shut)) => Err(refused::connect(shut)),
            Err(refused) => Err(not_invited(&refused)),
        }
    }

    /// All profiles as a file, without any secret.
    pub fn export(&self) -> Result<String, CommandError> {
        Ok(self.profiles()?.text())
    }

    /// Takes up the profiles of such a file. Names that are taken are left alone.
    pub fn import_file(&self, path: &Path) -> Result<ConnectionImport, CommandError> {
        let text = read_named("import", path)
            .map_err(|refused| error(ErrorCode::Invalid, refused.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        self.import(&String::from_utf8_lossy(&text), folder)
    }

    /// The same of a text, paths in which begin at `folder`.
    pub fn import(&self, text: &str, folder: &Path) -> Result<ConnectionImport, CommandError> {
        let theirs = Profiles::parse(text, folder).map_err(refused::wrong)?;
        let mut ours = self.profiles()?;
        let mut import = ConnectionImport {
            added: Vec::new(),
            left: Vec::new(),
        };
        for (name, profile) in theirs.all() {
            if ours.profile(name.as_str()).is_ok() {
                import.left.push(name.to_string());
                continue;
            }
            ours.set(name.clone(), profile.clone())
                .map_err(refused::wrong)?;
            import.added.push(name.to_string());
        }
        self.files.write(&ours).map_err(refused::not_kept)?;
        Ok(import)
    }
}

fn named(before: &str) -> Option<&str> {
    Some(before).filter(|before| !before.is_empty())
}
