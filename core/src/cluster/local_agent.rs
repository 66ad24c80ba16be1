//! This computer's own agent as a process: known by its folder's lock, started apart from
//! whoever starts it, asked to end by a signal. What it does is told by the stores, not here.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use crate::clock;
use crate::limits::{AGENT_LOOK_EVERY, AGENT_UP_WITHIN};
use crate::view::AgentState;

/// The file that an agent holds as long as it lives; its process id stands in it.
const LOCK: &str = "agent.lock";
/// Where an agent that a window started writes its log.
const LOG: &str = "agent.log";

/// The agent of a folder.
#[derive(Clone, Debug)]
pub struct LocalAgent {
    dir: PathBuf,
}

/// Why an agent could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum LocalAgentError {
    /// The program or its log is not to be had.
    #[error("could not start the agent {}: {source}", program.display())]
    Start {
        /// What was to be started.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It ended at once, or hangs.
    #[error("the agent was started and is not up: {} says why", log.display())]
    NotUp {
        /// What it has said.
        log: PathBuf,
    },
    /// The signal was refused.
    #[error("could not ask the agent, process {pid}, to end: {source}")]
    Stop {
        /// The process.
        pid: i32,
        /// Why not.
        source: Errno,
    },
}

impl LocalAgent {
    /// The agent of this folder, whether it runs or not.
    pub fn of(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    /// How it stands, given what its sessions in the store say.
    ///
    /// A crashed agent's session outlives it for a while, and one that ends gives its session
    /// back first; the lock knows better in both cases.
    pub fn state(&self, seen: AgentState) -> AgentState {
        match (self.is_held(), seen) {
            (false, _) => AgentState::Stopped,
            (true, AgentState::Running) => AgentState::Running,
            (true, _) => AgentState::Starting,
        }
    }

    /// Starts `program` in a session of its own, unless an agent is there, and waits until it
    /// has the folder. It stays when its starter ends; its log goes on in the folder.
    pub async fn start(&self, program: &Path) -> Result<(), LocalAgentError> {
        if self.is_held() {
            return Ok(());
        }
        let before = self.taken_at();
        self.spawn(program)
            .map_err(|source| LocalAgentError::Start {
                program: program.to_owned(),
                source,
            })?;
        let deadline = clock::boot().saturating_add(AGENT_UP_WITHIN);
        // To try the lock while the agent takes it could make the agent fail.
        while self.taken_at() == before || !self.is_held() {
            if clock::boot() >= deadline {
                return Err(LocalAgentError::NotUp {
                    log: self.dir.join(LOG),
                });
            }
            tokio::time::sleep(AGENT_LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Asks it to end; running programs go on. Nothing happens when none runs.
    pub fn stop(&self) -> Result<(), LocalAgentError> {
        let Some(pid) = self.holder() else {
            return Ok(());
        };
        match kill_process(pid, Signal::TERM) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(source) => Err(LocalAgentError::Stop {
                pid: pid.as_raw_nonzero().get(),
                source,
            }),
        }
    }

    fn spawn(&self, program: &Path) -> io::Result<()> {
        // setsid would say it only in the log.
        fs::metadata(program)?;
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(self.dir.join(LOG))?;
        // The one in between ends at once, so that the agent is nobody's child but the system's.
        let mut starter = Command::new("setsid");
        starter
            .arg("--fork")
            .arg(program)
            .args(["run", "--embedded"])
            .arg(&self.dir);
        starter.env_remove("BELFRY_RUN_ID").current_dir("/");
        starter
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let status = starter.status()?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("setsid ended with {status}")))
        }
    }

    /// When an agent last wrote its process id, having got the lock.
    fn taken_at(&self) -> Option<SystemTime> {
        fs::metadata(self.dir.join(LOCK))
            .and_then(|lock| lock.modified())
            .ok()
    }

    fn is_held(&self) -> bool {
        let Ok(file) = File::open(self.dir.join(LOCK)) else {
            return false;
        };
        flock(&file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK)
    }

    fn holder(&self) -> Option<Pid> {
        if !self.is_held() {
            return None;
        }
        let text = fs::read_to_string(self.dir.join(LOCK)).ok()?;
        text.trim().parse().ok().and_then(Pid::from_raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_knows_better_than_a_session() {
        let folder = tempfile::tempdir().expect("a folder");
        let agent = LocalAgent::of(folder.path());
        assert_eq!(agent.state(AgentState::Running), AgentState::Stopped);
        let lock = File::create(folder.path().join(LOCK)).expect("a file");
        assert_eq!(agent.state(AgentState::Running), AgentState::Stopped);
        flock(&lock, FlockOperation::LockExclusive).expect("nobody else has it");
        assert_eq!(agent.state(AgentState::Stopped), AgentState::Starting);
        assert_eq!(agent.state(AgentState::Running), AgentState::Running);
    }

    #[test]
    fn stopping_where_none_runs_is_no_error() {
        let folder = tempfile::tempdir().expect("a folder");
        LocalAgent::of(folder.path())
            .stop()
            .expect("there is nothing to do");
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_said_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let started = LocalAgent::of(folder.path())
            .start(&folder.path().join("nothing"))
            .await;
        assert!(matches!(started, Err(LocalAgentError::Start { .. })));
    }
}
