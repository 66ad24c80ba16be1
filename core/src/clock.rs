//! The only place that reads time. Everything else is given it.

use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// The wall clock, as UTC. It may be stepped at any moment.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Time since the machine was booted, suspended time included. Never stepped, and the same in
/// every process of the machine; meaningless together with another [`boot_id`].
pub fn boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanoseconds)
}

/// Names this boot of the machine, read once. `unknown` where the kernel does not tell.
pub fn boot_id() -> String {
    static BOOT_ID: OnceLock<String> = OnceLock::new();
    let read = || fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let name = || read().map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned());
    BOOT_ID.get_or_init(name).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boot_time_never_goes_back_and_the_boot_has_one_name() {
        let first = boot();
        assert!(first > Duration::ZERO);
        assert!(boot() >= first);
        assert_eq!(boot_id(), boot_id());
        assert!(!boot_id().is_empty());
    }
}
