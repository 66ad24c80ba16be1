//! `$XDG_CONFIG_HOME/belfry/profiles.toml`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Profiles, ProfilesError};
use crate::limits::CONFIG_BYTES_MAX;
use crate::whole_file;

/// Names the profile that a window showed last.
const SHOWN: &str = "shown";

/// The file of a person's profiles.
#[derive(Clone, Debug)]
pub struct ProfilesFile {
    path: PathBuf,
}

/// The profiles cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum ProfileFileError {
    /// There is nowhere to keep them.
    #[error("neither XDG_CONFIG_HOME nor HOME says where profiles lie: use --config FILE")]
    Nowhere,
    /// The file cannot be read.
    #[error("could not read the profiles in {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("could not write the profiles to {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// They are wrong.
    #[error("could not use the profiles in {}: {error}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Each mistake.
        error: ProfilesError,
    },
}

impl ProfilesFile {
    /// The file of whoever runs this program.
    pub fn usual() -> Result<Self, ProfileFileError> {
        let absolute = |name| {
            let path = std::env::var_os(name).map(PathBuf::from);
            path.filter(|path| path.is_absolute())
        };
        let folder =
            absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
        let folder = folder.ok_or(ProfileFileError::Nowhere)?;
        Ok(Self::in_folder(&folder.join("belfry")))
    }

    /// The file `profiles.toml` of this folder, which is made on the first write.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            path: folder.join("profiles.toml"),
        }
    }

    /// What is kept; nothing when the file is not there.
    pub fn read(&self) -> Result<Profiles, ProfileFileError> {
        let path = &self.path;
        let failed = |source| ProfileFileError::Read {
            path: path.clone(),
            source,
        };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Profiles::default()),
            read => read.map_err(failed)?,
        };
        if text.len() > CONFIG_BYTES_MAX {
            let sentence = format!("the file is larger than {CONFIG_BYTES_MAX} bytes");
            return Err(failed(io::Error::other(sentence)));
        }
        Profiles::parse(&text, self.folder()).map_err(|error| ProfileFileError::Wrong {
            path: path.clone(),
            error,
        })
    }

    /// Keeps them, whole or not at all, for this person alone.
    pub fn write(&self, profiles: &Profiles) -> Result<(), ProfileFileError> {
        whole_file::replace(&self.path, profiles.text().as_bytes()).map_err(|source| {
            ProfileFileError::Write {
                path: self.path.clone(),
                source,
            }
        })
    }

    /// The profile that a window showed last.
    pub fn shown(&self) -> Option<String> {
        let text = fs::read_to_string(self.folder().join(SHOWN)).ok()?;
        Some(text.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// Remembers the profile that a window shows; empty for this computer.
    pub fn remember(&self, name: &str) -> Result<(), ProfileFileError> {
        let path = self.folder().join(SHOWN);
        whole_file::replace(&path, name.as_bytes())
            .map_err(|source| ProfileFileError::Write { path, source })
    }

    /// The folder that it lies in.
    pub fn folder(&self) -> &Path {
        self.path
            .parent()
            .expect("the path was made of folder and name")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Place, Profile, ProfileName};

    #[test]
    fn what_was_written_is_read_and_rubbish_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = ProfilesFile::in_folder(&folder.path().join("new"));
        assert_eq!(file.read().expect("none yet"), Profiles::default());
        let mut profiles = Profiles::default();
        let name = ProfileName::new("lab").expect("a plain name");
        profiles
            .set(name, Profile::new(Place::Embedded("/srv/lab".into())))
            .expect("no secret");
        file.write(&profiles).expect("the folder is ours");
        assert_eq!(file.read().expect("what was written"), profiles);
        fs::write(&file.path, "[").expect("the folder is ours");
        let refused = file.read().expect_err("rubbish").to_string();
        assert!(refused.contains("profiles.toml"), "{refused}");
    }
}
