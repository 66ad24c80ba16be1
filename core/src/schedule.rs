//! When jobs are due: reading schedules, computing instants, previewing and wording them.
//!
//! `dialect` reads what people write and hands croner an expression it understands; `fields`
//! copies croner's answer into bit sets and searches local times; `dst` turns those into instants
//! under the job's policy; `timetable` adds zone, start and end. croner's own search is not used:
//! it takes a job for fixed-time only when each of its fields holds one value, so a list of times
//! would be lost in a gap and doubled in a fold, and it reads days with `*/n` as "either" where
//! Vixie reads "both". No clock is read here: every function takes the instant from which it looks.

mod days;
mod dialect;
mod dst;
mod error;
mod fields;
mod plan;
mod preview;
mod timetable;
mod words;
mod words_en;
mod words_zh;
mod zone;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::{Span, SpanRelativeTo, Timestamp, Unit};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

pub use days::{DayRange, DayRangeError, Days, parse_weekday, weekday_word};
pub use dst::DstPolicy;
pub use error::{FieldName, FieldProblem, ScheduleError};
pub use plan::{PlanError, PlanKind, SchedulePlan};
pub use preview::{Preview, PreviewLine, PreviewNote, ZoneChange, preview};
pub use timetable::{Timetable, jitter_offset};
pub use words::{Language, UnknownLanguage, words};
pub use zone::{Zone, ZoneError};

use crate::limits::{SCHEDULE_EVERY_SECONDS_MAX, SCHEDULE_TEXT_BYTES_MAX};
use dialect::Pattern;
use fields::Fields;

/// When a job is due, as people write it.
///
/// Five fields (minute hour day month weekday), six (second first), seven (year last), `@yearly` …
/// `@hourly`, `@every 90s`, `@at 2026-12-01T02:30:00+08:00` or `@manual`. Equal when the texts are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct Schedule {
    text: Box<str>,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Cron(Box<Fields>),
    Every {
        seconds: i64,
    },
    /// Seconds since the epoch.
    At(i64),
    Manual,
}

impl Schedule {
    /// Reads a schedule. Blanks around it are dropped; letters may be upper or lower case.
    ///
    /// A date that never comes is accepted here and refused by [`Timetable::validate`].
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ScheduleError::Empty);
        }
        if text.len() > SCHEDULE_TEXT_BYTES_MAX {
            let (length, max) = (text.len(), SCHEDULE_TEXT_BYTES_MAX);
            return Err(ScheduleError::TooLong { length, max });
        }
        let kind = if text.starts_with('@') {
            parse_shortcut(text)?
        } else {
            Kind::Cron(Box::new(Fields::new(&Pattern::parse(text)?)))
        };
        Ok(Self {
            text: text.into(),
            kind,
        })
    }

    /// The text people wrote.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it never rings by itself.
    pub fn is_manual(&self) -> bool {
        self.kind == Kind::Manual
    }

    /// The fields behind a cron expression or a shortcut for one.
    fn pattern(&self) -> Option<Pattern> {
        let text = expand(&self.text).unwrap_or(&self.text);
        Pattern::parse(text)
            .ok()
            .filter(|_| matches!(self.kind, Kind::Cron(_)))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Schedule {
    type Error = ScheduleError;

    fn try_from(text: String) -> Result<Self, ScheduleError> {
        Self::parse(&text)
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> Self {
        schedule.text.into()
    }
}

impl JsonSchema for Schedule {
    fn schema_name() -> Cow<'static, str> {
        "Schedule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "maxLength": SCHEDULE_TEXT_BYTES_MAX,
            "description": "Five, six or seven cron fields, @daily and its like, @every 90s, @at 2026-12-01T02:30:00+08:00 or @manual.",
            "examples": ["*/15 * * * *", "0 3 * * MON-FRI", "@every 90s", "@manual"],
        })
    }
}

/// The expression that a shortcut stands for.
fn expand(text: &str) -> Option<&'static str> {
    Some(match text.to_ascii_lowercase().as_str() {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * SUN",
        "@daily" | "@midnight" => "0 0 * * *",
        "@hourly" => "0 * * * *",
        _ => return None,
    })
}

fn parse_shortcut(text: &str) -> Result<Kind, ScheduleError> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    match (word.to_ascii_lowercase().as_str(), rest) {
        ("@every", "") => Err(ScheduleError::Every {
            text: text.to_owned(),
        }),
        ("@every", _) => parse_every(rest),
        ("@at", "") => Err(ScheduleError::At {
            text: text.to_owned(),
        }),
        ("@at", _) => parse_at(rest),
        ("@reboot", _) => Err(ScheduleError::Reboot),
        ("@manual", "") => Ok(Kind::Manual),
        (_, "") => match expand(word) {
            Some(expression) => Ok(Kind::Cron(Box::new(Fields::new(&Pattern::parse(
                expression,
            )?)))),
            None => Err(ScheduleError::UnknownShortcut {
                text: text.to_owned(),
            }),
        },
        _ => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let pasted = expand(word).and_then(|_| dialect::crontab_line(&words));
            Err(pasted.unwrap_or_else(|| ScheduleError::UnknownShortcut {
                text: text.to_owned(),
            }))
        }
    }
}

fn parse_every(text: &str) -> Result<Kind, ScheduleError> {
    let unreadable = || ScheduleError::Every {
        text: text.to_owned(),
    };
    let span: Span = text.parse().map_err(|_| unreadable())?;
    let relative = SpanRelativeTo::days_are_24_hours();
    let seconds = span
        .total((Unit::Second, relative))
        .map_err(|_| unreadable())?;
    if seconds.fract() != 0.0 {
        return Err(ScheduleError::SubSecond {
            text: text.to_owned(),
        });
    }
    if seconds < 1.0 || seconds > SCHEDULE_EVERY_SECONDS_MAX as f64 {
        return Err(unreadable());
    }
    Ok(Kind::Every {
        seconds: seconds as i64,
    })
}

fn parse_at(text: &str) -> Result<Kind, ScheduleError> {
    match text.parse::<Timestamp>() {
        Ok(at) if at.subsec_nanosecond() != 0 => Err(ScheduleError::SubSecond {
            text: text.to_owned(),
        }),
        Ok(at) => Ok(Kind::At(at.as_second())),
        Err(_) if text.parse::<DateTime>().is_ok() => Err(ScheduleError::AtWithoutOffset {
            text: text.to_owned(),
        }),
        Err(_) => Err(ScheduleError::At {
            text: text.to_owned(),
        }),
    }
}
