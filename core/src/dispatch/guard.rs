//! Whether the wall clock can be trusted: it must not run apart from the boot-time clock.

use std::time::Duration;

use super::event::Now;
use crate::limits::{CLOCK_JUMP_MAX, CLOCK_PAUSE};

/// Watches both clocks. A jump pauses decisions for a while; then the new time holds.
#[derive(Debug, Default)]
pub(super) struct ClockGuard {
    last: Option<Now>,
    paused_until: Duration,
}

impl ClockGuard {
    /// Notes a reading; true when the wall clock jumped since the one before.
    pub(super) fn observe(&mut self, now: Now) -> bool {
        let jumped = self
            .last
            .is_some_and(|last| drift_ms(last, now).abs() > jump_max_ms());
        if jumped {
            self.paused_until = now.boot + CLOCK_PAUSE;
        }
        self.last = Some(now);
        jumped
    }

    /// Whether decisions may be made.
    pub(super) fn is_sane(&self, now: Now) -> bool {
        now.boot >= self.paused_until
    }

    /// When the pause ends, by the boot-time clock.
    pub(super) fn paused_until(&self) -> Duration {
        self.paused_until
    }
}

fn drift_ms(last: Now, now: Now) -> i128 {
    let wall = i128::from(now.wall.as_millisecond()) - i128::from(last.wall.as_millisecond());
    let boot = now.boot.as_millis() as i128 - last.boot.as_millis() as i128;
    wall - boot
}

fn jump_max_ms() -> i128 {
    CLOCK_JUMP_MAX.as_millis() as i128
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn a_jump_pauses_decisions_and_then_the_new_time_holds() {
        let at = |wall, boot| Now {
            wall: Timestamp::from_second(wall).expect("in range"),
            boot: Duration::from_secs(boot),
        };
        let mut guard = ClockGuard::default();
        assert!(!guard.observe(at(1000, 10)));
        assert!(!guard.observe(at(1005, 13)), "two seconds are not a jump");
        assert!(guard.observe(at(1020, 14)));
        assert!(!guard.is_sane(at(1021, 15)));
        assert!(!guard.observe(at(1030, 24)));
        assert!(guard.is_sane(at(1030, 24)));
        assert!(guard.observe(at(900, 30)), "backwards is a jump too");
    }
}
