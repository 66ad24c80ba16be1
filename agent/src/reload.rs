//! HUP: the file is read again, and what can change while the agent runs changes at once. What
//! cannot is named, and what is wrong is said; then the agent goes on as it was.

use std::sync::Arc;

use belfry_core::dispatch::Event;
use belfry_core::profile::Place;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch as flag;
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
    /// Listens to HUP until the agent ends.
    pub async fn listen(mut self) {
        let mut hangs = match signal(SignalKind::hangup()) {
            Ok(hangs) => hangs,
            Err(error) => return warn!("could not listen to HUP: {error}"),
        };
        while hangs.recv().await.is_some() {
            match self.reload().await {
                Ok(done) => info!("{done}"),
                Err(why) => warn!("{why}"),
            }
        }
    }

    /// Reads the file again, whoever asked for it. Gives what came of it as a sentence; the error
    /// is one too.
    pub async fn reload(&mut self) -> Result<String, String> {
        let read = self.standing.given.clone().read();
        let read =
            read.map_err(|why| format!("{why}: the agent goes on with what it read before"))?;
        let live = Live::of(&read.options.node);
        let mut at_once = self.live.borrow().changed(&live);
        if self.live.send_replace(live.clone()).max_parallel != live.max_parallel {
            self.host.metrics.slots.set(live.max_parallel);
            self.host.tell(Event::RoomChanged(live.max_parallel)).await;
        }
        if self.level.set(read.log.level) {
            at_once.push("log.level");
        }
        Ok(sentence(&at_once, &later(&self.standing, &read)))
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
