//! Sums over many runs: each is read from an index, or of a bounded number of rows.

use sqlx::Error;
use sqlx::mysql::MySqlConnection;

use super::asked::number;
use super::statement::Statement;
use crate::history::record::Value;
use crate::history::{FailureGroup, FailuresAsked, StepCount, StepLateness, Steps, row};
use crate::limits::MYSQL_PARTS_PER_STATEMENT;
use crate::run::RunState;

const LATENESS: &str = "SELECT page.step, r.job_id, r.started_ms - r.scheduled_ms FROM (";

const STARTED: &str = ") AS page STRAIGHT_JOIN run AS r ON r.seq = page.seq \
    WHERE r.trigger_kind = 'schedule' AND r.started_ms IS NOT NULL";

const FAILURES: &str = concat!(
    "SELECT ",
    row::failure_columns!("concat(lpad(r.scheduled_ms, 15, '0'), hex(r.run_id))"),
    " FROM ("
);

const NEWEST: &str = " ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ";

fn word(state: RunState) -> Value<'static> {
    Value::Text(Some(state.as_str().into()))
}

pub(super) fn counts_statement(steps: &Steps) -> Statement {
    let mut statement = Statement::new("SELECT (x.scheduled_ms - ");
    statement
        .bind(&number(steps.start_ms(0)))
        .with(") DIV ", number(steps.step_ms))
        .push(" AS step, x.state, count(*) FROM run AS x FORCE INDEX (run_of_state)")
        .push(" WHERE x.state IN ")
        .values(RunState::ALL.map(word))
        .with(" AND x.scheduled_ms >= ", number(steps.start_ms(0)))
        .with(" AND x.scheduled_ms < ", number(steps.end_ms()))
        .push(" GROUP BY step, x.state");
    statement
}

pub(super) fn lateness_statement(steps: &Steps, each: u32) -> Statement {
    let mut statement = Statement::new(LATENESS);
    let parts = u32::try_from(MYSQL_PARTS_PER_STATEMENT).unwrap_or(u32::MAX);
    for step in 0..steps.count.min(parts) {
        let union = if step > 0 { " UNION ALL " } else { "" };
        statement
            .push(union)
            .push(&format!("(SELECT {step}"))
            .push(" AS step, x.seq FROM run AS x FORCE INDEX (run_of_state)")
            .with(" WHERE x.state = ", word(RunState::Succeeded))
            .with(" AND x.scheduled_ms >= ", number(steps.start_ms(step)))
            .with(" AND x.scheduled_ms < ", number(steps.start_ms(step + 1)))
            .with(NEWEST, number(each))
            .push(")");
    }
    statement.push(STARTED);
    statement
}

pub(super) fn failures_statement(asked: &FailuresAsked) -> Statement {
    let mut statement = Statement::new(FAILURES);
    for (index, state) in RunState::FAILURES.into_iter().enumerate() {
        let union = if index > 0 { " UNION ALL " } else { "" };
        statement
            .push(union)
            .push("(SELECT x.seq FROM run AS x FORCE INDEX (run_of_state)")
            .with(" WHERE x.state = ", word(state))
            .with(
                " AND x.scheduled_ms >= ",
                number(asked.since.as_millisecond()),
            )
            .with(NEWEST, number(asked.newest))
            .push(")");
    }
    statement
        .push(") AS page STRAIGHT_JOIN run AS r ON r.seq = page.seq WHERE r.gen > 0")
        .push(" GROUP BY r.job_id, r.state, r.reason, r.exit_code, r.signal")
        .with(" ORDER BY place DESC LIMIT ", number(asked.groups));
    statement
}

pub(super) async fn counts(
    connection: &mut MySqlConnection,
    steps: &Steps,
) -> Result<Vec<StepCount>, Error> {
    let rows = counts_statement(steps).rows(connection).await?;
    rows.iter().map(row::step_count).collect()
}

pub(super) async fn lateness(
    connection: &mut MySqlConnection,
    steps: &Steps,
    each: u32,
) -> Result<Vec<StepLateness>, Error> {
    if steps.count == 0 {
        return Ok(Vec::new());
    }
    let rows = lateness_statement(steps, each).rows(connection).await?;
    rows.iter().map(row::step_lateness).collect()
}

pub(super) async fn failures(
    connection: &mut MySqlConnection,
    asked: &FailuresAsked,
) -> Result<Vec<FailureGroup>, Error> {
    let rows = failures_statement(asked).rows(connection).await?;
    rows.iter().map(row::failure).collect()
}
