//! The text of a cron expression, as people write it, and its translation into croner's.
//!
//! croner decides what the fields mean. Ours on top of it are what it cannot read or would misread:
//! wrapping ranges (`FRI-MON`), `5/15`, and errors that name the field and the way out.

use croner::parser::{CronParser, Seconds, Year};

use super::error::{FieldName, FieldProblem, ScheduleError};
use crate::limits::SCHEDULE_YEARS;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// One item of a field's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// `*`, `?` (step 1) and `*/n`.
    Star { step: u16 },
    /// `a`, `a-b`, `a/n`, `a-b/n`; wraps around when `from > to`.
    Span { from: u16, to: u16, step: u16 },
    /// `L`: the last day of the month.
    LastDay,
    /// `LW`: the last Monday-to-Friday day of the month.
    LastWorkday,
    /// `15W`: the Monday-to-Friday day nearest to that day, in the same month.
    NearestWorkday(u16),
    /// `FRIL`: the last such weekday of the month.
    LastWeekday(u16),
    /// `FRI#2`: the nth such weekday of the month.
    NthWeekday { weekday: u16, nth: u16 },
}

/// One field: its items in the order written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    pub items: Vec<Item>,
    /// Whether the text begins with `*` or is `?`: Vixie's test for "not restricted".
    pub starred: bool,
}

impl Terms {
    fn star() -> Self {
        Self {
            items: vec![Item::Star { step: 1 }],
            starred: true,
        }
    }

    /// Whether the field lets everything pass.
    pub fn is_any(&self) -> bool {
        self.items.contains(&Item::Star { step: 1 })
    }
}

/// A cron expression, field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pub second: Terms,
    pub minute: Terms,
    pub hour: Terms,
    pub day: Terms,
    pub month: Terms,
    pub weekday: Terms,
    pub year: Terms,
}

impl Pattern {
    /// Reads an expression of five, six or seven fields.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match Self::from_words(&words) {
            Err(plain) => Err(crontab_line(&words).unwrap_or(plain)),
            Ok(pattern) => Ok(pattern),
        }
    }

    fn from_words(words: &[&str]) -> Result<Self, ScheduleError> {
        let (second, rest) = match words {
            five if five.len() == 5 => ("0", five),
            [second, rest @ ..] if (5..=6).contains(&rest.len()) => (*second, rest),
            _ => {
                let (text, count) = (words.join(" "), words.len());
                return Err(ScheduleError::FieldCount { text, count });
            }
        };
        if words.len() > 5 {
            refuse_quartz_numbers(rest[2], rest[4])?;
        }
        Ok(Self {
            second: terms(FieldName::Second, second)?,
            minute: terms(FieldName::Minute, rest[0])?,
            hour: terms(FieldName::Hour, rest[1])?,
            day: terms(FieldName::Day, rest[2])?,
            month: terms(FieldName::Month, rest[3])?,
            weekday: terms(FieldName::Weekday, rest[4])?,
            year: rest
                .get(5)
                .map_or_else(|| Ok(Terms::star()), |year| terms(FieldName::Year, year))?,
        })
    }

    /// The same expression as croner reads it, seven fields.
    pub fn to_croner(&self) -> croner::Cron {
        let years = if self.year.is_any() {
            format!("{}-{}", SCHEDULE_YEARS.0, SCHEDULE_YEARS.1)
        } else {
            croner_text(FieldName::Year, &self.year)
        };
        let text = format!(
            "{} {} {} {} {} {} {years}",
            croner_text(FieldName::Second, &self.second),
            croner_text(FieldName::Minute, &self.minute),
            croner_text(FieldName::Hour, &self.hour),
            croner_text(FieldName::Day, &self.day),
            croner_text(FieldName::Month, &self.month),
            croner_text(FieldName::Weekday, &self.weekday),
        );
        CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Required)
            .build()
            .parse(&text)
            .expect("every field was checked against what croner accepts")
    }
}

/// The smallest and largest number of a field, as people may write it.
pub(super) fn bounds(field: FieldName) -> (u16, u16) {
    match field {
        FieldName::Second | FieldName::Minute => (0, 59),
        FieldName::Hour => (0, 23),
        FieldName::Day => (1, 31),
        FieldName::Month => (1, 12),
        FieldName::Weekday => (0, 7),
        FieldName::Year => SCHEDULE_YEARS,
    }
}

/// The values of a span in the order they come, wrapping around where needed.
pub(super) fn span_values(field: FieldName, from: u16, to: u16, step: u16) -> Vec<u16> {
    let (min, max) = bounds(field);
    // Sunday is both 0 and 7; going around counts it once.
    let size = if field == FieldName::Weekday {
        7
    } else {
        max - min + 1
    };
    let last = if from <= to { to } else { to + size };
    (from..=last)
        .step_by(usize::from(step))
        .map(|value| if value > max { value - size } else { value })
        .collect()
}

