//! Wires between an agent and etcd cut and stalled, the history of etcd compacted meanwhile, and
//! etcd without a quorum.

use std::cell::OnceCell;
use std::fs;
use std::time::Duration;

use belfry_core::id::JobId;
use belfry_core::run::RunState;
use belfry_harness::cluster::node_id;
use belfry_harness::place::job;
use belfry_harness::proxy::{Proxy, Wire};
use belfry_harness::wait;
use belfry_harness::witness::Witness;
use belfry_scenarios::fault_log::{Fault, FaultLog};
use belfry_scenarios::ledger::Rhythm;
use jiff::Timestamp;

use crate::world::{Ringing, World, size};

/// Without a renewal for this long an agent decides nothing.
const TRUSTED_FOR_S: i64 = 10;
/// Longer than a session lives.
const CUT_FOR: Duration = Duration::from_secs(20);

/// A world in which node b reaches etcd over a wire.
async fn wired() -> (World, Proxy) {
    let wire = OnceCell::new();
    let world = World::bare(1, async |servers, node| {
        if node != "b" {
            return servers.configure(node, "");
        }
        let proxy = Proxy::to(servers.etcd.port(0)).await;
        let direct = servers.etcd.endpoint(0);
        let over = servers.servers.replace(&direct, &proxy.endpoint());
        servers.configure_with(node, "", &over);
        assert!(wire.set(proxy).is_ok(), "there is one b");
    })
    .await;
    (world, wire.into_inner().expect("it was made for b"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_cut_off_decides_nothing_and_its_programs_go_on() {
    let (mut world, wire) = wired().await;
    world.put_usual().await;
    let mut log = FaultLog::default();
    // Of jobs that are not accounted for with the usual ones.
    let aside = Witness::new(world.servers.place.dir(), "aside");
    for (number, made) in [Wire::Cut, Wire::Stalled].into_iter().enumerate() {
        let go = world.servers.dir("b").join(format!("go {number}"));
        let script = format!(
            "{}while [ ! -e '{}' ]; do sleep 0.1; done\n",
            aside.line(),
            go.display()
        );
        let mut draft = job(&format!("long {number}"), "@manual", script);
        draft.place.on = Some("node:b".to_owned());
        let long = world.servers.place.put_job(draft).await;
        let run = world.servers.place.run_now(long).await;
        wait::until("it runs", Duration::from_secs(90), async || {
            aside.starts().contains_key(&(run, 1)).then_some(())
        })
        .await;

        log.begins(Fault::Away("b"));
        let (cut_at, ended) = (Timestamp::now().as_second(), wire.ended());
        wire.make(made);
        let new = put_meanwhile(&world, &format!("new {number}")).await;
        fs::write(&go, "").expect("the folder is ours");
        wait::a_while(CUT_FOR).await;
        assert!(!world.servers.is_up("b").await, "it was cut off in earnest");
        assert!(
            wire.ended() > ended || wire.held() > 0,
            "the wire was in use"
        );
        let healed = Timestamp::now().as_second();
        wire.make(Wire::Sound);
        world
            .servers
            .place
            .up(&node_id("b"), &world.agents["b"])
            .await;
        log.ends(Fault::Away("b"));

        // It saw what its watch could not tell any more.
        let run_of_new = world.newest_run_after(new, healed).await;
        assert_eq!(run_of_new.node.as_str(), "b");
        let record = world
            .servers
            .place
            .ended(run, Duration::from_secs(90))
            .await;
        assert_eq!(record.state, RunState::Succeeded, "{record:?}");
        let finished = record.finished_at.expect("it ran").as_second();
        assert!(finished < healed, "it ended while nobody could be told");
        nothing_decided(&world, cut_at + TRUSTED_FOR_S + 1, healed).await;
    }
    assert_eq!(aside.starts().values().map(Vec::len).max(), Some(1));
    world.account().await.are_explained(&world, &log).await;
}

/// A job for the agent that is cut off, put where its watch will not find it any more.
async fn put_meanwhile(world: &World, name: &str) -> JobId {
    let known = world.servers.place.coord.get(&[]).await;
    let (known, _) = known.expect("etcd answers");
    let mut draft = job(name, &Rhythm::SECOND.schedule(), ":");
    draft.place.on = Some("node:b".to_owned());
    draft.start_deadline = Some("5s".to_owned());
    let new = world.servers.place.put_job(draft).await;
    let compacted = world.servers.etcd.compact().await;
    assert!(compacted.unsigned_abs() > known, "the put is compacted");
    new
}

/// Node b decided none of the usual jobs in this time.
async fn nothing_decided(world: &World, from: i64, until: i64) {
    for Ringing { id, .. } in &world.jobs {
        for record in world.servers.place.records(*id).await {
            let decided = record.decided_at.as_second();
            let by_b = record.node.as_str() == "b" && (from..until).contains(&decided);
            assert!(!by_b, "{record:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_quorum_nothing_starts_and_afterwards_everything_is_accounted_for() {
    let mut world = World::start(3).await;
    let mut log = FaultLog::default();
    for _ in 0..size().times.min(3) {
        log.begins(Fault::Leader);
        let leader = world.servers.etcd.leader().await;
        let other = (leader + 1) % 3;
        world.servers.etcd.kill(leader);
        world.servers.etcd.kill(other);
        // What was decided before starts yet.
        wait::a_while(CUT_FOR / 4).await;
        let before = world.witness.starts().len();
        wait::a_while(CUT_FOR * 3 / 4).await;
        let during = world.witness.starts().len() - before;
        assert_eq!(during, 0, "nobody could decide");
        world.servers.etcd.restart_all(&[leader, other]).await;
        log.ends(Fault::Leader);
        let back = Timestamp::now().as_second() + 1;
        for Ringing { id, .. } in &world.jobs {
            world.newest_run_after(*id, back).await;
        }
    }
    let accounts = world.account().await;
    let missed = accounts.states.get("skipped misfire").copied();
    assert!(missed.unwrap_or_default() > 0, "{:?}", accounts.states);
    accounts.are_explained(&world, &log).await;
}
