//! What holds for every text, timetable and instant.

use std::time::Duration;

use belfry_core::schedule::{
    DstPolicy, Language, Schedule, Timetable, Zone, jitter_offset, preview, words,
};
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::random::Random;

fn timetable(seed: u64) -> Timetable {
    let mut random = Random::new(seed);
    let text = match random.below(6) {
        0 => format!("@every {}s", random.between(1, 100_000)),
        1 => "@at 2026-12-01T02:30:00+08:00".to_owned(),
        2 => random.expression(true),
        _ => random.expression(false),
    };
    let zone = random.zone(&Zone::names());
    let schedule = Schedule::parse(&text).unwrap();
    Timetable {
        dst: random.policy(),
        ..Timetable::new(schedule, zone)
    }
}

/// From 1990 to 2060, also between whole seconds.
fn instant() -> impl Strategy<Value = Timestamp> {
    (631_152_000_i64..2_840_140_800, 0..1_000_000_000_i32)
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond).unwrap())
}

fn read_everything(text: &str) {
    let Ok(schedule) = Schedule::parse(text) else {
        return;
    };
    assert!(!words(&schedule, Language::En).is_empty());
    assert!(!words(&schedule, Language::ZhCn).is_empty());
    let timetable = Timetable::new(schedule, Zone::default());
    let _ = timetable.validate();
    for after in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        preview(&timetable, after, 3);
        timetable.count_between(after, after);
        timetable.latest_at_or_before(after, Timestamp::MIN);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        read_everything(&text);
        let _ = Zone::parse(&text);
    }

    #[test]
    fn any_text_that_looks_like_a_schedule_is_read_or_refused(
        text in "@?(every|at|[0-9]{1,4}|[LW#?*/,-]|SUN|FRI|JAN| |\\.|root|[smhd]|T|Z|\\+){1,24}"
    ) {
        read_everything(&text);
    }

    #[test]
    fn any_six_items_are_read_or_refused(
        fields in prop::collection::vec("([0-9]{1,2}|\\*|[A-Z]{3})([-/,#LW][0-9]{0,4}){0,2}", 5..8)
    ) {
        read_everything(&fields.join(" "));
    }

    #[test]
    fn the_next_is_later_and_order_is_kept(seed: u64, one in instant(), two in instant()) {
        let timetable = timetable(seed);
        let (early, late) = (one.min(two), one.max(two));
        let (first, second) = (timetable.next_after(early), timetable.next_after(late));
        prop_assert!(first.is_none_or(|first| first > early && first.subsec_nanosecond() == 0));
        match (first, second) {
            (Some(first), Some(second)) => prop_assert!(first <= second),
            (first, second) => prop_assert!(second.is_none(), "{first:?} then {second:?}"),
        }
    }

    #[test]
    fn a_window_holds_what_the_search_finds_one_by_one(seed: u64, after in instant(), hours in 1i64..200) {
        let timetable = timetable(seed);
        let until = after + jiff::SignedDuration::from_hours(hours);
        let (mut cursor, mut count) = (after, 0);
        for found in timetable.between(after, until).take(200) {
            prop_assert_eq!(timetable.next_after(cursor), Some(found));
            prop_assert_eq!(timetable.latest_at_or_before(found, after), Some(found));
            cursor = found;
            count += 1;
        }
        prop_assert_eq!(timetable.count_between(after, cursor), count);
    }

    #[test]
    fn start_and_end_only_cut(seed: u64, after in instant(), start in instant(), end in instant()) {
        let whole = timetable(seed);
        prop_assume!(!whole.schedule.text().starts_with("@every"));
        let cut = Timetable { start_at: Some(start), end_at: Some(end), ..whole.clone() };
        let before_start = start - jiff::SignedDuration::from_nanos(1);
        let expected = whole.next_after(after.max(before_start)).filter(|next| *next < end);
        prop_assert_eq!(cut.next_after(after), expected);
    }

    #[test]
    fn every_counts_from_the_start(seconds in 1i64..100_000, start in instant(), after in instant()) {
        let schedule = Schedule::parse(&format!("@every {seconds}s")).unwrap();
        let timetable = Timetable { start_at: Some(start), ..Timetable::new(schedule, Zone::default()) };
        let first = timetable.next_after(Timestamp::UNIX_EPOCH).unwrap();
        prop_assert!(first >= start && first.duration_since(start).as_secs() < 1);
        let next = timetable.next_after(after).unwrap();
        prop_assert_eq!(next.duration_since(first).as_secs() % seconds, 0);
        prop_assert!(next == first || next.duration_since(after).as_secs() <= seconds);
    }

    #[test]
    fn jitter_is_fixed_and_below_its_range(job: u128, milliseconds in 0u64..86_400_000) {
        let (job, jitter) = (Uuid::from_u128(job), Duration::from_millis(milliseconds));
        let offset = jitter_offset(job, jitter);
        prop_assert!(offset < jitter || jitter.is_zero() && offset.is_zero());
        prop_assert_eq!(offset, jitter_offset(job, jitter));
    }
}

#[test]
fn the_newest_instant_is_found_at_once_after_months_of_seconds() {
    let schedule = Schedule::parse("* * * * * *").unwrap();
    let timetable = Timetable::new(schedule, Zone::parse("Europe/Berlin").unwrap());
    let (floor, at) = (
        "2020-01-01T00:00Z".parse().unwrap(),
        "2026-07-01T12:00Z".parse().unwrap(),
    );
    assert_eq!(timetable.latest_at_or_before(at, floor), Some(at));
    assert_eq!(
        timetable.count_between(floor, at),
        at.duration_since(floor).as_secs() as u64
    );
    assert_eq!(timetable.latest_at_or_before(at, at), None);
}

#[test]
fn schedules_policies_and_zones_are_strings_in_json() {
    let schedule: Schedule = serde_json::from_str("\" 0 3 * * MON \"").unwrap();
    assert_eq!(serde_json::to_string(&schedule).unwrap(), "\"0 3 * * MON\"");
    assert!(serde_json::from_str::<Schedule>("\"0 3 * *\"").is_err());
    assert_eq!(
        serde_json::to_string(&DstPolicy::RunBoth).unwrap(),
        "\"run_both\""
    );
    let zone: Zone = serde_json::from_str("\"asia/shanghai\"").unwrap();
    assert_eq!(serde_json::to_string(&zone).unwrap(), "\"Asia/Shanghai\"");
    assert_eq!(Zone::default().name(), "UTC");
    assert!(Zone::tzdb_version().starts_with("20"));
}