fn croner_text(field: FieldName, terms: &Terms) -> String {
    if terms.is_any() {
        return "*".to_owned();
    }
    let items: Vec<String> = terms
        .items
        .iter()
        .map(|item| croner_item(field, *item))
        .collect();
    items.join(",")
}

fn croner_item(field: FieldName, item: Item) -> String {
    match item {
        Item::Star { step } => format!("*/{step}"),
        Item::Span { from, to, .. } if from == to => from.to_string(),
        Item::Span { from, to, step } if from < to => format!("{from}-{to}/{step}"),
        Item::Span { from, to, step } => {
            let values = span_values(field, from, to, step);
            values
                .iter()
                .map(u16::to_string)
                .collect::<Vec<_>>()
                .join(",")
        }
        Item::LastDay => "L".to_owned(),
        Item::LastWorkday => "LW".to_owned(),
        Item::NearestWorkday(day) => format!("{day}W"),
        Item::LastWeekday(weekday) => format!("{weekday}L"),
        Item::NthWeekday { weekday, nth } => format!("{weekday}#{nth}"),
    }
}

fn terms(field: FieldName, text: &str) -> Result<Terms, ScheduleError> {
    if text.contains('.') && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(ScheduleError::SubSecond {
            text: text.to_owned(),
        });
    }
    let items = text
        .split(',')
        .map(|part| {
            item(field, &part.to_ascii_uppercase()).map_err(|problem| match problem {
                FieldProblem::Unreadable { .. } => FieldProblem::Unreadable {
                    item: part.to_owned(),
                },
                other => other,
            })
        })
        .collect::<Result<Vec<Item>, FieldProblem>>()
        .map_err(|problem| ScheduleError::Field {
            field,
            text: text.to_owned(),
            problem,
        })?;
    Ok(Terms {
        items,
        starred: text.starts_with(['*', '?']),
    })
}

fn item(field: FieldName, text: &str) -> Result<Item, FieldProblem> {
    if text.is_empty() {
        return Err(FieldProblem::EmptyItem);
    }
    match field {
        FieldName::Day => day_item(text),
        FieldName::Weekday => weekday_item(text),
        _ if text == "?" => Err(misplaced(
            text,
            "use `*`, `?` stands for a day or a weekday only",
        )),
        _ if text == "L" || text == "LW" => {
            Err(misplaced(text, "`L` and `W` belong to the day field"))
        }
        _ if text.contains('#') => Err(misplaced(text, "`#` belongs to the weekday field")),
        _ => plain_item(field, text),
    }
}

fn day_item(text: &str) -> Result<Item, FieldProblem> {
    if text.starts_with("L-") {
        return Err(misplaced(
            text,
            "days before the last are not supported, use a day or `L`",
        ));
    }
    if text.contains('#') {
        return Err(misplaced(text, "`#` belongs to the weekday field"));
    }
    match text {
        "?" => Ok(Item::Star { step: 1 }),
        "L" => Ok(Item::LastDay),
        "LW" => Ok(Item::LastWorkday),
        _ => match text.strip_suffix('W') {
            Some(day) => Ok(Item::NearestWorkday(value(FieldName::Day, day)?)),
            None => plain_item(FieldName::Day, text),
        },
    }
}

fn weekday_item(text: &str) -> Result<Item, FieldProblem> {
    if let Some((weekday, nth)) = text.split_once('#') {
        let weekday = value(FieldName::Weekday, weekday)? % 7;
        return match nth.parse() {
            Ok(nth @ 1..=5) => Ok(Item::NthWeekday { weekday, nth }),
            _ => Err(FieldProblem::NthOutOfRange {
                nth: nth.to_owned(),
            }),
        };
    }
    match text {
        "?" => Ok(Item::Star { step: 1 }),
        "L" => Err(misplaced(
            text,
            "write FRIL for the last Friday, or SAT for Saturday",
        )),
        "LW" => Err(misplaced(text, "`LW` belongs to the day field")),
        _ => match text.strip_suffix('L') {
            Some(weekday) => Ok(Item::LastWeekday(value(FieldName::Weekday, weekday)? % 7)),
            None => plain_item(FieldName::Weekday, text),
        },
    }
}

/// `*`, `*/n`, `a`, `a-b`, `a/n` and `a-b/n`, which every field has.
fn plain_item(field: FieldName, text: &str) -> Result<Item, FieldProblem> {
    let unreadable = || FieldProblem::Unreadable {
        item: text.to_owned(),
    };
    let (range, step_text) = match text.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (text, None),
    };
    let step = step_text.map_or(Ok(1), |step| {
        step_value(field, step).unwrap_or_else(|| Err(unreadable()))
    })?;
    if range == "*" {
        return Ok(Item::Star { step });
    }
    let Some((from, to)) = range.split_once('-') else {
        let from = value(field, range)?;
        return Ok(match step_text {
            None => single(field, from),
            Some(_) if field == FieldName::Weekday => Item::Span {
                from: from % 7,
                to: 6,
                step,
            },
            Some(_) => Item::Span {
                from,
                to: bounds(field).1,
                step,
            },
        });
    };
    if from.is_empty() || to.is_empty() || to.contains('-') {
        return Err(unreadable());
    }
    let (from, to) = (value(field, from)?, value(field, to)?);
    if field == FieldName::Year && from > to {
        let (min, max) = (from, bounds(field).1);
        return Err(FieldProblem::OutOfRange {
            value: to.to_string(),
            min,
            max,
        });
    }
    // A week that starts on its seventh day starts on its zeroth.
    let from = if field == FieldName::Weekday && from == 7 && to != 7 {
        0
    } else {
        from
    };
    Ok(if from == to {
        single(field, from)
    } else {
        Item::Span { from, to, step }
    })
}

