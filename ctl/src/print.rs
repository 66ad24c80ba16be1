//! What commands print: tables for people, JSON for scripts.

use std::io::{ErrorKind, IsTerminal, Write};

use belfry_core::run::RunState;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

/// Writes to standard output. A reader that has gone away ends the program quietly.
pub fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            eprintln!("belfryctl: could not write the output: {error}");
            std::process::exit(i32::from(crate::failure::INTERNAL));
        }
    }
}

/// Writes one line.
pub fn line(text: &str) {
    write(&format!("{text}\n"));
}

/// Writes a value as JSON for people who read along.
pub fn json(value: &impl Serialize) {
    line(&serde_json::to_string_pretty(value).expect("what is printed has a JSON form"));
}

/// Writes a value as one line of JSON.
pub fn json_line(value: &impl Serialize) {
    line(&serde_json::to_string(value).expect("what is printed has a JSON form"));
}

/// A text for one line of a terminal: what could move its cursor or turn its direction is shown
/// as a mark.
pub fn plain(text: &str) -> String {
    let is_turning = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || is_turning(c) { '\u{fffd}' } else { c }).collect()
}

/// An instant on the terminal's clock, with its offset.
pub fn local(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
}

/// An instant that is written as RFC 3339, on the terminal's clock.
pub fn local_text(stamp: &str) -> String {
    stamp.parse().map_or_else(|_| stamp.to_owned(), local)
}

/// A duration in the unit that suits it.
pub fn elapsed(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// A table: its head, then rows of as many cells.
pub struct Table {
    rows: Vec<Vec<String>>,
    /// The column whose cells are states.
    state_column: Option<usize>,
}

impl Table {
    /// A table with this head.
    pub fn new(head: &[&str]) -> Self {
        let state_column = head.iter().position(|title| *title == "STATE");
        Self { rows: vec![head.iter().map(|title| (*title).to_owned()).collect()], state_column }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.iter().map(|cell| plain(cell)).collect());
    }

    /// Writes it, or a sentence when it has no rows.
    pub fn print(&self, empty: &str) {
        if self.rows.len() == 1 {
            return line(empty);
        }
        let columns = self.rows[0].len();
        let widest = |column: usize| self.rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        let is_coloured = colours();
        let text: String =
            self.rows.iter().enumerate().map(|(index, row)| self.text(row, &widths, is_coloured && index > 0)).collect();
        write(&text);
    }

    fn text(&self, row: &[String], widths: &[usize], is_coloured: bool) -> String {
        let mut text = String::new();
        for (column, cell) in row.iter().enumerate() {
            let is_state = is_coloured && self.state_column == Some(column);
            text.push_str(&if is_state { coloured(cell) } else { cell.clone() });
            if column + 1 < row.len() {
                text.push_str(&" ".repeat(widths[column] - cell.width() + 2));
            }
        }
        text.truncate(text.trim_end().len());
        text + "\n"
    }
}

/// Whether standard output is a terminal that wants colours.
fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// A cell that begins with a state, in the state's colour.
fn coloured(cell: &str) -> String {
    let word = cell.split(['(', ' ']).next().unwrap_or(cell);
    let colour = match RunState::parse(word) {
        Some(RunState::Succeeded) => 32,
        Some(RunState::Running) => 34,
        Some(RunState::Failed | RunState::TimedOut) => 31,
        Some(RunState::Killed | RunState::Rejected) => 35,
        Some(RunState::Lost) => 33,
        _ => return cell.to_owned(),
    };
    format!("\u{1b}[{colour}m{cell}\u{1b}[0m")
}

/// A state with its reason, for people.
pub fn state_cell(state: &str, reason: Option<&str>) -> String {
    reason.map_or_else(|| state.to_owned(), |reason| format!("{state} ({reason})"))
}
