//! Calendars: sets of days by which jobs leave days out, or run on certain ones only.

use jiff::civil::Weekday;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Body, FullName, Kind};
use crate::job::{Check, FieldError, Fields, Shape, field, quoted, required};
use crate::limits::CALENDAR_RANGES_MAX;
use crate::schedule::{DayRange, Days, parse_weekday, weekday_word};

/// A named set of days.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    /// Unique among the calendars; jobs name it.
    pub name: String,
    /// Its days.
    pub days: Days,
    /// For people.
    pub note: String,
}

/// A calendar as it is written: a set of days.
///
/// A day is `2026-01-01`, several in a row `2026-02-15..2026-02-23`, and a day of every year `12-25`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDraft {
    /// Unique among the calendars; 1 to 128 characters, no `/`.
    pub name: String,
    /// Weekdays that are in the set, such as `SAT` and `SUN`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<String>,
    /// Days that are in the set besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<String>,
    /// Days that are not in the set whatever else names them, such as a Saturday worked by swap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// Free text for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

const FIELDS: Fields = Fields {
    noun: "calendar",
    known: &[
        required("name", Shape::Text, "name = \"china\""),
        field("weekdays", Shape::Texts, "weekdays = [\"SAT\", \"SUN\"]"),
        field("days", Shape::Texts, "days = [\"2026-01-01..2026-01-03\"]"),
        field("except", Shape::Texts, "except = [\"2026-01-04\"]"),
        field(
            "note",
            Shape::Text,
            "note = \"Days off and work days by swap.\"",
        ),
    ],
    elsewhere: &[
        ("include", "days = [\"2026-01-01\"]"),
        ("exclude", "except = [\"2026-01-04\"]"),
        ("dates", "days = [\"2026-01-01\"]"),
    ],
};

impl CalendarDraft {
    /// Checks every field, or says all that is wrong. Days come out sorted, each once.
    pub fn validate(self) -> Result<Calendar, Vec<FieldError>> {
        let mut check = Check::default();
        check.name(&self.name);
        check.note(&self.note);
        let weekdays = weekdays(&mut check, &self.weekdays);
        let days = ranges(&mut check, "days", &self.days);
        let except = ranges(&mut check, "except", &self.except);
        if self.weekdays.is_empty() && self.days.is_empty() {
            let rest = "is empty, and the calendar would have no day: write some, or weekdays";
            check.refuse("days", "empty", rest);
        }
        if !check.errors.is_empty() {
            return Err(check.errors);
        }
        let (name, note) = (self.name, self.note);
        Ok(Calendar {
            name,
            note,
            days: Days {
                weekdays,
                days,
                except,
            },
        })
    }
}

fn weekdays(check: &mut Check, texts: &[String]) -> Vec<Weekday> {
    let mut found = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match parse_weekday(text) {
            Some(weekday) => found.push(weekday),
            None => {
                let rest = format_args!(
                    "is {}, which is no weekday: write MON, TUE, WED, THU, FRI, SAT or SUN",
                    quoted(text)
                );
                check.refuse(&format!("weekdays[{index}]"), "weekday", rest);
            }
        }
    }
    found.sort_by_key(|weekday| weekday.to_monday_zero_offset());
    found.dedup();
    found
}

fn ranges(check: &mut Check, path: &str, texts: &[String]) -> Vec<DayRange> {
    if texts.len() > CALENDAR_RANGES_MAX {
        let rest = format_args!(
            "has {} entries, and {CALENDAR_RANGES_MAX} are allowed: write days in a row as one, or leave out past years",
            texts.len()
        );
        check.refuse(path, "too_many", rest);
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match text.parse() {
            Ok(range) => found.push(range),
            Err(error) => {
                let rest = format_args!("is {}, {error}", quoted(text));
                check.refuse(&format!("{path}[{index}]"), "day", rest);
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl From<&Calendar> for CalendarDraft {
    fn from(calendar: &Calendar) -> Self {
        let texts = |ranges: &[DayRange]| ranges.iter().map(ToString::to_string).collect();
        let Days {
            weekdays,
            days,
            except,
        } = &calendar.days;
        Self {
            name: calendar.name.clone(),
            weekdays: weekdays.iter().copied().map(weekday_word).collect(),
            days: texts(days),
            except: texts(except),
            note: calendar.note.clone(),
        }
    }
}

impl Body for Calendar {
    const KIND: Kind = Kind::Calendar;
    const FIELDS: &'static [&'static str] = &["name", "note", "weekdays", "days", "except"];

    fn read(fields: &Value) -> Result<Self, Vec<FieldError>> {
        FIELDS.draft::<CalendarDraft>(fields)?.validate()
    }

    fn to_body(&self) -> Value {
        serde_json::to_value(CalendarDraft::from(self)).expect("texts and lists have a JSON form")
    }

    fn full_name(&self) -> FullName {
        FullName {
            kind: Kind::Calendar,
            project: None,
            name: self.name.clone(),
        }
    }

    fn rows(&self) -> Vec<(String, String)> {
        let draft = CalendarDraft::from(self);
        let mut rows = vec![("name".to_owned(), draft.name)];
        let lists = [
            ("weekdays", draft.weekdays.join(", ")),
            // A line each, so that a difference names the days that changed.
            ("days", lines(&draft.days)),
            ("except", lines(&draft.except)),
            ("note", draft.note),
        ];
        let given = lists.into_iter().filter(|(_, text)| !text.is_empty());
        rows.extend(given.map(|(name, text)| (name.to_owned(), text)));
        rows
    }
}

fn lines(texts: &[String]) -> String {
    texts.iter().map(|text| format!("{text}\n")).collect()
}
