//! Why the agent ends, in one sentence, and with which exit code.

use std::fmt;

use belfry_core::cluster::ConnectError;
use belfry_core::view::Trouble;

/// The exit codes that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The asked thing failed.
    Failed = 1,
    /// A store cannot be reached.
    Unreachable = 69,
    /// Something in the agent or under it broke.
    Internal = 70,
    /// Somebody must be given a right.
    NotPermitted = 77,
    /// The configuration, the folder or the node's id cannot be used.
    Configuration = 78,
}

/// The agent cannot begin or go on.
#[derive(Debug)]
pub struct Failure {
    /// What the process exits with.
    pub code: Code,
    sentence: String,
}

impl Failure {
    /// The sentence names the thing, the reason and what to do.
    pub fn new(code: Code, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self { code, sentence }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<Trouble> for Code {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable => Self::Unreachable,
            Trouble::NotPermitted => Self::NotPermitted,
            Trouble::Configuration => Self::Configuration,
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self::new(error.trouble().into(), error.to_string())
    }
}
