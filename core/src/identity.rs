//! The identity of a cluster: secrets are sealed to its public part, and only who has the secret
//! part opens them. Agents have it, and whoever invites them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519;
use uuid::Uuid;

use crate::config::Secret;
use crate::limits::{CONFIG_BYTES_MAX, IDENTITIES_MAX};
use crate::whole_file;

/// Both parts of a cluster's identity (age, X25519).
#[derive(Clone)]
pub struct Identity(x25519::Identity);

/// A text is not the secret part of an identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it does not hold the secret part of an identity, which begins with AGE-SECRET-KEY-1")]
pub struct NoIdentity;

/// The file of an identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityFileError {
    /// There is nowhere to keep one.
    #[error(
        "neither XDG_CONFIG_HOME nor HOME says where the cluster's identity is kept: set `cluster.identity_file`"
    )]
    Nowhere,
    /// It is not there.
    #[error("the cluster's identity is not in {}: copy it there from where `belfryctl cluster init` ran", .0.display())]
    Absent(PathBuf),
    /// It is there already, and is never written over.
    #[error("{} is there already: move it away, or name another file as `cluster.identity_file`", .0.display())]
    There(PathBuf),
    /// It cannot be read.
    #[error("could not read the cluster's identity {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("could not keep the cluster's identity in {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Others may read it.
    #[error("others may read the cluster's identity {path}: run chmod 600 {path}", path = .0.display())]
    Open(PathBuf),
    /// It holds something else.
    #[error("could not use the cluster's identity {}: {NoIdentity}", .0.display())]
    Wrong(PathBuf),
}

impl Identity {
    /// A new one.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Reads the secret part, `AGE-SECRET-KEY-1…`.
    pub fn parse(text: &str) -> Result<Self, NoIdentity> {
        text.trim().parse().map(Self).map_err(|_| NoIdentity)
    }

    /// What secrets are sealed to, `age1…`. No secret itself.
    pub fn public(&self) -> String {
        self.0.to_public().to_string()
    }

    /// What was sealed to the public part; nothing when it was sealed to another one.
    pub(crate) fn decrypt(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        age::decrypt(&self.0, sealed).ok()
    }

    /// The secret part.
    pub fn secret(&self) -> Secret {
        Secret::new(self.0.to_string().expose_secret())
    }
}

/// Where somebody keeps the secret part of a cluster's identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityFile {
    path: PathBuf,
}

impl IdentityFile {
    /// This file.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// That of a computer without servers, in the folder of its stores.
    pub fn in_folder(folder: &Path) -> Self {
        Self::at(folder.join("identity"))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All that it holds: one, and others while they are being exchanged. A file that others may read is refused.
    pub fn read_all(&self) -> Result<Vec<Identity>, IdentityFileError> {
        let path = || self.path.clone();
        let failed = |source| IdentityFileError::Read {
            path: path(),
            source,
        };
        let found = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(IdentityFileError::Absent(path()));
            }
            found => found.map_err(failed)?,
        };
        if found.mode() & 0o077 != 0 {
            return Err(IdentityFileError::Open(path()));
        }
        if found.len() > CONFIG_BYTES_MAX as u64 {
            return Err(IdentityFileError::Wrong(path()));
        }
        let bytes = fs::read(&self.path).map_err(failed)?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        let lines = text.lines().map(str::trim);
        let kept = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let identities: Result<Vec<Identity>, NoIdentity> = kept.map(Identity::parse).collect();
        let found = identities
            .ok()
            .filter(|all| (1..=IDENTITIES_MAX).contains(&all.len()));
        found.ok_or_else(|| IdentityFileError::Wrong(path()))
    }

    /// The newest that it holds, which is the last.
    pub fn read(&self) -> Result<Identity, IdentityFileError> {
        let mut all = self.read_all()?;
        Ok(all.pop().expect("a file without any is refused"))
    }

    /// What it holds; a new one when it is not there. Whoever else makes one meanwhile, all read the same.
    pub fn read_or_make(&self) -> Result<Identity, IdentityFileError> {
        match self.read() {
            Err(IdentityFileError::Absent(_)) => {}
            read => return read,
        }
        match self.keep(&Identity::generate()) {
            Ok(()) | Err(IdentityFileError::There(_)) => self.read(),
            Err(error) => Err(error),
        }
    }

    /// Puts these in place of what it holds, the newest last.
    pub fn replace(&self, identities: &[Identity]) -> Result<(), IdentityFileError> {
        let lines = identities
            .iter()
            .map(|one| format!("{}\n", one.secret().reveal()));
        let text: String = lines.collect();
        let written = whole_file::replace(&self.path, text.as_bytes());
        written.map_err(|source| IdentityFileError::Write {
            path: self.path.clone(),
            source,
        })
    }

    /// Makes the file, for this user alone. One that is there stays as it is.
    pub fn keep(&self, identity: &Identity) -> Result<(), IdentityFileError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => IdentityFileError::There(self.path.clone()),
            _ => IdentityFileError::Write {
                path: self.path.clone(),
                source,
            },
        };
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        // Under another name first: nobody ever reads half of it.
        let part = self.path.with_extension(format!("{}.part", Uuid::new_v4()));
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&part).map_err(failed)?;
        let text = format!("{}\n", identity.secret().reveal());
        let linked = file
            .write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::hard_link(&part, &self.path));
        let removed = fs::remove_file(&part);
        linked.and(removed).map_err(failed)
    }
}

/// Where a person keeps the identities of clusters, each under the cluster's id.
#[derive(Clone, Debug)]
pub struct IdentityFolder {
    folder: PathBuf,
}

impl IdentityFolder {
    /// `$XDG_CONFIG_HOME/belfry/identities`.
    pub fn usual() -> Result<Self, IdentityFileError> {
        let absolute = |name| {
            let path = std::env::var_os(name).map(PathBuf::from);
            path.filter(|path| path.is_absolute())
        };
        let folder =
            absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
        let folder = folder.ok_or(IdentityFileError::Nowhere)?;
        Ok(Self::at(folder.join("belfry/identities")))
    }

    /// This folder, made when it is needed.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The file of a cluster's identity.
    pub fn of(&self, cluster: Uuid) -> IdentityFile {
        IdentityFile::at(self.folder.join(cluster.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_kept_is_read_and_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = IdentityFolder::at(folder.path().join("new")).of(Uuid::nil());
        let absent = file.read().err().expect("not there").to_string();
        assert!(absent.contains("cluster init"), "{absent}");
        let identity = Identity::generate();
        file.keep(&identity).expect("the folder is ours");
        let read = file.read().expect("what was kept");
        assert_eq!(read.public(), identity.public());
        assert!(identity.public().starts_with("age1"));
        let again = file.keep(&Identity::generate()).expect_err("it is there");
        assert!(again.to_string().contains("is there already"), "{again}");
    }

    #[test]
    fn a_file_that_others_may_read_or_that_holds_something_else_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = IdentityFile::at(folder.path().join("identity"));
        file.keep(&Identity::generate())
            .expect("the folder is ours");
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).expect("ours");
        let open = file.read().err().expect("refused").to_string();
        assert!(open.contains("chmod 600"), "{open}");
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).expect("ours");
        fs::write(file.path(), [0xff; 9]).expect("the folder is ours");
        let wrong = file.read().err().expect("refused").to_string();
        assert!(wrong.contains("AGE-SECRET-KEY-1"), "{wrong}");
    }

    #[test]
    fn the_secret_part_is_not_shown() {
        let shown = format!("{:?}", Identity::generate().secret());
        assert!(!shown.contains("AGE"), "{shown}");
    }
}
