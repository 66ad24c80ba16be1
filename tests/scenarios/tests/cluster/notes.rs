//! What people define besides jobs, and agents obey: notes about nodes, and calendars.

use std::time::Duration;

use belfry_core::definition::{Address, CalendarDraft, Kind, NodeDraft};
use belfry_core::job::CalendarsDraft;
use belfry_core::run::{Reason, RunRecord};
use belfry_core::txn::{Op, Txn};
use belfry_harness::cluster::{ClusterPlace, node_id};
use belfry_harness::place::job;
use belfry_harness::wait;

/// On a machine that does much else.
const WITHIN: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_noted_about_a_node_is_what_its_session_says_and_garbage_is_left_alone() {
    let servers = ClusterPlace::start(1).await;
    servers.configure(
        "a",
        "weight = 2\nlabels = { role = \"web\", rack = \"2\" }\n",
    );
    servers.configure("b", "");
    let _a = servers.agent("a").await;
    let b = servers.agent("b").await;
    let draft = NodeDraft {
        name: "a".to_owned(),
        weight: Some(0),
        labels: [("role".to_owned(), "db".to_owned())].into(),
        ..NodeDraft::default()
    };
    let noted = draft.validate().expect("a good draft");
    let cluster = servers.cluster();
    cluster.put(noted.into(), None).await.expect("it is noted");
    let session = wait::until("the session says so", WITHIN, async || {
        let session = cluster.node(&node_id("a")).await.ok()?.session?;
        (session.weight == 0).then_some(session)
    })
    .await;
    let labels: Vec<_> = session
        .labels
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    assert_eq!(labels, ["rack=2", "role=db"]);
    let info = wait::until("what it is says so too", WITHIN, async || {
        let info = cluster.node(&node_id("a")).await.ok()?.info?;
        (info.weight == Some(0)).then_some(info)
    })
    .await;
    assert_eq!(info.own_weight, Some(2));
    assert_eq!(info.own_labels["role"], "web");

    let id = servers
        .place
        .put_job(job("every second", "* * * * * *", "true".to_owned()))
        .await;
    let records = wait::until("three runs", WITHIN, async || {
        let records = servers.place.records(id).await;
        (records.len() >= 3).then_some(records)
    })
    .await;
    assert!(
        records.iter().all(|run| run.node == node_id("b")),
        "{records:?}"
    );

    let key = garbage_about(&servers, "b").await;
    wait::until("the agent names the key", WITHIN, async || {
        b.log().contains(&key).then_some(())
    })
    .await;
    assert!(servers.is_up("b").await);
}

/// Writes what nobody can read where the notes about a node are; returns the key.
async fn garbage_about(servers: &ClusterPlace, node: &str) -> String {
    let address = Address {
        kind: Kind::Node,
        project: None,
        id: node.to_owned(),
    };
    let key = servers.place.keys.definition(&address);
    let garbage = Txn {
        then: vec![Op::Put {
            key: key.clone(),
            value: b"{".to_vec(),
            lease: None,
        }],
        ..Txn::default()
    };
    let put = servers.place.coord.transact(&garbage).await;
    put.expect("etcd takes anything");
    key
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_skipped_on_a_day_that_its_calendar_leaves_out() {
    let servers = ClusterPlace::start(1).await;
    servers.configure("a", "");
    let _a = servers.agent("a").await;
    let cluster = servers.cluster();
    let calendar = |days: &str| CalendarDraft {
        name: "off".to_owned(),
        days: vec![days.to_owned()],
        ..CalendarDraft::default()
    };
    let all = calendar("01-01..12-31").validate().expect("every day");
    cluster.put(all.into(), None).await.expect("it is made");
    let mut draft = job("every second", "* * * * * *", "true".to_owned());
    draft.calendars = CalendarsDraft {
        exclude: vec!["off".to_owned()],
        only: Vec::new(),
    };
    let id = servers.place.put_job(draft).await;
    let is_left_out = |run: &RunRecord| run.reason == Some(Reason::ExcludedDay);
    wait::until("skipped instants", WITHIN, async || {
        let records = servers.place.records(id).await;
        assert!(records.iter().all(|run| run.started_at.is_none()));
        (records.iter().filter(|run| is_left_out(run)).count() >= 3).then_some(())
    })
    .await;
    let none = calendar("2020-01-01").validate().expect("one day");
    cluster.put(none.into(), None).await.expect("it is changed");
    wait::until("it runs from then on", WITHIN, async || {
        let records = servers.place.records(id).await;
        records
            .iter()
            .any(|run| run.started_at.is_some())
            .then_some(())
    })
    .await;
}
