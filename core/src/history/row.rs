//! What stands in a row of either database.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::mysql::MySqlRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Error, Row};
use uuid::Uuid;

use crate::history::{
    ChangeMark, FailureGroup, LedgerRow, RunGroup, StepCount, StepLateness, Version, stamps,
};
use crate::id::{JobId, RunId};
use crate::output::OutputChunk;
use crate::run::{Reason, RunRecord, RunState, Trigger};

/// A row, read by the places of its columns.
pub(super) trait StoredRow {
    fn integer(&self, index: usize) -> Result<Option<i64>, Error>;
    fn text(&self, index: usize) -> Result<Option<&str>, Error>;
    fn bytes(&self, index: usize) -> Result<&[u8], Error>;
}

macro_rules! stored_row {
    ($row:ty) => {
        impl StoredRow for $row {
            fn integer(&self, index: usize) -> Result<Option<i64>, Error> {
                self.try_get(index)
            }

            fn text(&self, index: usize) -> Result<Option<&str>, Error> {
                self.try_get(index)
            }

            fn bytes(&self, index: usize) -> Result<&[u8], Error> {
                self.try_get(index)
            }
        }
    };
}

stored_row!(SqliteRow);
stored_row!(MySqlRow);

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
const AFTER_RUN_COLUMNS: usize = 28;

pub(super) fn record(row: &impl StoredRow) -> Result<RunRecord, Error> {
    Ok(RunRecord {
        run_id: run_id(row, 0)?,
        attempt: number(row, 1)?,
        job_id: job_id(row, 2)?,
        project: parsed(row, 3)?,
        job: text(row, 4)?.to_owned(),
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
        detail: row.text(15)?.map(str::to_owned),
        trigger: word(row, 16, Trigger::parse)?,
        by: row.text(17)?.map(str::to_owned),
        decided_at: instant(row, 18)?,
        started_at: instant_or_none(row, 19)?,
        finished_at: instant_or_none(row, 20)?,
        exit_code: number_or_none(row, 21)?,
        signal: number_or_none(row, 22)?,
        output_bytes: number(row, 23)?,
        output_sha256: row.text(24)?.map(str::to_owned),
        peak_memory_bytes: number_or_none(row, 25)?,
        user_ms: number_or_none(row, 26)?,
        system_ms: number_or_none(row, 27)?,
    })
}

/// The records of the rows, and the change number of the last, which stands after the record.
pub(super) fn changes<R: StoredRow>(
    rows: &[R],
    after: ChangeMark,
) -> Result<(ChangeMark, Vec<RunRecord>), Error> {
    let mark = match rows.last() {
        Some(last) => ChangeMark(number(last, AFTER_RUN_COLUMNS)?),
        None => after,
    };
    Ok((mark, rows.iter().map(record).collect::<Result<_, _>>()?))
}

/// Reads step, state, count.
pub(super) fn step_count(row: &impl StoredRow) -> Result<StepCount, Error> {
    Ok(StepCount {
        step: number(row, 0)?,
        state: state(row, 1)?,
        count: number(row, 2)?,
    })
}

/// Reads step, job's id, lateness.
pub(super) fn step_lateness(row: &impl StoredRow) -> Result<StepLateness, Error> {
    Ok(StepLateness {
        step: number(row, 0)?,
        job_id: job_id(row, 1)?,
        late_ms: number(row, 2)?,
    })
}

/// The columns that [`failure`] reads after the cause, of rows `r`, for either dialect's text of an
/// instant and a run in one.
macro_rules! failure_columns {
    ($place:literal) => {
        concat!(
            "r.job_id, max(r.project), max(r.job), r.state, r.reason, r.exit_code, r.signal, \
             count(*), min(r.scheduled_ms), max(",
            $place,
            ") AS place"
        )
    };
}
pub(super) use failure_columns;

/// Reads a group of failures; the newest one's instant and id stand in one text, which orders so.
pub(super) fn failure(row: &impl StoredRow) -> Result<FailureGroup, Error> {
    let place = text(row, 9)?;
    let parted = place.split_at_checked(15);
    let (at, run) = parted.ok_or_else(|| senseless("a place", place))?;
    let last = at.parse().ok().map(Timestamp::from_millisecond);
    let last_at = last.and_then(Result::ok);
    Ok(FailureGroup {
        job_id: job_id(row, 0)?,
        project: text(row, 1)?.to_owned(),
        job: text(row, 2)?.to_owned(),
        state: state(row, 3)?,
        reason: reason(row, 4)?,
        exit_code: number_or_none(row, 5)?,
        signal: number_or_none(row, 6)?,
        count: number(row, 7)?,
        first_at: instant(row, 8)?,
        last_at: last_at.ok_or_else(|| senseless("an instant", at))?,
        last_run: run
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| senseless("a run id", run))?,
    })
}

/// Reads state, job's id, node, trigger, count.
pub(super) fn group(row: &impl StoredRow) -> Result<RunGroup, Error> {
    Ok(RunGroup {
        state: state(row, 0)?,
        job_id: job_id(row, 1)?,
        node: parsed(row, 2)?,
        trigger: word(row, 3, Trigger::parse)?,
        count: number(row, 4)?,
    })
}

