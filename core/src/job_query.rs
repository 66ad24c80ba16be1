//! What stands in the filter of the list of jobs: words, and terms such as `tag:backup`.
//!
//! A text is parts between spaces, all of which must hold. `!` before a part turns it round,
//! `tag:a,b` holds for either, `*` stands for anything, and quotation marks keep spaces together.
//! A part whose beginning is no term's name is a plain word: scripts are full of colons.

use std::fmt;

use crate::run::RunState;
use crate::schedule::Language;

/// The terms that there are.
const TERMS: [&str; 5] = ["tag", "project", "owner", "state", "starred"];
/// How far a spelling may be from what was meant.
const LIKENESS_MIN: f64 = 0.7;

/// What a list of jobs is filtered by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobFilter {
    parts: Vec<Part>,
}

/// A part of a filter that cannot be understood; the others still hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// Where it begins, in characters.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What is wrong.
    pub kind: MistakeKind,
}

/// What is wrong with a part.
#[derive(Clone, Debug, PartialEq)]
pub enum MistakeKind {
    /// A term without a value.
    Empty {
        /// The term.
        term: &'static str,
    },
    /// A value that the term does not have.
    Value {
        /// The term.
        term: &'static str,
        /// What was written.
        value: String,
        /// What may have been meant.
        like: Option<&'static str>,
    },
    /// A quotation mark without its other one.
    Quote,
}

/// What a filter looks at.
#[derive(Clone, Copy, Debug)]
pub struct JobFacts<'a> {
    /// Everything that words are looked for in, in lowercase.
    pub haystack: &'a str,
    /// Its project.
    pub project: &'a str,
    /// Who answers for it.
    pub owner: &'a str,
    /// Its tags.
    pub tags: &'a [String],
    /// Whether it is starred.
    pub starred: bool,
    /// How it stands.
    pub standing: Standing,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standing {
    /// Its schedule rests.
    pub paused: bool,
    /// Its definition cannot be used.
    pub broken: bool,
    /// A run of it goes.
    pub running: bool,
    /// How its newest run ended.
    pub newest: Option<RunState>,
}

impl Standing {
    /// Whether somebody has to look at it: unusable, or the newest run ended badly.
    pub fn is_trouble(&self) -> bool {
        use RunState::{Failed, Lost, Rejected, TimedOut};
        self.broken || matches!(self.newest, Some(Failed | TimedOut | Lost | Rejected))
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Part {
    turned: bool,
    wish: Wish,
}

#[derive(Clone, Debug, PartialEq)]
enum Wish {
    Word(String),
    Tag(Vec<String>),
    Project(Vec<String>),
    Owner(Vec<String>),
    State(Vec<State>),
    Starred(bool),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Newest(RunState),
    Running,
    Paused,
    Broken,
    Trouble,
}

const STATES: [(&str, State); 11] = [
    ("running", State::Running),
    ("paused", State::Paused),
    ("broken", State::Broken),
    ("trouble", State::Trouble),
    ("succeeded", State::Newest(RunState::Succeeded)),
    ("failed", State::Newest(RunState::Failed)),
    ("timed_out", State::Newest(RunState::TimedOut)),
    ("killed", State::Newest(RunState::Killed)),
    ("lost", State::Newest(RunState::Lost)),
    ("skipped", State::Newest(RunState::Skipped)),
    ("rejected", State::Newest(RunState::Rejected)),
];
const STARRED: [(&str, bool); 2] = [("yes", true), ("no", false)];

impl JobFilter {
    /// Reads a text. What cannot be understood is left out of the filter and told.
    pub fn parse(text: &str) -> (Self, Vec<Mistake>) {
        let (mut parts, mut mistakes) = (Vec::new(), Vec::new());
        for token in tokens(text) {
            match read(&token) {
                Ok(part) => parts.push(part),
                Err(kind) => mistakes.push(Mistake {
                    start: token.start,
                    end: token.end,
                    kind,
                }),
            }
        }
        (Self { parts }, mistakes)
    }

    /// Whether every job passes.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether a job passes.
    pub fn accepts(&self, job: &JobFacts) -> bool {
        self.parts
            .iter()
            .all(|part| part.wish.is_met(job) != part.turned)
    }
}

impl Wish {
    fn is_met(&self, job: &JobFacts) -> bool {
        let any = |patterns: &[String], text: &str| {
            let text = text.to_lowercase();
            patterns.iter().any(|pattern| fits(pattern, &text))
        };
        match self {
            Self::Word(word) => job.haystack.contains(word.as_str()),
            Self::Tag(patterns) => job.tags.iter().any(|tag| any(patterns, tag)),
            Self::Project(patterns) => any(patterns, job.project),
            Self::Owner(patterns) => any(patterns, job.owner),
            Self::State(states) => states.iter().any(|state| state.holds(&job.standing)),
            Self::Starred(wanted) => job.starred == *wanted,
        }
    }
}

impl State {
    fn holds(self, standing: &Standing) -> bool {
        match self {
            Self::Newest(state) => standing.newest == Some(state),
            Self::Running => standing.running,
            Self::Paused => standing.paused,
            Self::Broken => standing.broken,
            Self::Trouble => standing.is_trouble(),
        }
    }
}

/// Whether `text` is as `pattern` says, in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = left.find(piece) else {
            return false;
        };
        left = &left[at + piece.len()..];
    }
    left.ends_with(last)
}

