//! Texts that must never be shown: passwords, and addresses that hold one.

use std::fmt;
use std::path::PathBuf;

use super::file::{NamedFileError, not_put_in, read_line};

/// A text that neither logs nor errors show. Whoever needs it says so with [`Secret::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[not shown]")
    }
}

/// A secret, or the file whose first line is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// It stands in the configuration.
    Here(Secret),
    /// It stands in this file.
    In(PathBuf),
    /// It is kept under a profile's name, and has to be put in before it is needed.
    Kept,
}

impl SecretSource {
    /// The secret. `key` is what names its file.
    pub fn read(&self, key: &'static str) -> Result<Secret, NamedFileError> {
        match self {
            Self::Here(secret) => Ok(secret.clone()),
            Self::In(path) => read_line(key, path).map(Secret::new),
            Self::Kept => Err(not_put_in(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_not_shown_by_whatever_holds_it() {
        let holder = Some(("user", Secret::new("hunter2")));
        assert!(!format!("{holder:?} {holder:#?}").contains("hunter2"));
    }
}
