//! How the window looks, in a small file of the person at this computer.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::limits::{CONFIG_BYTES_MAX, VIEWS_MAX};
use crate::view::{CommandError, ErrorCode, Preferences};
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

    /// The folder that it lies in.
    pub fn folder(&self) -> &Path {
        self.path
            .parent()
            .expect("the path was made of folder and name")
    }

    /// What is kept. A file that is not there or cannot be read means the defaults: how a window
    /// looks is no reason not to open it. A field that another version wrote, with a value that
    /// this one does not know, has its default alone.
    pub fn read(&self) -> Preferences {
        let mut known = fields(&Preferences::default());
        for (name, value) in self.kept() {
            let Some(before) = known.insert(name.clone(), value) else {
                known.remove(&name);
                continue;
            };
            if understood(&known).is_none() {
                known.insert(name, before);
            }
        }
        let mut preferences = understood(&known).unwrap_or_default();
        preferences.views.truncate(VIEWS_MAX);
        preferences
    }

    /// Keeps them, whole or not at all. Fields that another version wrote stay.
    pub fn write(&self, preferences: &Preferences) -> Result<(), PreferencesError> {
        let failed = |source| PreferencesError {
            path: self.path.clone(),
            source,
        };
        let mut kept = self.kept();
        kept.extend(fields(preferences));
        let bytes = serde_json::to_vec_pretty(&kept).expect("plain data has a JSON form");
        // What is larger would be read as nothing at all.
        if bytes.len() > CONFIG_BYTES_MAX {
            let why = format!("they would be larger than {CONFIG_BYTES_MAX} bytes; remove a view");
            return Err(failed(io::Error::other(why)));
        }
        self.replace(&bytes).map_err(failed)
    }

    /// The file's fields; none when it is not there or is none of ours.
    fn kept(&self) -> Map<String, Value> {
        let is_small = |bytes: &Vec<u8>| bytes.len() <= CONFIG_BYTES_MAX;
        let bytes = fs::read(&self.path).ok().filter(is_small);
        bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(self.folder())?;
        whole_file::replace(&self.path, bytes)
    }
}

fn fields(preferences: &Preferences) -> Map<String, Value> {
    match serde_json::to_value(preferences) {
        Ok(Value::Object(fields)) => fields,
        _ => unreachable!("plain data with named fields is an object"),
    }
}

fn understood(fields: &Map<String, Value>) -> Option<Preferences> {
    serde_json::from_value(Value::Object(fields.clone())).ok()
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
    use crate::view::{Density, JobGroup, JobSort, JobsView, NoticeOf, Theme};

    #[test]
    fn what_another_version_wrote_stays_and_spoils_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = PreferencesFile::in_folder(folder.path());
        let theirs = r#"{"theme":"sepia","density":"comfortable","later":{"a":1}}"#;
        fs::write(&file.path, theirs).expect("the folder is ours");
        let mut read = file.read();
        assert_eq!(read.theme, Theme::System);
        assert_eq!(read.density, Density::Comfortable);
        read.notices = NoticeOf::Nothing;
        read.views.push(JobsView {
            name: "night".to_owned(),
            text: "tag:night".to_owned(),
            group: JobGroup::Owner,
            sort: JobSort::Next,
            descending: true,
        });
        file.write(&read).expect("the folder is ours");
        assert_eq!(file.read(), read);
        assert_eq!(file.kept()["later"]["a"], 1);
        let mut large = read.clone();
        large.views[0].text = "x".repeat(CONFIG_BYTES_MAX);
        assert!(file.write(&large).is_err());
        assert_eq!(file.read(), read, "what was kept stays");
    }

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