/// A part as it was written, in lowercase.
struct Token {
    text: String,
    /// Places in `text`, in bytes, of commas and colons that stood between quotation marks.
    plain: Vec<usize>,
    turned: bool,
    closed: bool,
    start: usize,
    end: usize,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut open: Option<Token> = None;
    let mut chars = text.chars().enumerate().peekable();
    while let Some((at, c)) = chars.next() {
        let quoted = open.as_ref().is_some_and(|token| !token.closed);
        if c.is_whitespace() && !quoted {
            tokens.extend(open.take());
            continue;
        }
        let begins = open.is_none();
        let token = open.get_or_insert_with(|| Token::at(at));
        token.end = at + 1;
        let followed = chars.peek().is_some_and(|(_, next)| !next.is_whitespace());
        match c {
            '!' if begins && followed => token.turned = true,
            '"' => token.closed = !token.closed,
            _ => token.push(c),
        }
    }
    tokens.extend(open);
    tokens
}

impl Token {
    fn at(start: usize) -> Self {
        let (text, plain) = (String::new(), Vec::new());
        Self {
            text,
            plain,
            turned: false,
            closed: true,
            start,
            end: start,
        }
    }

    fn push(&mut self, c: char) {
        if !self.closed {
            self.plain.push(self.text.len());
        }
        self.text.extend(c.to_lowercase());
    }

    /// Where a mark stands that is not quoted.
    fn mark(&self, mark: char, from: usize) -> Option<usize> {
        let mut found = self.text[from..]
            .match_indices(mark)
            .map(|(at, _)| at + from);
        found.find(|at| self.plain.binary_search(at).is_err())
    }

    fn values(&self, from: usize) -> Vec<String> {
        let (mut values, mut from) = (Vec::new(), from);
        while let Some(comma) = self.mark(',', from) {
            values.push(self.text[from..comma].to_owned());
            from = comma + 1;
        }
        values.push(self.text[from..].to_owned());
        values.retain(|value| !value.is_empty());
        values
    }
}

fn read(token: &Token) -> Result<Part, MistakeKind> {
    let part = |wish| Part {
        turned: token.turned,
        wish,
    };
    if !token.closed {
        return Err(MistakeKind::Quote);
    }
    let named = token.mark(':', 0).and_then(|colon| {
        let name = &token.text[..colon];
        let term = TERMS.into_iter().find(|term| *term == name)?;
        Some((term, colon + 1))
    });
    let Some((term, from)) = named else {
        return Ok(part(Wish::Word(token.text.clone())));
    };
    let values = token.values(from);
    if values.is_empty() {
        return Err(MistakeKind::Empty { term });
    }
    Ok(part(match term {
        "tag" => Wish::Tag(values),
        "project" => Wish::Project(values),
        "owner" => Wish::Owner(values),
        "state" => Wish::State(
            values
                .iter()
                .map(|value| choice(term, &STATES, value))
                .collect::<Result<_, _>>()?,
        ),
        _ => Wish::Starred(choice(term, &STARRED, &values[0])?),
    }))
}

fn choice<T: Copy>(
    term: &'static str,
    choices: &[(&'static str, T)],
    value: &str,
) -> Result<T, MistakeKind> {
    if let Some((_, meant)) = choices.iter().find(|(name, _)| *name == value) {
        return Ok(*meant);
    }
    let likeness = |name: &str| strsim::jaro_winkler(name, value);
    let best = choices
        .iter()
        .map(|(name, _)| *name)
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    Err(MistakeKind::Value {
        term,
        value: value.to_owned(),
        like: best.filter(|name| likeness(name) >= LIKENESS_MIN),
    })
}

impl Mistake {
    /// The mistake as a sentence in a language.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::ZhCn => self.in_chinese(),
        }
    }

    fn in_chinese(&self) -> String {
        match &self.kind {
            MistakeKind::Empty { term } => format!("“{term}:”后面还缺一个值"),
            MistakeKind::Quote => "引号没有配对".to_owned(),
            MistakeKind::Value { term, value, like } => {
                let meant = like.map_or_else(
                    || format!("可用的值：{}", choices_of(term).join("、")),
                    |like| format!("是否想写 {term}:{like}？"),
                );
                format!("{term} 没有值“{value}”；{meant}")
            }
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            MistakeKind::Empty { term } => write!(f, "“{term}:” needs a value"),
            MistakeKind::Quote => f.write_str("a quotation mark is not closed"),
            MistakeKind::Value { term, value, like } => {
                write!(f, "{term} has no value “{value}”; ")?;
                match like {
                    Some(like) => write!(f, "did you mean {term}:{like}?"),
                    None => write!(f, "it may be {}", choices_of(term).join(", ")),
                }
            }
        }
    }
}

fn choices_of(term: &str) -> Vec<&'static str> {
    match term {
        "state" => STATES.iter().map(|(name, _)| *name).collect(),
        "starred" => STARRED.iter().map(|(name, _)| *name).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
