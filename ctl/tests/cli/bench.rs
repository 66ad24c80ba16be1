//! A folder with belfryctl on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of stores.
pub struct Bench {
    dir: TempDir,
}

/// What a command did.
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub fn stores(&self) -> PathBuf {
        self.dir.path().join("stores")
    }

    /// Writes a file beside the stores.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    }

    /// Runs a command on this folder.
    pub fn run(&self, words: &[&str]) -> Done {
        let mut command = command();
        command.arg("--embedded").arg(self.stores()).args(words);
        Done::of(command.output().expect("belfryctl starts"))
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub fn ok(&self, words: &[&str]) -> String {
        let done = self.run(words);
        assert_eq!(done.code, 0, "{words:?}: {}{}", done.out, done.err);
        done.out
    }

    /// As [`Bench::ok`], read as JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let out = self.ok(&[words, &["--json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{words:?}: {error}: {out}"))
    }

    /// Runs a command that must fail with this code, and gives its sentence.
    pub fn fails(&self, code: i32, words: &[&str]) -> String {
        let done = self.run(words);
        assert_eq!(done.code, code, "{words:?}: {}{}", done.out, done.err);
        done.err
    }

    /// Applies a text.
    pub fn apply(&self, text: &str) -> String {
        let file = self.file("jobs.toml", text);
        self.ok(&["apply", "-f", &file])
    }
}

/// The program, in surroundings that are the same everywhere.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_belfryctl"));
    command.env("TZ", "UTC").env("LANG", "C").env("USER", "ann");
    command
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .stdin(Stdio::null());
    command
}

impl Done {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let code = output.status.code().expect("an exit code");
        Self {
            code,
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// The jobs that come with Belfry.
pub fn examples() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/jobs.toml");
    path.display().to_string()
}

/// The names of an object's fields, in the order of the alphabet.
pub fn fields(value: &Value) -> String {
    let object = value.as_object().expect("an object");
    object
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}
