//! One agent's mind: what is due, who decides it, what starts, how it ends.
//!
//! The dispatcher learns of [`Event`]s and answers with [`Action`]s; it touches nothing itself.
//! The agent performs the actions on real stores and processes, the simulation on simulated
//! ones, so both run exactly this. DESIGN §7 is its specification.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

mod action;
mod days;
mod decide;
mod drain;
mod due;
mod end;
mod event;
mod guard;
mod local;
mod nodes;
mod order;
mod queue;
mod rank;
mod reap;
mod record;
mod recover;
mod request;
mod series;
mod settle;
mod start;
mod takeover;
mod value;
mod witness;

pub use action::{Action, ActiveCheck, Intent, Token, Transaction};
pub use days::Calendars;
pub use event::{Answer, Event, Evidence, Exit, ExitKind, Now, SeenJob, Standing};
pub use nodes::Vitals;
pub use record::{own_record, records_of};
pub use value::{
    Ask, Cursor, CursorError, LastValue, Order, OrderValue, Passed, RequestKey, RequestValue,
    RunKey, RunValue, SeriesKey, SessionValue,
};

use crate::id::{ClaimId, DiskId, JobId, NodeId, OrderId, RunId, Scope};
use crate::limits::{RUNS_REREAD_EVERY, SESSION_TRUSTED_FOR};
use crate::schedule::Timetable;
use guard::ClockGuard;
use local::LocalRun;
use nodes::Fleet;
use order::Kill;
use series::Series;
use settle::Pending;

/// What an agent is, for as long as it runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// This node.
    pub node: NodeId,
    /// The disk that holds the journal.
    pub disk_id: DiskId,
    /// Programs that run at once, at most.
    pub max_parallel: usize,
    /// Random, made anew by each start of the agent: claim ids are derived from it.
    pub seed: [u8; 16],
}

/// Names one attempt.
type AttemptKey = (RunId, u32);

/// Something to do when the boot-time clock says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    /// Send a transaction again whose answer never came.
    Resend(Token),
    /// Stop waiting for history and keep the outcome in the store.
    HistoryWait(AttemptKey),
    /// Send the ending transaction again.
    Conclude(AttemptKey),
    /// Try a run again.
    Retry(AttemptKey),
    /// Record that a run is running, if it still is.
    RecordStart(AttemptKey),
    /// Read the runs that name this node again.
    ReadRuns,
    /// Look at the requests and the waiting series again.
    Look,
}

struct Session {
    revision: u64,
    gained_at: Duration,
    renewed_at: Duration,
    /// Every run that names this node was seen since this session began.
    runs_read: bool,
}

/// One agent's mind.
pub struct Dispatcher {
    config: Config,
    claims_made: u64,
    tokens_made: u64,
    clock: ClockGuard,
    session: Option<Session>,
    /// Since when decisions are made without a break; older instants are caught up slowly.
    deciding_since: Option<Timestamp>,
    /// The next late start is not before this.
    catch_up_from: Duration,
    jobs: BTreeMap<JobId, SeenJob>,
    /// Timetables that cursors may still have been moved under, by the generation.
    before: BTreeMap<JobId, (u64, Timetable)>,
    /// Jobs told since the definitions were reset; `None` when they are complete.
    loading: Option<BTreeSet<JobId>>,
    series: BTreeMap<SeriesKey, Series>,
    wakes: BTreeSet<(Timestamp, SeriesKey)>,
    /// Series with something due that wait for a free slot, oldest first.
    waiting: BTreeSet<(Timestamp, SeriesKey)>,
    timers: BTreeSet<(Duration, Timer)>,
    journal_read: bool,
    runs: BTreeMap<AttemptKey, LocalRun>,
    /// Claims ended since the runs were last asked for: that reading may still show them.
    concluded: BTreeSet<ClaimId>,
    fleet: Fleet,
    /// Since when nodes have been seen to be gone, without a break.
    absent_since: BTreeMap<NodeId, Duration>,
    requests: BTreeMap<RequestKey, request::Seen>,
    orders: BTreeMap<OrderId, Order>,
    kills: BTreeMap<RunId, Kill>,
    pending: BTreeMap<Token, Pending>,
    uploads: BTreeMap<Token, (AttemptKey, end::Told)>,
    failures: BTreeMap<SeriesKey, u32>,
    /// Claims whose runs shall be replaced, and since when, by the boot-time clock.
    replacing: BTreeMap<ClaimId, Duration>,
    /// Every calendar that is known.
    calendars: Calendars,
    /// A person wants nothing new to begin here.
    draining: bool,
    /// When the order was asked that says so, or says that it is over.
    drain_asked_at: Option<Timestamp>,
    out: Vec<Action>,
}

