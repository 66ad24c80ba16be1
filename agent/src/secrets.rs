//! The secrets of a run, opened right before it starts with the identity that this node was given.

use std::collections::BTreeMap;

use belfry_agent::attempt::secrets::Secrets;
use belfry_core::dispatch::Intent;
use belfry_core::identity::IdentityFileError;
use belfry_core::sealing::{self, OpenError, Owner};

use crate::host::Host;

/// Why a run does not get its secrets.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// The node was given no identity.
    #[error(
        "this node has no identity to open secrets with: set `cluster.identity_file` in its own file"
    )]
    NoIdentity,
    /// Its identity cannot be used.
    #[error("{0}")]
    Identity(IdentityFileError),
    /// One of them cannot be opened.
    #[error("the secret {name} {error}: set it with `belfryctl secrets set`")]
    Closed {
        /// The variable.
        name: String,
        /// Why not.
        error: OpenError,
    },
}

/// All secrets of a run's job. The identity is read each time, so that a new one counts at once.
pub fn of_run(host: &Host, intent: &Intent) -> Result<Secrets, SecretsError> {
    let mut opened = BTreeMap::new();
    if intent.job.secrets.is_empty() {
        return Ok(opened);
    }
    let file = host.identity.as_ref().ok_or(SecretsError::NoIdentity)?;
    let identities = file.read_all().map_err(SecretsError::Identity)?;
    for (name, sealed) in &intent.job.secrets {
        let owner = Owner {
            job: intent.key.job,
            name,
        };
        let value = sealing::open(&identities, owner, sealed);
        let value = value.map_err(|error| SecretsError::Closed {
            name: name.clone(),
            error,
        })?;
        opened.insert(name.clone(), value.reveal().to_owned());
    }
    Ok(opened)
}
