use belfry_core::cluster::{ClusterError, KillEnd};
use belfry_core::coord::Coord;
use belfry_core::dispatch::{Ask, OrderValue, RequestValue};
use belfry_core::history::{History, RunQuery, Upload};
use belfry_core::keyspace::json;
use belfry_core::run::RunState;

use super::stage::{Stage, claimed, minute, record};

#[tokio::test]
async fn a_kill_is_an_order_to_the_owner_and_confirmed_by_the_end_alone() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (key, mut value) = stage.claim(&job, minute(0)).await;
    let run = key.run_id();
    let wish = stage.cluster.kill(run).await.expect("an order");
    assert_eq!(wish.node, Some("web-1".parse().expect("a name")));
    stage
        .cluster
        .kill(run)
        .await
        .expect("asked twice is asked once");
    let orders = stage
        .coord
        .list(&stage.keys.orders(&value.node))
        .await
        .expect("a list");
    assert_eq!(orders.entries.len(), 1);
    let order: OrderValue = serde_json::from_slice(&orders.entries[0].value).expect("an order");
    assert_eq!(order.ask, Ask::Kill { run_id: run });
    assert_eq!(order.not_after.duration_since(order.asked_at).as_secs(), 60);
    let shown = stage.cluster.run_detail(run).await.expect("the run");
    assert_eq!(
        shown.kill.map(|kill| (kill.by, kill.overdue)),
        Some(("ann@desk".to_owned(), false))
    );

    // The order is gone, and that proves nothing.
    stage.delete(orders.entries[0].key.clone()).await;
    let waiting = stage.cluster.wait_for_kill(&wish);
    let ending = async {
        value.outcome = Some(record(&key, &value, RunState::Killed));
        value.state = RunState::Killed;
        stage.put(stage.keys.run(&key), json(&value)).await;
    };
    let (end, ()) = tokio::join!(waiting, ending);
    assert!(matches!(end.expect("an answer"), KillEnd::Killed(_)));
    let again = stage.cluster.kill(run).await;
    assert!(
        matches!(again, Err(ClusterError::NotRunning { .. })),
        "{again:?}"
    );
}

#[tokio::test]
async fn between_two_attempts_a_run_is_not_over() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (key, value) = stage.claim(&job, minute(0)).await;
    let first = record(&key, &value, RunState::Failed);
    stage
        .history
        .upload(&Upload {
            runs: vec![first.clone()],
            ..Upload::default()
        })
        .await
        .expect("told");
    stage
        .cluster
        .kill(key.run_id())
        .await
        .expect("it goes on, so it can be ended");
    let end = stage
        .cluster
        .wait_for_end(key.run_id(), std::time::Duration::ZERO)
        .await;
    assert_eq!(end.expect("an answer"), None);

    let mut second = claimed(&key, minute(0));
    (second.attempt, second.due) = (2, vec![first]);
    stage.put(stage.keys.run(&key), json(&second)).await;
    let attempts = stage
        .cluster
        .attempts(key.run_id())
        .await
        .expect("attempts");
    let states: Vec<_> = attempts
        .iter()
        .map(|record| (record.attempt, record.state))
        .collect();
    assert_eq!(states, [(1, RunState::Failed), (2, RunState::Claimed)]);
}

#[tokio::test]
async fn a_request_is_put_once_and_taken_back_by_a_kill() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    stage.lose(1);
    let run = stage.cluster.run_now(&job).await.expect("asked");
    let read = async || {
        let requests = stage
            .coord
            .list(&stage.keys.requests())
            .await
            .expect("a list");
        assert_eq!(requests.entries.len(), 1);
        serde_json::from_slice::<RequestValue>(&requests.entries[0].value).expect("a request")
    };
    let asked = read().await;
    assert_eq!((asked.by.as_str(), asked.cancel), ("ann@desk", false));
    assert_eq!(
        asked.not_after.duration_since(asked.asked_at).as_secs(),
        600
    );
    let wish = stage.cluster.kill(run).await.expect("taken back");
    assert_eq!(wish.node, None);
    assert!(read().await.cancel);
    let end = stage.cluster.wait_for_kill(&wish).await.expect("an answer");
    assert_eq!(end, KillEnd::NotConfirmed, "no agent is there to say so");

    stage.cluster.delete(&job, None).await.expect("a removal");
    let late = stage.cluster.run_now(&job).await;
    assert!(
        matches!(late, Err(ClusterError::NoSuchJob { .. })),
        "{late:?}"
    );
}

#[tokio::test]
async fn following_a_log_is_an_order_that_is_renewed_as_another() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (key, value) = stage.claim(&job, minute(0)).await;
    let orders = async || {
        let listing = stage
            .coord
            .list(&stage.keys.orders(&value.node))
            .await
            .expect("a list");
        listing
            .entries
            .into_iter()
            .map(|entry| entry.key)
            .collect::<Vec<_>>()
    };
    let mut tail = stage
        .cluster
        .follow_log(key.run_id())
        .await
        .expect("asked")
        .expect("it goes on");
    let first = orders().await;
    stage.cluster.renew_tail(&mut tail).await.expect("renewed");
    let second = orders().await;
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_ne!(first, second);
    stage.cluster.end_tail(&tail).await.expect("taken back");
    assert_eq!(orders().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_list_has_what_history_was_not_told_yet_once_and_in_its_place() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let mut told = Vec::new();
    for index in 0..5 {
        let (key, value) = stage.claim(&job, minute(index)).await;
        if index % 2 == 0 {
            told.push(record(&key, &value, RunState::Succeeded));
        }
    }
    stage
        .history
        .upload(&Upload {
            runs: told,
            ..Upload::default()
        })
        .await
        .expect("told");
    let mut query = belfry_core::view::RunsQuery {
        job_id: Some(job.id.to_string()),
        states: Vec::new(),
        after: None,
        limit: 2,
    };
    let mut seen = Vec::new();
    loop {
        let page = stage.cluster.runs_page(&query).await.expect("a page");
        seen.extend(page.rows.iter().map(|row| row.state));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let (succeeded, claimed) = (RunState::Succeeded, RunState::Claimed);
    assert_eq!(seen, [succeeded, claimed, succeeded, claimed, succeeded]);
    let claimed_only = RunQuery {
        states: vec![claimed],
        limit: 10,
        ..RunQuery::default()
    };
    assert_eq!(
        stage
            .cluster
            .runs(&claimed_only)
            .await
            .expect("a list")
            .len(),
        2
    );
}
