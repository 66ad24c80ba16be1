//! What happens where clocks jump, case by case, checked by hand against the zones' histories.

use std::fmt::Write;

use belfry_core::schedule::{DstPolicy, Schedule, Timetable, Zone, preview};
use expect_test::{expect, expect_file};

/// What it shows, zone, schedule, after, how many.
const CASES: [(&str, &str, &str, &str, usize); 19] = [
    (
        "a fixed time in the gap of berlin runs right after it",
        "Europe/Berlin",
        "30 2 * * *",
        "2026-03-28T00:00Z",
        3,
    ),
    (
        "all fixed times in one gap collapse into one run",
        "Europe/Berlin",
        "0,20,40 2 * * *",
        "2026-03-28T12:00Z",
        3,
    ),
    (
        "a fixed time in the fold of berlin runs in its first pass",
        "Europe/Berlin",
        "30 2 * * *",
        "2026-10-24T12:00Z",
        3,
    ),
    (
        "an interval goes on through the gap of berlin",
        "Europe/Berlin",
        "*/30 * * * *",
        "2026-03-29T00:00Z",
        4,
    ),
    (
        "an interval goes on through the fold of berlin",
        "Europe/Berlin",
        "*/30 * * * *",
        "2026-10-24T23:30Z",
        6,
    ),
    (
        "the second pass is the last thing of a schedule with a year",
        "Europe/Berlin",
        "0 */20 2 25 10 ? 2026",
        "2026-01-01T00:00Z",
        10,
    ),
    (
        "a star in the minute makes an interval that the gap swallows",
        "Europe/Berlin",
        "*/30 2 * * *",
        "2026-03-28T00:00Z",
        4,
    ),
    (
        "new york moves the time in the gap and keeps the next",
        "America/New_York",
        "15 2,3 * * *",
        "2026-03-08T00:00Z",
        3,
    ),
    (
        "new york runs a range of minutes in the first pass",
        "America/New_York",
        "0-30/15 1 * * *",
        "2026-11-01T00:00Z",
        7,
    ),
    (
        "cairo has no midnight when summer begins",
        "Africa/Cairo",
        "0 0 * * FRI",
        "2026-04-20T00:00Z",
        2,
    ),
    (
        "cairo repeats the last hour of a thursday",
        "Africa/Cairo",
        "30 23 * * THU",
        "2026-10-28T00:00Z",
        3,
    ),
    (
        "sao paulo had no midnight in 2018",
        "America/Sao_Paulo",
        "0 0 * * *",
        "2018-11-03T12:00Z",
        3,
    ),
    (
        "sao paulo repeated the hour before midnight in 2018",
        "America/Sao_Paulo",
        "30 23 * * *",
        "2018-02-17T12:00Z",
        3,
    ),
    (
        "shanghai has no changes",
        "Asia/Shanghai",
        "30 2 * * *",
        "2026-03-28T00:00Z",
        2,
    ),
    (
        "shanghai had summer time in 1986",
        "Asia/Shanghai",
        "30 2 * * *",
        "1986-05-03T00:00Z",
        2,
    ),
    (
        "lord howe moves by half an hour forward",
        "Australia/Lord_Howe",
        "15 2 * * *",
        "2026-10-03T00:00Z",
        2,
    ),
    (
        "lord howe moves by half an hour back",
        "Australia/Lord_Howe",
        "45 1 * * *",
        "2026-04-03T23:00Z",
        3,
    ),
    (
        "lord howe repeats two quarters",
        "Australia/Lord_Howe",
        "*/15 1-2 * * *",
        "2026-04-04T14:00Z",
        8,
    ),
    (
        "apia had no 30 december 2011",
        "Pacific/Apia",
        "0 9 * * *",
        "2011-12-29T00:00Z",
        3,
    ),
];

const POLICIES: [DstPolicy; 3] = [DstPolicy::Vixie, DstPolicy::Skip, DstPolicy::RunBoth];

/// A line each: local time, offset, note.
fn instants(timetable: &Timetable, after: &str, count: usize) -> String {
    let mut lines = String::new();
    let after = after.parse().unwrap();
    let shown = preview(timetable, after, count).lines;
    let last = shown.last().unwrap().at;
    assert_eq!(timetable.count_between(after, last), shown.len() as u64);
    for line in shown {
        let note = line
            .note
            .map(|note| format!(" {note:?}"))
            .unwrap_or_default();
        writeln!(lines, "        {} {}{note}", line.local, line.offset).unwrap();
    }
    lines
}

#[test]
fn rings_as_each_policy_promises_where_clocks_jump() {
    let mut table = String::new();
    for (title, zone, text, after, count) in CASES {
        writeln!(table, "{title}: {text} {zone}").unwrap();
        let schedule = Schedule::parse(text).unwrap();
        let vixie = Timetable::new(schedule, Zone::parse(zone).unwrap());
        let results = POLICIES.map(|dst| {
            instants(
                &Timetable {
                    dst,
                    ..vixie.clone()
                },
                after,
                count,
            )
        });
        if results.iter().all(|result| *result == results[0]) {
            writeln!(table, "    every policy\n{}", results[0].trim_end()).unwrap();
            continue;
        }
        for (dst, result) in POLICIES.iter().zip(results) {
            writeln!(table, "    {dst:?}\n{}", result.trim_end()).unwrap();
        }
    }
    expect_file!["dst.txt"].assert_eq(&table);
}

#[test]
fn previews_name_the_next_two_changes() {
    let schedule = Schedule::parse("0 3 * * *").unwrap();
    let timetable = Timetable::new(schedule, Zone::parse("Europe/Berlin").unwrap());
    let shown = preview(&timetable, "2026-01-01T00:00Z".parse().unwrap(), 1);
    expect![[r#"
        {
          "lines": [
            {
              "at": "2026-01-01T02:00:00Z",
              "local": "2026-01-01 03:00:00",
              "offset": "+01:00",
              "zone": "Europe/Berlin"
            }
          ],
          "next_changes": [
            {
              "at": "2026-03-29T01:00:00Z",
              "local_before": "2026-03-29 02:00:00",
              "local_after": "2026-03-29 03:00:00",
              "offset_before": "+01:00",
              "offset_after": "+02:00"
            },
            {
              "at": "2026-10-25T01:00:00Z",
              "local_before": "2026-10-25 03:00:00",
              "local_after": "2026-10-25 02:00:00",
              "offset_before": "+02:00",
              "offset_after": "+01:00"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&shown).unwrap());
    let utc = Timetable {
        zone: Zone::default(),
        ..timetable
    };
    assert!(
        preview(&utc, "2026-01-01T00:00Z".parse().unwrap(), 1)
            .next_changes
            .is_empty()
    );
}
