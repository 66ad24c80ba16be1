//! How the supervisor gets a program's secrets: through its standard input, which is memory and never a file on disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, Write};

use rustix::fs::{MemfdFlags, memfd_create};

/// By the name of their variable.
pub type Secrets = BTreeMap<String, String>;

/// More than the agent can hand over means that somebody else did.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What a supervisor's standard input is to be.
///
/// # Errors
/// The kernel's.
pub fn hand_over(secrets: &Secrets) -> io::Result<File> {
    let mut memory = File::from(memfd_create("belfry-secrets", MemfdFlags::CLOEXEC)?);
    memory.write_all(&super::folder::json(secrets))?;
    memory.rewind()?;
    Ok(memory)
}

/// Reads what was handed over, which must be all of `names`.
///
/// # Errors
/// When it is not.
pub fn take(names: &[String]) -> io::Result<Secrets> {
    if names.is_empty() {
        return Ok(Secrets::new());
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(BYTES_MAX).read_to_end(&mut bytes)?;
    // The error would tell of what it could not read.
    let secrets: Secrets = serde_json::from_slice(&bytes).unwrap_or_default();
    match names.iter().find(|name| !secrets.contains_key(*name)) {
        None => Ok(secrets),
        Some(name) => {
            let why = format!("the secret {name} was not handed over");
            Err(io::Error::new(io::ErrorKind::InvalidData, why))
        }
    }
}
