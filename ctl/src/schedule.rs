//! `schedule …`.

use belfry_core::clock;
use belfry_core::cluster::next_lines;
use belfry_core::schedule::{Language, Schedule, Timetable, words};
use belfry_core::view::NextLine;
use serde_json::json;

use crate::args::ScheduleCommand;
use crate::failure::{FAILED, Failure};
use crate::print::{self, Table};

pub fn run(command: ScheduleCommand, json: bool) -> Result<(), Failure> {
    match command {
        ScheduleCommand::Next { expression, zone, after, count, dst } => {
            let timetable = Timetable { dst, ..Timetable::new(read(&expression)?, zone) };
            let lines = next_lines(&timetable, after.unwrap_or_else(clock::now), count);
            print_lines(&lines, timetable.zone.name(), "Never.", json);
        }
        ScheduleCommand::Words { expression, language } => {
            let language = language.unwrap_or_else(terminal_language);
            let text = words(&read(&expression)?, language);
            match json {
                true => print::json(&json!({ "words": text, "language": language.to_string() })),
                false => print::line(&text),
            }
        }
    }
    Ok(())
}

fn read(expression: &str) -> Result<Schedule, Failure> {
    let refused = |error| Failure::new(FAILED, format!("could not read the schedule {expression:?}: {error}"));
    Schedule::parse(expression).map_err(refused)
}

/// Next times: a table, or an array of `{at, local, zone, note?}`.
pub fn print_lines(lines: &[NextLine], zone: &str, empty: &str, json: bool) {
    if json {
        let objects: Vec<_> = lines.iter().map(|line| object(line, zone)).collect();
        return print::json(&objects);
    }
    let mut table = Table::new(&["LOCAL", "OFFSET", "ZONE", "UTC", "NOTE"]);
    for line in lines {
        let note = line.note.clone().unwrap_or_default();
        table.row(vec![line.local.clone(), line.offset.clone(), zone.to_owned(), line.at.clone(), note]);
    }
    table.print(empty);
}

fn object(line: &NextLine, zone: &str) -> serde_json::Value {
    let local = format!("{}{}", line.local.replace(' ', "T"), line.offset);
    let mut object = json!({ "at": line.at, "local": local, "zone": zone });
    if let Some(note) = &line.note {
        object["note"] = json!(note);
    }
    object
}

/// The terminal's language, if schedules are worded in it, else English.
pub fn terminal_language() -> Language {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match named {
        Some(name) if name.starts_with("zh") => Language::ZhCn,
        _ => Language::En,
    }
}
