//! Three agents on a cluster, and jobs that are due at many seconds.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::id::JobId;
use belfry_core::run::RunRecord;
use belfry_harness::agent::Agent;
use belfry_harness::cluster::ClusterPlace;
use belfry_harness::place::job;
use belfry_harness::wait;
use belfry_harness::witness::Witness;
use belfry_scenarios::ledger;
use jiff::Timestamp;

/// The nodes of every world.
pub const NODES: [&str; 3] = ["a", "b", "c"];
/// Jobs are due every so many seconds.
const STEPS: [i64; 4] = [1, 2, 3, 5];

/// How many jobs there are, and how long the parts of a scenario last: by night there is time.
pub fn size() -> (usize, u32) {
    match std::env::var_os("BELFRY_NIGHTLY") {
        Some(_) => (200, 10),
        None => (12, 1),
    }
}

/// The cluster with its agents, its jobs, and the file that witnesses starts.
pub struct World {
    pub servers: ClusterPlace,
    pub agents: BTreeMap<&'static str, Agent>,
    pub jobs: Vec<(i64, JobId)>,
    pub witness: Witness,
    first: i64,
}

impl World {
    /// Starts it and waits until each job has run.
    pub async fn start(members: usize) -> Self {
        let servers = ClusterPlace::start(members).await;
        let mut agents = BTreeMap::new();
        for node in NODES {
            servers.configure(node, &format!("labels = {{ name = \"{node}\" }}\n"));
            agents.insert(node, servers.agent(node).await);
        }
        let witness = Witness::new(servers.place.dir(), "witness");
        let mut jobs = Vec::new();
        for number in 0..size().0 {
            let step = STEPS[number % STEPS.len()];
            let schedule = format!("@every {step}s");
            let mut draft = job(&format!("job {number}"), &schedule, witness.line());
            draft.start_deadline = Some("10s".to_owned());
            jobs.push((step, servers.place.put_job(draft).await));
        }
        let world = Self {
            first: Timestamp::now().as_second() + 1,
            servers,
            agents,
            jobs,
            witness,
        };
        for (_, id) in &world.jobs {
            world.newest_run_after(*id, world.first, 30).await;
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

    /// A run of the job that is due at or after an instant and is over, within so many seconds.
    pub async fn newest_run_after(&self, id: JobId, instant: i64, within_s: u64) -> RunRecord {
        wait::until("the job runs", Duration::from_secs(within_s), async || {
            let records = self.servers.place.records(id).await;
            let done = |record: &RunRecord| {
                record.started_at.is_some()
                    && record.state.is_over()
                    && record.scheduled_at.as_second() >= instant
            };
            records.into_iter().find(done)
        })
        .await
    }

    /// Every instant until now has one record, no attempt was started twice, and the check of the
    /// ledger says so too. Gives how many ended in each state.
    pub async fn account(&self) -> BTreeMap<String, usize> {
        let last = Timestamp::now().as_second();
        let mut states: BTreeMap<String, usize> = BTreeMap::new();
        for (step, id) in &self.jobs {
            let rows = ledger::every(*step, &self.servers.place, *id, (self.first, last)).await;
            ledger::no_extra_start(&rows, &self.witness);
            for row in rows {
                let why = row.reason.map_or("", |reason| reason.as_str());
                let state = format!("{} {why}", row.state.as_str());
                *states.entry(state).or_default() += 1;
            }
        }
        let since = Timestamp::from_second(self.first).expect("an instant");
        let cluster = self.servers.cluster();
        let verified = cluster
            .verify(since, None)
            .await
            .expect("both stores answer");
        assert!(verified.is_whole(), "{verified:?}");
        println!(
            "{} s, {} jobs: {states:?}",
            last - self.first,
            self.jobs.len()
        );
        let succeeded = states.get("succeeded ").copied().unwrap_or_default();
        assert!(
            succeeded > self.jobs.len() * 3,
            "too few programs ran for this to show anything: {states:?}"
        );
        states
    }
}
