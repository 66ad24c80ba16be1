//! Durations and sizes as people write them: `30s`, `1h30m`, `500ms`; `1MiB`, `64KiB`.

use std::fmt::Write;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Units of durations, largest first, in milliseconds.
const TIME_UNITS: [(&str, u128); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Units of sizes that are written, largest first.
const SIZE_UNITS: [(&str, u64); 4] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

/// Units of sizes that are read besides: those by the thousand.
const DECIMAL_UNITS: [(&str, u64); 3] = [("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000)];

/// Reads a duration in whole milliseconds; days have 24 hours. `None` when it is none.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let span: Span = text.trim().parse().ok()?;
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    let duration = Duration::try_from(exact).ok()?;
    (duration.subsec_nanos() % 1_000_000 == 0).then_some(duration)
}

/// Writes a duration as [`parse_duration`] reads it: largest units first, none of them zero.
pub fn write_duration(duration: Duration) -> String {
    let mut rest = duration.as_millis();
    let mut text = String::new();
    for (unit, size) in TIME_UNITS {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            write!(text, "{count}{unit}").expect("a string takes everything");
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// Reads a size in bytes: a whole number with `B`, `KiB`, `MiB`, `GiB`, `kB`, `MB` or `GB`.
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let count: u64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim_start();
    let (_, size) = SIZE_UNITS
        .iter()
        .chain(&DECIMAL_UNITS)
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    count.checked_mul(*size)
}

/// Writes a size as [`parse_size`] reads it: in the largest unit that holds it exactly.
pub fn write_size(bytes: u64) -> String {
    let exact = SIZE_UNITS
        .iter()
        .find(|(_, size)| bytes > 0 && bytes.is_multiple_of(*size));
    match exact {
        Some((unit, size)) => format!("{}{unit}", bytes / size),
        None => "0B".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them_and_written_in_one_way() {
        for (text, written) in [
            ("30s", "30s"),
            ("30000ms", "30s"),
            ("90m", "1h30m"),
            ("1h 30m", "1h30m"),
            ("1.5s", "1s500ms"),
            ("2d", "2d"),
            ("1 week", "7d"),
            ("0s", "0s"),
        ] {
            assert_eq!(
                parse_duration(text).map(write_duration).as_deref(),
                Some(written),
                "{text}"
            );
        }
        for text in [
            "",
            "30",
            "-5s",
            "5 moons",
            "1us",
            "1 month",
            "١s",
            "99999999999999999999s",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_read_as_people_write_them_and_written_in_one_way() {
        for (text, written) in [
            ("1MiB", "1MiB"),
            ("1024 KiB", "1MiB"),
            ("64kb", "64000B"),
            ("0B", "0B"),
            ("1536KiB", "1536KiB"),
        ] {
            assert_eq!(
                parse_size(text).map(write_size).as_deref(),
                Some(written),
                "{text}"
            );
        }
        for text in [
            "",
            "12",
            "MiB",
            "1.5MiB",
            "-1B",
            "1XB",
            "99999999999999999999GiB",
        ] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }
}
