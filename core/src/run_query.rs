//! The language of the query bar over runs.
pub use pattern::{ExitCodes, NamePatterns};
mod pattern;
