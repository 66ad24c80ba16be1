//! The node's own file is read again: on HUP, and when an order asks for it. What can change while
//! the agent runs changes at once, what cannot is named, and what is wrong is said, in the session
//! too; then the agent goes on as it was.

use std::sync::Arc;

use belfry_core::dispatch::Event;
use belfry_core::id::OrderId;
use belfry_core::profile::Place;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch as flag};
use tracing::{info, warn};

use crate::host::Host;
use crate::live::Live;
use crate::logging::Level;
use crate::settings::Settings;

/// Applies what the file says now.
pub struct Reloader {
    /// What the agent was started with.
    pub standing: Settings,
    /// What may change.
    pub live: flag::Sender<Live>,
    /// How much is logged.
    pub level: Level,
    /// Where the engine is told.
    pub host: Arc<Host>,
}

impl Reloader {
    /// Listens until the agent ends.
    pub async fn listen(mut self, mut orders: mpsc::Receiver<OrderId>) {
        let hangs = signal(SignalKind::hangup());
        let mut hangs = hangs
            .inspect_err(|error| warn!("could not listen to HUP: {error}"))
            .ok();
        loop {
            tokio::select! {
                () = hung(&mut hangs) => {
                    // What is wrong is logged, and nobody waits for an answer.
                    let _ = self.reload().await;
                }
                order = orders.recv() => {
                    let Some(order) = order else { return };
                    let done = self.reload().await;
                    self.host.tell(Event::OrderDone(order, done)).await;
                }
            }
        }
    }

    /// Reads the file again, whoever asked for it, and says what came of it.
    async fn reload(&mut self) -> Result<(), String> {
        let read = self.standing.given.clone().read();
        let trouble = read.as_ref().err().cloned();
        self.host.file_trouble.send_replace(trouble);
        match read {
            Ok(read) => {
                info!("{}", self.apply(&read).await);
                Ok(())
            }
            Err(error) => {
                let sentence = format!("{error}: the agent goes on with what it read before");
                warn!("{sentence}");
                Err(sentence)
            }
        }
    }

    /// What can change changes. Gives a sentence about it.
    async fn apply(&mut self, read: &Settings) -> String {
        let live = Live::of(&read.options.node);
        let mut at_once = self.live.borrow().changed(&live);
        if self.live.send_replace(live.clone()).max_parallel != live.max_parallel {
            self.host.metrics.slots.set(live.max_parallel);
            self.host.tell(Event::RoomChanged(live.max_parallel)).await;
        }
        if self.level.set(read.log.level) {
            at_once.push("log.level");
        }
        sentence(&at_once, &later(&self.standing, read))
    }
}

async fn hung(hangs: &mut Option<Signal>) {
    match hangs {
        Some(hangs) => drop(hangs.recv().await),
        None => std::future::pending().await,
    }
}

/// The keys that differ from what the agent was started with, and that only a start reads.
fn later(standing: &Settings, read: &Settings) -> Vec<&'static str> {
    let (old, new) = (&standing.options, &read.options);
    let servers = |place: &Place| match place {
        Place::Servers(servers) => {
            let servers = (**servers).clone();
            (Some(servers.cluster), Some(servers.history))
        }
        Place::Embedded(_) => (None, None),
    };
    let (old_cluster, old_history) = servers(&old.place);
    let (new_cluster, new_history) = servers(&new.place);
    let keys = [
        ("[cluster]", old_cluster != new_cluster),
        ("[history]", old_history != new_history),
        ("node.id", old.node.id != new.node.id),
        ("node.shell", old.node.shell != new.node.shell),
        ("node.data_dir", old.dir != new.dir),
        ("[policy]", old.policy != new.policy),
        ("log.format", standing.log.format != read.log.format),
        ("metrics.listen", old.metrics != new.metrics),
    ];
    let changed = keys.into_iter().filter(|(_, is_other)| *is_other);
    changed.map(|(key, _)| key).collect()
}

fn sentence(at_once: &[&str], later: &[&str]) -> String {
    let mut text = match at_once {
        [] => "the configuration was read again: nothing to change at once".to_owned(),
        keys => format!(
            "the configuration was read again: {} changed",
            keys.join(", ")
        ),
    };
    if !later.is_empty() {
        text += &format!("; from the next start: {}", later.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_changed_and_what_waits_for_a_restart() {
        assert_eq!(
            sentence(&["node.labels", "log.level"], &["[cluster]"]),
            "the configuration was read again: node.labels, log.level changed; from the next start: [cluster]"
        );
        assert!(sentence(&[], &[]).contains("nothing to change"));
    }
}
