//! From the program's start to the end of its tree.

use std::collections::HashSet;
use std::time::Duration;

use belfry_agent::attempt::cgroup::Cgroup;
use belfry_agent::attempt::clock;
use belfry_agent::attempt::exit::{Exit, Outcome, StopReason};
use belfry_agent::attempt::folder::AttemptFolder;
use belfry_agent::attempt::limits::{SIGNAL_PASSES_MAX, SURVIVORS_MAX, SWEEP_INTERVAL};
use belfry_agent::attempt::output::OutputWriter;
use belfry_agent::attempt::process::ProcessId;
use belfry_agent::attempt::spec::Spec;
use belfry_agent::attempt::tree;
use rustix::event::{PollFd, PollFlags, poll};

use crate::capture::Capture;
use crate::ladder::{Action, Event, Ladder};
use crate::program::Running;
use crate::sys::{self, Reap, Reaped, Signals, WaitStatus};
use crate::timer::{self, Timer};

/// One program being watched.
pub struct Watch {
    signals: Signals,
    timer: Option<Timer>,
    capture: Capture,
    ladder: Ladder,
    tree: Tree,
}

/// The program and what came of it.
struct Tree {
    pid: u32,
    cgroup: Option<Cgroup>,
    started_at_ms: i64,
    started_boot_ms: u64,
    ended: Option<ProgramEnd>,
    is_empty: bool,
    user: Duration,
    system: Duration,
    peak_memory_bytes: u64,
}

#[derive(Clone, Copy)]
struct ProgramEnd {
    status: WaitStatus,
    at_ms: i64,
    boot_ms: u64,
}

/// What woke us.
struct Ready {
    output: bool,
    signals: bool,
}

impl Watch {
    pub fn new(folder: &AttemptFolder, spec: &Spec, signals: Signals, running: Running) -> Self {
        Self {
            signals,
            timer: Timer::new().ok(),
            capture: Capture::new(
                running.output,
                running.redactor,
                OutputWriter::new(folder.path(), spec.output),
            ),
            ladder: Ladder::new(running.started_boot_ms, spec.timeout_ms, spec.stop_grace_ms),
            tree: Tree {
                pid: running.pid,
                cgroup: running.cgroup,
                started_at_ms: running.started_at_ms,
                started_boot_ms: running.started_boot_ms,
                ended: None,
                is_empty: false,
                user: Duration::ZERO,
                system: Duration::ZERO,
                peak_memory_bytes: 0,
            },
        }
    }

    /// Watches until nothing lives, or what lives is given up.
    pub fn until_over(mut self) -> Exit {
        loop {
            let ready = self.wait();
            if ready.output {
                self.capture.read_once();
            }
            let mut events = Vec::new();
            if ready.signals {
                let pending = self.signals.pending();
                // The end first: a program that ended before it was asked to has not been stopped.
                if pending.has_child {
                    events.extend(self.tree.reap());
                }
                events.extend((0..pending.stops).map(|_| Event::StopAsked));
            }
            events.push(Event::TimePassed);
            for event in events {
                match self.ladder.handle(event, clock::boot_ms()) {
                    Action::Nothing => {}
                    Action::Terminate => self.tree.terminate(),
                    Action::Kill => self.tree.kill(),
                    Action::Finish => return self.exit(),
                }
            }
        }
    }

    fn wait(&mut self) -> Ready {
        let deadline = self.ladder.deadline();
        let armed = self
            .timer
            .as_mut()
            .and_then(|timer| timer.arm(deadline).ok());
        let mut sources = vec![PollFd::new(&self.signals, PollFlags::IN)];
        if let Some(timer) = &self.timer {
            sources.push(PollFd::new(timer, PollFlags::IN));
        }
        let before_output = sources.len();
        if let Some(output) = self.capture.source() {
            sources.push(PollFd::from_borrowed_fd(output, PollFlags::IN));
        }
        // Without a timer (no descriptor left) deadlines are looked at in steps.
        let step = timer::timespec(SWEEP_INTERVAL);
        let timeout = (armed.is_none() && deadline.is_some()).then_some(&step);
        if poll(&mut sources, timeout).is_err() {
            return Ready {
                output: true,
                signals: true,
            };
        }
        Ready {
            signals: !sources[0].revents().is_empty(),
            output: sources
                .get(before_output)
                .is_some_and(|source| !source.revents().is_empty()),
        }
    }

