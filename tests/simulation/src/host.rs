//! One server of the simulated world: its clocks, its disk, its processes, its agent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use belfry_core::dispatch::{Config, Dispatcher, Exit, ExitKind, Intent, Now, SessionValue};
use belfry_core::id::{DiskId, NodeId, RunId};
use belfry_core::job::Labels;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Names one attempt.
pub type AttemptKey = (RunId, u32);

/// Who took an attempt's gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// A supervisor: the program was executed.
    Supervisor,
    /// The agent: the program never starts.
    Agent,
}

/// An attempt's folder.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// Who took the gate.
    pub gate: Option<Gate>,
    /// When the program was executed.
    pub started_at: Option<Timestamp>,
    /// The exit file.
    pub exit: Option<Exit>,
}

/// A server.
pub struct Host {
    /// Its id.
    pub node: NodeId,
    /// How far its wall clock is from the true time.
    pub clock_error: SignedDuration,
    /// The disk that is in it.
    pub disk_id: DiskId,
    /// The journal on that disk.
    pub journal: BTreeMap<AttemptKey, Intent>,
    /// The folders on that disk.
    pub folders: BTreeMap<AttemptKey, Folder>,
    /// Programs that run, with the exit that each will have. They outlive the agent.
    pub programs: BTreeMap<AttemptKey, i32>,
    /// Supervisors that were spawned and have not taken their gate yet.
    pub spawned: BTreeSet<AttemptKey>,
    /// The agent, while it runs.
    pub agent: Option<Dispatcher>,
    /// Grows with each start of the agent: what is meant for an earlier one is lost.
    pub incarnation: u64,
    /// Its agent stays away for long.
    pub is_gone: bool,
    /// Nothing reaches the agent before then: it is stopped.
    pub stopped_until: Duration,
    /// When the agent is to be told of the time next.
    pub wake_at: Option<Duration>,
    /// The session in the store, by the revision that created it.
    pub session: Option<u64>,
    /// When its session was last renewed.
    pub renewed_at: Duration,
    /// It cannot reach the store before then.
    pub cut_until: Duration,
    /// What jobs choose it by.
    pub labels: Labels,
    /// Its share of the work.
    pub weight: u32,
    /// Programs that it runs at once.
    pub max_parallel: usize,
    /// Its disk says that it takes nothing new.
    pub drains: bool,
    /// The newest transaction that its agent sent.
    pub sent: u64,
}

impl Host {
    /// A server with an empty disk and no agent. Every second one, the first among them, has a
    /// label; weights differ with the seed.
    pub fn new(number: u64, seed: u64) -> Self {
        let label = ("role".to_owned(), "web".to_owned());
        Self {
            node: NodeId::new(&format!("n{number}")).expect("a plain name"),
            clock_error: SignedDuration::ZERO,
            disk_id: DiskId(Uuid::from_u128(u128::from(number) + 1)),
            journal: BTreeMap::new(),
            folders: BTreeMap::new(),
            programs: BTreeMap::new(),
            spawned: BTreeSet::new(),
            agent: None,
            incarnation: 0,
            is_gone: false,
            stopped_until: Duration::ZERO,
            wake_at: None,
            session: None,
            renewed_at: Duration::ZERO,
            cut_until: Duration::ZERO,
            labels: (number.is_multiple_of(2))
                .then_some(label)
                .into_iter()
                .collect(),
            weight: 1 + ((number + seed) % 3) as u32,
            max_parallel: 6,
            drains: false,
            sent: 0,
        }
    }

    /// Both clocks as this server shows them at a true time.
    pub fn now(&self, start: Timestamp, elapsed: Duration) -> Now {
        Now {
            wall: start + elapsed + self.clock_error,
            boot: elapsed,
        }
    }

    /// A new mind for its agent.
    pub fn boot_agent(&mut self) {
        self.incarnation += 1;
        self.wake_at = None;
        self.sent = 0;
        let mut seed = [0; 16];
        seed[..8].copy_from_slice(&self.incarnation.to_be_bytes());
        seed[8..].copy_from_slice(&self.disk_id.0.as_bytes()[8..]);
        self.agent = Some(Dispatcher::new(Config {
            node: self.node.clone(),
            disk_id: self.disk_id,
            max_parallel: self.max_parallel,
            seed,
        }));
    }
}

impl Host {
    /// What its session says.
    pub fn session_value(&self, start: Timestamp, elapsed: Duration) -> SessionValue {
        let vitals = self.agent.as_ref().map(Dispatcher::vitals);
        let vitals = vitals.unwrap_or_default();
        SessionValue {
            v: 1,
            fingerprint: self.incarnation.to_string(),
            disk_id: self.disk_id,
            version: "0.0.0".to_owned(),
            host: self.node.to_string(),
            pid: 1,
            up_since: start,
            projects: Vec::new(),
            labels: self.labels.clone(),
            weight: self.weight,
            max_parallel: u32::try_from(self.max_parallel).expect("a few"),
            load: vitals.load,
            draining: vitals.draining,
            clock_suspect: vitals.clock_suspect,
            stamp: Some(self.now(start, elapsed).wall),
            reports_pending: vitals.reports_pending,
            config_error: None,
            extra: BTreeMap::new(),
        }
    }
}

/// An exit file as a supervisor writes it.
pub fn exit(how: ExitKind, started_at: Option<Timestamp>, finished_at: Timestamp) -> Exit {
    Exit {
        how,
        started_at,
        finished_at,
        detail: None,
        output_bytes: 0,
        output_sha256: None,
        peak_memory_bytes: None,
        user_ms: None,
        system_ms: None,
    }
}
