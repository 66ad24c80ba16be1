//! Every other question to history, one function each.

use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::Error;
use sqlx::sqlite::SqlitePool;

use crate::history::{ChangeMark, LedgerRow, Version, row};
use crate::id::{JobId, RunId};
use crate::limits::PAGE_ROWS_MAX;
use crate::output::OutputChunk;
use crate::run::RunRecord;
use crate::sqlite_file::signed;

pub(super) const ATTEMPTS: &str = concat!(
    "SELECT ",
    row::run_columns!(),
    " FROM run AS r WHERE r.run_id = ?1 ORDER BY r.attempt"
);

pub(super) const IDS_BETWEEN: &str =
    "SELECT DISTINCT run_id FROM run WHERE run_id >= ?1 AND run_id <= ?2 ORDER BY run_id LIMIT ?3";

pub(super) const OUTPUT: &str = "\
    SELECT chunk_offset, bytes, stamps FROM run_output \
    WHERE run_id = ?1 AND attempt = ?2 AND chunk_offset >= coalesce((\
        SELECT max(chunk_offset) FROM run_output \
        WHERE run_id = ?1 AND attempt = ?2 AND chunk_offset <= ?3), 0) \
    ORDER BY chunk_offset";

pub(super) const AVERAGE_DURATION: &str = "\
    SELECT CAST(avg(r.finished_ms - r.started_ms) AS INTEGER) FROM run AS r WHERE r.seq IN (\
        SELECT x.seq FROM run AS x INDEXED BY run_of_job \
        WHERE x.job_id = ?1 AND x.state = 'succeeded' \
        ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ?2)";

pub(super) const NEWEST_CHANGE: &str = "SELECT change FROM meta";

pub(super) const CHANGES: &str = concat!(
    "SELECT ",
    row::run_columns!(),
    ", r.change FROM run AS r WHERE r.change > ?1 ORDER BY r.change LIMIT ?2"
);

pub(super) const LEDGER: &str = "\
    SELECT scope, scheduled_ms, until_ms, count, run_id, attempt, state, reason \
    FROM run INDEXED BY run_of_job \
    WHERE job_id = ?1 AND scheduled_ms >= ?2 AND scheduled_ms <= ?3 \
      AND substr(scope, 1, 2) NOT IN ('m:', 'b:') \
    UNION ALL \
    SELECT scope, scheduled_ms, until_ms, count, run_id, attempt, state, reason \
    FROM run INDEXED BY run_range \
    WHERE job_id = ?1 AND until_ms >= ?2 AND scheduled_ms < ?2 \
      AND substr(scope, 1, 2) NOT IN ('m:', 'b:') \
    ORDER BY scheduled_ms, scope, attempt";

pub(super) const VERSIONS: &str = "\
    SELECT kind, id, gen, edit, title, by_person, at_ms, action, changes, body \
    FROM definition_version WHERE kind = ?1 AND id = ?2 ORDER BY gen DESC LIMIT ?3";

pub(super) async fn attempts(readers: &SqlitePool, run: RunId) -> Result<Vec<RunRecord>, Error> {
    let rows = sqlx::query(ATTEMPTS)
        .bind(&run.0[..])
        .fetch_all(readers)
        .await?;
    rows.iter().map(row::record).collect()
}

pub(super) async fn ids_between(
    readers: &SqlitePool,
    (first, last): (RunId, RunId),
    limit: u32,
) -> Result<Vec<RunId>, Error> {
    let query = sqlx::query(IDS_BETWEEN)
        .bind(&first.0[..])
        .bind(&last.0[..])
        .bind(limit);
    query
        .fetch_all(readers)
        .await?
        .iter()
        .map(|row| row::run_id(row, 0))
        .collect()
}

/// Where to read on in the output of an attempt.
pub(super) struct OutputPlace {
    pub run: RunId,
    pub attempt: u32,
    pub offset: u64,
}

pub(super) async fn output(
    readers: &SqlitePool,
    place: OutputPlace,
    bytes_max: usize,
) -> Result<Vec<OutputChunk>, Error> {
    let query = sqlx::query(OUTPUT)
        .bind(&place.run.0[..])
        .bind(place.attempt)
        .bind(signed(place.offset));
    let mut rows = query.fetch(readers);
    let (mut chunks, mut bytes) = (Vec::new(), 0);
    while bytes < bytes_max {
        let Some(row) = rows.try_next().await? else {
            break;
        };
        let Some(chunk) = row::chunk(&row)?.from_offset(place.offset) else {
            continue;
        };
        if !chunk.bytes.is_empty() {
            bytes += chunk.bytes.len();
            chunks.push(chunk);
        }
    }
    Ok(chunks)
}

pub(super) async fn average_duration(
    readers: &SqlitePool,
    job: JobId,
    count: u32,
) -> Result<Option<Duration>, Error> {
    let query = sqlx::query(AVERAGE_DURATION)
        .bind(&job.0.as_bytes()[..])
        .bind(count);
    row::duration_or_none(&query.fetch_one(readers).await?, 0)
}

pub(super) async fn newest_change(readers: &SqlitePool) -> Result<ChangeMark, Error> {
    let row = sqlx::query(NEWEST_CHANGE).fetch_one(readers).await?;
    row::number(&row, 0).map(ChangeMark)
}

pub(super) async fn changes(
    readers: &SqlitePool,
    after: ChangeMark,
) -> Result<(ChangeMark, Vec<RunRecord>), Error> {
    let query = sqlx::query(CHANGES)
        .bind(signed(after.0))
        .bind(PAGE_ROWS_MAX);
    row::changes(&query.fetch_all(readers).await?, after)
}

pub(super) async fn ledger(
    readers: &SqlitePool,
    job: JobId,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<LedgerRow>, Error> {
    let rows = sqlx::query(LEDGER)
        .bind(&job.0.as_bytes()[..])
        .bind(since.as_millisecond())
        .bind(until.as_millisecond())
        .fetch_all(readers)
        .await?;
    rows.iter().map(row::ledger_row).collect()
}

pub(super) async fn versions(
    readers: &SqlitePool,
    kind: &str,
    id: &str,
    limit: u32,
) -> Result<Vec<Version>, Error> {
    let rows = sqlx::query(VERSIONS)
        .bind(kind)
        .bind(id)
        .bind(limit)
        .fetch_all(readers)
        .await?;
    rows.iter().map(row::version).collect()
}
