//! Does what the dispatcher wants done. Everything that waits has a task of its own, so that the
//! engine never does; what comes of it is told as an event.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use belfry_core::clock;
use belfry_core::coord::{Coord, CoordError};
use belfry_core::dispatch::{
    Action, Answer, Event, Intent, LastValue, RunKey, RunValue, SeriesKey, Token, Transaction,
};
use belfry_core::id::{OrderId, RunId};
use belfry_core::keyspace::{Batch, Key, Keyspace};
use belfry_core::limits::{CURSORS_PER_READ, TXN_ANSWERED_WITHIN};
use belfry_core::run::RunState;
use belfry_core::txn::Entry;
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tracing::warn;

use crate::host::Host;
use crate::journal::Entry as JournalEntry;
use crate::upload::Parcel;
use crate::{launch, stop};

/// Between two tries of a reading that the store did not answer.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// How long a start waits for the end of the run before it, which is only told to the program.
const PREVIOUS_WITHIN: Duration = Duration::from_millis(500);

/// The stores and the ways to them.
pub struct Performer {
    /// This computer.
    pub host: Arc<Host>,
    /// The store of the present.
    pub coord: Arc<dyn Coord>,
    /// How its keys are spelled.
    pub keys: Keyspace,
    /// To the journal.
    pub journal: mpsc::Sender<JournalEntry>,
    /// To history.
    pub parcels: mpsc::Sender<Parcel>,
    /// To the followers of output.
    pub tails: mpsc::Sender<(RunId, Timestamp)>,
    /// To whoever keeps on the disk whether this node takes new work.
    pub drains: mpsc::Sender<(OrderId, bool)>,
    /// To whoever reads the node's own file again.
    pub reloads: mpsc::Sender<OrderId>,
    /// The newest reading of runs: an older one may belong to a session that ended.
    pub readings: Arc<AtomicU64>,
    /// Series whose cursors are to be read once the burst of events is over: ten thousand jobs are
    /// read in a few requests and not in one each.
    pub unread: Vec<SeriesKey>,
    /// Room for requests with transactions: what finds none waits its turn, outside of its deadline.
    pub requests: Arc<Semaphore>,
    /// Room for programs that are being started.
    pub launches: Arc<Semaphore>,
    /// Transactions that travel together once the burst of events is over.
    pub unsent: Vec<(Token, Transaction)>,
    /// One more clone for each effect that is on its way.
    pub on_its_way: Arc<()>,
}

impl Performer {
    /// Begins an action.
    pub fn perform(&mut self, action: Action) {
        match action {
            Action::SendTxn(token, transaction) => self.unsent.push((token, transaction)),
            Action::ReadCursors(series) => self.unread.extend(series),
            Action::ReadRuns => self.read_runs(),
            Action::WriteIntent(intent) => {
                self.journal(JournalEntry::Write(Box::new(intent), self.guard()))
            }
            Action::Spawn(intent) => self.spawn(intent),
            Action::Stop(run, attempt) => {
                let host = self.host.clone();
                spawn_blocking(move || stop::stop(&host, (run, attempt)));
            }
            Action::EndStray(run) => {
                let host = self.host.clone();
                spawn_blocking(move || stop::end_stray(&host, run));
            }
            Action::Upload(token, runs, outputs) => {
                let parcel = Parcel {
                    token,
                    runs,
                    outputs,
                };
                pass(&self.parcels, parcel);
            }
            Action::Forget(run, attempt) => self.journal(JournalEntry::Forget(run, attempt)),
            Action::Tail(run, until) => pass(&self.tails, (run, until)),
            Action::KeepDrain(order, draining) => pass(&self.drains, (order, draining)),
            Action::Reload(order) => pass(&self.reloads, order),
            Action::Warn(sentence) => warn!("{sentence}"),
        }
    }

    /// Effects whose events are still to come: transactions, intents, launches.
    pub fn on_its_way(&self) -> usize {
        Arc::strong_count(&self.on_its_way) - 1
    }

    fn guard(&self) -> Arc<()> {
        self.on_its_way.clone()
    }

    fn send(&self, batch: Batch) {
        let (host, coord, keys) = (self.host.clone(), self.coord.clone(), self.keys.clone());
        let (guard, requests) = (self.guard(), self.requests.clone());
        tokio::spawn(async move {
            let room = requests.acquire().await;
            let mut answers = ask(&*coord, &keys, &host, &batch).await;
            let refused = |(_, answer): &(Token, Answer)| matches!(answer, Answer::Refused(_));
            if batch.sent.len() > 1 && answers.iter().all(refused) {
                // One that the store cannot take must not cost the others theirs.
                answers.clear();
                for one in batch.sent {
                    let alone = Batch { sent: vec![one] };
                    answers.extend(ask(&*coord, &keys, &host, &alone).await);
                }
            }
            drop(room);
            for (token, answer) in answers {
                host.tell(Event::TxnAnswered(token, answer)).await;
            }
            drop(guard);
        });
    }

