//! `DIR/agent.lock`: one agent for each data folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::failure::{Code, Failure};

/// Held for as long as this value lives; the kernel gives it back when the process ends.
pub struct DirLock {
    _file: File,
}

impl DirLock {
    /// Makes the folder if need be, and takes it.
    pub fn take(dir: &Path) -> Result<Self, Failure> {
        let refuse = |error: io::Error| {
            let sentence = format!(
                "could not use the folder {} ({error}): choose another one, or correct its permissions",
                dir.display()
            );
            Failure::new(Code::Configuration, sentence)
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(refuse)?;
        let path = dir.join("agent.lock");
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600);
        let mut file = options.open(&path).map_err(refuse)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(taken(dir)),
            Err(error) => return Err(refuse(error.into())),
        }
        file.set_len(0).map_err(refuse)?;
        writeln!(file, "{}", std::process::id()).map_err(refuse)?;
        Ok(Self { _file: file })
    }
}

/// The process that holds the folder, if one does.
pub fn holder(dir: &Path) -> Option<u32> {
    let path = dir.join("agent.lock");
    let file = File::open(&path).ok()?;
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Err(Errno::WOULDBLOCK) => fs::read_to_string(&path).ok()?.trim().parse().ok(),
        _ => None,
    }
}

fn taken(dir: &Path) -> Failure {
    let who = holder(dir).map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    );
    let sentence = format!(
        "the folder {} is in use by the agent that runs as {who}: stop that one, or choose another folder",
        dir.display()
    );
    Failure::new(Code::Configuration, sentence)
}
