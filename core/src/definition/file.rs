//! Files of definitions: TOML (`[[job]]`) or JSON of the same shape, read whole or not at all.

use std::collections::BTreeMap;
use std::fmt;

use super::located::{Items, Located, SyntaxError, TopEntry, read_json, read_toml};
use super::{Definition, FullName, Kind};
use crate::job::{FieldError, Job, nearest, quoted};
use crate::limits::{DEFINITION_FILE_BYTES_MAX, FILE_ERRORS_MAX};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `[[job]]`.
    Toml,
    /// `{"job": [{…}]}`.
    Json,
}

impl Format {
    /// Tells the format by the first character: TOML files never begin with a brace.
    pub fn of(text: &str) -> Self {
        match text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with('{')
        {
            true => Self::Json,
            false => Self::Toml,
        }
    }
}

/// A definition of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileItem {
    /// The definition.
    pub definition: Definition,
    /// The line on which it begins, from 1.
    pub line: usize,
}

impl FileItem {
    /// The job, if it is one.
    pub fn job(&self) -> Option<&Job> {
        self.definition.job()
    }
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileError {
    /// The line, from 1.
    pub line: usize,
    /// The definition it is in: `[[job]] "disk-usage"`.
    pub item: Option<String>,
    /// What is wrong, why, and what to do.
    pub error: FieldError,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.item {
            Some(item) => write!(f, "line {}, {item}: {}", self.line, self.error),
            None => write!(f, "line {}: {}", self.line, self.error),
        }
    }
}

/// All that is wrong with a file, by line, `FILE_ERRORS_MAX` at most.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", lines(.errors, *.more))]
pub struct FileErrors {
    /// The errors.
    pub errors: Vec<FileError>,
    /// How many more there are.
    pub more: usize,
}

fn lines(errors: &[FileError], more: usize) -> String {
    let mut lines: Vec<String> = errors.iter().map(FileError::to_string).collect();
    lines.extend((more > 0).then(|| format!("and {more} more errors: correct these first")));
    lines.join("\n")
}

/// Reads a file of definitions; one error anywhere refuses the whole file.
pub fn parse_file(text: &str, format: Format) -> Result<Vec<FileItem>, FileErrors> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader {
        lines: LineStarts::of(text),
        format,
        errors: Vec::new(),
        items: Vec::new(),
    };
    if text.len() > DEFINITION_FILE_BYTES_MAX {
        let sentence = format!(
            "the file has {} bytes, and {DEFINITION_FILE_BYTES_MAX} are allowed: split it by project",
            text.len()
        );
        reader.refuse(0, None, FieldError::whole("", "too_large", sentence));
        return reader.finish();
    }
    let read = match format {
        Format::Toml => read_toml(text),
        Format::Json => read_json(text),
    };
    match read {
        Ok(entries) => entries.iter().for_each(|entry| reader.entry(entry)),
        Err(errors) => errors.iter().for_each(|error| reader.syntax(error)),
    }
    reader.refuse_duplicates();
    reader.finish()
}

struct Reader {
    lines: LineStarts,
    format: Format,
    errors: Vec<FileError>,
    items: Vec<FileItem>,
}

impl Reader {
    fn refuse(&mut self, start: usize, item: Option<&str>, error: FieldError) {
        self.errors.push(FileError {
            line: self.lines.line_of(start),
            item: item.map(str::to_owned),
            error,
        });
    }

    fn syntax(&mut self, error: &SyntaxError) {
        let name = match self.format {
            Format::Toml => "TOML",
            Format::Json => "JSON",
        };
        let message = error.message.split(" at line ").next().unwrap_or_default();
        let message = message.trim_end().replace('\n', ", ");
        let sentence =
            format!("this is not {name}: {message}; correct this line or the one before it");
        let error_at = FieldError::whole("", "syntax", sentence)
            .with("format", name)
            .with("message", message);
        self.refuse(error.start, None, error_at);
    }

