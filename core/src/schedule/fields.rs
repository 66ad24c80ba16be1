//! The matched local times of a cron expression, as bit sets, and the search over them.
//!
//! A *wall* is a local date and time counted in seconds as if it were UTC. Nothing here knows zones.
//! croner's own pattern takes 5 kB a job and its search starts over each second of a gap; these sets take a
//! hundred bytes and find the next match in a few steps.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::dialect::{Item, Pattern};
use crate::limits::{SCHEDULE_SEARCH_YEARS_MAX, SCHEDULE_YEARS};

const DAY_S: i64 = 86_400;

/// What a cron expression matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields {
    seconds: u64,
    minutes: u64,
    hours: u32,
    months: u16,
    /// One bit a year from 1970; `None` lets every year pass, also those beyond 2099.
    years: Option<[u64; 3]>,
    days: Days,
    /// Neither the minute nor the hour field begins with `*`: such a job means the time on the clock.
    pub fixed_time: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Days {
    /// Bit d is day d.
    of_month: u32,
    last_day: bool,
    last_workday: bool,
    nearest_workdays: u32,
    /// Bit w is weekday w, Sunday 0.
    weekdays: u8,
    nth_weekdays: [u8; 5],
    last_weekdays: u8,
    /// Both fields must match (one begins with `*`), else either.
    both: bool,
}

impl Fields {
    pub fn new(pattern: &Pattern) -> Self {
        let croner = pattern.to_croner().pattern;
        let years = (!pattern.year.is_any()).then(|| year_bits(&croner.years.values()));
        Self {
            seconds: bits(&croner.seconds.values()),
            minutes: bits(&croner.minutes.values()),
            hours: bits(&croner.hours.values()) as u32,
            months: bits(&croner.months.values()) as u16,
            years,
            days: Days::new(pattern, &croner.days.values(), &croner.days_of_week.values()),
            fixed_time: !pattern.minute.starred && !pattern.hour.starred,
        }
    }

    /// The first match at or after `from`, or `None` when there is none within
    /// `SCHEDULE_SEARCH_YEARS_MAX` (a restricted year field: none in all its years).
    pub fn next_wall(&self, from: i64) -> Option<i64> {
        let start = Timestamp::from_second(from).ok()?;
        let first_day = Offset::UTC.to_datetime(start).date();
        let second_of_day = from.rem_euclid(DAY_S) as u32;
        let today = self.days_of(first_day.year(), first_day.month()) >> first_day.day() & 1 == 1;
        if let Some(second) = self.next_second_of_day(second_of_day).filter(|_| today) {
            return Some(from - i64::from(second_of_day) + i64::from(second));
        }
        let day = self.next_day(first_day)?;
        let second = self.next_second_of_day(0).expect("no field is empty");
        Some(midnight(day)? + i64::from(second))
    }

    /// How many matches lie in `[from, to)`.
    pub fn count_walls(&self, from: i64, to: i64) -> u64 {
        let (Ok(start), Ok(end)) = (Timestamp::from_second(from), Timestamp::from_second(to)) else {
            return 0;
        };
        if from >= to {
            return 0;
        }
        let first = Offset::UTC.to_datetime(start).date();
        let last = Offset::UTC.to_datetime(end).date();
        let matches = |day: Date| u64::from(self.days_of(day.year(), day.month()) >> day.day() & 1);
        let per_day = self.count_before(DAY_S as u32);
        let whole = self.count_days(first, last) * per_day;
        let before = matches(first) * self.count_before(from.rem_euclid(DAY_S) as u32);
        let after = matches(last) * self.count_before(to.rem_euclid(DAY_S) as u32);
        whole + after - before
    }

    /// Matching days in `[first, last)`.
    fn count_days(&self, first: Date, last: Date) -> u64 {
        let mut days = 0;
        for year in first.year()..=last.year() {
            for month in 1..=12 {
                let mut mask = self.days_of(year, month);
                let here = (year, month);
                if here < (first.year(), first.month()) || here > (last.year(), last.month()) {
                    continue;
                }
                if here == (first.year(), first.month()) {
                    mask &= u32::MAX << first.day();
                }
                if here == (last.year(), last.month()) {
                    mask &= !(u32::MAX << last.day());
                }
                days += u64::from(mask.count_ones());
            }
        }
        days
    }

