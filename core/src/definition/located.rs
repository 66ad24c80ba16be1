//! Values with the lines on which they stand, from TOML and from JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Levels below a definition whose places are kept; the file format has three.
const DEPTH_MAX: usize = 4;

/// A value and the places of it and what is in it.
#[derive(Debug)]
pub(super) struct Located {
    pub value: Value,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Path, such as `retries.count`, to where that begins.
    places: BTreeMap<String, usize>,
}

impl Located {
    /// Where the thing at `path` begins, or the nearest one around it that is there.
    pub fn place_of(&self, path: &str) -> usize {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return *place;
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return self.start,
            }
        }
    }
}

/// A table at the top of a file: each entry with where its key stands.
pub(super) struct TopEntry {
    pub key: String,
    pub start: usize,
    pub items: Items,
}

/// What stands under a key at the top.
pub(super) enum Items {
    /// A list of definitions.
    List(Vec<Located>),
    /// Something else.
    Other,
}

/// What is wrong with the text itself, and where.
pub(super) struct SyntaxError {
    pub start: usize,
    pub message: String,
}

/// Reads TOML; the errors are all that the reader could tell apart.
pub(super) fn read_toml(text: &str) -> Result<Vec<TopEntry>, Vec<SyntaxError>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let syntax = |error: &toml::de::Error| SyntaxError {
            start: error.span().map_or(0, |span: Range<usize>| span.start),
            message: error.message().to_owned(),
        };
        return Err(errors.iter().map(syntax).collect());
    }
    let entry = |(key, value): (&Spanned<Cow<str>>, &Spanned<DeValue>)| TopEntry {
        key: key.get_ref().to_string(),
        start: key.span().start,
        items: match value.get_ref() {
            DeValue::Array(items) => Items::List(items.iter().map(located_toml).collect()),
            _ => Items::Other,
        },
    };
    let mut entries: Vec<TopEntry> = table.get_ref().iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.start);
    Ok(entries)
}

fn located_toml(value: &Spanned<DeValue>) -> Located {
    let mut places = BTreeMap::new();
    place_toml("", value, DEPTH_MAX, &mut places);
    Located {
        value: toml_value(value.get_ref()),
        start: value.span().start,
        places,
    }
}

fn place_toml(
    at: &str,
    value: &Spanned<DeValue>,
    depth: usize,
    places: &mut BTreeMap<String, usize>,
) {
    match value.get_ref() {
        DeValue::Table(fields) if depth > 0 => {
            for (key, value) in fields {
                let path = join(at, key.get_ref());
                places.insert(path.clone(), key.span().start);
                place_toml(&path, value, depth - 1, places);
            }
        }
        DeValue::Array(items) if depth > 0 => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{at}[{index}]");
                places.insert(path.clone(), item.span().start);
                place_toml(&path, item, depth - 1, places);
            }
        }
        _ => {}
    }
}

/// The JSON of the same shape. Dates become texts; what JSON cannot hold becomes null.
fn toml_value(value: &DeValue) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(at) => Value::String(at.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map_or(Value::Null, Value::Number),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| toml_value(item.get_ref()))
                .collect(),
        ),
        DeValue::Table(fields) => {
            let entry = |(key, value): (&Spanned<Cow<str>>, &Spanned<DeValue>)| {
                (key.get_ref().to_string(), toml_value(value.get_ref()))
            };
            Value::Object(fields.iter().map(entry).collect::<Map<String, Value>>())
        }
    }
}

/// Reads JSON of the same shape.
pub(super) fn read_json(text: &str) -> Result<Vec<TopEntry>, Vec<SyntaxError>> {
    let syntax = |error: serde_json::Error| {
        vec![SyntaxError {
            start: offset_of(text, error.line(), error.column()),
            message: error.to_string(),
        }]
    };
    // The whole is read first: it finds every error of the text, at its place.
    let whole: Value = serde_json::from_str(text).map_err(syntax)?;
    if !whole.is_object() {
        let message = "a file begins with `{ \"job\": [`".to_owned();
        return Err(vec![SyntaxError { start: 0, message }]);
    }
    let top: RawFields = serde_json::from_str(text).map_err(syntax)?;
    let entry = |(key, raw): (Cow<str>, &RawValue)| TopEntry {
        start: offset(text, raw),
        items: match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
            Ok(items) => Items::List(
                items
                    .into_iter()
                    .map(|item| located_json(text, item))
                    .collect(),
            ),
            Err(_) => Items::Other,
        },
        key: key.into_owned(),
    };
    let mut entries: Vec<TopEntry> = top.0.into_iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.start);
    Ok(entries)
}

/// The fields of an object whose values are left as they stand in the text.
#[derive(Deserialize)]
struct RawFields<'a>(#[serde(borrow)] BTreeMap<Cow<'a, str>, &'a RawValue>);

fn located_json(text: &str, raw: &RawValue) -> Located {
    let mut places = BTreeMap::new();
    place_json(text, ("", raw), DEPTH_MAX, &mut places);
    let value = serde_json::from_str(raw.get()).unwrap_or(Value::Null);
    Located {
        value,
        start: offset(text, raw),
        places,
    }
}

fn place_json(
    text: &str,
    (at, raw): (&str, &RawValue),
    depth: usize,
    places: &mut BTreeMap<String, usize>,
) {
    if depth == 0 {
        return;
    }
    let mut place = |path: String, raw: &RawValue| {
        place_json(text, (&path, raw), depth - 1, places);
        places.insert(path, offset(text, raw));
    };
    if let Ok(fields) = serde_json::from_str::<RawFields>(raw.get()) {
        for (key, raw) in fields.0 {
            place(join(at, &key), raw);
        }
    } else if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
        for (index, raw) in items.into_iter().enumerate() {
            place(format!("{at}[{index}]"), raw);
        }
    }
}

/// Where a part of a text begins in it.
fn offset(text: &str, raw: &RawValue) -> usize {
    (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    before + column.saturating_sub(1)
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}
