//! The passwords of profiles: in the system's keychain, or where none works in a file that a
//! passphrase encrypts. Everything here may wait, for a person or for the key to be made.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::{KeptSecret, Profile};
use crate::config::Secret;
use crate::view::Keeping;

mod encrypted;
#[cfg(feature = "keychain")]
mod keychain;
#[cfg(not(feature = "keychain"))]
#[path = "secrets/no_keychain.rs"]
mod keychain;

use encrypted::{Encrypted, Opened};

/// Where the secrets of a person's profiles are.
pub struct Secrets {
    file: Encrypted,
    opened: Mutex<Option<Opened>>,
    has_keychain: OnceLock<bool>,
}

/// Why a secret could not be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The file is encrypted, and nobody has given its passphrase yet.
    #[error("the file of secrets is closed: its passphrase is needed")]
    Locked,
    /// The passphrase is another one.
    #[error("this is not the passphrase of the file of secrets")]
    WrongPassphrase,
    /// Nothing is kept.
    #[error(
        "no secret is kept as {key} of the profile {profile}: edit the profile and type it again"
    )]
    Absent {
        /// Which.
        key: &'static str,
        /// Whose.
        profile: String,
    },
    /// The keychain refused.
    #[error("the keychain did not keep the secret: {0}")]
    Keychain(String),
    /// The file cannot be read or written.
    #[error("could not read or write the file of secrets {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is none of ours.
    #[error("the file of secrets {path} is damaged: remove it and type the passwords again")]
    Damaged {
        /// The file.
        path: String,
    },
}

impl Secrets {
    /// Those of the profiles in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            file: Encrypted::in_folder(folder),
            opened: Mutex::new(None),
            has_keychain: OnceLock::new(),
        }
    }

    /// The same, in the file whether a keychain works or not.
    pub fn in_file(folder: &Path) -> Self {
        let secrets = Self::in_folder(folder);
        // It was made this moment.
        let _ = secrets.has_keychain.set(false);
        secrets
    }

    /// Where secrets are kept, and whether a passphrase is needed first.
    pub fn keeping(&self) -> Keeping {
        if self.has_keychain() {
            return Keeping::Keychain;
        }
        match (self.opened().is_some(), self.file.is_there()) {
            (true, _) => Keeping::Open,
            (false, true) => Keeping::Locked,
            (false, false) => Keeping::New,
        }
    }

    /// Opens the file, or makes it, for as long as this lives.
    pub fn unlock(&self, passphrase: &Secret) -> Result<(), SecretsError> {
        let opened = self.file.open(passphrase)?;
        *self.opened() = Some(opened);
        Ok(())
    }

    /// The profile with all its kept secrets put in.
    pub fn fill(&self, name: &str, profile: Profile) -> Result<Profile, SecretsError> {
        let mut whole = profile.clone();
        for which in &profile.kept {
            whole = whole.with(*which, &self.get(name, *which)?);
        }
        Ok(whole)
    }

    fn get(&self, name: &str, which: KeptSecret) -> Result<Secret, SecretsError> {
        let entry = entry(name, which);
        if self.has_keychain()
            && let Some(secret) = keychain::get(&entry)?
        {
            return Ok(secret);
        }
        let absent = || SecretsError::Absent {
            key: which.key(),
            profile: name.to_owned(),
        };
        if !self.file.is_there() {
            return Err(absent());
        }
        let opened = self.opened();
        let opened = opened.as_ref().ok_or(SecretsError::Locked)?;
        opened.get(&entry).ok_or_else(absent)
    }

    /// Keeps a secret from now on.
    pub fn set(&self, name: &str, which: KeptSecret, secret: &Secret) -> Result<(), SecretsError> {
        let entry = entry(name, which);
        if self.has_keychain() {
            return keychain::set(&entry, secret);
        }
        self.change(|opened| opened.set(&entry, secret))
    }

    /// Forgets a secret; one that is not there is no error.
    pub fn forget(&self, name: &str, which: KeptSecret) -> Result<(), SecretsError> {
        let entry = entry(name, which);
        if self.has_keychain() {
            keychain::forget(&entry)?;
        }
        // A file that was never opened is left alone: it needs the passphrase for that.
        let is_open = self.opened().is_some();
        if is_open {
            self.change(|opened| opened.forget(&entry))?;
        }
        Ok(())
    }

    /// Carries the secrets of a profile over to its new name.
    pub fn rename(&self, before: &str, name: &str) -> Result<(), SecretsError> {
        for which in KeptSecret::ALL {
            match self.get(before, which) {
                Ok(secret) => self.set(name, which, &secret)?,
                Err(SecretsError::Absent { .. }) => continue,
                Err(error) => return Err(error),
            }
            self.forget(before, which)?;
        }
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut Opened)) -> Result<(), SecretsError> {
        let mut opened = self.opened();
        let opened = opened.as_mut().ok_or(SecretsError::Locked)?;
        change(opened);
        self.file.write(opened)
    }

    fn has_keychain(&self) -> bool {
        *self.has_keychain.get_or_init(keychain::works)
    }

    fn opened(&self) -> MutexGuard<'_, Option<Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(name: &str, which: KeptSecret) -> String {
    format!("{name}/{}", which.key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_secrets_for_those_who_know_its_passphrase() {
        let folder = tempfile::tempdir().expect("a folder");
        let (passphrase, secret) = (Secret::new("tower"), Secret::new("hunter2"));
        let secrets = Secrets::in_file(folder.path());
        assert_eq!(secrets.keeping(), Keeping::New);
        let closed = secrets.set("main", KeptSecret::Cluster, &secret);
        assert!(matches!(closed, Err(SecretsError::Locked)));
        secrets.unlock(&passphrase).expect("a new file");
        secrets
            .set("main", KeptSecret::Cluster, &secret)
            .expect("it is open");
        secrets.rename("main", "prod").expect("it is open");
        let again = Secrets::in_file(folder.path());
        assert_eq!(again.keeping(), Keeping::Locked);
        let got = || again.get("prod", KeptSecret::Cluster);
        assert!(matches!(got(), Err(SecretsError::Locked)));
        let wrong = again.unlock(&Secret::new("door"));
        assert!(matches!(wrong, Err(SecretsError::WrongPassphrase)));
        again.unlock(&passphrase).expect("the right one");
        assert_eq!(again.keeping(), Keeping::Open);
        assert_eq!(got().expect("kept"), secret);
        let before = again.get("main", KeptSecret::Cluster);
        assert!(matches!(before, Err(SecretsError::Absent { .. })));
        for file in std::fs::read_dir(folder.path()).expect("ours").flatten() {
            let bytes = std::fs::read(file.path()).expect("ours");
            assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"));
        }
    }

    #[test]
    fn a_file_that_is_none_of_ours_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secrets.age"), "rubbish").expect("ours");
        let opened = Secrets::in_file(folder.path()).unlock(&Secret::new("tower"));
        assert!(matches!(opened, Err(SecretsError::Damaged { .. })));
    }
}
