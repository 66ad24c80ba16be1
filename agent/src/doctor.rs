//! `belfry-agent doctor`: looks at everything that the agent needs, and names what is broken.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use belfry_agent::attempt::cgroup::Cgroup;
use belfry_core::cluster::{Role, Stores, climb};
use belfry_core::identity::IdentityFile;
use belfry_core::profile::Place;
use belfry_core::view::StepState;
use rustix::fs::statvfs;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::failure::{Code, Failure};
use crate::host::supervisor;
use crate::lock;
use crate::run::Options;

/// With less than this free, nothing starts.
const DISK_LEAST_BYTES: u64 = 64 * 1024 * 1024;
/// With less than this free, it is time to act.
const DISK_LOW_BYTES: u64 = 1024 * 1024 * 1024;
/// Reads scripts where no other shell is set.
const USUAL_SHELL: &str = "/bin/sh";

/// One thing that was looked at.
#[derive(Serialize)]
pub struct Finding {
    what: String,
    state: StepState,
    hint: String,
    #[serde(skip)]
    code: Code,
}

fn found(what: &str, result: Result<String, String>) -> Finding {
    let (state, hint) = match result {
        Ok(hint) => (StepState::Good, hint),
        Err(hint) => (StepState::Failed, hint),
    };
    Finding {
        what: what.to_owned(),
        state,
        hint,
        code: Code::Configuration,
    }
}

fn warned(finding: Finding) -> Finding {
    let state = match finding.state {
        StepState::Failed => StepState::Warned,
        state => state,
    };
    Finding { state, ..finding }
}

/// Looks, prints, and fails with what is broken first.
pub async fn examine(options: Result<&Options, &Failure>, json: bool) -> Result<(), Failure> {
    let findings = match options {
        Ok(options) => look(options).await,
        Err(failure) => vec![found("configuration", Err(failure.to_string()))],
    };
    if json {
        let text = serde_json::to_string_pretty(&findings);
        println!("{}", text.expect("plain data has a JSON form"));
    } else {
        findings.iter().for_each(|finding| println!("{finding}"));
    }
    let broken = findings
        .iter()
        .find(|finding| finding.state == StepState::Failed);
    broken.map_or(Ok(()), |finding| {
        Err(Failure::new(
            finding.code,
            format!("{}: {}", finding.what, finding.hint),
        ))
    })
}

async fn look(options: &Options) -> Vec<Finding> {
    let mut findings = vec![
        found("configuration", Ok(String::new())),
        found("data folder", data_folder(&options.dir)),
        disk(&options.dir),
        found("lock", Ok(holder(&options.dir))),
        found("supervisor", own_supervisor()),
        found(
            "shell",
            shell(options.node.shell.as_deref().unwrap_or(USUAL_SHELL)),
        ),
        warned(found("cgroups", cgroups())),
        warned(found("clock", synchronised())),
    ];
    if let Some(at) = options.metrics {
        findings.push(found("metrics", port(at, &options.dir)));
    }
    match &options.place {
        Place::Embedded(_) if options.dir.is_dir() => findings.push(stores(&options.place).await),
        // The agent makes them.
        Place::Embedded(_) => {}
        Place::Servers(servers) => {
            if let Some(file) = &servers.cluster.identity_file {
                findings.push(found("identity", identity(file)));
            }
            let ladder = climb(servers, Role::Agent).await.ladder;
            let rungs = ladder.steps.into_iter().map(|step| Finding {
                what: step.rung.words().to_owned(),
                code: step.rung.trouble().into(),
                state: step.state,
                hint: step.hint,
            });
            findings.extend(rungs);
        }
    }
    findings
}

/// Somebody can listen there. An agent that runs here does already.
fn port(at: SocketAddr, dir: &Path) -> Result<String, String> {
    if lock::holder(dir).is_some() {
        return Ok(format!("{at}, of the agent that runs"));
    }
    let bound = std::net::TcpListener::bind(at).map(drop);
    bound.map(|()| at.to_string()).map_err(|error| {
        format!("nobody can listen at {at} ({error}): choose another port as `metrics.listen`")
    })
}

/// The file that opens secrets is there, for this user alone.
fn identity(file: &Path) -> Result<String, String> {
    let identity = IdentityFile::at(file).read();
    let identity = identity.map_err(|error| error.to_string())?;
    Ok(format!("{} in {}", identity.public(), file.display()))
}

