//! The clocks of an attempt: the only place in it that reads them.

use std::fs::File;
use std::io::{self, Read};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

/// Milliseconds since the Unix epoch by the wall clock, which people and DHCP may step.
///
/// Through the standard library, and so the one of the two that a faked clock reaches.
#[must_use]
pub fn wall_ms() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since this boot, counting through suspend. Comparable only within one [`boot_id`].
#[must_use]
pub fn boot_ms() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    now.tv_sec.unsigned_abs() * 1000 + now.tv_nsec.unsigned_abs() / 1_000_000
}

/// The kernel's random name of this boot.
///
/// # Errors
/// When `/proc` is not mounted.
pub fn boot_id() -> io::Result<String> {
    let mut line = [0; 64];
    let count = File::open("/proc/sys/kernel/random/boot_id")?.read(&mut line)?;
    Ok(String::from_utf8_lossy(&line[..count])
        .trim_end()
        .to_owned())
}
