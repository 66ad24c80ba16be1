//! The programs under test: built once, then kept where no later build replaces them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

/// Names a `belfry-agent` to be tested instead of the one of this tree; `belfry-run` lies beside it.
const GIVEN: &str = "BELFRY_AGENT";

/// `belfry-agent`, with `belfry-run` beside it.
pub fn agent() -> &'static Path {
    static AGENT: OnceLock<(PathBuf, Option<TempDir>)> = OnceLock::new();
    let (agent, _) = AGENT.get_or_init(|| match env::var_os(GIVEN) {
        Some(given) => (PathBuf::from(given), None),
        None => built(),
    });
    agent
}

fn built() -> (PathBuf, Option<TempDir>) {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--package", "belfry-agent", "--bins"]);
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    let folder = env::current_exe().expect("a test has a path");
    let folder = folder
        .parent()
        .and_then(Path::parent)
        .expect("it lies in target/<profile>/deps");
    if folder.ends_with("release") {
        build.arg("--release");
    }
    let status = build.status().expect("cargo can be run");
    assert!(
        status.success(),
        "belfry-agent could not be built: {status}"
    );
    let kept = tempfile::tempdir().expect("a folder");
    for name in ["belfry-agent", "belfry-run"] {
        fs::copy(folder.join(name), kept.path().join(name)).expect("the build made it");
    }
    (kept.path().join("belfry-agent"), Some(kept))
}
