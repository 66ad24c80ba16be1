//! Finding and ending all the processes of a run, whatever they did to get away.
//!
//! A supervisor that lives finds its own: it is their subreaper, so all are its descendants. For one that is gone they
//! are found by the variable `BELFRY_RUN_ID`, by the program's session, by its cgroup, and by descent from any of those.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;

use super::cgroup::Cgroup;
use super::clock;
use super::folder::AttemptFolder;
use super::limits::{KILL_PATIENCE, SIGNAL_PASSES_MAX, SWEEP_INTERVAL};
use super::process::{ProcessId, ProcessState};

/// The variable by which the processes of a run are known.
pub const RUN_ID_VARIABLE: &str = "BELFRY_RUN_ID";

/// What is known of the processes of an attempt whose supervisor is gone.
#[derive(Clone, Debug)]
pub struct Traces {
    run_id: String,
    program: Option<ProcessId>,
    cgroup: Option<PathBuf>,
}

/// What ending a tree came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Alive when it began.
    pub found: Vec<ProcessId>,
    /// Alive after all.
    pub survivors: Vec<ProcessId>,
}

impl Traces {
    /// Of any process of this run on this host, with nothing on disk to help.
    #[must_use]
    pub fn of_run(run_id: &str) -> Self {
        Self {
            run_id: run_id.to_owned(),
            program: None,
            cgroup: None,
        }
    }

    /// Of an attempt, with what its folder says, as far as that is readable and of this boot.
    #[must_use]
    pub fn of_attempt(run_id: &str, folder: &AttemptFolder) -> Self {
        let is_this_boot = folder
            .spec()
            .is_ok_and(|spec| clock::boot_id().is_ok_and(|boot| boot == spec.start_by.boot_id));
        let started = folder.started().ok().flatten().filter(|_| is_this_boot);
        Self {
            run_id: run_id.to_owned(),
            program: started.as_ref().map(|started| started.program),
            cgroup: started
                .and_then(|started| started.cgroup)
                .map(PathBuf::from),
        }
    }

    /// The processes of the run that live now, never the caller.
    #[must_use]
    pub fn living(&self) -> Vec<ProcessId> {
        let all = ProcessState::all();
        let wanted = format!("{RUN_ID_VARIABLE}={}", self.run_id);
        let in_cgroup: HashSet<u32> = self
            .cgroup
            .as_ref()
            .map(|path| Cgroup::at(path.clone()).pids())
            .unwrap_or_default();
        // A session keeps its leader's pid from being reused, so while the leader's pid is free or still his it is his session.
        let session = self.program.filter(|program| {
            all.iter()
                .all(|state| state.id.pid != program.pid || state.id == *program)
        });
        let roots = all.iter().filter(|state| {
            in_cgroup.contains(&state.id.pid)
                || session.is_some_and(|program| {
                    state.session == program.pid && state.id.start_ticks >= program.start_ticks
                })
                || carries(state.id.pid, wanted.as_bytes())
        });
        let roots: HashSet<u32> = roots.map(|state| state.id.pid).collect();
        with_descendants(&all, roots)
    }

    /// Ends them: TERM, `grace`, then KILL until none lives, for at most [`KILL_PATIENCE`]. Blocks the caller.
    #[must_use]
    pub fn end(&self, grace: Duration) -> Ended {
        let found = self.living();
        terminate(&found);
        wait_for(&found, grace);
        let give_up_at = clock::boot_ms() + KILL_PATIENCE.as_millis() as u64;
        loop {
            if let Some(cgroup) = &self.cgroup {
                // Without it the sweep finds them one by one.
                let _ = Cgroup::at(cgroup.clone()).kill();
            }
            let survivors = kill_sweep(|| self.living());
            if survivors.is_empty() || clock::boot_ms() >= give_up_at {
                if let Some(cgroup) = &self.cgroup {
                    // With survivors it stays, and so do they.
                    let _ = Cgroup::at(cgroup.clone()).remove();
                }
                return Ended { found, survivors };
            }
            wait_for(&survivors, SWEEP_INTERVAL);
        }
    }
}

/// The living descendants of a process, without itself.
#[must_use]
pub fn descendants_of(pid: u32) -> Vec<ProcessId> {
    let all = ProcessState::all();
    let mut tree = with_descendants(&all, HashSet::from([pid]));
    tree.retain(|process| process.pid != pid);
    tree
}

/// Asks each of these to end, also those that are stopped.
pub fn terminate(processes: &[ProcessId]) {
    for process in processes {
        // One that may not be signalled shows up among the survivors.
        let _ = process.signal(Signal::TERM);
        let _ = process.signal(Signal::CONT);
    }
}

/// Kills what `living` finds and answers what that was: empty means that nothing lived.
///
/// All are stopped first and looked for again until no new one is found, so that a process which forks faster than we
/// walk cannot outrun us.
pub fn kill_sweep(living: impl Fn() -> Vec<ProcessId>) -> Vec<ProcessId> {
    let mut stopped = HashSet::new();
    for _ in 0..SIGNAL_PASSES_MAX {
        let fresh: Vec<ProcessId> = living()
            .into_iter()
            .filter(|process| stopped.insert(*process))
            .collect();
        if fresh.is_empty() {
            break;
        }
        for process in fresh {
            // See `terminate`.
            let _ = process.signal(Signal::STOP);
        }
    }
    for process in &stopped {
        // See `terminate`.
        let _ = process.signal(Signal::KILL);
    }
    stopped
        .into_iter()
        .filter(|process| process.is_alive())
        .collect()
}

/// Waits until all of these have ended, at most so long.
fn wait_for(processes: &[ProcessId], at_most: Duration) {
    let until = clock::boot_ms() + at_most.as_millis() as u64;
    for process in processes {
        let left = until.saturating_sub(clock::boot_ms());
        // A failed wait is a short one: whoever lives is found again.
        let _ = wait_for_one(*process, Duration::from_millis(left));
    }
}

fn wait_for_one(process: ProcessId, at_most: Duration) -> io::Result<()> {
    let timeout = Timespec {
        tv_sec: at_most.as_secs().cast_signed(),
        tv_nsec: at_most.subsec_nanos().into(),
    };
    match process.pidfd() {
        Ok(Some(pidfd)) => poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&timeout))?,
        Ok(None) => 0,
        // Kernels before 5.3 cannot tell: the whole time, then.
        Err(_) => poll(&mut [], Some(&timeout))?,
    };
    Ok(())
}

fn with_descendants(all: &[ProcessState], roots: HashSet<u32>) -> Vec<ProcessId> {
    let me = std::process::id();
    let mut pids = roots;
    loop {
        let before = pids.len();
        pids.extend(
            all.iter()
                .filter(|state| pids.contains(&state.parent))
                .map(|state| state.id.pid)
                .collect::<Vec<_>>(),
        );
        if pids.len() == before {
            break;
        }
    }
    let is_wanted = |state: &&ProcessState| {
        !state.is_zombie && state.id.pid != me && pids.contains(&state.id.pid)
    };
    all.iter().filter(is_wanted).map(|state| state.id).collect()
}

fn carries(pid: u32, wanted: &[u8]) -> bool {
    fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == wanted)
    })
}
