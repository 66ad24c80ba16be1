//! Measures the embedded stores in a temporary folder: `cargo run --release -p belfry-core
//! --features io --example bench_stores [coord | history]`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use belfry_core::coord::embedded::Embedded;
use belfry_core::coord::{Coord, WatchEvent};
use belfry_core::history::sqlite::SqliteHistory;
use belfry_core::history::{ExitCodes, History, NamePatterns, PageKey, RunQuery, Upload};
use belfry_core::id::{JobId, Moment, NodeId, RunId, Scope};
use belfry_core::run::{RunRecord, RunState, Trigger};
use belfry_core::txn::{Check, Compare, Op, Txn};
use jiff::Timestamp;
use uuid::Uuid;

const RUNS: i64 = 1_000_000;
const JOBS: i64 = 10_000;
const BATCH: i64 = 500;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let part = std::env::args().nth(1);
    if part.as_deref() != Some("history") {
        for in_flight in [1, 64, 256] {
            transactions(dir.path(), in_flight).await?;
        }
        idle(dir.path()).await?;
        noticed(dir.path()).await?;
    }
    if part.as_deref() != Some("coord") {
        history(dir.path()).await?;
    }
    Ok(())
}

async fn transactions(dir: &Path, in_flight: usize) -> Result<(), Box<dyn std::error::Error>> {
    let store = Arc::new(Embedded::open(dir).await?);
    let each = if in_flight == 1 {
        1000
    } else {
        20_000 / in_flight
    };
    let start = Instant::now();
    let writers: Vec<_> = (0..in_flight)
        .map(|writer| tokio::spawn(claims(store.clone(), writer, each)))
        .collect();
    for writer in writers {
        writer.await??;
    }
    let rate = (in_flight * each) as f64 / start.elapsed().as_secs_f64();
    println!("coord: {rate:.0} transactions/s with {in_flight} in flight");
    Ok(())
}

/// Transactions as a claim makes them: two compares, a cursor forward and a run.
async fn claims(
    store: Arc<Embedded>,
    writer: usize,
    each: usize,
) -> Result<(), belfry_core::coord::CoordError> {
    for index in 0..each {
        let cursor = format!("/belfry/b/v1/cursor/ops/{writer}/*");
        let run = format!("/belfry/b/v1/run/ops/{writer}/*/{index:020}");
        let txn = Txn {
            compares: vec![
                Compare {
                    key: run.clone(),
                    check: Check::Value(Vec::new()),
                },
                Compare {
                    key: cursor.clone(),
                    check: Check::Present,
                },
            ],
            then: vec![],
            otherwise: vec![
                Op::Put {
                    key: cursor,
                    value: vec![b'0'; 30],
                    lease: None,
                },
                Op::Put {
                    key: run,
                    value: vec![b'r'; 400],
                    lease: None,
                },
            ],
        };
        store.transact(&txn).await?;
    }
    Ok(())
}

async fn idle(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let store = Embedded::open(dir).await?;
    let _watch = store.watch("/none/");
    let before = cpu();
    tokio::time::sleep(Duration::from_secs(10)).await;
    println!(
        "coord: {:.2} % of a core when idle",
        (cpu() - before).as_secs_f64() * 10.0
    );
    Ok(())
}

fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// How long after another handle's commit a watch tells of it; and the same for its own.
async fn noticed(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let (one, other) = (Embedded::open(dir).await?, Embedded::open(dir).await?);
    for (writer, name) in [(&one, "own"), (&other, "another handle's")] {
        let mut watch = one.watch("/noticed/");
        while !matches!(watch.events.recv().await, Some(WatchEvent::Ready(_))) {}
        let mut delays = Vec::new();
        for index in 0..100 {
            let put = Op::Put {
                key: "/noticed/a".to_owned(),
                value: vec![index],
                lease: None,
            };
            writer
                .transact(&Txn {
                    then: vec![put],
                    ..Txn::default()
                })
                .await?;
            let start = Instant::now();
            while !matches!(watch.events.recv().await, Some(WatchEvent::Changed(_))) {}
            delays.push(start.elapsed());
        }
        delays.sort_unstable();
        println!(
            "coord: {name} commit told after {:?} (median), {:?} (longest)",
            delays[50], delays[99]
        );
    }
    Ok(())
}

fn record(index: i64) -> RunRecord {
    let job_id = JobId(Uuid::from_u128((index % JOBS) as u128));
    let scheduled_at = Timestamp::from_second(1_750_000_000 + index / 10).expect("in range");
    let state = match index % 100 {
        0 => RunState::Failed,
        1 if index > RUNS - 1000 => RunState::Running,
        _ => RunState::Succeeded,
    };
    RunRecord {
        run_id: RunId::derive(job_id, &Scope::One, Moment::At(scheduled_at)),
        attempt: 1,
        job_id,
        project: format!("project-{}", index % JOBS % 20)
            .parse()
            .expect("plain"),
        job: format!("job-{}", index % JOBS),
        scope: Scope::One,
        moment: Moment::At(scheduled_at),
        scheduled_at,
        until: None,
        count: 1,
        generation: 1,
        fence: index as u64,
        node: NodeId::new(&format!("node-{}", index % 7)).expect("plain"),
        state,
        reason: None,
        detail: None,
        trigger: match index % 1000 {
            7 => Trigger::Manual,
            _ => Trigger::Schedule,
        },
        by: None,
        decided_at: scheduled_at,
        started_at: Some(scheduled_at),
        finished_at: Some(scheduled_at + Duration::from_millis(900)),
        exit_code: Some(i32::from(state == RunState::Failed)),
        signal: None,
        output_bytes: 120,
        output_sha256: Some("0".repeat(64)),
        peak_memory_bytes: Some(4_000_000),
        user_ms: Some(3),
        system_ms: Some(2),
    }
}

