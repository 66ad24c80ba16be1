//! Jobs ring on time and leave records.

use std::time::Duration;

use belfry_core::id::{JobId, NodeId, OrderId};
use belfry_core::run::{RunState, Trigger};
use belfry_harness::place::{NODE, Place, job, project};
use belfry_harness::wait;
use belfry_harness::witness::Witness;
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_every_second_rings_on_time_and_keeps_its_output() {
    let place = Place::new().await;
    let witness = Witness::new(place.dir(), "witness");
    let _agent = place.agent().await;
    let id = place
        .put_job(job(
            "every second",
            "* * * * * *",
            witness.line() + "echo rang",
        ))
        .await;

    let records = wait::until("five runs", Duration::from_secs(20), async || {
        let records = place.records(id).await;
        (records.iter().filter(|run| run.state.is_over()).count() >= 5).then_some(records)
    })
    .await;
    let starts = witness.starts();
    let mut instants: Vec<i64> = records
        .iter()
        .map(|run| run.scheduled_at.as_second())
        .collect();
    instants.sort_unstable();
    let first = instants[0];
    let expected: Vec<i64> = (first..first + i64::try_from(instants.len()).expect("few")).collect();
    assert_eq!(instants, expected, "every second once");
    for run in records.iter().filter(|run| run.state.is_over()) {
        assert_eq!(run.state, RunState::Succeeded, "{run:?}");
        assert_eq!((run.exit_code, run.output_bytes), (Some(0), 5));
        assert_eq!(place.output(run.run_id, 1).await, b"rang\n");
        let started: Vec<i64> = starts[&(run.run_id, 1)]
            .iter()
            .map(|at| at - run.scheduled_at.as_millisecond())
            .collect();
        assert!(
            started.len() == 1 && (0..10_000).contains(&started[0]),
            "{started:?} ms late"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_asks_for_a_run_and_it_runs_once() {
    let place = Place::new().await;
    let witness = Witness::new(place.dir(), "witness");
    let _agent = place.agent().await;
    let script = witness.line() + "echo \"$BELFRY_JOB $BELFRY_PROJECT $BELFRY_NODE\"; exit 3";
    let id = place.put_job(job("by hand", "@manual", script)).await;

    let run = place.run_now(id).await;
    let record = place.ended(run, Duration::from_secs(10)).await;
    assert_eq!(
        (record.state, record.exit_code),
        (RunState::Failed, Some(3))
    );
    assert_eq!(
        (record.trigger, record.by.as_deref()),
        (Trigger::Manual, Some("test"))
    );
    assert_eq!(place.output(run, 1).await, b"by hand test here\n");
    assert_eq!(witness.starts().into_keys().collect::<Vec<_>>(), [(run, 1)]);
    assert_eq!(
        place.count(&place.keys.requests()).await,
        0,
        "the request is consumed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_in_the_store_costs_a_warning_that_names_its_key() {
    let place = Place::new().await;
    let broken = place.keys.job(&project(), JobId(Uuid::new_v4()));
    let order = place
        .keys
        .order(&NodeId::new(NODE).expect("plain"), OrderId(Uuid::new_v4()));
    let strange = format!("{}test/no-uuid", place.keys.jobs());
    let request = format!("{}garbage", place.keys.requests());
    for key in [&broken, &order, &strange, &request] {
        place.put(key.clone(), b"\xff\x00{").await;
    }
    let agent = place.agent().await;
    let id = place
        .put_job(job("every second", "* * * * * *", "true"))
        .await;
    wait::until("two runs", Duration::from_secs(15), async || {
        let records = place.records(id).await;
        let succeeded = records
            .iter()
            .filter(|run| run.state == RunState::Succeeded);
        (succeeded.count() >= 2).then_some(())
    })
    .await;
    for key in [&broken, &order, &strange, &request] {
        assert!(
            agent.log().contains(key.as_str()),
            "{key} is not in the log:\n{}",
            agent.log()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_a_run_sees_its_output_while_it_runs() {
    let place = Place::new().await;
    let go = place.dir().join("go");
    let _agent = place.agent().await;
    let script = format!(
        "echo early; while [ ! -e '{}' ]; do sleep 0.1; done; echo late",
        go.display()
    );
    let id = place.put_job(job("slow", "@manual", script)).await;
    let run = place.run_now(id).await;
    place.follow(run).await;
    wait::until(
        "the first line is there",
        Duration::from_secs(10),
        async || (place.output(run, 1).await == b"early\n").then_some(()),
    )
    .await;
    let running = place.history.run(run).await.expect("history answers");
    assert!(
        running.iter().all(|record| !record.state.is_over()),
        "{running:?}"
    );
    std::fs::write(&go, "").expect("the folder is ours");
    place.ended(run, Duration::from_secs(10)).await;
    assert_eq!(place.output(run, 1).await, b"early\nlate\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_nobody_brought_to_history_is_forwarded() {
    let place = Place::new().await;
    let _agent = place.agent().await;
    let id = place.put_job(job("new", "@manual", "true")).await;
    assert_eq!(place.count(&place.keys.pendings()).await, 1);
    wait::until("it is forwarded", Duration::from_secs(30), async || {
        (place.count(&place.keys.pendings()).await == 0).then_some(())
    })
    .await;
    let versions = place
        .history
        .versions("job", &id.to_string(), 10)
        .await
        .expect("history answers");
    assert_eq!(
        versions
            .iter()
            .map(|version| version.action.as_str())
            .collect::<Vec<_>>(),
        ["create"]
    );
}
