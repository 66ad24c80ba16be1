//! Every clock change of 2000–2040.

use belfry_core::schedule::{DstPolicy, Schedule, Timetable, Zone};
use jiff::tz::TimeZoneDatabase;
use jiff::{SignedDuration, Timestamp};

/// Zones whose clocks do unusual things, and the most used ones.
pub const ZONES: [&str; 16] = [
    "UTC",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Caracas",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Asia/Shanghai",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
];

const POLICIES: [DstPolicy; 3] = [DstPolicy::Vixie, DstPolicy::Skip, DstPolicy::RunBoth];

fn check_changes(zone: &str, mut check: impl FnMut(Timestamp, SignedDuration)) -> usize {
    let tz = TimeZoneDatabase::bundled().get(zone).unwrap();
    let (first, last) = (
        "2000-01-01T00:00Z".parse().unwrap(),
        "2040-12-31T00:00Z".parse().unwrap(),
    );
    let mut before = tz.to_offset(first);
    let mut changes = 0;
    for change in tz
        .following(first)
        .take_while(|change| change.timestamp() < last)
    {
        let jump = i64::from(change.offset().seconds() - before.seconds());
        check(change.timestamp(), SignedDuration::from_secs(jump));
        before = change.offset();
        changes += usize::from(jump != 0);
    }
    changes
}

#[test]
fn never_goes_back_and_never_repeats_at_any_change() {
    let texts = [
        "*/30 * * * *",
        "30 2 * * *",
        "*/15 0-3 * * *",
        "0-59/20 0-3 * * *",
        "0 0 * * *",
    ];
    let mut changes = 0;
    for zone in ZONES {
        for text in texts {
            let timetable =
                Timetable::new(Schedule::parse(text).unwrap(), Zone::parse(zone).unwrap());
            changes += check_changes(zone, |change, _| {
                for dst in POLICIES {
                    let timetable = Timetable {
                        dst,
                        ..timetable.clone()
                    };
                    let day = SignedDuration::from_hours(27);
                    let mut last = change - day;
                    for instant in timetable.between(change - day, change + day) {
                        assert!(
                            instant > last,
                            "{zone} {text} {dst:?}: {instant} after {last}"
                        );
                        assert_eq!(
                            timetable.next_after(last),
                            Some(instant),
                            "{zone} {text} {dst:?}"
                        );
                        last = instant;
                    }
                }
            });
        }
    }
    assert!(
        changes > 2_000,
        "{changes} changes are too few to prove anything"
    );
}

#[test]
fn a_daily_job_rings_once_a_day_through_every_change_of_every_zone() {
    let mut changes = 0;
    for name in Zone::names() {
        let zone = Zone::parse(&name).unwrap();
        let timetables = ["0 0 * * *", "30 1 * * *", "30 2 * * *", "59 23 * * *"]
            .map(|text| Timetable::new(Schedule::parse(text).unwrap(), zone.clone()));
        changes += check_changes(&name, |change, jump| {
            for timetable in &timetables {
                // Nothing else moves the clock so near, in any zone of these years.
                let (day, margin) = (SignedDuration::from_hours(24), jump.abs());
                let mut last = timetable.next_after(change - day * 3).unwrap();
                while last < change + day * 2 {
                    let next = timetable.next_after(last).unwrap();
                    let length = next.duration_since(last);
                    assert!(
                        length >= day - margin && length <= day + margin,
                        "{timetable:?} at {change}: {last} then {next}"
                    );
                    last = next;
                }
            }
        });
    }
    assert!(
        changes > 10_000,
        "{changes} changes are too few to prove anything"
    );
}

#[test]
fn counts_over_years_what_it_yields_one_by_one() {
    let (after, until) = (
        "2009-06-15T12:34:56Z".parse().unwrap(),
        "2014-03-03T03:03:03Z".parse().unwrap(),
    );
    for zone in ZONES {
        for text in [
            "15,45 */3 * * *",
            "0-40/20 0-3 * * *",
            "30 2 L * MON",
            "@every 12345s",
        ] {
            for dst in POLICIES {
                let schedule = Schedule::parse(text).unwrap();
                let timetable = Timetable {
                    dst,
                    ..Timetable::new(schedule, Zone::parse(zone).unwrap())
                };
                let (mut count, mut newest) = (0, None);
                for instant in timetable.between(after, until) {
                    (count, newest) = (count + 1, Some(instant));
                }
                assert_eq!(
                    timetable.count_between(after, until),
                    count,
                    "{zone} {text} {dst:?}"
                );
                assert_eq!(
                    timetable.latest_at_or_before(until, after),
                    newest,
                    "{zone} {text} {dst:?}"
                );
            }
        }
    }
}
