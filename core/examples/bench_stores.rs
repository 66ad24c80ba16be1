//! Measures the embedded stores in a temporary folder: `cargo run --release -p belfry-core
//! --features io --example bench_stores [coord | history]`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use belfry_core::coord::embedded::Embedded;
use belfry_core::coord::{Coord, WatchEvent};
use belfry_core::history::sqlite::SqliteHistory;
use belfry_core::txn::{Check, Compare, Op, Txn};

#[path = "bench_parts/history.rs"]
mod history;

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
        let history = SqliteHistory::open(dir.path()).await?;
        history::measure(&history).await?;
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
