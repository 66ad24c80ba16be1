//! Any bytes in any key of etcd: said with the key, and every other job goes on.

use std::time::Duration;

use belfry_core::definition::FullName;
use belfry_core::dispatch::{RequestKey, RunKey, SeriesKey};
use belfry_core::id::{EditId, JobId, Moment, OrderId, RequestId, Scope};
use belfry_harness::cluster::node_id;
use belfry_harness::place::{job, project};
use belfry_harness::wait;
use belfry_scenarios::ledger::Rhythm;
use jiff::Timestamp;
use uuid::Uuid;

use crate::world::{NODES, World};

const GARBAGE: [&[u8]; 4] = [b"", b"\xff\x00{", b"{\"v\":1}", b"[[[[[[[["];

/// A key of every kind that an agent reads, told of by those who look after it.
fn told(world: &World, job: JobId) -> Vec<String> {
    let keys = &world.servers.place.keys;
    let request = RequestKey {
        project: project(),
        job,
        request: RequestId(Uuid::new_v4()),
    };
    let stranger = JobId(Uuid::new_v4());
    vec![
        keys.job(&project(), stranger),
        keys.pending(EditId(Uuid::new_v4())),
        keys.order(&node_id("a"), OrderId(Uuid::new_v4())),
        keys.request(&request),
        keys.session(&node_id("stranger")),
        format!("{}test/no-uuid", keys.jobs()),
        format!("{}garbage", keys.requests()),
        keys.run(&RunKey {
            project: project(),
            job,
            scope: Scope::One,
            moment: Moment::At(Timestamp::from_second(1).expect("an instant")),
        }),
        keys.cursor(&series(job)),
    ]
}

/// Keys that nobody needs to read.
fn untold(world: &World) -> Vec<String> {
    let keys = &world.servers.place.keys;
    let stranger = series(JobId(Uuid::new_v4()));
    vec![
        keys.cursor(&stranger),
        keys.active(&stranger),
        keys.last(&stranger),
        keys.info(&node_id("stranger")),
        keys.name(&FullName::of_job(&project(), "stranger")),
        format!("{}strange/kind/of/key", keys.root()),
    ]
}

fn series(job: JobId) -> SeriesKey {
    SeriesKey {
        project: project(),
        job,
        scope: Scope::One,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_in_any_key_is_said_with_the_key_and_every_other_job_goes_on() {
    let mut world = World::bare(1, async |servers, node| servers.configure(node, "")).await;
    let script = world.witness.line();
    let victim = world
        .servers
        .place
        .put_job(job("victim", "@every 1s", &*script))
        .await;
    let usual = world.put(Rhythm::SECOND, job("usual", "", script)).await;
    world.newest_run_after(usual, world.first).await;

    let told = told(&world, victim);
    for (number, key) in told.iter().chain(&untold(&world)).enumerate() {
        let garbage = GARBAGE[number % GARBAGE.len()];
        world.servers.place.put(key.clone(), garbage).await;
    }
    // Somebody who comes up finds it all there.
    world.crash("c");
    world.come_back("c").await;
    let now = Timestamp::now().as_second();
    world.newest_run_after(usual, now + 3).await;
    for key in &told {
        let says = |node: &str| world.agents[node].log().contains(key.as_str());
        wait::until_seldom(
            &format!("somebody says {key}"),
            Duration::from_secs(120),
            async || NODES.iter().any(|node| says(node)).then_some(()),
        )
        .await;
    }
    for node in NODES {
        let log = world.agents[node].log();
        assert!(!log.contains("panicked"), "{log}");
    }
    assert_eq!(world.witness.starts().values().map(Vec::len).max(), Some(1));
}
