//! The gate: one file that exactly one of supervisor, recovery and kill can create.
//!
//! The content is written under another name first and then linked into place, which is as exclusive as `O_EXCL`
//! and never shows an empty gate to anybody who lives: otherwise recovery could meet the gate of a supervisor that lives but has not
//! yet said who it is, find no process of the run, report it lost, and see it start afterwards. Only a host that went
//! down in that instant may leave an empty one, and it left no process either.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::clock;
use super::folder::{AttemptFolder, FileError, json};
use super::process::ProcessId;

/// Who decides what becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateTaker {
    /// It executes the program.
    Supervisor,
    /// An agent that makes the job's call itself.
    Agent,
    /// An agent that found the attempt after a restart: it never starts.
    Recovery,
    /// An agent that was asked to kill the run before its start: it never starts.
    Kill,
}

/// What is in the gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRecord {
    /// The version of this file, 1.
    pub v: u32,
    /// In which part.
    pub who: GateTaker,
    /// Which process.
    pub process: ProcessId,
    /// In which boot.
    pub boot_id: String,
}

impl GateRecord {
    /// Whether the process that took the gate still runs, in this boot.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        clock::boot_id().is_ok_and(|boot| boot == self.boot_id) && self.process.is_alive()
    }
}

/// Who holds a gate that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateHolder {
    /// As it says.
    Known(GateRecord),
    /// The file says nothing we can read (damaged, or put there by hand). Treat it as the gate of a
    /// supervisor that is gone: end the run's tree before anything else is said.
    Unknown,
}

/// The answer to taking a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateTake {
    /// The caller decides; the gate is durable.
    Taken,
    /// Somebody else did.
    AlreadyTakenBy(GateHolder),
}

impl AttemptFolder {
    /// Takes the gate, durably, unless it is taken.
    ///
    /// # Errors
    /// The disk's; then the gate may or may not be taken, and nothing may be started.
    pub fn take_gate(&self, who: GateTaker) -> Result<GateTake, FileError> {
        let gate = self.path().join("gate");
        let record = identify(who).map_err(FileError::new("identify the taker of", &gate))?;
        let draft = self
            .path()
            .join(format!("gate.{}.{who:?}", record.process.pid));
        let file = write(&draft, &json(&record)).map_err(FileError::new("write", &draft))?;
        let linked = fs::hard_link(&draft, &gate);
        // What matters is the other name; a draft that stays is never read.
        let _ = fs::remove_file(&draft);
        match linked {
            Ok(()) => {
                // Content and name in one go: a host that goes down before has started nothing.
                file.sync_all().map_err(FileError::new("sync", &gate))?;
                self.sync().map(|()| GateTake::Taken)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let holder = self.gate_holder()?.unwrap_or(GateHolder::Unknown);
                Ok(GateTake::AlreadyTakenBy(holder))
            }
            Err(error) => Err(FileError::new("take", &gate)(error)),
        }
    }

    /// Who holds the gate, if anybody.
    ///
    /// # Errors
    /// When the gate is there and the disk does not give it.
    pub fn gate_holder(&self) -> Result<Option<GateHolder>, FileError> {
        let gate = self.path().join("gate");
        match fs::read(&gate) {
            Ok(content) => Ok(Some(
                serde_json::from_slice(&content).map_or(GateHolder::Unknown, GateHolder::Known),
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::new("read", &gate)(error)),
        }
    }
}

fn identify(who: GateTaker) -> io::Result<GateRecord> {
    Ok(GateRecord {
        v: 1,
        who,
        process: ProcessId::current()?,
        boot_id: clock::boot_id()?,
    })
}

fn write(path: &Path, content: &[u8]) -> io::Result<File> {
    // Never the inode of an earlier draft: it may be linked as the gate.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    Ok(file)
}
