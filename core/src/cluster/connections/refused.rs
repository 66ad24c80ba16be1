//! Why something about connections was refused, for the window.

use super::error;
use crate::cluster::ConnectError;
use crate::profile::{NoProfile, ProfileFileError, ProfilesError, SecretsError};
use crate::view::{CommandError, ErrorCode, Step, Trouble};

pub fn no_profile(refused: NoProfile) -> CommandError {
    error(ErrorCode::NotFound, refused.to_string())
}

pub fn not_kept(refused: ProfileFileError) -> CommandError {
    error(ErrorCode::Internal, refused.to_string())
}

pub fn wrong(refused: ProfilesError) -> CommandError {
    invalid("profiles.toml", refused.to_string())
}

pub fn secret(refused: SecretsError) -> CommandError {
    let code = match &refused {
        SecretsError::Locked | SecretsError::WrongPassphrase => ErrorCode::Locked,
        SecretsError::Absent { .. } => ErrorCode::Invalid,
        SecretsError::Keychain(_) | SecretsError::File { .. } | SecretsError::Damaged { .. } => {
            ErrorCode::Internal
        }
    };
    match code {
        ErrorCode::Invalid => invalid("password", refused.to_string()),
        code => error(code, refused.to_string()),
    }
}

pub fn connect(refused: ConnectError) -> CommandError {
    match refused {
        ConnectError::Embedded(refused) => refused.to_command_error(),
        ConnectError::Rung(step) => of_rung(step),
    }
}

fn of_rung(step: Step) -> CommandError {
    match step.rung.trouble() {
        Trouble::Unreachable => error(ErrorCode::Unreachable, step.hint),
        Trouble::NotPermitted => error(ErrorCode::NotPermitted, step.hint),
        Trouble::Configuration => invalid(step.rung.words(), step.hint),
    }
}

fn invalid(field: &str, detail: String) -> CommandError {
    let mut invalid = error(ErrorCode::Invalid, detail);
    invalid.params.insert("field".to_owned(), field.to_owned());
    invalid
}
