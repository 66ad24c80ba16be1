//! What became of an attempt whose supervisor ended, read from what it left.

use std::sync::Arc;

use belfry_agent::attempt::exit::{Exit as Left, Outcome, StopReason};
use belfry_agent::attempt::folder::AttemptFolder;
use belfry_agent::attempt::gate::{GateHolder, GateTake, GateTaker};
use belfry_agent::attempt::limits::LEFTOVER_GRACE;
use belfry_agent::attempt::tree::Traces;
use belfry_core::clock;
use belfry_core::dispatch::{Event, Exit, ExitKind};
use belfry_core::run::Reason;
use jiff::Timestamp;
use tracing::warn;

use crate::host::{AttemptKey, Host};

/// Tells the engine how an attempt ended whose supervisor is gone.
pub fn tell(host: &Arc<Host>, key: AttemptKey) {
    let folder = host.folder(key);
    match folder.exit() {
        Ok(Some(exit)) => return host.tell_blocking(Event::Exited(key.0, key.1, read(&exit))),
        Ok(None) => {}
        Err(error) => warn!("{error}: the attempt counts as crashed"),
    }
    match folder.take_gate(GateTaker::Recovery) {
        Ok(GateTake::Taken) => {
            let detail = "the supervisor ended before the program began; the agent's log says why";
            let exit = not_started(Reason::CouldNotStart, detail.to_owned());
            host.tell_blocking(Event::Exited(key.0, key.1, exit));
        }
        // Whoever took it to keep the program from starting tells that.
        Ok(GateTake::AlreadyTakenBy(GateHolder::Known(gate)))
            if gate.who != GateTaker::Supervisor => {}
        Ok(GateTake::AlreadyTakenBy(_)) => end_tree_of(host, key, folder),
        Err(error) => {
            warn!("{error}: the attempt counts as crashed");
            end_tree_of(host, key, folder);
        }
    }
}

/// A supervisor that is gone tells nothing: the run is over when nothing of it lives.
fn end_tree_of(host: &Arc<Host>, key: AttemptKey, folder: AttemptFolder) {
    let telling = host.clone();
    host.runtime.spawn_blocking(move || {
        end(
            &Traces::of_attempt(&key.0.to_string(), &folder),
            key.0.short(),
        );
        telling.tell_blocking(Event::SupervisorGone(key.0, key.1));
    });
}

/// Ends these processes, however long that takes.
pub fn end(traces: &Traces, name: String) {
    loop {
        let ended = traces.end(LEFTOVER_GRACE);
        if ended.survivors.is_empty() {
            return;
        }
        let pids: Vec<u32> = ended.survivors.iter().map(|process| process.pid).collect();
        warn!("processes of run {name} cannot be ended, trying on: {pids:?}");
    }
}

/// Nothing was executed.
pub fn not_started(reason: Reason, detail: String) -> Exit {
    Exit {
        how: ExitKind::NotStarted(reason),
        started_at: None,
        finished_at: clock::now(),
        detail: Some(detail),
        output_bytes: 0,
        output_sha256: None,
        peak_memory_bytes: None,
        user_ms: None,
        system_ms: None,
    }
}

/// An exit file in the words of the dispatcher.
pub fn read(left: &Left) -> Exit {
    let started = left.started_at_ms.is_some();
    let mut detail = match &left.outcome {
        Outcome::CouldNotStart(reason) => Some(reason.clone()),
        Outcome::Failed { detail, .. } => Some(detail.clone()),
        _ => None,
    };
    if !left.survivors.is_empty() {
        let pids: Vec<String> = left
            .survivors
            .iter()
            .map(|process| process.pid.to_string())
            .collect();
        detail = Some(format!(
            "these processes could not be ended: {}",
            pids.join(", ")
        ));
    }
    Exit {
        how: kind(left),
        started_at: left.started_at_ms.and_then(instant),
        finished_at: instant(left.finished_at_ms).unwrap_or_else(clock::now),
        detail,
        output_bytes: left.output.total_bytes,
        output_sha256: (started && !left.output.sha256.is_empty())
            .then(|| left.output.sha256.clone()),
        peak_memory_bytes: started.then_some(left.peak_memory_bytes),
        user_ms: started.then_some(left.user_ms),
        system_ms: started.then_some(left.system_ms),
    }
}

/// An instant as the files of attempts write it.
pub fn instant(ms: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(ms).ok()
}

fn kind(left: &Left) -> ExitKind {
    const KILL: i32 = 9;
    match &left.outcome {
        Outcome::Signalled(KILL) if left.oom_killed => ExitKind::OutOfMemory,
        Outcome::Exited(code) => ExitKind::Code(*code),
        Outcome::Signalled(signal) => ExitKind::Signal(*signal),
        Outcome::Answered => ExitKind::Answered,
        Outcome::Failed { reason, .. } => {
            let reason = Reason::parse(reason).unwrap_or(Reason::HttpResponse);
            match left.started_at_ms {
                Some(_) => ExitKind::Failed(reason),
                None => ExitKind::NotStarted(reason),
            }
        }
        Outcome::TimedOut | Outcome::Unreaped(StopReason::Timeout) => ExitKind::TimedOut,
        Outcome::Stopped => ExitKind::Stopped,
        Outcome::CouldNotStart(_) => ExitKind::NotStarted(Reason::CouldNotStart),
        Outcome::TooLate => ExitKind::NotStarted(Reason::Deadline),
        Outcome::Unreaped(StopReason::Asked) => ExitKind::Unreaped,
        Outcome::Unreaped(StopReason::Leftovers) => match (left.exit_code, left.signal) {
            (Some(code), _) => ExitKind::Code(code),
            (None, Some(signal)) => ExitKind::Signal(signal),
            (None, None) => ExitKind::Unreaped,
        },
    }
}
