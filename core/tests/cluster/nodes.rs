use belfry_core::cluster::{AUDIT_KIND, ClusterError, NodeAnswer};
use belfry_core::coord::Coord;
use belfry_core::dispatch::{Ask, OrderValue, RunValue, SeriesKey, SessionValue};
use belfry_core::history::History;
use belfry_core::id::{NodeId, Scope};
use belfry_core::keyspace::json;
use belfry_core::run::RunState;
use serde_json::json as object;

use super::stage::{Stage, minute};

fn node() -> NodeId {
    "web-1".parse().expect("a name")
}

fn session(draining: bool, config_error: Option<&str>) -> SessionValue {
    let value = object!({
        "v": 1, "fingerprint": "f", "disk_id": "00000000-0000-0000-0000-000000000001",
        "version": "0.1.0", "host": "web", "pid": 7, "up_since": "2026-01-01T00:00:00Z",
        "draining": draining, "config_error": config_error,
    });
    serde_json::from_value(value).expect("a session")
}

impl Stage {
    async fn says(&self, draining: bool, config_error: Option<&str>) {
        let key = self.keys.session(&node());
        self.put(key, json(&session(draining, config_error))).await;
    }

    async fn read(&self, key: &str) -> Option<Vec<u8>> {
        let found = self.coord.get(&[key.to_owned()]).await.expect("an answer");
        found
            .1
            .into_iter()
            .flatten()
            .next()
            .map(|entry| entry.value)
    }

    /// Renews the session again and again, as an agent does.
    async fn goes_on_saying(&self, draining: bool, config_error: Option<&str>) -> NodeAnswer {
        loop {
            self.says(draining, config_error).await;
            tokio::task::yield_now().await;
        }
    }

    async fn answer(&self) -> OrderValue {
        let orders = self.coord.list(&self.keys.orders(&node())).await;
        let order = orders.expect("a list").entries.pop().expect("an order");
        self.delete(order.key).await;
        serde_json::from_slice(&order.value).expect("an order")
    }
}

#[tokio::test]
async fn a_drain_is_confirmed_by_the_session_and_not_by_the_answer_alone() {
    let web = node();
    let stage = Stage::new().await;
    let gone = stage.cluster.ask_node(&node(), Ask::Drain).await;
    assert!(matches!(gone, Err(ClusterError::NoSuchNode { .. })));
    stage.says(false, None).await;
    for (ask, says) in [(Ask::Drain, true), (Ask::Undrain, false)] {
        let order = stage.cluster.ask_node(&node(), ask.clone()).await;
        let order = order.expect("an order");
        assert_eq!(stage.answer().await.ask, ask);
        let answer = tokio::select! {
            answer = stage.cluster.wait_for_node(&web, (order, &ask)) => answer.expect("an answer"),
            never = stage.goes_on_saying(says, None) => never,
        };
        assert_eq!(answer, NodeAnswer::Done);
    }
    // Answered, as an expired one is, and the session says that nothing came of it.
    let order = stage.cluster.ask_node(&node(), Ask::Drain).await;
    let order = order.expect("an order");
    stage.answer().await;
    let answer = tokio::select! {
        answer = stage.cluster.wait_for_node(&web, (order, &Ask::Drain)) => answer.expect("an answer"),
        never = stage.goes_on_saying(false, None) => never,
    };
    assert!(matches!(answer, NodeAnswer::NotDone(_)), "{answer:?}");
}

#[tokio::test]
async fn a_reload_that_failed_says_why() {
    let web = node();
    let stage = Stage::new().await;
    stage.says(false, Some("said before")).await;
    let order = stage.cluster.ask_node(&node(), Ask::Reload).await;
    let order = order.expect("an order");
    stage.answer().await;
    let answer = tokio::select! {
        answer = stage.cluster.wait_for_node(&web, (order, &Ask::Reload)) => answer.expect("an answer"),
        never = stage.goes_on_saying(false, Some("weight: write a number")) => never,
    };
    let why = "weight: write a number".to_owned();
    assert_eq!(answer, NodeAnswer::NotDone(why));
}

