//! The meaning of an expression, written a second time and as plainly as possible.
//!
//! Shares no code with the crate: fields become lists of numbers, days are asked one by one, and
//! a zone is asked for its offset second by second.

use belfry_core::schedule::DstPolicy;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

pub struct Naive {
    seconds: Vec<bool>,
    minutes: Vec<bool>,
    hours: Vec<bool>,
    months: Vec<bool>,
    days: Vec<String>,
    weekdays: Vec<String>,
    both: bool,
    fixed_time: bool,
}

impl Naive {
    /// Reads five or six fields that are known to be well formed.
    pub fn new(text: &str) -> Self {
        let mut words: Vec<&str> = text.split(' ').collect();
        if words.len() == 5 {
            words.insert(0, "0");
        }
        let split = |text: &str| text.split(',').map(str::to_owned).collect();
        let starred = |text: &str| text.starts_with('*') || text == "?";
        Self {
            seconds: numbers(words[0], 0, 59),
            minutes: numbers(words[1], 0, 59),
            hours: numbers(words[2], 0, 23),
            months: numbers(words[4], 1, 12),
            days: split(words[3]),
            weekdays: split(words[5]),
            both: starred(words[3]) || starred(words[5]),
            fixed_time: !starred(words[1]) && !starred(words[2]),
        }
    }

    pub fn has_day(&self, date: Date) -> bool {
        if !self.months[date.month() as usize] {
            return false;
        }
        let by_day = self.days.iter().any(|item| day_item(item, date));
        let by_weekday = self.weekdays.iter().any(|item| weekday_item(item, date));
        if self.both {
            by_day && by_weekday
        } else {
            by_day || by_weekday
        }
    }

    fn has_wall(&self, wall: DateTime) -> bool {
        self.seconds[wall.second() as usize]
            && self.minutes[wall.minute() as usize]
            && self.hours[wall.hour() as usize]
            && self.has_day(wall.date())
    }

    /// Whether a job is due at exactly this second.
    pub fn is_due(&self, zone: &TimeZone, policy: DstPolicy, second: i64) -> bool {
        let at = Timestamp::from_second(second).unwrap();
        let offset = zone.to_offset(at);
        let wall = offset.to_datetime(at);
        if !self.fixed_time {
            return self.has_wall(wall);
        }
        let second_pass = || match zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Fold { after, .. } => offset == after,
            _ => false,
        };
        if self.has_wall(wall) && (policy == DstPolicy::RunBoth || !second_pass()) {
            return true;
        }
        // The walls between the last second's and this one's do not exist.
        let before = zone.to_offset(Timestamp::from_second(second - 1).unwrap());
        let missing = offset.seconds() - before.seconds();
        policy != DstPolicy::Skip
            && (0..missing).any(|back| {
                let lost =
                    Timestamp::from_second(second + i64::from(offset.seconds() - missing + back));
                self.has_wall(Offset::UTC.to_datetime(lost.unwrap()))
            })
    }
}

/// `*`, `a`, `a-b`, `a/n`, `a-b/n`, `*/n` and lists of them, going around the end where `a > b`.
fn numbers(text: &str, min: usize, max: usize) -> Vec<bool> {
    let mut found = vec![false; max + 1];
    for item in text.split(',') {
        let (range, step) = item.split_once('/').unwrap_or((item, ""));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (min, max),
            Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
            None if step.is_empty() => (range.parse().unwrap(), range.parse().unwrap()),
            None => (range.parse().unwrap(), max),
        };
        let step: usize = step.parse().unwrap_or(1);
        let (mut value, mut walked) = (from, 0);
        loop {
            if walked % step == 0 {
                found[value] = true;
            }
            if value == to {
                break;
            }
            value = if value == max { min } else { value + 1 };
            walked += 1;
        }
    }
    found
}

fn day_item(item: &str, date: Date) -> bool {
    let last = date.last_of_month();
    if item == "?" {
        return true;
    }
    if item == "L" {
        return date == last;
    }
    if item == "LW" {
        let mut day = last;
        while is_weekend(day) {
            day = day.yesterday().unwrap();
        }
        return date == day;
    }
    let Some(day) = item.strip_suffix('W') else {
        return numbers(item, 1, 31)[date.day() as usize];
    };
    let Ok(wanted) = Date::new(date.year(), date.month(), day.parse().unwrap()) else {
        return false;
    };
    // The nearest weekday of the same month; a Saturday and a Sunday have only one at distance one.
    let mut candidates: Vec<Date> = date
        .first_of_month()
        .series(jiff::Span::new().days(1))
        .take(31)
        .collect();
    candidates.retain(|day| day.month() == date.month() && !is_weekend(*day));
    candidates.sort_by_key(|day| (day.day() - wanted.day()).abs());
    candidates[0] == date
}

fn is_weekend(date: Date) -> bool {
    date.weekday().to_sunday_zero_offset() % 6 == 0
}

fn weekday_item(item: &str, date: Date) -> bool {
    if item == "?" {
        return true;
    }
    let mut item = item.to_owned();
    for (number, name) in NAMES.iter().enumerate() {
        item = item.replace(name, &number.to_string());
    }
    let is_weekday =
        |text: &str| numbers(text, 0, 6)[date.weekday().to_sunday_zero_offset() as usize];
    if let Some((weekday, nth)) = item.split_once('#') {
        return is_weekday(weekday) && (date.day() - 1) / 7 + 1 == nth.parse::<i8>().unwrap();
    }
    match item.strip_suffix('L') {
        Some(weekday) => is_weekday(weekday) && date.day() + 7 > date.days_in_month(),
        None => is_weekday(&item),
    }
}
