//! Why a command failed, and the code that scripts see.

use belfry_core::cluster::{ClusterError, ConnectError};
use belfry_core::coord::CoordError;
use belfry_core::history::HistoryError;

/// The asked thing failed.
pub const FAILED: u8 = 1;
/// A store cannot be reached.
pub const UNREACHABLE: u8 = 69;
/// The program or what it stored is at fault.
pub const INTERNAL: u8 = 70;
/// Whoever asks may not.
pub const NOT_PERMITTED: u8 = 77;
/// The configuration is wrong.
pub const CONFIGURATION: u8 = 78;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// One sentence that names the thing, the reason and what to do; empty when the output says it.
    pub sentence: String,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(code: u8, sentence: impl Into<String>) -> Self {
        Self {
            code,
            sentence: sentence.into(),
        }
    }

    /// The output has said what failed.
    pub fn told() -> Self {
        Self::new(FAILED, "")
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        let code = match &error {
            ClusterError::Coord {
                source: CoordError::Unavailable(_),
                ..
            }
            | ClusterError::History {
                source: HistoryError::Unavailable(_),
                ..
            }
            | ClusterError::Unsettled { .. } => UNREACHABLE,
            ClusterError::Coord {
                source: CoordError::NotPermitted(_),
                ..
            } => NOT_PERMITTED,
            ClusterError::Coord { .. } | ClusterError::History { .. } => INTERNAL,
            _ => FAILED,
        };
        Self::new(code, error.sentence())
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Embedded(error) => error.into(),
            ConnectError::Rung(_) => Self::new(error.trouble().exit_code(), error.to_string()),
        }
    }
}