    fn exit(self) -> Exit {
        let mut survivors = if self.tree.is_empty {
            Vec::new()
        } else {
            self.tree.living()
        };
        survivors.truncate(SURVIVORS_MAX);
        let output = self.capture.finish();
        let tree = self.tree;
        let outcome = outcome(
            self.ladder.stop_reason(),
            tree.ended.map(|end| end.status),
            &survivors,
        );
        let (exit_code, signal) = match tree.ended.map(|end| end.status) {
            Some(WaitStatus::Exited(code)) => (Some(code), None),
            Some(WaitStatus::Signalled(signal)) => (None, Some(signal)),
            None => (None, None),
        };
        let finished_boot_ms = tree.ended.map_or_else(clock::boot_ms, |end| end.boot_ms);
        let peak = tree.cgroup.as_ref().and_then(Cgroup::peak_memory_bytes);
        let oom_killed = tree.cgroup.as_ref().is_some_and(Cgroup::is_oom_killed);
        if let Some(cgroup) = &tree.cgroup {
            // With survivors it cannot go, and stays for recovery to see.
            let _ = cgroup.remove();
        }
        Exit {
            v: 1,
            outcome,
            exit_code,
            signal,
            started_at_ms: Some(tree.started_at_ms),
            finished_at_ms: tree.ended.map_or_else(clock::wall_ms, |end| end.at_ms),
            wall_ms: finished_boot_ms - tree.started_boot_ms,
            user_ms: tree.user.as_millis() as u64,
            system_ms: tree.system.as_millis() as u64,
            peak_memory_bytes: peak.unwrap_or(tree.peak_memory_bytes),
            oom_killed,
            output,
            survivors,
        }
    }
}

impl Tree {
    /// Takes all that has ended.
    fn reap(&mut self) -> Option<Event> {
        let had_ended = self.ended.is_some();
        loop {
            match sys::reap() {
                Reap::One(reaped) => self.account(&reaped),
                Reap::TreeEmpty => {
                    self.is_empty = true;
                    return Some(Event::TreeEmpty);
                }
                Reap::AllLive => {
                    let has_ended_now = !had_ended && self.ended.is_some();
                    return has_ended_now.then_some(Event::ProgramEnded);
                }
            }
        }
    }

    fn account(&mut self, reaped: &Reaped) {
        self.user += reaped.user;
        self.system += reaped.system;
        self.peak_memory_bytes = self.peak_memory_bytes.max(reaped.peak_memory_bytes);
        if reaped.pid == self.pid && self.ended.is_none() {
            self.ended = Some(ProgramEnd {
                status: reaped.status,
                at_ms: clock::wall_ms(),
                boot_ms: clock::boot_ms(),
            });
        }
    }

    /// All of the tree: as we are its subreaper, our descendants.
    fn living(&self) -> Vec<ProcessId> {
        tree::descendants_of(std::process::id())
    }

    fn terminate(&self) {
        let mut told = HashSet::new();
        // A process may fork between our look and its TERM, so look again until nobody is new.
        for _ in 0..SIGNAL_PASSES_MAX {
            let living = self.living().into_iter();
            let fresh: Vec<_> = living.filter(|process| told.insert(*process)).collect();
            if fresh.is_empty() {
                return;
            }
            tree::terminate(&fresh);
        }
    }

    fn kill(&self) {
        if let Some(cgroup) = &self.cgroup {
            // The sweep finds what this does not.
            let _ = cgroup.kill();
        }
        // What survives is swept again at the ladder's next step.
        let _ = tree::kill_sweep(|| self.living());
    }
}

fn outcome(
    stop: Option<StopReason>,
    status: Option<WaitStatus>,
    survivors: &[ProcessId],
) -> Outcome {
    match (stop, status) {
        (Some(reason), _) if !survivors.is_empty() => Outcome::Unreaped(reason),
        (Some(StopReason::Asked), _) => Outcome::Stopped,
        (Some(StopReason::Timeout), _) => Outcome::TimedOut,
        (_, Some(WaitStatus::Exited(code))) => Outcome::Exited(code),
        (_, Some(WaitStatus::Signalled(signal))) => Outcome::Signalled(signal),
        // The tree is empty, so the program has ended; only a foreign wait could have taken its status.
        (_, None) => Outcome::Unreaped(StopReason::Leftovers),
    }
}
