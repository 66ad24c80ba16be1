//! A server that loses the store for less long than its session lives: nothing it claimed is lost.

use std::time::Duration;

use belfry_core::job::{Delivery, Job, Misfire, Overlap, Place, Retries};
use belfry_core::run::{Reason, RunState};
use belfry_core::schedule::Schedule;
use belfry_simulation::random_job;
use belfry_simulation::world::World;

const SECOND: Duration = Duration::from_secs(1);
const JOBS: u128 = 30;
/// Longer than a session is trusted without a renewal, shorter than it lives.
const CUT: Duration = Duration::from_millis(12_500);

#[test]
fn what_was_claimed_before_a_cut_starts_once_the_session_is_trusted_again() {
    let mut world = World::new(2, 1);
    world.may_lose = false;
    world.healed = true;
    world.programs_last_ms = Some(5);
    let end = world.start + Duration::from_secs(600);
    for number in 0..JOBS {
        let job = Job {
            schedule: Schedule::parse("*/10 * * * * *").expect("a schedule"),
            misfire: Misfire::Skip,
            delivery: Delivery::AtMostOnce,
            overlap: Overlap::Allow,
            start_deadline: 60 * SECOND,
            jitter: 10 * SECOND,
            retries: Retries::default(),
            place: Place::default(),
            ..random_job(&mut world, number, end)
        };
        world.add_job(job);
    }
    world.boot_all();
    for turn in 1..10 {
        world.run_until(turn * 50 * SECOND);
        world.cut_until(0, turn * 50 * SECOND + CUT);
    }
    world.run_until(1_000 * SECOND);
    let records = world.history.values();
    let late = records.filter(|record| {
        record.state == RunState::Skipped && record.reason == Some(Reason::Deadline)
    });
    assert_eq!(late.count(), 0, "each cut was shorter than the deadline");
    assert!(world.starts.len() > 1_500, "{} starts", world.starts.len());
    world.check_records();
}
