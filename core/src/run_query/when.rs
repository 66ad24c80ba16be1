//! Instants as people write them in a query.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

const COUNT_MAX: u32 = 9_999;

/// A moment or a day: a list begins where it begins and ends where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// `24h`: so long before now.
    Ago(u32, Unit),
    /// `now`
    Now,
    /// `today`
    Today,
    /// `yesterday`
    Yesterday,
    /// `2026-11-20`, a day in the reader's zone.
    Day(Date),
    /// `2026-11-20T03:00`, in the reader's zone.
    Local(DateTime),
    /// `2026-11-20T03:00:00Z`, or with an offset.
    Instant(Timestamp),
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`, 24 hours.
    Day,
    /// `w`, seven of them.
    Week,
}

impl Unit {
    /// All of them, smallest first.
    pub const ALL: [Self; 5] = [
        Self::Second,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
    ];

    fn letter(self) -> char {
        match self {
            Self::Second => 's',
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Week => 'w',
        }
    }

    fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
        }
    }
}

impl When {
    /// Reads one of the forms above; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "now" => return Some(Self::Now),
            "today" => return Some(Self::Today),
            "yesterday" => return Some(Self::Yesterday),
            _ => {}
        }
        if let Some(ago) = ago(text) {
            return Some(ago);
        }
        // Times are not guessed at: a date has all its digits.
        let is_dated = text.len() >= 10 && text.as_bytes()[4] == b'-';
        if !is_dated || !text.is_ascii() {
            return None;
        }
        if text.len() == 10 {
            return text.parse().ok().map(Self::Day);
        }
        match text.parse::<Timestamp>() {
            Ok(at) => Some(Self::Instant(at)),
            Err(_) if text.contains(['[', '+', 'Z', 'z']) => None,
            Err(_) => text.parse().ok().map(Self::Local),
        }
    }

    /// Where it begins.
    pub fn start(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Ago(count, unit) => {
                let length = Duration::from_secs(u64::from(*count) * unit.seconds());
                now.checked_sub(length).ok()
            }
            Self::Now => Some(now),
            Self::Instant(at) => Some(*at),
            Self::Local(local) => instant(*local, zone),
            Self::Today | Self::Yesterday | Self::Day(_) => {
                instant(self.day(now, zone)?.to_datetime(Default::default()), zone)
            }
        }
    }

    /// Where it ends: of a day the beginning of the next one.
    pub fn end(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self.day(now, zone) {
            Some(day) => instant(day.tomorrow().ok()?.to_datetime(Default::default()), zone),
            None => self.start(now, zone),
        }
    }

    fn day(&self, now: Timestamp, zone: &TimeZone) -> Option<Date> {
        let today = now.to_zoned(zone.clone()).date();
        match self {
            Self::Today => Some(today),
            Self::Yesterday => today.yesterday().ok(),
            Self::Day(day) => Some(*day),
            _ => None,
        }
    }
}

fn ago(text: &str) -> Option<When> {
    let unit = Unit::ALL
        .into_iter()
        .find(|unit| text.ends_with(unit.letter()))?;
    let digits = &text[..text.len() - 1];
    let is_plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits
        .parse()
        .ok()
        .filter(|count| is_plain && *count <= COUNT_MAX)?;
    Some(When::Ago(count, unit))
}

fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    Some(local.to_zoned(zone.clone()).ok()?.timestamp())
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(count, unit) => write!(f, "{count}{}", unit.letter()),
            Self::Now => f.write_str("now"),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Day(day) => day.fmt(f),
            Self::Local(local) => local.fmt(f),
            Self::Instant(at) => at.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let now: Timestamp = "2026-11-21T04:30:00Z".parse().expect("an instant");
        let Some(when) = When::read(text) else {
            return "no".to_owned();
        };
        let told = |at: Option<Timestamp>| at.map_or("none".to_owned(), |at| at.to_string());
        format!(
            "{} {}",
            told(when.start(now, &zone)),
            told(when.end(now, &zone))
        )
    }

    #[test]
    fn days_have_a_beginning_and_an_end_in_the_readers_zone() {
        for (text, span) in [
            ("24h", "2026-11-20T04:30:00Z 2026-11-20T04:30:00Z"),
            ("2w", "2026-11-07T04:30:00Z 2026-11-07T04:30:00Z"),
            ("now", "2026-11-21T04:30:00Z 2026-11-21T04:30:00Z"),
            ("today", "2026-11-20T16:00:00Z 2026-11-21T16:00:00Z"),
            ("yesterday", "2026-11-19T16:00:00Z 2026-11-20T16:00:00Z"),
            ("2026-11-01", "2026-10-31T16:00:00Z 2026-11-01T16:00:00Z"),
            (
                "2026-11-20T03:00",
                "2026-11-19T19:00:00Z 2026-11-19T19:00:00Z",
            ),
            (
                "2026-11-20 03:00:30",
                "2026-11-19T19:00:30Z 2026-11-19T19:00:30Z",
            ),
            (
                "2026-11-20T03:00:00Z",
                "2026-11-20T03:00:00Z 2026-11-20T03:00:00Z",
            ),
            (
                "2026-11-20T03:00:00+08:00",
                "2026-11-19T19:00:00Z 2026-11-19T19:00:00Z",
            ),
        ] {
            assert_eq!(shown(text), span, "{text}");
        }
        for text in [
            "",
            "h",
            "0h",
            "01h",
            "24",
            "-1h",
            "10000h",
            "2026-11",
            "2026-13-01",
            "noon",
            "2026-11-2钟",
        ] {
            assert_eq!(shown(text), "no", "{text}");
        }
    }
}
