//! What systemd is told: that the agent is up, that it lives, that it ends. Without systemd, nothing.

use std::time::Duration;

use belfry_core::clock;
use sd_notify::NotifyState;
use tracing::debug;

/// Tells that the engine lives, as often as systemd wants to hear it.
pub struct Watchdog {
    every: Option<Duration>,
    last: Duration,
}

impl Watchdog {
    /// Twice within the time that the unit allows.
    pub fn new() -> Self {
        Self {
            every: sd_notify::watchdog_enabled().map(|limit| limit / 2),
            last: Duration::ZERO,
        }
    }

    /// Called whenever the engine has gone round, which it does at least once a second.
    pub fn beat(&mut self) {
        let now = clock::boot();
        if self.every.is_some_and(|every| now >= self.last + every) {
            self.last = now;
            tell(&[NotifyState::Watchdog]);
        }
    }
}

/// The agent has begun, with this to say of itself.
pub fn up(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The agent ends.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(state: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(state) {
        debug!("systemd could not be told {state:?}: {error}");
    }
}
