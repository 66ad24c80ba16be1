//! Rust source as far as tidy needs it: code apart from comments and literals.

use std::ops::RangeInclusive;

/// A Rust file, read without its grammar.
pub struct RustText {
    /// The text with comments and the insides of literals as blanks; lines and columns stay.
    pub code: String,
    /// The insides of string literals as written, with their lines.
    pub literals: Vec<(usize, String)>,
    /// The comments, with the lines they begin on.
    pub comments: Vec<(usize, String)>,
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    text: RustText,
}

impl RustText {
    /// Reads a file.
    pub fn of(source: &str) -> RustText {
        let text = RustText {
            code: String::new(),
            literals: Vec::new(),
            comments: Vec::new(),
        };
        let mut scanner = Scanner {
            rest: source,
            line: 1,
            text,
        };
        while !scanner.rest.is_empty() {
            scanner.step();
        }
        scanner.text
    }

    /// Lines of code with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// The line on which the byte `at` of the code stands.
    pub fn line_at(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// Where the block that opens at the byte `open` closes.
    pub fn close_of(&self, open: usize) -> Option<usize> {
        let mut depth = 0usize;
        for (at, byte) in self.code.bytes().enumerate().skip(open) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }

    /// The lines of blocks that exist in tests only.
    pub fn test_lines(&self) -> Vec<RangeInclusive<usize>> {
        let attributes = self.code.match_indices("#[cfg(test)]");
        attributes
            .filter_map(|(at, _)| {
                let open = at + self.code[at..].find(['{', ';'])?;
                let close = if self.code.as_bytes()[open] == b'{' {
                    self.close_of(open)?
                } else {
                    open
                };
                Some(self.line_at(at)..=self.line_at(close))
            })
            .collect()
    }
}

impl Scanner<'_> {
    fn step(&mut self) {
        let rest = self.rest;
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            self.text.comments.push((self.line, rest[..end].to_owned()));
            self.blank(end);
        } else if rest.starts_with("/*") {
            let end = comment_end(rest);
            self.text.comments.push((self.line, rest[..end].to_owned()));
            self.blank(end);
        } else if let Some((open, close)) = raw_string(rest).filter(|_| !self.in_word()) {
            let end = rest[open..]
                .find(&close)
                .map_or(rest.len(), |end| open + end);
            self.literal(open, end, close.len());
        } else if rest.starts_with('"') {
            self.literal(1, string_end(rest), 1);
        } else if let Some(end) = char_end(rest) {
            self.blank(end);
        } else {
            self.keep(rest.chars().next().map_or(0, char::len_utf8));
        }
    }

    fn in_word(&self) -> bool {
        self.text
            .code
            .ends_with(|last: char| last.is_alphanumeric() || last == '_')
    }

    fn literal(&mut self, open: usize, end: usize, close: usize) {
        self.text
            .literals
            .push((self.line, self.rest[open..end].to_owned()));
        self.keep(open);
        self.blank(end - open);
        self.keep(close.min(self.rest.len()));
    }

    fn keep(&mut self, length: usize) {
        let (kept, rest) = self.rest.split_at(length);
        self.line += kept.matches('\n').count();
        self.text.code.push_str(kept);
        self.rest = rest;
    }

    fn blank(&mut self, length: usize) {
        let (blanked, rest) = self.rest.split_at(length);
        self.line += blanked.matches('\n').count();
        let blanks = blanked
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' });
        self.text.code.extend(blanks);
        self.rest = rest;
    }
}

fn comment_end(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of what opens a raw string, and what closes it.
fn raw_string(text: &str) -> Option<(usize, String)> {
    let after = ["r", "br", "cr"]
        .iter()
        .find_map(|start| text.strip_prefix(start))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then(|| {
        let open = text.len() - after.len() + hashes + 1;
        (open, format!("\"{}", "#".repeat(hashes)))
    })
}

/// Where the closing quote of a plain string stands.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of a character literal; a lifetime is none.
fn char_end(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('\'')?;
    if let Some(escape) = inside.strip_prefix('\\') {
        let first = escape.chars().next()?.len_utf8();
        return Some(2 + first + escape[first..].find('\'')? + 1);
    }
    let first = inside.chars().next()?.len_utf8();
    inside[first..].starts_with('\'').then_some(first + 2)
}

#[test]
fn code_is_told_from_comments_and_literals() {
    let source = "let a = \"x { \\\" //\"; // {\nlet b = r#\"\"q\"#; /* { /* */ \n } */ 'x: loop {}\n\
                  let c = ('{', '\\'', '\\u{7d}'); br\"y\"";
    let text = RustText::of(source);
    assert_eq!(text.code.matches('{').count(), 1, "{}", text.code);
    assert_eq!(text.code.len(), source.len());
    let literals = text
        .literals
        .iter()
        .map(|(line, text)| (*line, text.as_str()));
    assert_eq!(
        literals.collect::<Vec<_>>(),
        [(1, "x { \\\" //"), (2, "\"q"), (4, "y")]
    );
    assert_eq!(text.comments.len(), 2);
}

#[test]
fn blocks_of_tests_are_known() {
    let text = RustText::of("fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\nfn c() {}\n");
    assert_eq!(text.test_lines(), [2..=5]);
}
