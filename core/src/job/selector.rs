//! Which nodes a job may run on: conditions on labels, and nodes by their ids.
//!
//! The grammar is that of Kubernetes' selectors, so that nobody learns another one: `role=web`,
//! `role!=db`, `zone in (a,b)`, `zone notin (a,b)`, `gpu`, `!gpu`; a comma means "and". Besides,
//! `node:<id>` names a node; several of them mean "one of these".

use std::collections::BTreeMap;
use std::fmt;

use super::error::quoted;
use crate::id::NodeId;
use crate::limits::{LABEL_CHARS_MAX, SELECTOR_CHARS_MAX, SELECTOR_TERMS_MAX};

/// Labels of a node.
pub type Labels = BTreeMap<String, String>;

/// Conditions that a node must meet, all of them.
///
/// Two selectors are equal when they say the same in the same order, however they were spaced.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Selector {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    /// The label has one of these values, or none of them.
    In {
        key: String,
        values: Vec<String>,
        not: bool,
    },
    /// The label is there, or is not.
    Has { key: String, not: bool },
    /// It is one of these nodes.
    Nodes(Vec<NodeId>),
}

/// Why a selector is refused, with what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SelectorError(String);

impl Selector {
    /// Reads what people wrote.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let refuse = |sentence: String| Err(SelectorError(sentence));
        if text.trim().is_empty() {
            return refuse(
                "is empty, which would mean every node: remove it, or write a condition like \
                 \"role=web\""
                    .to_owned(),
            );
        }
        if text.chars().count() > SELECTOR_CHARS_MAX {
            return refuse(format!(
                "has more than {SELECTOR_CHARS_MAX} characters: give those nodes one label in common"
            ));
        }
        let mut terms: Vec<Term> = Vec::new();
        for part in split(text)? {
            let term = parse_term(part)?;
            let listed = terms.iter_mut().find_map(|known| match known {
                Term::Nodes(nodes) => Some(nodes),
                _ => None,
            });
            match (term, listed) {
                (Term::Nodes(more), Some(nodes)) => nodes.extend(more),
                (term, _) => terms.push(term),
            }
        }
        if terms.len() > SELECTOR_TERMS_MAX {
            return refuse(format!(
                "has more than {SELECTOR_TERMS_MAX} conditions: give those nodes one label in common"
            ));
        }
        Ok(Self { terms })
    }

    /// Whether a node meets every condition. A label that is not there meets `!=`, `notin` and
    /// `!label`.
    pub fn matches(&self, node: &NodeId, labels: &Labels) -> bool {
        self.terms.iter().all(|term| term.matches(node, labels))
    }

    /// Where a node stands in the order that was written: smaller comes first. Conditions that
    /// list nothing leave it open.
    pub fn position(&self, node: &NodeId, labels: &Labels) -> Vec<usize> {
        let place = |term: &Term| match term {
            Term::In {
                key,
                values,
                not: false,
            } => values
                .iter()
                .position(|value| labels.get(key) == Some(value)),
            Term::Nodes(nodes) => nodes.iter().position(|listed| listed == node),
            _ => None,
        };
        self.terms
            .iter()
            .map(|term| place(term).unwrap_or(usize::MAX))
            .collect()
    }
}

impl Term {
    fn matches(&self, node: &NodeId, labels: &Labels) -> bool {
        match self {
            Self::In { key, values, not } => {
                let is_in = labels.get(key).is_some_and(|value| values.contains(value));
                is_in != *not
            }
            Self::Has { key, not } => labels.contains_key(key) != *not,
            Self::Nodes(nodes) => nodes.contains(node),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms: Vec<String> = self.terms.iter().map(ToString::to_string).collect();
        f.write_str(&terms.join(", "))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::In { key, values, not } => match (values.as_slice(), not) {
                ([value], false) => write!(f, "{key}={value}"),
                ([value], true) => write!(f, "{key}!={value}"),
                (values, false) => write!(f, "{key} in ({})", values.join(",")),
                (values, true) => write!(f, "{key} notin ({})", values.join(",")),
            },
            Self::Has { key, not: false } => f.write_str(key),
            Self::Has { key, not: true } => write!(f, "!{key}"),
            Self::Nodes(nodes) => {
                let nodes: Vec<String> = nodes.iter().map(|node| format!("node:{node}")).collect();
                f.write_str(&nodes.join(", "))
            }
        }
    }
}

/// Whether a text may be the name or the value of a label: letters, digits, `-`, `_`, `.` and `/`,
/// with a letter or a digit at both ends.
pub fn is_label(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric();
    let allowed = |c: char| plain(c) || matches!(c, '-' | '_' | '.' | '/');
    text.starts_with(plain)
        && text.ends_with(plain)
        && text.len() <= LABEL_CHARS_MAX
        && text.chars().all(allowed)
}

