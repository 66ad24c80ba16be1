//! Stopping an attempt, and ending what is left of one on another disk.

use std::thread;
use std::time::Duration;

use belfry_agent::attempt::gate::{GateHolder, GateTake, GateTaker};
use belfry_agent::attempt::tree::Traces;
use belfry_core::dispatch::Event;
use belfry_core::id::RunId;
use rustix::process::Signal;
use tracing::{info, warn};

use crate::ending;
use crate::host::{AttemptKey, Host};

/// Between two looks for a folder that is about to be made, and how many: five seconds.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);
const LOOKS_MAX: u32 = 250;

/// Keeps the program from starting if it has not, else asks its supervisor to stop it.
pub fn stop(host: &Host, key: AttemptKey) {
    let (run, attempt) = key;
    let folder = host.folder(key);
    let mut looks = 0;
    // The launch waits for its thread: there is no gate yet.
    while !folder.path().exists() && looks < LOOKS_MAX {
        looks += 1;
        thread::sleep(LOOK_AGAIN_AFTER);
    }
    match folder.take_gate(GateTaker::Kill) {
        Ok(GateTake::Taken) => {
            info!(run.id = %run, "kept run {run} from starting: it was killed");
            host.tell_blocking(Event::GateTaken(run, attempt));
        }
        Ok(GateTake::AlreadyTakenBy(GateHolder::Known(gate)))
            if gate.who == GateTaker::Supervisor =>
        {
            info!(run.id = %run, "stopping run {run}");
            if let Err(error) = gate.process.signal(Signal::TERM) {
                warn!(run.id = %run, "could not stop run {run}: {error}");
            }
        }
        Ok(GateTake::AlreadyTakenBy(GateHolder::Known(gate))) if gate.who == GateTaker::Agent => {
            host.calls.stop(key);
        }
        // It ends without us, and whoever sees that tells.
        Ok(GateTake::AlreadyTakenBy(_)) => {}
        Err(error) => warn!(run.id = %run, "could not stop run {run}: {error}"),
    }
}

/// Ends every process that carries the run's id. Blocks its thread until none lives.
pub fn end_stray(host: &Host, run: RunId) {
    warn!(run.id = %run, "ending what is left of run {run}, which another disk began");
    ending::end(&Traces::of_run(&run.to_string()), run.short());
    host.tell_blocking(Event::StrayEnded(run));
}
