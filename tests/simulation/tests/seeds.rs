//! A thousand worlds in which every kind of misfortune happens, and no law is broken.
//!
//! They are lived through in two halves, since the machine that runs this has two cores.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use belfry_core::dispatch::RunKey;
use belfry_core::job::{Balance, Delivery, Job, Misfire, Overlap, Place};
use belfry_core::limits::RELEASE_SLACK;
use belfry_simulation::calm::{calm, live_calmly};
use belfry_simulation::faults::{ALL, Fault};
use belfry_simulation::reaped::Reaped;
use belfry_simulation::world::World;
use belfry_simulation::{live, random_job};

#[test]
fn the_laws_hold_in_even_worlds() {
    laws_hold((0..1000).step_by(2));
}

#[test]
fn the_laws_hold_in_odd_worlds() {
    // Odd worlds have several servers: each must have seen to what the others left.
    let reaped = laws_hold((1..1000).step_by(2));
    let all = [
        reaped.lost,
        reaped.released,
        reaped.taken_over,
        reaped.replaced,
    ];
    assert!(!all.contains(&0), "something was never done: {reaped:?}");
}

/// The owner of a running program is gone: its job goes on elsewhere, but not before the program
/// must have ended by its own timeout.
#[test]
fn a_gone_nodes_job_goes_on_after_its_grace_and_not_before() {
    let mut world = World::new(2, 2);
    world.healed = true;
    world.programs_last_ms = Some(90_000);
    let end = world.start + Duration::from_secs(3_000);
    let job = Job {
        overlap: Overlap::Skip,
        start_deadline: Duration::from_secs(60),
        timeout: Some(Duration::from_secs(100)),
        stop_grace: Duration::from_secs(1),
        misfire: Misfire::Skip,
        delivery: Delivery::AtMostOnce,
        place: Place::default(),
        ..random_job(&mut world, 1, end)
    };
    world.add_job(job);
    world.boot_all();
    world.run_until(Duration::from_secs(40));
    let owner = world.starts.first().expect("the job rings").host;
    let begun = world.starts.len();
    world.lose_agent(owner);
    world.run_until(Duration::from_secs(600));

    let next = world.starts.get(begun).expect("the job goes on");
    assert_ne!(next.host, owner);
    let grace = Duration::from_secs(60 + 100 + 1) + RELEASE_SLACK;
    let gone_at = world.start + Duration::from_secs(40);
    assert!(
        next.decided_at > gone_at + grace,
        "it went on at {}",
        next.decided_at
    );
    assert_eq!((world.reaped.lost, world.reaped.released), (1, 1));
}

#[test]
fn where_nothing_goes_wrong_the_first_candidate_decides_and_once() {
    let checked: usize = (0..40).map(calm).sum();
    assert!(checked > 5_000, "only {checked} occurrences were checked");
}

#[test]
fn a_run_of_another_than_the_first_candidate_is_noticed() {
    let mut world = live_calmly(3);
    let nodes: Vec<_> = world.hosts.iter().map(|host| host.node.clone()).collect();
    for record in world.history.values_mut() {
        let other = nodes.iter().find(|node| **node != record.node);
        record.node = other.expect("there are two servers").clone();
    }
    assert!(is_broken(|| assert!(world.check_placement() > 0)));

    let mut world = live_calmly(3);
    let stays = |key: &&RunKey| world.jobs[&key.job][0].job.place.balance == Balance::Sticky;
    let twice = world.decisions.keys().rev().find(stays).cloned();
    world
        .decisions
        .insert(twice.expect("something was decided"), 2);
    assert!(is_broken(|| assert!(world.check_placement() > 0)));
}

/// A law is broken on purpose: the checks must see it, or they prove nothing.
#[test]
fn a_program_started_twice_and_a_lost_record_are_noticed() {
    let (mut doubled, _) = live(7, false);
    let again = doubled.starts.first().cloned().expect("something ran");
    doubled.starts.push(again);
    assert!(is_broken(|| doubled.check()));

    let (mut silent, _) = live(7, false);
    let lost = *silent
        .history
        .keys()
        .next()
        .expect("something was recorded");
    silent.history.remove(&lost);
    assert!(is_broken(|| silent.check()));
}

fn is_broken(check: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(check)).is_err()
}

/// Returns what agents did about the runs of others.
fn laws_hold(seeds: impl Iterator<Item = u64>) -> Reaped {
    let mut total: BTreeMap<Fault, u32> = BTreeMap::new();
    let mut reaped = Reaped::default();
    let mut batched_most = 0;
    for seed in seeds {
        let lived = catch_unwind(|| {
            let (world, faults) = live(seed, false);
            world.check();
            (faults, world.reaped, world.batched_most)
        });
        let (faults, done, batched) = lived.unwrap_or_else(|_| {
            panic!("seed {seed} broke a law; replay it: cargo run -p belfry-simulation -- {seed}")
        });
        assert!(
            !faults.is_empty(),
            "nothing went wrong in world {seed}: it proves nothing"
        );
        batched_most = batched_most.max(batched);
        reaped += done;
        for (fault, count) in faults {
            *total.entry(fault).or_default() += count;
        }
    }
    assert!(batched_most > 1, "no two decisions ever travelled together");
    for fault in ALL {
        assert!(
            total.contains_key(&fault),
            "{fault:?} never happened in any world"
        );
    }
    println!("{total:?}, {reaped:?}");
    reaped
}