    /// Matching seconds of a day before the given one.
    fn count_before(&self, second_of_day: u32) -> u64 {
        let (hour, minute, second) =
            (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
        let per_minute = u64::from(self.seconds.count_ones());
        let per_hour = u64::from(self.minutes.count_ones()) * per_minute;
        let mut count = u64::from((self.hours & !(u32::MAX << hour)).count_ones()) * per_hour;
        if self.hours >> hour & 1 == 1 {
            count += u64::from((self.minutes & !(u64::MAX << minute)).count_ones()) * per_minute;
            if self.minutes >> minute & 1 == 1 {
                count += u64::from((self.seconds & !(u64::MAX << second)).count_ones());
            }
        }
        count
    }

    fn next_second_of_day(&self, from: u32) -> Option<u32> {
        let (hour, minute, second) = (from / 3600, from / 60 % 60, from % 60);
        let hours = u64::from(self.hours);
        if self.hours >> hour & 1 == 1 {
            if self.minutes >> minute & 1 == 1
                && let Some(second) = next_bit(self.seconds, second)
            {
                return Some(hour * 3600 + minute * 60 + second);
            }
            if let Some(minute) = next_bit(self.minutes, minute + 1) {
                return Some(hour * 3600 + minute * 60 + self.seconds.trailing_zeros());
            }
        }
        let hour = next_bit(hours, hour + 1)?;
        Some(hour * 3600 + self.minutes.trailing_zeros() * 60 + self.seconds.trailing_zeros())
    }

    /// The first matching day after `day`.
    fn next_day(&self, day: Date) -> Option<Date> {
        let last_year = match self.years {
            Some(_) => SCHEDULE_YEARS.1 as i16,
            None => day.year().saturating_add(SCHEDULE_SEARCH_YEARS_MAX).min(9999),
        };
        let rest_of_month = self.days_of(day.year(), day.month()) & (u32::MAX << day.day() << 1);
        if rest_of_month != 0 {
            return Date::new(day.year(), day.month(), rest_of_month.trailing_zeros() as i8).ok();
        }
        let mut first_month = day.month() + 1;
        for year in day.year()..=last_year {
            for month in first_month..=12 {
                let days = self.days_of(year, month);
                if days != 0 {
                    return Date::new(year, month, days.trailing_zeros() as i8).ok();
                }
            }
            first_month = 1;
        }
        None
    }

    /// The matching days of a month; bit d is day d.
    fn days_of(&self, year: i16, month: i8) -> u32 {
        if self.months >> month & 1 == 0 || !self.has_year(year) {
            return 0;
        }
        let Ok(first) = Date::new(year, month, 1) else { return 0 };
        self.days.mask(first.weekday().to_sunday_zero_offset() as u32, first.days_in_month() as u32)
    }

    fn has_year(&self, year: i16) -> bool {
        self.years.is_none_or(|years| {
            let bit = usize::try_from(year - SCHEDULE_YEARS.0 as i16).unwrap_or(usize::MAX);
            years.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
        })
    }
}

impl Days {
    fn new(pattern: &Pattern, of_month: &[u16], weekdays: &[u16]) -> Self {
        let mut days = Self {
            of_month: bits(of_month) as u32,
            last_day: false,
            last_workday: false,
            nearest_workdays: 0,
            weekdays: bits(weekdays) as u8 & 0x7f,
            nth_weekdays: [0; 5],
            last_weekdays: 0,
            both: pattern.day.starred || pattern.weekday.starred,
        };
        for item in pattern.day.items.iter().chain(&pattern.weekday.items) {
            match *item {
                Item::LastDay => days.last_day = true,
                Item::LastWorkday => days.last_workday = true,
                Item::NearestWorkday(day) => days.nearest_workdays |= 1 << day,
                Item::LastWeekday(weekday) => days.last_weekdays |= 1 << weekday,
                Item::NthWeekday { weekday, nth } => {
                    days.nth_weekdays[usize::from(nth - 1)] |= 1 << weekday;
                }
                Item::Star { .. } | Item::Span { .. } => {}
            }
        }
        days
    }

    /// The matching days of a month of `length` days whose first is the weekday `first`.
    fn mask(&self, first: u32, length: u32) -> u32 {
        let real = (u32::MAX << 1) & (u32::MAX >> (31 - length));
        let by_day = self.by_day(first, length) & real;
        let by_weekday = self.by_weekday(first, length) & real;
        if self.both { by_day & by_weekday } else { by_day | by_weekday }
    }

    fn by_day(&self, first: u32, length: u32) -> u32 {
        let weekday = |day: u32| (first + day - 1) % 7;
        let mut mask = self.of_month;
        if self.last_day {
            mask |= 1 << length;
        }
        if self.last_workday {
            mask |= 1 << match weekday(length) {
                6 => length - 1,
                0 => length - 2,
                _ => length,
            };
        }
        let mut pending = self.nearest_workdays & (u32::MAX >> (31 - length));
        while pending != 0 {
            let day = pending.trailing_zeros();
            pending &= pending - 1;
            mask |= 1 << match weekday(day) {
                6 if day > 1 => day - 1,
                6 => day + 2,
                0 if day < length => day + 1,
                0 => day - 2,
                _ => day,
            };
        }
        mask
    }

    fn by_weekday(&self, first: u32, length: u32) -> u32 {
        const EVERY_SEVENTH: u32 = 1 << 1 | 1 << 8 | 1 << 15 | 1 << 22 | 1 << 29;
        let mut mask = 0;
        for weekday in 0..7 {
            let offset = (weekday + 7 - first) % 7;
            let all = EVERY_SEVENTH << offset & (u32::MAX >> (31 - length));
            if self.weekdays >> weekday & 1 == 1 {
                mask |= all;
            }
            if self.last_weekdays >> weekday & 1 == 1 {
                mask |= 1 << (31 - all.leading_zeros());
            }
            for (week, weekdays) in (0..).zip(self.nth_weekdays) {
                let day = 1 + offset + 7 * week;
                mask |= u32::from(weekdays >> weekday & 1 == 1 && day <= length) << (day % 32);
            }
        }
        mask
    }
}

/// The wall of a day's first second.
fn midnight(day: Date) -> Option<i64> {
    Some(Offset::UTC.to_timestamp(day.to_datetime(Time::midnight())).ok()?.as_second())
}

fn next_bit(set: u64, from: u32) -> Option<u32> {
    let rest = set & u64::MAX.checked_shl(from)?;
    (rest != 0).then(|| rest.trailing_zeros())
}

fn bits(values: &[u16]) -> u64 {
    values.iter().fold(0, |set, value| set | 1 << value)
}

fn year_bits(values: &[u16]) -> [u64; 3] {
    let mut years = [0; 3];
    for year in values {
        let bit = usize::from(year - SCHEDULE_YEARS.0);
        years[bit / 64] |= 1 << (bit % 64);
    }
    years
}