/// Reads scope, scheduled, until, count, run id, attempt, state, reason.
pub(super) fn ledger_row(row: &impl StoredRow) -> Result<LedgerRow, Error> {
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
pub(super) fn version(row: &impl StoredRow) -> Result<Version, Error> {
    Ok(Version {
        kind: text(row, 0)?.to_owned(),
        id: text(row, 1)?.to_owned(),
        generation: number(row, 2)?,
        edit: parsed(row, 3)?,
        title: text(row, 4)?.to_owned(),
        by: text(row, 5)?.to_owned(),
        at: instant(row, 6)?,
        action: text(row, 7)?.to_owned(),
        changes: json(row, 8)?,
        body: json(row, 9)?,
    })
}

/// Reads offset, bytes, stamps.
pub(super) fn chunk(row: &impl StoredRow) -> Result<OutputChunk, Error> {
    let offset = number(row, 0)?;
    let stamps =
        stamps::decode(offset, text(row, 2)?).map_err(|error| Error::Decode(error.into()))?;
    Ok(OutputChunk {
        offset,
        bytes: row.bytes(1)?.to_vec(),
        stamps,
    })
}

pub(super) fn run_id(row: &impl StoredRow, index: usize) -> Result<RunId, Error> {
    let bytes = row.bytes(index)?;
    bytes
        .try_into()
        .map(RunId)
        .map_err(|_| senseless("a run id", bytes))
}

fn job_id(row: &impl StoredRow, index: usize) -> Result<JobId, Error> {
    let bytes = row.bytes(index)?;
    Uuid::from_slice(bytes)
        .map(JobId)
        .map_err(|_| senseless("a job's id", bytes))
}

pub(super) fn number<N: TryFrom<i64>>(row: &impl StoredRow, index: usize) -> Result<N, Error> {
    number_or_none(row, index)?.ok_or_else(|| senseless("a number", "nothing"))
}

pub(super) fn number_or_none<N: TryFrom<i64>>(
    row: &impl StoredRow,
    index: usize,
) -> Result<Option<N>, Error> {
    let stored = row.integer(index)?;
    stored
        .map(|stored| N::try_from(stored).map_err(|_| senseless("a number", stored)))
        .transpose()
}

/// A clock that was set back makes a duration that is less than nothing: that counts as none.
pub(super) fn duration_or_none(
    row: &impl StoredRow,
    index: usize,
) -> Result<Option<Duration>, Error> {
    let stored = row.integer(index)?;
    Ok(stored.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
}

pub(super) fn instant(row: &impl StoredRow, index: usize) -> Result<Timestamp, Error> {
    instant_or_none(row, index)?.ok_or_else(|| senseless("an instant", "nothing"))
}

fn instant_or_none(row: &impl StoredRow, index: usize) -> Result<Option<Timestamp>, Error> {
    let stored = row.integer(index)?;
    let read = |ms| Timestamp::from_millisecond(ms).map_err(|_| senseless("an instant", ms));
    stored.map(read).transpose()
}

/// Reads two instants, if there are any.
pub(super) fn span_or_none(row: &impl StoredRow) -> Result<Option<(Timestamp, Timestamp)>, Error> {
    let (first, last) = (instant_or_none(row, 0)?, instant_or_none(row, 1)?);
    Ok(first.zip(last))
}

/// Reads a scheduled instant as it is stored, and a run id.
pub(super) fn place(row: &impl StoredRow) -> Result<(i64, Vec<u8>), Error> {
    Ok((number(row, 0)?, row.bytes(1)?.to_vec()))
}

pub(super) fn state(row: &impl StoredRow, index: usize) -> Result<RunState, Error> {
    word(row, index, RunState::parse)
}

fn reason(row: &impl StoredRow, index: usize) -> Result<Option<Reason>, Error> {
    let stored = row.text(index)?;
    stored
        .map(|text| Reason::parse(text).ok_or_else(|| senseless("a reason", text)))
        .transpose()
}

fn text(row: &impl StoredRow, index: usize) -> Result<&str, Error> {
    row.text(index)?
        .ok_or_else(|| senseless("a text", "nothing"))
}

fn word<T>(row: &impl StoredRow, index: usize, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
    let text = text(row, index)?;
    parse(text).ok_or_else(|| senseless("a word of ours", text))
}

fn parsed<T: FromStr>(row: &impl StoredRow, index: usize) -> Result<T, Error> {
    let text = text(row, index)?;
    text.parse().map_err(|_| senseless("an id or a name", text))
}

fn json<T: serde::de::DeserializeOwned>(row: &impl StoredRow, index: usize) -> Result<T, Error> {
    let text = text(row, index)?;
    serde_json::from_str(text).map_err(|error| Error::Decode(error.into()))
}

/// The least and the greatest id that begins with these hexadecimal digits.
pub(super) fn prefix_bounds(prefix: &str) -> Option<(RunId, RunId)> {
    if prefix.len() > 32 {
        return None;
    }
    let id = |fill: char| {
        format!("{prefix}{}", fill.to_string().repeat(32 - prefix.len()))
            .parse()
            .ok()
    };
    Some((id('0')?, id('f')?))
}

fn senseless(wanted: &str, found: impl std::fmt::Debug) -> Error {
    Error::Decode(format!("{found:?} is not {wanted}").into())
}
