//! Retention: deleting old runs, little by little.

use jiff::Timestamp;
use sqlx::mysql::MySqlConnection;
use sqlx::{Error, Executor};

use super::statement::Statement;
use crate::history::record::Value;
use crate::history::row;
use crate::id::{JobId, RunId};
use crate::limits::MYSQL_PRUNED_AT_ONCE;

/// The run after so many newer ones, by the index alone: its attempts share an instant.
pub(super) const NTH_NEWEST: &str = "\
    SELECT x.scheduled_ms, x.run_id FROM run AS x FORCE INDEX (run_of_job) WHERE x.job_id = ? \
    GROUP BY x.scheduled_ms, x.run_id \
    ORDER BY x.scheduled_ms DESC, x.run_id DESC LIMIT 1 OFFSET ?";

pub(super) const OLD_RUNS: &str = "\
    SELECT x.run_id FROM run AS x FORCE INDEX (run_of_job) \
    WHERE x.job_id = ? AND x.scheduled_ms < ? \
      AND (x.scheduled_ms < ? OR (x.scheduled_ms = ? AND x.run_id < ?)) \
      AND coalesce(x.until_ms, x.scheduled_ms) < ? AND NOT EXISTS (\
        SELECT 1 FROM run AS y \
        WHERE y.run_id = x.run_id AND (y.attempt > x.attempt OR y.`rank` < 2)) \
    ORDER BY x.scheduled_ms, x.run_id, x.attempt LIMIT ?";

/// In the order in which uploads write, so that the two do not wait for each other.
pub(super) const DELETES: [&str; 3] = [
    "DELETE FROM attempt_output WHERE run_id IN ",
    "DELETE FROM run_output WHERE run_id IN ",
    "DELETE FROM run WHERE run_id IN ",
];

/// What stays: the newest `keep` runs, and what was not scheduled before `before`.
pub(super) struct Spared {
    pub before: Timestamp,
    pub keep: u32,
}

pub(super) async fn prune(
    connection: &mut MySqlConnection,
    job: JobId,
    spared: &Spared,
    batch: u32,
) -> Result<u64, Error> {
    let Some((oldest_ms, oldest_id)) = oldest_kept(connection, job, spared.keep).await? else {
        return Ok(0);
    };
    let before = spared.before.as_millisecond();
    let rows = sqlx::query(OLD_RUNS)
        .bind(&job.0.as_bytes()[..])
        .bind(before)
        .bind(oldest_ms)
        .bind(oldest_ms)
        .bind(oldest_id)
        .bind(before)
        .bind(batch)
        .fetch_all(&mut *connection)
        .await?;
    let old: Vec<RunId> = rows
        .iter()
        .map(|row| row::run_id(row, 0))
        .collect::<Result<_, _>>()?;
    for some in old.chunks(MYSQL_PRUNED_AT_ONCE) {
        connection.execute("START TRANSACTION").await?;
        for sql in DELETES {
            delete(sql, some).execute(connection).await?;
        }
        connection.execute("COMMIT").await?;
    }
    Ok(old.len() as u64)
}

pub(super) fn delete(sql: &str, runs: &[RunId]) -> Statement {
    let mut statement = Statement::new(sql);
    statement.values(runs.iter().map(|run| Value::Bytes(&run.0)));
    statement
}

/// Where the newest `keep` runs end; `None` if there are no more than these.
async fn oldest_kept(
    connection: &mut MySqlConnection,
    job: JobId,
    keep: u32,
) -> Result<Option<(i64, Vec<u8>)>, Error> {
    let Some(newer) = keep.checked_sub(1) else {
        return Ok(Some((i64::MAX, Vec::new())));
    };
    let query = sqlx::query(NTH_NEWEST)
        .bind(&job.0.as_bytes()[..])
        .bind(newer);
    let row = query.fetch_optional(connection).await?;
    row.map(|row| row::place(&row)).transpose()
}
