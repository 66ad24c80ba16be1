//! Measures etcd as Belfry uses it, with one member and with three in temporary folders:
//! `cargo run --release -p belfry-core --features io --example bench_etcd`.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use belfry_core::coord::etcd::Etcd;
use belfry_core::coord::{Coord, CoordError, WatchEvent};
use belfry_core::limits::DECISIONS_PER_REQUEST_MAX;
use belfry_core::txn::{Check, Compare, Op, Txn};
use belfry_harness::etcd::EtcdCluster;

const SINGLY: usize = 500;
const TOGETHER: usize = 10_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    for members in [1, 3] {
        let cluster = EtcdCluster::start(members).await;
        let mut settings = cluster.settings();
        // As in a cluster whose leader is not the member that is asked.
        settings
            .endpoints
            .swap(0, (cluster.leader().await + 1) % members);
        let store = Arc::new(Etcd::connect(settings).await?);
        println!("etcd, members: {members}");
        latency(&store, "put", |index| Txn {
            then: vec![put("/b/put", index)],
            ..Txn::default()
        })
        .await?;
        latency(&store, "claim", |index| claim(0, index)).await?;
        for in_flight in [64, 256] {
            throughput(&store, in_flight, 1).await?;
        }
        throughput(&store, 8, DECISIONS_PER_REQUEST_MAX).await?;
        reads(&store).await?;
        noticed(&store).await?;
    }
    Ok(())
}

fn put(key: &str, index: usize) -> Op {
    Op::Put {
        key: key.to_owned(),
        value: format!("{index:0400}").into_bytes(),
        lease: None,
    }
}

/// A transaction as a claim makes it: compares, a cursor forward, a run, and what was there.
fn claim(writer: usize, index: usize) -> Txn {
    let cursor = format!("/b/cursor/{writer}");
    let run = format!("/b/run/{writer}/{index:020}");
    let compare = |key: &str, check| Compare {
        key: key.to_owned(),
        check,
    };
    Txn {
        compares: vec![
            compare(&run, Check::CreateRevision(0)),
            compare("/b/session", Check::CreateRevision(0)),
        ],
        then: vec![put(&cursor, index), put(&run, index)],
        otherwise: vec![Op::Get(cursor), Op::Get(run)],
    }
}

async fn latency(store: &Etcd, name: &str, txn: impl Fn(usize) -> Txn) -> Result<(), CoordError> {
    let mut took = Vec::with_capacity(SINGLY);
    for index in 0..SINGLY {
        let txn = txn(index);
        let start = Instant::now();
        store.transact(&txn).await?;
        took.push(start.elapsed());
    }
    print(&format!("{name}, one after the other"), took);
    Ok(())
}

fn print(name: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let (half, most) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    println!("  {name}: p50 {half:?}, p99 {most:?}");
}

/// Claims with so many requests in flight, each with so many claims.
async fn throughput(
    store: &Arc<Etcd>,
    in_flight: usize,
    nested: usize,
) -> Result<(), Box<dyn Error>> {
    let each = TOGETHER / in_flight / nested;
    let start = Instant::now();
    let writers: Vec<_> = (0..in_flight)
        .map(|writer| tokio::spawn(claims(store.clone(), writer, each, nested)))
        .collect();
    for writer in writers {
        writer.await??;
    }
    let rate = (in_flight * each * nested) as f64 / start.elapsed().as_secs_f64();
    println!("  {rate:.0} claims/s, {in_flight} requests in flight with {nested} each");
    Ok(())
}

async fn claims(
    store: Arc<Etcd>,
    writer: usize,
    each: usize,
    nested: usize,
) -> Result<(), CoordError> {
    for index in 0..each {
        let one = |part| claim((writer + 1) * 1000 + part, index);
        let txn = match nested {
            1 => one(0),
            _ => Txn {
                then: (0..nested).map(|part| Op::Nested(one(part))).collect(),
                ..Txn::default()
            },
        };
        store.transact(&txn).await?;
    }
    Ok(())
}

async fn reads(store: &Etcd) -> Result<(), CoordError> {
    let start = Instant::now();
    let listed = store.list("/b/run/").await?.entries.len();
    println!("  list of {listed} keys: {:?}", start.elapsed());
    Ok(())
}

/// How long after a commit a watch tells of it.
async fn noticed(store: &Etcd) -> Result<(), CoordError> {
    let mut watch = store.watch("/b/noticed/");
    while !matches!(watch.events.recv().await, Some(WatchEvent::Ready(_))) {}
    let mut took = Vec::new();
    for index in 0..100 {
        let txn = Txn {
            then: vec![put("/b/noticed/a", index)],
            ..Txn::default()
        };
        store.transact(&txn).await?;
        let start = Instant::now();
        while !matches!(watch.events.recv().await, Some(WatchEvent::Changed(_))) {}
        took.push(start.elapsed());
    }
    print("a commit told by a watch after", took);
    Ok(())
}
