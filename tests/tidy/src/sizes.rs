//! Nothing grows too big to be read: files and functions.

use crate::rust_text::RustText;
use crate::tree::{Findings, Tree, assert_clean, assert_found};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

/// Files that nobody writes by hand; a test of core keeps this one as core's types say.
const MADE: [&str; 1] = ["ui/src/backend/types.ts"];

fn files(tree: &Tree) -> Findings {
    let sources = tree.ending(&[".rs", ".ts", ".vue", ".sh", "/dev"]);
    sources
        .filter(|(path, _)| !MADE.contains(path))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(path, lines)| format!("{path}: {lines} lines, {FILE_LINES_MAX} at most"))
        .collect()
}

fn functions(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (path, source) in tree.ending(&[".rs"]) {
        let text = RustText::of(source);
        for (name, at) in function_starts(&text.code) {
            let Some(open) = body_of(&text.code, at) else {
                continue;
            };
            let Some(close) = text.close_of(open) else {
                continue;
            };
            let (first, last) = (text.line_at(at), text.line_at(close));
            let lines = last + 1 - first;
            if lines > FUNCTION_LINES_MAX {
                findings.push(format!(
                    "{path}:{first}: {name} has {lines} lines, {FUNCTION_LINES_MAX} at most"
                ));
            }
        }
    }
    findings
}

fn function_starts(code: &str) -> impl Iterator<Item = (&str, usize)> {
    code.match_indices("fn ").filter_map(|(at, _)| {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|last| last.is_alphanumeric() || last == '_') {
            return None;
        }
        let name = &code[at + 3..];
        let end = name.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        (end > 0).then_some((&name[..end], at))
    })
}

/// Where the body of the function declared at `at` opens; a declaration without one has none.
fn body_of(code: &str, at: usize) -> Option<usize> {
    let mut depth = 0;
    for (offset, byte) in code[at..].bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(at + offset),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[test]
fn no_file_is_too_long() {
    assert_clean(&files(&Tree::real()));
}

#[test]
fn no_function_is_too_long() {
    assert_clean(&functions(&Tree::real()));
}

#[test]
fn a_file_that_is_too_long_is_found() {
    let long = "\n".repeat(501);
    let fits = "\n".repeat(500);
    let tree = Tree::sample(&[("a.vue", &long), ("b.ts", &fits), ("c.md", &long)]);
    assert_found(&files(&tree), &["a.vue: 501 lines"]);
}

#[test]
fn a_function_that_is_too_long_is_found() {
    let body = "    // {\n".repeat(69);
    let source = format!(
        "trait T {{ fn declared(&self, a: [u8; 2]); }}\nfn long(a: [u8; 2]) {{\n{body}}}\n\
         fn fits() {{\n{}}}\n",
        &body[9..]
    );
    let tree = Tree::sample(&[("core/src/a.rs", &source)]);
    assert_found(&functions(&tree), &["core/src/a.rs:2: long has 71 lines"]);
}
