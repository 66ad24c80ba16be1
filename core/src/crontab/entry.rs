//! A line with a schedule: its time fields apart from what follows them.

use super::field::{FIELDS, Field};
use super::remark::{Remark, RemarkCode};

/// A line's schedule, and where the rest begins.
pub(super) struct Entry<'a> {
    /// As Belfry reads it with cron's meaning.
    pub schedule: String,
    /// What follows the schedule, without blanks before it; never empty.
    pub rest: &'a str,
    /// Where `rest` begins, in characters from 1.
    pub column: usize,
    /// What is to be said of the line.
    pub remarks: Vec<Remark>,
}

const SHORTCUTS: [&str; 7] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

/// Cuts the first word off: the word, and what follows it from the next word on.
pub(super) fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches(BLANKS);
    let end = text.find(BLANKS).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start_matches(BLANKS))
}

/// What cron takes for blanks; every other character is part of a word.
pub(super) const BLANKS: [char; 2] = [' ', '\t'];

/// Reads a line that is neither comment nor setting.
pub(super) fn read(line: &str) -> Result<Entry<'_>, Remark> {
    let mut remarks = Vec::new();
    let mut text = line.trim_start_matches(BLANKS);
    if let Some(after) = text.strip_prefix('-') {
        remarks.push(RemarkCode::Silent.into());
        text = after;
    }
    let column = |rest: &str| line[..line.len() - rest.len()].chars().count() + 1;
    if let Some(reason) = anacron(text) {
        return Err(reason);
    }
    let (schedule, rest) = if text.starts_with('@') {
        let (shortcut, rest) = word(text);
        match shortcut {
            "@reboot" => return Err(RemarkCode::Reboot.into()),
            known if SHORTCUTS.contains(&known) => (known.to_owned(), rest),
            unknown => {
                let remark = Remark::new(RemarkCode::UnknownShortcut).with("item", unknown);
                return Err(remark.at(column(text)));
            }
        }
    } else {
        five(text, &column, &mut remarks)?
    };
    if rest.is_empty() {
        return Err(RemarkCode::NoCommand.into());
    }
    if !text.starts_with('@') && Field::is_like(word(rest).0) {
        return Err(Remark::new(RemarkCode::SixFields).at(column(rest)));
    }
    Ok(Entry {
        schedule,
        rest,
        column: column(rest),
        remarks,
    })
}

fn five<'a>(
    text: &'a str,
    column: &dyn Fn(&str) -> usize,
    remarks: &mut Vec<Remark>,
) -> Result<(String, &'a str), Remark> {
    let mut fields = Vec::new();
    let mut rest = text;
    for field in &FIELDS {
        let here = rest;
        let (text, after) = word(rest);
        if text.is_empty() {
            return Err(RemarkCode::Unreadable.into());
        }
        let there = |remark: Remark| {
            let column = column(here) + remark.column.unwrap_or_default();
            remark.at(column)
        };
        let good = field.read(text).map_err(|remark| match fields.is_empty() {
            // What does not even begin like a schedule is told as a whole.
            true if remark.code == RemarkCode::FieldValue && !text.contains(char::is_numeric) => {
                RemarkCode::Unreadable.into()
            }
            _ => there(remark),
        })?;
        remarks.extend(good.shortened.map(there));
        fields.push(good.text);
        rest = after;
    }
    Ok((fields.join(" "), rest))
}

/// A line of an anacrontab: period in days, delay in minutes, a name, the command.
fn anacron(text: &str) -> Option<Remark> {
    let (period, rest) = word(text);
    let (delay, rest) = word(rest);
    let (name, command) = word(rest);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('=');
    let is_period = is_number(period) || period.starts_with('@') && period != "@reboot";
    let is_command = command.starts_with(|c: char| c.is_ascii_alphabetic() || "/.~$([".contains(c));
    let is_day = !matches!(
        FIELDS[2].read(name),
        Err(Remark {
            code: RemarkCode::FieldValue,
            ..
        })
    );
    (is_period && is_number(delay) && is_name && is_command && !is_day)
        .then(|| RemarkCode::Anacron.into())
}

/// Splits a command at its first `%` that no `\` stands before: what the shell reads, and what
/// the program reads. Further ones end lines of the latter.
pub(super) fn at_percent(command: &str) -> (String, Option<String>) {
    let mut shell = String::new();
    let mut escaped = false;
    for (at, c) in command.char_indices() {
        match c {
            '%' if escaped => {
                shell.pop();
                shell.push('%');
            }
            '%' => {
                let input = input(&command[at + 1..]);
                return (shell, Some(input).filter(|input| !input.is_empty()));
            }
            c => shell.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    (shell, None)
}

/// Here a `\` before another one does not shield what follows, unlike in the command: cron's own
/// reading, kept to the letter. A line end is added where none is.
fn input(text: &str) -> String {
    let mut input = String::new();
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '%' if !escaped => input.push('\n'),
            '\\' if !escaped => {}
            '%' => input.push('%'),
            '\\' => input.push('\\'),
            c if escaped => input.extend(['\\', c]),
            c => input.push(c),
        }
        escaped = c == '\\';
    }
    if escaped {
        input.push('\\');
    }
    if !input.is_empty() && !input.ends_with('\n') {
        input.push('\n');
    }
    input
}
