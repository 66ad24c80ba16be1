//! Schedules in words: what an expression says, in a form that `words_en` and `words_zh` put into sentences.
//!
//! The words follow from the matched values, not from the spelling: `*/15`, `0-59/15` and
//! `0,15,30,45` read the same.

use std::fmt;
use std::str::FromStr;

use jiff::fmt::temporal::{DateTimeParser, PiecesOffset};
use jiff::tz::Offset;

use super::dialect::{Item, Pattern, Terms, bounds, span_values};
use super::dst::instant;
use super::error::FieldName;
use super::{Kind, Schedule, words_en, words_zh};

/// A language that schedules are worded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `en`.
    En,
    /// `zh` or `zh-CN`.
    ZhCn,
}

/// A language that schedules are not worded in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language schedules are worded in; use en or zh-CN")]
pub struct UnknownLanguage(pub String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, UnknownLanguage> {
        match text.to_ascii_lowercase().as_str() {
            "en" => Ok(Self::En),
            "zh" | "zh-cn" => Ok(Self::ZhCn),
            _ => Err(UnknownLanguage(text.to_owned())),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        })
    }
}

/// The schedule as a phrase without an end mark: "at 03:00 on weekdays", "工作日 03:00".
pub fn words(schedule: &Schedule, language: Language) -> String {
    let spoken = Spoken::of(schedule);
    match language {
        Language::En => words_en::phrase(&spoken),
        Language::ZhCn => words_zh::phrase(&spoken),
    }
}

/// What a schedule says.
pub(super) enum Spoken {
    Manual,
    /// On the clock of the offset written, and that offset.
    Once { local: String, offset: String },
    Every { count: i64, unit: Unit },
    Cron { time: TimePart, days: DayPart },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
}

/// The values of a field, by their pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    All,
    One(u16),
    /// From `from` on, every `step`, evenly around the field.
    Every { step: u16, from: u16, to: u16 },
    /// Three or more neighbours; `from > to` wraps around.
    Run { from: u16, to: u16 },
    /// Four or more values at equal distance, within one round.
    Steps { from: u16, to: u16, step: u16 },
    List(Vec<u16>),
}

impl Shape {
    /// The values, where they are to be listed: a run that wraps around never is.
    pub fn values(&self) -> Vec<u16> {
        match self {
            Self::All => Vec::new(),
            Self::One(only) => vec![*only],
            Self::Run { from, to } => (*from..=*to).collect(),
            Self::Every { step, from, to } | Self::Steps { from, to, step } => {
                (*from..=*to).step_by(usize::from(*step)).collect()
            }
            Self::List(values) => values.clone(),
        }
    }
}

/// The part of a cron expression within a day.
pub(super) enum TimePart {
    /// A few times of the day: hour, minute, second.
    Times(Vec<(u16, u16, u16)>),
    Fields { second: Shape, minute: Shape, hour: Shape },
}

/// The part of a cron expression above a day.
pub(super) struct DayPart {
    /// Empty when every day of the month passes.
    pub days: Vec<DayWord>,
    /// Empty when every weekday passes.
    pub weekdays: Vec<WeekdayWord>,
    /// Days and weekdays must both match; else either.
    pub both: bool,
    pub months: Shape,
    pub years: Shape,
}

pub(super) enum DayWord {
    Numbers(Shape),
    Last,
    LastWorkday,
    NearestWorkday(u16),
}

pub(super) enum WeekdayWord {
    /// Monday to Friday.
    Workdays,
    /// Saturday and Sunday.
    Weekend,
    /// Sunday is 0; lists and runs start on Monday.
    Names(Shape),
    Last(u16),
    Nth { weekday: u16, nth: u16 },
}

impl Spoken {
    fn of(schedule: &Schedule) -> Self {
        match (&schedule.kind, schedule.pattern()) {
            (Kind::Manual, _) => Self::Manual,
            (Kind::At(second), _) => once(schedule.text(), *second),
            (Kind::Every { seconds }, _) => every(*seconds),
            (Kind::Cron(_), pattern) => {
                let pattern = pattern.expect("a cron schedule was made from its pattern");
                Self::Cron { time: time_part(&pattern), days: day_part(&pattern) }
            }
        }
    }
}

fn once(text: &str, second: i64) -> Spoken {
    let written = text.get("@at".len()..).unwrap_or_default().trim();
    let offset = DateTimeParser::new().parse_pieces(written).ok().and_then(|pieces| pieces.offset());
    let offset = match offset {
        Some(PiecesOffset::Numeric(numeric)) => numeric.offset(),
        _ => Offset::UTC,
    };
    let zoned = instant(second).to_zoned(offset.to_time_zone());
    let local = zoned.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let offset = if offset == Offset::UTC { "UTC".to_owned() } else { zoned.strftime("%:z").to_string() };
    Spoken::Once { local, offset }
}

/// The largest unit that divides the interval. A day of an interval is 24 hours, so few of them stay hours.
fn every(seconds: i64) -> Spoken {
    let units = [(86_400, Unit::Day), (3_600, Unit::Hour), (60, Unit::Minute), (1, Unit::Second)];
    let (size, unit) = units
        .into_iter()
        .find(|(size, unit)| seconds % size == 0 && (*unit != Unit::Day || seconds > 2 * size))
        .expect("one second divides every interval");
    Spoken::Every { count: seconds / size, unit }
}

