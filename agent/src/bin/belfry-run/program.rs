//! The program: executed, or a sentence why not.

use std::error::Error;
use std::fs::File;
use std::io::{self, ErrorKind, PipeReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use belfry_agent::attempt::cgroup::Cgroup;
use belfry_agent::attempt::clock;
use belfry_agent::attempt::exit::{Outcome, Started};
use belfry_agent::attempt::folder::AttemptFolder;
use belfry_agent::attempt::process::ProcessState;
use belfry_agent::attempt::spec::Spec;
use rustix::fs::{Access, access};
use rustix::process::getpid;

use crate::sys;

/// A program that was executed.
pub struct Running {
    pub pid: u32,
    pub started_at_ms: i64,
    pub started_boot_ms: u64,
    pub output: PipeReader,
    pub cgroup: Option<Cgroup>,
}

impl Running {
    /// Executes it, unless it is too late.
    pub fn start(folder: &AttemptFolder, spec: &Spec) -> Result<Self, Outcome> {
        // The boot-time instant of another boot says nothing; it is over with that boot.
        let is_this_boot = clock::boot_id().is_ok_and(|boot| boot == spec.start_by.boot_id);
        if !is_this_boot || spec.start_by.is_over() {
            return Err(Outcome::TooLate);
        }
        let words = spec
            .program
            .words(folder)
            .map_err(|error| refusal(&error))?;
        let (output, mut command) =
            command(folder, spec, &words).map_err(|error| refusal(&error))?;
        let cgroup = own_cgroup(spec);
        let entrance = cgroup.as_ref().and_then(|cgroup| cgroup.entrance().ok());
        sys::prepare(&mut command, getpid(), spec.start_by.clone(), entrance);
        let child = command.spawn().map_err(|error| {
            if let Some(cgroup) = &cgroup {
                // An empty group that stays costs nothing.
                let _ = cgroup.remove();
            }
            explain(&error, spec, &words)
        })?;
        let running = Self {
            pid: child.id(),
            started_at_ms: clock::wall_ms(),
            started_boot_ms: clock::boot_ms(),
            output,
            cgroup,
        };
        running.record(folder);
        running.announce(spec);
        Ok(running)
    }

    /// For whoever looks on; nothing is decided by it, so a disk that refuses is no reason to stop.
    fn record(&self, folder: &AttemptFolder) {
        // Also of a program that has ended already: nobody has reaped it yet.
        let Some(state) = ProcessState::of(self.pid) else {
            return;
        };
        let cgroup = self
            .cgroup
            .as_ref()
            .map(|cgroup| cgroup.path().display().to_string());
        let started = Started {
            v: 1,
            program: state.id,
            started_at_ms: self.started_at_ms,
            cgroup,
        };
        drop(folder.write_started(&started));
    }

    /// For the agent that spawned us, if it still listens: one line in one write, never waited for.
    fn announce(&self, spec: &Spec) {
        let line = format!("{} {} {}\n", spec.run_id, spec.attempt, self.started_at_ms);
        drop(io::stdout().write_all(line.as_bytes()));
    }
}

/// An error and its causes in one line.
pub fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

fn refusal(error: &dyn Error) -> Outcome {
    Outcome::CouldNotStart(sentence(error))
}

fn command(
    folder: &AttemptFolder,
    spec: &Spec,
    words: &[String],
) -> io::Result<(PipeReader, Command)> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "there is no program to execute"))?;
    let stdin = match File::open(folder.stdin()) {
        Ok(file) => Stdio::from(file),
        Err(error) if error.kind() == ErrorKind::NotFound => Stdio::null(),
        Err(error) => return Err(error),
    };
    // One pipe for both, so that their order is kept.
    let (output, writing_end) = io::pipe()?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(&spec.env)
        .current_dir(directory(spec))
        .stdin(stdin)
        .stdout(writing_end.try_clone()?)
        .stderr(writing_end);
    Ok((output, command))
}

fn directory(spec: &Spec) -> &str {
    spec.cwd.as_deref().unwrap_or("/")
}

fn own_cgroup(spec: &Spec) -> Option<Cgroup> {
    let parent = spec.cgroup_parent.as_ref()?;
    let name = format!("belfry-{}-{}", spec.run_id, spec.attempt);
    // Limits are the agent's affair; for ending the tree it is a convenience.
    Cgroup::create(Path::new(parent), &name).ok()
}

/// The kernel answers with one number whatever was missing, so look for what it meant.
fn explain(error: &io::Error, spec: &Spec, words: &[String]) -> Outcome {
    if error.raw_os_error() == Some(sys::TOO_LATE) {
        return Outcome::TooLate;
    }
    let directory = directory(spec);
    if let Err(error) = enter(directory) {
        return Outcome::CouldNotStart(format!(
            "could not enter the working directory {directory}: {error}"
        ));
    }
    let program = words.first().map_or("", String::as_str);
    let hint = match error.kind() {
        ErrorKind::NotFound
            if program.contains('/') && Path::new(directory).join(program).exists() =>
        {
            " (it is there, but the interpreter in its first line is not)"
        }
        ErrorKind::NotFound if !program.contains('/') => " (it is in no folder of PATH)",
        _ => "",
    };
    Outcome::CouldNotStart(format!("could not execute {program}: {error}{hint}"))
}

fn enter(directory: &str) -> io::Result<()> {
    if !std::fs::metadata(directory)?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    Ok(access(directory, Access::EXEC_OK)?)
}
