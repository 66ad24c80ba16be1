//! Sums over many runs: each is read from an index, or of a bounded number of rows.

use serde_json::json;
use sqlx::Error;
use sqlx::sqlite::SqlitePool;

use crate::history::{FailureGroup, FailuresAsked, StepCount, StepLateness, Steps, row};
use crate::run::RunState;

pub(super) const COUNTS: &str = "\
    SELECT (x.scheduled_ms - ?2) / ?3, x.state, count(*) \
    FROM json_each(?1) AS part CROSS JOIN run AS x INDEXED BY run_of_state \
    WHERE x.state = part.value AND x.scheduled_ms >= ?2 AND x.scheduled_ms < ?4 \
    GROUP BY 1, 2";

pub(super) const LATENESS: &str = "\
    SELECT part.key, r.job_id, r.started_ms - r.scheduled_ms \
    FROM json_each(?1) AS part CROSS JOIN run AS r ON r.seq IN (\
        SELECT x.seq FROM run AS x INDEXED BY run_of_state \
        WHERE x.state = 'succeeded' \
          AND x.scheduled_ms >= part.value AND x.scheduled_ms < part.value + ?2 \
        ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ?3) \
    WHERE r.trigger_kind = 'schedule' AND r.started_ms IS NOT NULL";

pub(super) const FAILURES: &str = concat!(
    "SELECT ",
    row::failure_columns!("printf('%015d', r.scheduled_ms) || hex(r.run_id)"),
    " FROM json_each(?1) AS part CROSS JOIN run AS r ON r.seq IN (\
        SELECT x.seq FROM run AS x INDEXED BY run_of_state \
        WHERE x.state = part.value AND x.scheduled_ms >= ?2 \
        ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ?3) \
    WHERE r.gen > 0 \
    GROUP BY r.job_id, r.state, r.reason, r.exit_code, r.signal \
    ORDER BY place DESC LIMIT ?4"
);

fn words(states: &[RunState]) -> String {
    let words = states.iter().map(|state| state.as_str());
    json!(words.collect::<Vec<_>>()).to_string()
}

pub(super) async fn counts(readers: &SqlitePool, steps: &Steps) -> Result<Vec<StepCount>, Error> {
    let query = sqlx::query(COUNTS)
        .bind(words(&RunState::ALL))
        .bind(steps.start_ms(0))
        .bind(steps.step_ms)
        .bind(steps.end_ms());
    let rows = query.fetch_all(readers).await?;
    rows.iter().map(row::step_count).collect()
}

pub(super) async fn lateness(
    readers: &SqlitePool,
    steps: &Steps,
    each: u32,
) -> Result<Vec<StepLateness>, Error> {
    let starts: Vec<i64> = (0..steps.count).map(|step| steps.start_ms(step)).collect();
    let query = sqlx::query(LATENESS)
        .bind(json!(starts).to_string())
        .bind(steps.step_ms)
        .bind(each);
    let rows = query.fetch_all(readers).await?;
    rows.iter().map(row::step_lateness).collect()
}

pub(super) async fn failures(
    readers: &SqlitePool,
    asked: &FailuresAsked,
) -> Result<Vec<FailureGroup>, Error> {
    let query = sqlx::query(FAILURES)
        .bind(words(&RunState::FAILURES))
        .bind(asked.since.as_millisecond())
        .bind(asked.newest)
        .bind(asked.groups);
    let rows = query.fetch_all(readers).await?;
    rows.iter().map(row::failure).collect()
}
