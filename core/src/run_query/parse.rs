//! Reading a query: what of it is good, and what is wrong with the rest.

use std::ops::Range;

use super::lex::{self, Piece, Value};
use super::mistake::{Mistake, MistakeKind, nearest};
use super::{Field, Named, RunFilter, TRIGGERS, Term, When};
use crate::limits::{RUN_QUERY_CHARS_MAX, RUN_QUERY_TERMS_MAX};
use crate::run::{Fate, RunState, Trigger};

/// What became of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The terms that are good.
    pub filter: RunFilter,
    /// What is wrong with the others, in the order of the text.
    pub mistakes: Vec<Mistake>,
}

/// Reads any text; there is always an answer.
pub fn parse(text: &str) -> Parsed {
    let mut reading = Reading {
        text,
        parsed: Parsed::default(),
    };
    if text.chars().count() > RUN_QUERY_CHARS_MAX {
        reading.mistake(0..text.len(), MistakeKind::TooLong, None);
        return reading.parsed;
    }
    for piece in lex::pieces(text) {
        if reading.parsed.filter.terms.len() == RUN_QUERY_TERMS_MAX {
            reading.mistake(piece.at.start..text.len(), MistakeKind::TooLong, None);
            break;
        }
        reading.piece(&piece);
    }
    reading.parsed
}

struct Reading<'a> {
    text: &'a str,
    parsed: Parsed,
}

