//! One process, so named that a reused pid is not mistaken for it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};

/// A process of this boot: pid and start time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProcessId {
    /// As in `/proc`.
    pub pid: u32,
    /// Field 22 of `/proc/<pid>/stat`, clock ticks since boot.
    pub start_ticks: u64,
}

/// What `/proc/<pid>/stat` says of a process.
#[derive(Clone, Copy, Debug)]
pub struct ProcessState {
    /// Who it is.
    pub id: ProcessId,
    /// Its parent's pid.
    pub parent: u32,
    /// Its session's id.
    pub session: u32,
    /// It has ended and waits for its parent.
    pub is_zombie: bool,
}

impl ProcessId {
    /// The process that has this pid now, unless it has ended.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        ProcessState::of(pid)
            .filter(|state| !state.is_zombie)
            .map(|state| state.id)
    }

    /// This very process.
    ///
    /// # Errors
    /// When `/proc` is not mounted.
    pub fn current() -> io::Result<Self> {
        let pid = std::process::id();
        Self::of(pid).ok_or_else(|| io::Error::other(format!("could not read /proc/{pid}/stat")))
    }

    /// Whether it has not ended (a zombie has).
    #[must_use]
    pub fn is_alive(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// A descriptor of this process and no other, readable once it has ended; nothing when it has.
    ///
    /// # Errors
    /// `Unsupported` on kernels before 5.3; lack of descriptors.
    pub fn pidfd(self) -> io::Result<Option<OwnedFd>> {
        let Some(pid) = self.raw_pid() else {
            return Ok(None);
        };
        match pidfd_open(pid, PidfdFlags::empty()) {
            // The descriptor holds on to the process, so the comparison stays true.
            Ok(pidfd) => Ok(self.is_alive().then_some(pidfd)),
            Err(Errno::SRCH) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends a signal to this process and to no other that got its pid since; one that has ended is not an error.
    ///
    /// # Errors
    /// When the process belongs to somebody else.
    pub fn signal(self, signal: Signal) -> io::Result<()> {
        let sent = match (self.pidfd(), self.raw_pid()) {
            (Ok(Some(pidfd)), _) => pidfd_send_signal(pidfd, signal),
            // Without pidfd a moment remains in which the pid may change hands.
            (Err(_), Some(pid)) if self.is_alive() => kill_process(pid, signal),
            _ => Ok(()),
        };
        match sent {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn raw_pid(self) -> Option<Pid> {
        i32::try_from(self.pid).ok().and_then(Pid::from_raw)
    }
}

impl ProcessState {
    /// Of the process that has this pid now.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        // The kernel gives the whole line to one read; the fields looked at lie far within this.
        let mut line = [0; 1024];
        let count = File::open(format!("/proc/{pid}/stat"))
            .ok()?
            .read(&mut line)
            .ok()?;
        Self::parse(pid, &line[..count])
    }

    fn parse(pid: u32, stat: &[u8]) -> Option<Self> {
        // The second field is the program's name in parentheses and may hold anything, also parentheses.
        let name_end = stat.iter().rposition(|byte| *byte == b')')?;
        let text = str::from_utf8(&stat[name_end + 1..]).ok()?;
        let fields: Vec<&str> = text.split_ascii_whitespace().take(20).collect();
        let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
        // A leader that ended before its other threads looks like a zombie and is none.
        let has_threads = number(17)? > 1;
        Some(Self {
            id: ProcessId {
                pid,
                start_ticks: number(19)?,
            },
            parent: u32::try_from(number(1)?).ok()?,
            session: u32::try_from(number(3)?).ok()?,
            is_zombie: matches!(*fields.first()?, "Z" | "X") && !has_threads,
        })
    }

    /// Every process of this machine that `/proc` shows us.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let Ok(entries) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(Self::of)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_name_that_imitates_the_fields() {
        let stat = b"7 (a) R 1 (b) S 3 4 5 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 99 0";
        let state = ProcessState::parse(7, stat).expect("well formed");
        assert_eq!(
            (state.parent, state.session, state.id.start_ticks),
            (3, 5, 99)
        );
        assert!(!state.is_zombie);
    }

    #[test]
    fn another_start_time_is_another_process() {
        let me = ProcessId::current().expect("/proc is mounted");
        assert!(me.is_alive());
        let stranger = ProcessId {
            start_ticks: me.start_ticks + 1,
            ..me
        };
        assert!(!stranger.is_alive());
        stranger.signal(Signal::KILL).expect("a signal to nobody");
    }
}
