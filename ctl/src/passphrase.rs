//! The secrets of a profile, as the desktop keeps them: from the keychain, or from the encrypted
//! file, whose passphrase is asked for at the terminal.

use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use belfry_core::config::{Secret, SecretSource};
use belfry_core::profile::{Profile, Secrets, SecretsError};

use crate::failure::{CONFIGURATION, Failure, NOT_PERMITTED};

/// Names a file whose first line is the passphrase, for scripts.
const FILE: &str = "BELFRY_PASSPHRASE_FILE";

/// The profile with its secrets put in.
pub fn filled(name: &str, profile: Profile, folder: &Path) -> Result<Profile, Failure> {
    if profile.kept.is_empty() {
        return Ok(profile);
    }
    let secrets = Secrets::in_folder(folder);
    match secrets.fill(name, profile.clone()) {
        Err(SecretsError::Locked) => {}
        filled => return filled.map_err(refused),
    }
    secrets.unlock(&passphrase()?).map_err(refused)?;
    secrets.fill(name, profile).map_err(refused)
}

fn passphrase() -> Result<Secret, Failure> {
    if let Some(file) = std::env::var_os(FILE) {
        let source = SecretSource::In(PathBuf::from(file));
        let read = source.read(FILE);
        return read.map_err(|error| Failure::new(CONFIGURATION, error.to_string()));
    }
    if !io::stdin().is_terminal() {
        let sentence = format!(
            "the file of secrets is closed and nobody can be asked: name a file whose first line is its passphrase in {FILE}"
        );
        return Err(Failure::new(NOT_PERMITTED, sentence));
    }
    typed("Passphrase of the secrets: ")
}

/// Asks at the terminal, which does not show the answer.
pub fn typed(question: &str) -> Result<Secret, Failure> {
    eprint!("{question}");
    let echo = |on: bool| {
        let switch = if on { "echo" } else { "-echo" };
        // A terminal without the switch shows what is typed; that is no reason to give up.
        let _ = Command::new("stty")
            .arg(switch)
            .stdin(Stdio::inherit())
            .status();
    };
    echo(false);
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    echo(true);
    eprintln!();
    read.map_err(|error| Failure::new(CONFIGURATION, format!("could not read it: {error}")))?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}

fn refused(error: SecretsError) -> Failure {
    let code = match &error {
        SecretsError::Locked | SecretsError::WrongPassphrase => NOT_PERMITTED,
        _ => CONFIGURATION,
    };
    Failure::new(code, error.to_string())
}
