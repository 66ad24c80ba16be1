//! Deadlines on the boot-time clock, which counts through suspend, as something to poll.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{Timespec, poll};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime,
};

/// One deadline at a time.
pub struct Timer {
    fd: OwnedFd,
    armed: Option<u64>,
}

impl Timer {
    pub fn new() -> io::Result<Self> {
        let fd = timerfd_create(
            TimerfdClockId::Boottime,
            TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK,
        )?;
        Ok(Self { fd, armed: None })
    }

    /// Becomes readable at this boot-time instant (milliseconds), or never.
    pub fn arm(&mut self, deadline: Option<u64>) -> io::Result<()> {
        if self.armed == deadline {
            return Ok(());
        }
        let never = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let at = deadline.map_or(never, |ms| timespec(Duration::from_millis(ms.max(1))));
        let setting = Itimerspec {
            it_interval: never,
            it_value: at,
        };
        timerfd_settime(&self.fd, TimerfdTimerFlags::ABSTIME, &setting)?;
        self.armed = deadline;
        Ok(())
    }
}

impl AsFd for Timer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Waits without listening to anything.
pub fn pause(duration: Duration) -> io::Result<()> {
    poll(&mut [], Some(&timespec(duration)))?;
    Ok(())
}

pub fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}
