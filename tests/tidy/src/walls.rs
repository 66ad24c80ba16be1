//! The walls between the parts: who may import whom, and who alone may spell, query and read.

use std::collections::{BTreeMap, BTreeSet};

use crate::rust_text::RustText;
use crate::tree::{Findings, Tree, assert_clean, assert_found};

const PROGRAMS: [&str; 4] = ["core/src/", "agent/src/", "ctl/src/", "src-tauri/src/"];

/// A word that only the named places may say, and why each of them may.
struct Wall {
    only: &'static [(&'static str, &'static str)],
    instead: &'static str,
}

const KEYS: Wall = Wall {
    only: &[("core/src/keyspace", "spells every key")],
    instead: "keys are spelled in core/src/keyspace.rs only",
};
const KEY_PARTS: [&str; 7] = [
    "/belfry/",
    "/cursor/",
    "/active/",
    "/pending/",
    "/request/",
    "/order/",
    "/nodedef/",
];

const SQL: Wall = Wall {
    only: &[
        ("core/src/history/", "the store of the past"),
        (
            "core/src/coord/embedded",
            "the store of the present on one computer",
        ),
        (
            "core/src/sqlite_file.rs",
            "opens what the embedded stores lie in",
        ),
        ("agent/src/journal", "the agent's own memory is SQLite too"),
    ],
    instead: "SQL is written in history/ and coord/embedded only",
};
const SQL_STARTS: [&str; 8] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE TABLE",
    "ALTER TABLE",
    "PRAGMA ",
    "DROP TABLE",
];

const CLOCK: Wall = Wall {
    only: &[
        ("core/src/clock.rs", "the one reader"),
        (
            "agent/src/attempt/clock.rs",
            "the supervisor links neither tokio nor core's adapters",
        ),
    ],
    instead: "only core/src/clock.rs reads the clock: take `now` as an argument",
};
const CLOCK_CALLS: [&str; 5] = [
    "Timestamp::now(",
    "SystemTime::now(",
    "Instant::now(",
    "Zoned::now(",
    "clock_gettime(",
];
/// Waits of adapters are measured by tokio's clock, which a test can hold; it tells no time.
const TOKIO_INSTANT: &str = "use tokio::time::";

const PURE_NEVER: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "std::io::",
    "tokio::",
    "sqlx::",
];

impl Wall {
    fn guards(&self, path: &str) -> bool {
        let program = PROGRAMS.iter().any(|program| path.starts_with(program));
        program && !self.only.iter().any(|(place, _)| path.starts_with(place))
    }
}

fn in_tests(path: &str, text: &RustText, line: usize) -> bool {
    let file = path.ends_with("/tests.rs") || path.contains("/tests/");
    file || text.test_lines().iter().any(|lines| lines.contains(&line))
}

/// Literals outside of tests that a wall forbids.
fn literals(tree: &Tree, wall: &Wall, forbidden: impl Fn(&str) -> bool) -> Findings {
    let mut findings = Findings::new();
    for (path, source) in tree.ending(&[".rs"]).filter(|(path, _)| wall.guards(path)) {
        let text = RustText::of(source);
        let bad = text
            .literals
            .iter()
            .filter(|(_, literal)| forbidden(literal));
        for (line, literal) in bad.filter(|(line, _)| !in_tests(path, &text, *line)) {
            let shown = literal.chars().take(40).collect::<String>();
            findings.push(format!("{path}:{line}: {shown:?}: {}", wall.instead));
        }
    }
    findings
}

fn keys(tree: &Tree) -> Findings {
    literals(tree, &KEYS, |literal| {
        KEY_PARTS.iter().any(|part| literal.contains(part))
    })
}

fn sql(tree: &Tree) -> Findings {
    literals(tree, &SQL, |literal| {
        SQL_STARTS
            .iter()
            .any(|start| literal.trim_start().starts_with(start))
    })
}

fn clock(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (path, source) in tree.ending(&[".rs"]).filter(|(path, _)| CLOCK.guards(path)) {
        let text = RustText::of(source);
        let tokio = text
            .lines()
            .any(|(_, line)| line.starts_with(TOKIO_INSTANT) && line.contains("Instant"));
        for (line, code) in text.lines() {
            let call = CLOCK_CALLS.iter().find(|call| code.contains(**call));
            let Some(call) = call.filter(|call| !(tokio && **call == "Instant::now(")) else {
                continue;
            };
            if !in_tests(path, &text, line) {
                findings.push(format!("{path}:{line}: {call}): {}", CLOCK.instead));
            }
        }
    }
    findings
}

/// A module of core as `lib.rs` declares it: the group of lines it stands in, and its feature.
struct Declared {
    group: usize,
    io: bool,
}

fn declared(lib: &str) -> BTreeMap<String, Declared> {
    let (mut group, mut io, mut modules) = (0, false, BTreeMap::new());
    for line in lib.lines() {
        if line.trim().is_empty() {
            group += 1;
        }
        if line.starts_with("#[cfg(feature = \"io\")]") {
            io = true;
        }
        let name = line.strip_prefix("pub ").unwrap_or(line);
        if let Some(name) = name
            .strip_prefix("mod ")
            .and_then(|name| name.strip_suffix(';'))
        {
            modules.insert(name.to_owned(), Declared { group, io });
            io = false;
        }
    }
    modules
}

