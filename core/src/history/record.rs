//! What is written of a record, column by column, in either database.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::history::Version;
use crate::run::RunRecord;
use crate::sqlite_file::signed;

/// A column's value.
pub(super) enum Value<'a> {
    Integer(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Bytes(&'a [u8]),
}

impl Value<'_> {
    /// Bytes that it takes on the wire, at most.
    pub(super) fn size(&self) -> usize {
        const LENGTH: usize = 9;
        LENGTH
            + match self {
                Self::Integer(_) => 0,
                Self::Text(text) => text.as_ref().map_or(0, |text| text.len()),
                Self::Bytes(bytes) => bytes.len(),
            }
    }
}

fn integer<'a>(number: impl Into<i64>) -> Value<'a> {
    Value::Integer(Some(number.into()))
}

fn large<'a>(number: u64) -> Value<'a> {
    Value::Integer(Some(signed(number)))
}

fn ms<'a>(at: Option<Timestamp>) -> Value<'a> {
    Value::Integer(at.map(Timestamp::as_millisecond))
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Value<'a> {
    Value::Text(Some(text.into()))
}

fn text_or_none(text: Option<&str>) -> Value<'_> {
    Value::Text(text.map(Cow::Borrowed))
}

/// The columns of table `run` that [`run_values`] fills, in its order.
pub(super) const RUN_COLUMNS: [&str; 29] = [
    "run_id",
    "attempt",
    "job_id",
    "project",
    "job",
    "scope",
    "moment",
    "scheduled_ms",
    "until_ms",
    "count",
    "gen",
    "fence",
    "node",
    "state",
    "rank",
    "reason",
    "detail",
    "trigger_kind",
    "by_person",
    "decided_ms",
    "started_ms",
    "finished_ms",
    "exit_code",
    "signal",
    "output_bytes",
    "output_sha256",
    "peak_memory_bytes",
    "user_ms",
    "system_ms",
];

pub(super) fn run_values(run: &RunRecord) -> [Value<'_>; RUN_COLUMNS.len()] {
    [
        Value::Bytes(&run.run_id.0),
        integer(run.attempt),
        Value::Bytes(run.job_id.0.as_bytes()),
        text(run.project.as_str()),
        text(&run.job),
        text(run.scope.to_string()),
        text(run.moment.to_string()),
        ms(Some(run.scheduled_at)),
        ms(run.until),
        large(run.count),
        large(run.generation),
        large(run.fence),
        text(run.node.as_str()),
        text(run.state.as_str()),
        integer(run.state.rank()),
        text_or_none(run.reason.map(|reason| reason.as_str())),
        text_or_none(run.detail.as_deref()),
        text(run.trigger.as_str()),
        text_or_none(run.by.as_deref()),
        ms(Some(run.decided_at)),
        ms(run.started_at),
        ms(run.finished_at),
        Value::Integer(run.exit_code.map(i64::from)),
        Value::Integer(run.signal.map(i64::from)),
        large(run.output_bytes),
        text_or_none(run.output_sha256.as_deref()),
        Value::Integer(run.peak_memory_bytes.map(signed)),
        Value::Integer(run.user_ms.map(signed)),
        Value::Integer(run.system_ms.map(signed)),
    ]
}

/// Kind, id, generation, edit, title, by, at, action, changes, body.
pub(super) fn version_values(version: &Version) -> [Value<'_>; 10] {
    let changes = version.changes.iter().cloned();
    let changes = changes.collect::<serde_json::Value>();
    [
        text(&version.kind),
        text(&version.id),
        large(version.generation),
        text(version.edit.to_string()),
        text(&version.title),
        text(&version.by),
        ms(Some(version.at)),
        text(&version.action),
        text(changes.to_string()),
        text(version.body.to_string()),
    ]
}
