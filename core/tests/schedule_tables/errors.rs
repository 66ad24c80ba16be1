//! What is refused, and the sentence people read.

use std::fmt::Write;

use belfry_core::schedule::{Schedule, Timetable, Zone};
use expect_test::expect_file;

const REFUSED: [&str; 47] = [
    "",
    "* * * *",
    "* * * * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * 32 * *",
    "* * * 13 *",
    "* * * * 8",
    "* * * * MONDAY",
    "* * * FOO *",
    "* BAR * * *",
    "*/0 * * * *",
    "*/90 * * * *",
    "1,,2 * * * *",
    "1-2-3 * * * *",
    "-5 * * * *",
    "/5 * * * *",
    "*/x * * * *",
    "L * * * *",
    "? * * * *",
    "* * * * L",
    "* * L-3 * *",
    "* * 1#2 * *",
    "* * * * FRI#6",
    "* * * * LW",
    "* * 15W-20W * *",
    "0.5 * * * * *",
    "0 0 0 1 1 * 1969",
    "0 0 0 1 1 * 2100",
    "0 0 0 1 1 * 2030-2027",
    "0 5 * * * root /usr/bin/backup --all",
    "0 5 * * * root",
    "0 5 * * * /usr/bin/backup --all",
    "@daily root /usr/bin/backup",
    "0 0 12 ? * 2-6",
    "0 0 12 ? * 6L 2027",
    "@reboot",
    "@fortnightly",
    "@every",
    "@every 0s",
    "@every 500ms",
    "@every 1 month",
    "@every 11y",
    "@at tomorrow",
    "@at 2026-12-01T02:30:00",
    "@at 2026-12-01T02:30:00.5Z",
];

#[test]
fn refuses_with_a_sentence_that_says_what_to_do() {
    let mut table = String::new();
    for text in REFUSED {
        let error = Schedule::parse(text).expect_err(text);
        writeln!(
            table,
            "{text}\n    {}: {error}\n    {:?}",
            error.code(),
            error.params()
        )
        .unwrap();
    }
    expect_file!["errors.txt"].assert_eq(&table);
}

#[test]
fn accepts_what_looks_like_a_mistake_and_is_none() {
    for text in [
        "*/60 * * * *",
        "0 0 ? * 1-5",
        "0 0 12 ? * MON-FRI",
        "0 0 12 ? * 0-5",
        "0 0 12 1 * ? 2027",
        "50-10 * * * *",
        "* 22-4/2 * NOV-FEB FRI-MON",
        "* * * * 7",
        "* * * * 7-2",
        "0\t5  * * sun ",
        "@DAILY",
        "@every 1h30m",
        "@every 2 days",
        "@at 2026-12-01 02:30+08:00",
    ] {
        Schedule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

fn refusal(text: &str, window: (Option<&str>, Option<&str>)) -> String {
    let instant = |text: &str| text.parse().unwrap();
    let timetable = Timetable {
        start_at: window.0.map(instant),
        end_at: window.1.map(instant),
        ..Timetable::new(Schedule::parse(text).unwrap(), Zone::default())
    };
    timetable
        .validate()
        .err()
        .map_or("accepted", |error| error.code())
        .to_owned()
}

#[test]
fn refuses_timetables_that_never_ring() {
    let (start, end) = (Some("2026-01-01T00:00Z"), Some("2026-02-01T00:00Z"));
    assert_eq!(refusal("0 0 30 2 *", (None, None)), "schedule_never_occurs");
    assert_eq!(
        refusal("0 0 31 4,6,9,11 *", (None, None)),
        "schedule_never_occurs"
    );
    assert_eq!(refusal("0 0 * * MON#5", (None, None)), "accepted");
    assert_eq!(refusal("0 0 29 2 *", (None, None)), "accepted");
    assert_eq!(refusal("0 0 0 1 1 ? 2020", (None, None)), "accepted");
    assert_eq!(refusal("0 0 * * *", (end, start)), "schedule_window_empty");
    assert_eq!(
        refusal("0 0 * * *", (start, start)),
        "schedule_window_empty"
    );
    assert_eq!(
        refusal("0 0 1 6 *", (start, end)),
        "schedule_nothing_in_window"
    );
    assert_eq!(
        refusal("@at 2026-03-01T00:00Z", (start, end)),
        "schedule_nothing_in_window"
    );
    assert_eq!(refusal("@at 2026-01-01T00:00Z", (start, end)), "accepted");
    assert_eq!(refusal("0 0 1 * *", (start, end)), "accepted");
    assert_eq!(refusal("@manual", (start, end)), "accepted");
}

#[test]
fn a_schedule_is_finished_only_when_nothing_ever_comes() {
    let next = |text: &str, after: &str| {
        let timetable = Timetable::new(Schedule::parse(text).unwrap(), Zone::default());
        timetable
            .next_after(after.parse().unwrap())
            .map(|next| next.to_string())
    };
    assert_eq!(
        next("0 0 29 2 *", "2096-02-29T00:00Z").unwrap(),
        "2104-02-29T00:00:00Z"
    );
    // The first of February is a Monday after eleven years only.
    assert_eq!(
        next("0 0 */31 2 MON", "2027-02-01T00:00Z").unwrap(),
        "2038-02-01T00:00:00Z"
    );
    assert_eq!(
        next("0 0 0 1 1 ? 2099", "2026-01-01T00:00Z").unwrap(),
        "2099-01-01T00:00:00Z"
    );
    assert_eq!(next("0 0 0 1 1 ? 2020", "2026-01-01T00:00Z"), None);
    assert_eq!(next("0 0 30 2 *", "2026-01-01T00:00Z"), None);
    assert_eq!(
        next("@at 2099-01-01T00:00Z", "2026-01-01T00:00Z").unwrap(),
        "2099-01-01T00:00:00Z"
    );
    assert_eq!(next("@manual", "2026-01-01T00:00Z"), None);
}

#[test]
fn suggests_the_zone_that_was_meant() {
    let mut table = String::new();
    for name in [
        "",
        "Asia/Shangai",
        "shanghai",
        "Beijing",
        "UTC+8",
        "+08:00",
        "Europe/Berln",
        "new york",
        "CST",
    ] {
        let error = Zone::parse(name).expect_err(name);
        writeln!(table, "{name}: {}: {error}", error.code()).unwrap();
    }
    expect_file!["zones.txt"].assert_eq(&table);
}
