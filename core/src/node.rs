//! What a node says of itself, for people who look at it. Nothing is decided by it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A computer that runs an agent, as it was when the agent came up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeInfo {
    /// Version of the format.
    pub v: u32,
    /// Its host's name.
    pub host: String,
    /// Addresses by which others may know it.
    pub addresses: Vec<String>,
    /// Its operating system.
    pub os: String,
    /// Cores that the agent may use.
    pub cores: u32,
    /// Its memory, where the system tells.
    pub memory_bytes: Option<u64>,
    /// The agent's process.
    pub pid: u32,
    /// When the agent came up.
    pub up_since: Timestamp,
    /// The agent's version.
    pub version: String,
    /// What newer versions wrote.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}
