//! What the dispatcher wants done. The agent and the simulation perform it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::value::{Cursor, LastValue, OrderValue, RequestKey, RunKey, RunValue, SeriesKey};
use crate::id::{ClaimId, NodeId, OrderId, RunId, Scope};
use crate::job::Job;
use crate::run::RunRecord;

/// Names a transaction or an upload until its answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// One thing to do. Each is safe to repeat.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Send a transaction; answer with `TxnAnswered`.
    SendTxn(Token, Transaction),
    /// Read cursors; answer with `CursorsRead`.
    ReadCursors(Vec<SeriesKey>),
    /// Read every run in the store; answer with `RunsRead`.
    ReadRuns,
    /// Make an intent durable; answer with `IntentDurable` or `IntentFailed`.
    WriteIntent(Intent),
    /// Create the attempt's folder and spawn its supervisor; its fate comes as `Started`,
    /// `Exited` or `SupervisorGone`.
    Spawn(Intent),
    /// Take the gate, if it is still free, and answer with `GateTaken`; else stop the program:
    /// TERM, the grace, KILL.
    Stop(RunId, u32),
    /// End what still carries the run's id on this host, though nothing local knows of it;
    /// answer with `StrayEnded`.
    EndStray(RunId),
    /// Bring records to history, with the output of the attempts named; answer with `Uploaded`
    /// when history has acknowledged them, however long that takes.
    Upload(Token, Vec<RunRecord>, Vec<(RunId, u32)>),
    /// Forget an attempt: its intent, its folder.
    Forget(RunId, u32),
    /// Somebody follows this run's output until then.
    Tail(RunId, Timestamp),
    /// Keep on the disk whether this node takes new work (`true`: none), as this order asks; answer
    /// with `OrderDone`.
    KeepDrain(OrderId, bool),
    /// Read the node's own file again, as this order asks; answer with `OrderDone`.
    Reload(OrderId),
    /// Say something to the log that an admin should read.
    Warn(String),
}

/// What the journal holds of an attempt that may start.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// The run.
    pub key: RunKey,
    /// As it stands in the store.
    pub value: RunValue,
    /// The revision that put it: the attempt's fence.
    pub revision: u64,
    /// The definition that it runs with.
    pub job: Arc<Job>,
    /// `start_by` by the boot-time clock, so that a step of the wall clock cannot move it.
    pub start_by_boot: Duration,
}

/// Changes of the store, each whole or not at all.
///
/// `keyspace` spells them; DESIGN §7 says what each clause is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Transaction {
    /// A node's own cursor at first sight of a job.
    CreateCursor {
        /// The series.
        series: SeriesKey,
        /// Nothing at or before it is ever decided.
        cursor: Cursor,
        /// The job's revision that was evaluated.
        job_revision: u64,
        /// This node's session.
        session: u64,
    },
    /// The schedule changed: start anew from this agent's guarded clock.
    Rebase {
        /// The series.
        series: SeriesKey,
        /// The cursor that was evaluated.
        from: Cursor,
        /// Where it goes.
        to: Cursor,
        /// The job's revision that was evaluated.
        job_revision: u64,
        /// This node's session.
        session: u64,
        /// The range of instants that were passed, already ended.
        run: Option<(RunKey, RunValue)>,
    },
    /// A decision: a claim when the run's state is claimed, else a skip.
    Decide {
        /// The series.
        series: SeriesKey,
        /// The cursor that was evaluated.
        from: Cursor,
        /// Where it goes.
        to: Cursor,
        /// The job's revision that was evaluated.
        job_revision: u64,
        /// The run's key.
        key: RunKey,
        /// The run.
        run: RunValue,
        /// What must be true of `active`.
        active: ActiveCheck,
    },
    /// A decision about a request.
    Consume {
        /// The request.
        request: RequestKey,
        /// Its revision that was evaluated.
        request_revision: u64,
        /// The job's revision that was evaluated; 0 when it is gone.
        job_revision: u64,
        /// The run's key.
        key: RunKey,
        /// The run.
        run: RunValue,
        /// What must be true of `active`.
        active: ActiveCheck,
    },
    /// The owner ends its run.
    Finish {
        /// The run's key.
        key: RunKey,
        /// The revision last seen.
        revision: u64,
        /// The claim whose `active` is freed.
        claim_id: ClaimId,
        /// The series whose `active` it holds.
        active: Option<Scope>,
        /// What stays until history has it; nothing when it has it already.
        kept: Option<RunValue>,
        /// For the next run's `BELFRY_PREVIOUS_OUTCOME`.
        last: Option<(SeriesKey, LastValue)>,
        /// The kill that this confirms.
        order: Option<OrderId>,
    },
    /// The owner tries again.
    Retry {
        /// The run's key.
        key: RunKey,
        /// The revision last seen.
        revision: u64,
        /// The attempt before.
        old_claim: ClaimId,
        /// The attempt to come.
        run: RunValue,
    },
    /// The owner is gone: nobody can tell what became of its run. `active` stays held.
    Lost {
        /// The run's key.
        key: RunKey,
        /// The revision last seen.
        revision: u64,
        /// The run, lost; its node is the owner whose session must be absent.
        run: RunValue,
    },
    /// Removes a lost run and frees its series: its owner was absent for so long that no program
    /// of it can be alive.
    Release {
        /// The run's key.
        key: RunKey,
        /// The revision last seen.
        revision: u64,
        /// The owner, whose session must be absent.
        owner: NodeId,
        /// The claim whose `active` is freed.
        claim_id: ClaimId,
        /// The series whose `active` it holds.
        active: Scope,
    },
    /// Removes an ended run that history has acknowledged.
    Clear {
        /// The run's key.
        key: RunKey,
        /// The revision last seen.
        revision: u64,
    },
    /// A gone owner's run is gone on with here.
    TakeOver {
        /// Where it stands.
        key: RunKey,
        /// Its revision.
        revision: u64,
        /// The node whose session must be gone.
        owner: NodeId,
        /// The claim that it is taken from.
        old_claim: ClaimId,
        /// The order that would end the run: there must be none.
        kill: OrderId,
        /// As it shall stand.
        run: RunValue,
    },
    /// Something asked of another node.
    Order {
        /// Of this one.
        node: NodeId,
        /// Under this id.
        order: OrderId,
        /// What.
        value: OrderValue,
    },
    /// Answers an order that changes no run.
    Answer {
        /// The order.
        order: OrderId,
    },
}

/// What a decision demands of `active`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActiveCheck {
    /// Nothing: the job allows overlap, or the decision starts nothing.
    Ignored,
    /// It is free, and becomes the claim's.
    Take(Scope),
    /// It is held: the reason for a skip.
    Held(Scope),
}
