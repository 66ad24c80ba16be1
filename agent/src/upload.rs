//! Brings records and output to history: in batches, in order, for as long as it takes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use belfry_agent::attempt::output::OutputReader;
use belfry_core::clock;
use belfry_core::dispatch::{Event, Token};
use belfry_core::history::{FinalOutput, History, HistoryError, Upload};
use belfry_core::limits::OUTPUT_ROW_BYTES_MAX;
use belfry_core::output::{OutputChunk, OutputStamp};
use belfry_core::run::RunRecord;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tracing::{error, info, warn};

use crate::host::{AttemptKey, Host};

/// Uploads that share one commit, at most.
const BATCH_MAX: usize = 256;
/// Output that a batch holds before no further upload joins it; one attempt's may be more.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Pause after a failure, doubling up to the bound.
const AGAIN_AFTER: Duration = Duration::from_millis(250);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(15);
/// Pause before what history refuses is offered again: a newer history may take it.
const REFUSED_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What one acknowledgement stands for.
pub struct Parcel {
    /// Told when history has it.
    pub token: Token,
    /// Records.
    pub runs: Vec<RunRecord>,
    /// Attempts whose output goes with them.
    pub outputs: Vec<AttemptKey>,
}

/// Brings parcels to history until all senders are gone.
pub async fn carry(
    host: Arc<Host>,
    history: Arc<dyn History>,
    again: mpsc::WeakSender<Parcel>,
    mut parcels: mpsc::Receiver<Parcel>,
) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            let mut received = Vec::new();
            if parcels.recv_many(&mut received, BATCH_MAX).await == 0 {
                return;
            }
            waiting.extend(received);
        }
        let (batch, upload) = pack(&host, &mut waiting).await;
        match persist(&host, &*history, &upload).await {
            Ok(()) => {
                for parcel in batch {
                    host.tell(Event::Uploaded(parcel.token)).await;
                }
            }
            Err(why) => one_by_one(&host, &history, &again, batch, &why).await,
        }
    }
}

/// Takes as many parcels as fit into one commit, with their outputs.
async fn pack(host: &Arc<Host>, waiting: &mut VecDeque<Parcel>) -> (Vec<Parcel>, Upload) {
    let mut batch = Vec::new();
    let mut upload = Upload::default();
    let mut bytes = 0;
    while bytes < BATCH_BYTES_MAX
        && let Some(parcel) = waiting.pop_front()
    {
        upload.runs.extend(parcel.runs.iter().cloned());
        if !parcel.outputs.is_empty() {
            let outputs = read(host, parcel.outputs.clone()).await;
            bytes += outputs.iter().map(size).sum::<usize>();
            upload.outputs.extend(outputs);
        }
        batch.push(parcel);
    }
    (batch, upload)
}

fn size(output: &FinalOutput) -> usize {
    output.chunks.iter().map(|chunk| chunk.bytes.len()).sum()
}

/// Until history has it. The error is a refusal, which trying again does not mend.
async fn persist(host: &Host, history: &dyn History, upload: &Upload) -> Result<(), String> {
    let mut pause = AGAIN_AFTER;
    let mut failed = false;
    loop {
        let begun = clock::boot();
        let answer = history.upload(upload).await;
        host.metrics
            .history
            .observe(clock::boot().saturating_sub(begun));
        match answer {
            Ok(()) => {
                if failed {
                    info!("history takes records again");
                }
                return Ok(());
            }
            Err(HistoryError::Refused(why)) => return Err(why),
            Err(error) => {
                if !failed {
                    warn!("records wait for history: {error}");
                }
                failed = true;
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(AGAIN_AFTER_MAX);
    }
}

/// One of them is refused: the others must not wait for it.
async fn one_by_one(
    host: &Arc<Host>,
    history: &Arc<dyn History>,
    again: &mpsc::WeakSender<Parcel>,
    batch: Vec<Parcel>,
    why: &str,
) {
    if let [parcel] = &batch[..] {
        let run = parcel
            .runs
            .first()
            .map(|run| run.run_id.to_string())
            .unwrap_or_default();
        error!("history refuses the record of run {run}, which is offered again: {why}");
    }
    let is_one = batch.len() == 1;
    for parcel in batch {
        let mut alone = VecDeque::from([parcel]);
        let (one, upload) = pack(host, &mut alone).await;
        let taken = !is_one && persist(host, &**history, &upload).await.is_ok();
        for parcel in one {
            match taken {
                true => host.tell(Event::Uploaded(parcel.token)).await,
                false => offer_later(again.clone(), parcel),
            }
        }
    }
}

fn offer_later(again: mpsc::WeakSender<Parcel>, parcel: Parcel) {
    tokio::spawn(async move {
        sleep(REFUSED_AGAIN_AFTER).await;
        // A closed channel means that the agent is ending: the next one finds the journal's row.
        if let Some(again) = again.upgrade() {
            let _ = again.send(parcel).await;
        }
    });
}

async fn read(host: &Arc<Host>, keys: Vec<AttemptKey>) -> Vec<FinalOutput> {
    let host = host.clone();
    let read = move || {
        keys.into_iter()
            .filter_map(|key| read_one(&host, key))
            .collect()
    };
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}

/// What is kept of an attempt's output; nothing of one that left no folder.
fn read_one(host: &Host, key: AttemptKey) -> Option<FinalOutput> {
    let folder = host.folder(key);
    if !folder.path().exists() {
        return None;
    }
    let reader = OutputReader::open(folder.path());
    let (mut chunks, mut offset) = (Vec::new(), 0);
    loop {
        match chunk_at(&reader, offset, OUTPUT_ROW_BYTES_MAX) {
            Ok(Some(chunk)) => {
                offset = chunk.end();
                chunks.push(chunk);
            }
            Ok(None) => break,
            Err(error) => {
                warn!(
                    "some output of run {} cannot be read ({error}): it is left out",
                    key.0.short()
                );
                break;
            }
        }
    }
    Some(FinalOutput {
        run_id: key.0,
        attempt: key.1,
        chunks,
    })
}

/// The next kept bytes at or after `offset`.
pub fn chunk_at(
    reader: &OutputReader,
    offset: u64,
    max: usize,
) -> std::io::Result<Option<OutputChunk>> {
    let chunk = reader.read_from(offset, max)?;
    let stamps = chunk.stamps.iter().map(|stamp| OutputStamp {
        // The first may lie before the chunk: it is the time of a line that began there.
        offset: stamp.offset.max(chunk.offset),
        at_ms: stamp.at_ms,
    });
    let stamps = stamps.collect();
    Ok((!chunk.bytes.is_empty()).then_some(OutputChunk {
        offset: chunk.offset,
        bytes: chunk.bytes,
        stamps,
    }))
}