async fn stores(place: &Place) -> Finding {
    let opened = Stores::open(place, Role::Person).await;
    Finding {
        code: Code::Unreachable,
        ..found(
            "stores",
            opened
                .map(|_| String::new())
                .map_err(|error| error.to_string()),
        )
    }
}

/// The folder is there for this user alone, or can be made.
fn data_folder(dir: &Path) -> Result<String, String> {
    let shown = dir.display();
    match fs::metadata(dir) {
        Ok(found) if !found.is_dir() => Err(format!("{shown} is not a folder: choose another one")),
        Ok(found) if found.mode() & 0o022 != 0 => Err(format!(
            "others may write into {shown}: run chmod 700 {shown}"
        )),
        Ok(_) => match rustix::fs::access(dir, rustix::fs::Access::WRITE_OK) {
            Ok(()) => Ok(shown.to_string()),
            Err(error) => Err(format!(
                "{shown} cannot be written ({error}): correct its owner"
            )),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(format!("{shown}, to be made")),
        Err(error) => Err(format!(
            "{shown} cannot be used ({error}): choose another one"
        )),
    }
}

fn disk(dir: &Path) -> Finding {
    let there = dir.ancestors().find(|folder| folder.exists());
    let free = there.and_then(|folder| statvfs(folder).ok());
    let Some(free) = free.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)) else {
        return warned(found("disk", Err("its free space is not known".to_owned())));
    };
    let megabytes = free / (1024 * 1024);
    let sentence = || format!("{megabytes} MiB are free: make room");
    match free {
        0..DISK_LEAST_BYTES => found("disk", Err(sentence())),
        DISK_LEAST_BYTES..DISK_LOW_BYTES => warned(found("disk", Err(sentence()))),
        _ => found("disk", Ok(format!("{megabytes} MiB are free"))),
    }
}

fn holder(dir: &Path) -> String {
    lock::holder(dir).map_or_else(
        || "no agent runs here".to_owned(),
        |pid| format!("held by the agent that runs as process {pid}"),
    )
}

fn own_supervisor() -> Result<String, String> {
    let path = supervisor().map_err(|failure| failure.to_string())?;
    let shown = path.display();
    let mode = fs::metadata(&path).map(|found| found.permissions().mode());
    if !mode.is_ok_and(|mode| mode & 0o111 != 0) {
        return Err(format!("{shown} cannot be executed: run chmod 755 {shown}"));
    }
    let bytes = fs::read(&path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let hash = Sha256::digest(&bytes);
    let start: String = hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("{shown}, sha256 {start}…"))
}

/// The first word names a program that can be executed.
fn shell(words: &str) -> Result<String, String> {
    let program = words.split_whitespace().next().unwrap_or(USUAL_SHELL);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let places: Vec<PathBuf> = match program.contains('/') {
        true => vec![PathBuf::from(program)],
        false => std::env::split_paths(&folders)
            .map(|folder| folder.join(program))
            .collect(),
    };
    let can_run = |place: &&PathBuf| {
        place.is_file() && rustix::fs::access(place.as_path(), rustix::fs::Access::EXEC_OK).is_ok()
    };
    match places.iter().find(can_run) {
        Some(place) => Ok(place.display().to_string()),
        None => Err(format!(
            "the shell {program} cannot be executed: correct `node.shell`"
        )),
    }
}

fn cgroups() -> Result<String, String> {
    let Some(group) = Cgroup::delegated() else {
        return Err(
            "none is delegated, so the limits of jobs cannot be kept: set Delegate=yes in the unit"
                .to_owned(),
        );
    };
    let controllers = fs::read_to_string(group.join("cgroup.controllers")).unwrap_or_default();
    match controllers.trim() {
        "" => Err("no controller is delegated, so the limits of jobs cannot be kept".to_owned()),
        some => Ok(some.to_owned()),
    }
}

fn synchronised() -> Result<String, String> {
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .output();
    let answer = asked.map(|answer| String::from_utf8_lossy(&answer.stdout).trim().to_owned());
    match answer.as_deref() {
        Ok("yes") => Ok("set by NTP".to_owned()),
        Ok("no") => Err("it is not set by NTP: switch that on".to_owned()),
        _ => Err("whether it is set by NTP is not known here".to_owned()),
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.state.sign(), self.what)?;
        match self.hint.as_str() {
            "" => Ok(()),
            hint => write!(f, ": {hint}"),
        }
    }
}
