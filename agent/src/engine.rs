//! The loop: events in, the dispatcher's actions out. One owner of the dispatcher, which never waits
//! for anything but the next event or the next instant.

use std::time::Duration;

use belfry_core::clock;
use belfry_core::dispatch::{Action, Dispatcher, Event, Now, Vitals};
use belfry_core::limits::CLOCK_REREAD_EVERY;
use tokio::sync::{mpsc, watch as flag};
use tokio::time::{sleep, timeout};

use crate::metrics::Counts;
use crate::perform::Performer;
use crate::shutdown::Stop;
use crate::systemd::Watchdog;

/// Events taken in a row before the clocks are looked at again.
const BURST_MAX: usize = 256;
/// How long transactions that are on their way may take to settle at the end.
const SETTLE_WITHIN: Duration = Duration::from_secs(5);
/// Between two looks at what is still on its way.
const SETTLE_LOOK_EVERY: Duration = Duration::from_millis(20);

/// The agent's mind with its hands.
pub struct Engine {
    /// Decides.
    pub dispatcher: Dispatcher,
    /// Does.
    pub performer: Performer,
    /// Tells.
    pub events: mpsc::Receiver<Event>,
    /// Shows systemd that it goes round.
    pub watchdog: Watchdog,
    /// Counts.
    pub counts: Counts,
    /// What the session is to say.
    pub vitals: flag::Sender<Vitals>,
}

impl Engine {
    /// Runs until it is asked to stop; then what is on its way settles.
    pub async fn run(mut self, stop: &mut Stop) {
        loop {
            let wait = self.until_next();
            tokio::select! {
                biased;
                () = stop.asked() => break,
                event = self.events.recv() => match event {
                    Some(event) => self.take_burst(event),
                    None => return,
                },
                () = sleep(wait) => self.take(Event::Tick),
            }
            self.performer.flush();
            self.watchdog.beat();
            self.counts.go_round(&self.dispatcher);
            self.vitals.send_replace(self.dispatcher.vitals());
        }
        self.settle(stop).await;
    }

    /// Tells the dispatcher something and begins what follows.
    pub fn take(&mut self, event: Event) {
        self.counts.learn(&event);
        for action in self.dispatcher.handle(now(), event) {
            self.counts.see(&action);
            self.performer.perform(action);
        }
    }

    fn take_burst(&mut self, first: Event) {
        self.take(first);
        for _ in 1..BURST_MAX {
            match self.events.try_recv() {
                Ok(event) => self.take(event),
                Err(_) => return,
            }
        }
    }

    /// By whichever clock says so first, and by the wall clock at least every second: it may be stepped.
    fn until_next(&self) -> Duration {
        let now = now();
        let (wall, boot) = self.dispatcher.next_wake(now);
        let by_wall =
            wall.map(|at| Duration::try_from(at.duration_since(now.wall)).unwrap_or_default());
        let by_boot = boot.map(|at| at.saturating_sub(now.boot));
        let waits = [by_wall, by_boot, Some(CLOCK_REREAD_EVERY)];
        waits
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(CLOCK_REREAD_EVERY)
    }

    /// Without definitions nothing new is decided, while what was decided goes on. A claim whose
    /// intent is not written yet stays a claim: the next start finds it and starts it, late.
    async fn settle(&mut self, stop: &mut Stop) {
        self.take(Event::DefinitionsReset);
        self.performer.flush();
        let settle = async {
            while self.performer.on_its_way() > 0 || !self.events.is_empty() {
                tokio::select! {
                    event = self.events.recv() => match event {
                        // The definitions must not become complete again.
                        Some(Event::DefinitionsReady) => {}
                        Some(event) => self.take_last(event),
                        None => return,
                    },
                    () = sleep(SETTLE_LOOK_EVERY) => {}
                }
            }
        };
        tokio::select! {
            _ = timeout(SETTLE_WITHIN, settle) => {}
            () = stop.asked_again() => {}
        }
    }

    fn take_last(&mut self, event: Event) {
        for action in self.dispatcher.handle(now(), event) {
            if !matches!(action, Action::WriteIntent(_)) {
                self.performer.perform(action);
            }
        }
        self.performer.flush();
    }
}

fn now() -> Now {
    Now {
        wall: clock::now(),
        boot: clock::boot(),
    }
}
