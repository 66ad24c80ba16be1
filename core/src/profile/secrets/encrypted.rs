//! `secrets.age`: an age file that a passphrase opens. Inside are texts by name, as JSON.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use age::scrypt::{Identity, Recipient};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor};
use serde::{Deserialize, Serialize};

use super::SecretsError;
use crate::config::Secret;
use crate::limits::{PASSPHRASE_WORK, PASSPHRASE_WORK_MAX, SECRETS_BYTES_MAX};
use crate::whole_file;

/// Version of what is inside.
const FORM: u32 = 1;

/// The file.
pub struct Encrypted {
    path: PathBuf,
}

/// What lies in it, and what it is closed with again.
pub struct Opened {
    passphrase: SecretString,
    inside: Inside,
}

#[derive(Serialize, Deserialize)]
struct Inside {
    v: u32,
    secrets: BTreeMap<String, String>,
    /// What newer versions wrote.
    #[serde(flatten)]
    extra: BTreeMap<String, serde_json::Value>,
}

impl Opened {
    pub fn get(&self, entry: &str) -> Option<Secret> {
        self.inside.secrets.get(entry).map(Secret::new)
    }

    pub fn set(&mut self, entry: &str, secret: &Secret) {
        let text = secret.reveal().to_owned();
        self.inside.secrets.insert(entry.to_owned(), text);
    }

    pub fn forget(&mut self, entry: &str) {
        self.inside.secrets.remove(entry);
    }
}

impl Encrypted {
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            path: folder.join("secrets.age"),
        }
    }

    pub fn is_there(&self) -> bool {
        self.path.exists()
    }

    /// Opens it, or makes an empty one.
    pub fn open(&self, passphrase: &Secret) -> Result<Opened, SecretsError> {
        let passphrase = SecretString::from(passphrase.reveal().to_owned());
        let bytes = match fs::read(&self.path) {
            Ok(bytes) if bytes.len() <= SECRETS_BYTES_MAX => bytes,
            Ok(_) => return Err(self.damaged()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.make(passphrase);
            }
            Err(error) => return Err(self.failed(error)),
        };
        let mut identity = Identity::new(passphrase.clone());
        identity.set_max_work_factor(PASSPHRASE_WORK_MAX);
        // Whether it is ours at all is seen before the key is made.
        Decryptor::new(&bytes[..]).map_err(|_| self.damaged())?;
        let plain = age::decrypt(&identity, &bytes).map_err(|error| match error {
            DecryptError::NoMatchingKeys
            | DecryptError::DecryptionFailed
            | DecryptError::KeyDecryptionFailed => SecretsError::WrongPassphrase,
            _ => self.damaged(),
        })?;
        let inside = serde_json::from_slice(&plain).map_err(|_| self.damaged())?;
        Ok(Opened { passphrase, inside })
    }

    fn make(&self, passphrase: SecretString) -> Result<Opened, SecretsError> {
        let inside = Inside {
            v: FORM,
            secrets: BTreeMap::new(),
            extra: BTreeMap::new(),
        };
        let opened = Opened { passphrase, inside };
        self.write(&opened).map(|()| opened)
    }

    /// Closes it with what is inside now, whole or not at all.
    pub fn write(&self, opened: &Opened) -> Result<(), SecretsError> {
        let mut recipient = Recipient::new(opened.passphrase.clone());
        recipient.set_work_factor(PASSPHRASE_WORK);
        let plain = serde_json::to_vec(&opened.inside).expect("plain data has a JSON form");
        let closed = age::encrypt(&recipient, &plain)
            .map_err(|error| self.failed(io::Error::other(error)))?;
        whole_file::replace(&self.path, &closed).map_err(|error| self.failed(error))
    }

    fn failed(&self, source: io::Error) -> SecretsError {
        SecretsError::File {
            path: self.path.display().to_string(),
            source,
        }
    }

    fn damaged(&self) -> SecretsError {
        SecretsError::Damaged {
            path: self.path.display().to_string(),
        }
    }
}
