//! The running picture: watches and history's changes, told to windows a few times a second.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::job_list;
use super::kills::Kills;
use super::picture::{Change, Folder, Picture};
use super::run_view::{row, stamp};
use super::{Cluster, ClusterError, LocalAgent, NodeSeen, StoredJob};
use crate::clock;
use crate::coord::WatchEvent;
use crate::history::ChangeMark;
use crate::id::RunId;
use crate::keyspace::Key;
use crate::limits::{
    CHANGES_EVERY, LIVE_AT_LEAST_EVERY, LIVE_EVERY, LIVE_RUNS_MAX, LIVES_WAITING_MAX,
};
use crate::run::RunRecord;
use crate::view::{AgentState, JobPage, JobQuery, Live};

/// A picture that moves by itself until it is dropped.
pub struct Following {
    cluster: Arc<Cluster>,
    picture: Arc<RwLock<Picture>>,
    lives: broadcast::Sender<Live>,
    /// Whether the jobs were read, or cannot be.
    settled: watch::Receiver<bool>,
    local: Option<LocalAgent>,
    task: JoinHandle<()>,
}

impl Cluster {
    /// Begins to follow everything. Must be called within a runtime.
    pub fn follow(self: &Arc<Self>) -> Following {
        self.follow_with(None)
    }

    /// The same, where the agent is a process of this computer.
    pub(super) fn follow_with(self: &Arc<Self>, local: Option<LocalAgent>) -> Following {
        let picture = Arc::new(RwLock::new(Picture::new(self.keys.clone())));
        let (lives, _) = broadcast::channel(LIVES_WAITING_MAX);
        let (is_settled, settled) = watch::channel(false);
        let feed = Feed {
            cluster: Arc::clone(self),
            picture: Arc::clone(&picture),
            lives: lives.clone(),
            is_settled,
            local: local.clone(),
            kills: Kills::default(),
            batch: Batch::default(),
            mark: None,
        };
        Following {
            cluster: Arc::clone(self),
            picture,
            lives,
            settled,
            local,
            task: tokio::spawn(feed.run()),
        }
    }
}

impl Following {
    /// What changes from here on, four batches a second at most and, where nothing does, an empty
    /// one each second.
    ///
    /// A reader that is too slow misses some; it sees a jump of `sequence` and reads all anew.
    pub fn lives(&self) -> broadcast::Receiver<Live> {
        self.lives.subscribe()
    }

    /// A window into the list of jobs.
    pub async fn jobs_page(&self, query: &JobQuery) -> Result<JobPage, ClusterError> {
        let selection = self
            .look(|picture| job_list::select(picture, query, clock::now()))
            .await;
        self.cluster.compose(selection, &query.language).await
    }

    /// Looks at the picture. The first look waits until the jobs were read.
    pub async fn look<T>(&self, at: impl FnOnce(&Picture) -> T) -> T {
        // An end of the feed is an answer too.
        let _ = self.settled.clone().wait_for(|is| *is).await;
        at(&read(&self.picture))
    }

    /// What is followed.
    pub(super) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The picture as it stands. The first look waits until the jobs were read.
    pub(super) async fn picture(&self) -> RwLockReadGuard<'_, Picture> {
        // An end of the feed is an answer too.
        let _ = self.settled.clone().wait_for(|is| *is).await;
        read(&self.picture)
    }

    /// The jobs and the nodes that are there, as far as they were told.
    pub(super) fn seen(&self) -> (Vec<Arc<StoredJob>>, Vec<NodeSeen>) {
        let picture = read(&self.picture);
        (picture.all_jobs().cloned().collect(), picture.nodes())
    }

    /// Whether an agent is there.
    pub fn agent(&self) -> AgentState {
        agent_now(&self.picture, self.local.as_ref())
    }
}

