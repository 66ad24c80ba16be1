//! What happens when an occurrence is due and the run before it is still going, or its node gone.

use std::time::Duration;

use belfry_core::job::{Delivery, Job, Misfire, Overlap, Place, Retries};
use belfry_core::run::{Reason, RunRecord, RunState};
use belfry_core::schedule::Schedule;
use belfry_simulation::random_job;
use belfry_simulation::world::World;

const SECOND: Duration = Duration::from_secs(1);

/// Servers without trouble, and a job of every ten seconds whose programs last that long.
fn world(servers: u64, lasts: Duration, change: impl FnOnce(&mut Job)) -> World {
    let mut world = World::new(2, servers);
    world.may_lose = false;
    world.healed = true;
    world.programs_last_ms = u64::try_from(lasts.as_millis()).ok();
    let end = world.start + Duration::from_secs(1_000);
    let mut job = Job {
        schedule: Schedule::parse("*/10 * * * * *").expect("a schedule"),
        misfire: Misfire::Skip,
        delivery: Delivery::AtMostOnce,
        start_deadline: 5 * SECOND,
        jitter: Duration::ZERO,
        retries: Retries::default(),
        place: Place::default(),
        ..random_job(&mut world, 1, end)
    };
    change(&mut job);
    world.add_job(job);
    world.boot_all();
    world
}

fn records(world: &World) -> Vec<&RunRecord> {
    let mut records: Vec<&RunRecord> = world.history.values().collect();
    records.sort_by_key(|record| (record.scheduled_at, record.attempt));
    records
}

fn count(world: &World, state: RunState, reason: Option<Reason>) -> usize {
    let records = records(world).into_iter();
    records
        .filter(|record| record.state == state && record.reason == reason)
        .count()
}

#[test]
fn the_newest_waits_for_the_run_that_is_going_and_starts_however_late() {
    let mut world = world(1, 35 * SECOND, |job| job.overlap = Overlap::QueueOne);
    world.run_until(300 * SECOND);
    // Each run lasts over three instants: the newest of them follows at once, the others are skipped.
    assert!(world.starts.len() >= 8, "{} starts", world.starts.len());
    assert!(count(&world, RunState::Skipped, Some(Reason::Overlap)) >= 14);
    assert_eq!(count(&world, RunState::Skipped, Some(Reason::Misfire)), 0);
    let pairs = world.starts.windows(2);
    for gap in pairs.map(|pair| pair[1].decided_at.duration_since(pair[0].decided_at)) {
        assert!(gap.as_secs() <= 37, "it waited {gap} after the one before");
    }
    world.run_until(1_200 * SECOND);
    world.check_records();
}

#[test]
fn what_waits_survives_its_agent() {
    let mut world = world(1, 35 * SECOND, |job| job.overlap = Overlap::QueueOne);
    world.run_until(30 * SECOND);
    let begun = world.starts.len();
    world.lose_agent(0);
    world.run_until(32 * SECOND);
    world.bring_back(0);
    world.run_until(60 * SECOND);
    assert_eq!(world.starts.len(), begun + 1, "the newest followed");
    world.run_until(1_200 * SECOND);
    world.check_records();
}

#[test]
fn the_run_that_is_going_is_replaced_once_its_kill_is_confirmed() {
    let mut world = world(1, 600 * SECOND, |job| job.overlap = Overlap::Replace);
    world.run_until(100 * SECOND);
    let killed = count(&world, RunState::Killed, Some(Reason::Replaced));
    assert!(killed >= 7, "{killed} were replaced: {:?}", records(&world));
    assert_eq!(world.starts.len(), killed + 1);
}

#[test]
fn a_run_of_another_node_is_replaced_too() {
    let mut world = world(3, 600 * SECOND, |job| {
        job.overlap = Overlap::Replace;
        job.place.balance = belfry_core::job::Balance::Rotate;
    });
    world.run_until(200 * SECOND);
    assert!(world.reaped.replaced > 5, "{:?}", world.reaped);
    assert!(count(&world, RunState::Killed, Some(Reason::Replaced)) > 5);
    world.run_until(2_000 * SECOND);
    world.check_records();
}

#[test]
fn a_gone_nodes_run_is_taken_over_where_it_must_run_at_least_once() {
    let change = |job: &mut Job| {
        job.delivery = Delivery::AtLeastOnce;
        job.overlap = Overlap::Skip;
        job.timeout = None;
    };
    let mut world = world(2, 20 * SECOND, change);
    world.run_until(35 * SECOND);
    let last = world.starts.last().expect("the job rings").clone();
    world.lose_agent(last.host);
    world.run_until(300 * SECOND);
    let mut again = world
        .starts
        .iter()
        .filter(|start| start.key == last.key && start.attempt == 2);
    let again = again.next().expect("another attempt follows");
    assert_ne!(again.host, last.host);
    assert_eq!(world.reaped.taken_over, 1);
    let gone = again.decided_at.duration_since(world.start + 35 * SECOND);
    assert!((60..=130).contains(&gone.as_secs()), "after {gone}");
    let lost = records(&world)
        .into_iter()
        .find(|record| record.run_id == last.key.run_id() && record.attempt == 1);
    let lost = lost.expect("the first attempt has its record");
    assert_eq!(
        (lost.state, lost.reason),
        (RunState::Lost, Some(Reason::OwnerGone))
    );
}