fn time_part(pattern: &Pattern) -> TimePart {
    let seconds = values(FieldName::Second, &pattern.second);
    let minutes = values(FieldName::Minute, &pattern.minute);
    let hours = values(FieldName::Hour, &pattern.hour);
    let second = shape(FieldName::Second, &seconds);
    let minute = shape(FieldName::Minute, &minutes);
    let hour = shape(FieldName::Hour, &hours);
    let few = seconds.len() * minutes.len() * hours.len() <= 4;
    let scattered = matches!(hour, Shape::One(_) | Shape::List(_)) || hours.len() == 2;
    let single = seconds.len() == 1 && minutes.len() == 1;
    if !(scattered && (few || single)) {
        return TimePart::Fields { second, minute, hour };
    }
    let mut times = Vec::new();
    for hour in &hours {
        for minute in &minutes {
            times.extend(seconds.iter().map(|second| (*hour, *minute, *second)));
        }
    }
    TimePart::Times(times)
}

fn day_part(pattern: &Pattern) -> DayPart {
    let mut days = Vec::new();
    let numbers = values(FieldName::Day, &pattern.day);
    if !pattern.day.is_any() && !numbers.is_empty() {
        days.push(DayWord::Numbers(shape(FieldName::Day, &numbers)));
    }
    let mut weekdays = Vec::new();
    let names = values(FieldName::Weekday, &pattern.weekday);
    if !pattern.weekday.is_any() && !names.is_empty() {
        weekdays.push(weekday_word(&names));
    }
    for item in pattern.day.items.iter().chain(&pattern.weekday.items) {
        match *item {
            Item::LastDay => days.push(DayWord::Last),
            Item::LastWorkday => days.push(DayWord::LastWorkday),
            Item::NearestWorkday(day) => days.push(DayWord::NearestWorkday(day)),
            Item::LastWeekday(weekday) => weekdays.push(WeekdayWord::Last(weekday)),
            Item::NthWeekday { weekday, nth } => weekdays.push(WeekdayWord::Nth { weekday, nth }),
            Item::Star { .. } | Item::Span { .. } => {}
        }
    }
    DayPart {
        days,
        weekdays,
        both: pattern.day.starred || pattern.weekday.starred,
        months: shape(FieldName::Month, &values(FieldName::Month, &pattern.month)),
        years: if pattern.year.is_any() {
            Shape::All
        } else {
            shape(FieldName::Year, &values(FieldName::Year, &pattern.year))
        },
    }
}

fn weekday_word(names: &[u16]) -> WeekdayWord {
    match names {
        [1, 2, 3, 4, 5] => WeekdayWord::Workdays,
        [0, 6] => WeekdayWord::Weekend,
        _ => WeekdayWord::Names(match shape(FieldName::Weekday, names) {
            // A list of weekdays starts on Monday.
            Shape::Every { .. } | Shape::Steps { .. } | Shape::List(_) => {
                let mut from_monday = names.to_vec();
                from_monday.sort_by_key(|weekday| (weekday + 6) % 7);
                Shape::List(from_monday)
            }
            other => other,
        }),
    }
}

/// The plain values of a field, ascending.
fn values(field: FieldName, terms: &Terms) -> Vec<u16> {
    let (min, max) = bounds(field);
    let mut values: Vec<u16> = terms
        .items
        .iter()
        .flat_map(|item| match *item {
            Item::Star { step } => span_values(field, min, max, step),
            Item::Span { from, to, step } => span_values(field, from, to, step),
            _ => Vec::new(),
        })
        .map(|value| if field == FieldName::Weekday { value % 7 } else { value })
        .collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn shape(field: FieldName, values: &[u16]) -> Shape {
    let (min, max) = bounds(field);
    let size = if field == FieldName::Weekday { 7 } else { max - min + 1 };
    let count = values.len() as u16;
    let [first, .., last] = *values else {
        return values.first().map_or(Shape::All, |only| Shape::One(*only));
    };
    if count == size {
        return Shape::All;
    }
    let step = values[1] - first;
    let is_even = values.windows(2).all(|pair| pair[1] - pair[0] == step);
    let is_cyclic = matches!(field, FieldName::Second | FieldName::Minute | FieldName::Hour);
    if is_even && step > 1 && is_cyclic && step * count == size {
        return Shape::Every { step, from: first, to: last };
    }
    if is_even && step == 1 && count > 2 {
        return Shape::Run { from: first, to: last };
    }
    if is_even && count > 3 {
        return Shape::Steps { from: first, to: last, step };
    }
    // A run around the end of the field has exactly one break.
    let breaks: Vec<usize> = (1..values.len()).filter(|at| values[*at] - values[at - 1] > 1).collect();
    match breaks[..] {
        [at] if first == min && last == min + size - 1 && count > 2 => {
            Shape::Run { from: values[at], to: values[at - 1] }
        }
        _ => Shape::List(values.to_vec()),
    }
}
