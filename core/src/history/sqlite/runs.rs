//! Lists of runs.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::Error;
use sqlx::sqlite::SqlitePool;

use super::way::{asked, ids, states};
use crate::history::{RunGroup, RunQuery, row};
use crate::id::JobId;
use crate::limits::{GROUP_ROWS_MAX, PAGE_ROWS_MAX};
use crate::run::{RunRecord, RunState};

pub(super) const NEWEST: &str = concat!(
    "SELECT ",
    row::run_columns!(),
    " FROM json_each(?1) AS part CROSS JOIN run AS r ON r.seq IN (\
        SELECT x.seq FROM run AS x INDEXED BY run_of_job \
        WHERE x.job_id = unhex(part.value) AND x.gen > 0 AND NOT EXISTS (\
            SELECT 1 FROM run AS y WHERE y.run_id = x.run_id AND y.attempt > x.attempt) \
        ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ?2)"
);

pub(super) const TIME_BOUNDS: &str = "\
    SELECT min((SELECT min(x.scheduled_ms) FROM run AS x INDEXED BY run_of_state \
                WHERE x.state = part.value)), \
           max((SELECT max(x.scheduled_ms) FROM run AS x INDEXED BY run_of_state \
                WHERE x.state = part.value)) \
    FROM json_each(?1) AS part";

pub(super) async fn page(readers: &SqlitePool, query: &RunQuery) -> Result<Vec<RunRecord>, Error> {
    let Some(asked) = asked(readers, query).await? else {
        return Ok(Vec::new());
    };
    let limit = query.limit.min(PAGE_ROWS_MAX);
    let rows = asked
        .bind(asked.way().page_sql(), (limit, true))
        .fetch_all(readers)
        .await?;
    rows.iter().map(row::record).collect()
}

pub(super) async fn groups(readers: &SqlitePool, query: &RunQuery) -> Result<Vec<RunGroup>, Error> {
    let Some(asked) = asked(readers, query).await? else {
        return Ok(Vec::new());
    };
    let limit = query.limit.min(GROUP_ROWS_MAX);
    let rows = asked
        .bind(asked.way().groups_sql(), (limit, true))
        .fetch_all(readers)
        .await?;
    rows.iter().map(row::group).collect()
}

pub(super) async fn count_by_state(
    readers: &SqlitePool,
    query: &RunQuery,
) -> Result<Vec<(RunState, u64)>, Error> {
    let Some(asked) = asked(readers, query).await? else {
        return Ok(Vec::new());
    };
    let sql = asked.way().counts_sql(asked.is_plain());
    let rows = asked.bind(sql, (0, false)).fetch_all(readers).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row::state(row, 0)?, row::number(row, 1)?)));
    counts.collect()
}

/// The newest runs of each job, the jobs in the order asked for.
pub(super) async fn newest(
    readers: &SqlitePool,
    jobs: &[JobId],
    count: u32,
) -> Result<Vec<RunRecord>, Error> {
    let rows = sqlx::query(NEWEST)
        .bind(ids(jobs).to_string())
        .bind(count)
        .fetch_all(readers)
        .await?;
    let mut records: Vec<RunRecord> = rows.iter().map(row::record).collect::<Result<_, _>>()?;
    let places: HashMap<JobId, usize> = jobs
        .iter()
        .enumerate()
        .map(|(place, job)| (*job, place))
        .collect();
    records.sort_by(|a, b| {
        let newer = (b.scheduled_at, b.run_id).cmp(&(a.scheduled_at, a.run_id));
        places[&a.job_id].cmp(&places[&b.job_id]).then(newer)
    });
    Ok(records)
}

pub(super) async fn time_bounds(
    readers: &SqlitePool,
) -> Result<Option<(Timestamp, Timestamp)>, Error> {
    let row = sqlx::query(TIME_BOUNDS)
        .bind(serde_json::json!(states(&RunQuery::default())).to_string())
        .fetch_one(readers)
        .await?;
    row::span_or_none(&row)
}
