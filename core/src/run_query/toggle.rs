//! A query changed by a click: a value of a field put in or taken out.

use super::{Field, RunFilter, Term, parse};

/// The text with `value` asked for in `field`, or no longer if it was. What cannot be read of the
/// text is left out.
pub fn toggled(text: &str, field: Field, value: &str) -> String {
    let mut filter = parse(text).filter;
    let is_there = is_chosen(&filter, field, value);
    let own = |term: &Term| term.field() == Some(field) && !term.is_not();
    let mut values = filter
        .terms
        .iter()
        .find(|term| own(term))
        .map(Term::values)
        .unwrap_or_default();
    match is_there {
        true => values.retain(|each| each != value),
        false => values.push(value.to_owned()),
    }
    let place = filter
        .terms
        .iter()
        .position(own)
        .unwrap_or(filter.terms.len());
    filter.terms.retain(|term| !own(term));
    if !values.is_empty() {
        let quoted: Vec<String> = values
            .iter()
            .map(|value| super::lex::quoted_value(value))
            .collect();
        let term = format!("{}:{}", field.as_str(), quoted.join(","));
        // What the field cannot hold stays out.
        if let [term] = &parse(&term).filter.terms[..] {
            filter.terms.insert(place, term.clone());
        }
    }
    filter.to_string()
}

/// Whether the text asks for `value` in `field`.
pub fn chosen(text: &str, field: Field, value: &str) -> bool {
    is_chosen(&parse(text).filter, field, value)
}

fn is_chosen(filter: &RunFilter, field: Field, value: &str) -> bool {
    let mut own = filter
        .terms
        .iter()
        .filter(|term| term.field() == Some(field) && !term.is_not());
    own.any(|term| term.values().iter().any(|each| each == value))
}
