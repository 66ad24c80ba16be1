//! Every question to history but lists, one function each.

use std::time::Duration;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::Error;
use sqlx::mysql::MySqlConnection;

use crate::history::{ChangeMark, LedgerRow, Version, row};
use crate::id::{JobId, RunId};
use crate::limits::{PAGE_ROWS_MAX, RUN_PREFIX_MATCHES_MAX};
use crate::output::OutputChunk;
use crate::run::RunRecord;
use crate::sqlite_file::signed;

pub(super) const ATTEMPTS: &str = concat!(
    "SELECT ",
    row::run_columns!(),
    " FROM run AS r WHERE r.run_id = ? ORDER BY r.attempt"
);

pub(super) const IDS_BETWEEN: &str = "\
    SELECT DISTINCT run_id FROM run FORCE INDEX (run_of_id) \
    WHERE run_id >= ? AND run_id <= ? ORDER BY run_id LIMIT ?";

/// From the chunk that the offset lies in, or the next one, as far as about the wanted bytes go:
/// what is not read to its end would still be sent.
pub(super) const OUTPUT: &str = "\
    SELECT chunk_offset, bytes, stamps FROM run_output \
    WHERE run_id = ? AND attempt = ? AND chunk_offset >= coalesce((\
        SELECT max(x.chunk_offset) FROM run_output AS x \
        WHERE x.run_id = ? AND x.attempt = ? AND x.chunk_offset <= ?), 0) \
      AND chunk_offset < ? + coalesce((\
        SELECT min(y.chunk_offset) FROM run_output AS y \
        WHERE y.run_id = ? AND y.attempt = ? AND y.chunk_offset >= ?), ?) \
    ORDER BY chunk_offset";

pub(super) const AVERAGE_DURATION: &str = "\
    SELECT CAST(avg(took_ms) AS SIGNED) FROM (\
        SELECT x.finished_ms - x.started_ms AS took_ms FROM run AS x FORCE INDEX (run_of_job) \
        WHERE x.job_id = ? AND x.state = 'succeeded' \
        ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ?) AS newest";

pub(super) const NEWEST_CHANGE: &str = "SELECT change_number FROM meta WHERE id = 1";

pub(super) const CHANGES: &str = concat!(
    "SELECT ",
    row::run_columns!(),
    ", r.change_number FROM run AS r FORCE INDEX (run_of_change) \
     WHERE r.change_number > ? ORDER BY r.change_number LIMIT ?"
);

pub(super) const LEDGER: &str = "\
    SELECT scope, scheduled_ms, until_ms, `count`, run_id, attempt, state, reason \
    FROM run FORCE INDEX (run_of_job) \
    WHERE job_id = ? AND scheduled_ms >= ? AND scheduled_ms <= ? \
      AND left(scope, 2) NOT IN ('m:', 'b:') \
    UNION ALL \
    SELECT scope, scheduled_ms, until_ms, `count`, run_id, attempt, state, reason \
    FROM run FORCE INDEX (run_range) \
    WHERE until_ms >= ? AND job_id = ? AND scheduled_ms < ? \
      AND left(scope, 2) NOT IN ('m:', 'b:') \
    ORDER BY scheduled_ms, scope, attempt";

pub(super) const VERSIONS: &str = "\
    SELECT kind, id, gen, edit, title, by_person, at_ms, action, changes, body \
    FROM definition_version WHERE kind = ? AND id = ? ORDER BY gen DESC LIMIT ?";

type Connection = MySqlConnection;

pub(super) async fn attempts(
    connection: &mut Connection,
    run: RunId,
) -> Result<Vec<RunRecord>, Error> {
    let query = sqlx::query(ATTEMPTS).bind(&run.0[..]);
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(row::record).collect()
}

pub(super) async fn ids_between(
    connection: &mut Connection,
    (first, last): (RunId, RunId),
) -> Result<Vec<RunId>, Error> {
    let query = sqlx::query(IDS_BETWEEN)
        .bind(&first.0[..])
        .bind(&last.0[..])
        .bind(RUN_PREFIX_MATCHES_MAX);
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| row::run_id(row, 0)).collect()
}

pub(super) async fn output(
    connection: &mut Connection,
    (run, attempt): (RunId, u32),
    offset: u64,
    bytes_max: usize,
) -> Result<Vec<OutputChunk>, Error> {
    let (first, run) = (signed(offset), &run.0[..]);
    let query = sqlx::query(OUTPUT).bind(run).bind(attempt);
    let query = query.bind(run).bind(attempt).bind(first);
    let query = query.bind(signed(bytes_max as u64));
    let query = query.bind(run).bind(attempt).bind(first).bind(first);
    let mut rows = query.fetch(connection);
    let (mut chunks, mut bytes) = (Vec::new(), 0);
    while bytes < bytes_max {
        let Some(row) = rows.try_next().await? else {
            break;
        };
        let Some(chunk) = row::chunk(&row)?.from_offset(offset) else {
            continue;
        };
        bytes += chunk.bytes.len();
        chunks.push(chunk);
    }
    Ok(chunks)
}

pub(super) async fn average_duration(
    connection: &mut Connection,
    job: JobId,
    count: u32,
) -> Result<Option<Duration>, Error> {
    let query = sqlx::query(AVERAGE_DURATION)
        .bind(&job.0.as_bytes()[..])
        .bind(count);
    row::duration_or_none(&query.fetch_one(connection).await?, 0)
}

pub(super) async fn newest_change(connection: &mut Connection) -> Result<ChangeMark, Error> {
    let row = sqlx::query(NEWEST_CHANGE).fetch_one(connection).await?;
    row::number(&row, 0).map(ChangeMark)
}

pub(super) async fn changes(
    connection: &mut Connection,
    after: ChangeMark,
) -> Result<(ChangeMark, Vec<RunRecord>), Error> {
    let query = sqlx::query(CHANGES)
        .bind(signed(after.0))
        .bind(PAGE_ROWS_MAX);
    row::changes(&query.fetch_all(connection).await?, after)
}

pub(super) async fn ledger(
    connection: &mut Connection,
    job: JobId,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<LedgerRow>, Error> {
    let query = sqlx::query(LEDGER)
        .bind(&job.0.as_bytes()[..])
        .bind(since.as_millisecond())
        .bind(until.as_millisecond())
        .bind(since.as_millisecond())
        .bind(&job.0.as_bytes()[..])
        .bind(since.as_millisecond());
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(row::ledger_row).collect()
}

pub(super) async fn versions(
    connection: &mut Connection,
    (kind, id): (&str, &str),
    limit: u32,
) -> Result<Vec<Version>, Error> {
    let query = sqlx::query(VERSIONS).bind(kind).bind(id).bind(limit);
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(row::version).collect()
}
