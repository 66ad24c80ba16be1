//! Shipped steps of the stores' schemas stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::tree::{Findings, Tree, assert_clean, assert_found};

/// The listing beside a `migrations` folder's steps: `SHA-256  path from that folder`.
const LISTING: &str = "hashes.txt";

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Steps by their `migrations/` folder: path from there, and text.
fn steps(tree: &Tree) -> BTreeMap<&str, Vec<(&str, &str)>> {
    let mut steps: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (path, text) in tree.ending(&[".sql"]) {
        let start = if path.starts_with("migrations/") {
            Some(0)
        } else {
            path.find("/migrations/")
        };
        let Some(at) = start else { continue };
        let end = at + path[at..].find("migrations/").expect("found above") + "migrations/".len();
        steps
            .entry(&path[..end])
            .or_default()
            .push((&path[end..], text));
    }
    steps
}

/// Numbers run from 1 without gaps in each folder.
fn numbers(tree: &Tree) -> Findings {
    let mut series: BTreeMap<String, BTreeSet<Option<u32>>> = BTreeMap::new();
    for (folder, steps) in steps(tree) {
        for (path, _) in steps {
            let (place, name) = path.rsplit_once('/').unwrap_or(("", path));
            let number = name
                .split('_')
                .next()
                .and_then(|number| number.parse().ok());
            let fresh = series
                .entry(format!("{folder}{place}"))
                .or_default()
                .insert(number);
            if !fresh {
                series
                    .entry(format!("{folder}{path}"))
                    .or_default()
                    .insert(None);
            }
        }
    }
    let broken = series.into_iter().filter(|(_, numbers)| {
        !numbers
            .iter()
            .copied()
            .eq((1..).take(numbers.len()).map(Some))
    });
    broken
        .map(|(place, _)| format!("{place}: steps are numbered from 1 without gaps"))
        .collect()
}

fn hashes(tree: &Tree) -> Findings {
    let mut findings = Findings::new();
    for (folder, steps) in steps(tree) {
        let listing = format!("{folder}{LISTING}");
        let listed = tree.text(&listing).unwrap_or_default();
        let mut listed: BTreeMap<&str, &str> = listed
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(hash, path)| (path, hash))
            .collect();
        for (path, text) in steps {
            let hash = sha256(text);
            match listed.remove(path) {
                None => findings.push(format!("{listing} lacks the line: {hash}  {path}")),
                Some(shipped) if shipped != hash => {
                    findings.push(format!(
                        "{folder}{path}: a shipped step is edited; add a new one"
                    ));
                }
                Some(_) => {}
            }
        }
        findings.extend(
            listed
                .keys()
                .map(|path| format!("{folder}{path}: a shipped step is gone")),
        );
    }
    findings
}

#[test]
fn steps_are_numbered_without_gaps() {
    assert_clean(&numbers(&Tree::real()));
}

#[test]
fn shipped_steps_are_not_edited() {
    assert_clean(&hashes(&Tree::real()));
}

#[test]
fn a_gap_and_a_double_number_are_found() {
    let tree = Tree::sample(&[
        ("core/migrations/a/0001_x.sql", ""),
        ("core/migrations/a/0003_x.sql", ""),
        ("migrations/b/0001_x.sql", ""),
        ("migrations/b/0001_y.sql", ""),
        ("migrations/c/0001_x.sql", ""),
        ("migrations/c/0002_x.sql", ""),
    ]);
    assert_found(
        &numbers(&tree),
        &["core/migrations/a", "migrations/b/0001_y.sql"],
    );
}

#[test]
fn an_edited_an_unlisted_and_a_lost_step_are_found() {
    let listing = format!(
        "{}  a/0001_x.sql\n{}  a/0003_z.sql\n",
        sha256("old"),
        sha256("")
    );
    let tree = Tree::sample(&[
        ("migrations/a/0001_x.sql", "new"),
        ("migrations/a/0002_y.sql", ""),
        ("migrations/hashes.txt", &listing),
    ]);
    assert_found(
        &hashes(&tree),
        &[
            "0001_x.sql: a shipped step is edited",
            "lacks the line",
            "is gone",
        ],
    );
}
