//! What is wrong with one field of what people wrote.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One field that is refused: what is wrong, why, and what to do.
///
/// `Display` is the English sentence; user interfaces translate by `code` and `params`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FieldError {
    /// Where: `retries.count`, `env.PATH`, `tags[2]`; empty for the definition as a whole.
    pub path: String,
    /// A stable name for this error.
    pub code: String,
    /// What the translated sentence is filled with; the path is always there as `field`.
    pub params: BTreeMap<String, String>,
    /// The English sentence, with the field's name in it.
    pub sentence: String,
}

impl FieldError {
    /// An error at `path`; the sentence is what follows the field's name.
    pub(crate) fn at(path: &str, code: &str, rest: impl fmt::Display) -> Self {
        Self::whole(path, code, format!("`{path}` {rest}"))
    }

    /// An error whose sentence does not begin with the field's name.
    pub(crate) fn whole(path: &str, code: &str, sentence: String) -> Self {
        let params = BTreeMap::from([("field".to_owned(), path.to_owned())]);
        Self {
            path: path.to_owned(),
            code: code.to_owned(),
            params,
            sentence,
        }
    }

    /// Adds a parameter for the translated sentence.
    pub(crate) fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// The candidate nearest to what was typed, if it is near enough to be meant.
pub(crate) fn nearest<'a>(
    typed: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = typed.chars().count();
    if length > 40 {
        return None;
    }
    let distance = |candidate: &&str| strsim::osa_distance(&typed.to_lowercase(), candidate);
    candidates
        .min_by_key(distance)
        .filter(|candidate| distance(candidate) <= (length / 3).max(1))
}

/// A text as it stands in a sentence: quoted, escaped, and cut where it would hide the rest.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
