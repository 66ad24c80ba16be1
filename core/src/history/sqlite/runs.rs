//! Lists of runs. Of each part of a list only as many rows are read as the list shows, and the
//! parts are merged.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::Error;
use sqlx::sqlite::SqlitePool;

use crate::history::way::{self, Way};
use crate::history::{RunQuery, row};
use crate::id::JobId;
use crate::limits::PAGE_ROWS_MAX;
use crate::run::{RunRecord, RunState};

/// `?1` parts, `?2` since, `?3` project, `?4` node, `?5` states, `?6..?8` the row before, `?9` limit.
macro_rules! page_sql {
    ($index:literal, $part:literal) => {
        concat!(
            "SELECT ",
            row::run_columns!(),
            " FROM json_each(?1) AS part CROSS JOIN run AS r ON r.seq IN (\
                SELECT x.seq FROM run AS x INDEXED BY ",
            $index,
            " WHERE ",
            $part,
            " AND x.scheduled_ms >= ?2 AND (x.scheduled_ms, x.run_id, x.attempt) < (?6, ?7, ?8) \
                AND (?3 IS NULL OR x.project = ?3) AND (?4 IS NULL OR x.node = ?4) \
                AND x.state IN (SELECT value FROM json_each(?5)) \
                ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ?9) \
             ORDER BY r.scheduled_ms DESC, r.run_id DESC, r.attempt DESC LIMIT ?9"
        )
    };
}

/// `?1` states, `?2` since, `?3` project, `?4` node, `?5` until.
macro_rules! count_sql {
    ($index:literal, $part:literal) => {
        concat!(
            "SELECT part.value, (SELECT count(*) FROM run AS x INDEXED BY ",
            $index,
            " WHERE ",
            $part,
            " AND x.scheduled_ms >= ?2 AND x.scheduled_ms < ?5 \
                AND (?3 IS NULL OR x.project = ?3) AND (?4 IS NULL OR x.node = ?4)) \
             FROM json_each(?1) AS part"
        )
    };
}

/// `?1` states, `?2` since, `?3` project, `?4` node, `?5` until, `?6` jobs.
const COUNT_OF_JOBS: &str = "\
    SELECT x.state, count(*) FROM json_each(?6) AS part \
    CROSS JOIN run AS x INDEXED BY run_of_job \
    WHERE x.job_id = unhex(part.value) AND x.scheduled_ms >= ?2 AND x.scheduled_ms < ?5 \
      AND (?3 IS NULL OR x.project = ?3) AND (?4 IS NULL OR x.node = ?4) \
      AND x.state IN (SELECT value FROM json_each(?1)) GROUP BY x.state";

pub(super) const NEWEST: &str = concat!(
    "SELECT ",
    row::run_columns!(),
    " FROM json_each(?1) AS part CROSS JOIN run AS r ON r.seq IN (\
        SELECT x.seq FROM run AS x INDEXED BY run_of_job \
        WHERE x.job_id = unhex(part.value) AND NOT EXISTS (\
            SELECT 1 FROM run AS y WHERE y.run_id = x.run_id AND y.attempt > x.attempt) \
        ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ?2)"
);

pub(super) const TIME_BOUNDS: &str = "\
    SELECT min((SELECT min(x.scheduled_ms) FROM run AS x INDEXED BY run_of_state \
                WHERE x.state = part.value)), \
           max((SELECT max(x.scheduled_ms) FROM run AS x INDEXED BY run_of_state \
                WHERE x.state = part.value)) \
    FROM json_each(?1) AS part";

impl Way {
    pub(super) fn page_sql(self) -> &'static str {
        match self {
            Self::Jobs => page_sql!("run_of_job", "x.job_id = unhex(part.value)"),
            Self::Node => page_sql!("run_of_node", "x.node = ?4 AND x.state = part.value"),
            Self::Project => page_sql!("run_of_project", "x.project = ?3 AND x.state = part.value"),
            Self::States => page_sql!("run_of_state", "x.state = part.value"),
        }
    }

    pub(super) fn count_sql(self) -> &'static str {
        match self {
            Self::Jobs => COUNT_OF_JOBS,
            Self::Node => count_sql!("run_of_node", "x.node = ?4 AND x.state = part.value"),
            Self::Project => {
                count_sql!("run_of_project", "x.project = ?3 AND x.state = part.value")
            }
            Self::States => count_sql!("run_of_state", "x.state = part.value"),
        }
    }
}

pub(super) async fn page(readers: &SqlitePool, query: &RunQuery) -> Result<Vec<RunRecord>, Error> {
    let way = Way::of(query);
    let until = query.until.map_or(i64::MAX, |at| at.as_millisecond());
    // Everything at `until` sorts after the empty id: the two bounds are one.
    let mut before = (until, Vec::new(), 0);
    if let Some(after) = query.after {
        let row = (
            after.scheduled_at.as_millisecond(),
            after.run_id.0.to_vec(),
            after.attempt,
        );
        before = before.min(row);
    }
    let rows = sqlx::query(way.page_sql())
        .bind(parts(way, query))
        .bind(query.since.map_or(i64::MIN, |at| at.as_millisecond()))
        .bind(query.project.as_ref().map(|project| project.as_str()))
        .bind(query.node.as_ref().map(|node| node.as_str()))
        .bind(states(query))
        .bind(before.0)
        .bind(before.1)
        .bind(before.2)
        .bind(query.limit.min(PAGE_ROWS_MAX))
        .fetch_all(readers)
        .await?;
    rows.iter().map(row::record).collect()
}

pub(super) async fn count_by_state(
    readers: &SqlitePool,
    query: &RunQuery,
) -> Result<Vec<(RunState, u64)>, Error> {
    let mut counting = sqlx::query(Way::of(query).count_sql())
        .bind(states(query))
        .bind(query.since.map_or(i64::MIN, |at| at.as_millisecond()))
        .bind(query.project.as_ref().map(|project| project.as_str()))
        .bind(query.node.as_ref().map(|node| node.as_str()))
        .bind(query.until.map_or(i64::MAX, |at| at.as_millisecond()));
    if Way::of(query) == Way::Jobs {
        counting = counting.bind(job_parts(&query.jobs));
    }
    let rows = counting.fetch_all(readers).await?;
    let counts = rows
        .iter()
        .map(|row| Ok((row::state(row, 0)?, row::number(row, 1)?)));
    let counts: Vec<(RunState, u64)> = counts.collect::<Result<_, Error>>()?;
    Ok(counts.into_iter().filter(|(_, count)| *count > 0).collect())
}

/// The newest runs of each job, the jobs in the order asked for.
pub(super) async fn newest(
    readers: &SqlitePool,
    jobs: &[JobId],
    count: u32,
) -> Result<Vec<RunRecord>, Error> {
    let rows = sqlx::query(NEWEST)
        .bind(job_parts(jobs))
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
        .bind(states(&RunQuery::default()))
        .fetch_one(readers)
        .await?;
    row::span_or_none(&row)
}

fn parts(way: Way, query: &RunQuery) -> String {
    match way {
        Way::Jobs => job_parts(&query.jobs),
        Way::Node | Way::Project | Way::States => states(query),
    }
}

fn states(query: &RunQuery) -> String {
    let words = way::states(query).into_iter().map(|state| state.as_str());
    words.collect::<serde_json::Value>().to_string()
}

fn job_parts(jobs: &[JobId]) -> String {
    let jobs = way::each_once(jobs).into_iter();
    let ids = jobs.map(|job| job.0.simple().to_string());
    ids.collect::<serde_json::Value>().to_string()
}