#[tokio::test]
async fn only_a_lost_run_of_an_absent_owner_is_released_and_history_knows_who_did_it() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (key, mut value) = stage.claim(&job, minute(0)).await;
    let held = stage.keys.active(&SeriesKey {
        project: key.project.clone(),
        job: key.job,
        scope: key.scope.clone(),
    });
    value.active = Some(key.scope.clone());
    stage
        .put(held.clone(), value.claim_id.to_string().into_bytes())
        .await;
    stage.put(stage.keys.run(&key), json(&value)).await;
    let run = key.run_id();
    let going = stage.cluster.release_run(run).await;
    assert!(
        matches!(going, Err(ClusterError::NotHeld { .. })),
        "{going:?}"
    );

    value.state = RunState::Lost;
    stage.put(stage.keys.run(&key), json(&value)).await;
    stage.says(false, None).await;
    let back = stage.cluster.release_run(run).await;
    assert!(
        matches!(back, Err(ClusterError::OwnerIsBack { .. })),
        "{back:?}"
    );
    assert!(
        stage.read(&held).await.is_some(),
        "and nothing of it was done"
    );

    stage.delete(stage.keys.session(&node())).await;
    assert_eq!(
        stage.cluster.release_run(run).await.expect("released"),
        node()
    );
    assert!(stage.read(&held).await.is_none());
    let left = stage
        .read(&stage.keys.run(&key))
        .await
        .expect("for history");
    let left: RunValue = serde_json::from_slice(&left).expect("a run");
    assert_eq!((left.state, left.active), (RunState::Lost, None));
    let audit = stage
        .history
        .versions(AUDIT_KIND, &format!("run/{run}"), 5)
        .await;
    let audit = audit.expect("history answers");
    let said: Vec<_> = audit
        .iter()
        .map(|it| (it.action.as_str(), it.by.as_str()))
        .collect();
    assert_eq!(said, [("release_run", "ann@desk")]);
    let again = stage.cluster.release_run(run).await;
    assert!(
        matches!(again, Err(ClusterError::NotHeld { .. })),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_node_is_removed_when_it_is_gone_with_what_it_left_and_without_its_cursors() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (key, mut value) = stage.claim(&job, minute(0)).await;
    value.active = Some(key.scope.clone());
    let series = SeriesKey {
        project: key.project.clone(),
        job: key.job,
        scope: key.scope.clone(),
    };
    stage
        .put(
            stage.keys.active(&series),
            value.claim_id.to_string().into_bytes(),
        )
        .await;
    stage.put(stage.keys.run(&key), json(&value)).await;
    let own = SeriesKey {
        scope: Scope::Node(node()),
        ..series.clone()
    };
    stage
        .put(stage.keys.cursor(&own), b"00000000001780000000/1".to_vec())
        .await;
    stage.put(stage.keys.info(&node()), b"{}".to_vec()).await;
    stage.says(false, None).await;
    let there = stage.cluster.remove_node(&node()).await;
    assert!(
        matches!(there, Err(ClusterError::NodeIsThere { .. })),
        "{there:?}"
    );

    stage.delete(stage.keys.session(&node())).await;
    let removed = stage.cluster.remove_node(&node()).await.expect("removed");
    assert_eq!((removed.given_up, removed.taken_over), (1, 0));
    assert!(stage.read(&stage.keys.info(&node())).await.is_none());
    assert!(stage.read(&stage.keys.active(&series)).await.is_none());
    assert!(stage.read(&stage.keys.cursor(&own)).await.is_some());
    let left = stage
        .read(&stage.keys.run(&key))
        .await
        .expect("for history");
    let left: RunValue = serde_json::from_slice(&left).expect("a run");
    assert_eq!(left.state, RunState::Lost);
    let audit = stage.history.versions(AUDIT_KIND, "node/web-1", 5).await;
    assert_eq!(audit.expect("history answers").len(), 1);
}
