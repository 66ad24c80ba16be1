//! Words, fields, lists and quotes. Places are in bytes.

use std::ops::Range;

/// A term as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// All of it.
    pub at: Range<usize>,
    /// Whether `!` stands before it, or before its values.
    pub not: bool,
    /// The word before a colon, and its place.
    pub field: Option<(String, Range<usize>)>,
    /// Its values; a word has one.
    pub values: Vec<Value>,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// Where it stands, with its quotes.
    pub at: Range<usize>,
    /// What it says, without quotes.
    pub text: String,
    /// Whether it is in quotes.
    pub is_quoted: bool,
    /// Whether its quotes end.
    pub is_closed: bool,
}

/// Parts a text into terms; any text has some.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut reader = Reader { text, at: 0 };
    let mut pieces = Vec::new();
    loop {
        reader.skip(char::is_whitespace);
        if reader.peek().is_none() {
            return pieces;
        }
        pieces.push(reader.piece());
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn skip(&mut self, skips: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..];
        self.at += rest.find(|c| !skips(c)).unwrap_or(rest.len());
    }

    fn takes(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.at += wanted.len_utf8();
        }
        there
    }

    fn piece(&mut self) -> Piece {
        let start = self.at;
        let mut not = self.takes('!');
        let field = self.field();
        let mut values = Vec::new();
        if field.is_none() {
            values.push(self.value(char::is_whitespace));
        } else {
            not ^= self.takes('!');
            let ends = |c: char| c.is_whitespace() || c == ',';
            values.push(self.value(ends));
            while self.takes(',') {
                values.push(self.value(ends));
            }
        }
        Piece {
            at: start..self.at,
            not,
            field,
            values,
        }
    }

    /// A word of letters and its colon, if they stand here.
    fn field(&mut self) -> Option<(String, Range<usize>)> {
        let rest = &self.text[self.at..];
        let word = field_word(rest)?;
        let at = self.at..self.at + word.len();
        self.at = at.end + 1;
        Some((word.to_owned(), at))
    }

    /// A value up to where it ends; behind closed quotes only an end follows, so what else
    /// stands there belongs to it.
    fn value(&mut self, ends: impl Fn(char) -> bool) -> Value {
        let start = self.at;
        let mut text = String::new();
        let is_quoted = self.takes('"');
        let mut is_closed = !is_quoted;
        while !is_closed {
            let Some(c) = self.peek() else { break };
            self.at += c.len_utf8();
            match c {
                '"' => is_closed = true,
                '\\' if matches!(self.peek(), Some('"' | '\\')) => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                c => text.push(c),
            }
        }
        let bare = self.at;
        self.skip(|c| !ends(c));
        text.push_str(&self.text[bare..self.at]);
        Value {
            at: start..self.at,
            text,
            is_quoted,
            is_closed,
        }
    }
}

/// The letters before a colon at the beginning of a text.
fn field_word(text: &str) -> Option<&str> {
    let (word, _) = text.split_once(':')?;
    let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    is_word.then_some(word)
}

/// A value of a list, in quotes where it needs them.
pub(super) fn quoted_value(text: &str) -> String {
    let needs = text.contains(|c: char| c.is_whitespace() || c == ',');
    quoted(text, needs)
}

/// A word that stands alone, in quotes where it needs them.
pub(super) fn quoted_word(text: &str) -> String {
    let needs = text.contains(char::is_whitespace) || field_word(text).is_some();
    quoted(text, needs)
}

fn quoted(text: &str, needs: bool) -> String {
    match needs || text.is_empty() || text.starts_with(['!', '"']) {
        true => format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\"")),
        false => text.to_owned(),
    }
}
