//! Reading the node's own file from the disk, and what it points to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Config, ConfigError};
use crate::limits::CONFIG_BYTES_MAX;

/// The configuration cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFileError {
    /// The file cannot be read.
    #[error("could not read the configuration {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is no configuration.
    #[error("could not use the configuration {}: it is larger than {CONFIG_BYTES_MAX} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// What file and environment say together is wrong.
    #[error("could not use the configuration {place}: {error}")]
    Wrong {
        /// Where it was said.
        place: String,
        /// Each mistake.
        error: ConfigError,
    },
}

/// A file that the configuration names cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not read {}, which `{key}` names: {why}", path.display())]
pub struct NamedFileError {
    key: &'static str,
    path: PathBuf,
    why: String,
}

impl Config {
    /// Reads the file, if one is named, with the environment's variables over it.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigFileError> {
        let (text, folder) = match file {
            None => (String::new(), PathBuf::from(".")),
            Some(path) => {
                let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
                let folder = whole.parent().map(Path::to_owned).unwrap_or_default();
                (read(path)?, folder)
            }
        };
        let place = file.map_or_else(
            || "in the environment".to_owned(),
            |file| file.display().to_string(),
        );
        // A variable that is no text cannot be one of ours.
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::parse(&text, variables, &folder)
            .map_err(|error| ConfigFileError::Wrong { place, error })
    }
}

fn read(path: &Path) -> Result<String, ConfigFileError> {
    let failed = |source| ConfigFileError::Read {
        path: path.to_owned(),
        source,
    };
    let length = fs::metadata(path).map_err(failed)?.len();
    if usize::try_from(length).map_or(true, |length| length > CONFIG_BYTES_MAX) {
        return Err(ConfigFileError::TooLarge {
            path: path.to_owned(),
        });
    }
    fs::read_to_string(path).map_err(failed)
}

/// The bytes of a file that the key `key` names.
pub fn read_named(key: &'static str, path: &Path) -> Result<Vec<u8>, NamedFileError> {
    let failed = |why: String| NamedFileError {
        key,
        path: path.to_owned(),
        why,
    };
    let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
    match bytes.len() <= CONFIG_BYTES_MAX {
        true => Ok(bytes),
        false => Err(failed(format!(
            "it is larger than {CONFIG_BYTES_MAX} bytes"
        ))),
    }
}

/// Nobody has put in what is kept elsewhere.
pub(super) fn not_put_in(key: &'static str) -> NamedFileError {
    NamedFileError {
        key,
        path: PathBuf::from("the keychain"),
        why: "its secret is not there".to_owned(),
    }
}

/// The first line of a file that holds a secret.
pub(super) fn read_line(key: &'static str, path: &Path) -> Result<String, NamedFileError> {
    let failed = |why: &str| NamedFileError {
        key,
        path: path.to_owned(),
        why: why.to_owned(),
    };
    let text = String::from_utf8(read_named(key, path)?).map_err(|_| failed("it is not a text"))?;
    match text.lines().next().filter(|line| !line.is_empty()) {
        Some(line) => Ok(line.to_owned()),
        None => Err(failed("its first line is empty")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SecretSource;

    #[test]
    fn names_a_file_that_is_not_there_and_one_that_is_too_large() {
        let folder = tempfile::tempdir().expect("a folder");
        let gone = Config::load(Some(&folder.path().join("gone.toml"))).expect_err("not there");
        assert!(gone.to_string().contains("gone.toml"), "{gone}");
        let large = folder.path().join("large.toml");
        fs::write(&large, " ".repeat(CONFIG_BYTES_MAX + 1)).expect("the folder is ours");
        let refused = Config::load(Some(&large)).expect_err("too large");
        assert!(refused.to_string().contains("larger than"), "{refused}");
    }

    #[test]
    fn paths_start_at_the_files_own_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("agent.toml");
        fs::write(&file, "[node]\ndata_dir = \"data\"").expect("the folder is ours");
        let config = Config::load(Some(&file)).expect("valid");
        assert_eq!(config.node.data_dir, Some(folder.path().join("data")));
    }

    #[test]
    fn a_secret_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("password");
        fs::write(&file, "hunter2\n").expect("the folder is ours");
        let source = SecretSource::In(file.clone());
        let secret = source.read("cluster.password_file").expect("a line");
        assert_eq!(secret.reveal(), "hunter2");
        fs::write(&file, "\n").expect("the folder is ours");
        let refused = source
            .read("cluster.password_file")
            .expect_err("an empty line");
        assert!(
            refused.to_string().contains("cluster.password_file"),
            "{refused}"
        );
    }
}
