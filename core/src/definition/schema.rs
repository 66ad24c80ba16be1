//! The file format as JSON Schema: the Rust types are the schema.

use schemars::{JsonSchema, generate::SchemaSettings};

use super::{CalendarDraft, NodeDraft};
use crate::job::JobDraft;

/// A file of definitions.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
struct DefinitionFile {
    /// The jobs.
    #[schemars(default)]
    job: Vec<JobDraft>,
    /// Sets of days.
    #[schemars(default)]
    calendar: Vec<CalendarDraft>,
    /// What people note about servers.
    #[schemars(default)]
    node: Vec<NodeDraft>,
}

/// The JSON Schema (2020-12) of a file of definitions.
///
/// What it accepts may still be refused: limits of durations and schedules are checked by `validate`.
pub fn schema() -> serde_json::Value {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<DefinitionFile>();
    schema.to_value()
}