    fn spawn(&self, intent: Intent) {
        let (host, guard, launches) = (self.host.clone(), self.guard(), self.launches.clone());
        let (coord, last) = (self.coord.clone(), self.last_key(&intent));
        tokio::spawn(async move {
            // The gate judges whether it became too late meanwhile.
            let room = launches.acquire_owned().await;
            let previous = previous(&*coord, last).await;
            spawn_blocking(move || {
                launch::launch(&host, &intent, previous);
                drop(room);
                drop(guard);
            });
        });
    }

    /// Where the end of the job's run before this one stands.
    fn last_key(&self, intent: &Intent) -> Option<String> {
        let key = &intent.key;
        let held = intent.value.active.clone();
        Some(self.keys.last(&SeriesKey {
            project: key.project.clone(),
            job: key.job,
            scope: held.or_else(|| intent.job.scope_on(&self.host.node))?,
        }))
    }

    fn journal(&self, entry: JournalEntry) {
        pass(&self.journal, entry);
    }

    /// Begins what was put off until the events at hand were taken.
    pub fn flush(&mut self) {
        for batch in Batch::part(std::mem::take(&mut self.unsent)) {
            self.send(batch);
        }
        let series = std::mem::take(&mut self.unread);
        if series.is_empty() {
            return;
        }
        let (host, coord, keys) = (self.host.clone(), self.coord.clone(), self.keys.clone());
        tokio::spawn(async move {
            for part in series.chunks(CURSORS_PER_READ) {
                let paths: Vec<String> = part.iter().map(|series| keys.cursor(series)).collect();
                let found = until_read(|| coord.get(&paths)).await.1;
                let cursors = found.iter().map(|entry| entry.as_ref().and_then(read_text));
                let cursors = part.iter().cloned().zip(cursors).collect();
                host.tell(Event::CursorsRead(cursors)).await;
            }
        });
    }

    fn read_runs(&self) {
        let (host, coord, keys) = (self.host.clone(), self.coord.clone(), self.keys.clone());
        let readings = self.readings.clone();
        let mine = readings.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::spawn(async move {
            let prefix = keys.runs();
            let listing = until_read(|| coord.list(&prefix)).await;
            if readings.load(Ordering::Relaxed) != mine {
                return;
            }
            let runs = listing
                .entries
                .iter()
                .filter_map(|entry| read_run(&keys, entry));
            host.tell(Event::RunsRead(runs.collect())).await;
        });
    }
}

/// How the run before ended, as far as the store says so in time: a program is not late for it.
async fn previous(coord: &dyn Coord, key: Option<String>) -> Option<RunState> {
    let answer = timeout(PREVIOUS_WITHIN, coord.get(&[key?])).await.ok()?;
    let last = answer.ok()?.1.into_iter().next().flatten()?;
    let last: LastValue = serde_json::from_slice(&last.value).ok()?;
    Some(last.state)
}

/// Sends a batch; what the store does not say counts as unknown for each of it.
async fn ask(
    coord: &dyn Coord,
    keys: &Keyspace,
    host: &Host,
    batch: &Batch,
) -> Vec<(Token, Answer)> {
    let all = |answer: Answer| {
        let each = batch.sent.iter();
        each.map(|(token, _)| (*token, answer.clone())).collect()
    };
    let txn = keys.spell_batch(&host.node, batch);
    let begun = clock::boot();
    let answer = timeout(TXN_ANSWERED_WITHIN, coord.transact(&txn)).await;
    host.metrics
        .coordination
        .observe(clock::boot().saturating_sub(begun));
    match answer {
        Ok(Ok(answer)) => keys.read_batch(batch, &answer),
        Ok(Err(CoordError::Refused(why))) => all(Answer::Refused(why)),
        Ok(Err(error)) => {
            warn!("a transaction has an unknown outcome and is sent again: {error}");
            all(Answer::Unknown)
        }
        Err(_) => all(Answer::Unknown),
    }
}

/// Hands something on; where there is no room, a task waits for it.
fn pass<T: Send + 'static>(channel: &mpsc::Sender<T>, item: T) {
    if let Err(mpsc::error::TrySendError::Full(item)) = channel.try_send(item) {
        let channel = channel.clone();
        tokio::spawn(async move {
            // A closed channel means that the agent is ending.
            let _ = channel.send(item).await;
        });
    }
}

type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<T, CoordError>> + Send + 'a>>;

async fn until_read<'a, T>(read: impl Fn() -> Reading<'a, T>) -> T {
    loop {
        match read().await {
            Ok(found) => return found,
            Err(error) => warn!("could not read the store, trying again: {error}"),
        }
        sleep(READ_AGAIN_AFTER).await;
    }
}

fn read_text<T: std::str::FromStr>(entry: &Entry) -> Option<T> {
    let value = std::str::from_utf8(&entry.value)
        .ok()
        .and_then(|text| text.parse().ok());
    if value.is_none() {
        warn!(
            "the value of {} cannot be read: it is left alone",
            entry.key
        );
    }
    value
}

fn read_run(keys: &Keyspace, entry: &Entry) -> Option<(RunKey, RunValue, u64)> {
    let value = serde_json::from_slice(&entry.value);
    match (keys.parse(&entry.key), value) {
        (Some(Key::Run(key)), Ok(value)) => Some((key, value, entry.mod_revision)),
        _ => {
            warn!("the run at {} cannot be read: it is left alone", entry.key);
            None
        }
    }
}
