//! This computer as everything that touches attempts sees it: where they lie, who supervises them,
//! and where to tell what became of them.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Command;

use belfry_agent::attempt::cgroup::Cgroup;
use belfry_agent::attempt::folder::AttemptFolder;
use belfry_core::clock;
use belfry_core::dispatch::Event;
use belfry_core::id::{NodeId, RunId};
use belfry_core::identity::IdentityFile;
use belfry_core::policy::Policy;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tracing::warn;

use crate::children::Children;
use crate::failure::{Code, Failure};
use crate::http_job::Calls;
use crate::identity;
use crate::metrics::Metrics;

/// Names one attempt.
pub type AttemptKey = (RunId, u32);

/// This computer.
pub struct Host {
    /// The node.
    pub node: NodeId,
    /// The data folder.
    pub data: PathBuf,
    /// The attempts' folders.
    pub runs: PathBuf,
    /// `belfry-run`.
    pub supervisor: PathBuf,
    /// Who the agent is.
    pub own_user: String,
    /// What jobs may do here.
    pub policy: Policy,
    /// Reads scripts that name no interpreter.
    pub shell: Option<String>,
    /// What opens the secrets of jobs.
    pub identity: Option<IdentityFile>,
    /// Where supervisors may create cgroups.
    pub cgroup_parent: Option<String>,
    /// Names this boot.
    pub boot_id: String,
    /// What every program finds in its environment.
    pub environment: BTreeMap<String, String>,
    /// Supervisors write here that their program was executed. It never blocks.
    pub signs: OwnedFd,
    /// The calls that this process makes.
    pub calls: Calls,
    /// The supervisors that this process started.
    pub children: Children,
    /// What is counted of all this.
    pub metrics: Metrics,
    /// What is wrong with the node's own file, which was read again.
    pub file_trouble: watch::Sender<Option<String>>,
    /// For what waits on the host.
    pub runtime: Handle,
    events: mpsc::Sender<Event>,
}

/// What the node's own file says of running programs.
pub struct Told {
    /// As in [`Host`].
    pub shell: Option<String>,
    /// As in [`Host`].
    pub policy: Policy,
    /// As in [`Host`].
    pub identity: Option<IdentityFile>,
}

impl Host {
    /// Looks at this computer once.
    pub fn new(
        node: NodeId,
        data: PathBuf,
        told: Told,
        signs: OwnedFd,
        events: mpsc::Sender<Event>,
    ) -> Result<Self, Failure> {
        let runs = data.join("runs");
        fs::create_dir_all(&runs).map_err(|error| {
            let sentence = format!(
                "could not make {} ({error}): choose another folder",
                runs.display()
            );
            Failure::new(Code::Configuration, sentence)
        })?;
        Ok(Self {
            node,
            supervisor: supervisor()?,
            own_user: identity::own_name(),
            policy: told.policy,
            shell: told.shell,
            identity: told.identity,
            cgroup_parent: Cgroup::delegated().map(|path| path.display().to_string()),
            boot_id: clock::boot_id(),
            environment: environment(),
            signs,
            calls: Calls::default(),
            children: Children::default(),
            metrics: Metrics::default(),
            file_trouble: watch::Sender::default(),
            runtime: Handle::current(),
            events,
            data,
            runs,
        })
    }

    /// The folder of an attempt, whether or not it exists.
    pub fn folder(&self, (run, attempt): AttemptKey) -> AttemptFolder {
        AttemptFolder::of(&self.runs, &run.to_string(), attempt)
    }

    /// Tells the engine. A closed channel means that the agent is ending: nobody needs to know.
    pub async fn tell(&self, event: Event) {
        let _ = self.events.send(event).await;
    }

    /// Tells the engine, from a thread that may wait.
    pub fn tell_blocking(&self, event: Event) {
        let _ = self.events.blocking_send(event);
    }

    /// Removes what is left of attempts that everybody has forgotten.
    pub fn remove_folders(&self, keys: &[AttemptKey]) {
        for (run, attempt) in keys {
            let folder = self.folder((*run, *attempt));
            match fs::remove_dir_all(folder.path()) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    warn!(
                        "could not remove {} ({error}): remove it by hand",
                        folder.path().display()
                    );
                }
                _ => {}
            }
            // It stays while it holds another attempt.
            let _ = fs::remove_dir(self.runs.join(run.to_string()));
        }
    }
}

/// `belfry-run` lies beside the agent, wherever that is.
pub fn supervisor() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().ok();
    let path = own
        .and_then(|own| Some(own.parent()?.join("belfry-run")))
        .unwrap_or_default();
    match path.is_file() {
        true => Ok(path),
        false => {
            let sentence = format!(
                "{} is missing: install it beside belfry-agent",
                path.display()
            );
            Err(Failure::new(Code::Configuration, sentence))
        }
    }
}

/// A login-like environment, whatever the agent itself was started from.
fn environment() -> BTreeMap<String, String> {
    const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let name = Command::new("id").arg("-un").output().ok();
    let name = name.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let user = std::env::var("USER")
        .ok()
        .or(name)
        .filter(|name| !name.is_empty());
    let user = user.unwrap_or_else(|| "nobody".to_owned());
    let home = std::env::var("HOME")
        .ok()
        .filter(|home| home.starts_with('/'));
    let language = ["LC_ALL", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok());
    let pairs = [
        (
            "PATH",
            std::env::var("PATH").unwrap_or_else(|_| PATH.to_owned()),
        ),
        ("HOME", home.unwrap_or_else(|| "/".to_owned())),
        ("LOGNAME", user.clone()),
        ("USER", user),
        ("SHELL", "/bin/sh".to_owned()),
        (
            "LANG",
            language
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| "C.UTF-8".to_owned()),
        ),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
