//! One generation of a definition, as history keeps it.

use jiff::Timestamp;

use crate::id::EditId;

/// One generation of a definition, as somebody made it: version history and audit in one.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Version {
    /// `job`, `script` …
    pub kind: String,
    /// The definition's id.
    pub id: String,
    /// Its generation, from 1.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// The edit that made it: the same generation by another edit is a conflict to be reported.
    pub edit: EditId,
    /// `project/name` at that time.
    pub title: String,
    /// Who made it.
    pub by: String,
    /// When, by the clock of who made it.
    pub at: Timestamp,
    /// `create`, `edit`, `pause`, `resume`, `delete`, `restore`.
    pub action: String,
    /// The semantic difference to the generation before, one line each.
    pub changes: Vec<String>,
    /// The definition's body, as stored; `null` for a deletion.
    pub body: serde_json::Value,
}
