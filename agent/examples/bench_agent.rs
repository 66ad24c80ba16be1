//! What one agent over the embedded stores does on this machine, beside the design's targets.
//!
//! `cargo run --release -p belfry-agent --example bench_agent [sustained | burst | idle]`;
//! `BELFRY_AGENT` names another agent.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use belfry_core::id::JobId;
use belfry_core::job::{JobDraft, Overlap, ShellDraft};
use belfry_core::run::{RunRecord, RunState};
use belfry_core::schedule::jitter_offset;
use belfry_harness::agent::Agent;
use belfry_harness::place::{Place, job};
use belfry_harness::wait;
use jiff::Timestamp;

const SUSTAINED_SECONDS: i64 = 15;
const BURST: usize = 1_000;
const IDLE_JOBS: usize = 10_000;
const IDLE_SECONDS: u64 = 15;
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::main]
async fn main() {
    let only = std::env::args().nth(1);
    let is_wanted = |name: &str| only.as_ref().is_none_or(|only| only == name);
    if is_wanted("sustained") {
        sustained(100, "p50 ≤ 10 ms, p99 ≤ 100 ms, never early").await;
        sustained(300, "≥ 300 runs/s with full records").await;
    }
    if is_wanted("burst") {
        burst().await;
    }
    if is_wanted("idle") {
        idle().await;
    }
}

fn no_op(name: String, schedule: &str) -> JobDraft {
    let shell = ShellDraft {
        argv: Some(vec!["/bin/true".to_owned()]),
        ..ShellDraft::default()
    };
    JobDraft {
        shell,
        overlap: Overlap::Allow,
        ..job(&name, schedule, "")
    }
}

async fn start(place: &Place) -> Agent {
    let file = place.dir().join("agent.toml");
    fs::write(&file, "[node]\nmax_parallel = 1000\n").expect("the folder is ours");
    place
        .agent_with(&["--config", &file.display().to_string()])
        .await
}

/// So many jobs, each once a second, spread over the second by their jitter.
async fn sustained(a_second: usize, target: &str) {
    let place = Place::new().await;
    let agent = start(&place).await;
    let jitter = Duration::from_secs(1);
    let spread = |number| JobDraft {
        jitter: Some("1s".to_owned()),
        ..no_op(format!("{number}"), "* * * * * *")
    };
    let jobs = place.put_jobs((0..a_second).map(spread).collect()).await;
    let first = Timestamp::now().as_second() + 3;
    let last = first + SUSTAINED_SECONDS;
    wait::a_while(Duration::from_secs(3)).await;
    let before = cpu(&agent);
    wait::a_while(Duration::from_secs(SUSTAINED_SECONDS.unsigned_abs())).await;
    let used = cpu(&agent) - before;
    let wanted = a_second * usize::try_from(SUSTAINED_SECONDS).expect("few");
    let found = records(&place, &jobs, wanted, |run| {
        (first..last).contains(&run.scheduled_at.as_second())
    })
    .await;
    let offset = |run: &RunRecord| jitter_offset(run.job_id.0, jitter);
    let mut late: Vec<i64> = found
        .iter()
        .filter_map(|run| lateness(run, offset(run)))
        .collect();
    late.sort_unstable();
    let ran = late.len();
    println!("{a_second} runs/s for {SUSTAINED_SECONDS} s ({target})");
    println!(
        "  {ran} of {wanted} ran; start late by {}",
        quantiles(&late)
    );
    let slowest = found.iter().filter_map(|run| run.finished_at).max();
    let over = slowest.map_or(0, |at| at.as_millisecond() - last * 1000);
    println!(
        "  last end {over} ms after the last second; agent used {:.0} % of a core, {} MB",
        percent(used, SUSTAINED_SECONDS),
        rss_mb(&agent)
    );
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    found
        .iter()
        .for_each(|run| *states.entry(run.state.as_str()).or_default() += 1);
    println!("  {states:?}");
}

/// All due in the same second.
async fn burst() {
    let place = Place::new().await;
    let agent = start(&place).await;
    let at = Timestamp::from_second(Timestamp::now().as_second() + 6).expect("soon");
    let once = |number| no_op(format!("{number}"), &format!("@at {at}"));
    let jobs = place.put_jobs((0..BURST).map(once).collect()).await;
    assert!(Timestamp::now() < at, "storing the jobs took too long");
    let found = records(&place, &jobs, BURST, |_| true).await;
    let mut late: Vec<i64> = found
        .iter()
        .filter_map(|run| lateness(run, Duration::ZERO))
        .collect();
    late.sort_unstable();
    println!("{BURST} due in one second (all started ≤ 3,000 ms)");
    println!(
        "  {} ran; start late by {}; {} MB",
        late.len(),
        quantiles(&late),
        rss_mb(&agent)
    );
}

async fn idle() {
    let place = Place::new().await;
    let yearly = |number| no_op(format!("{number}"), "0 0 1 1 *");
    place.put_jobs((0..IDLE_JOBS).map(yearly).collect()).await;
    let first = start(&place).await;
    wait::until("the new versions are forwarded", PATIENCE, async || {
        (place.count(&place.keys.pendings()).await == 0).then_some(())
    })
    .await;
    println!(
        "storing {IDLE_JOBS} jobs: {} MB while their versions went to history",
        rss_mb(&first)
    );
    first.stop().await;
    let agent = start(&place).await;
    wait::a_while(Duration::from_secs(10)).await;
    let before = cpu(&agent);
    wait::a_while(Duration::from_secs(IDLE_SECONDS)).await;
    let used = percent(
        cpu(&agent) - before,
        i64::try_from(IDLE_SECONDS).expect("few"),
    );
    println!("idle with {IDLE_JOBS} jobs (≤ 60 MB, < 1 % of a core)");
    println!("  {} MB, {used:.2} % of a core", rss_mb(&agent));
}

/// The ended records of these jobs that are wanted, once there are enough.
async fn records(
    place: &Place,
    jobs: &[JobId],
    count: usize,
    wanted: impl Fn(&RunRecord) -> bool,
) -> Vec<RunRecord> {
    wait::until("all records are there", PATIENCE, async || {
        wait::a_while(Duration::from_secs(1)).await;
        let mut found = Vec::new();
        for id in jobs {
            let runs = place.records(*id).await;
            found.extend(
                runs.into_iter()
                    .filter(|run| run.state.is_over() && wanted(run)),
            );
        }
        (found.len() >= count).then_some(found)
    })
    .await
}

/// Milliseconds from the due instant to the program's execution.
fn lateness(run: &RunRecord, offset: Duration) -> Option<i64> {
    let due = run.scheduled_at + offset;
    let ran = run.state == RunState::Succeeded;
    Some(run.started_at.filter(|_| ran)?.as_millisecond() - due.as_millisecond())
}

fn quantiles(sorted: &[i64]) -> String {
    let at = |share: f64| {
        sorted
            .get((sorted.len() as f64 * share) as usize)
            .or(sorted.last())
            .copied()
            .unwrap_or(0)
    };
    format!(
        "min {} p50 {} p99 {} max {} ms",
        at(0.0),
        at(0.5),
        at(0.99),
        at(1.0)
    )
}

fn percent(used: Duration, seconds: i64) -> f64 {
    used.as_secs_f64() / seconds as f64 * 100.0
}

fn rss_mb(agent: &Agent) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", agent.pid())).expect("it runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .next()
        .and_then(|kb| kb.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

/// Processor time of the agent itself, in the kernel's hundredths of a second.
fn cpu(agent: &Agent) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", agent.pid())).expect("it runs");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}
