//! What must hold of every crontab, against a reading of the five fields that shares no code.

use belfry_core::crontab::{Becomes, UserColumn};
use belfry_core::schedule::Timetable;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::crontab;

/// A field as plainly as it can be read: which numbers it has.
fn numbers(text: &str, low: usize, high: usize, names: &str) -> Vec<usize> {
    let value = |text: &str| match names.find(&text.to_uppercase()) {
        Some(at) if !text.is_empty() && text.parse::<usize>().is_err() => at / 3 + low,
        _ => text.parse().expect("a number"),
    };
    let mut all = Vec::new();
    for item in text.split(',') {
        let (range, step) = item.split_once('/').unwrap_or((item, "1"));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (low, high),
            Some((from, to)) => (value(from), value(to)),
            None => (value(range), value(range)),
        };
        all.extend((from..=to).step_by(step.parse().expect("a step")));
    }
    all
}

/// The first instants after a midnight of UTC, day by day.
fn rings(line: &str, from: Date, count: usize) -> Vec<Timestamp> {
    let fields: Vec<&str> = line.split_whitespace().take(5).collect();
    let minutes = numbers(fields[0], 0, 59, "");
    let hours = numbers(fields[1], 0, 23, "");
    let days = numbers(fields[2], 1, 31, "");
    let months = numbers(fields[3], 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC");
    let weekdays = numbers(fields[4], 0, 7, "SUNMONTUEWEDTHUFRISAT");
    let has_star = fields[2].starts_with('*') || fields[4].starts_with('*');
    let mut rings = Vec::new();
    let mut day = from;
    while rings.len() < count && day.year() < from.year() + 45 {
        let of_month = days.contains(&(day.day() as usize));
        let weekday = day.weekday().to_sunday_zero_offset() as usize;
        let of_week = weekdays.contains(&weekday) || weekday == 0 && weekdays.contains(&7);
        let fits = if has_star {
            of_month && of_week
        } else {
            of_month || of_week
        };
        if fits && months.contains(&(day.month() as usize)) {
            let times = (0..24).flat_map(|hour| (0..60).map(move |minute| (hour, minute)));
            let times =
                times.filter(|(hour, minute)| hours.contains(hour) && minutes.contains(minute));
            rings.extend(times.map(|(hour, minute)| {
                let wall = day.at(hour as i8, minute as i8, 0, 0);
                wall.to_zoned(jiff::tz::TimeZone::UTC)
                    .expect("in range")
                    .timestamp()
            }));
        }
        day = day.saturating_add(1.day());
    }
    rings.truncate(count);
    rings
}

fn item(low: u32, high: u32, names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let value = prop_oneof![
        4 => (low..=high).prop_map(|value| value.to_string()),
        1 => proptest::sample::select(if names.is_empty() { &["1"] } else { names }).prop_map(str::to_owned),
    ];
    let step = prop_oneof![3 => 1..=high + 1, 1 => high + 1..=high * 3 + 2];
    prop_oneof![
        3 => Just("*".to_owned()),
        2 => step.clone().prop_map(|step| format!("*/{step}")),
        4 => value,
        2 => (low..=high, low..=high).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        2 => (low..=high, low..=high, step)
            .prop_map(|(a, b, step)| format!("{}-{}/{step}", a.min(b), a.max(b))),
    ]
}

fn field(low: u32, high: u32, names: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::collection::vec(item(low, high, names), 1..4).prop_map(|items| items.join(","))
}

fn line() -> impl Strategy<Value = String> {
    (
        field(0, 59, &[]),
        field(0, 23, &[]),
        field(1, 31, &[]),
        field(1, 12, &["jan", "Feb", "DEC"]),
        field(0, 7, &["sun", "Mon", "FRI", "sat"]),
    )
        .prop_map(|(minute, hour, day, month, weekday)| {
            format!("{minute} {hour}\t{day} {month}  {weekday} run")
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_line_rings_as_a_naive_reading_of_its_fields(line in line()) {
        let read = crontab(format!("{line}\n"), "UTC", UserColumn::No);
        let from = date(2026, 1, 1);
        let expected = rings(&line, from, 50);
        match &read.lines[0].becomes {
            Becomes::Job(job) => {
                let table = Timetable::new(job.schedule.clone(), job.zone.clone());
                let before: Timestamp = "2025-12-31T23:59:59Z".parse().expect("an instant");
                let got: Vec<_> = table.between(before, Timestamp::MAX).take(expected.len()).collect();
                prop_assert_eq!(got, expected, "{}", job.schedule.text());
            }
            _ => prop_assert!(expected.is_empty(), "{line}: {:?}", read.lines[0].remarks),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), zone in "UTC|Europe/Berlin") {
        for column in [UserColumn::Detect, UserColumn::Yes, UserColumn::No] {
            crontab(&bytes, &zone, column);
        }
    }

    #[test]
    fn no_crontab_like_text_makes_it_panic(
        text in "([-@*/0-9,~#L%=\"' \\\\\t\r\n\u{feff}\u{fffd}]|@daily |@reboot|TZ=|SHELL=|root |name:|[a-z时]){0,120}",
    ) {
        for column in [UserColumn::Detect, UserColumn::Yes, UserColumn::No] {
            let read = crontab(&text, "UTC", column);
            for remark in read.lines.iter().flat_map(|line| &line.remarks) {
                prop_assert!(!remark.to_string().is_empty());
            }
        }
    }
}
