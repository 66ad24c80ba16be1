//! A program without a keychain, such as the agent: nothing is there.

use super::SecretsError;
use crate::config::Secret;

pub fn works() -> bool {
    false
}

pub fn get(_entry: &str) -> Result<Option<Secret>, SecretsError> {
    Ok(None)
}

pub fn set(_entry: &str, _secret: &Secret) -> Result<(), SecretsError> {
    Err(SecretsError::Locked)
}

pub fn forget(_entry: &str) -> Result<(), SecretsError> {
    Ok(())
}
