//! A data folder, a run in it, and the real supervisor.

use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use belfry_agent::attempt::clock;
use belfry_agent::attempt::exit::{Exit, Started};
use belfry_agent::attempt::folder::{AttemptFolder, Input};
use belfry_agent::attempt::output::OutputReader;
use belfry_agent::attempt::process::ProcessId;
use belfry_agent::attempt::secrets::{Secrets, hand_over};
use belfry_agent::attempt::spec::{OutputLimits, Program, SPEC_VERSION, Spec, StartBy};
use belfry_agent::attempt::tree::{RUN_ID_VARIABLE, Traces};
use rustix::event::{Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 5_000_000,
};

/// An attempt that is not spawned yet.
pub struct Attempt {
    pub runs: TempDir,
    pub spec: Spec,
    pub script: Option<String>,
    pub stdin: Option<Vec<u8>>,
    pub secrets: Secrets,
}

/// An attempt whose supervisor runs. Dropping it ends all its processes.
pub struct Supervised {
    pub folder: AttemptFolder,
    pub run_id: String,
    _runs: TempDir,
    child: Child,
}

impl Attempt {
    /// Of this script for `/bin/sh`, with a minute to start and one second of grace.
    pub fn of_script(script: &str) -> Self {
        let program = Program::Script {
            interpreter: Vec::new(),
        };
        Self {
            script: Some(script.to_owned()),
            ..Self::of(program)
        }
    }

    pub fn of(program: Program) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let serial = COUNT.fetch_add(1, Ordering::Relaxed);
        let run_id = format!(
            "{:08x}{serial:08x}{:016x}",
            std::process::id(),
            clock::boot_ms()
        );
        let path = std::env::var("PATH").expect("PATH is set");
        let env = [
            ("PATH", path.as_str()),
            (RUN_ID_VARIABLE, &run_id),
            ("BELFRY_ATTEMPT", "1"),
        ];
        let spec = Spec {
            v: SPEC_VERSION,
            secrets: Vec::new(),
            env: env
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            run_id,
            attempt: 1,
            program,
            cwd: None,
            user: None,
            umask: None,
            timeout_ms: None,
            stop_grace_ms: 1_000,
            start_by: StartBy {
                wall_ms: clock::wall_ms() + 60_000,
                boot_ms: clock::boot_ms() + 60_000,
                boot_id: clock::boot_id().expect("/proc is mounted"),
            },
            output: OutputLimits {
                head_bytes: 1 << 20,
                tail_bytes: 1 << 20,
            },
            cgroup_parent: None,
        };
        let runs = tempfile::tempdir().expect("a temporary folder");
        Self {
            runs,
            spec,
            script: None,
            stdin: None,
            secrets: Secrets::new(),
        }
    }

    /// A file for the program to leave traces in.
    pub fn witness(&mut self) -> std::path::PathBuf {
        let path = self.runs.path().join("witness");
        self.spec
            .env
            .insert("WITNESS".into(), path.to_str().expect("text").into());
        path
    }

    pub fn create(&self) -> AttemptFolder {
        let input = Input {
            script: self.script.as_deref(),
            stdin: self.stdin.as_deref(),
        };
        AttemptFolder::create(self.runs.path(), &self.spec, input).expect("a new folder")
    }

    pub fn spawn(self) -> Supervised {
        let folder = self.create();
        let mut supervisor = supervisor_of(&folder);
        if !self.secrets.is_empty() {
            supervisor.stdin(hand_over(&self.secrets).expect("memory"));
        }
        let child = supervisor.spawn().expect("the supervisor is built");
        Supervised {
            folder,
            run_id: self.spec.run_id,
            _runs: self.runs,
            child,
        }
    }

    /// Spawns it and waits for its end.
    pub fn run(self) -> Exit {
        self.spawn().exit()
    }
}

pub fn supervise(folder: &AttemptFolder) -> Child {
    supervisor_of(folder)
        .spawn()
        .expect("the supervisor is built")
}

fn supervisor_of(folder: &AttemptFolder) -> Command {
    folder.supervisor(Path::new(env!("CARGO_BIN_EXE_belfry-run")))
}

impl Supervised {
    pub fn exit(&mut self) -> Exit {
        let status = self.status();
        assert!(status.success(), "the supervisor ended with {status}");
        self.folder
            .exit()
            .expect("readable")
            .expect("exit.json is there")
    }

    pub fn status(&mut self) -> ExitStatus {
        wait_until("the supervisor ends", || {
            self.child.try_wait().expect("our child")
        })
    }

    pub fn started(&self) -> Started {
        wait_until("the program starts", || {
            self.folder.started().expect("readable")
        })
    }

    /// Waits until the output holds this text.
    pub fn wait_for_output(&self, wanted: &str) {
        wait_until(wanted, || self.text().contains(wanted).then_some(()));
    }

    /// All that is kept, decoded loosely.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    pub fn bytes(&self) -> Vec<u8> {
        let reader = OutputReader::open(self.folder.path());
        let mut bytes = Vec::new();
        let mut offset = 0;
        loop {
            let chunk = reader.read_from(offset, 1 << 16).expect("readable");
            offset = chunk.offset + chunk.bytes.len() as u64;
            if chunk.bytes.is_empty() {
                return bytes;
            }
            bytes.extend(chunk.bytes);
        }
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("our child");
    }

    pub fn supervisor(&self) -> ProcessId {
        ProcessId::of(self.child.id()).expect("the supervisor lives")
    }

    /// The run's processes, as recovery sees them.
    pub fn living(&self) -> Vec<ProcessId> {
        Traces::of_run(&self.run_id).living()
    }

    pub fn wait_for_living(&self, at_least: usize) {
        let what = format!("{at_least} processes live");
        wait_until(&what, || (self.living().len() >= at_least).then_some(()));
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // A failed test must not leave anything behind, and a passed one has nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = Traces::of_run(&self.run_id).end(Duration::ZERO);
    }
}

/// Looks again and again until there is an answer.
pub fn wait_until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = look() {
            return answer;
        }
        assert!(Instant::now() < until, "waited in vain until: {what}");
        poll(&mut [], Some(&LOOK_AGAIN)).expect("a wait");
    }
}

pub fn argv(words: &[&str]) -> Program {
    Program::Argv(words.iter().map(|word| (*word).to_owned()).collect())
}
