//! Agents killed and held still, and the leader of etcd killed.

use std::time::Duration;

use belfry_core::run::RunState;
use belfry_harness::wait;
use jiff::Timestamp;
use rustix::process::Signal;

use crate::world::{NODES, Ringing, World, size};

/// A dead node's work moves within this.
const MOVES_WITHIN_S: i64 = 20;
/// Longer than a session lives, shorter than what declares runs lost.
const HELD_STILL: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread")]
async fn the_work_of_a_dead_agent_moves_and_one_held_still_starts_nothing_twice() {
    let mut world = World::start(1).await;
    let id = world.jobs[0].id;
    let now = Timestamp::now().as_second();
    let dead = world.newest_run_after(id, now).await.node;
    let dead = NODES.into_iter().find(|node| *node == dead.as_str());
    let dead = dead.expect("one of the three");
    let still = NODES
        .into_iter()
        .find(|node| *node != dead)
        .expect("another");

    world.agents[still].signal(Signal::STOP);
    world.crash(dead);
    let killed = Timestamp::now().as_second() + 1;
    let moved = world.newest_run_after(id, killed).await;
    assert!(moved.node.as_str() != dead);
    let after = moved.decided_at.as_second() - killed;
    println!("moved after {after} s");
    assert!(after <= MOVES_WITHIN_S, "{moved:?}");

    wait::a_while(HELD_STILL).await;
    assert!(
        !world.servers.is_up(still).await,
        "it was held still in earnest"
    );
    world.agents[still].signal(Signal::CONT);
    world.come_back(dead).await;
    wait::until("it is back", Duration::from_secs(90), async || {
        world.servers.is_up(still).await.then_some(())
    })
    .await;
    let log = world.agents[still].log();
    assert!(log.contains("no decisions until a new one"), "{log}");
    let now = Timestamp::now().as_second();
    world.newest_run_after(id, now + 1).await;
    world.account().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_death_of_etcds_leader_neither_loses_nor_doubles_a_run() {
    let mut world = World::start(3).await;
    for _ in 0..size().times {
        let leader = world.servers.etcd.leader().await;
        world.servers.etcd.kill(leader);
        let killed = Timestamp::now().as_second();
        let next = world.servers.etcd.leader().await;
        assert_ne!(next, leader, "another one leads");
        // Those that were due in between may be late, and still run.
        for Ringing { id, .. } in &world.jobs {
            let run = world.newest_run_after(*id, killed + 1).await;
            assert_eq!(run.state, RunState::Succeeded, "{run:?}");
        }
        world.servers.etcd.restart(leader).await;
        wait::a_while(Duration::from_secs(5)).await;
    }
    // A run whose end waited for the new leader holds its job's overlap a little longer.
    let states = world.account().await.states;
    let known = ["succeeded ", "skipped overlap"];
    let others: Vec<_> = states
        .keys()
        .filter(|state| !known.contains(&state.as_str()))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}
