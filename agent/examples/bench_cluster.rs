//! What three agents over a three-member etcd and MariaDB do on this machine, beside the design's
//! targets.
//!
//! `cargo run --release -p belfry-agent --example bench_cluster [sustained | burst | failover]`;
//! `BELFRY_AGENT` names another agent.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use belfry_core::coord::WatchEvent;
use belfry_core::history::{PageKey, RunQuery};
use belfry_core::id::{JobId, NodeId};
use belfry_core::job::{Balance, JobDraft, Overlap, PlaceDraft, ShellDraft};
use belfry_core::limits::PAGE_ROWS_MAX;
use belfry_core::run::{RunRecord, RunState};
use belfry_core::schedule::jitter_offset;
use belfry_harness::agent::Agent;
use belfry_harness::cluster::ClusterPlace;
use belfry_harness::place::{Place, job};
use belfry_harness::wait;
use jiff::Timestamp;

const NODES: [&str; 3] = ["a", "b", "c"];
const A_SECOND: usize = 100;
/// A new session proves its clock first, and what it missed meanwhile starts at a bounded rate.
const WARM_UP_S: i64 = 20;
const SUSTAINED_SECONDS: i64 = 20;
const SLOTS: usize = 100;
const BURST: usize = 10_000;
/// Until the burst is due: its jobs are stored before.
const BURST_AFTER_S: i64 = 60;
const KILLS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() {
    let only = std::env::args().nth(1);
    let is_wanted = |name: &str| only.as_ref().is_none_or(|only| only == name);
    if is_wanted("sustained") {
        sustained().await;
    }
    if is_wanted("burst") {
        burst().await;
    }
    if is_wanted("failover") {
        failover().await;
    }
}

struct Bench {
    place: ClusterPlace,
    agents: BTreeMap<&'static str, Agent>,
}

impl Bench {
    /// Three agents that hold at most `slots` programs each.
    async fn start(slots: usize) -> Self {
        let place = ClusterPlace::start(3).await;
        let mut agents = BTreeMap::new();
        for node in NODES {
            place.configure(node, &format!("max_parallel = {slots}\n"));
            agents.insert(node, place.agent(node).await);
        }
        Self { place, agents }
    }

    /// Revisions of etcd so far: one for each request that wrote.
    async fn revision(&self) -> u64 {
        let read = self.place.place.coord.get(&[]).await;
        read.expect("etcd answers").0
    }

    /// The ended records of these jobs that are wanted, once there are enough.
    async fn records(
        &self,
        jobs: &[JobId],
        count: usize,
        wanted: impl Fn(&RunRecord) -> bool,
    ) -> Vec<RunRecord> {
        wait::until_seldom("all records are there", PATIENCE, async || {
            let mut found = Vec::new();
            for some in jobs.chunks(50) {
                found.extend(self.newest(some).await.into_iter().filter(&wanted));
            }
            (found.len() >= count).then_some(found)
        })
        .await
    }

    async fn newest(&self, jobs: &[JobId]) -> Vec<RunRecord> {
        let mut found: Vec<RunRecord> = Vec::new();
        let mut query = RunQuery {
            jobs: jobs.to_vec(),
            limit: PAGE_ROWS_MAX,
            ..RunQuery::default()
        };
        loop {
            let page = self.place.place.history.runs(&query).await;
            let page = page.expect("history answers");
            let is_last = page.len() < PAGE_ROWS_MAX as usize;
            query.after = page.last().map(|run| PageKey {
                scheduled_at: run.scheduled_at,
                run_id: run.run_id,
                attempt: run.attempt,
            });
            found.extend(page);
            if is_last {
                break;
            }
        }
        found.retain(|record| record.state.is_over());
        found
    }
}

fn no_op(name: String, schedule: &str) -> JobDraft {
    let shell = ShellDraft {
        argv: Some(vec!["/bin/true".to_owned()]),
        ..ShellDraft::default()
    };
    let place = PlaceDraft {
        balance: Balance::Rotate,
        ..PlaceDraft::default()
    };
    JobDraft {
        shell,
        place,
        overlap: Overlap::Allow,
        ..job(&name, schedule, "")
    }
}

/// Each job once a second, spread over the second by its jitter.
async fn sustained() {
    let bench = Bench::start(SLOTS).await;
    let jitter = Duration::from_secs(1);
    let spread = |number| JobDraft {
        jitter: Some("1s".to_owned()),
        ..no_op(format!("{number}"), "* * * * * *")
    };
    let jobs = bench
        .place
        .place
        .put_jobs((0..A_SECOND).map(spread).collect())
        .await;
    let first = Timestamp::now().as_second() + WARM_UP_S;
    let last = first + SUSTAINED_SECONDS;
    wait::a_while(Duration::from_secs(WARM_UP_S.unsigned_abs())).await;
    let (began, before) = (Timestamp::now(), bench.revision().await);
    wait::a_while(Duration::from_secs(SUSTAINED_SECONDS.unsigned_abs())).await;
    let (ended, written) = (Timestamp::now(), bench.revision().await - before);
    let wanted = A_SECOND * usize::try_from(SUSTAINED_SECONDS).expect("few");
    let found = bench
        .records(&jobs, wanted, |run| {
            (first..last).contains(&run.scheduled_at.as_second())
        })
        .await;
    let mut late: Vec<i64> = found
        .iter()
        .filter(|run| run.state == RunState::Succeeded)
        .filter_map(|run| {
            let due = run.scheduled_at + jitter_offset(run.job_id.0, jitter);
            Some(run.started_at?.as_millisecond() - due.as_millisecond())
        })
        .collect();
    late.sort_unstable();
    println!(
        "{A_SECOND} runs/s over {} agents, 3 members (p50 ≤ 10 ms, p99 ≤ 100 ms, never early)",
        bench.agents.len()
    );
    println!(
        "  {} of {wanted} ran; start late by {}",
        late.len(),
        quantiles(&late)
    );
    let decided = bench.newest(&jobs).await;
    let meanwhile = |run: &&RunRecord| (began..ended).contains(&run.decided_at);
    let decided = decided.iter().filter(meanwhile).count();
    println!(
        "  {:.2} writes of etcd per occurrence (≤ 2.1; renewals of sessions among them)",
        written as f64 / decided as f64
    );
}

