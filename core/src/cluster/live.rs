//! The running picture: watches and history's changes, told to windows a few times a second.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::picture::{Change, Folder, Picture};
use super::run_view::{row, stamp};
use super::{Cluster, ClusterError};
use crate::clock;
use crate::coord::WatchEvent;
use crate::history::ChangeMark;
use crate::limits::{CHANGES_EVERY, LIVE_EVERY, LIVE_RUNS_MAX, LIVES_WAITING_MAX};
use crate::run::RunRecord;
use crate::view::{AgentState, JobPage, JobQuery, Live};

/// A picture that moves by itself until it is dropped.
pub struct Following {
    cluster: Arc<Cluster>,
    picture: Arc<RwLock<Picture>>,
    lives: broadcast::Sender<Live>,
    task: JoinHandle<()>,
}

impl Cluster {
    /// Begins to follow everything. Must be called within a runtime.
    pub fn follow(self: &Arc<Self>) -> Following {
        let picture = Arc::new(RwLock::new(Picture::new(self.keys.clone())));
        let (lives, _) = broadcast::channel(LIVES_WAITING_MAX);
        let feed = Feed {
            cluster: Arc::clone(self),
            picture: Arc::clone(&picture),
            lives: lives.clone(),
            batch: Batch::default(),
            mark: None,
        };
        Following {
            cluster: Arc::clone(self),
            picture,
            lives,
            task: tokio::spawn(feed.run()),
        }
    }
}

impl Following {
    /// What changes from here on, four batches a second at most.
    ///
    /// A reader that is too slow misses some; it sees a jump of `sequence` and reads all anew.
    pub fn lives(&self) -> broadcast::Receiver<Live> {
        self.lives.subscribe()
    }

    /// A window into the list of jobs.
    pub async fn jobs_page(&self, query: &JobQuery) -> Result<JobPage, ClusterError> {
        let selection = read(&self.picture).select(query, clock::now());
        self.cluster.compose(selection, &query.language).await
    }

    /// Whether an agent is there.
    pub fn agent(&self) -> AgentState {
        read(&self.picture).agent()
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
}

const HISTORY: usize = 3;

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

    /// The batch as it is told, if there is anything.
    fn take(&mut self) -> Option<Live> {
        if !std::mem::take(&mut self.is_due) {
            return None;
        }
        let trouble = self.troubles.iter().flatten().next().cloned();
        let runs = std::mem::take(&mut self.runs);
        // Too much to tell: the jump makes the reader read anew.
        let is_too_much = runs.len() > LIVE_RUNS_MAX;
        self.sequence += if is_too_much { 2 } else { 1 };
        Some(Live {
            sequence: self.sequence,
            jobs_changed: std::mem::take(&mut self.jobs_changed),
            runs: if is_too_much {
                Vec::new()
            } else {
                runs.iter().map(row).collect()
            },
            agent: self.agent.take(),
            trouble,
            at: stamp(clock::now()),
        })
    }
}

struct Feed {
    cluster: Arc<Cluster>,
    picture: Arc<RwLock<Picture>>,
    lives: broadcast::Sender<Live>,
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
        let mut looks = interval(CHANGES_EVERY);
        let mut tells = interval(LIVE_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tells.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (folder, event) = tokio::select! {
                event = jobs.events.recv() => (Folder::Jobs, event),
                event = runs.events.recv() => (Folder::Runs, event),
                event = nodes.events.recv() => (Folder::Nodes, event),
                _ = looks.tick() => {
                    self.look_at_history().await;
                    continue;
                }
                _ = tells.tick() => {
                    // Without listeners nobody misses it.
                    let _ = self.batch.take().map(|live| self.lives.send(live));
                    continue;
                }
            };
            let Some(event) = event else { return };
            let is_first_picture = folder == Folder::Jobs && matches!(event, WatchEvent::Ready(_));
            self.learn(folder, event);
            if is_first_picture {
                self.look_at_ends().await;
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
            WatchEvent::Changed(entry) => picture.learn(&entry),
            WatchEvent::Removed(key, _) => picture.forget(&key),
        };
        let agent = picture.agent();
        drop(picture);
        match change {
            Change::Nothing => {}
            Change::Jobs => (self.batch.jobs_changed, self.batch.is_due) = (true, true),
            Change::Run(record) => self.batch.add_run(*record),
            Change::Nodes => (self.batch.agent, self.batch.is_due) = (Some(agent), true),
        }
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
