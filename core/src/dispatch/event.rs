//! What the dispatcher learns. Sources turn everything into one of these.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::action::{Intent, Token};
use super::days::Calendars;
use super::value::{
    Cursor, Order, RequestKey, RequestValue, RunKey, RunValue, SeriesKey, SessionValue,
};
use crate::id::{ClaimId, JobId, NodeId, OrderId, RunId};
use crate::job::Job;
use crate::placement::NodeFacts;
use crate::run::Reason;

/// Both clocks, read together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Now {
    /// The wall clock.
    pub wall: Timestamp,
    /// The clock that counts from boot, through suspend.
    pub boot: Duration,
}

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time passed.
    Tick,
    /// The journal was read, once, before anything else: every attempt with what the host shows.
    JournalRead(Vec<(Intent, Evidence)>),
    /// This node has a session, created at that revision.
    SessionGained(u64),
    /// The session was renewed.
    SessionRenewed,
    /// The session is gone, or nobody can tell.
    SessionLost,
    /// The definitions are about to be told anew.
    DefinitionsReset,
    /// A job was loaded or changed.
    JobSeen(JobId, SeenJob),
    /// A job is gone.
    JobGone(JobId),
    /// The definitions are complete.
    DefinitionsReady,
    /// A request was put or changed, at that revision.
    RequestSeen(RequestKey, RequestValue, u64),
    /// A request is gone.
    RequestGone(RequestKey),
    /// An order for this node.
    OrderSeen(Order),
    /// An order is gone.
    OrderGone(OrderId),
    /// So many programs may run at once from now on; those that run go on.
    RoomChanged(usize),
    /// What an order asked of the host was done, or why not.
    OrderDone(OrderId, Result<(), String>),
    /// Whether the disk says that this node takes no new work: at the start, and when a person
    /// changed it there.
    DrainRead(bool),
    /// Cursors as they stand.
    CursorsRead(Vec<(SeriesKey, Option<Cursor>)>),
    /// The sessions are about to be told anew.
    NodesReset,
    /// A node's session as it stands; after `NodesReady` one that was just written.
    NodeSeen(NodeId, Box<SessionValue>),
    /// A node's session is gone.
    NodeGone(NodeId),
    /// What stays known of a node, whether it is there or not.
    NodeRemembered(NodeId, Box<NodeFacts>),
    /// A node was removed: it is not expected back.
    NodeRemoved(NodeId),
    /// The sessions are complete.
    NodesReady,
    /// Every calendar that can be read.
    CalendarsKnown(Calendars),
    /// Every run in the store, with the revisions that last changed them.
    RunsRead(Vec<(RunKey, RunValue, u64)>),
    /// The answer to a transaction.
    TxnAnswered(Token, Answer),
    /// The intent of an attempt is on the disk.
    IntentDurable(RunId, u32),
    /// The intent could not be written, for that reason.
    IntentFailed(RunId, u32, String),
    /// The program was executed.
    Started(RunId, u32, Timestamp),
    /// The attempt ended.
    Exited(RunId, u32, Exit),
    /// The gate was taken by this agent: the attempt never starts.
    GateTaken(RunId, u32),
    /// The supervisor is gone without an exit file, and its tree was ended.
    SupervisorGone(RunId, u32),
    /// Nothing on this host carries the run's id any more.
    StrayEnded(RunId),
    /// History has acknowledged an upload.
    Uploaded(Token),
}

/// A job as it stands in the store.
#[derive(Clone, Debug)]
pub struct SeenJob {
    /// The revision that last changed it.
    pub revision: u64,
    /// Its generation.
    pub generation: u64,
    /// The generation that last changed when it runs.
    pub sgen: u64,
    /// Whether the generation before `sgen` was paused.
    pub was_paused: bool,
    /// The job, or why it cannot be used.
    pub job: Result<Arc<Job>, String>,
}

/// What came of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It was applied, at that revision.
    Won(u64),
    /// It was not applied; this is what stands there.
    Lost(Box<Standing>),
    /// Nobody can tell: it may or may not have been applied.
    Unknown,
    /// The store refuses it and will refuse it again.
    Refused(String),
}

/// What a transaction that was not applied found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// The cursor of the series.
    pub cursor: Option<Cursor>,
    /// The run, with the revision that last changed it.
    pub run: Option<(RunValue, u64)>,
    /// The job's revision; 0 when it is gone.
    pub job_revision: u64,
    /// The claim that holds `active`.
    pub active: Option<ClaimId>,
    /// The request's revision; 0 when it is gone.
    pub request_revision: u64,
    /// Somebody wants the run ended.
    pub is_ordered: bool,
}

/// What the host shows of an attempt in the journal.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Recovery took its gate: the program never started and never will.
    NeverStarted,
    /// Its supervisor lives.
    Alive(Option<Timestamp>),
    /// Its exit file is there.
    Exited(Exit),
    /// An agent made the call itself and is gone.
    Interrupted(Option<Timestamp>),
    /// A supervisor had taken the gate and is gone; its tree was ended.
    Gone {
        /// Whether the host was restarted since.
        rebooted: bool,
        /// When the program was executed, if it was.
        started_at: Option<Timestamp>,
    },
}

/// How an attempt ended, from its exit file.
#[derive(Clone, Debug, PartialEq)]
pub struct Exit {
    /// In which way.
    pub how: ExitKind,
    /// When the program was executed.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Timestamp,
    /// Why, in a sentence, where that needs one.
    pub detail: Option<String>,
    /// Bytes written.
    pub output_bytes: u64,
    /// SHA-256 of all of them.
    pub output_sha256: Option<String>,
    /// Largest resident set.
    pub peak_memory_bytes: Option<u64>,
    /// Time in user mode.
    pub user_ms: Option<u64>,
    /// Time in the kernel.
    pub system_ms: Option<u64>,
}

/// The ways in which an attempt ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitKind {
    /// With this code.
    Code(i32),
    /// By this signal, which Belfry did not send.
    Signal(i32),
    /// A call was answered as its job expects.
    Answered,
    /// A call failed, for this reason.
    Failed(Reason),
    /// Stopped at its timeout.
    TimedOut,
    /// Stopped because that was asked.
    Stopped,
    /// Ended by the kernel for memory.
    OutOfMemory,
    /// Stopped, but some of it lives on.
    Unreaped,
    /// Never executed, for this reason.
    NotStarted(Reason),
}