async fn history(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let history = SqliteHistory::open(dir).await?;
    let (start, mut last) = (Instant::now(), Instant::now());
    for batch in 0..RUNS / BATCH {
        let runs = (batch * BATCH..(batch + 1) * BATCH).map(record).collect();
        history
            .upload(&Upload {
                runs,
                ..Upload::default()
            })
            .await?;
        if (batch + 1) * BATCH % (RUNS / 4) == 0 {
            println!(
                "history: {:.0} records/s",
                RUNS as f64 / 4.0 / last.elapsed().as_secs_f64()
            );
            last = Instant::now();
        }
    }
    println!(
        "history: {:.0} records/s over all {RUNS}",
        RUNS as f64 / start.elapsed().as_secs_f64()
    );
    for (name, query) in queries().into_iter().chain(narrowed()) {
        let start = Instant::now();
        let page = history.runs(&query).await?;
        println!(
            "history: page of {} rows, {name}: {:?}",
            page.len(),
            start.elapsed()
        );
        let start = Instant::now();
        let all = RunQuery {
            limit: u32::MAX,
            ..query.clone()
        };
        let groups = history.groups(&all).await?.len();
        println!("history: {groups} groups, {name}: {:?}", start.elapsed());
        let start = Instant::now();
        let counts = history.count_by_state(&query).await?;
        println!("history: counts {counts:?}, {name}: {:?}", start.elapsed());
    }
    for jobs in [50, JOBS] {
        let jobs: Vec<_> = (0..jobs)
            .map(|job| JobId(Uuid::from_u128(job as u128)))
            .collect();
        let start = Instant::now();
        let rows = history.newest_runs(&jobs, 20).await?.len();
        println!(
            "history: newest {rows} of {} jobs: {:?}",
            jobs.len(),
            start.elapsed()
        );
    }
    let mark = history.newest_change().await?;
    let start = Instant::now();
    for _ in 0..1000 {
        history.changes(mark).await?;
    }
    println!("history: a look for changes: {:?}", start.elapsed() / 1000);
    Ok(())
}

fn queries() -> Vec<(&'static str, RunQuery)> {
    let base = || RunQuery {
        limit: 50,
        ..RunQuery::default()
    };
    let end = Timestamp::from_second(1_750_000_000 + RUNS / 10).expect("in range");
    let day = Some(end - Duration::from_secs(86_400));
    let middle = Timestamp::from_second(1_750_000_000 + RUNS / 20).expect("in range");
    let after = Some(PageKey {
        scheduled_at: middle,
        run_id: RunId([0; 16]),
        attempt: 1,
    });
    let project = Some("project-3".parse().expect("plain"));
    let node = Some(NodeId::new("node-3").expect("plain"));
    let jobs: Vec<_> = (0..100).map(|job| JobId(Uuid::from_u128(job))).collect();
    let failed = vec![RunState::Failed];
    vec![
        ("no filter", base()),
        (
            "24 h",
            RunQuery {
                since: day,
                ..base()
            },
        ),
        (
            "24 h, failed",
            RunQuery {
                since: day,
                states: failed.clone(),
                ..base()
            },
        ),
        (
            "24 h, killed (none)",
            RunQuery {
                since: day,
                states: vec![RunState::Killed],
                ..base()
            },
        ),
        (
            "24 h, project",
            RunQuery {
                since: day,
                project: project.clone(),
                ..base()
            },
        ),
        (
            "project, node, failed",
            RunQuery {
                project,
                node: node.clone(),
                states: failed,
                ..base()
            },
        ),
        (
            "node, from the middle",
            RunQuery {
                node,
                after,
                ..base()
            },
        ),
        ("100 jobs", RunQuery { jobs, ..base() }),
    ]
}

/// What a person narrows a list by.
fn narrowed() -> Vec<(&'static str, RunQuery)> {
    let end = Timestamp::from_second(1_750_000_000 + RUNS / 10).expect("in range");
    let since = Some(end - Duration::from_secs(86_400));
    let base = || RunQuery {
        limit: 50,
        since,
        ..RunQuery::default()
    };
    vec![
        (
            "24 h, exit not 0",
            RunQuery {
                exits: Some(ExitCodes::NotAmong(vec![0])),
                ..base()
            },
        ),
        (
            "24 h, exit 9 (none)",
            RunQuery {
                exits: Some(ExitCodes::Among(vec![9])),
                ..base()
            },
        ),
        (
            "24 h, by hand",
            RunQuery {
                triggers: vec![Trigger::Manual],
                ..base()
            },
        ),
        (
            "24 h, some nodes, not one job",
            RunQuery {
                nodes: NamePatterns {
                    like: vec!["node-*".to_owned()],
                    unlike: vec!["node-3".to_owned()],
                },
                jobs_not: vec![JobId(Uuid::from_u128(5))],
                ..base()
            },
        ),
        (
            "24 h, 5,000 jobs",
            RunQuery {
                jobs: (0..5_000).map(|job| JobId(Uuid::from_u128(job))).collect(),
                ..base()
            },
        ),
    ]
}
