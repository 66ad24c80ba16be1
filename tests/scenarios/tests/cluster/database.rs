//! The database away for the middle third of a thousand runs.

use std::time::Duration;

use belfry_core::history::{HistoryError, RunQuery};
use belfry_core::job::Overlap;
use belfry_core::run::RunState;
use belfry_harness::place::job;
use belfry_harness::wait;
use belfry_scenarios::ledger::{Rhythm, every, no_extra_start};
use jiff::Timestamp;

use crate::world::{NODES, World};

const JOBS: usize = 25;
/// Each of the jobs is due once a second for so long: a thousand times in all.
const SECONDS: i64 = 40;

#[tokio::test(flavor = "multi_thread")]
async fn the_records_of_a_thousand_runs_arrive_once_though_the_database_was_away_for_a_third() {
    let mut world = World::start(1).await;
    let mut ids = Vec::new();
    for number in 0..JOBS {
        let mut draft = job(&format!("load {number}"), "", world.witness.line());
        draft.overlap = Overlap::Allow;
        ids.push(world.put(Rhythm::SECOND, draft).await);
    }
    let first = Timestamp::now().as_second() + 1;
    let third = Duration::from_secs(u64::try_from(SECONDS).expect("it is positive")) / 3;
    wait::a_while(third).await;

    world.servers.mariadb.kill();
    let started = world.witness.starts().len();
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
    let during = world.witness.starts().len() - started;
    assert!(during > JOBS * 3, "programs went on: {during} starts");
    for node in NODES {
        let log = world.agents[node].log();
        assert!(
            log.contains("history"),
            "node {node} felt the outage: {log}"
        );
    }
    world.servers.mariadb.restart().await;
    let rest = first + SECONDS - Timestamp::now().as_second();
    wait::a_while(Duration::from_secs(rest.try_into().unwrap_or_default())).await;

    let (mut records, mut succeeded) = (0, 0);
    for id in ids {
        let window = (first, first + SECONDS - 1);
        let rows = every(Rhythm::SECOND, &world.servers.place, id, window).await;
        no_extra_start(&rows, &world.witness);
        // Only what the crashed agent had decided may be anything else.
        let ran = rows.iter().filter(|row| row.state == RunState::Succeeded);
        succeeded += ran.count();
        records += rows.iter().map(|row| row.count).sum::<u64>();
    }
    println!("{records} records, {succeeded} of programs that succeeded");
    assert_eq!(records, 1_000);
    assert!(succeeded >= 950, "{succeeded}");
    world.account().await;
}
