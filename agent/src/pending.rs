//! Versions of definitions that their authors could not bring to history themselves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use belfry_core::clock;
use belfry_core::coord::{Coord, WatchEvent};
use belfry_core::history::{History, Upload, Version};
use belfry_core::keyspace::Keyspace;
use belfry_core::limits::PENDING_FORWARDED_AFTER;
use belfry_core::txn::{Check, Compare, Entry, Op, Txn};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

/// Entries are looked at this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Forwards what lies for longer than its author would need, and then removes it.
pub async fn forward(coord: Arc<dyn Coord>, history: Arc<dyn History>, keys: Keyspace) {
    let mut watch = coord.watch(&keys.pendings());
    let mut waiting: BTreeMap<String, (Entry, Duration)> = BTreeMap::new();
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            event = watch.events.recv() => match event {
                Some(event) => learn(&mut waiting, event),
                None => return,
            },
            _ = looks.tick(), if !waiting.is_empty() => {
                let ripe = waiting.values().filter(|(_, since)| clock::boot() >= *since + PENDING_FORWARDED_AFTER);
                let ripe: Vec<Entry> = ripe.map(|(entry, _)| entry.clone()).collect();
                for entry in ripe {
                    forward_one(&*coord, &*history, &entry).await;
                }
            }
        }
    }
}

fn learn(waiting: &mut BTreeMap<String, (Entry, Duration)>, event: WatchEvent) {
    match event {
        WatchEvent::Reset => waiting.clear(),
        WatchEvent::Loaded(entry) | WatchEvent::Changed(entry) => {
            waiting.insert(entry.key.clone(), (entry, clock::boot()));
        }
        WatchEvent::Removed(key, _) => drop(waiting.remove(&key)),
        WatchEvent::Ready(_) | WatchEvent::Progress(_) | WatchEvent::Trouble(_) => {}
    }
}

/// A failure is tried again at the next look.
async fn forward_one(coord: &dyn Coord, history: &dyn History, entry: &Entry) {
    let key = &entry.key;
    let version: Version = match serde_json::from_slice(&entry.value) {
        Ok(version) => version,
        Err(error) => return warn!("{key} is not a version of a definition ({error}): remove it"),
    };
    let title = version.title.clone();
    let upload = Upload {
        versions: vec![version],
        ..Upload::default()
    };
    if let Err(error) = history.upload(&upload).await {
        return warn!("a version of {title} waits for history: {error}");
    }
    let same = Compare {
        key: key.clone(),
        check: Check::ModRevision(entry.mod_revision),
    };
    let remove = Txn {
        compares: vec![same],
        then: vec![Op::Delete(key.clone())],
        otherwise: vec![],
    };
    match coord.transact(&remove).await {
        Ok(_) => info!("forwarded a version of {title} to history"),
        Err(error) => warn!("could not remove {key}, which history has: {error}"),
    }
}
