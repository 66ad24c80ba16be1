//! Against a scan that asks every minute, or every second, whether the job is due.

use belfry_core::schedule::{Schedule, Timetable, Zone};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::naive::Naive;
use super::random::Random;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn time_zone(zone: &Zone) -> TimeZone {
    TimeZoneDatabase::bundled().get(zone.name()).unwrap()
}

/// A second of 2000–2040, mostly less than a day before a clock change if the zone has any.
fn start(random: &mut Random, zone: &TimeZone) -> i64 {
    let second = random.between(946_684_800, 2_240_524_800);
    let change = zone
        .following(at(second))
        .next()
        .map(|change| change.timestamp().as_second());
    match change {
        Some(change) if random.below(4) > 0 && change < 2_240_524_800 => {
            change - random.between(1, 18 * 3600)
        }
        _ => second,
    }
}

/// Compares every instant of `steps` steps after the start, and what can be asked about them.
fn compare(random: &mut Random, text: &str, zone: Zone, (step, steps): (i64, i64)) -> usize {
    let naive = Naive::new(text);
    let schedule = Schedule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let tz = time_zone(&zone);
    let timetable = Timetable {
        dst: random.policy(),
        ..Timetable::new(schedule, zone)
    };
    let from = start(random, &tz).div_euclid(step) * step;
    let until = from + step * steps;
    let expected: Vec<i64> = (1..=steps)
        .map(|index| from + index * step)
        .filter(|second| naive.is_due(&tz, timetable.dst, *second))
        .collect();
    let found: Vec<i64> = timetable
        .between(at(from), at(until))
        .map(|instant| instant.as_second())
        .collect();
    let case = format!("{timetable:?} from {} until {}", at(from), at(until));
    assert_eq!(expected, found, "{case}");
    assert_eq!(
        timetable.count_between(at(from), at(until)),
        found.len() as u64,
        "{case}"
    );
    let newest = timetable.latest_at_or_before(at(until), at(from));
    assert_eq!(
        newest.map(|newest| newest.as_second()),
        found.last().copied(),
        "{case}"
    );
    // A search may start at any second, also inside a gap's or a fold's neighbourhood.
    let second = random.between(from, until - 1);
    let next = timetable
        .next_after(at(second))
        .map(|next| next.as_second());
    let first = expected.iter().copied().find(|expected| *expected > second);
    match first {
        Some(_) => assert_eq!(next, first, "{case} after {}", at(second)),
        None => assert!(
            next.is_none_or(|next| next > until),
            "{case} after {}",
            at(second)
        ),
    }
    found.len()
}

#[test]
fn agrees_with_a_scan_of_every_minute() {
    let names = Zone::names();
    let mut instants = 0;
    for seed in 0..20_000 {
        let mut random = Random::new(seed);
        let text = random.expression(false);
        let zone = random.zone(&names);
        instants += compare(&mut random, &text, zone, (60, 24 * 60));
    }
    assert!(
        instants > 1_000_000,
        "the cases must have instants to compare, {instants} are too few"
    );
}

#[test]
fn agrees_with_a_scan_of_every_second() {
    let names = Zone::names();
    let mut instants = 0;
    for seed in 0..400 {
        let mut random = Random::new(1_000_000 + seed);
        let text = random.expression(true);
        let zone = random.zone(&names);
        instants += compare(&mut random, &text, zone, (1, 5 * 3600));
    }
    assert!(
        instants > 20_000,
        "the cases must have instants to compare, {instants} are too few"
    );
}

#[test]
fn agrees_with_a_scan_of_every_day_over_sixty_years() {
    for seed in 0..400 {
        let mut random = Random::new(2_000_000 + seed);
        let month = random.between(1, 12);
        let text = format!("0 0 {} {month} {}", random.day(), random.weekday());
        let naive = Naive::new(&text);
        let timetable = Timetable::new(Schedule::parse(&text).unwrap(), Zone::default());
        let from = random.between(0, 1_500) * 10 * 86_400;
        let expected = (1..60 * 365)
            .map(|day| from + day * 86_400)
            .find(|second| naive.has_day(TimeZone::UTC.to_datetime(at(*second)).date()));
        let found = timetable.next_after(at(from)).map(|next| next.as_second());
        assert_eq!(expected, found, "{text} after {}", at(from));
    }
}