    fn entry(&mut self, entry: &TopEntry) {
        let format = self.format;
        let shown = |word: &str| match format {
            Format::Toml => format!("[[{word}]]"),
            Format::Json => format!("\"{word}\": [{{…}}]"),
        };
        let plural = entry.key.strip_suffix('s').unwrap_or(&entry.key);
        let (code, sentence) = match (Kind::parse(&entry.key), &entry.items) {
            (Some(kind), Items::List(items)) if kind.is_supported() => {
                return items.iter().for_each(|item| self.definition(kind, item));
            }
            (Some(kind), _) if !kind.is_supported() => (
                "not_supported",
                format!("`{}` is not supported yet: remove it", shown(kind.as_str())),
            ),
            (Some(kind), _) => (
                "not_a_list",
                format!(
                    "`{kind}` is not a list: write it as `{}`",
                    shown(kind.as_str())
                ),
            ),
            (None, _) => {
                let kinds = Kind::ALL
                    .into_iter()
                    .filter(|kind| kind.is_supported())
                    .map(Kind::as_str);
                let meant = nearest(plural, kinds).map_or_else(
                    || format!("put it under a `{}`, or remove it", shown("job")),
                    |kind| format!("did you mean `{}`?", shown(kind)),
                );
                (
                    "unknown_kind",
                    format!(
                        "{} is nothing that a file may hold: {meant}",
                        quoted(&entry.key)
                    ),
                )
            }
        };
        self.refuse(entry.start, None, FieldError::whole("", code, sentence));
    }

    /// A definition as errors name it.
    fn item(&self, kind: Kind, name: Option<&str>) -> String {
        let kind = match self.format {
            Format::Toml => format!("[[{kind}]]"),
            Format::Json => kind.to_string(),
        };
        name.map_or_else(|| kind.clone(), |name| format!("{kind} {}", quoted(name)))
    }

    fn definition(&mut self, kind: Kind, located: &Located) {
        let name = located
            .value
            .get("name")
            .and_then(|name| name.as_str())
            .filter(|name| !name.is_empty());
        let item = self.item(kind, name);
        let Some(read) = Definition::read(kind, &located.value) else {
            return;
        };
        match read {
            Ok(definition) => self.items.push(FileItem {
                definition,
                line: self.lines.line_of(located.start),
            }),
            Err(errors) => {
                for error in errors {
                    self.refuse(located.place_of(&error.path), Some(&item), error);
                }
            }
        }
    }

    fn refuse_duplicates(&mut self) {
        let mut first: BTreeMap<FullName, usize> = BTreeMap::new();
        for FileItem { definition, line } in &self.items {
            let full = definition.full_name();
            let Some(before) = first.get(&full) else {
                first.insert(full, *line);
                continue;
            };
            let whose = match &full.project {
                Some(project) => format!("in project {project} by the {}", full.kind),
                None => format!("by the {}", full.kind),
            };
            let rest =
                format_args!("is taken {whose} on line {before}: rename or remove one of them");
            self.errors.push(FileError {
                line: *line,
                item: Some(self.item(full.kind, Some(&full.name))),
                error: FieldError::at("name", "duplicate", rest).with("line", before),
            });
        }
    }

    fn finish(mut self) -> Result<Vec<FileItem>, FileErrors> {
        if self.errors.is_empty() {
            return Ok(self.items);
        }
        self.errors.sort_by_key(|error| error.line);
        let more = self.errors.len().saturating_sub(FILE_ERRORS_MAX);
        self.errors.truncate(FILE_ERRORS_MAX);
        Err(FileErrors {
            errors: self.errors,
            more,
        })
    }
}

/// Where the lines of a text begin.
struct LineStarts(Vec<usize>);

impl LineStarts {
    fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of a byte, from 1.
    fn line_of(&self, byte: usize) -> usize {
        1 + self.0.partition_point(|start| *start <= byte)
    }
}
