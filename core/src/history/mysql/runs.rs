//! Lists of runs. Of each part of a list only as many rows are read as the list shows, and the
//! parts are merged.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::Error;
use sqlx::mysql::MySqlConnection;

use super::statement::Statement;
use crate::history::record::Value;
use crate::history::way::{Way, each_once, states};
use crate::history::{PageKey, RunQuery, row};
use crate::id::JobId;
use crate::limits::{MYSQL_PARTS_PER_STATEMENT, PAGE_ROWS_MAX};
use crate::run::{RunRecord, RunState};

type Connection = MySqlConnection;

/// Rows by the places of their list, then whole.
const PAGE: &str = concat!(
    "SELECT ",
    row::run_columns!(),
    " FROM (SELECT part.seq FROM ("
);

const PAGE_END: &str = ") AS part \
    ORDER BY part.scheduled_ms DESC, part.run_id DESC, part.attempt DESC LIMIT ";

const WHOLE: &str = ") AS page STRAIGHT_JOIN run AS r ON r.seq = page.seq";

const NEWEST: &str = concat!("SELECT ", row::run_columns!(), " FROM (");

const NEWEST_OF_JOB: &str = "\
    SELECT x.seq FROM run AS x FORCE INDEX (run_of_job) WHERE x.job_id = ";

const LAST_ATTEMPT: &str = " AND NOT EXISTS (\
        SELECT 1 FROM run AS y WHERE y.run_id = x.run_id AND y.attempt > x.attempt) \
    ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ";

pub(super) const TIME_BOUNDS: &str = "\
    SELECT min(oldest_ms), max(newest_ms) FROM (\
        SELECT min(scheduled_ms) AS oldest_ms, max(scheduled_ms) AS newest_ms \
        FROM run FORCE INDEX (run_of_state) GROUP BY state) AS part";

impl Way {
    fn index(self) -> &'static str {
        match self {
            Self::Jobs => "run_of_job",
            Self::Node => "run_of_node",
            Self::Project => "run_of_project",
            Self::States => "run_of_state",
        }
    }
}

fn word(word: &str) -> Value<'_> {
    Value::Text(Some(word.into()))
}

fn number<'a>(number: impl Into<i64>) -> Value<'a> {
    Value::Integer(Some(number.into()))
}

/// What all parts of a list are asked for: project, node and since. What is not given is left
/// out, so that every statement is planned for what it asks.
fn push_filters(statement: &mut Statement, query: &RunQuery) {
    if let Some(project) = &query.project {
        statement.with(" AND x.project = ", word(project.as_str()));
    }
    if let Some(node) = &query.node {
        statement.with(" AND x.node = ", word(node.as_str()));
    }
    if let Some(since) = query.since {
        statement.with(" AND x.scheduled_ms >= ", number(since.as_millisecond()));
    }
}

fn push_states(statement: &mut Statement, states: &[RunState]) {
    statement.push(" AND x.state IN ");
    statement.values(states.iter().map(|state| word(state.as_str())));
}

/// Where the page begins: before its `until` and after the row before.
fn push_place(statement: &mut Statement, query: &RunQuery) {
    if let Some(until) = query.until {
        statement.with(" AND x.scheduled_ms < ", number(until.as_millisecond()));
    }
    if let Some(PageKey {
        scheduled_at,
        run_id,
        attempt,
    }) = query.after
    {
        let at = scheduled_at.as_millisecond();
        // Spelled out: a comparison of rows would not be looked up in the index.
        statement
            .with(" AND (x.scheduled_ms < ", number(at))
            .with(" OR (x.scheduled_ms = ", number(at))
            .with(" AND (x.run_id < ", Value::Bytes(&run_id.0))
            .with(" OR (x.run_id = ", Value::Bytes(&run_id.0))
            .with(" AND x.attempt < ", number(attempt))
            .push("))))");
    }
}

pub(super) enum Part {
    Job(JobId),
    State(RunState),
}

/// The parts of a list, each once.
pub(super) fn parts(query: &RunQuery) -> Vec<Part> {
    match Way::of(query) {
        Way::Jobs => each_once(&query.jobs).into_iter().map(Part::Job).collect(),
        _ => states(query).into_iter().map(Part::State).collect(),
    }
}

fn push_part(statement: &mut Statement, query: &RunQuery, part: &Part) {
    let index = Way::of(query).index();
    statement
        .push("(SELECT x.seq, x.scheduled_ms, x.run_id, x.attempt FROM run AS x FORCE INDEX (")
        .push(index)
        .push(") WHERE ");
    match part {
        Part::Job(job) => {
            statement.with("x.job_id = ", Value::Bytes(job.0.as_bytes()));
            push_states(statement, &states(query));
        }
        Part::State(state) => {
            statement.with("x.state = ", word(state.as_str()));
        }
    }
    push_filters(statement, query);
    push_place(statement, query);
    statement
        .push(" ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ")
        .bind(&number(query.limit.min(PAGE_ROWS_MAX)))
        .push(")");
}

/// The statement for some parts of a list.
pub(super) fn page_statement(query: &RunQuery, parts: &[Part]) -> Statement {
    let mut statement = Statement::new(PAGE);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            statement.push(" UNION ALL ");
        }
        push_part(&mut statement, query, part);
    }
    statement.with(PAGE_END, number(query.limit.min(PAGE_ROWS_MAX)));
    statement.push(WHOLE);
    statement
}

pub(super) async fn page(
    connection: &mut Connection,
    query: &RunQuery,
) -> Result<Vec<RunRecord>, Error> {
    let mut records: Vec<RunRecord> = Vec::new();
    for some in parts(query).chunks(MYSQL_PARTS_PER_STATEMENT) {
        let rows = page_statement(query, some).rows(connection).await?;
        for row in &rows {
            records.push(row::record(row)?);
        }
    }
    records.sort_by_key(|run| std::cmp::Reverse((run.scheduled_at, run.run_id, run.attempt)));
    records.truncate(query.limit.min(PAGE_ROWS_MAX) as usize);
    Ok(records)
}

/// The statement that counts; all jobs together.
pub(super) fn count_statement(query: &RunQuery) -> Statement {
    let mut statement = Statement::new("SELECT x.state, count(*) FROM run AS x FORCE INDEX (");
    statement.push(Way::of(query).index()).push(") WHERE ");
    if query.jobs.is_empty() {
        statement.push("1 = 1");
    } else {
        let jobs = each_once(&query.jobs);
        statement.push("x.job_id IN ");
        statement.values(jobs.iter().map(|job| Value::Bytes(job.0.as_bytes())));
    }
    push_states(&mut statement, &states(query));
    push_filters(&mut statement, query);
    push_place(
        &mut statement,
        &RunQuery {
            after: None,
            ..query.clone()
        },
    );
    statement.push(" GROUP BY x.state");
    statement
}

pub(super) async fn count_by_state(
    connection: &mut Connection,
    query: &RunQuery,
) -> Result<Vec<(RunState, u64)>, Error> {
    let rows = count_statement(query).rows(connection).await?;
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
        let newer = std::cmp::Reverse((run.scheduled_at, run.run_id));
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