impl Dispatcher {
    /// A dispatcher that knows nothing yet: first it must be told the journal.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            claims_made: 0,
            tokens_made: 0,
            clock: ClockGuard::default(),
            session: None,
            deciding_since: None,
            catch_up_from: Duration::ZERO,
            jobs: BTreeMap::new(),
            before: BTreeMap::new(),
            loading: Some(BTreeSet::new()),
            series: BTreeMap::new(),
            wakes: BTreeSet::new(),
            waiting: BTreeSet::new(),
            timers: BTreeSet::new(),
            journal_read: false,
            runs: BTreeMap::new(),
            concluded: BTreeSet::new(),
            fleet: Fleet::default(),
            absent_since: BTreeMap::new(),
            requests: BTreeMap::new(),
            orders: BTreeMap::new(),
            kills: BTreeMap::new(),
            pending: BTreeMap::new(),
            uploads: BTreeMap::new(),
            failures: BTreeMap::new(),
            replacing: BTreeMap::new(),
            calendars: Calendars::new(),
            draining: false,
            drain_asked_at: None,
            out: Vec::new(),
        }
    }

    /// Takes in one event and says what to do. Every event also lets time pass.
    pub fn handle(&mut self, now: Now, event: Event) -> Vec<Action> {
        if self.clock.observe(now) {
            self.warn("the wall clock jumped: decisions pause for 10 s, then the new time holds");
            self.judge_clock(now);
            self.timers.insert((self.clock.paused_until(), Timer::Look));
        }
        match event {
            Event::Tick => {}
            Event::JournalRead(found) => self.read_journal(found),
            Event::SessionGained(revision) => self.gain_session(now, revision),
            Event::SessionRenewed => self.renew_session(now),
            Event::SessionLost => self.session = None,
            Event::DefinitionsReset => self.loading = Some(BTreeSet::new()),
            Event::JobSeen(id, seen) => self.see_job(now, id, seen),
            Event::JobGone(id) => self.forget_job(id),
            Event::DefinitionsReady => self.definitions_ready(),
            Event::RequestSeen(key, value, revision) => self.see_request(now, key, value, revision),
            Event::RequestGone(key) => self.forget_request(&key),
            Event::OrderSeen(order) => self.see_order(now, order),
            Event::OrderGone(id) => self.forget_order(id),
            Event::RoomChanged(most) => self.config.max_parallel = most,
            Event::OrderDone(id, done) => self.order_done(id, done),
            Event::DrainRead(draining) => self.set_draining(now, draining),
            Event::CursorsRead(cursors) => self.learn_cursors(now, cursors),
            Event::RunsRead(runs) => self.runs_read(now, runs),
            Event::TxnAnswered(token, answer) => self.settle(now, token, answer),
            Event::IntentDurable(run, attempt) => self.intent_durable(now, (run, attempt)),
            Event::IntentFailed(run, attempt, why) => {
                self.intent_failed(now, (run, attempt), &why);
            }
            Event::Started(run, attempt, at) => self.started(now, (run, attempt), at),
            Event::Exited(run, attempt, exit) => self.exited(now, (run, attempt), exit),
            Event::GateTaken(run, attempt) => self.gate_taken(now, (run, attempt)),
            Event::SupervisorGone(run, attempt) => self.supervisor_gone(now, (run, attempt)),
            Event::StrayEnded(run) => self.stray_ended(now, run),
            Event::Uploaded(token) => self.uploaded(now, token),
            Event::NodesReset => self.nodes_reset(),
            Event::NodeSeen(node, session) => self.see_node(now, node, &session),
            Event::NodeGone(node) => self.node_gone(now, &node),
            Event::NodeRemembered(node, facts) => self.remember_node(now, node, *facts),
            Event::NodeRemoved(node) => self.remove_node(now, &node),
            Event::NodesReady => self.nodes_ready(now),
            Event::CalendarsKnown(calendars) => self.know_calendars(now, calendars),
        }
        self.pass_time(now);
        std::mem::take(&mut self.out)
    }

    /// When to be told of the time again, by both clocks: whichever comes first.
    /// Instants of the wall clock that cannot be acted upon are left out.
    pub fn next_wake(&self, now: Now) -> (Option<Timestamp>, Option<Duration>) {
        let wall = if self.may_decide(now) {
            self.wakes.first().map(|(at, _)| *at)
        } else {
            None
        };
        (wall, self.timers.first().map(|(at, _)| *at))
    }

    /// Programs that hold a slot, and decisions that may come to hold one.
    pub fn slots_taken(&self) -> usize {
        let running = self.runs.values().filter(|run| run.holds_slot()).count();
        running
            + self
                .pending
                .values()
                .filter(|pending| pending.claims())
                .count()
    }

    /// Attempts whose record history has not acknowledged.
    pub fn reports_pending(&self) -> usize {
        self.runs
            .values()
            .filter(|run| run.awaits_history())
            .count()
    }

    /// Attempts that this agent is responsible for, and whether the program of each runs.
    pub fn local_runs(&self) -> impl Iterator<Item = (&RunKey, &RunValue, bool)> {
        self.runs
            .values()
            .map(|run| (&run.key, &run.value, run.is_running()))
    }

    fn pass_time(&mut self, now: Now) {
        while let Some((at, timer)) = self.timers.first().cloned()
            && at <= now.boot
        {
            self.timers.pop_first();
            self.fire(now, timer);
        }
        if !self.may_decide(now) {
            self.deciding_since = None;
            return;
        }
        if self.deciding_since.is_none() {
            self.deciding_since = Some(now.wall);
            self.look_at_requests(now);
        }
        while let Some((at, key)) = self.wakes.first().cloned()
            && at <= now.wall
        {
            self.wakes.pop_first();
            self.evaluate(now, &key);
        }
    }

    fn fire(&mut self, now: Now, timer: Timer) {
        match timer {
            Timer::Resend(token) => self.resend(now, token),
            Timer::HistoryWait(key) => self.stop_waiting_for_history(now, key),
            Timer::Conclude(key) => self.conclude_again(now, key),
            Timer::Retry(key) => self.retry(now, key),
            Timer::RecordStart(key) => self.record_start(key),
            Timer::ReadRuns => self.ask_for_runs(now),
            Timer::Look => self.look_at_requests(now),
        }
    }

    fn gain_session(&mut self, now: Now, revision: u64) {
        self.session = Some(Session {
            revision,
            gained_at: now.boot,
            renewed_at: now.boot,
            runs_read: false,
        });
        self.ask_for_runs(now);
        self.ask_for_all_cursors();
    }

    fn renew_session(&mut self, now: Now) {
        if let Some(session) = &mut self.session {
            session.renewed_at = now.boot;
        }
        self.start_held(now);
    }

    fn ask_for_runs(&mut self, now: Now) {
        if self.session.is_none() {
            return;
        }
        self.concluded.clear();
        self.out.push(Action::ReadRuns);
        self.timers.retain(|(_, timer)| *timer != Timer::ReadRuns);
        self.timers
            .insert((now.boot + RUNS_REREAD_EVERY, Timer::ReadRuns));
    }

    /// Decisions need a trusted session, complete definitions, a clock that is sane by itself and
    /// agrees with others', and full knowledge of who is there and of what this node has begun.
    fn may_decide(&self, now: Now) -> bool {
        self.trusted_session(now).is_some()
            && self.loading.is_none()
            && self.fleet.is_known()
            && self.clock.is_sane(now)
            && self.clock_is_vouched_for(now)
    }

    fn trusted_session(&self, now: Now) -> Option<u64> {
        let session = self.session.as_ref()?;
        let fresh = now.boot < session.renewed_at + SESSION_TRUSTED_FOR;
        (fresh && session.runs_read && self.journal_read).then_some(session.revision)
    }

    fn new_claim_id(&mut self) -> ClaimId {
        self.claims_made += 1;
        let mut hash = Sha256::new();
        hash.update(b"claim/v1");
        hash.update(self.config.seed);
        hash.update(self.claims_made.to_be_bytes());
        let digest = hash.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        ClaimId(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    fn new_token(&mut self) -> Token {
        self.tokens_made += 1;
        Token(self.tokens_made)
    }

    fn warn(&mut self, sentence: impl Into<String>) {
        self.out.push(Action::Warn(sentence.into()));
    }

    fn usable_job(&self, id: JobId) -> Option<(&SeenJob, &Arc<crate::job::Job>)> {
        let seen = self.jobs.get(&id)?;
        seen.job.as_ref().ok().map(|job| (seen, job))
    }

    fn scope_here(&self, id: JobId) -> Option<Scope> {
        self.usable_job(id)
            .and_then(|(_, job)| job.scope_on(&self.config.node))
    }
}
