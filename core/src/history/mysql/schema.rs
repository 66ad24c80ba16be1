//! The tables: which version they have, and how they grow.

use std::fmt;

/// The n-th step brings the tables to version n. A statement of a step that was done already
/// must do no harm: these databases have no transactions for tables.
pub(super) const STEPS: [&str; 1] = [include_str!(
    "../../../../migrations/mysql/0001_history.sql"
)];

/// The version that this program knows.
pub(super) const KNOWN: u32 = STEPS.len() as u32;

/// What tables a database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// None of ours.
    None,
    /// An earlier version than this program knows.
    Older(u32),
    /// The version that this program knows.
    Right,
    /// A later version than this program knows.
    Newer(u32),
}

impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(
                f,
                "the database has no tables of Belfry: run `belfryctl cluster migrate`"
            ),
            Self::Older(found) => write!(
                f,
                "the tables have version {found} and this program needs {KNOWN}: \
                 run `belfryctl cluster migrate`"
            ),
            Self::Right => write!(f, "the tables have version {KNOWN}, as they should"),
            Self::Newer(found) => write!(
                f,
                "the tables have version {found} and this program knows {KNOWN}: \
                 upgrade this program"
            ),
        }
    }
}

/// What a migration did; equal numbers mean that nothing was left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The version before, 0 without tables.
    pub from: u32,
    /// The version now.
    pub to: u32,
}
