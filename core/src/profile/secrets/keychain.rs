//! The system's keychain. Every call may ask the person, and so may take long.

use keyring::{Entry, Error};

use super::SecretsError;
use crate::config::Secret;

/// How the keychain names this program's secrets.
const SERVICE: &str = "io.github.belfry";
/// No profile has this name.
const PROBE: &str = "?";

/// Whether there is one that answers. One that is locked and cannot ask anybody does not.
pub fn works() -> bool {
    let probed = Entry::new(SERVICE, PROBE).and_then(|entry| entry.get_password());
    matches!(probed, Ok(_) | Err(Error::NoEntry))
}

pub fn get(entry: &str) -> Result<Option<Secret>, SecretsError> {
    match at(entry)?.get_password() {
        Ok(secret) => Ok(Some(Secret::new(secret))),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

pub fn set(entry: &str, secret: &Secret) -> Result<(), SecretsError> {
    at(entry)?.set_password(secret.reveal()).map_err(refused)
}

pub fn forget(entry: &str) -> Result<(), SecretsError> {
    match at(entry)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(refused(error)),
    }
}

fn at(entry: &str) -> Result<Entry, SecretsError> {
    Entry::new(SERVICE, entry).map_err(refused)
}

fn refused(error: Error) -> SecretsError {
    SecretsError::Keychain(error.to_string())
}
