//! What a failure of the database means for those who asked.

use sqlx::Error;

use super::session::number_of;
use crate::history::HistoryError;

/// What can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Two transactions stood in each other's way: this one can be done again.
    Deadlock,
    /// The connection is gone.
    Broken,
    /// The tables are not those of this program.
    Schema,
    /// The account has too few rights.
    Denied,
    /// Something that the server's administrator has to mend.
    Server,
    /// The values are refused, and will be again.
    Refused,
    /// What is stored cannot be read.
    Damaged,
}

pub(super) fn of(error: &Error) -> Kind {
    let Some(number) = number_of(error) else {
        return match error {
            Error::ColumnDecode { .. }
            | Error::ColumnIndexOutOfBounds { .. }
            | Error::Decode(_)
            | Error::ColumnNotFound(_)
            | Error::RowNotFound => Kind::Damaged,
            Error::Encode(_) => Kind::Refused,
            _ => Kind::Broken,
        };
    };
    match number {
        1205 | 1213 => Kind::Deadlock,
        1053 | 1077 | 1927 | 4031 => Kind::Broken,
        1054 | 1146 | 1305 => Kind::Schema,
        1044 | 1045 | 1142 | 1143 | 1227 | 1370 => Kind::Denied,
        126 | 127 | 144 | 145 | 1034 | 1035 | 1194 | 1195 | 1712 => Kind::Damaged,
        // A packet that is too large, or a value that the column does not take.
        1048 | 1062 | 1153 | 1264 | 1292 | 1301 | 1364 | 1366 | 1406 | 3819 | 4025 => Kind::Refused,
        _ => Kind::Server,
    }
}

/// The error with its sentence.
pub(super) fn told(kind: Kind, error: &Error, location: &str) -> HistoryError {
    let unavailable = HistoryError::Unavailable;
    match kind {
        Kind::Deadlock => unavailable(format!(
            "{location} is busy ({error}): others hold what is to be written"
        )),
        Kind::Broken => unavailable(format!("the connection to {location} broke ({error})")),
        Kind::Schema => unavailable(format!(
            "{location} lacks tables or columns ({error}): run `belfryctl cluster migrate`"
        )),
        Kind::Denied => unavailable(format!(
            "the account for {location} lacks a right ({error}): grant it"
        )),
        Kind::Server => unavailable(format!("{location}: {error}")),
        Kind::Refused => HistoryError::Refused(format!("{location}: {error}")),
        Kind::Damaged => HistoryError::Damaged(format!(
            "{location} holds what cannot be read ({error}): check the tables, or put back a copy"
        )),
    }
}
