//! Calendar files of other programs (ICS, RFC 5545): the days of their all-day events.
//!
//! Read are events with `DTSTART` and perhaps `DTEND` as dates, and a plain `RRULE:FREQ=YEARLY`. What
//! else makes days, such as another rule or a time of day, is refused with its line: a calendar that
//! silently lacks a day off would run a job on it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::job::quoted;
use crate::limits::{CALENDAR_RANGES_MAX, ICS_BYTES_MAX};
use crate::schedule::DayRange;

/// What the word for a work day by swap ends with in Chinese calendars: `班`, `补班`, `上班`.
const WORK_DAY: char = '班';

/// The days of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IcsDays {
    /// Days off.
    pub days: Vec<DayRange>,
    /// Work days by swap: events whose summary says `班`.
    pub except: Vec<DayRange>,
}

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {sentence}")]
pub struct IcsError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub sentence: String,
}

/// Reads a calendar file; every mistake at once.
pub fn read_ics(text: &str) -> Result<IcsDays, Vec<IcsError>> {
    let mut reader = Reader::default();
    if text.len() > ICS_BYTES_MAX {
        reader.refuse(
            1,
            format!(
                "the file has {} bytes, and {ICS_BYTES_MAX} are allowed: leave out past years",
                text.len()
            ),
        );
        return Err(reader.errors);
    }
    let lines = unfolded(text);
    let is_calendar = lines
        .first()
        .is_some_and(|(_, line)| line.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR"));
    if !is_calendar {
        reader.refuse(
            1,
            "this is no calendar file: it begins with BEGIN:VCALENDAR".to_owned(),
        );
        return Err(reader.errors);
    }
    lines
        .iter()
        .for_each(|(number, line)| reader.line(*number, line));
    if let Some(event) = &reader.event {
        let line = event.line;
        reader.refuse(
            line,
            "this event does not end: the file is cut off".to_owned(),
        );
    }
    let count = reader.found.days.len() + reader.found.except.len();
    if count > CALENDAR_RANGES_MAX {
        reader.refuse(1, format!("the file has {count} events, and {CALENDAR_RANGES_MAX} are allowed: leave out past years"));
    }
    if count == 0 && reader.errors.is_empty() {
        reader.refuse(1, "the file has no event of a whole day".to_owned());
    }
    match reader.errors.is_empty() {
        true => Ok(reader.found),
        false => Err(reader.errors),
    }
}

/// Lines with the number of their first one; those that go on begin with a blank.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

#[derive(Default)]
struct Reader {
    event: Option<Event>,
    found: IcsDays,
    errors: Vec<IcsError>,
}

/// An event's properties by name, each with its line, its parameters and its value.
struct Event {
    line: usize,
    /// Parts inside it that are not its own, such as alarms.
    depth: usize,
    properties: BTreeMap<String, (usize, String)>,
}

impl Reader {
    fn refuse(&mut self, line: usize, sentence: String) {
        self.errors.push(IcsError { line, sentence });
    }

    fn line(&mut self, number: usize, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let name = name
            .split(';')
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let value = value.trim();
        match (name.as_str(), &mut self.event) {
            ("BEGIN", None) if value.eq_ignore_ascii_case("VEVENT") => {
                self.event = Some(Event {
                    line: number,
                    depth: 0,
                    properties: BTreeMap::new(),
                });
            }
            ("BEGIN", Some(event)) => event.depth += 1,
            ("END", Some(event)) if event.depth > 0 => event.depth -= 1,
            ("END", Some(_)) => {
                if let Some(event) = self.event.take() {
                    self.end(&event);
                }
            }
            (_, Some(event)) if event.depth == 0 => {
                event.properties.insert(name, (number, value.to_owned()));
            }
            _ => {}
        }
    }

    fn end(&mut self, event: &Event) {
        let Some(range) = self.range(event) else {
            return;
        };
        let summary = event.properties.get("SUMMARY");
        let is_work_day = summary.is_some_and(|(_, text)| text.contains(WORK_DAY));
        match is_work_day {
            true => self.found.except.push(range),
            false => self.found.days.push(range),
        }
    }

    fn range(&mut self, event: &Event) -> Option<DayRange> {
        for name in ["RDATE", "EXDATE", "EXRULE", "DURATION", "RECURRENCE-ID"] {
            if let Some((line, _)) = event.properties.get(name) {
                self.refuse(
                    *line,
                    format!("{name} is not read here: write the event's days one by one"),
                );
                return None;
            }
        }
        let Some((start_line, start)) = event.properties.get("DTSTART") else {
            self.refuse(
                event.line,
                "this event has no DTSTART: it names no day".to_owned(),
            );
            return None;
        };
        let first = self.date(*start_line, start)?;
        let last = match event.properties.get("DTEND") {
            None => first,
            Some((line, text)) => {
                // The end is the first day after it.
                let end = self.date(*line, text)?;
                let last = end.yesterday().unwrap_or(end).max(first);
                if end < first {
                    self.refuse(
                        *line,
                        "this event ends before it begins: correct it".to_owned(),
                    );
                    return None;
                }
                last
            }
        };
        match event.properties.get("RRULE") {
            None => Some(DayRange::Dates(first, last)),
            Some((line, rule)) => self.yearly(*line, rule, (first, last)),
        }
    }

    fn date(&mut self, line: usize, text: &str) -> Option<Date> {
        let is_plain = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
        let date = is_plain
            .then(|| Date::strptime("%Y%m%d", text).ok())
            .flatten();
        if date.is_none() {
            let sentence = format!(
                "{} is no whole day such as 20260101: only events of whole days are read",
                quoted(text)
            );
            self.refuse(line, sentence);
        }
        date
    }

    fn yearly(&mut self, line: usize, rule: &str, (first, last): (Date, Date)) -> Option<DayRange> {
        let is_same = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.to_ascii_uppercase().as_str() {
                "FREQ" => value.eq_ignore_ascii_case("YEARLY"),
                "INTERVAL" => value == "1",
                "BYMONTH" => value.parse() == Ok(first.month()),
                "BYMONTHDAY" => value.parse() == Ok(first.day()),
                "WKST" => true,
                _ => false,
            }
        };
        let is_plain = rule.split(';').all(is_same) && rule.to_ascii_uppercase().contains("FREQ=");
        if !is_plain || first.year() != last.year() {
            let sentence = format!(
                "the rule {} is not read here, only every year on the same days: write the days one by one",
                quoted(rule)
            );
            self.refuse(line, sentence);
            return None;
        }
        let day = |date: Date| (date.month(), date.day());
        Some(DayRange::Yearly(day(first), day(last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n")
    }

    fn texts(ranges: &[DayRange]) -> Vec<String> {
        ranges.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn whole_days_spans_yearly_days_and_work_days_by_swap_are_read() {
        let events = [
            event(
                "DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260104\r\nSUMMARY:元旦\r\n （休）",
            ),
            event(
                "DTSTART;VALUE=DATE:20260104\r\nSUMMARY:元旦（班）\r\nBEGIN:VALARM\r\nTRIGGER:-PT1H\r\nEND:VALARM",
            ),
            event("DTSTART;VALUE=DATE:20201225\r\nRRULE:FREQ=YEARLY;BYMONTH=12"),
        ];
        let read = read_ics(&file(&events.concat())).expect("a good file");
        assert_eq!(texts(&read.days), ["2026-01-01..2026-01-03", "12-25"]);
        assert_eq!(texts(&read.except), ["2026-01-04"]);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_line() {
        let events = [
            event("DTSTART:20260101T090000Z"),
            event("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=MONTHLY"),
            event("SUMMARY:nothing"),
            event("DTSTART;VALUE=DATE:20260101\r\nEXDATE:20260101"),
        ];
        let errors = read_ics(&file(&events.concat())).expect_err("none is good");
        let lines: Vec<usize> = errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [4, 8, 10, 15]);
        for text in [
            "",
            "<html>",
            "BEGIN:VCALENDAR\nEND:VCALENDAR",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101",
        ] {
            assert!(read_ics(text).is_err(), "{text}");
        }
    }
}