fn agent_now(picture: &RwLock<Picture>, local: Option<&LocalAgent>) -> AgentState {
    let seen = read(picture).agent();
    match local {
        Some(local) => local.state(seen),
        None => seen,
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn read(picture: &RwLock<Picture>) -> RwLockReadGuard<'_, Picture> {
    picture.read().unwrap_or_else(PoisonError::into_inner)
}

/// What is to be told with the next batch.
#[derive(Default)]
struct Batch {
    sequence: u64,
    jobs_changed: bool,
    runs: Vec<RunRecord>,
    agent: Option<AgentState>,
    /// Why each source cannot be read: a watch by its folder, history last.
    troubles: [Option<String>; 4],
    is_due: bool,
    /// Looks since the last batch.
    quiet: u128,
    /// When the newest that was told was stored; empty before the first.
    at: String,
}

const HISTORY: usize = 3;
const QUIET_MAX: u128 = LIVE_AT_LEAST_EVERY.as_millis() / LIVE_EVERY.as_millis();

impl Batch {
    fn add_run(&mut self, record: RunRecord) {
        let same =
            |known: &RunRecord| (known.run_id, known.attempt) == (record.run_id, record.attempt);
        self.runs.retain(|known| !same(known));
        self.runs.push(record);
        self.is_due = true;
    }

    fn set_trouble(&mut self, source: usize, why: Option<String>) {
        self.is_due |= self.troubles[source] != why;
        self.troubles[source] = why;
    }

    fn set_agent(&mut self, agent: AgentState) {
        self.is_due |= self.agent.as_ref() != Some(&agent);
        self.agent = Some(agent);
    }

    /// The batch as it is told, if there is anything or the last one is long ago.
    fn take(&mut self) -> Option<Live> {
        self.quiet += 1;
        if !std::mem::take(&mut self.is_due) && self.quiet < QUIET_MAX {
            return None;
        }
        self.quiet = 0;
        let trouble = self.troubles.iter().flatten().next().cloned();
        let runs = std::mem::take(&mut self.runs);
        // Too much to tell: the jump makes the reader read anew.
        let is_too_much = runs.len() > LIVE_RUNS_MAX;
        self.sequence += if is_too_much { 2 } else { 1 };
        // While something cannot be read, what is shown gets no newer.
        if trouble.is_none() || self.at.is_empty() {
            self.at = stamp(clock::now());
        }
        Some(Live {
            sequence: self.sequence,
            jobs_changed: std::mem::take(&mut self.jobs_changed),
            runs: if is_too_much {
                Vec::new()
            } else {
                runs.iter().map(row).collect()
            },
            // Told each time: a reader that missed a batch knows again with the next one.
            agent: self.agent.clone(),
            trouble,
            at: self.at.clone(),
        })
    }
}

struct Feed {
    cluster: Arc<Cluster>,
    picture: Arc<RwLock<Picture>>,
    lives: broadcast::Sender<Live>,
    is_settled: watch::Sender<bool>,
    local: Option<LocalAgent>,
    kills: Kills,
    batch: Batch,
    /// How far history was read; `None` before the first time.
    mark: Option<ChangeMark>,
}

impl Feed {
    async fn run(mut self) {
        let (coord, keys) = (self.cluster.coord.clone(), self.cluster.keys.clone());
        let mut jobs = coord.watch(&keys.jobs());
        let mut runs = coord.watch(&keys.runs());
        let mut nodes = coord.watch(&keys.nodes());
        let mut orders = coord.watch(&keys.all_orders());
        let mut looks = interval(CHANGES_EVERY);
        let mut tells = interval(LIVE_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tells.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (folder, event) = tokio::select! {
                event = jobs.events.recv() => (Folder::Jobs, event),
                event = runs.events.recv() => (Folder::Runs, event),
                event = nodes.events.recv() => (Folder::Nodes, event),
                event = orders.events.recv() => {
                    let Some(event) = event else { return };
                    self.learn_order(event);
                    continue;
                }
                _ = looks.tick() => {
                    self.look_at_history().await;
                    continue;
                }
                _ = tells.tick() => {
                    self.look_at_agent_and_kills();
                    // Without listeners nobody misses it.
                    let _ = self.batch.take().map(|live| self.lives.send(live));
                    continue;
                }
            };
            let Some(event) = event else { return };
            let is_picture = folder == Folder::Jobs && matches!(event, WatchEvent::Ready(_));
            let is_trouble = matches!(event, WatchEvent::Trouble(_));
            self.learn(folder, event);
            if is_picture {
                self.look_at_ends().await;
            }
            if is_picture || is_trouble {
                self.is_settled.send_replace(true);
            }
        }
    }

    fn learn(&mut self, folder: Folder, event: WatchEvent) {
        let source = folder as usize;
        let mut picture = self.picture.write().unwrap_or_else(PoisonError::into_inner);
        let change = match event {
            WatchEvent::Reset => {
                picture.reset(folder);
                return;
            }
            WatchEvent::Trouble(why) => return self.batch.set_trouble(source, Some(why)),
            WatchEvent::Ready(_) => {
                self.batch.set_trouble(source, None);
                match folder {
                    Folder::Jobs => Change::Jobs,
                    Folder::Runs => Change::Nothing,
                    Folder::Nodes => Change::Nodes,
                }
            }
            WatchEvent::Progress(_) => {
                self.batch.set_trouble(source, None);
                return;
            }
            // What is loaded is told as a whole once it is complete.
            WatchEvent::Loaded(entry) => match picture.learn(&entry) {
                Change::Run(record) => Change::Run(record),
                _ => Change::Nothing,
            },
            WatchEvent::Changed(entry) => {
                let change = picture.learn(&entry);
                picture.hear(&entry, clock::now());
                change
            }
            WatchEvent::Removed(key, _) => picture.forget(&key),
        };
        drop(picture);
        match change {
            // The agent is looked at before each batch.
            Change::Nothing | Change::Nodes => {}
            Change::Jobs => (self.batch.jobs_changed, self.batch.is_due) = (true, true),
            Change::Run(record) => self.batch.add_run(*record),
        }
    }

    /// A run is told again whenever its kill is asked for, overdue, or answered.
    fn learn_order(&mut self, event: WatchEvent) {
        let keys = &self.cluster.keys;
        let order_at = |key: &str| match keys.parse(key) {
            Some(Key::Order(_, id)) => Some(id),
            _ => None,
        };
        let run = match event {
            WatchEvent::Reset => {
                self.kills.clear();
                None
            }
            WatchEvent::Loaded(entry) | WatchEvent::Changed(entry) => {
                let order = serde_json::from_slice(&entry.value).ok();
                order_at(&entry.key)
                    .zip(order)
                    .and_then(|(id, order)| self.kills.learn(id, &order))
            }
            WatchEvent::Removed(key, _) => order_at(&key).and_then(|id| self.kills.forget(id)),
            // The other watches of the same store tell how it is.
            WatchEvent::Ready(_) | WatchEvent::Progress(_) | WatchEvent::Trouble(_) => None,
        };
        run.into_iter().for_each(|run| self.tell_again(run));
    }

    fn tell_again(&mut self, run: RunId) {
        let record = read(&self.picture).open_run(run).cloned();
        record
            .into_iter()
            .for_each(|record| self.batch.add_run(record));
    }

    fn look_at_agent_and_kills(&mut self) {
        let overdue = self.kills.newly_overdue(clock::now());
        overdue.into_iter().for_each(|run| self.tell_again(run));
        self.batch
            .set_agent(agent_now(&self.picture, self.local.as_ref()));
    }

    async fn look_at_history(&mut self) {
        let history = &self.cluster.history;
        let read = match self.mark {
            None => history.newest_change().await.map(|mark| (mark, Vec::new())),
            Some(mark) => history.changes(mark).await,
        };
        match read {
            Ok((mark, records)) => {
                self.mark = Some(mark);
                self.batch.set_trouble(HISTORY, None);
                let mut picture = self.picture.write().unwrap_or_else(PoisonError::into_inner);
                records
                    .iter()
                    .for_each(|record| picture.learn_record(record));
                drop(picture);
                records
                    .into_iter()
                    .for_each(|record| self.batch.add_run(record));
            }
            Err(error) => self.batch.set_trouble(HISTORY, Some(error.to_string())),
        }
    }

    /// How jobs' newest runs stand is asked once; from then on changes tell.
    async fn look_at_ends(&mut self) {
        let ids = read(&self.picture).job_ids();
        match self.cluster.newest_ends(&ids).await {
            Ok(ends) => self
                .picture
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .learn_ends(&ends),
            Err(error) => self.batch.set_trouble(HISTORY, Some(error.sentence())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next batch, and after how many looks it came.
    fn next(batch: &mut Batch) -> (u128, Live) {
        (1..)
            .find_map(|looks| batch.take().map(|live| (looks, live)))
            .expect("looks never end")
    }

    #[test]
    fn a_quiet_window_hears_something_each_second_numbered_without_a_gap() {
        let mut batch = Batch::default();
        let (first, second) = (next(&mut batch), next(&mut batch));
        assert_eq!((first.0, first.1.sequence), (QUIET_MAX, 1));
        assert_eq!((second.0, second.1.sequence), (QUIET_MAX, 2));
        assert_eq!((second.1.runs, second.1.jobs_changed), (vec![], false));
    }

    #[test]
    fn what_is_shown_gets_no_newer_while_a_store_is_away() {
        let mut batch = Batch::default();
        let before = next(&mut batch).1.at;
        while stamp(clock::now()) == before {}
        batch.set_trouble(HISTORY, Some("gone".to_owned()));
        let (looks, away) = next(&mut batch);
        assert_eq!((looks, away.trouble.as_deref()), (1, Some("gone")));
        assert_eq!(away.at, before);
        assert_eq!(next(&mut batch).1.at, before);
        batch.set_trouble(HISTORY, None);
        let back = next(&mut batch).1;
        assert_eq!(back.trouble, None);
        assert!(back.at > before);
    }
}
