//! What stays known of a node when it is not there. Of this placement reads projects, labels and
//! weight: a job that waits for a node must know it while it is away. The rest is for people.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::ProjectName;

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
    /// The lines of business that it serves; empty: all.
    #[serde(default)]
    pub projects: Vec<ProjectName>,
    /// What jobs choose it by.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Its share of the work among its like.
    #[serde(default)]
    pub weight: Option<u32>,
    /// The labels of its own file, before what people note about it.
    #[serde(default)]
    pub own_labels: BTreeMap<String, String>,
    /// The weight of its own file, before what people note about it.
    #[serde(default)]
    pub own_weight: Option<u32>,
    /// What newer versions wrote.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}