/// The modules of the crate that a file names after `crate::`, with the lines.
fn imports(text: &RustText) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    for (at, start) in text.code.match_indices("crate::") {
        let rest = &text.code[at + start.len()..];
        let line = text.line_at(at);
        match rest.strip_prefix('{') {
            None => names.push((line, first_word(rest))),
            Some(group) => {
                let mut depth = 0;
                let mut fresh = true;
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => fresh = true,
                        _ if fresh && !c.is_whitespace() => {
                            names.push((line, first_word(&group[at..])));
                            fresh = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    names
}

fn first_word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Imports inside core go down only: to earlier groups of `lib.rs`, never in a circle within
/// one, and never between the two ports.
fn downward(tree: &Tree) -> Findings {
    let modules = declared(tree.text("core/src/lib.rs").unwrap_or_default());
    let mut findings = Findings::new();
    let mut pairs = BTreeSet::new();
    for (path, source) in tree.ending(&[".rs"]) {
        let Some(inside) = path.strip_prefix("core/src/") else {
            continue;
        };
        let own = inside.split(['/', '.']).next().unwrap_or_default();
        let Some(from) = modules.get(own) else {
            continue;
        };
        for (line, name) in imports(&RustText::of(source)) {
            let Some(to) = modules.get(&name).filter(|_| name != own) else {
                continue;
            };
            let ports = ["coord", "history"];
            if to.group > from.group {
                findings.push(format!(
                    "{path}:{line}: {own} imports {name}, which lies above it"
                ));
            } else if ports.contains(&own) && ports.contains(&name.as_str()) {
                findings.push(format!(
                    "{path}:{line}: the ports know nothing of each other"
                ));
            } else if pairs.contains(&(name.clone(), own.to_owned())) {
                findings.push(format!("{path}:{line}: {own} and {name} import each other"));
            }
            pairs.insert((own.to_owned(), name));
        }
    }
    findings
}

/// The half of core without the feature `io` names nothing of the outside world.
fn pure(tree: &Tree) -> Findings {
    let modules = declared(tree.text("core/src/lib.rs").unwrap_or_default());
    let mut findings = Findings::new();
    for (path, source) in tree.ending(&[".rs"]) {
        let Some(inside) = path.strip_prefix("core/src/") else {
            continue;
        };
        let own = inside.split(['/', '.']).next().unwrap_or_default();
        if modules.get(own).is_none_or(|module| module.io) {
            continue;
        }
        let text = RustText::of(source);
        for (line, code) in text.lines() {
            let outside = PURE_NEVER.iter().find(|name| code.contains(**name));
            if let Some(name) = outside.filter(|_| !in_tests(path, &text, line)) {
                findings.push(format!("{path}:{line}: {name} in the pure half of core"));
            }
        }
    }
    findings
}

#[test]
fn imports_inside_core_go_down_only() {
    assert_clean(&downward(&Tree::real()));
}

#[test]
fn the_pure_half_of_core_stays_pure() {
    assert_clean(&pure(&Tree::real()));
}

#[test]
fn only_keyspace_spells_keys() {
    assert_clean(&keys(&Tree::real()));
}

#[test]
fn only_the_stores_hold_sql() {
    assert_clean(&sql(&Tree::real()));
}

#[test]
fn only_clock_reads_the_clock() {
    assert_clean(&clock(&Tree::real()));
}

const LIB: &str = "pub mod id;\n\npub mod job;\npub mod run;\n\n#[cfg(feature = \"io\")]\n\
                   pub mod coord;\n#[cfg(feature = \"io\")]\npub mod history;\n";

#[test]
fn an_import_upwards_sideways_or_in_a_circle_is_found() {
    let tree = Tree::sample(&[
        (
            "core/src/coord/embedded.rs",
            "use crate::{id::X, history::{Y, run}};",
        ),
        ("core/src/id.rs", "use crate::run::Run;"),
        ("core/src/job.rs", "use crate::{id, run};"),
        ("core/src/lib.rs", LIB),
        (
            "core/src/run.rs",
            "// crate::coord\nfn a(b: crate::job::Job) {}",
        ),
    ]);
    assert_found(
        &downward(&tree),
        &[
            "ports know nothing",
            "id imports run, which lies above",
            "run and job import each other",
        ],
    );
}

#[test]
fn the_outside_world_in_the_pure_half_is_found() {
    let tree = Tree::sample(&[
        ("core/src/lib.rs", LIB),
        ("core/src/history/sqlite.rs", "use std::fs;"),
        (
            "core/src/job.rs",
            "use std::fs;\n#[cfg(test)]\nmod tests { use std::env; }",
        ),
    ]);
    assert_found(&pure(&tree), &["core/src/job.rs:1: std::fs"]);
}

#[test]
fn keys_and_sql_in_other_places_are_found() {
    let source = "fn a() { b(\"{p}/cursor/{j}\"); c(\" SELECT 1\"); }\n// /cursor/ SELECT 1";
    let tree = Tree::sample(&[
        ("agent/src/engine.rs", source),
        (
            "core/src/history/sqlite.rs",
            "const Q: &str = \"SELECT 1\";",
        ),
        ("core/src/keyspace.rs", "const P: &str = \"/cursor/\";"),
    ]);
    assert_found(&keys(&tree), &["agent/src/engine.rs:1"]);
    assert_found(&sql(&tree), &["agent/src/engine.rs:1"]);
}

#[test]
fn another_reader_of_the_clock_is_found() {
    let tree = Tree::sample(&[
        (
            "agent/src/a.rs",
            "fn a() { Timestamp::now(); }\nfn b() { std::time::Instant::now(); }",
        ),
        ("core/src/clock.rs", "fn a() { Timestamp::now(); }"),
        (
            "core/src/coord.rs",
            "use tokio::time::{Instant, sleep};\nfn a() { Instant::now(); }",
        ),
        (
            "core/src/run.rs",
            "#[cfg(test)]\nmod tests { fn a() { Timestamp::now(); } }",
        ),
    ]);
    assert_found(
        &clock(&tree),
        &["agent/src/a.rs:1: Timestamp", "agent/src/a.rs:2: Instant"],
    );
}
