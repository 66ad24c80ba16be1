//! Three agents on a cluster, and jobs that are due at many seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::id::JobId;
use belfry_core::job::JobDraft;
use belfry_core::run::RunRecord;
use belfry_harness::agent::Agent;
use belfry_harness::cluster::ClusterPlace;
use belfry_harness::place::job;
use belfry_harness::wait;
use belfry_harness::witness::Witness;
use belfry_scenarios::fault_log::DEADLINE_S;
use belfry_scenarios::ledger::Rhythm;
use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The nodes of every world.
pub const NODES: [&str; 3] = ["a", "b", "c"];
/// A run that is due at some second and its record, on a machine that has other things to do.
const RUNS_WITHIN: Duration = Duration::from_secs(120);
/// Programs of jobs that are due this seldom may last a while.
const LASTS_FROM_S: i64 = 5;
/// Worlds that live at once: more would measure the machine.
const WORLDS_MAX: u32 = 5;
static PLACES: Semaphore = Semaphore::const_new(WORLDS_MAX as usize);

/// How big a scenario is: by night there is time, and one world has the machine for itself.
pub struct Size {
    pub jobs: usize,
    /// What the parts of a scenario are multiplied by.
    pub times: u32,
    /// Jobs are due every so many seconds.
    steps: &'static [i64],
    places: u32,
}

/// The size of tonight, or of every day.
pub fn size() -> Size {
    match std::env::var_os("BELFRY_NIGHTLY") {
        Some(_) => Size {
            jobs: 200,
            times: 10,
            steps: &[2, 5, 10, 15, 20, 30],
            places: WORLDS_MAX,
        },
        None => Size {
            jobs: 12,
            times: 1,
            steps: &[1, 2, 3, 5],
            places: 1,
        },
    }
}

/// The rhythm of each job: all steps in turn, at mixed seconds.
fn rhythms(size: &Size) -> Vec<Rhythm> {
    let rhythm = |number: usize| {
        let every = size.steps[number % size.steps.len()];
        let past = i64::try_from(number / size.steps.len()).expect("few") % every;
        Rhythm { every, past }
    };
    (0..size.jobs).map(rhythm).collect()
}

/// A job that is accounted for.
pub struct Ringing {
    pub id: JobId,
    pub rhythm: Rhythm,
    /// From this second on.
    pub since: i64,
}

/// The cluster with its agents, its jobs, and the file that witnesses starts.
pub struct World {
    pub servers: ClusterPlace,
    pub agents: BTreeMap<&'static str, Agent>,
    pub jobs: Vec<Ringing>,
    pub witness: Witness,
    pub first: i64,
    _place: SemaphorePermit<'static>,
}

impl World {
    /// Starts it with the usual jobs and waits until each has run.
    pub async fn start(members: usize) -> Self {
        let mut world = Self::bare(members, async |servers, node| {
            servers.configure(node, &format!("labels = {{ name = \"{node}\" }}\n"));
        })
        .await;
        world.put_usual().await;
        world
    }

    /// Starts it without jobs; `configure` writes each node's own file.
    pub async fn bare(members: usize, configure: impl AsyncFn(&ClusterPlace, &str)) -> Self {
        let place = PLACES.acquire_many(size().places).await;
        let servers = ClusterPlace::start(members).await;
        let mut agents = BTreeMap::new();
        for node in NODES {
            configure(&servers, node).await;
            agents.insert(node, servers.agent(node).await);
        }
        let witness = Witness::new(servers.place.dir(), "witness");
        Self {
            first: Timestamp::now().as_second() + 1,
            servers,
            agents,
            jobs: Vec::new(),
            witness,
            _place: place.expect("it is never closed"),
        }
    }

    /// Puts the usual jobs and waits until each has run.
    pub async fn put_usual(&mut self) {
        let size = size();
        for (number, rhythm) in rhythms(&size).into_iter().enumerate() {
            // Some are found running by a fault.
            let lasts = match rhythm.every >= LASTS_FROM_S {
                true if number % 2 == 0 => "sleep 3\n",
                _ => "",
            };
            let script = self.witness.line() + lasts;
            self.put(rhythm, job(&format!("job {number}"), "", script))
                .await;
        }
        self.first = Timestamp::now().as_second() + 1;
        for ringing in &self.jobs {
            self.newest_run_after(ringing.id, self.first).await;
        }
    }

    /// Puts a job in a rhythm, and later accounts for it.
    pub async fn put(&mut self, rhythm: Rhythm, mut draft: JobDraft) -> JobId {
        draft.schedule = rhythm.schedule();
        draft.start_deadline = Some(format!("{DEADLINE_S}s"));
        let id = self.servers.place.put_job(draft).await;
        let since = Timestamp::now().as_second() + 1;
        self.jobs.push(Ringing { id, rhythm, since });
        id
    }

    /// Ends an agent as a crash would.
    pub fn crash(&mut self, node: &str) {
        self.agents.remove(node).expect("it runs").kill();
    }

    /// Starts the agent of a node again.
    pub async fn come_back(&mut self, node: &'static str) {
        let agent = self.servers.agent(node).await;
        self.agents.insert(node, agent);
    }

    /// A run of the job that is due at or after an instant and is over.
    pub async fn newest_run_after(&self, id: JobId, instant: i64) -> RunRecord {
        wait::until_seldom("the job runs", RUNS_WITHIN, async || {
            let records = self.servers.place.records(id).await;
            let done = |record: &RunRecord| {
                record.started_at.is_some()
                    && record.state.is_over()
                    && record.scheduled_at.as_second() >= instant
            };
            // They come newest first.
            records.into_iter().rfind(done)
        })
        .await
    }
}
