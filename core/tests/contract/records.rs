//! Runs to be kept.

use belfry_core::id::{JobId, Moment, NodeId, RunId, Scope};
use belfry_core::run::{RunRecord, RunState, Trigger};
use jiff::Timestamp;
use uuid::Uuid;

/// In seconds.
pub const MINUTE: i64 = 60;

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + seconds).expect("in range")
}

pub fn job(number: u128) -> JobId {
    JobId(Uuid::from_u128(number))
}

pub fn node(name: &str) -> NodeId {
    NodeId::new(name).expect("a plain name")
}

/// A run of job `number` that was due in minute `minute`.
pub fn run(number: u128, minute: i64, state: RunState) -> RunRecord {
    let scheduled_at = at(minute * MINUTE);
    record(
        number,
        Scope::One,
        Moment::At(scheduled_at),
        scheduled_at,
        state,
    )
}

pub fn record(
    number: u128,
    scope: Scope,
    moment: Moment,
    due: Timestamp,
    state: RunState,
) -> RunRecord {
    let job_id = job(number);
    RunRecord {
        run_id: RunId::derive(job_id, &scope, moment),
        attempt: 1,
        job_id,
        project: "ops".parse().expect("a plain name"),
        job: format!("job {number}"),
        scope,
        moment,
        scheduled_at: due,
        until: None,
        count: 1,
        generation: 3,
        fence: 77,
        node: node("web-1"),
        state,
        reason: None,
        detail: None,
        trigger: Trigger::Schedule,
        by: None,
        decided_at: due,
        started_at: Some(due),
        finished_at: state.is_over().then_some(due),
        exit_code: None,
        signal: None,
        output_bytes: 0,
        output_sha256: None,
        peak_memory_bytes: None,
        user_ms: None,
        system_ms: None,
    }
}

pub fn attempt(mut record: RunRecord, attempt: u32) -> RunRecord {
    record.attempt = attempt;
    record.trigger = Trigger::Retry;
    record
}
