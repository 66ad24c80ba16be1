//! Reading the keys of one section, collecting every mistake instead of stopping at the first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml::{Table, Value};

use super::secret::Secret;
use crate::job::nearest;

/// Environment variables of this form override a key: `BELFRY__NODE__ID`.
const OVERRIDES: &str = "BELFRY__";

/// What file and environment say together, and what is wrong with it.
pub struct Given {
    table: Table,
    /// By section and key, in lower case.
    overrides: BTreeMap<(String, String), String>,
    /// The folder that paths in the file start from.
    folder: PathBuf,
    /// One sentence for each mistake.
    pub errors: Vec<String>,
}

impl Given {
    /// What a file in `folder` says, with the environment's variables over it.
    pub fn new(
        table: Table,
        environment: impl IntoIterator<Item = (String, String)>,
        folder: &Path,
    ) -> Self {
        let named = environment.into_iter().filter_map(|(name, value)| {
            let path = name.strip_prefix(OVERRIDES)?.to_lowercase();
            let (section, key) = path.split_once("__").unwrap_or((&path, ""));
            Some(((section.to_owned(), key.to_owned()), value))
        });
        Self {
            table,
            overrides: named.collect(),
            folder: folder.to_owned(),
            errors: Vec::new(),
        }
    }

    /// Complains of every section and key that `known` does not name.
    pub fn refuse_unknown(&mut self, known: &[(&str, &[&str])]) {
        let mut errors = Vec::new();
        for (name, value) in &self.table {
            let Some(section) = value.as_table() else {
                errors.push(format!("`{name}` is a section: write [{name}]"));
                continue;
            };
            match known.iter().find(|(section, _)| section == name) {
                None => errors.push(unknown_section(name, known)),
                Some((_, keys)) => {
                    let strange = section.keys().filter(|key| !keys.contains(&key.as_str()));
                    errors
                        .extend(strange.map(|key| unknown(&format!("`{name}.{key}`"), key, keys)));
                }
            }
        }
        for (section, key) in self.overrides.keys() {
            let variable = variable(section, key);
            match known.iter().find(|(name, _)| name == section) {
                None => errors.push(unknown_section(&variable, known)),
                Some((_, keys)) if !keys.contains(&key.as_str()) => {
                    errors.push(unknown(&format!("the variable {variable}"), key, keys));
                }
                Some(_) => {}
            }
        }
        self.errors.extend(errors);
    }

    /// A section, if anything is said in it.
    pub fn section(&mut self, name: &'static str) -> Option<Section<'_>> {
        let in_file = self.table.get(name).is_some_and(Value::is_table);
        let overridden = self.overrides.keys().any(|(section, _)| section == name);
        (in_file || overridden).then_some(Section { given: self, name })
    }
}

fn variable(section: &str, key: &str) -> String {
    format!("{OVERRIDES}{section}__{key}").to_uppercase()
}

fn unknown_section(name: &str, known: &[(&str, &[&str])]) -> String {
    let near = nearest(name, known.iter().map(|(section, _)| *section));
    match near {
        Some(near) => format!("[{name}] is not known: did you mean [{near}]?"),
        None => format!("[{name}] is not known: remove it"),
    }
}

fn unknown(what: &str, key: &str, known: &[&str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("{what} is not known: did you mean {near}?"),
        None => format!("{what} is not known: remove it"),
    }
}

/// One section. Every reader gives nothing for a key that is absent or wrong; what is wrong is
/// told at the end.
pub struct Section<'a> {
    given: &'a mut Given,
    name: &'static str,
}

