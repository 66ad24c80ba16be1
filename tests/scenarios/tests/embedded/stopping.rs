//! Ending programs, and ending the agent without ending programs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use belfry_core::run::RunState;
use belfry_harness::agent::Agent;
use belfry_harness::cluster::node_id;
use belfry_harness::place::{NODE, Place, job};
use belfry_harness::wait;
use belfry_harness::witness::Witness;

fn pids(file: &Path) -> Vec<u32> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

fn living(pids: &[u32]) -> Vec<u32> {
    let is_alive = |pid: &&u32| {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        state
            .rsplit(')')
            .next()
            .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
    };
    pids.iter().filter(is_alive).copied().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_is_confirmed_only_when_nothing_of_it_lives() {
    let place = Place::new().await;
    let file = place.dir().join("pids");
    let _agent = place.agent().await;
    // A program and two children that left its session, all deaf to TERM.
    let script = format!(
        "trap '' TERM; echo $$ >> '{0}'\n\
         for n in 1 2; do (setsid sh -c 'trap \"\" TERM; echo $$ >> \"{0}\"; while :; do sleep 1; done' &) ; done\n\
         while :; do sleep 1; done",
        file.display()
    );
    let mut draft = job("deaf", "@manual", script);
    draft.stop_grace = Some("1s".to_owned());
    let id = place.put_job(draft).await;
    let run = place.run_now(id).await;
    let all = wait::until("three processes run", Duration::from_secs(10), async || {
        Some(pids(&file)).filter(|pids| living(pids).len() == 3)
    })
    .await;

    place.kill(run).await;
    let record = place.ended(run, Duration::from_secs(20)).await;
    assert_eq!(
        living(&all),
        [0; 0],
        "these live on although the run is recorded as over"
    );
    assert_eq!(
        (record.state, record.reason),
        (RunState::Killed, None),
        "{record:?}"
    );
    assert_eq!(record.by.as_deref(), Some("test"));
    let orders = place
        .keys
        .orders(&belfry_core::id::NodeId::new(NODE).expect("plain"));
    wait::until(
        "the order is answered",
        Duration::from_secs(5),
        async || (place.count(&orders).await == 0).then_some(()),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_ends_in_order_and_meets_its_programs_again() {
    let place = Place::new().await;
    let witness = Witness::new(place.dir(), "witness");
    let go = place.dir().join("go");
    let agent = place.agent().await;
    let script = format!(
        "{}while [ ! -e '{}' ]; do sleep 0.1; done; echo done",
        witness.line(),
        go.display()
    );
    let id = place.put_job(job("patient", "@manual", script)).await;
    let run = place.run_now(id).await;
    wait::until("it runs", Duration::from_secs(10), async || {
        (!witness.starts().is_empty()).then_some(())
    })
    .await;

    assert_eq!(agent.stop().await.code(), Some(0));
    // What the node is stays when it goes.
    let session = place.keys.session(&node_id(NODE));
    assert_eq!(place.count(&session).await, 0, "the session is given back");
    let _agent = place.agent().await;
    let running = place.history.run(run).await.expect("history answers");
    assert!(
        running.iter().all(|record| !record.state.is_over()),
        "{running:?}"
    );
    fs::write(&go, "").expect("the folder is ours");
    let record = place.ended(run, Duration::from_secs(10)).await;
    assert_eq!(record.state, RunState::Succeeded, "{record:?}");
    assert_eq!(place.output(run, 1).await, b"done\n");
    assert_eq!(witness.starts()[&(run, 1)].len(), 1);
    wait::until(
        "its folder is removed",
        Duration::from_secs(5),
        async || (!place.dir().join("runs").join(run.to_string()).exists()).then_some(()),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_on_the_same_folder_names_the_first_and_exits_78() {
    let place = Place::new().await;
    let first = place.agent().await;
    let mut second = Agent::start(place.dir(), &[]);
    assert_eq!(second.ended().await.code(), Some(78));
    let sentence = format!("in use by the agent that runs as process {}", first.pid());
    assert!(first.log().contains(&sentence), "{}", first.log());
}
