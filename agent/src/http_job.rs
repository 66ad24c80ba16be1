//! HTTP jobs: calls that the agent makes itself, under the same intents, folders and gates as programs.
//!
//! A call lives in a thread of its own and ends with the agent: after a restart it is lost. Its folder is that of
//! any attempt, so that its output is followed and uploaded like a program's.

mod client;
mod keep;
mod trust;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use belfry_agent::attempt::clock;
use belfry_agent::attempt::exit::{Exit as Left, Outcome, OutputSummary, Started};
use belfry_agent::attempt::folder::{AttemptFolder, ExitDraft, Input};
use belfry_agent::attempt::gate::{GateTake, GateTaker};
use belfry_agent::attempt::limits::EXIT_BYTES_RESERVED;
use belfry_agent::attempt::process::ProcessId;
use belfry_agent::attempt::spec::Spec;
use belfry_core::call::Fault;
use belfry_core::dispatch::{Event, Intent};
use belfry_core::job::Http;
use belfry_core::policy::Egress;
use belfry_core::run::Reason;
use tokio::sync::oneshot;
use tracing::warn;

use crate::ending;
use crate::host::{AttemptKey, Host};
use keep::Keep;

/// The calls that are being made, and how each is ended.
#[derive(Default)]
pub struct Calls(Mutex<HashMap<AttemptKey, oneshot::Sender<()>>>);

impl Calls {
    /// Ends a call; it tells itself that it was stopped.
    pub fn stop(&self, key: AttemptKey) {
        if let Some(stop) = self.known().remove(&key) {
            // One that ends at this moment ended by itself.
            let _ = stop.send(());
        }
    }

    /// Whether a call is being made.
    pub fn is_going(&self, key: AttemptKey) -> bool {
        self.known().contains_key(&key)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<AttemptKey, oneshot::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a call is made of.
struct Call {
    http: Http,
    key: AttemptKey,
    folder: AttemptFolder,
    spec: Spec,
    egress: Egress,
    timeout: Option<Duration>,
}

/// How a call ended.
enum End {
    Answered,
    Failed(Fault),
    TimedOut,
    Stopped,
}

/// Makes the attempt's folder and begins the call. Its fate is told to the engine.
///
/// # Errors
/// As [`AttemptFolder::create`]: nothing was begun.
pub fn launch(
    host: &Arc<Host>,
    intent: &Intent,
    (http, spec): (&Http, Spec),
) -> Result<(), belfry_agent::attempt::folder::FileError> {
    let folder = AttemptFolder::create(&host.runs, &spec, Input::default())?;
    let key = (intent.value.run_id, intent.value.attempt);
    let call = Call {
        http: http.clone(),
        key,
        folder,
        spec,
        egress: host.policy.egress.clone(),
        timeout: intent.job.timeout,
    };
    let (stop, stopped) = oneshot::channel();
    host.calls.known().insert(key, stop);
    let calling = host.clone();
    let thread = thread::Builder::new()
        .name("call".to_owned())
        .spawn(move || make(&calling, call, stopped));
    if let Err(error) = thread {
        host.calls.known().remove(&key);
        let why = format!("could not start a thread for the call: {error}");
        let refused = ending::not_started(Reason::CouldNotStart, why);
        host.tell_blocking(Event::Exited(key.0, key.1, refused));
    }
    Ok(())
}

/// From the gate to the exit file. Blocks its thread.
fn make(host: &Arc<Host>, call: Call, stopped: oneshot::Receiver<()>) {
    let (run, attempt) = call.key;
    let begun = call.folder.reserve_exit(EXIT_BYTES_RESERVED);
    let begun = begun.and_then(|draft| Ok((draft, call.folder.take_gate(GateTaker::Agent)?)));
    let left = match begun {
        Ok((draft, GateTake::Taken)) => {
            let left = perform(host, &call, stopped);
            publish(&draft, &left);
            left
        }
        Ok((draft, GateTake::AlreadyTakenBy(_))) => {
            // Whoever has the gate tells.
            draft.discard();
            host.calls.known().remove(&call.key);
            return;
        }
        Err(error) => never(Outcome::CouldNotStart(error.to_string())),
    };
    host.calls.known().remove(&call.key);
    host.tell_blocking(Event::Exited(run, attempt, ending::read(&left)));
}

fn perform(host: &Arc<Host>, call: &Call, mut stopped: oneshot::Receiver<()>) -> Left {
    if call.spec.start_by.is_over() {
        return never(Outcome::TooLate);
    }
    // What cannot be called at all has not begun.
    let early = async {
        tokio::select! {
            biased;
            Ok(()) = &mut stopped => Some(Outcome::Stopped),
            fault = client::refuse_before(&call.http.url, &call.egress) => fault.map(failed),
        }
    };
    if let Some(outcome) = host.runtime.block_on(early) {
        return never(outcome);
    }
    if call.spec.start_by.is_over() {
        return never(Outcome::TooLate);
    }
    let (started_at_ms, started_boot_ms) = (clock::wall_ms(), clock::boot_ms());
    record(host, call, started_at_ms);
    let mut keep = Keep::new(&call.folder, call.spec.output);
    let end = host.runtime.block_on(until_over(call, &mut keep, stopped));
    Left {
        started_at_ms: Some(started_at_ms),
        wall_ms: clock::boot_ms() - started_boot_ms,
        output: keep.finish(),
        ..never(match end {
            End::Answered => Outcome::Answered,
            End::TimedOut => Outcome::TimedOut,
            End::Stopped => Outcome::Stopped,
            End::Failed(fault) => failed(fault),
        })
    }
}

async fn until_over(call: &Call, keep: &mut Keep, stopped: oneshot::Receiver<()>) -> End {
    let answered = client::call(call, keep);
    let limit = async {
        match call.timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        // A stop that nobody can ask for any more is none.
        Ok(()) = stopped => End::Stopped,
        answer = answered => match answer {
            Ok(()) => End::Answered,
            Err(fault) => End::Failed(fault),
        },
        () = limit => End::TimedOut,
    }
}

fn record(host: &Arc<Host>, call: &Call, started_at_ms: i64) {
    if let Some(program) = ProcessId::of(std::process::id()) {
        let started = Started {
            v: 1,
            program,
            started_at_ms,
            cgroup: None,
        };
        // For whoever looks on; nothing is decided by it.
        drop(call.folder.write_started(&started));
    }
    if let Some(at) = ending::instant(started_at_ms) {
        host.tell_blocking(Event::Started(call.key.0, call.key.1, at));
    }
}

fn failed(fault: Fault) -> Outcome {
    Outcome::Failed {
        reason: fault.reason.as_str().to_owned(),
        detail: fault.detail,
    }
}

fn publish(draft: &ExitDraft, left: &Left) {
    if let Err(error) = draft.publish(left) {
        // The engine is told all the same; only a restart before the upload would not know it.
        warn!("{error}");
    }
}

/// The end of a call that was never begun.
fn never(outcome: Outcome) -> Left {
    Left {
        v: 1,
        outcome,
        exit_code: None,
        signal: None,
        started_at_ms: None,
        finished_at_ms: clock::wall_ms(),
        wall_ms: 0,
        user_ms: 0,
        system_ms: 0,
        peak_memory_bytes: 0,
        oom_killed: false,
        output: OutputSummary::default(),
        survivors: Vec::new(),
    }
}