/// The conditions between commas; those in parentheses part values.
fn split(text: &str) -> Result<Vec<&str>, SelectorError> {
    let (mut parts, mut from, mut inside) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        match c {
            '(' => inside = true,
            ')' => inside = false,
            ',' if !inside => {
                parts.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    if inside {
        let sentence = "has a parenthesis that is never closed: write it like \"zone in (a,b)\"";
        return Err(SelectorError(sentence.to_owned()));
    }
    parts.push(text[from..].trim());
    Ok(parts)
}

fn parse_term(text: &str) -> Result<Term, SelectorError> {
    if text.is_empty() {
        let sentence = "has a comma with no condition beside it: remove the comma";
        return Err(SelectorError(sentence.to_owned()));
    }
    if let Some(id) = text.strip_prefix("node:") {
        return match NodeId::new(id.trim()) {
            Ok(node) => Ok(Term::Nodes(vec![node])),
            Err(_) => Err(SelectorError(format!(
                "names {}, which no node can be called: `belfryctl nodes list` shows the ids",
                quoted(text)
            ))),
        };
    }
    for (sign, not) in [("!=", true), ("==", false), ("=", false)] {
        if let Some((key, value)) = text.split_once(sign) {
            return in_list(key, vec![value], not);
        }
    }
    if let Some((key, not, list)) = list_of(text) {
        return in_list(key, list.split(',').collect(), not);
    }
    let (key, not) = match text.strip_prefix('!') {
        Some(key) => (key.trim(), true),
        None => (text, false),
    };
    match is_label(key) {
        true => Ok(Term::Has {
            key: key.to_owned(),
            not,
        }),
        false => Err(unreadable(text)),
    }
}

/// `key in (…)` or `key notin (…)`.
fn list_of(text: &str) -> Option<(&str, bool, &str)> {
    let (head, list) = text.strip_suffix(')')?.split_once('(')?;
    let mut words = head.split_whitespace();
    let (key, word) = (words.next()?, words.next()?);
    match (word, words.next()) {
        ("in", None) => Some((key, false, list)),
        ("notin", None) => Some((key, true, list)),
        _ => None,
    }
}

fn in_list(key: &str, values: Vec<&str>, not: bool) -> Result<Term, SelectorError> {
    let key = key.trim();
    let values: Vec<&str> = values.into_iter().map(str::trim).collect();
    if key == "node" && !not {
        let nodes: Vec<String> = values.iter().map(|node| format!("node:{node}")).collect();
        return Err(SelectorError(format!(
            "asks for a label `node`, and nodes are named by their ids: write {:?}",
            nodes.join(", ")
        )));
    }
    if let Some(bad) = std::iter::once(&key)
        .chain(&values)
        .find(|text| !is_label(text))
    {
        return Err(SelectorError(format!(
            "contains {}, and labels have letters, digits, '-', '_', '.' and '/', \
             {LABEL_CHARS_MAX} at most: write it like \"role=web\" or \"zone in (a,b)\"",
            quoted(bad)
        )));
    }
    Ok(Term::In {
        key: key.to_owned(),
        values: values.into_iter().map(str::to_owned).collect(),
        not,
    })
}

fn unreadable(text: &str) -> SelectorError {
    let meant = match text.split_once(':') {
        Some((key, value)) if is_label(key.trim()) && is_label(value.trim()) => {
            format!("did you mean \"{}={}\"?", key.trim(), value.trim())
        }
        _ if text.contains(" or ") || text.contains('|') => {
            "a comma means \"and\", and \"zone in (a,b)\" means \"or\"".to_owned()
        }
        _ if text.contains(" and ") || text.contains('&') => {
            "write a comma for \"and\", like \"role=web, !gpu\"".to_owned()
        }
        _ => "write it like \"role=web\", \"role!=db\", \"zone in (a,b)\", \"gpu\" or \"!gpu\""
            .to_owned(),
    };
    SelectorError(format!(
        "has the condition {}, which cannot be read: {meant}",
        quoted(text)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        [("role", "web"), ("zone", "b")].map(pair).into()
    }

    #[test]
    fn conditions_hold_as_they_do_elsewhere() {
        let node: NodeId = "web-1".parse().expect("a plain name");
        for (text, holds) in [
            ("role=web", true),
            ("role == web", true),
            ("role!=db", true),
            ("missing!=x", true),
            ("role!=web", false),
            ("zone in (a,b)", true),
            ("zone in ( a , c )", false),
            ("zone notin (a,c)", true),
            ("missing notin (a)", true),
            ("role", true),
            ("gpu", false),
            ("!gpu", true),
            ("!role", false),
            ("role=web, zone=b", true),
            ("role=web,zone=a", false),
            ("node:web-2, node:web-1", true),
            ("node:web-2", false),
            ("role=web, node:web-1", true),
        ] {
            let selector = Selector::parse(text).expect(text);
            assert_eq!(selector.matches(&node, &labels()), holds, "{text}");
            assert_eq!(
                Selector::parse(&selector.to_string()),
                Ok(selector),
                "{text}"
            );
        }
    }

    #[test]
    fn the_order_is_the_one_that_people_wrote() {
        let selector =
            Selector::parse("role=web, zone in (b,a), node:x, node:y").expect("readable");
        let x: NodeId = "x".parse().expect("a plain name");
        let y: NodeId = "y".parse().expect("a plain name");
        let other = [
            ("role".to_owned(), "web".to_owned()),
            ("zone".to_owned(), "a".to_owned()),
        ];
        let in_a = selector.position(&x, &other.into());
        let in_b = selector.position(&y, &labels());
        assert!(in_b < in_a, "the zone was written before the nodes");
    }

    #[test]
    fn says_what_to_write_instead() {
        for (text, advice) in [
            ("", "remove it"),
            ("role=web,", "remove the comma"),
            ("zone in (a,b", "never closed"),
            ("role:web", "did you mean \"role=web\"?"),
            ("a=b or c=d", "contains"),
            ("web or db", "means \"or\""),
            ("node=web-1", "node:web-1"),
            ("node:Web 1", "nodes list"),
            ("role=we b", "\"we b\""),
            ("zone in a", "write it like"),
        ] {
            let error = Selector::parse(text).expect_err(text).to_string();
            assert!(error.contains(advice), "{text}: {error}");
        }
    }
}
