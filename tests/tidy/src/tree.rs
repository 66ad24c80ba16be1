//! The files of the repository, and what is found wrong in them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files by their path from the root; a file that is no text has none.
pub struct Tree {
    pub files: BTreeMap<String, Option<String>>,
}

/// What is wrong, where: `path:line: sentence`.
pub type Findings = Vec<String>;

/// The repository's root.
pub fn root() -> PathBuf {
    let tidy = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where tidy lies");
    Path::new(&tidy)
        .ancestors()
        .nth(2)
        .expect("tidy lies in tests/tidy")
        .to_owned()
}

impl Tree {
    /// Everything that git keeps or would keep.
    pub fn real() -> Tree {
        let root = root();
        let listing = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(&root)
            .output()
            .expect("git lists the files");
        assert!(listing.status.success(), "git could not list the files");
        let listing = String::from_utf8(listing.stdout).expect("paths are UTF-8");
        let mut files = BTreeMap::new();
        for path in listing.split_terminator('\0') {
            if let Ok(bytes) = std::fs::read(root.join(path)) {
                files.insert(path.to_owned(), String::from_utf8(bytes).ok());
            }
        }
        assert!(
            files.contains_key("Cargo.toml"),
            "the tree has its Cargo.toml"
        );
        Tree { files }
    }

    /// A tree made up for a test.
    pub fn sample(files: &[(&str, &str)]) -> Tree {
        let files = files.iter();
        Tree {
            files: files
                .map(|(path, text)| ((*path).into(), Some((*text).into())))
                .collect(),
        }
    }

    /// The text of a file, if it is there and text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// The text files whose names end with one of `ends`.
    pub fn ending<'a>(&'a self, ends: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| ends.iter().any(|end| path.ends_with(end)))
            .filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }
}

/// Fails with every finding on a line of its own.
pub fn assert_clean(findings: &Findings) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

/// Fails unless exactly these findings were made, each given by a part of its sentence.
pub fn assert_found(findings: &Findings, parts: &[&str]) {
    assert_eq!(findings.len(), parts.len(), "{findings:#?}");
    for (finding, part) in findings.iter().zip(parts) {
        assert!(finding.contains(part), "{finding:?} does not say {part:?}");
    }
}
