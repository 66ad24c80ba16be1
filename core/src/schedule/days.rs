//! Sets of days: weekdays, days and days of every year, without some of them.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};

/// Days in a row: `2026-01-01`, `2026-02-15..2026-02-23`, or of every year `12-25`, `12-24..12-26`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DayRange {
    /// From the first to the last.
    Dates(Date, Date),
    /// From the first to the last of every year, as month and day.
    Yearly((i8, i8), (i8, i8)),
}

/// Why a text is no range of days. Completes "`days[0]` is "12-32", ".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DayRangeError {
    /// It is not of this form, or there is no such day.
    #[error("which is no day: write 2026-01-01, 2026-02-15..2026-02-23, or 12-25 for every year")]
    Unreadable,
    /// It ends before it begins.
    #[error(
        "which ends before it begins: write the earlier day first, and a turn of the year as two"
    )]
    Backwards,
}

impl DayRange {
    /// Whether a day is among them.
    pub fn contains(&self, date: Date) -> bool {
        match self {
            Self::Dates(first, last) => (first..=last).contains(&&date),
            Self::Yearly(first, last) => (first..=last).contains(&&(date.month(), date.day())),
        }
    }
}

impl FromStr for DayRange {
    type Err = DayRangeError;

    fn from_str(text: &str) -> Result<Self, DayRangeError> {
        let text = text.trim();
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (first.trim(), last.trim());
        let range = match (date(first), date(last)) {
            (Some(first), Some(last)) => Self::Dates(first, last),
            _ => {
                let day = |text| month_and_day(text).ok_or(DayRangeError::Unreadable);
                Self::Yearly(day(first)?, day(last)?)
            }
        };
        let is_forward = match range {
            Self::Dates(first, last) => first <= last,
            Self::Yearly(first, last) => first <= last,
        };
        is_forward.then_some(range).ok_or(DayRangeError::Backwards)
    }
}

impl fmt::Display for DayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |(month, day): &(i8, i8)| format!("{month:02}-{day:02}");
        let (first, last) = match self {
            Self::Dates(first, last) => (first.to_string(), last.to_string()),
            Self::Yearly(first, last) => (day(first), day(last)),
        };
        match first == last {
            true => f.write_str(&first),
            false => write!(f, "{first}..{last}"),
        }
    }
}

/// A year has four digits: anything else is a slip.
fn date(text: &str) -> Option<Date> {
    let has_year = text.len() == 10 && text.starts_with(|c: char| c.is_ascii_digit());
    text.parse().ok().filter(|_| has_year)
}

fn month_and_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let number = |text: &str| text.parse().ok().filter(|_| text.len() == 2);
    let (month, day) = (number(month)?, number(day)?);
    // A leap year has every day that any year has.
    Date::new(2024, month, day).ok().map(|_| (month, day))
}

/// A set of days: those of some weekdays and some ranges, without some others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Days {
    /// Weekdays in it, each once, Monday first.
    pub weekdays: Vec<Weekday>,
    /// Days in it besides.
    pub days: Vec<DayRange>,
    /// Days that are not in it, whatever else names them.
    pub except: Vec<DayRange>,
}

impl Days {
    /// Whether a day is in the set.
    pub fn contains(&self, date: Date) -> bool {
        let named = |ranges: &[DayRange]| ranges.iter().any(|range| range.contains(date));
        (self.weekdays.contains(&date.weekday()) || named(&self.days)) && !named(&self.except)
    }
}

/// A weekday by its English name or how that begins: `SAT`, `saturday`.
pub fn parse_weekday(text: &str) -> Option<Weekday> {
    let text = text.trim().to_ascii_lowercase();
    ALL.into_iter()
        .find(|(_, name)| text.len() >= 3 && name.starts_with(&text))
        .map(|(weekday, _)| weekday)
}

/// The three letters that files name a weekday by.
pub fn weekday_word(weekday: Weekday) -> String {
    let name = ALL.into_iter().find(|(one, _)| *one == weekday);
    name.map_or_else(String::new, |(_, name)| name[..3].to_ascii_uppercase())
}

const ALL: [(Weekday, &str); 7] = [
    (Weekday::Monday, "monday"),
    (Weekday::Tuesday, "tuesday"),
    (Weekday::Wednesday, "wednesday"),
    (Weekday::Thursday, "thursday"),
    (Weekday::Friday, "friday"),
    (Weekday::Saturday, "saturday"),
    (Weekday::Sunday, "sunday"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(texts: &[&str]) -> Vec<DayRange> {
        texts
            .iter()
            .map(|text| text.parse().expect("a range"))
            .collect()
    }

    #[test]
    fn a_work_day_by_swap_is_not_in_the_set_though_its_weekday_is() {
        let days = Days {
            weekdays: vec![Weekday::Saturday, Weekday::Sunday],
            days: ranges(&["2026-02-15..2026-02-23", "12-24..12-26"]),
            except: ranges(&["2026-02-14", "2026-02-28"]),
        };
        for (day, is_in) in [
            ("2026-02-13", false),
            ("2026-02-14", false),
            ("2026-02-15", true),
            ("2026-02-23", true),
            ("2026-02-24", false),
            ("2026-02-28", false),
            ("2026-03-01", true),
            ("2027-12-24", true),
            ("2027-12-27", false),
        ] {
            let date = day.parse().expect("a date");
            assert_eq!(days.contains(date), is_in, "{day}");
        }
    }

    #[test]
    fn what_is_no_range_of_days_is_refused() {
        for text in [
            "",
            "26-01-01",
            "2026-02-30",
            "13-01",
            "1-1",
            "2026-01-01..12-25",
            "x",
        ] {
            assert_eq!(
                text.parse::<DayRange>(),
                Err(DayRangeError::Unreadable),
                "{text}"
            );
        }
        for text in ["2026-01-02..2026-01-01", "12-31..01-01"] {
            assert_eq!(
                text.parse::<DayRange>(),
                Err(DayRangeError::Backwards),
                "{text}"
            );
        }
        for text in [
            "02-29",
            "2026-01-01",
            "2026-01-01..2026-01-03",
            "12-24..12-26",
        ] {
            assert_eq!(
                text.parse::<DayRange>().map(|range| range.to_string()),
                Ok(text.to_owned())
            );
        }
        assert_eq!(parse_weekday("Sat"), Some(Weekday::Saturday));
        assert_eq!(parse_weekday("s"), None);
        assert_eq!(weekday_word(Weekday::Sunday), "SUN");
    }
}