/// All due in the same second; how long until each is decided. There is a slot for each, for a
/// full node decides later.
async fn burst() {
    let bench = Bench::start(BURST).await;
    let at = Timestamp::from_second(Timestamp::now().as_second() + BURST_AFTER_S).expect("soon");
    let once = |number| no_op(format!("{number}"), &format!("@at {at}"));
    let place = &bench.place.place;
    let jobs = place.put_jobs((0..BURST).map(once).collect()).await;
    let left = at.duration_since(Timestamp::now()).as_secs();
    let before = bench.revision().await;
    let decided = decisions(place, at).await;
    let found = bench.records(&jobs, BURST, |_| true).await;
    let mut started: Vec<i64> = found
        .iter()
        .filter_map(|run| Some(run.started_at?.as_millisecond() - at.as_millisecond()))
        .collect();
    started.sort_unstable();
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for run in &found {
        let why = run.reason.map_or("", |reason| reason.as_str());
        *states
            .entry(format!("{} {why}", run.state.as_str()))
            .or_default() += 1;
    }
    println!(
        "{BURST} due in one second over 3 agents (decided ≤ 5,000 ms), stored {left} s before"
    );
    println!("  decided after {}", quantiles(&decided));
    println!("  started after {}; {states:?}", quantiles(&started));
    let written = bench.revision().await - before;
    println!(
        "  {:.2} writes of etcd per occurrence",
        written as f64 / BURST as f64
    );
}

/// When each decision of the burst stood in etcd, as a watch heard of it: milliseconds after `at`.
async fn decisions(place: &Place, at: Timestamp) -> Vec<i64> {
    let mut watch = place.coord.watch(&place.keys.runs());
    let mut seen = HashSet::new();
    let mut decided = Vec::new();
    while decided.len() < BURST {
        let event = watch.events.recv().await.expect("a watch does not end");
        if let WatchEvent::Changed(entry) | WatchEvent::Loaded(entry) = event
            && seen.insert(entry.key)
        {
            decided.push(Timestamp::now().as_millisecond() - at.as_millisecond());
        }
    }
    decided
}

/// How long after a node is killed its job starts elsewhere.
async fn failover() {
    let mut bench = Bench::start(SLOTS).await;
    let mut draft = no_op("moving".to_owned(), "* * * * * *");
    draft.place.balance = Balance::Sticky;
    let id = bench.place.place.put_job(draft).await;
    println!("failover of a killed node (≤ 20,000 ms)");
    for _ in 0..KILLS {
        let now = Timestamp::now();
        let owner = newest_after(&bench, id, now).await.node;
        let node = NODES.into_iter().find(|node| *node == owner.as_str());
        let node = node.expect("one of the three");
        let killed = Timestamp::now();
        bench.agents.remove(node).expect("it runs").kill();
        let moved = elsewhere_after(&bench, id, (killed, &owner)).await;
        let started = moved.started_at.unwrap_or(moved.decided_at);
        println!(
            "  the next start after {} ms",
            started.as_millisecond() - killed.as_millisecond()
        );
        bench.agents.insert(node, bench.place.agent(node).await);
    }
}

async fn newest_after(bench: &Bench, id: JobId, instant: Timestamp) -> RunRecord {
    wait::until("it runs", PATIENCE, async || {
        let records = bench.newest(&[id]).await;
        records.into_iter().find(|run| run.scheduled_at > instant)
    })
    .await
}

async fn elsewhere_after(
    bench: &Bench,
    id: JobId,
    (instant, owner): (Timestamp, &NodeId),
) -> RunRecord {
    wait::until("it moves", PATIENCE, async || {
        let records = bench.newest(&[id]).await;
        let moved = |run: &RunRecord| run.node != *owner && run.decided_at > instant;
        records.into_iter().rfind(moved)
    })
    .await
}

fn quantiles(sorted: &[i64]) -> String {
    let at = |percent: usize| {
        let index = sorted.len() * percent / 100;
        let index = index.min(sorted.len().saturating_sub(1));
        sorted.get(index).copied().unwrap_or_default()
    };
    format!(
        "min {} p50 {} p99 {} max {} ms",
        at(0),
        at(50),
        at(99),
        at(100)
    )
}
