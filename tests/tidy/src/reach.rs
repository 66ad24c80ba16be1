//! Every Rust file is compiled: from a crate's root along `mod` declarations.

use std::collections::BTreeSet;

use crate::rust_text::RustText;
use crate::tree::{Findings, Tree, assert_clean, assert_found};

/// The files that cargo compiles by itself, and those a manifest names.
fn roots(tree: &Tree) -> BTreeSet<String> {
    let mut roots = BTreeSet::new();
    for (manifest, text) in tree.ending(&["Cargo.toml"]) {
        let folder = manifest
            .strip_suffix("Cargo.toml")
            .expect("the filter says so");
        roots.extend(text.lines().filter_map(|line| {
            let path = line.trim().strip_prefix("path = \"")?.strip_suffix('"')?;
            path.ends_with(".rs").then(|| format!("{folder}{path}"))
        }));
        for path in tree.files.keys() {
            let Some(inside) = path.strip_prefix(folder) else {
                continue;
            };
            let parts: Vec<&str> = inside.split('/').collect();
            let found = match parts.as_slice() {
                ["build.rs"] | ["src", "lib.rs" | "main.rs"] => true,
                ["tests" | "examples" | "benches", file] | ["src", "bin", file] => {
                    file.ends_with(".rs")
                }
                ["tests" | "examples" | "benches", _, "main.rs"] | ["src", "bin", _, "main.rs"] => {
                    true
                }
                _ => false,
            };
            if found {
                roots.insert(path.clone());
            }
        }
    }
    roots
}

/// The files that the modules declared in `path` may lie in; those there are taken.
fn children(path: &str, source: &str, root: bool) -> Vec<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    let own = if root || stem == "mod" {
        folder.to_owned()
    } else {
        format!("{folder}/{stem}")
    };
    let text = RustText::of(source);
    let mut files = Vec::new();
    for (_, line) in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(at) = words.iter().position(|word| *word == "mod") else {
            continue;
        };
        let Some(module) = words.get(at + 1).and_then(|word| word.strip_suffix(';')) else {
            continue;
        };
        files.push(format!("{own}/{module}.rs"));
        files.push(format!("{own}/{module}/mod.rs"));
    }
    if text.code.contains("#[path") {
        let literals = text
            .literals
            .iter()
            .filter(|(_, literal)| literal.ends_with(".rs"));
        files.extend(literals.map(|(_, literal)| resolve(folder, literal)));
    }
    files
}

/// A path written relative to a folder.
pub fn resolve(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in relative.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn dead(tree: &Tree) -> Findings {
    let roots = roots(tree);
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<String> = roots.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        if let Some(source) = tree.text(&path).filter(|_| reached.insert(path.clone())) {
            waiting.extend(children(&path, source, roots.contains(&path)));
        }
    }
    let rust = tree.ending(&[".rs"]).map(|(path, _)| path);
    rust.filter(|path| !reached.contains(*path))
        .map(|path| format!("{path}: no module declares it"))
        .collect()
}

fn mod_files(tree: &Tree) -> Findings {
    let files = tree.ending(&["/mod.rs"]).map(|(path, _)| path);
    files
        .map(|path| format!("{path}: name it after its folder, beside it"))
        .collect()
}

#[test]
fn every_rust_file_is_compiled() {
    assert_clean(&dead(&Tree::real()));
}

#[test]
fn modules_lie_beside_their_folders() {
    assert_clean(&mod_files(&Tree::real()));
}

#[test]
fn a_dead_file_is_found() {
    let tree = Tree::sample(&[
        ("a/Cargo.toml", "[[bin]]\npath = \"odd/start.rs\""),
        ("a/odd/start.rs", "mod beside;"),
        ("a/odd/beside.rs", ""),
        (
            "a/src/lib.rs",
            "pub mod one;\n// mod dead;\n#[path = \"odd.rs\"]\nmod two;",
        ),
        ("a/src/one.rs", "mod inner;"),
        ("a/src/one/inner.rs", ""),
        ("a/src/one/mod.rs", ""),
        ("a/src/dead.rs", ""),
        ("a/src/odd.rs", ""),
        ("a/tests/x.rs", "mod x { }"),
    ]);
    assert_found(&dead(&tree), &["a/src/dead.rs"]);
    assert_found(&mod_files(&tree), &["a/src/one/mod.rs"]);
}
