//! Who decides when something is wrong with the first candidate.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::job::{
    Balance, Delivery, Job, Misfire, Overlap, Place, PlaceOn, Retries, Selector,
};
use belfry_core::placement::{Candidates, Wanted, What, candidates};
use belfry_core::run::{Reason, RunState};
use belfry_core::schedule::Schedule;
use belfry_simulation::random_job;
use belfry_simulation::world::World;
use jiff::{SignedDuration, Timestamp};

const SECOND: Duration = Duration::from_secs(1);

/// Three servers of one weight and no trouble of their own; a job of every second.
fn world(place: Place) -> World {
    let mut world = World::new(2, 3);
    world.may_lose = false;
    world.programs_last_ms = Some(5);
    for host in &mut world.hosts {
        host.weight = 1;
    }
    let end = world.start + Duration::from_secs(600);
    let job = Job {
        schedule: Schedule::parse("* * * * * *").expect("a schedule"),
        overlap: Overlap::Allow,
        misfire: Misfire::Skip,
        delivery: Delivery::AtMostOnce,
        start_deadline: Duration::from_secs(60),
        jitter: Duration::ZERO,
        retries: Retries::default(),
        place,
        ..random_job(&mut world, 1, end)
    };
    world.add_job(job);
    world.boot_all();
    world.run_until(30 * SECOND);
    world
}

fn order(world: &World) -> Candidates {
    let (id, editions) = world.jobs.first_key_value().expect("a job was added");
    let wanted = Wanted::new(*id, &editions[0].job, What::Turn(0));
    candidates(wanted, &world.facts())
}

/// The server that the job stays with.
fn home(world: &World) -> usize {
    let first = &order(world).order[0];
    let hosts = world.hosts.iter();
    hosts
        .map(|host| &host.node)
        .position(|node| node == first)
        .expect("it is one of them")
}

/// How many programs each server started after a time.
fn starts_after(world: &World, after: Duration) -> BTreeMap<usize, usize> {
    let mut count = BTreeMap::new();
    let since = world.start + after;
    for start in world.starts.iter().filter(|start| start.decided_at > since) {
        *count.entry(start.host).or_default() += 1;
    }
    count
}

fn first_after(world: &World, after: Duration) -> Timestamp {
    let since = world.start + after;
    let mut later = world.starts.iter().map(|start| start.decided_at);
    later.find(|at| *at > since).expect("the job goes on")
}

#[test]
fn a_dead_nodes_job_moves_to_one_other_within_twenty_seconds() {
    let mut world = world(Place::default());
    let home = home(&world);
    assert_eq!(
        starts_after(&world, 12 * SECOND).keys().collect::<Vec<_>>(),
        [&home]
    );
    world.lose_agent(home);
    world.run_until(120 * SECOND);
    let moved = first_after(&world, 30 * SECOND + SECOND / 10);
    assert!(moved < world.start + 50 * SECOND, "it went on at {moved}");
    let now = starts_after(&world, 60 * SECOND);
    assert_eq!(now.len(), 1, "one of the others has it: {now:?}");
    assert!(!now.contains_key(&home));
    assert!(now.values().all(|count| *count >= 55), "{now:?}");
}

#[test]
fn another_stands_in_three_seconds_after_an_instant_that_the_first_left_undecided() {
    let mut world = world(Place::default());
    let home = home(&world);
    // Its session goes on for a while, and nothing else of it.
    world.hosts[home].stopped_until = 38 * SECOND;
    world.run_until(38 * SECOND);
    let stood_in = first_after(&world, 30 * SECOND + SECOND / 10);
    let due = world.start + 31 * SECOND;
    let late = stood_in.duration_since(due);
    let expected = SignedDuration::from_secs(3)..SignedDuration::from_millis(3_200);
    assert!(expected.contains(&late), "it stood in {late} late");
    world.run_until(700 * SECOND);
    world.check_records();
}

#[test]
fn without_failover_nobody_takes_over_and_the_instants_are_told_of_later() {
    let mut world = world(Place {
        failover: false,
        ..Place::default()
    });
    let home = home(&world);
    world.lose_agent(home);
    // Those that come up later find only its info, and still leave it its jobs.
    for other in (0..3).filter(|host| *host != home) {
        world.run_until(world.elapsed + 40 * SECOND);
        world.lose_agent(other);
        world.bring_back(other);
    }
    world.run_until(200 * SECOND);
    assert!(
        starts_after(&world, 31 * SECOND).is_empty(),
        "nobody took over"
    );
    world.bring_back(home);
    world.run_until(700 * SECOND);
    let back = starts_after(&world, 201 * SECOND);
    assert_eq!(back.keys().collect::<Vec<_>>(), [&home]);
    world.check_records();
}

