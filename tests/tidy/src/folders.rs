//! The map is the country: what ARCHITECTURE.md and README.md say of the tree, and what must
//! not lie in it.

use std::collections::BTreeSet;

use crate::tree::{Findings, Tree, assert_clean, assert_found};

const MAP: &str = "ARCHITECTURE.md";
const COMMANDS: [&str; 2] = ["./dev run", "./dev test"];

/// Names between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Each top-level folder is on the map, and each folder on the map is there.
fn map(tree: &Tree) -> Findings {
    let text = tree.text(MAP).unwrap_or_default();
    let named: BTreeSet<&str> = quoted(text).filter(|name| is_folder(name)).collect();
    let mut folders = BTreeSet::new();
    for path in tree.files.keys() {
        folders.extend(path.match_indices('/').map(|(at, _)| &path[..=at]));
    }
    let top = folders
        .iter()
        .filter(|folder| folder.matches('/').count() == 1);
    let missing = top.filter(|folder| !named.contains(**folder));
    let missing = missing.map(|folder| format!("{MAP} does not name the folder {folder}"));
    let gone = named.iter().filter(|name| !folders.contains(**name));
    missing
        .chain(gone.map(|name| format!("{MAP} names {name}, which is not there")))
        .collect()
}

fn is_folder(name: &str) -> bool {
    let plain = name
        .chars()
        .all(|c| c.is_alphanumeric() || "/-_.".contains(c));
    plain && name.ends_with('/') && !name.starts_with('/')
}

fn readme(tree: &Tree) -> Findings {
    let text = tree.text("README.md").unwrap_or_default();
    let missing = COMMANDS.iter().filter(|command| !text.contains(**command));
    missing
        .map(|command| format!("README.md does not say {command}"))
        .collect()
}

fn generated(tree: &Tree) -> Findings {
    const FOLDERS: [&str; 7] = [
        "node_modules",
        "dist",
        "target",
        "gen",
        "test-results",
        "playwright-report",
        "__pycache__",
    ];
    const ENDS: [&str; 7] = [
        ".tsbuildinfo",
        ".log",
        ".db",
        ".orig",
        ".rej",
        ".snap.new",
        ".proptest-regressions~",
    ];
    const BYTES_MAX: usize = 1 << 20;
    let made = |path: &str| {
        path.split('/').any(|part| FOLDERS.contains(&part))
            || ENDS.iter().any(|end| path.ends_with(end))
    };
    let files = tree.files.iter();
    files
        .filter(|(path, text)| {
            made(path) || text.as_ref().is_some_and(|text| text.len() > BYTES_MAX)
        })
        .map(|(path, _)| format!("{path}: generated, or too big to be written by hand"))
        .collect()
}

#[test]
fn the_map_names_every_folder_and_no_other() {
    assert_clean(&map(&Tree::real()));
}

#[test]
fn the_readme_names_the_commands() {
    assert_clean(&readme(&Tree::real()));
}

#[test]
fn nothing_generated_is_kept() {
    assert_clean(&generated(&Tree::real()));
}

#[test]
fn a_folder_off_the_map_and_one_that_is_gone_are_found() {
    let tree = Tree::sample(&[
        (
            MAP,
            "`core/` and `core/src/` and `gone/`, `/not/ours/`, `a b/`",
        ),
        ("core/src/lib.rs", ""),
        ("new/file", ""),
    ]);
    assert_found(
        &map(&tree),
        &["does not name the folder new/", "names gone/"],
    );
}

#[test]
fn a_readme_without_its_commands_is_found() {
    let tree = Tree::sample(&[("README.md", "`./dev run`")]);
    assert_found(&readme(&tree), &["./dev test"]);
}

#[test]
fn a_generated_file_is_found() {
    let tree = Tree::sample(&[
        ("ui/dist/a.js", ""),
        ("ui/src/distance.ts", ""),
        ("x.db", ""),
    ]);
    assert_found(&generated(&tree), &["ui/dist/a.js", "x.db"]);
}
