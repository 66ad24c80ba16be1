//! Records of runs as they are shown.

use std::time::Duration;

use jiff::Timestamp;

use crate::dispatch::OrderValue;
use crate::limits::KILL_CONFIRMED_WITHIN;
use crate::run::RunRecord;
use crate::view::{KillState, RunRow, StripBar};

/// An instant in RFC 3339, UTC with milliseconds.
pub fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Milliseconds from one instant to another; negative when it is before.
pub(super) fn ms_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millisecond().saturating_sub(from.as_millisecond())
}

/// From start to end, of a run that has both.
pub(super) fn duration_ms(record: &RunRecord) -> Option<u64> {
    let elapsed = ms_between(record.started_at?, record.finished_at?);
    Some(u64::try_from(elapsed).unwrap_or(0))
}

/// A record as a row.
pub fn row(record: &RunRecord) -> RunRow {
    RunRow {
        run_id: record.run_id.to_string(),
        attempt: record.attempt,
        job_id: record.job_id.to_string(),
        project: record.project.to_string(),
        job: record.job.clone(),
        scope: record.scope.to_string(),
        scheduled_at: stamp(record.scheduled_at),
        until: record.until.map(stamp),
        count: record.count,
        decided_at: stamp(record.decided_at),
        started_at: record.started_at.map(stamp),
        finished_at: record.finished_at.map(stamp),
        duration_ms: duration_ms(record),
        late_ms: record.started_at.map(|started| ms_between(record.scheduled_at, started)),
        node: record.node.to_string(),
        state: record.state,
        reason: record.reason,
        detail: record.detail.clone(),
        exit_code: record.exit_code,
        signal: record.signal,
        output_bytes: record.output_bytes,
        output_sha256: record.output_sha256.clone(),
        peak_memory_bytes: record.peak_memory_bytes,
        user_ms: record.user_ms,
        system_ms: record.system_ms,
        trigger: record.trigger,
        by: record.by.clone(),
        generation: record.generation,
    }
}

/// A record as a bar of its job's strip.
pub(super) fn bar(record: &RunRecord) -> StripBar {
    StripBar {
        run_id: record.run_id.to_string(),
        scheduled_at: stamp(record.scheduled_at),
        state: record.state,
        reason: record.reason,
        count: record.count,
        duration_ms: duration_ms(record),
    }
}

/// Where a kill that was asked for stands at `now`.
pub(super) fn kill_state(order: &OrderValue, now: Timestamp) -> KillState {
    let waited = Duration::from_millis(u64::try_from(ms_between(order.asked_at, now)).unwrap_or(0));
    KillState {
        by: order.by.clone(),
        asked_at: stamp(order.asked_at),
        overdue: waited > KILL_CONFIRMED_WITHIN,
    }
}
