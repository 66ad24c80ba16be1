//! Live output: while somebody follows a run, what it writes goes to history as it comes.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use belfry_agent::attempt::output::OutputReader;
use belfry_core::clock;
use belfry_core::history::{History, LiveOutput, Upload};
use belfry_core::id::RunId;
use belfry_core::limits::{OUTPUT_ROW_BYTES_MAX, TAIL_EVERY};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tracing::debug;

use crate::host::Host;
use crate::upload::chunk_at;

/// How far a run's output was sent.
struct Place {
    until: Timestamp,
    attempt: u32,
    offset: u64,
}

/// Sends the new output of the runs that are followed, twice a second, until all senders are gone.
pub async fn send(
    host: Arc<Host>,
    history: Arc<dyn History>,
    mut wishes: mpsc::Receiver<(RunId, Timestamp)>,
) {
    let mut places = BTreeMap::new();
    let mut turns = interval(TAIL_EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            wish = wishes.recv() => match wish {
                Some((run, until)) => follow(&mut places, run, until),
                None => return,
            },
            _ = turns.tick(), if !places.is_empty() => {
                let now = clock::now();
                places.retain(|_, place: &mut Place| place.until > now);
                for (run, place) in &mut places {
                    send_new(&host, &*history, *run, place).await;
                }
            }
        }
    }
}

fn follow(places: &mut BTreeMap<RunId, Place>, run: RunId, until: Timestamp) {
    let place = places.entry(run).or_insert(Place {
        until,
        attempt: 0,
        offset: 0,
    });
    place.until = place.until.max(until);
}

/// One row of what is new. A history that is away costs nothing: the rows come at the end.
async fn send_new(host: &Arc<Host>, history: &dyn History, run: RunId, place: &mut Place) {
    let reading = (host.clone(), place.attempt, place.offset);
    let read = move || {
        let (host, attempt, offset) = reading;
        let newest = newest_attempt(&host, run)?;
        let offset = if newest == attempt { offset } else { 0 };
        let folder = host.folder((run, newest));
        // The final output of an attempt that ended takes the place of all live rows.
        if matches!(folder.exit(), Ok(Some(_))) {
            return None;
        }
        let reader = OutputReader::open(folder.path());
        let chunk = chunk_at(&reader, offset, OUTPUT_ROW_BYTES_MAX)
            .ok()
            .flatten()?;
        Some(LiveOutput {
            run_id: run,
            attempt: newest,
            chunk,
        })
    };
    let Ok(Some(live)) = tokio::task::spawn_blocking(read).await else {
        return;
    };
    let (attempt, end) = (live.attempt, live.chunk.end());
    let upload = Upload {
        live: vec![live],
        ..Upload::default()
    };
    match history.upload(&upload).await {
        Ok(()) => (place.attempt, place.offset) = (attempt, end),
        Err(error) => debug!("live output of run {} waits: {error}", run.short()),
    }
}

fn newest_attempt(host: &Host, run: RunId) -> Option<u32> {
    let attempts = fs::read_dir(host.runs.join(run.to_string())).ok()?;
    attempts
        .flatten()
        .filter_map(|attempt| attempt.file_name().to_str()?.parse().ok())
        .max()
}
