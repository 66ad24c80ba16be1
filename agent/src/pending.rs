//! Versions of definitions that their authors could not bring to history themselves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use belfry_core::clock;
use belfry_core::coord::{Coord, WatchEvent};
use belfry_core::history::{History, HistoryError, Upload, Version};
use belfry_core::keyspace::Keyspace;
use belfry_core::limits::{PENDING_FORWARDED_AFTER, PENDING_TOGETHER};
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
            // What others have forwarded meanwhile is not forwarded again.
            biased;
            event = watch.events.recv() => match event {
                Some(event) => learn(&mut waiting, event),
                None => return,
            },
            _ = looks.tick(), if !waiting.is_empty() => {
                let ripe = waiting.values().filter(|(_, since)| clock::boot() >= *since + PENDING_FORWARDED_AFTER);
                let ripe: Vec<Entry> = ripe.map(|(entry, _)| entry.clone()).take(PENDING_TOGETHER).collect();
                let is_more = ripe.len() == PENDING_TOGETHER;
                for key in forward_some(&*coord, &*history, ripe).await {
                    waiting.remove(&key);
                    if is_more {
                        looks.reset_immediately();
                    }
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

/// Gives the keys that are settled. A failure is tried again at the next look.
async fn forward_some(
    coord: &dyn Coord,
    history: &dyn History,
    entries: Vec<Entry>,
) -> Vec<String> {
    let mut settled = Vec::new();
    let mut read = Vec::new();
    for entry in entries {
        match serde_json::from_slice::<Version>(&entry.value) {
            Ok(version) => read.push((entry, version)),
            Err(error) => {
                let key = entry.key;
                warn!("{key} is not a version of a definition ({error}): remove it");
                settled.push(key);
            }
        }
    }
    for entry in upload(history, read).await {
        match coord.transact(&removal(&entry)).await {
            Ok(_) => settled.push(entry.key),
            Err(error) => warn!("could not remove {}, which history has: {error}", entry.key),
        }
    }
    settled
}

/// Gives the entries that history has now. One that it refuses does not cost the others theirs.
async fn upload(history: &dyn History, read: Vec<(Entry, Version)>) -> Vec<Entry> {
    let (entries, versions): (Vec<Entry>, Vec<Version>) = read.into_iter().unzip();
    let failed = match bring(history, versions.clone()).await {
        Ok(()) => return entries,
        Err(error) => error,
    };
    if !matches!(failed, HistoryError::Refused(_)) {
        warn!(
            "{} versions of definitions wait for history: {failed}",
            versions.len()
        );
        return Vec::new();
    }
    let mut taken = Vec::new();
    for (entry, version) in entries.into_iter().zip(versions) {
        let title = version.title.clone();
        match bring(history, vec![version]).await {
            Ok(()) => taken.push(entry),
            Err(error) => warn!("a version of {title} waits for history: {error}"),
        }
    }
    taken
}

async fn bring(history: &dyn History, versions: Vec<Version>) -> Result<(), HistoryError> {
    let count = versions.len();
    if count == 0 {
        return Ok(());
    }
    let upload = Upload {
        versions,
        ..Upload::default()
    };
    history.upload(&upload).await?;
    info!("forwarded {count} versions of definitions to history");
    Ok(())
}

/// Removes an entry if it still is as it was read.
fn removal(entry: &Entry) -> Txn {
    let same = Compare {
        key: entry.key.clone(),
        check: Check::ModRevision(entry.mod_revision),
    };
    Txn {
        compares: vec![same],
        then: vec![Op::Delete(entry.key.clone())],
        otherwise: vec![],
    }
}