#[test]
fn a_node_whose_clock_differs_decides_nothing_and_the_others_go_on() {
    let mut world = world(Place {
        on: PlaceOn::One,
        balance: Balance::Ordered,
        nodes: Some(Selector::parse("node:n0, node:n1").expect("readable")),
        failover: true,
    });
    world.hosts[0].clock_error = SignedDuration::from_secs(5);
    world.run_until(100 * SECOND);
    let late = starts_after(&world, 45 * SECOND);
    assert_eq!(late.keys().collect::<Vec<_>>(), [&1], "{late:?}");
    world.hosts[0].clock_error = SignedDuration::ZERO;
    world.run_until(200 * SECOND);
    let healed = starts_after(&world, 150 * SECOND);
    assert_eq!(healed.keys().collect::<Vec<_>>(), [&0], "{healed:?}");
    world.run_until(700 * SECOND);
    world.check_records();
}

#[test]
fn an_agent_that_comes_up_with_a_wrong_clock_rings_nothing_early() {
    let mut world = world(Place::default());
    let home = home(&world);
    world.lose_agent(home);
    world.run_until(60 * SECOND);
    world.hosts[home].clock_error = SignedDuration::from_secs(5);
    world.bring_back(home);
    world.run_until(120 * SECOND);
    let back = starts_after(&world, 60 * SECOND);
    assert!(!back.contains_key(&home), "{back:?}");
}

#[test]
fn a_full_first_candidate_leaves_its_work_to_the_next() {
    let mut world = world(Place::default());
    let home = home(&world);
    world.programs_last_ms = Some(100_000);
    world.run_until(60 * SECOND);
    let taken = starts_after(&world, 30 * SECOND);
    assert!(taken[&home] >= 6, "as many as it has slots");
    assert_eq!(taken.len(), 3, "and then the others: {taken:?}");
    world.run_until(200 * SECOND);
    world.programs_last_ms = Some(5);
    world.run_until(900 * SECOND);
    let skipped = |reason| {
        let records = world.history.values();
        records
            .filter(|record| record.state == RunState::Skipped && record.reason == Some(reason))
            .count()
    };
    assert!(skipped(Reason::Capacity) > 0, "nobody had a slot in time");
    world.check_records();
}

#[test]
fn everyone_that_suits_rings_a_job_of_all_and_nobody_else() {
    let mut world = world(Place {
        on: PlaceOn::All,
        nodes: Some(Selector::parse("role=web").expect("readable")),
        ..Place::default()
    });
    world.run_until(60 * SECOND);
    let rung = starts_after(&world, 30 * SECOND);
    assert_eq!(
        rung.keys().collect::<Vec<_>>(),
        [&0, &2],
        "n1 has another role"
    );
    assert!(
        rung.values().all(|count| (29..=30).contains(count)),
        "{rung:?}"
    );
    world.run_until(700 * SECOND);
    world.check_records();
}

#[test]
fn turns_go_round_by_weight_also_when_every_agent_was_restarted() {
    let mut world = world(Place {
        balance: Balance::Rotate,
        ..Place::default()
    });
    for (host, weight) in [(0, 3), (1, 2), (2, 1)] {
        world.hosts[host].weight = weight;
    }
    world.run_until(40 * SECOND);
    world.run_until(100 * SECOND - SECOND / 2);
    assert_eq!(counts(&world, 40), [30, 20, 10]);
    for host in 0..3 {
        world.lose_agent(host);
    }
    for host in 0..3 {
        world.bring_back(host);
    }
    world.run_until(190 * SECOND - SECOND / 2);
    assert_eq!(counts(&world, 130), [30, 20, 10]);
}

/// Starts of the sixty instants from a second on, by server.
fn counts(world: &World, from: u64) -> [usize; 3] {
    let mut count = [0; 3];
    let first = world.start + from as u32 * SECOND;
    for start in &world.starts {
        if let belfry_core::id::Moment::At(at) = start.key.moment
            && at >= first
            && at < first + 60 * SECOND
        {
            count[start.host] += 1;
        }
    }
    count
}
