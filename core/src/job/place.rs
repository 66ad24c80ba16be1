//! Where a job runs: on how many nodes, on which, and who takes its turn.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::selector::Selector;
use crate::id::NodeId;

/// Where a job runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// On one node, on all, or on a certain one.
    pub on: PlaceOn,
    /// Which nodes come into question; all that serve the project when absent.
    pub nodes: Option<Selector>,
    /// Which of them takes an occurrence, where one does.
    pub balance: Balance,
    /// Whether the next one takes over while the first is gone.
    pub failover: bool,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            on: PlaceOn::default(),
            nodes: None,
            balance: Balance::default(),
            failover: true,
        }
    }
}

/// On how many nodes an occurrence runs.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum PlaceOn {
    /// On one of the candidates.
    #[default]
    One,
    /// On every candidate.
    All,
    /// On this one only.
    Node(NodeId),
}

impl fmt::Display for PlaceOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => f.write_str("one"),
            Self::All => f.write_str("all"),
            Self::Node(node) => write!(f, "node:{node}"),
        }
    }
}

/// Which candidate takes an occurrence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// Always the same one while it is there; only a lost node's own jobs move.
    #[default]
    Sticky,
    /// One after the other, by their weights.
    Rotate,
    /// The one with the most free slots.
    LeastLoaded,
    /// The first in the order that `nodes` has.
    Ordered,
}
