//! Jobs ring on time and leave records.

use std::time::Duration;

use belfry_core::run::RunState;
use belfry_harness::place::{Place, job};
use belfry_harness::wait;
use belfry_harness::witness::Witness;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_every_second_rings_on_time_and_keeps_its_output() {
    let place = Place::new().await;
    let witness = Witness::new(place.dir(), "witness");
    let _agent = place.agent().await;
    let id = place.put_job(job("every second", "* * * * * *", witness.line() + "echo rang")).await;

    let records = wait::until("five runs", Duration::from_secs(20), async || {
        let records = place.records(id).await;
        (records.iter().filter(|run| run.state.is_over()).count() >= 5).then_some(records)
    })
    .await;
    for run in &records { eprintln!("{} {:?} {:?} dec {} st {:?} fin {:?}", run.scheduled_at, run.state, run.reason, run.decided_at, run.started_at, run.finished_at); }
    let starts = witness.starts();
    let mut instants: Vec<i64> = records.iter().map(|run| run.scheduled_at.as_second()).collect();
    instants.sort_unstable();
    let first = instants[0];
    let expected: Vec<i64> = (first..first + i64::try_from(instants.len()).expect("few")).collect();
    assert_eq!(instants, expected, "every second once");
    for run in records.iter().filter(|run| run.state.is_over()) {
        assert_eq!(run.state, RunState::Succeeded, "{run:?}");
        assert_eq!((run.exit_code, run.output_bytes), (Some(0), 5));
        assert_eq!(place.output(run.run_id, 1).await, b"rang\n");
        let started: Vec<i64> = starts[&(run.run_id, 1)].iter().map(|at| at - run.scheduled_at.as_millisecond()).collect();
        assert!(started.len() == 1 && (0..1_000).contains(&started[0]), "{started:?} ms late");
    }
}
