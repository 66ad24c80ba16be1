//! Rows as values, and back.

use std::str::FromStr;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Error, Row};
use uuid::Uuid;

use crate::history::{LedgerRow, RunGroup, Version};
use crate::id::{JobId, RunId};
use crate::run::{Reason, RunRecord, RunState, Trigger};

/// The columns of table `run AS r` in the order that [`record`] reads them.
macro_rules! run_columns {
    () => {
        "r.run_id, r.attempt, r.job_id, r.project, r.job, r.scope, r.moment, r.scheduled_ms, \
         r.until_ms, r.count, r.gen, r.fence, r.node, r.state, r.reason, r.detail, r.trigger_kind, \
         r.by_person, r.decided_ms, r.started_ms, r.finished_ms, r.exit_code, r.signal, \
         r.output_bytes, r.output_sha256, r.peak_memory_bytes, r.user_ms, r.system_ms"
    };
}
pub(super) use run_columns;

/// The place after the last column of `run_columns!`.
pub(super) const AFTER_RUN_COLUMNS: usize = 28;

pub(super) fn record(row: &SqliteRow) -> Result<RunRecord, Error> {
    Ok(RunRecord {
        run_id: run_id(row, 0)?,
        attempt: number(row, 1)?,
        job_id: job_id(row, 2)?,
        project: parsed(row, 3)?,
        job: row.try_get(4)?,
        scope: parsed(row, 5)?,
        moment: parsed(row, 6)?,
        scheduled_at: instant(row, 7)?,
        until: instant_or_none(row, 8)?,
        count: number(row, 9)?,
        generation: number(row, 10)?,
        fence: number(row, 11)?,
        node: parsed(row, 12)?,
        state: state(row, 13)?,
        reason: reason(row, 14)?,
        detail: row.try_get(15)?,
        trigger: word(row, 16, Trigger::parse)?,
        by: row.try_get(17)?,
        decided_at: instant(row, 18)?,
        started_at: instant_or_none(row, 19)?,
        finished_at: instant_or_none(row, 20)?,
        exit_code: number_or_none(row, 21)?,
        signal: number_or_none(row, 22)?,
        output_bytes: number(row, 23)?,
        output_sha256: row.try_get(24)?,
        peak_memory_bytes: number_or_none(row, 25)?,
        user_ms: number_or_none(row, 26)?,
        system_ms: number_or_none(row, 27)?,
    })
}

/// Reads state, job's id, node, trigger, count.
pub(super) fn group(row: &SqliteRow) -> Result<RunGroup, Error> {
    Ok(RunGroup {
        state: state(row, 0)?,
        job_id: job_id(row, 1)?,
        node: parsed(row, 2)?,
        trigger: word(row, 3, Trigger::parse)?,
        count: number(row, 4)?,
    })
}

/// Reads scope, scheduled, until, count, run id, attempt, state, reason.
pub(super) fn ledger_row(row: &SqliteRow) -> Result<LedgerRow, Error> {
    Ok(LedgerRow {
        scope: parsed(row, 0)?,
        scheduled_at: instant(row, 1)?,
        until: instant_or_none(row, 2)?,
        count: number(row, 3)?,
        run_id: run_id(row, 4)?,
        attempt: number(row, 5)?,
        state: state(row, 6)?,
        reason: reason(row, 7)?,
    })
}

/// Reads kind, id, generation, edit, title, by, at, action, changes, body.
pub(super) fn version(row: &SqliteRow) -> Result<Version, Error> {
    Ok(Version {
        kind: row.try_get(0)?,
        id: row.try_get(1)?,
        generation: number(row, 2)?,
        edit: parsed(row, 3)?,
        title: row.try_get(4)?,
        by: row.try_get(5)?,
        at: instant(row, 6)?,
        action: row.try_get(7)?,
        changes: json(row, 8)?,
        body: json(row, 9)?,
    })
}

pub(super) fn run_id(row: &SqliteRow, index: usize) -> Result<RunId, Error> {
    let bytes: &[u8] = row.try_get(index)?;
    bytes
        .try_into()
        .map(RunId)
        .map_err(|_| senseless("a run id", bytes))
}

fn job_id(row: &SqliteRow, index: usize) -> Result<JobId, Error> {
    let bytes: &[u8] = row.try_get(index)?;
    Uuid::from_slice(bytes)
        .map(JobId)
        .map_err(|_| senseless("a job's id", bytes))
}

pub(super) fn number<N: TryFrom<i64>>(row: &SqliteRow, index: usize) -> Result<N, Error> {
    let stored: i64 = row.try_get(index)?;
    N::try_from(stored).map_err(|_| senseless("a number", stored))
}

fn number_or_none<N: TryFrom<i64>>(row: &SqliteRow, index: usize) -> Result<Option<N>, Error> {
    let stored: Option<i64> = row.try_get(index)?;
    stored
        .map(|stored| N::try_from(stored).map_err(|_| senseless("a number", stored)))
        .transpose()
}

pub(super) fn instant(row: &SqliteRow, index: usize) -> Result<Timestamp, Error> {
    instant_or_none(row, index)?.ok_or_else(|| senseless("an instant", "nothing"))
}

fn instant_or_none(row: &SqliteRow, index: usize) -> Result<Option<Timestamp>, Error> {
    let stored: Option<i64> = row.try_get(index)?;
    let read = |ms| Timestamp::from_millisecond(ms).map_err(|_| senseless("an instant", ms));
    stored.map(read).transpose()
}

pub(super) fn state(row: &SqliteRow, index: usize) -> Result<RunState, Error> {
    word(row, index, RunState::parse)
}

fn reason(row: &SqliteRow, index: usize) -> Result<Option<Reason>, Error> {
    let stored: Option<&str> = row.try_get(index)?;
    stored
        .map(|text| Reason::parse(text).ok_or_else(|| senseless("a reason", text)))
        .transpose()
}

fn word<T>(row: &SqliteRow, index: usize, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
    let text: &str = row.try_get(index)?;
    parse(text).ok_or_else(|| senseless("a word of ours", text))
}

fn parsed<T: FromStr>(row: &SqliteRow, index: usize) -> Result<T, Error> {
    let text: &str = row.try_get(index)?;
    text.parse().map_err(|_| senseless("an id or a name", text))
}

fn json<T: serde::de::DeserializeOwned>(row: &SqliteRow, index: usize) -> Result<T, Error> {
    let text: &str = row.try_get(index)?;
    serde_json::from_str(text).map_err(|error| Error::Decode(error.into()))
}

fn senseless(wanted: &str, found: impl std::fmt::Debug) -> Error {
    Error::Decode(format!("{found:?} is not {wanted}").into())
}
