//! A run as scripts see it: the names of these fields never change.

use belfry_core::run::{Reason, RunState, Trigger};
use belfry_core::view::RunRow;
use serde::Serialize;

use crate::print;

/// A run, or a range of instants.
#[derive(Serialize)]
pub struct RunJson<'a> {
    run_id: &'a str,
    job_id: &'a str,
    project: &'a str,
    job: &'a str,
    scope: &'a str,
    scheduled_at: &'a str,
    decided_at: &'a str,
    started_at: Option<&'a str>,
    finished_at: Option<&'a str>,
    node: &'a str,
    attempt: u32,
    state: RunState,
    reason: Option<Reason>,
    exit_code: Option<i32>,
    signal: Option<i32>,
    output_bytes: u64,
    output_sha256: Option<&'a str>,
    peak_memory_bytes: Option<u64>,
    trigger: Trigger,
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

/// The run's fields.
pub fn of(row: &RunRow) -> RunJson<'_> {
    RunJson {
        run_id: &row.run_id,
        job_id: &row.job_id,
        project: &row.project,
        job: &row.job,
        scope: &row.scope,
        scheduled_at: &row.scheduled_at,
        decided_at: &row.decided_at,
        started_at: row.started_at.as_deref(),
        finished_at: row.finished_at.as_deref(),
        node: &row.node,
        attempt: row.attempt,
        state: row.state,
        reason: row.reason,
        exit_code: row.exit_code,
        signal: row.signal,
        output_bytes: row.output_bytes,
        output_sha256: row.output_sha256.as_deref(),
        peak_memory_bytes: row.peak_memory_bytes,
        trigger: row.trigger,
        by: row.by.as_deref(),
        until: row.until.as_deref(),
        count: row.until.is_some().then_some(row.count),
    }
}

/// The run in one line for people.
pub fn sentence(row: &RunRow) -> String {
    let state = print::state_cell(row.state.as_str(), row.reason.map(|reason| reason.as_str()));
    let mut parts = vec![
        row.run_id[..8].to_owned(),
        print::local_text(&row.scheduled_at),
        format!("{}/{}", row.project, row.job),
        state,
    ];
    parts.extend((row.attempt > 1).then(|| format!("attempt {}", row.attempt)));
    parts.extend((row.count > 1).then(|| format!("{} instants", row.count)));
    parts.extend(row.exit_code.filter(|code| *code != 0).map(|code| format!("exit {code}")));
    parts.extend(row.signal.map(|signal| format!("signal {signal}")));
    parts.extend(row.duration_ms.map(print::elapsed));
    parts.push(format!("on {}", row.node));
    parts.extend(row.detail.clone());
    print::plain(&parts.join("  "))
}
