//! The program: executed, or a sentence why not.

use std::error::Error;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, ErrorKind, PipeReader, Write};
use std::os::unix::fs::fchown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use belfry_agent::attempt::cgroup::Cgroup;
use belfry_agent::attempt::clock;
use belfry_agent::attempt::exit::{Outcome, Started};
use belfry_agent::attempt::folder::AttemptFolder;
use belfry_agent::attempt::process::ProcessState;
use belfry_agent::attempt::redact::Redactor;
use belfry_agent::attempt::secrets::Secrets;
use belfry_agent::attempt::spec::{Program, Spec};
use rustix::process::getpid;

use crate::child::{self, Child, Step};

/// A program that was executed.
pub struct Running {
    pub pid: u32,
    pub started_at_ms: i64,
    pub started_boot_ms: u64,
    pub output: PipeReader,
    /// What takes its secrets out of that.
    pub redactor: Redactor,
    pub cgroup: Option<Cgroup>,
}

impl Running {
    /// Executes it, unless it is too late.
    pub fn start(folder: &AttemptFolder, spec: &Spec, secrets: &Secrets) -> Result<Self, Outcome> {
        // The boot-time instant of another boot says nothing; it is over with that boot.
        let is_this_boot = clock::boot_id().is_ok_and(|boot| boot == spec.start_by.boot_id);
        if !is_this_boot || spec.start_by.is_over() {
            return Err(Outcome::TooLate);
        }
        let files = Files::of(folder, spec).map_err(|error| refusal(&error))?;
        let words = spec
            .program
            .words(folder, &files.script_path(folder))
            .map_err(|error| refusal(&error))?;
        let (output, mut command) =
            command(files.stdin, spec, &words).map_err(|error| refusal(&error))?;
        command.envs(secrets);
        let cgroup = own_cgroup(spec);
        let entrance = cgroup.as_ref().and_then(|cgroup| cgroup.entrance().ok());
        let child = Child {
            supervisor: getpid(),
            start_by: spec.start_by.clone(),
            cgroup: entrance,
            script: files.script,
            user: spec.user.clone(),
            umask: spec.umask,
            directory: CString::new(directory(spec)).map_err(|error| refusal(&error))?,
        };
        child.prepare(&mut command);
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
            redactor: Redactor::new(secrets.values().map(String::as_str)),
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

/// What the program reads. Of another user's program both files become that user's: it could not look into
/// the folder, so its script is a descriptor that it inherits.
struct Files {
    stdin: Stdio,
    script: Option<File>,
}

impl Files {
    fn of(folder: &AttemptFolder, spec: &Spec) -> io::Result<Self> {
        let give = |file: File| {
            if let Some(user) = &spec.user {
                fchown(&file, Some(user.uid), Some(user.gid))?;
            }
            Ok::<_, io::Error>(file)
        };
        let stdin = match File::open(folder.stdin()) {
            Ok(file) => Stdio::from(give(file)?),
            Err(error) if error.kind() == ErrorKind::NotFound => Stdio::null(),
            Err(error) => return Err(error),
        };
        let is_given = spec.user.is_some() && matches!(spec.program, Program::Script { .. });
        let script = is_given.then(|| File::open(folder.script()).and_then(give));
        let script = script.transpose()?;
        Ok(Self { stdin, script })
    }

    fn script_path(&self, folder: &AttemptFolder) -> PathBuf {
        match self.script {
            Some(_) => PathBuf::from(format!("/proc/self/fd/{}", child::SCRIPT_FD)),
            None => folder.script(),
        }
    }
}

fn command(stdin: Stdio, spec: &Spec, words: &[String]) -> io::Result<(PipeReader, Command)> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "there is no program to execute"))?;
    // One pipe for both, so that their order is kept.
    let (output, writing_end) = io::pipe()?;
    if let Some(user) = &spec.user {
        // `/dev/stderr` opens it anew.
        fchown(&writing_end, Some(user.uid), Some(user.gid))?;
    }
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(&spec.env)
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
    if error.raw_os_error() == Some(child::TOO_LATE) {
        return Outcome::TooLate;
    }
    let directory = directory(spec);
    let name = spec.user.as_ref().map(|user| user.name.as_str());
    let by = name.map_or_else(String::new, |name| format!(" as {name}"));
    if let Some((step, error)) = Step::of(error) {
        let error = match step {
            Step::Directory if !Path::new(directory).is_dir() && Path::new(directory).exists() => {
                ErrorKind::NotADirectory.into()
            }
            _ => error,
        };
        return Outcome::CouldNotStart(match step {
            Step::Directory => {
                format!("could not enter the working directory {directory}{by}: {error}")
            }
            Step::User => format!("could not become {}: {error}", name.unwrap_or_default()),
            Step::Script => format!("could not hand over the script: {error}"),
        });
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
    Outcome::CouldNotStart(format!("could not execute {program}{by}: {error}{hint}"))
}
