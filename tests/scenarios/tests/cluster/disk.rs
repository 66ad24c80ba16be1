//! The disk of a node wiped under its running programs.

use std::fs;
use std::time::Duration;

use belfry_core::job::Overlap;
use belfry_core::run::{Reason, RunState};
use belfry_harness::place::job;
use belfry_harness::wait;
use jiff::Timestamp;

use crate::world::World;

const OPEN: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn the_open_runs_of_a_wiped_disk_are_lost_and_none_starts_again() {
    let mut world = World::start(1).await;
    let mut open = Vec::new();
    for number in 0..OPEN {
        let script = world.witness.line() + "while :; do sleep 0.2; done\n";
        let mut draft = job(&format!("open {number}"), "@manual", script);
        draft.place.on = Some("node:b".to_owned());
        draft.overlap = Overlap::Skip;
        let id = world.servers.place.put_job(draft).await;
        open.push(world.servers.place.run_now(id).await);
    }
    let witnessed = |world: &World| {
        let starts = world.witness.starts();
        open.iter()
            .map(|run| starts.get(&(*run, 1)).map_or(0, Vec::len))
            .collect::<Vec<_>>()
    };
    wait::until("they run", Duration::from_secs(90), async || {
        (witnessed(&world) == [1; OPEN]).then_some(())
    })
    .await;

    world.crash("b");
    let folder = world.servers.dir("b");
    for entry in fs::read_dir(&folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        match path.file_name().is_some_and(|name| name == "agent.toml") {
            true => {}
            false if path.is_dir() => fs::remove_dir_all(&path).expect("the folder is ours"),
            false => fs::remove_file(&path).expect("the folder is ours"),
        }
    }
    let wiped = Timestamp::now().as_second();
    world.come_back("b").await;
    for run in &open {
        let record = world
            .servers
            .place
            .ended(*run, Duration::from_secs(120))
            .await;
        assert_eq!(
            (record.state, record.reason),
            (RunState::Lost, Some(Reason::NoEvidence)),
            "{record:?}"
        );
    }
    println!(
        "all lost {} s after the disk",
        Timestamp::now().as_second() - wiped
    );
    // It works again, and nothing of before started a second time.
    let usual = world.jobs[0].id;
    world
        .newest_run_after(usual, Timestamp::now().as_second() + 3)
        .await;
    assert_eq!(witnessed(&world), [1; OPEN]);
    assert_eq!(world.witness.starts().values().map(Vec::len).max(), Some(1));
}
