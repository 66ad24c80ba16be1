//! Words that do not belong into this tree.

use crate::rust_text::RustText;
use crate::tree::{Findings, Tree, assert_clean, assert_found};

/// Names that say nothing, and names that the design calls otherwise.
const NAMES: [&str; 10] = [
    "Manager",
    "Helper",
    "Helpers",
    "Util",
    "Utils",
    "Common",
    "Processor",
    "Task",
    "Execution",
    "Worker",
];
const FILES: [&str; 9] = [
    "manager",
    "helper",
    "helpers",
    "util",
    "utils",
    "common",
    "processor",
    "misc",
    "shared",
];

/// Code that is put off or hushed, and what to do instead.
const CODE: [(&str, &str); 6] = [
    ("#[allow(", "say #[expect(…, reason = …)]"),
    ("#![allow(", "say #[expect(…, reason = …)]"),
    ("#[ignore", "a test runs or goes"),
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
    ("dbg!(", "log it or drop it"),
];
const COMMENTS: [&str; 3] = ["TODO", "FIXME", "XXX"];

/// A pause for a fixed time, as the code of a test may spell it.
const PAUSES: [&str; 3] = ["sleep(", "waitForTimeout(", "park_timeout("];
/// Places where a test pauses all the same, and why.
const MAY_PAUSE: [(&str, &str); 1] = [(
    "agent/tests/supervisor/fixture.rs",
    "polls for a state that another process reaches",
)];

fn is_test_file(path: &str) -> bool {
    let test = [".test.ts", ".spec.ts", "/tests.rs"]
        .iter()
        .any(|end| path.ends_with(end));
    test || path.starts_with("tests/") || path.contains("/tests/") || path.contains("/e2e/")
}

/// The parts of a name: `JobManager` is job and manager.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = name
        .char_indices()
        .filter(|(_, c)| c.is_uppercase())
        .map(|(at, _)| at)
        .collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([name.len()]).collect();
    starts
        .into_iter()
        .zip(ends)
        .map(|(start, end)| &name[start..end])
}

fn declared_name(line: &str) -> Option<&str> {
    const KINDS: [&str; 6] = ["struct", "enum", "trait", "type", "class", "interface"];
    let mut words = line
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .skip_while(|word| {
            [
                "pub", "crate", "super", "export", "default", "abstract", "", "in",
            ]
            .contains(word)
        });
    KINDS
        .contains(&words.next()?)
        .then(|| words.next())
        .flatten()
}

fn names(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (path, source) in tree.ending(&[".rs", ".ts", ".vue"]) {
        let stem = path
            .rsplit('/')
            .next()
            .and_then(|name| name.split('.').next());
        let stem = stem.unwrap_or_default();
        if FILES.contains(&stem) || parts(stem).any(|part| NAMES.contains(&part)) {
            findings.push(format!(
                "{path}: the file's name says nothing or is not our word"
            ));
        }
        for (line, code) in RustText::of(source).lines() {
            let Some(name) = declared_name(code) else {
                continue;
            };
            if parts(name).any(|part| NAMES.contains(&part)) {
                findings.push(format!(
                    "{path}:{line}: {name} says nothing or is not our word"
                ));
            }
        }
    }
    findings
}

fn put_off(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (path, source) in tree.ending(&[".rs"]) {
        let text = RustText::of(source);
        for (line, code) in text.lines() {
            for (word, instead) in CODE.iter().filter(|(word, _)| code.contains(word)) {
                findings.push(format!("{path}:{line}: {word}: {instead}"));
            }
        }
        for (line, comment) in &text.comments {
            if COMMENTS.iter().any(|word| comment.contains(word)) {
                findings.push(format!("{path}:{line}: a comment that puts work off"));
            }
        }
    }
    for (path, source) in tree.ending(&[".ts", ".vue", ".sh", ".sql", ".css"]) {
        for (at, line) in source.lines().enumerate() {
            if COMMENTS.iter().any(|word| line.contains(word)) {
                findings.push(format!("{path}:{}: a comment that puts work off", at + 1));
            }
        }
    }
    findings
}

