//! Days that a calendar leaves out: their instants are occurrences that are skipped, and an edit of
//! a calendar never fires the past again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use belfry_core::dispatch::Calendars;
use belfry_core::job::{Delivery, Job, JobCalendars, Misfire, Overlap, Place, Retries};
use belfry_core::run::{Reason, RunState};
use belfry_core::schedule::{Days, Schedule};
use belfry_simulation::random_job;
use belfry_simulation::world::World;

const SECOND: Duration = Duration::from_secs(1);

/// The day on which a world begins, and lives for hours.
fn calendars(days: &[&str]) -> Calendars {
    let days = Days {
        days: days.iter().map(|day| day.parse().expect("a day")).collect(),
        ..Days::default()
    };
    BTreeMap::from([("china".to_owned(), Arc::new(days))])
}

/// Three servers without trouble, and a job of every ten seconds that leaves the calendar's days out.
fn world(known: Calendars, misfire: Misfire) -> World {
    let mut world = World::new(2, 3);
    world.may_lose = false;
    world.healed = true;
    world.programs_last_ms = Some(5);
    world.calendars = known;
    let end = world.start + Duration::from_secs(600);
    let job = Job {
        schedule: Schedule::parse("*/10 * * * * *").expect("a schedule"),
        calendars: JobCalendars {
            exclude: vec!["china".to_owned()],
            only: Vec::new(),
        },
        overlap: Overlap::Skip,
        misfire,
        delivery: Delivery::AtMostOnce,
        start_deadline: 20 * SECOND,
        jitter: Duration::ZERO,
        retries: Retries::default(),
        place: Place::default(),
        ..random_job(&mut world, 1, end)
    };
    world.add_job(job);
    world.boot_all();
    world
}

fn skipped(world: &World, reason: Reason) -> u64 {
    let records = world.history.values();
    let fits =
        records.filter(|record| record.state == RunState::Skipped && record.reason == Some(reason));
    fits.map(|record| record.count).sum()
}

#[test]
fn every_instant_of_an_excluded_day_is_recorded_as_skipped_and_none_starts() {
    let mut world = world(calendars(&["2026-05-28"]), Misfire::Skip);
    world.run_until(300 * SECOND);
    assert!(world.starts.is_empty());
    assert!((28..=30).contains(&skipped(&world, Reason::ExcludedDay)));
    world.run_until(900 * SECOND);
    assert_eq!(
        skipped(&world, Reason::ExcludedDay),
        59,
        "each exactly once"
    );
    world.check_records();
}

#[test]
fn an_edit_of_a_calendar_holds_from_then_on_and_never_fires_the_past_again() {
    let mut world = world(calendars(&["2026-05-28"]), Misfire::RunAll);
    world.run_until(301 * SECOND);
    let before = skipped(&world, Reason::ExcludedDay);
    world.set_calendars(calendars(&["2026-05-27"]));
    world.run_until(900 * SECOND);
    let since = world.start + 300 * SECOND;
    assert!(world.starts.iter().all(|start| start.decided_at > since));
    assert_eq!(world.starts.len() as u64, 59 - before);
    assert_eq!(skipped(&world, Reason::ExcludedDay), before);
    world.check_records();
}

#[test]
fn while_its_calendar_is_not_known_a_job_waits() {
    let mut world = world(Calendars::new(), Misfire::Skip);
    world.run_until(100 * SECOND);
    assert!(world.starts.is_empty() && world.history.is_empty());
    world.set_calendars(calendars(&["2026-12-25"]));
    world.run_until(900 * SECOND);
    assert!(world.starts.len() >= 49, "{} starts", world.starts.len());
    assert!(skipped(&world, Reason::Misfire) >= 6);
    world.check_records();
}

#[test]
fn the_newest_late_instant_of_an_allowed_day_runs_where_only_the_newest_does() {
    // The world begins at 20:26:40, so the days change after 12,800 s.
    let mut world = world(calendars(&["2026-05-29"]), Misfire::RunLatest);
    world.jobs.values_mut().for_each(|editions| {
        editions[0].job.end_at = None;
    });
    world.run_until(12_600 * SECOND);
    (0..3).for_each(|host| world.lose_agent(host));
    let begun = world.starts.len();
    world.run_until(13_000 * SECOND);
    (0..3).for_each(|host| world.bring_back(host));
    world.run_until(13_100 * SECOND);
    let late: Vec<_> = world.starts[begun..].iter().collect();
    assert_eq!(late.len(), 1, "one of the day before");
    assert_eq!(late[0].key.moment.to_string(), "00000000001780012790");
    world.run_until(13_300 * SECOND);
    assert_eq!(world.starts.len(), begun + 1);
}
