//! The language of the query bar over runs: `state:failed job:backup node:web-* since:24h exit:!0 text`.
//!
//! Reading, printing, mistakes and what may stand next. Pure: names are looked up and instants are
//! computed by whoever asks history.

use std::fmt;

use crate::run::{Fate, RunState, Trigger};

mod complete;
mod lex;
mod mistake;
mod parse;
mod pattern;
mod toggle;
mod when;

pub use complete::{Completion, Completions, Known, complete};
pub use mistake::{Mistake, MistakeKind};
pub use parse::{Parsed, parse};
pub use pattern::{ExitCodes, NamePatterns, is_like};
pub use toggle::{chosen, toggled};
pub use when::{Unit, When};

/// What a person asks: every term must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// In the order in which they were written.
    pub terms: Vec<Term>,
}

/// One condition. A list holds if one of its items does; `not` turns that round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// `state:`
    States {
        /// Whether it must be none of them.
        not: bool,
        /// The states.
        states: Vec<RunState>,
    },
    /// `job:`, `project:`, `node:`, `tag:`
    Names {
        /// Whose names.
        of: Named,
        /// Whether it must be none of them.
        not: bool,
        /// Patterns.
        names: Vec<String>,
    },
    /// `trigger:`
    Triggers {
        /// Whether it must be none of them.
        not: bool,
        /// The triggers.
        triggers: Vec<Trigger>,
    },
    /// `exit:`
    Exits {
        /// Whether it must be none of them.
        not: bool,
        /// The codes.
        codes: Vec<i32>,
    },
    /// `is:`
    Fates {
        /// Whether it must be none of them.
        not: bool,
        /// Whether it came in time.
        fates: Vec<Fate>,
    },
    /// `since:`
    Since(When),
    /// `until:`
    Until(When),
    /// A word that occurs in the job's name, tags, owner, note or command.
    Text {
        /// Whether it must not.
        not: bool,
        /// The word.
        text: String,
    },
}

/// What is looked up by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A job: `name`, `project/name` or its id.
    Job,
    /// A project.
    Project,
    /// A node.
    Node,
    /// A tag of the job as it is now.
    Tag,
}

/// The word before a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// How the run stands.
    State,
    /// Its job.
    Job,
    /// Its job's project.
    Project,
    /// Its node.
    Node,
    /// Its job's tags.
    Tag,
    /// What made it happen.
    Trigger,
    /// The program's exit code.
    Exit,
    /// Whether it came in time.
    Is,
    /// Scheduled at or after.
    Since,
    /// Scheduled before the end of.
    Until,
}

impl Field {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::State,
        Self::Job,
        Self::Node,
        Self::Since,
        Self::Until,
        Self::Exit,
        Self::Is,
        Self::Project,
        Self::Trigger,
        Self::Tag,
    ];

    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Job => "job",
            Self::Project => "project",
            Self::Node => "node",
            Self::Tag => "tag",
            Self::Trigger => "trigger",
            Self::Exit => "exit",
            Self::Is => "is",
            Self::Since => "since",
            Self::Until => "until",
        }
    }

    fn read(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|field| field.as_str().eq_ignore_ascii_case(word))
    }
}

/// Every trigger, in the order in which they are offered.
pub const TRIGGERS: [Trigger; 5] = [
    Trigger::Schedule,
    Trigger::Manual,
    Trigger::Try,
    Trigger::Retry,
    Trigger::Backfill,
];

impl Term {
    /// The field that it asks about; none for words.
    pub fn field(&self) -> Option<Field> {
        Some(match self {
            Self::States { .. } => Field::State,
            Self::Names { of, .. } => match of {
                Named::Job => Field::Job,
                Named::Project => Field::Project,
                Named::Node => Field::Node,
                Named::Tag => Field::Tag,
            },
            Self::Triggers { .. } => Field::Trigger,
            Self::Exits { .. } => Field::Exit,
            Self::Fates { .. } => Field::Is,
            Self::Since(_) => Field::Since,
            Self::Until(_) => Field::Until,
            Self::Text { .. } => return None,
        })
    }

    /// Whether it says what a run must not be.
    pub fn is_not(&self) -> bool {
        match self {
            Self::States { not, .. }
            | Self::Names { not, .. }
            | Self::Triggers { not, .. }
            | Self::Exits { not, .. }
            | Self::Fates { not, .. }
            | Self::Text { not, .. } => *not,
            Self::Since(_) | Self::Until(_) => false,
        }
    }

    /// Its values as they are written, unquoted.
    pub fn values(&self) -> Vec<String> {
        let words = |words: &[&'static str]| words.iter().map(ToString::to_string).collect();
        match self {
            Self::States { states, .. } => words(
                &states
                    .iter()
                    .map(|state| state.as_str())
                    .collect::<Vec<_>>(),
            ),
            Self::Names { names, .. } => names.clone(),
            Self::Triggers { triggers, .. } => {
                words(&triggers.iter().map(|it| it.as_str()).collect::<Vec<_>>())
            }
            Self::Fates { fates, .. } => {
                words(&fates.iter().map(|it| it.as_str()).collect::<Vec<_>>())
            }
            Self::Exits { codes, .. } => codes.iter().map(ToString::to_string).collect(),
            Self::Since(when) | Self::Until(when) => vec![when.to_string()],
            Self::Text { text, .. } => vec![text.clone()],
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.is_not() { "!" } else { "" };
        match self.field() {
            None => {
                let values = self.values();
                let text = values.first().map_or("", String::as_str);
                write!(f, "{not}{}", lex::quoted_word(text))
            }
            Some(field) => {
                let values: Vec<String> = self
                    .values()
                    .iter()
                    .map(|value| lex::quoted_value(value))
                    .collect();
                write!(f, "{}:{not}{}", field.as_str(), values.join(","))
            }
        }
    }
}

impl fmt::Display for RunFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{term}")?;
        }
        Ok(())
    }
}
