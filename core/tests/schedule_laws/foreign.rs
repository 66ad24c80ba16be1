//! Against programs written by others, where both speak of the same thing: UTC and plain syntax.

use std::process::Command;
use std::str::FromStr;

use belfry_core::schedule::{Schedule, Timetable, Zone};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::random::Random;

const ITERATIONS: usize = 6;

/// An expression of plain fields in which day and weekday are not both restricted.
struct Plain {
    cron: String,
    systemd: String,
}

fn plain(random: &mut Random) -> Plain {
    let second = field(random, 0, 59);
    let minute = field(random, 0, 59);
    let hour = field(random, 0, 23);
    let month = if random.below(3) == 0 {
        field(random, 1, 12)
    } else {
        same("*")
    };
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let (day, weekday) = match random.below(3) {
        0 => (field(random, 1, 28), same("*")),
        1 => (
            same("*"),
            same(&format!("{},{}", random.pick(&names), random.pick(&names))),
        ),
        _ => (same("*"), same("*")),
    };
    let weekday_words = if weekday.1 == "*" {
        String::new()
    } else {
        format!("{} ", weekday.1)
    };
    Plain {
        cron: format!(
            "{} {} {} {} {} {}",
            second.0, minute.0, hour.0, day.0, month.0, weekday.0
        ),
        systemd: format!(
            "{weekday_words}*-{}-{} {}:{}:{} UTC",
            month.1, day.1, hour.1, minute.1, second.1
        ),
    }
}

fn same(text: &str) -> (String, String) {
    (text.to_owned(), text.to_owned())
}

/// A field in cron's and in systemd's words.
fn field(random: &mut Random, min: i64, max: i64) -> (String, String) {
    let (one, two) = (random.between(min, max), random.between(min, max));
    let (low, high, step) = (one.min(two), one.max(two), random.between(2, 10));
    match random.below(5) {
        0 => same("*"),
        1 => (format!("*/{step}"), format!("{min}/{step}")),
        2 if low < high => (format!("{low}-{high}"), format!("{low}..{high}")),
        3 => same(&format!("{low},{high}")),
        _ => same(&low.to_string()),
    }
}

fn ours(text: &str, after: Timestamp) -> Vec<Timestamp> {
    let timetable = Timetable::new(Schedule::parse(text).unwrap(), Zone::default());
    timetable
        .between(after, Timestamp::MAX)
        .take(ITERATIONS)
        .collect()
}

#[test]
fn agrees_with_systemd() {
    let after: Timestamp = "2026-03-01T11:22:33Z".parse().unwrap();
    let mut random = Random::new(77);
    let cases: Vec<Plain> = (0..400).map(|_| plain(&mut random)).collect();
    let output = Command::new("systemd-analyze")
        .args(["calendar", "--base-time=2026-03-01 11:22:33 UTC"])
        .arg(format!("--iterations={ITERATIONS}"))
        .args(cases.iter().map(|case| &case.systemd))
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .output()
        .expect("could not run systemd-analyze: install the package `systemd`");
    let text = String::from_utf8(output.stdout).unwrap();
    let blocks: Vec<&str> = text.trim().split("\n\n").collect();
    assert_eq!(
        blocks.len(),
        cases.len(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for (case, block) in cases.iter().zip(blocks) {
        let theirs: Vec<Timestamp> = block.lines().filter_map(elapse).collect();
        assert_eq!(
            ours(&case.cron, after),
            theirs,
            "{} is {}\n{block}",
            case.cron,
            case.systemd
        );
    }
}

/// The instant of a line such as `Next elapse: Sun 2026-03-01 12:00:00 UTC`.
fn elapse(line: &str) -> Option<Timestamp> {
    // Later ones stand behind `Iter. #2: ` or, in newer versions, `Iteration #2: `.
    let (_, rest) = line
        .split_once("Next elapse: ")
        .or_else(|| line.split_once("#"))?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let at = words
        .iter()
        .position(|word| word.len() == 10 && word.as_bytes()[4] == b'-')?;
    let local: DateTime = format!("{}T{}", words[at], words[at + 1]).parse().unwrap();
    Some(Offset::UTC.to_timestamp(local).unwrap())
}

#[test]
fn agrees_with_the_cron_crate() {
    let after: Timestamp = "2026-03-01T11:22:33Z".parse().unwrap();
    let start = chrono::DateTime::from_timestamp(after.as_second(), 0).unwrap();
    let mut random = Random::new(78);
    for _ in 0..1_500 {
        let case = plain(&mut random);
        let theirs: Vec<i64> = cron::Schedule::from_str(&case.cron)
            .unwrap_or_else(|error| panic!("{}: {error}", case.cron))
            .after(&start)
            .take(ITERATIONS)
            .map(|instant| instant.timestamp())
            .collect();
        let ours: Vec<i64> = ours(&case.cron, after)
            .iter()
            .map(|at| at.as_second())
            .collect();
        assert_eq!(ours, theirs, "{}", case.cron);
    }
}