fn single(field: FieldName, value: u16) -> Item {
    let value = if field == FieldName::Weekday {
        value % 7
    } else {
        value
    };
    Item::Span {
        from: value,
        to: value,
        step: 1,
    }
}

fn value(field: FieldName, text: &str) -> Result<u16, FieldProblem> {
    let (min, max) = bounds(field);
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.parse() {
            Ok(value) if (min..=max).contains(&value) => Ok(value),
            _ => Err(FieldProblem::OutOfRange {
                value: text.to_owned(),
                min,
                max,
            }),
        };
    }
    let (names, first): (&[&str], u16) = match field {
        FieldName::Month => (&MONTHS, 1),
        FieldName::Weekday => (&WEEKDAYS, 0),
        _ => (&[], 0),
    };
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(FieldProblem::Unreadable {
            item: text.to_owned(),
        });
    }
    if let Some(at) = (0u16..)
        .zip(names)
        .find_map(|(at, name)| (*name == text).then_some(at))
    {
        return Ok(first + at);
    }
    let near = names.iter().find(|name| text.starts_with(**name));
    let expected = match (near, names) {
        (Some(name), _) => (*name).to_owned(),
        (None, [first, .., last]) => format!("{first} to {last} or {min} to {max}"),
        (None, _) => format!("{min} to {max}"),
    };
    Err(FieldProblem::UnknownName {
        name: text.to_owned(),
        expected,
    })
}

/// `None` when the text is no number at all.
fn step_value(field: FieldName, text: &str) -> Option<Result<u16, FieldProblem>> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (min, max) = bounds(field);
    let size = max - min + 1;
    Some(match text.parse() {
        Ok(0) => Err(FieldProblem::StepZero),
        Ok(step) if step <= size => Ok(step),
        _ => Err(FieldProblem::StepTooLong {
            step: text.to_owned(),
            size,
        }),
    })
}

fn misplaced(item: &str, hint: &'static str) -> FieldProblem {
    FieldProblem::Misplaced {
        item: item.to_owned(),
        hint,
    }
}

/// Quartz always has a `?` in the day or the weekday field and six or seven fields, and counts
/// Sunday as 1. Numbers there mean different days to different readers.
fn refuse_quartz_numbers(day: &str, weekday: &str) -> Result<(), ScheduleError> {
    let numbers: Vec<&str> = weekday
        .split([',', '-'])
        .filter(|part| part.starts_with(|first: char| first.is_ascii_digit()))
        .collect();
    // Quartz has no weekday 0.
    if day != "?" || numbers.is_empty() || numbers.contains(&"0") {
        return Ok(());
    }
    Err(ScheduleError::QuartzWeekday {
        text: weekday.to_owned(),
        quartz: with_weekday_names(weekday, 1),
        cron: with_weekday_names(weekday, 0),
    })
}

/// Replaces the numbers that stand for weekdays by names; `sunday` is the number of Sunday.
fn with_weekday_names(text: &str, sunday: usize) -> String {
    let mut named = String::new();
    let mut before = ',';
    for character in text.chars() {
        let counts = before == '/' || before == '#' || before.is_ascii_digit();
        match character.to_digit(10).filter(|_| !counts) {
            Some(digit) => named.push_str(WEEKDAYS[(digit as usize + 7 - sunday) % 7]),
            None => named.push(character),
        }
        before = character;
    }
    named
}

/// Recognises a pasted crontab line: a good schedule, then a user or a command.
pub(super) fn crontab_line(words: &[&str]) -> Option<ScheduleError> {
    let at = if words.first()?.starts_with('@') {
        1
    } else {
        5
    };
    let (schedule, rest) = words.split_at_checked(at)?;
    let first = rest.first()?;
    let is_schedule = at == 1 || Pattern::from_words(schedule).is_ok();
    let is_word =
        first.starts_with(|first: char| first.is_ascii_lowercase() || "_./~$".contains(first));
    if !is_schedule || !is_word || terms(FieldName::Weekday, first).is_ok() {
        return None;
    }
    let schedule = schedule.join(" ");
    let is_user = first
        .chars()
        .all(|each| each.is_ascii_alphanumeric() || "_-".contains(each));
    Some(if is_user {
        ScheduleError::UserColumn {
            schedule,
            user: (*first).to_owned(),
        }
    } else {
        ScheduleError::Command {
            schedule,
            command: rest.join(" "),
        }
    })
}
