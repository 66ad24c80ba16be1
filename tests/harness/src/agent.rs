//! An agent as a process.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::{programs, wait};

/// A running `belfry-agent run`. Dropping it kills it; its programs go on.
pub struct Agent {
    child: Child,
    log: PathBuf,
}

impl Agent {
    /// Starts one on this folder; its log goes to `DIR/agent.log`, after what is there.
    pub fn start(dir: &Path, arguments: &[&str]) -> Self {
        Self::start_as("--embedded", dir, dir, arguments)
    }

    /// Starts one that is told by `DIR/agent.toml` where everything is.
    pub fn start_configured(dir: &Path) -> Self {
        Self::start_as("--config", &dir.join("agent.toml"), dir, &[])
    }

    fn start_as(place: &str, path: &Path, dir: &Path, arguments: &[&str]) -> Self {
        let log = dir.join("agent.log");
        let file: File = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .expect("the folder is ours");
        let mut command = Command::new(programs::agent());
        command.args(["run", place]).arg(path).args(arguments);
        command
            .env_remove("BELFRY_RUN_ID")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        let child = command.spawn().expect("the agent can be executed");
        Self { child, log }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything that was logged in its folder.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Kills it as a crash would.
    pub fn kill(mut self) {
        self.child.kill().expect("it is our child");
        self.child.wait().expect("it is our child");
    }

    /// Asks it to end, and waits until it has.
    pub async fn stop(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.ended().await
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a pid"), signal).expect("it is our child");
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        wait::until("the agent ends", Duration::from_secs(90), async || {
            self.child.try_wait().expect("it is our child")
        })
        .await
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
