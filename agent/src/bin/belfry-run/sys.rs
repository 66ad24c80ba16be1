//! The system calls that need `unsafe`, each behind a safe function.
#![expect(unsafe_code, reason = "rustix offers neither signalfd nor wait4")]

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

/// The signals that steer the supervisor, as something to poll.
pub struct Signals(OwnedFd);

/// What came in since the last look.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pending {
    /// How often somebody asked to stop.
    pub stops: u32,
    /// Something below us changed its state.
    pub has_child: bool,
}

impl Signals {
    /// Directs TERM, INT and CHLD here and ignores HUP and XFSZ. To be called before any thread or child exists.
    pub fn take() -> io::Result<Self> {
        // SAFETY: the set is initialised by sigemptyset before it is read; no handler of ours is installed.
        let fd = unsafe {
            let mut set = MaybeUninit::<libc::sigset_t>::uninit();
            libc::sigemptyset(set.as_mut_ptr());
            for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGCHLD] {
                // An inherited "ignored" would reap our children behind our back.
                libc::signal(signal, libc::SIG_DFL);
                libc::sigaddset(set.as_mut_ptr(), signal);
            }
            libc::signal(libc::SIGHUP, libc::SIG_IGN);
            // A file that has reached its size limit is a full disk, and no reason to die.
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            if libc::sigprocmask(libc::SIG_SETMASK, set.as_ptr(), std::ptr::null_mut()) != 0 {
                return Err(io::Error::last_os_error());
            }
            libc::signalfd(-1, set.as_ptr(), libc::SFD_CLOEXEC | libc::SFD_NONBLOCK)
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and nobody else's.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Takes what has come in.
    pub fn pending(&mut self) -> Pending {
        let mut pending = Pending::default();
        let mut record = [0; size_of::<libc::signalfd_siginfo>()];
        while let Ok(count) = rustix::io::read(&self.0, &mut record)
            && count == record.len()
        {
            let number = record
                .first_chunk()
                .map_or(0, |bytes| u32::from_ne_bytes(*bytes));
            match i32::try_from(number) {
                Ok(libc::SIGCHLD) => pending.has_child = true,
                _ => pending.stops += 1,
            }
        }
        pending
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// A child that has ended.
pub struct Reaped {
    pub pid: u32,
    pub status: WaitStatus,
    pub user: Duration,
    pub system: Duration,
    pub peak_memory_bytes: u64,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitStatus {
    Exited(i32),
    Signalled(i32),
}

/// The answer to [`reap`].
pub enum Reap {
    One(Reaped),
    /// There are children and none has ended.
    AllLive,
    /// There is no child, and so, as orphans become our children, no process of the tree at all.
    TreeEmpty,
}

/// Takes one child that has ended.
pub fn reap() -> Reap {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are valid for the call; zeroes are a valid rusage.
    let (pid, usage) = unsafe {
        let pid = libc::wait4(-1, &raw mut status, libc::WNOHANG, usage.as_mut_ptr());
        (pid, usage.assume_init())
    };
    match u32::try_from(pid) {
        Err(_) => Reap::TreeEmpty,
        Ok(0) => Reap::AllLive,
        Ok(pid) => Reap::One(Reaped {
            pid,
            status: if libc::WIFSIGNALED(status) {
                WaitStatus::Signalled(libc::WTERMSIG(status))
            } else {
                WaitStatus::Exited(libc::WEXITSTATUS(status))
            },
            user: duration(usage.ru_utime),
            system: duration(usage.ru_stime),
            peak_memory_bytes: usage.ru_maxrss.unsigned_abs() * 1024,
        }),
    }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec.unsigned_abs())
        + Duration::from_micros(time.tv_usec.unsigned_abs())
}
