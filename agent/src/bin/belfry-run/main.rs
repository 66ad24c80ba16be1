//! The supervisor of one run: `belfry-run <attempt folder>`.
//!
//! It takes the attempt's gate, executes the program, keeps its output, enforces its timeout and writes how it ended,
//! with or without the agent. It needs nothing but the folder, and tells the agent nothing but by the folder.
//!
//! * TERM (or INT) stops the whole tree: TERM, the grace of the spec, KILL. A second one kills at once. HUP is ignored.
//! * The run ends when its program ends, by itself or as it is stopped. What the program leaves running in the background
//!   is then stopped, as a service manager does: TERM, two seconds, KILL. A job that wants a lasting process starts it through the service manager.
//! * It exits with 0 when `exit.json` is written, 3 when the gate was somebody else's (then nothing was started and nothing
//!   written), 2 for wrong usage, 70 when it could not do its work; before the gate that means that nothing was started.

mod capture;
mod child;
mod ladder;
mod program;
mod spool;
mod sys;
mod timer;
mod watch;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use belfry_agent::attempt::clock;
use belfry_agent::attempt::exit::{Exit, Outcome};
use belfry_agent::attempt::folder::{AttemptFolder, ExitDraft};
use belfry_agent::attempt::gate::{GateTake, GateTaker};
use belfry_agent::attempt::limits::{EXIT_BYTES_RESERVED, EXIT_RETRIES_MAX, EXIT_RETRY_INTERVAL};
use belfry_agent::attempt::secrets;
use belfry_agent::attempt::spec::SPEC_VERSION;
use rustix::process::{getpid, set_child_subreaper, setsid};

use program::Running;
use sys::Signals;
use watch::Watch;

const GATE_LOST: u8 = 3;
const USAGE: u8 = 2;
const INTERNAL: u8 = 70;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: belfry-run <attempt folder>");
        return ExitCode::from(USAGE);
    };
    match supervise(&AttemptFolder::at(PathBuf::from(path))) {
        Ok(GateTake::Taken) => ExitCode::SUCCESS,
        Ok(GateTake::AlreadyTakenBy(_)) => ExitCode::from(GATE_LOST),
        Err(error) => {
            let source = error
                .source()
                .map(|source| format!(": {source}"))
                .unwrap_or_default();
            eprintln!("belfry-run: {error}{source}");
            ExitCode::from(INTERNAL)
        }
    }
}

fn supervise(folder: &AttemptFolder) -> Result<GateTake, Box<dyn Error>> {
    let signals = Signals::take()?;
    // It fails for a leader of a process group, which is as good.
    let _ = setsid();
    set_child_subreaper(Some(getpid()))?;
    // Before the gate: without room for the end nothing may begin, and the agent says so.
    let draft = folder.reserve_exit(EXIT_BYTES_RESERVED)?;
    let take = folder.take_gate(GateTaker::Supervisor)?;
    if take != GateTake::Taken {
        draft.discard();
        return Ok(take);
    }
    publish(&draft, &run(folder, signals))?;
    Ok(take)
}

fn run(folder: &AttemptFolder, mut signals: Signals) -> Exit {
    let spec = match folder.spec() {
        Ok(spec) => spec,
        Err(error) => return not_started(Outcome::CouldNotStart(program::sentence(&error))),
    };
    if spec.v > SPEC_VERSION {
        let reason = format!(
            "spec.json has version {}, newer than this belfry-run ({SPEC_VERSION})",
            spec.v
        );
        return not_started(Outcome::CouldNotStart(reason));
    }
    if signals.pending().stops > 0 {
        return not_started(Outcome::Stopped);
    }
    let secrets = match secrets::take(&spec.secrets) {
        Ok(secrets) => secrets,
        Err(error) => return not_started(Outcome::CouldNotStart(program::sentence(&error))),
    };
    match Running::start(folder, &spec, &secrets) {
        Ok(running) => Watch::new(folder, &spec, signals, running).until_over(),
        Err(outcome) => not_started(outcome),
    }
}

fn not_started(outcome: Outcome) -> Exit {
    Exit {
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
        output: capture::nothing(),
        survivors: Vec::new(),
    }
}

/// Nobody else knows how it ended, so a disk that refuses is asked again for a while.
fn publish(draft: &ExitDraft, exit: &Exit) -> Result<(), Box<dyn Error>> {
    for _ in 0..EXIT_RETRIES_MAX {
        if draft.publish(exit).is_ok() {
            return Ok(());
        }
        timer::pause(EXIT_RETRY_INTERVAL)?;
    }
    Ok(draft.publish(exit)?)
}