impl Section<'_> {
    /// Notes a mistake in `key`.
    pub fn refuse(&mut self, key: &str, what: &str) {
        let name = match self.overriding(key) {
            Some(_) => variable(self.name, key),
            None => format!("`{}.{key}`", self.name),
        };
        self.given.errors.push(format!("{name} {what}"));
    }

    /// Whether the key is given; that it is not is a mistake.
    pub fn needed(&mut self, key: &str) -> bool {
        let is_there = self.has(key);
        if !is_there {
            self.refuse(key, "is missing");
        }
        is_there
    }

    /// Whether the key is given.
    pub fn has(&self, key: &str) -> bool {
        self.overriding(key).is_some() || self.value(key).is_some()
    }

    fn overriding(&self, key: &str) -> Option<&String> {
        let at = (self.name.to_owned(), key.to_owned());
        self.given.overrides.get(&at)
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.given.table.get(self.name)?.as_table()?.get(key)
    }

    /// A text that is not empty.
    pub fn text(&mut self, key: &str) -> Option<String> {
        let text = match self.overriding(key) {
            Some(text) => Some(text.clone()),
            None => self.value(key)?.as_str().map(str::to_owned),
        };
        let text = text.filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.refuse(key, "must be a text and not empty");
        }
        text
    }

    /// A text that is never shown.
    pub fn secret(&mut self, key: &str) -> Option<Secret> {
        self.text(key).map(Secret::new)
    }

    /// A text that names something.
    pub fn parsed<T: FromStr<Err: std::fmt::Display>>(&mut self, key: &str) -> Option<T> {
        let text = self.text(key)?;
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.refuse(key, &format!("cannot be used: {error}"));
                None
            }
        }
    }

    /// A path; one that does not begin at the root begins at the file's own folder.
    pub fn path(&mut self, key: &str) -> Option<PathBuf> {
        self.text(key).map(|text| self.given.folder.join(text))
    }

    /// A whole number within bounds.
    pub fn number(&mut self, key: &str, least: u32, most: u32) -> Option<u32> {
        let number = match self.overriding(key) {
            Some(text) => text.trim().parse().ok(),
            None => self.value(key)?.as_integer(),
        };
        let number = number.and_then(|number: i64| u32::try_from(number).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.refuse(key, &format!("must be a number from {least} to {most}"));
        }
        number
    }

    /// Yes or no; no when absent.
    pub fn flag(&mut self, key: &str) -> bool {
        let flag = match (self.overriding(key), self.value(key)) {
            (Some(text), _) => text.trim().parse().ok(),
            (None, Some(value)) => value.as_bool(),
            (None, None) => return false,
        };
        if flag.is_none() {
            self.refuse(key, "must be true or false");
        }
        flag.unwrap_or(false)
    }

    /// A list of texts; in the environment they are parted by commas. Empty when absent.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let texts = match (self.overriding(key), self.value(key)) {
            (Some(text), _) => Some(parted(text).map(str::to_owned).collect()),
            (None, Some(Value::Array(values))) => {
                let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
                texts.collect::<Option<Vec<String>>>()
            }
            (None, Some(_)) => None,
            (None, None) => return Vec::new(),
        };
        let texts = texts.filter(|texts| texts.iter().all(|text| !text.trim().is_empty()));
        if texts.is_none() {
            self.refuse(key, "must be a list of texts, none of them empty");
        }
        texts.unwrap_or_default()
    }

    /// Texts by name; in the environment `name=text`, parted by commas. Empty when absent.
    pub fn named_texts(&mut self, key: &str) -> BTreeMap<String, String> {
        let texts = match (self.overriding(key), self.value(key)) {
            (Some(text), _) => {
                let pairs = parted(text).map(|pair| pair.split_once('='));
                let pairs = pairs.map(|pair| pair.map(|(a, b)| (a.to_owned(), b.to_owned())));
                pairs.collect::<Option<BTreeMap<_, _>>>()
            }
            (None, Some(Value::Table(table))) => {
                let pairs = table.iter();
                let pairs =
                    pairs.map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
                pairs.collect()
            }
            (None, Some(_)) => None,
            (None, None) => return BTreeMap::new(),
        };
        if texts.is_none() {
            self.refuse(key, "must be texts by name, such as { role = \"web\" }");
        }
        texts.unwrap_or_default()
    }
}

fn parted(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}
