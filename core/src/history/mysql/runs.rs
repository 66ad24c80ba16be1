//! Lists of runs.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::Error;
use sqlx::mysql::MySqlConnection;

use super::asked::{
    WHOLE, asked, count_statement, grouped_statement, number, page_statement, parts,
    parts_per_statement,
};
use super::statement::Statement;
use crate::history::record::Value;
use crate::history::way::each_once;
use crate::history::{RunGroup, RunQuery, row};
use crate::id::JobId;
use crate::limits::{GROUP_ROWS_MAX, MYSQL_PARTS_PER_STATEMENT, PAGE_ROWS_MAX};
use crate::run::{RunRecord, RunState};

type Connection = MySqlConnection;

const NEWEST: &str = concat!("SELECT ", row::run_columns!(), " FROM (");

const NEWEST_OF_JOB: &str = "\
    SELECT x.seq FROM run AS x FORCE INDEX (run_of_job) WHERE x.job_id = ";

const LAST_ATTEMPT: &str = " AND x.gen > 0 AND NOT EXISTS (\
        SELECT 1 FROM run AS y WHERE y.run_id = x.run_id AND y.attempt > x.attempt) \
    ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ";

pub(super) const TIME_BOUNDS: &str = "\
    SELECT min(oldest_ms), max(newest_ms) FROM (\
        SELECT min(scheduled_ms) AS oldest_ms, max(scheduled_ms) AS newest_ms \
        FROM run FORCE INDEX (run_of_state) GROUP BY state) AS part";

pub(super) async fn page(
    connection: &mut Connection,
    query: &RunQuery,
) -> Result<Vec<RunRecord>, Error> {
    let Some(asked) = asked(connection, query).await? else {
        return Ok(Vec::new());
    };
    let limit = query.limit.min(PAGE_ROWS_MAX);
    let mut records: Vec<RunRecord> = Vec::new();
    for some in parts(&asked).chunks(parts_per_statement(query)) {
        let mut statement = page_statement(&asked, some, limit);
        for row in &statement.rows(connection).await? {
            records.push(row::record(row)?);
        }
    }
    records.sort_by_key(|run| Reverse((run.scheduled_at, run.run_id, run.attempt)));
    records.truncate(limit as usize);
    Ok(records)
}

/// The newest rows of all parts together are counted here: a statement sees its own parts only.
pub(super) async fn groups(
    connection: &mut Connection,
    query: &RunQuery,
) -> Result<Vec<RunGroup>, Error> {
    let Some(asked) = asked(connection, query).await? else {
        return Ok(Vec::new());
    };
    let limit = query.limit.min(GROUP_ROWS_MAX);
    let mut placed = Vec::new();
    for some in parts(&asked).chunks(parts_per_statement(query)) {
        let mut statement = grouped_statement(&asked, some, limit);
        for row in &statement.rows(connection).await? {
            let at = row::instant(row, 5)?;
            let place = (at, row::run_id(row, 6)?, row::number::<u32>(row, 7)?);
            placed.push((place, row::group(row)?));
        }
    }
    placed.sort_by_key(|(place, _)| Reverse(*place));
    placed.truncate(limit as usize);
    let mut groups: HashMap<_, RunGroup> = HashMap::new();
    for (_, one) in placed {
        let alike = (
            one.state,
            one.job_id,
            one.node.clone(),
            one.trigger.as_str(),
        );
        let count = one.count;
        let group = groups.entry(alike).or_insert(RunGroup { count: 0, ..one });
        group.count += count;
    }
    Ok(groups.into_values().collect())
}

pub(super) async fn count_by_state(
    connection: &mut Connection,
    query: &RunQuery,
) -> Result<Vec<(RunState, u64)>, Error> {
    let Some(asked) = asked(connection, query).await? else {
        return Ok(Vec::new());
    };
    let rows = count_statement(&asked).rows(connection).await?;
    rows.iter()
        .map(|row| Ok((row::state(row, 0)?, row::number(row, 1)?)))
        .collect()
}

/// The statement for the newest runs of some jobs.
pub(super) fn newest_statement(jobs: &[JobId], count: u32) -> Statement {
    let mut statement = Statement::new(NEWEST);
    for (index, job) in jobs.iter().enumerate() {
        statement
            .push(if index > 0 { " UNION ALL (" } else { "(" })
            .with(NEWEST_OF_JOB, Value::Bytes(job.0.as_bytes()))
            .with(LAST_ATTEMPT, number(count))
            .push(")");
    }
    statement.push(WHOLE);
    statement
}

/// The newest runs of each job, the jobs in the order asked for.
pub(super) async fn newest(
    connection: &mut Connection,
    jobs: &[JobId],
    count: u32,
) -> Result<Vec<RunRecord>, Error> {
    let mut records: Vec<RunRecord> = Vec::new();
    for some in each_once(jobs).chunks(MYSQL_PARTS_PER_STATEMENT) {
        let rows = newest_statement(some, count).rows(connection).await?;
        for row in &rows {
            records.push(row::record(row)?);
        }
    }
    let places: HashMap<JobId, usize> = jobs.iter().copied().zip(0..).collect();
    records.sort_by_cached_key(|run| {
        let newer = Reverse((run.scheduled_at, run.run_id));
        (places[&run.job_id], newer)
    });
    Ok(records)
}

pub(super) async fn time_bounds(
    connection: &mut Connection,
) -> Result<Option<(Timestamp, Timestamp)>, Error> {
    let row = sqlx::query(TIME_BOUNDS).fetch_one(connection).await?;
    row::span_or_none(&row)
}
