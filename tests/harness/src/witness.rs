//! A file outside of Belfry into which programs write that they were started.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use belfry_core::id::RunId;

/// The file.
pub struct Witness {
    path: PathBuf,
}

impl Witness {
    /// In this folder.
    pub fn new(folder: &Path, name: &str) -> Self {
        Self {
            path: folder.join(name),
        }
    }

    /// A line of shell by which a program says that it was started.
    pub fn line(&self) -> String {
        format!(
            "echo \"$BELFRY_RUN_ID $BELFRY_ATTEMPT $(date +%s%3N)\" >> '{}'\n",
            self.path.display()
        )
    }

    /// When each attempt was started, in Unix milliseconds; more than one is a start too many.
    pub fn starts(&self) -> BTreeMap<(RunId, u32), Vec<i64>> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let mut starts: BTreeMap<(RunId, u32), Vec<i64>> = BTreeMap::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [run, attempt, at] = words[..] else {
                panic!("the witness holds a line that says nothing: {line:?}");
            };
            let key = (
                run.parse().expect("a run id"),
                attempt.parse().expect("a number"),
            );
            starts
                .entry(key)
                .or_default()
                .push(at.parse().expect("an instant"));
        }
        starts
    }
}
