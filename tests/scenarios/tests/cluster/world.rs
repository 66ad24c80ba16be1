//! Three agents on a cluster, and jobs that are due at many seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::history::LedgerRow;
use belfry_core::id::JobId;
use belfry_core::run::RunRecord;
use belfry_harness::agent::Agent;
use belfry_harness::cluster::ClusterPlace;
use belfry_harness::place::job;
use belfry_harness::wait;
use belfry_harness::witness::Witness;
use belfry_scenarios::fault_log::DEADLINE_S;
use belfry_scenarios::ledger::{self, Rhythm};
use belfry_scenarios::starts::{lateness, percentile};
use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The nodes of every world.
pub const NODES: [&str; 3] = ["a", "b", "c"];
/// A run that is due at some second and its record, on a machine that has other things to do.
const RUNS_WITHIN: Duration = Duration::from_secs(120);
/// Programs of jobs that are due this seldom may last a while.
const LASTS_FROM_S: i64 = 5;
/// Worlds that live at once: more would measure the machine.
const WORLDS_MAX: u32 = 2;
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

/// The cluster with its agents, its jobs, and the file that witnesses starts.
pub struct World {
    pub servers: ClusterPlace,
    pub agents: BTreeMap<&'static str, Agent>,
    pub jobs: Vec<(Rhythm, JobId)>,
    pub witness: Witness,
    pub first: i64,
    _place: SemaphorePermit<'static>,
}

/// What every instant of a world came to.
pub struct Accounts {
    /// The records of each job, ascending.
    pub rows: BTreeMap<JobId, Vec<LedgerRow>>,
    /// How many ended in each state, for each reason.
    pub states: BTreeMap<String, usize>,
}

impl World {
    /// Starts it and waits until each job has run.
    pub async fn start(members: usize) -> Self {
        let size = size();
        let place = PLACES.acquire_many(size.places).await;
        let servers = ClusterPlace::start(members).await;
        let mut agents = BTreeMap::new();
        for node in NODES {
            servers.configure(node, &format!("labels = {{ name = \"{node}\" }}\n"));
            agents.insert(node, servers.agent(node).await);
        }
        let witness = Witness::new(servers.place.dir(), "witness");
        let mut jobs = Vec::new();
        for (number, rhythm) in rhythms(&size).into_iter().enumerate() {
            // Some are found running by a fault.
            let lasts = match rhythm.every >= LASTS_FROM_S {
                true if number % 2 == 0 => "sleep 3\n",
                _ => "",
            };
            let script = witness.line() + lasts;
            let mut draft = job(&format!("job {number}"), &rhythm.schedule(), script);
            draft.start_deadline = Some(format!("{DEADLINE_S}s"));
            jobs.push((rhythm, servers.place.put_job(draft).await));
        }
        let world = Self {
            first: Timestamp::now().as_second() + 1,
            servers,
            agents,
            jobs,
            witness,
            _place: place.expect("it is never closed"),
        };
        for (_, id) in &world.jobs {
            world.newest_run_after(*id, world.first).await;
        }
        world
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

    /// Every instant until now has one record, no attempt was started twice, too early or too
    /// late, and the check of the ledger says so too.
    pub async fn account(&self) -> Accounts {
        let last = Timestamp::now().as_second();
        let mut accounts = Accounts {
            rows: BTreeMap::new(),
            states: BTreeMap::new(),
        };
        for (rhythm, id) in &self.jobs {
            let rows = ledger::every(*rhythm, &self.servers.place, *id, (self.first, last)).await;
            ledger::no_extra_start(&rows, &self.witness);
            for row in &rows {
                let why = row.reason.map_or("", |reason| reason.as_str());
                let state = format!("{} {why}", row.state.as_str());
                *accounts.states.entry(state).or_default() += 1;
            }
            accounts.rows.insert(*id, rows);
        }
        let all: Vec<LedgerRow> = accounts.rows.values().flatten().cloned().collect();
        let late = lateness(&all, &self.witness, (self.first, last), DEADLINE_S);
        let since = Timestamp::from_second(self.first).expect("an instant");
        let cluster = self.servers.cluster();
        let verified = cluster
            .verify(since, None)
            .await
            .expect("both stores answer");
        assert!(verified.is_whole(), "{verified:?}");
        let states = &accounts.states;
        println!(
            "{} s, {} jobs: {states:?}; {} ms late (p50), {} ms (p99)",
            last - self.first,
            self.jobs.len(),
            percentile(&late, 50),
            percentile(&late, 99)
        );
        let succeeded = states.get("succeeded ").copied().unwrap_or_default();
        assert!(
            succeeded > self.jobs.len() * 3,
            "too few programs ran for this to show anything: {states:?}"
        );
        accounts
    }
}
