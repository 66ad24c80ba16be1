//! The database away for the middle third.

use std::time::Duration;

use belfry_core::history::{HistoryError, RunQuery};
use belfry_harness::wait;
use jiff::Timestamp;

use crate::world::{World, size};

#[tokio::test(flavor = "multi_thread")]
async fn records_of_an_outage_of_the_database_arrive_once() {
    let third = Duration::from_secs(8) * size().times;
    let mut world = World::start(1).await;
    wait::a_while(third).await;

    world.servers.mariadb.kill();
    let (gone, started) = (
        Timestamp::now().as_second() + 1,
        world.witness.starts().len(),
    );
    let asked = world.servers.place.history.runs(&RunQuery::default()).await;
    assert!(
        matches!(asked, Err(HistoryError::Unavailable(_))),
        "{asked:?}"
    );
    wait::a_while(third / 2).await;
    // One that comes up while the database is away finds its records in its journal.
    world.crash("a");
    world.come_back("a").await;
    wait::a_while(third / 2).await;
    let (back, during) = (
        Timestamp::now().as_second(),
        world.witness.starts().len() - started,
    );
    assert!(
        during > world.jobs.len(),
        "programs went on: {during} starts"
    );
    for (node, agent) in &world.agents {
        let log = agent.log();
        assert!(
            log.contains("history"),
            "node {node} felt the outage: {log}"
        );
    }

    world.servers.mariadb.restart().await;
    wait::a_while(third).await;
    let (_, id) = world.jobs[0];
    for instant in [gone, back] {
        world.newest_run_after(id, instant).await;
    }
    world.account().await;
}