impl Reading<'_> {
    fn mistake(&mut self, at: Range<usize>, kind: MistakeKind, suggestion: Option<String>) {
        let units = |end: usize| self.text[..end].encode_utf16().count();
        self.parsed.mistakes.push(Mistake {
            from: units(at.start),
            to: units(at.end),
            kind,
            suggestion,
        });
    }

    fn piece(&mut self, piece: &Piece) {
        if let Some(open) = piece.values.iter().find(|value| !value.is_closed) {
            let closed = format!("{}\"", &self.text[open.at.clone()]);
            return self.mistake(open.at.clone(), MistakeKind::OpenQuote, Some(closed));
        }
        let Some((word, at)) = &piece.field else {
            return self.word(piece);
        };
        let Some(field) = Field::read(word) else {
            let near = nearest(word, Field::ALL.map(Field::as_str).as_slice());
            let rest = &self.text[at.end..piece.at.end];
            let suggestion = near.map(|near| format!("{near}{rest}"));
            let kind = MistakeKind::UnknownField { word: word.clone() };
            return self.mistake(at.start..piece.at.end, kind, suggestion);
        };
        let is_empty = |value: &&Value| value.text.is_empty();
        if piece.values.iter().any(|value| is_empty(&value)) {
            return self.mistake(piece.at.clone(), MistakeKind::NoValue { field }, None);
        }
        // The first value's `!` was read as the term's.
        let bang = |value: &&Value| !value.is_quoted && value.text.starts_with('!');
        if let Some(value) = piece.values.iter().find(bang) {
            let all: Vec<&str> = piece
                .values
                .iter()
                .map(|value| value.text.trim_start_matches('!'))
                .collect();
            let suggestion = format!("{}:!{}", field.as_str(), all.join(","));
            let (at, kind) = (value.at.clone(), MistakeKind::NotInList);
            let is_whole = all.iter().all(|text| !text.is_empty());
            return self.mistake(at, kind, is_whole.then_some(suggestion));
        }
        let twice = |term: &Term| term.field() == Some(field) && !term.is_not();
        if !piece.not
            && let Some(first) = self.parsed.filter.terms.iter().find(|term| twice(term))
        {
            let mut both = first.values();
            both.extend(piece.values.iter().map(|value| value.text.clone()));
            let both: Vec<String> = both.iter().map(|value| lex::quoted_value(value)).collect();
            let is_list = !matches!(field, Field::Since | Field::Until);
            let suggestion = is_list.then(|| format!("{}:{}", field.as_str(), both.join(",")));
            return self.mistake(piece.at.clone(), MistakeKind::Twice { field }, suggestion);
        }
        if let Some(term) = self.term(field, piece) {
            self.parsed.filter.terms.push(term);
        }
    }

    fn word(&mut self, piece: &Piece) {
        let text = piece
            .values
            .first()
            .map(|value| value.text.clone())
            .unwrap_or_default();
        if text.is_empty() {
            return self.mistake(piece.at.clone(), MistakeKind::NoWord, None);
        }
        self.parsed.filter.terms.push(Term::Text {
            not: piece.not,
            text,
        });
    }

    fn term(&mut self, field: Field, piece: &Piece) -> Option<Term> {
        let not = piece.not;
        let names = |of| Term::Names {
            of,
            not,
            names: piece
                .values
                .iter()
                .map(|value| value.text.clone())
                .collect(),
        };
        Some(match field {
            Field::Job => names(Named::Job),
            Field::Project => names(Named::Project),
            Field::Node => names(Named::Node),
            Field::Tag => names(Named::Tag),
            Field::State => Term::States {
                not,
                states: self.all(field, piece, |text| {
                    let word = text.to_ascii_lowercase();
                    RunState::parse(&word)
                })?,
            },
            Field::Trigger => Term::Triggers {
                not,
                triggers: self.all(field, piece, |text| {
                    Trigger::parse(&text.to_ascii_lowercase())
                })?,
            },
            Field::Is => Term::Fates {
                not,
                fates: self.all(field, piece, |text| Fate::parse(&text.to_ascii_lowercase()))?,
            },
            Field::Exit => Term::Exits {
                not,
                codes: self.all(field, piece, |text| text.parse().ok())?,
            },
            Field::Since => Term::Since(self.when(field, piece)?),
            Field::Until => Term::Until(self.when(field, piece)?),
        })
    }

    /// Every value read, or a mistake for each that cannot be.
    fn all<T>(
        &mut self,
        field: Field,
        piece: &Piece,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut all = Vec::new();
        for value in &piece.values {
            match read(&value.text) {
                Some(read) => all.push(read),
                None => {
                    let kind = MistakeKind::Senseless {
                        field,
                        text: value.text.clone(),
                    };
                    self.mistake(value.at.clone(), kind, suggested(field, &value.text));
                }
            }
        }
        (all.len() == piece.values.len()).then_some(all)
    }

    fn when(&mut self, field: Field, piece: &Piece) -> Option<When> {
        if piece.not {
            self.mistake(piece.at.clone(), MistakeKind::NotOfTime { field }, None);
            return None;
        }
        let whens = self.all(field, piece, When::read)?;
        if whens.len() > 1 {
            let first = format!("{}:{}", field.as_str(), whens[0]);
            self.mistake(
                piece.at.clone(),
                MistakeKind::OneTime { field },
                Some(first),
            );
            return None;
        }
        whens.into_iter().next()
    }
}

/// What may have been meant by a value.
fn suggested(field: Field, text: &str) -> Option<String> {
    let word = text.to_lowercase();
    match field {
        Field::State => {
            let words = RunState::ALL.map(RunState::as_str);
            super::mistake::state_alias(&word)
                .or_else(|| nearest(&word, &words))
                .map(str::to_owned)
        }
        Field::Trigger => {
            let words = TRIGGERS.map(Trigger::as_str);
            super::mistake::trigger_alias(&word)
                .or_else(|| nearest(&word, &words))
                .map(str::to_owned)
        }
        Field::Is => {
            let words = Fate::ALL.map(Fate::as_str);
            nearest(&word, &words).map(str::to_owned)
        }
        Field::Exit => matches!(word.as_str(), "ok" | "success" | "zero").then(|| "0".to_owned()),
        Field::Since | Field::Until => super::mistake::time_meant(&word),
        _ => None,
    }
}
