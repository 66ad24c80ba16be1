//! Definitions as a file that people read and `apply` reads back to equal ones.

use std::fmt::Write;

use toml::Value;

use super::Definition;
use crate::job::Job;

/// Columns up to which a table stands on one line.
const LINE_CHARS_MAX: usize = 100;

/// Fields of a job in the order in which they are written; tables that do not fit on a line come last.
pub(super) const ORDER: [&str; 31] = [
    "project",
    "name",
    "note",
    "owner",
    "tags",
    "starred",
    "paused",
    "schedule",
    "timezone",
    "dst",
    "calendars",
    "start_at",
    "end_at",
    "jitter",
    "cwd",
    "run_as",
    "umask",
    "timeout",
    "stop_grace",
    "overlap",
    "start_deadline",
    "misfire",
    "delivery",
    "place",
    "retries",
    "output",
    "parameters",
    "env",
    "secrets",
    "http",
    "shell",
];

/// Writes jobs as TOML, by project and name, only what differs from the defaults.
pub fn export(jobs: &[Job]) -> String {
    let all: Vec<Definition> = jobs.iter().cloned().map(Definition::from).collect();
    export_all(&all)
}

/// The same for definitions of any kind, those first that others speak of.
pub fn export_all(definitions: &[Definition]) -> String {
    let place = |definition: &Definition| {
        // The jobs are the last and the most.
        let kind = definition.kind();
        (kind == super::Kind::Job, kind, definition.full_name())
    };
    let mut sorted: Vec<&Definition> = definitions.iter().collect();
    sorted.sort_by_cached_key(|definition| place(definition));
    let blocks: Vec<String> = sorted.into_iter().map(export_one).collect();
    blocks.join("\n")
}

fn export_one(definition: &Definition) -> String {
    let kind = definition.kind();
    // What is sealed stays with its cluster and its job.
    let fields = toml::Table::try_from(definition.without_sealed().to_body())
        .expect("a body holds texts, numbers and tables");
    let mut block = format!("[[{kind}]]\n");
    let mut tables = String::new();
    let ordered = definition.file_fields();
    // A field whose place nobody has chosen is written all the same.
    let rest = fields
        .keys()
        .filter(|name| !ordered.contains(&name.as_str()));
    for name in ordered.iter().copied().chain(rest.map(String::as_str)) {
        let Some(value) = fields.get(name) else {
            continue;
        };
        match value {
            Value::Table(table) => {
                let line = format!("{name} = {}\n", inline_table(table));
                let fits = line.chars().count() <= LINE_CHARS_MAX && !has_lines(value);
                if fits {
                    block.push_str(&line)
                } else {
                    write_table(&mut tables, &format!("{kind}.{name}"), table)
                }
            }
            other => line(&mut block, name, other),
        }
    }
    block + &tables
}

fn write_table(block: &mut String, name: &str, table: &toml::Table) {
    writeln!(block, "[{name}]").expect("a string takes everything");
    for (key, value) in table {
        line(block, &bare_or_quoted(key), value);
    }
}

fn line(block: &mut String, key: &str, value: &Value) {
    let text = match value {
        Value::String(text) if text.contains('\n') => lines(text),
        other => inline(other),
    };
    writeln!(block, "{key} = {text}").expect("a string takes everything");
}

/// A text of several lines: as it is between `'''` where TOML allows that, else escaped line by line.
fn lines(text: &str) -> String {
    let plain = |c: char| c == '\n' || c == '\t' || !c.is_control();
    let is_literal = text.chars().all(plain) && !text.contains("'''") && !text.ends_with('\'');
    if is_literal {
        return format!("'''\n{text}'''");
    }
    let escaped: String = text.split('\n').map(escape).collect::<Vec<_>>().join("\n");
    format!("\"\"\"\n{escaped}\"\"\"")
}

/// Escapes what a basic string cannot hold; quotes too, so that three of them never meet.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            c if c.is_control() => {
                write!(escaped, "\\u{:04X}", u32::from(c)).expect("a string takes everything")
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", escape(text)),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(inline).collect::<Vec<_>>().join(", ")
        ),
        Value::Table(table) => inline_table(table),
        other => other.to_string(),
    }
}

fn inline_table(table: &toml::Table) -> String {
    let entries: Vec<String> = table
        .iter()
        .map(|(key, value)| format!("{} = {}", bare_or_quoted(key), inline(value)))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

fn bare_or_quoted(key: &str) -> String {
    let is_bare = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare {
        key.to_owned()
    } else {
        format!("\"{}\"", escape(key))
    }
}

fn has_lines(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\n'),
        Value::Table(table) => table.values().any(has_lines),
        Value::Array(items) => items.iter().any(has_lines),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::diff;
    use crate::job::JobDraft;

    #[test]
    fn every_field_of_a_job_is_written_and_told_of() {
        let schema = schemars::schema_for!(JobDraft);
        let fields = schema.get("properties").and_then(|all| all.as_object());
        let fields: Vec<&String> = fields.expect("a table").keys().collect();
        assert!(fields.len() > 25, "{fields:?}");
        let missing = |order: &[&str]| {
            let absent = |field: &&&String| !order.contains(&field.as_str());
            fields
                .iter()
                .filter(absent)
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(missing(&ORDER), Vec::<String>::new());
        assert_eq!(missing(&diff::ORDER), Vec::<String>::new());
    }
}
