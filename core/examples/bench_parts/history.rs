//! A million runs, and how long lists of them take: the part that every history shares.

use std::time::{Duration, Instant};

use belfry_core::history::{
    ExitCodes, History, HistoryError, NamePatterns, PageKey, RunQuery, Upload,
};
use belfry_core::id::{JobId, Moment, NodeId, RunId, Scope};
use belfry_core::limits::JOBS_PER_QUERY_MAX;
use belfry_core::run::{RunRecord, RunState, Trigger};
use jiff::Timestamp;
use uuid::Uuid;

/// Runs that are stored.
pub const RUNS: i64 = 1_000_000;
/// Jobs that they are of.
pub const JOBS: i64 = 10_000;
/// Runs of one upload.
pub const BATCH: i64 = 500;

/// A run of one of many jobs; ten are due in a second.
pub fn record(index: i64) -> RunRecord {
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

/// Fills an empty history and asks it what lists ask.
pub async fn measure(history: &dyn History) -> Result<(), HistoryError> {
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
    let end = Timestamp::from_second(1_750_000_000 + RUNS / 10).expect("in range");
    let day = Some(end - Duration::from_secs(86_400));
    for (name, query) in queries(day).into_iter().chain(narrowed(day)) {
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
        let (start, mut rows) = (Instant::now(), 0);
        for some in jobs.chunks(JOBS_PER_QUERY_MAX) {
            rows += history.newest_runs(some, 20).await?.len();
        }
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

fn queries(day: Option<Timestamp>) -> Vec<(&'static str, RunQuery)> {
    let base = || RunQuery {
        limit: 50,
        ..RunQuery::default()
    };
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
fn narrowed(day: Option<Timestamp>) -> Vec<(&'static str, RunQuery)> {
    let base = || RunQuery {
        since: day,
        limit: 50,
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