fn pauses(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (path, source) in tree.ending(&[".rs", ".ts"]) {
        if MAY_PAUSE.iter().any(|(place, _)| path.starts_with(place)) {
            continue;
        }
        let text = RustText::of(source);
        let tests = text.test_lines();
        for (line, code) in text.lines() {
            let test = is_test_file(path) || tests.iter().any(|lines| lines.contains(&line));
            if test && PAUSES.iter().any(|pause| code.contains(pause)) {
                findings.push(format!(
                    "{path}:{line}: a test waits for states, never for times"
                ));
            }
        }
    }
    findings
}

/// Hosts of registries and folders of one machine, put together here so that they do not stand
/// in the tree.
fn foreign_words() -> Vec<String> {
    let hosts = [
        ("registry", "npmjs.org"),
        ("static.crates", "io"),
        ("index.crates", "io"),
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("deb.debian", "org"),
        ("security.debian", "org"),
        ("proxy.golang", "org"),
        ("repo.maven.apache", "org"),
    ];
    let hosts = hosts.iter().map(|(name, top)| format!("{name}.{top}"));
    let folders = ["root", "work"].map(|folder| format!("/{folder}/"));
    hosts.chain(folders).collect()
}

fn foreign(tree: &Tree) -> Findings {
    let words = foreign_words();
    let mut findings = Findings::new();
    for (path, text) in tree.ending(&[""]).filter(|(path, _)| *path != "Cargo.lock") {
        for (at, line) in text.lines().enumerate() {
            for word in words.iter().filter(|word| stands_alone(line, word)) {
                findings.push(format!(
                    "{path}:{}: {word} ties the tree to one machine",
                    at + 1
                ));
            }
        }
    }
    findings
}

/// Whether `word` occurs other than as the tail of a longer path.
fn stands_alone(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !word.starts_with('/')
            || !before.is_some_and(|c| c.is_alphanumeric() || "}._-*/".contains(c))
    })
}

#[test]
fn names_say_something() {
    assert_clean(&names(&Tree::real()));
}

#[test]
fn nothing_is_put_off_or_hushed() {
    assert_clean(&put_off(&Tree::real()));
}

#[test]
fn no_test_waits_for_a_time() {
    assert_clean(&pauses(&Tree::real()));
}

#[test]
fn no_host_and_no_folder_of_one_machine_is_named() {
    assert_clean(&foreign(&Tree::real()));
}

#[test]
fn a_name_that_says_nothing_is_found() {
    let tree = Tree::sample(&[
        ("agent/src/utils.rs", ""),
        (
            "core/src/a.rs",
            "pub(crate) struct JobManager;\nenum RunTask {}\nstruct Tasking;",
        ),
        (
            "ui/src/b.ts",
            "export interface ListHelper {}\n// class Util",
        ),
    ]);
    assert_found(
        &names(&tree),
        &[
            "utils.rs",
            "a.rs:1: JobManager",
            "a.rs:2: RunTask",
            "b.ts:1",
        ],
    );
}

#[test]
fn what_is_put_off_or_hushed_is_found() {
    let later = COMMENTS[0];
    let source = format!("#[allow(x)]\n#[ignore = \"y\"]\nfn a() {{ todo!() }} // {later}");
    let tree = Tree::sample(&[("a.rs", &source), ("b.vue", &format!("<!-- {later} -->"))]);
    let expected = [
        "a.rs:1: #[allow(",
        "a.rs:2: #[ignore",
        "a.rs:3: todo!(",
        "a.rs:3",
        "b.vue:1",
    ];
    assert_found(&put_off(&tree), &expected);
}

#[test]
fn a_pause_in_a_test_is_found() {
    let tree = Tree::sample(&[
        (
            "agent/src/a.rs",
            "fn a() { sleep(B) }\n#[cfg(test)]\nmod tests { fn b() { sleep(C) } }",
        ),
        ("ui/src/b.spec.ts", "await page.waitForTimeout(5)"),
    ]);
    assert_found(&pauses(&tree), &["agent/src/a.rs:3", "ui/src/b.spec.ts:1"]);
}

#[test]
fn a_host_or_a_folder_of_one_machine_is_found() {
    let words = foreign_words();
    let host = format!("https://{}/a", words[0]);
    let folder = format!("\"{}a\"", words[words.len() - 1]);
    let inside = format!("agent{}a", words[words.len() - 1]);
    let tree = Tree::sample(&[("a.md", &host), ("b.json", &folder), ("c.md", &inside)]);
    assert_found(&foreign(&tree), &["a.md:1", "b.json:1"]);
}
