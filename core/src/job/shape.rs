//! The fields of a definition as a table: what each one holds, and which ones this version does not execute.
//!
//! One walk over a value finds every unknown, unsupported, missing and misshapen field at once,
//! which a deserializer cannot: it stops at the first.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::{FieldError, nearest, quoted};

/// What a field holds.
pub(crate) enum Shape {
    Text,
    Texts,
    Variables,
    Flag,
    Whole,
    Number,
    /// One of the words; those of the second list come with a later version.
    Choice(&'static [&'static str], &'static [&'static str]),
    Table(&'static [Field]),
    /// Tables of the same fields, by name.
    Tables(&'static [Field]),
    /// Not executed by this version; what to do instead.
    Later(&'static str),
}

/// When a field must be there.
enum Need {
    Free,
    Always,
    /// Where this other one is not.
    Unless(&'static str),
}

/// A field, with an example of how it is written.
pub(crate) struct Field {
    name: &'static str,
    shape: Shape,
    example: &'static str,
    need: Need,
}

pub(crate) const fn field(name: &'static str, shape: Shape, example: &'static str) -> Field {
    Field {
        name,
        shape,
        example,
        need: Need::Free,
    }
}

pub(crate) const fn required(name: &'static str, shape: Shape, example: &'static str) -> Field {
    Field {
        name,
        shape,
        example,
        need: Need::Always,
    }
}

pub(crate) const fn either(
    (name, other): (&'static str, &'static str),
    shape: Shape,
    example: &'static str,
) -> Field {
    Field {
        name,
        shape,
        example,
        need: Need::Unless(other),
    }
}

pub(crate) const fn later(name: &'static str, instead: &'static str) -> Field {
    Field {
        name,
        shape: Shape::Later(instead),
        example: "",
        need: Need::Free,
    }
}

/// The fields of one kind.
pub(crate) struct Fields {
    /// The kind, as sentences name it.
    pub noun: &'static str,
    /// Its fields.
    pub known: &'static [Field],
    /// Words that other programs use, and what is written here.
    pub elsewhere: &'static [(&'static str, &'static str)],
}

impl Fields {
    /// Every unknown, unsupported, missing or misshapen field; empty when a draft can be made of it.
    pub(crate) fn check(&self, definition: &Value) -> Vec<FieldError> {
        let mut walk = Walk {
            of: self,
            errors: Vec::new(),
        };
        match definition {
            Value::Object(fields) => walk.table("", fields, self.known),
            other => walk.errors.push(FieldError::whole(
                "",
                "type",
                format!(
                    "the {} is {}: write it as a table of fields such as `name = \"disk-usage\"`",
                    self.noun,
                    kind_of(other)
                ),
            )),
        }
        walk.errors
    }

    /// The draft of a value, or every misshapen field at once.
    pub(crate) fn draft<D: DeserializeOwned>(&self, value: &Value) -> Result<D, Vec<FieldError>> {
        let errors = self.check(value);
        if !errors.is_empty() {
            return Err(errors);
        }
        D::deserialize(value).map_err(|error| {
            let noun = self.noun;
            let sentence =
                format!("the {noun} cannot be read: {error}; compare it with `belfryctl schema`");
            vec![FieldError::whole("", "unreadable", sentence)]
        })
    }
}

/// The mistakes found so far.
struct Walk<'a> {
    of: &'a Fields,
    errors: Vec<FieldError>,
}

impl Walk<'_> {
    fn table(&mut self, at: &str, fields: &Map<String, Value>, known: &[Field]) {
        for (name, value) in fields {
            let path = join(at, name);
            match known.iter().find(|field| field.name == name) {
                Some(field) => self.value(&path, value, field),
                None => self.errors.push(unknown(self.of, (&path, at, name), known)),
            }
        }
        let is_there = |name: &str| fields.contains_key(name);
        let is_needed = |field: &&Field| match field.need {
            Need::Free => false,
            Need::Always => true,
            Need::Unless(other) => !is_there(other),
        };
        let missing = known.iter().filter(is_needed);
        for field in missing.filter(|field| !is_there(field.name)) {
            let path = join(at, field.name);
            self.errors.push(FieldError::at(
                &path,
                "missing",
                format_args!(
                    "is missing, and every {} needs it: write it like `{}`",
                    self.of.noun, field.example
                ),
            ));
        }
    }

    fn value(&mut self, path: &str, value: &Value, field: &Field) {
        let expected = match (&field.shape, value) {
            (Shape::Later(instead), _) => return self.errors.push(not_yet(path, instead)),
            (Shape::Table(known), Value::Object(fields)) => {
                return self.table(path, fields, known);
            }
            (Shape::Tables(known), Value::Object(items)) => {
                return self.tables(path, items, (known, field.example));
            }
            (Shape::Choice(now, later), Value::String(word)) => {
                return self.errors.extend(check_choice(path, word, now, later));
            }
            (Shape::Texts, Value::Array(items)) => return self.texts(path, items),
            (Shape::Variables, Value::Object(items)) => return self.variables(path, items),
            (Shape::Whole, Value::Number(number))
                if number.as_u64().is_some_and(|n| n <= u64::from(u32::MAX)) =>
            {
                return;
            }
            (Shape::Text, Value::String(_))
            | (Shape::Flag, Value::Bool(_))
            | (Shape::Number, Value::Number(_)) => return,
            (Shape::Text | Shape::Choice(..), _) => "a text in quotes is expected",
            (Shape::Texts, _) => "a list of texts is expected",
            (Shape::Table(_) | Shape::Tables(_) | Shape::Variables, _) => "a table is expected",
            (Shape::Flag, _) => "`true` or `false` is expected",
            (Shape::Whole, _) => "a whole number from 0 on is expected",
            (Shape::Number, _) => "a number is expected",
        };
        let rest = format!(
            "is {}, and {expected}: write it like `{}`",
            kind_of(value),
            field.example
        );
        self.errors
            .push(FieldError::at(path, "type", rest).with("example", field.example));
    }

    fn tables(
        &mut self,
        path: &str,
        items: &Map<String, Value>,
        (known, example): (&[Field], &str),
    ) {
        for (name, item) in items {
            let path = join(path, name);
            let Value::Object(fields) = item else {
                let rest = format!(
                    "is {}, and a table is expected: write it like `{example}`",
                    kind_of(item)
                );
                self.errors
                    .push(FieldError::at(&path, "type", rest).with("example", example));
                continue;
            };
            self.table(&path, fields, known);
        }
    }

    fn texts(&mut self, path: &str, items: &[Value]) {
        for (index, item) in items
            .iter()
            .enumerate()
            .filter(|(_, item)| !item.is_string())
        {
            let rest = format_args!(
                "is {}, and a text is expected: put it in quotes",
                kind_of(item)
            );
            self.errors
                .push(FieldError::at(&format!("{path}[{index}]"), "type", rest));
        }
    }

    fn variables(&mut self, path: &str, items: &Map<String, Value>) {
        for (name, item) in items.iter().filter(|(_, item)| !item.is_string()) {
            let rest = format_args!(
                "is {}, and a variable holds a text: put it in quotes",
                kind_of(item)
            );
            self.errors
                .push(FieldError::at(&join(path, name), "type", rest));
        }
    }
}

fn check_choice(path: &str, word: &str, now: &[&str], later: &[&str]) -> Option<FieldError> {
    let choices = alternatives(now);
    if now.contains(&word) {
        return None;
    }
    if later.contains(&word) {
        let sentence = format!("`{path} = {word:?}` is not supported yet: write {choices}");
        return Some(FieldError::whole(path, "not_supported", sentence).with("value", word));
    }
    let rest = match nearest(word, now.iter().copied()) {
        Some(meant) => format!(
            "is {}, which it cannot be: did you mean {meant:?}?",
            quoted(word)
        ),
        None => format!("is {}, which it cannot be: write {choices}", quoted(word)),
    };
    Some(
        FieldError::at(path, "choice", rest)
            .with("value", word)
            .with("choices", choices),
    )
}

fn not_yet(path: &str, instead: &str) -> FieldError {
    let rest = format_args!("is not supported yet: remove it; {instead}");
    FieldError::at(path, "not_supported", rest)
}

fn unknown(fields: &Fields, (path, at, name): (&str, &str, &str), known: &[Field]) -> FieldError {
    let of = if at.is_empty() {
        format!("a {}", fields.noun)
    } else {
        format!("`{at}`")
    };
    let elsewhere = fields
        .elsewhere
        .iter()
        .find(|(word, _)| at.is_empty() && *word == name);
    let supported = known
        .iter()
        .filter(|field| !matches!(field.shape, Shape::Later(_)));
    let meant = nearest(name, supported.map(|field| field.name));
    let shown = if name.len() <= 60 {
        format!("`{path}`")
    } else {
        quoted(name)
    };
    let advice = match (elsewhere, meant) {
        (Some((_, instead)), _) => format!("write `{instead}`"),
        (None, Some(meant)) => format!("did you mean `{}`?", join(at, meant)),
        (None, None) => "remove it; `belfryctl schema` lists the fields".to_owned(),
    };
    let error = FieldError::whole(
        path,
        "unknown_field",
        format!("{shown} is not a field of {of}: {advice}"),
    );
    match meant {
        Some(meant) => error.with("suggestion", join(at, meant)),
        None => error,
    }
}

/// Words as a choice: `"a"`, `"a" or "b"`, `"a", "b" or "c"`.
fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty or not a number",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.as_f64().is_some_and(|n| n < 0.0) => "a negative number",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}
