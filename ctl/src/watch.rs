//! What is watched as it happens: runs, and the log of one.

use std::collections::HashMap;
use std::sync::Arc;

use belfry_core::clock;
use belfry_core::cluster::{Cluster, Tail};
use belfry_core::id::RunId;
use belfry_core::limits::{TAIL_EVERY, TAIL_RENEW_EVERY};
use belfry_core::run::RunState;
use belfry_core::view::{LogPage, RunRow};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use crate::failure::{Failure, INTERNAL};
use crate::{print, run_json};

/// Runs that are remembered, so that none is told twice.
const TOLD_MAX: usize = 10_000;

/// A line as each run starts and ends, until somebody stops it.
pub async fn runs(cluster: &Arc<Cluster>, json: bool) -> Result<(), Failure> {
    let following = cluster.follow();
    let mut lives = following.lives();
    let mut told: HashMap<(String, u32), RunState> = HashMap::new();
    let mut trouble = None;
    loop {
        let live = match lives.recv().await {
            Ok(live) => live,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return Err(Failure::new(INTERNAL, "the watch ended: start it again")),
        };
        if live.trouble != trouble {
            live.trouble.iter().for_each(|why| eprintln!("belfryctl: {why}; trying again"));
            trouble = live.trouble;
        }
        if told.len() > TOLD_MAX {
            told.retain(|_, state| !state.is_over());
        }
        for row in live.runs {
            let key = (row.run_id.clone(), row.attempt);
            if told.insert(key, row.state) != Some(row.state) {
                tell(&row, json);
            }
        }
    }
}

fn tell(row: &RunRow, json: bool) {
    match json {
        true => print::json_line(&run_json::of(row)),
        false => print::line(&run_json::sentence(row)),
    }
}

/// The log of a run's attempt; with `follow` until the attempt ends.
pub async fn logs(
    cluster: &Cluster,
    text: &str,
    (attempt, follow): (Option<u32>, bool),
    json: bool,
) -> Result<(), Failure> {
    let run = cluster.find_run(text).await?;
    let newest = cluster.attempts(run).await?.last().map_or(1, |record| record.attempt);
    let attempt = attempt.unwrap_or(newest);
    let mut tail = if follow { cluster.follow_log(run).await? } else { None };
    let shown = show_log(cluster, (run, attempt), (&mut tail, follow), json).await;
    if let Some(tail) = &tail {
        // The wish ends by itself if this fails.
        let _ = cluster.end_tail(tail).await;
    }
    shown
}

async fn show_log(
    cluster: &Cluster,
    (run, attempt): (RunId, u32),
    (tail, follow): (&mut Option<Tail>, bool),
    json: bool,
) -> Result<(), Failure> {
    let (mut offset, mut renewed) = (0, clock::boot());
    loop {
        let page = cluster.log(run, attempt, offset).await?;
        let is_at_end = page.next_offset == offset && page.pieces.is_empty();
        offset = page.next_offset;
        print_page(&page, json);
        if page.complete || !follow && is_at_end {
            return Ok(());
        }
        if !is_at_end {
            continue;
        }
        if let Some(tail) = tail.as_mut()
            && clock::boot() >= renewed + TAIL_RENEW_EVERY
        {
            cluster.renew_tail(tail).await?;
            renewed = clock::boot();
        }
        tokio::time::sleep(TAIL_EVERY).await;
    }
}

fn print_page(page: &LogPage, json: bool) {
    for piece in &page.pieces {
        if json {
            print::json_line(&json!({
                "at": piece.at,
                "offset": piece.offset,
                "dropped_before": piece.dropped_before,
                "text": piece.text,
            }));
            continue;
        }
        if piece.dropped_before > 0 {
            print::line(&format!("… {} bytes were not kept …", piece.dropped_before));
        }
        print::write(&piece.text);
    }
}
