//! Everything that a run in the store stands for, as history keeps it.

use jiff::Timestamp;

use super::event::{Exit, ExitKind};
use super::order::Kill;
use super::value::{RunKey, RunValue};
use crate::id::{Moment, RunId};
use crate::run::{Reason, RunRecord, RunState};

/// The run's own record, the instants that its decision passed over, and the earlier attempts
/// that history has not acknowledged.
pub fn records_of(key: &RunKey, value: &RunValue, fence: u64) -> Vec<RunRecord> {
    let own = value
        .outcome
        .clone()
        .unwrap_or_else(|| own_record(key, value, fence));
    let mut records = value.due.clone();
    records.extend(passed_records(key, value, fence));
    records.push(own);
    records
}

/// The record of the current attempt as far as the store knows it.
pub fn own_record(key: &RunKey, value: &RunValue, fence: u64) -> RunRecord {
    RunRecord {
        run_id: value.run_id,
        attempt: value.attempt,
        job_id: key.job,
        project: key.project.clone(),
        job: value.name.clone(),
        scope: key.scope.clone(),
        moment: key.moment,
        scheduled_at: value.scheduled_at,
        until: value.until,
        count: value.count,
        generation: value.generation,
        fence,
        node: value.node.clone(),
        state: value.state,
        reason: value.reason,
        detail: None,
        trigger: value.trigger,
        by: value.by.clone(),
        decided_at: value.decided_at,
        started_at: None,
        finished_at: value.state.is_over().then_some(value.decided_at),
        exit_code: None,
        signal: None,
        output_bytes: 0,
        output_sha256: None,
        peak_memory_bytes: None,
        user_ms: None,
        system_ms: None,
    }
}

fn passed_records(key: &RunKey, value: &RunValue, fence: u64) -> Vec<RunRecord> {
    let passed = &value.passed;
    let is_range = passed.instants.len() as u64 != passed.count;
    let skipped = |first: Timestamp, until: Option<Timestamp>, count: u64| {
        let moment = Moment::At(first);
        RunRecord {
            run_id: RunId::derive(key.job, &key.scope, moment),
            attempt: 1,
            moment,
            scheduled_at: first,
            until,
            count,
            state: RunState::Skipped,
            reason: passed.reason,
            finished_at: Some(value.decided_at),
            ..own_record(key, value, fence)
        }
    };
    match (is_range, passed.instants.first(), passed.instants.last()) {
        (true, Some(first), Some(last)) => vec![skipped(*first, Some(*last), passed.count)],
        _ => passed
            .instants
            .iter()
            .map(|at| skipped(*at, None, 1))
            .collect(),
    }
}

/// The record of an attempt that ended as its exit file says.
pub(super) fn ended(mut record: RunRecord, exit: &Exit, kill: Option<&Kill>) -> RunRecord {
    let (state, reason) = match exit.how {
        ExitKind::Code(0) | ExitKind::Answered => (RunState::Succeeded, None),
        ExitKind::Failed(reason) => (RunState::Failed, Some(reason)),
        ExitKind::Code(_) => (RunState::Failed, Some(Reason::ExitCode)),
        ExitKind::Signal(_) => (RunState::Failed, Some(Reason::Signal)),
        ExitKind::OutOfMemory => (RunState::Failed, Some(Reason::OutOfMemory)),
        ExitKind::TimedOut => (RunState::TimedOut, None),
        ExitKind::Stopped => (RunState::Killed, None),
        ExitKind::Unreaped => (RunState::Killed, Some(Reason::Unreaped)),
        ExitKind::NotStarted(Reason::Deadline) => (RunState::Skipped, Some(Reason::Deadline)),
        ExitKind::NotStarted(reason @ (Reason::RunAs | Reason::Policy | Reason::Decrypt)) => {
            (RunState::Rejected, Some(reason))
        }
        ExitKind::NotStarted(reason) => (RunState::Failed, Some(reason)),
    };
    record.state = state;
    record.reason = reason;
    record.detail = exit.detail.clone();
    record.started_at = exit.started_at;
    record.finished_at = Some(exit.finished_at);
    record.exit_code = if let ExitKind::Code(code) = exit.how {
        Some(code)
    } else {
        None
    };
    record.signal = if let ExitKind::Signal(signal) = exit.how {
        Some(signal)
    } else {
        None
    };
    record.output_bytes = exit.output_bytes;
    record.output_sha256 = exit.output_sha256.clone();
    record.peak_memory_bytes = exit.peak_memory_bytes;
    record.user_ms = exit.user_ms;
    record.system_ms = exit.system_ms;
    if let Some(kill) = kill.filter(|_| state == RunState::Killed) {
        record.by = Some(kill.by.clone());
        record.reason = record.reason.or(kill.reason);
    }
    record
}

/// The record of an attempt that ended without an exit file.
pub(super) fn closed(
    mut record: RunRecord,
    state: RunState,
    reason: Reason,
    at: Timestamp,
) -> RunRecord {
    record.state = state;
    record.reason = Some(reason);
    record.finished_at = Some(at);
    record
}
