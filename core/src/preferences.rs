//! How the window looks, in a small file of the person at this computer.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::limits::CONFIG_BYTES_MAX;
use crate::view::{CommandError, Density, ErrorCode, Language, Preferences, Theme};
use crate::whole_file;

/// The file that keeps preferences.
pub struct PreferencesFile {
    path: PathBuf,
}

/// The preferences could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("could not write the preferences to {}: {source}", path.display())]
pub struct PreferencesError {
    /// The file.
    path: PathBuf,
    /// Why not.
    source: io::Error,
}

impl PreferencesFile {
    /// The file `preferences.json` of this folder, which is made on the first write.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            path: folder.join("preferences.json"),
        }
    }

    /// What is kept. A file that is not there or cannot be read means the defaults: how a window
    /// looks is no reason not to open it.
    pub fn read(&self) -> Preferences {
        let is_small = |bytes: &Vec<u8>| bytes.len() <= CONFIG_BYTES_MAX;
        let bytes = fs::read(&self.path).ok().filter(is_small);
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Keeps them, whole or not at all.
    pub fn write(&self, preferences: &Preferences) -> Result<(), PreferencesError> {
        let failed = |source| PreferencesError {
            path: self.path.clone(),
            source,
        };
        let text = serde_json::to_vec_pretty(preferences).expect("plain data has a JSON form");
        whole_file::replace(&self.path, &text).map_err(failed)
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: Language::System,
            theme: Theme::System,
            density: Density::Compact,
            rail_folded: false,
        }
    }
}

impl From<PreferencesError> for CommandError {
    fn from(error: PreferencesError) -> Self {
        Self {
            code: ErrorCode::Internal,
            params: Default::default(),
            detail: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_rubbish_means_the_defaults() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = PreferencesFile::in_folder(&folder.path().join("new"));
        assert_eq!(file.read(), Preferences::default());
        let wished = Preferences {
            theme: Theme::Dark,
            rail_folded: true,
            ..Preferences::default()
        };
        file.write(&wished).expect("the folder is ours");
        assert_eq!(file.read(), wished);
        fs::write(&file.path, "{").expect("the folder is ours");
        assert_eq!(file.read(), Preferences::default());
    }
}
