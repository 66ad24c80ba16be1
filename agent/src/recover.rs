//! After a start: what this computer shows of every attempt in the journal, and how those that
//! live on are followed.

use std::collections::HashSet;
use std::fs;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use belfry_agent::attempt::folder::AttemptFolder;
use belfry_agent::attempt::gate::{GateHolder, GateTake, GateTaker};
use belfry_agent::attempt::process::ProcessId;
use belfry_core::dispatch::{Event, Evidence};
use belfry_core::id::RunId;
use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tracing::warn;

use crate::ending;
use crate::host::{AttemptKey, Host};

/// What was found of an attempt.
pub struct Found {
    /// For the dispatcher.
    pub evidence: Evidence,
    /// Of one that lives, or whose tree is still to be ended: who supervises it, if anybody.
    pub supervisor: Option<ProcessId>,
}

/// Looks at one attempt. Its gate is taken if nobody has: then it never starts.
pub fn look(host: &Host, key: AttemptKey) -> Found {
    let folder = host.folder(key);
    let settled = |evidence| Found {
        evidence,
        supervisor: None,
    };
    if let Ok(Some(exit)) = folder.exit() {
        return settled(Evidence::Exited(ending::read(&exit)));
    }
    if !folder.path().exists() {
        return settled(Evidence::NeverStarted);
    }
    let gate = match folder.take_gate(GateTaker::Recovery) {
        Ok(GateTake::Taken) => return settled(Evidence::NeverStarted),
        Ok(GateTake::AlreadyTakenBy(GateHolder::Known(gate))) => Some(gate),
        Ok(GateTake::AlreadyTakenBy(GateHolder::Unknown)) => None,
        Err(error) => {
            warn!("{error}: the attempt counts as begun");
            None
        }
    };
    match gate {
        Some(gate) if gate.who == GateTaker::Agent && host.calls.is_going(key) => {
            let evidence = Evidence::Alive(started_at(&folder));
            let supervisor = None;
            return Found {
                evidence,
                supervisor,
            };
        }
        Some(gate) if gate.who == GateTaker::Agent => {
            return settled(Evidence::Interrupted(started_at(&folder)));
        }
        Some(gate) if gate.who != GateTaker::Supervisor => return settled(Evidence::NeverStarted),
        Some(gate) if gate.is_alive() => {
            let evidence = Evidence::Alive(started_at(&folder));
            return Found {
                evidence,
                supervisor: Some(gate.process),
            };
        }
        _ => {}
    }
    // It may have ended between the two looks.
    if let Ok(Some(exit)) = folder.exit() {
        return settled(Evidence::Exited(ending::read(&exit)));
    }
    let boot = gate.map(|gate| gate.boot_id);
    let boot = boot.or_else(|| folder.spec().ok().map(|spec| spec.start_by.boot_id));
    let started_at = started_at(&folder);
    match boot.is_some_and(|boot| boot != host.boot_id) {
        true => settled(Evidence::Gone {
            rebooted: true,
            started_at,
        }),
        // Something of it may live: it is over once that was ended, which `follow` sees to.
        false => settled(Evidence::Alive(started_at)),
    }
}

fn started_at(folder: &AttemptFolder) -> Option<Timestamp> {
    let started = folder.started().ok().flatten();
    started.and_then(|started| ending::instant(started.started_at_ms))
}

struct Followed {
    key: AttemptKey,
    process: ProcessId,
    pidfd: Option<OwnedFd>,
    is_started: bool,
}

/// Follows supervisors that are not our children until all have ended. Blocks its thread.
pub fn follow(host: &Arc<Host>, found: Vec<(AttemptKey, Option<ProcessId>)>) {
    let mut followed = Vec::new();
    for (key, process) in found {
        let Some(process) = process else {
            ending::tell(host, key);
            continue;
        };
        // Without a descriptor it is asked for at every look.
        let pidfd = process.pidfd().ok().flatten();
        let is_started = started_at(&host.folder(key)).is_some();
        followed.push(Followed {
            key,
            process,
            pidfd,
            is_started,
        });
    }
    while !followed.is_empty() {
        followed.retain_mut(|one| goes_on(host, one));
        wait(&followed);
    }
}

fn goes_on(host: &Arc<Host>, one: &mut Followed) -> bool {
    let (run, attempt) = one.key;
    if !one.process.is_alive() {
        ending::tell(host, one.key);
        return false;
    }
    if !one.is_started
        && let Some(at) = started_at(&host.folder(one.key))
    {
        one.is_started = true;
        host.tell_blocking(Event::Started(run, attempt, at));
    }
    true
}

/// Until one of them ends, at most a second.
fn wait(followed: &[Followed]) {
    let second = Timespec {
        tv_sec: 1,
        tv_nsec: 0,
    };
    let pidfds = followed.iter().filter_map(|one| one.pidfd.as_ref());
    let mut polled: Vec<PollFd> = pidfds
        .map(|pidfd| PollFd::new(pidfd, PollFlags::IN))
        .collect();
    // A wait that fails is a short one.
    let _ = poll(&mut polled, Some(&second));
}

/// Removes folders that no intent names, unless something supervises them.
pub fn sweep(host: &Host, known: &HashSet<AttemptKey>) {
    let runs = fs::read_dir(&host.runs).into_iter().flatten().flatten();
    for run in runs {
        let Some(id) = run
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<RunId>().ok())
        else {
            continue;
        };
        let attempts = fs::read_dir(run.path()).into_iter().flatten().flatten();
        let numbers = attempts.filter_map(|attempt| attempt.file_name().to_str()?.parse().ok());
        let keys = numbers
            .map(|attempt| (id, attempt))
            .filter(|key| !known.contains(key));
        let unused: Vec<AttemptKey> = keys.filter(|key| !is_supervised(host, *key)).collect();
        host.remove_folders(&unused);
        // One that a crash left empty.
        let _ = fs::remove_dir(run.path());
    }
}

fn is_supervised(host: &Host, key: AttemptKey) -> bool {
    let holder = host.folder(key).gate_holder();
    matches!(holder, Ok(Some(GateHolder::Known(gate))) if gate.is_alive())
}
