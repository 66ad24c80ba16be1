//! What people do about nodes: drain one, release what a dead one left, and remove it.

use std::process::Command;
use std::time::Duration;

use belfry_core::cluster::{ClusterError, NodeAnswer};
use belfry_core::dispatch::{Ask, RunValue};
use belfry_core::id::RunId;
use belfry_core::keyspace::json;
use belfry_core::run::RunState;
use belfry_harness::cluster::{ClusterPlace, node_id};
use belfry_harness::place::job;
use belfry_harness::{programs, wait};
use jiff::Timestamp;

/// Longer than a session outlives its agent.
const GONE_WITHIN: Duration = Duration::from_secs(90);
/// On a machine that has other things to do.
const SOON: Duration = Duration::from_secs(90);

async fn drains(servers: &ClusterPlace, node: &str) -> Option<bool> {
    let seen = servers.cluster().node(&node_id(node)).await.ok()?;
    seen.session.map(|session| session.draining)
}

/// The node of a run that was asked for, once its program runs.
async fn runs_on(servers: &ClusterPlace, run: RunId) -> String {
    wait::until("the program runs", SOON, async || {
        let runs = servers.place.coord.list(&servers.place.keys.runs()).await;
        let entries = runs.expect("etcd answers").entries;
        let read = |entry: &belfry_core::txn::Entry| serde_json::from_slice(&entry.value).ok();
        let value: RunValue = { entries }
            .iter()
            .filter_map(read)
            .find(|it: &RunValue| it.run_id == run)?;
        let folder = servers
            .dir(value.node.as_str())
            .join("runs")
            .join(run.to_string());
        folder
            .join("1")
            .join("gate")
            .exists()
            .then(|| value.node.to_string())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_node_takes_nothing_new_also_after_a_restart_until_that_is_ended() {
    let servers = ClusterPlace::start(1).await;
    servers.configure("a", "");
    servers.configure("b", "");
    let (first, _other) = (servers.agent("a").await, servers.agent("b").await);
    let (a, cluster) = (node_id("a"), servers.cluster());
    let mut draft = job("tick", "@every 1s", "true");
    draft.place.nodes = Some("node:a, node:b".to_owned());
    draft.place.balance = belfry_core::job::Balance::Ordered;
    let id = servers.place.put_job(draft).await;
    let on = async |node: &str, after: Timestamp| {
        wait::until("it rings there", SOON, async || {
            let records = servers.place.records(id).await;
            let newest = records
                .first()
                .filter(|record| record.scheduled_at > after)?;
            (newest.node.as_str() == node).then_some(newest.scheduled_at)
        })
        .await
    };
    on("a", Timestamp::UNIX_EPOCH).await;

    let order = cluster.ask_node(&a, Ask::Drain).await.expect("an order");
    let answer = cluster.wait_for_node(&a, (order, &Ask::Drain)).await;
    assert_eq!(answer.expect("etcd answers"), NodeAnswer::Done);
    let drained = Timestamp::now();
    first.stop().await;
    let again = servers.agent("a").await;
    assert_eq!(drains(&servers, "a").await, Some(true), "{}", again.log());
    let last = on("b", drained + Duration::from_secs(4)).await;
    let records = servers.place.records(id).await;
    let since = |record: &&belfry_core::run::RunRecord| record.scheduled_at > drained;
    for record in records.iter().filter(since) {
        assert_eq!(record.node.as_str(), "b", "{record:?}");
    }

    // On the host itself, without the stores.
    let mut undrain = Command::new(programs::agent());
    let done = undrain
        .arg("undrain")
        .arg("--config")
        .arg(servers.dir("a").join("agent.toml"));
    assert!(done.status().expect("it can be executed").success());
    on("a", last).await;
    assert_eq!(drains(&servers, "a").await, Some(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_node_holds_up_goes_on_when_it_is_released_or_the_node_removed() {
    let servers = ClusterPlace::start(1).await;
    servers.configure("a", "");
    servers.configure("b", "");
    let a = servers.agent("a").await;
    let cluster = servers.cluster();
    let script = "[ \"$BELFRY_NODE\" = b ] || sleep 300";
    let mut held = Vec::new();
    for name in ["released", "removed"] {
        let id = servers.place.put_job(job(name, "@manual", script)).await;
        let run = servers.place.run_now(id).await;
        assert_eq!(runs_on(&servers, run).await, "a");
        held.push((id, run));
    }
    let _b = servers.agent("b").await;
    let there = cluster.remove_node(&node_id("a")).await;
    assert!(
        matches!(there, Err(ClusterError::NodeIsThere { .. })),
        "{there:?}"
    );
    a.kill();
    wait::until("its session is gone", GONE_WITHIN, async || {
        (!servers.is_up("a").await).then_some(())
    })
    .await;
    let [(one, run), (other, _)] = held[..] else {
        unreachable!("there are two");
    };
    let blocked = servers.place.run_now(one).await;
    let blocked = servers.place.ended(blocked, SOON).await;
    assert_eq!(blocked.state, RunState::Skipped, "{blocked:?}");
    call_lost(&servers, run).await;
    assert_eq!(
        cluster.release_run(run).await.expect("released"),
        node_id("a")
    );
    let next = servers.place.run_now(one).await;
    assert_eq!(
        servers.place.ended(next, SOON).await.state,
        RunState::Succeeded
    );

    let removed = cluster.remove_node(&node_id("a")).await.expect("removed");
    assert_eq!((removed.given_up, removed.taken_over), (1, 0));
    let next = servers.place.run_now(other).await;
    assert_eq!(
        servers.place.ended(next, SOON).await.state,
        RunState::Succeeded
    );
    let known = cluster.all_nodes().await.expect("etcd answers");
    let info = |node: &belfry_core::cluster::NodeDetail| node.info.is_some();
    let left: Vec<_> = known
        .iter()
        .filter(|node| info(node))
        .map(|node| node.id.as_str())
        .collect();
    assert_eq!(left, ["b"]);
}

/// As the other agent does when the owner has been gone for a minute.
async fn call_lost(servers: &ClusterPlace, run: RunId) {
    let listing = servers.place.coord.list(&servers.place.keys.runs()).await;
    for entry in listing.expect("etcd answers").entries {
        let mut value: RunValue = serde_json::from_slice(&entry.value).expect("a run");
        if value.run_id == run {
            value.state = RunState::Lost;
            servers.place.put(entry.key, &json(&value)).await;
        }
    }
}
