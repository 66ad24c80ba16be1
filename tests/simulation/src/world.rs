//! The simulated world: true time, a store, history, servers, and everything that may go wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::dispatch::{
    Action, Answer, Calendars, Event, Intent, RunKey, SeriesKey, Token, Transaction,
};
use belfry_core::id::{JobId, RunId};
use belfry_core::job::Job;
use belfry_core::keyspace::{Batch, Keyspace};
use belfry_core::run::RunRecord;
use jiff::Timestamp;

use crate::faults::Fault;
use crate::host::{AttemptKey, Host};
use crate::random::Random;
use crate::reaped::Reaped;
use crate::store::Store;

/// More than any world has; one that has more turns in a circle.
const HAPPENINGS_MAX: u64 = 2_000_000;

/// Something that will happen at its time.
pub(crate) enum Happening {
    /// An agent learns of something.
    Tell(usize, u64, Event),
    /// A request reaches the store.
    Txn(usize, u64, Batch),
    /// A supervisor comes to its gate.
    Exec(usize, Intent),
    /// A program ends by itself.
    ProgramEnds(usize, AttemptKey),
    /// The agent starts.
    Boot(usize),
    /// The agent's session is due for renewal.
    Heartbeat(usize, u64),
    /// The agent wanted to be told of the time.
    Wake(usize, u64),
    /// An upload reaches history.
    Upload(usize, u64, Token, Vec<RunRecord>),
    /// A program is told to stop.
    Stop(usize, AttemptKey),
    /// What a wiped disk left running is ended.
    EndStray(usize, u64, RunId),
    /// The next misfortune.
    Misfortune,
    /// History is there again.
    HistoryBack,
    /// A server reaches the store again.
    CutHealed(usize),
    /// A reading was asked for that cannot be made before now.
    Read(usize, u64, Action),
}

/// A version of a job's definition, from a true time on.
#[derive(Clone)]
pub struct Edition {
    /// When it was made.
    pub since: Timestamp,
    /// The definition.
    pub job: Job,
    /// Its generation.
    pub generation: u64,
    /// The generation that last changed when it runs.
    pub sgen: u64,
    /// Whether the edition before it was paused.
    pub was_paused: bool,
    /// The store's revision of it.
    pub revision: u64,
}

/// A program was executed.
#[derive(Clone, Debug)]
pub struct Start {
    /// The run.
    pub key: RunKey,
    /// The attempt.
    pub attempt: u32,
    /// On which server.
    pub host: usize,
    /// When it was decided, by that server's clock.
    pub decided_at: Timestamp,
}

/// The simulated world.
pub struct World {
    /// The seed's numbers.
    pub random: Random,
    /// The true time at the beginning.
    pub start: Timestamp,
    /// True time since then.
    pub elapsed: Duration,
    /// The present.
    pub store: Store,
    /// The past.
    pub history: BTreeMap<AttemptKey, RunRecord>,
    /// Whether history can be reached.
    pub history_up: bool,
    /// The servers.
    pub hosts: Vec<Host>,
    /// Every edition of every job, oldest first.
    pub jobs: BTreeMap<JobId, Vec<Edition>>,
    /// Every calendar that there is.
    pub calendars: Calendars,
    /// Every program that was executed.
    pub starts: Vec<Start>,
    /// How often each misfortune happened.
    pub faults: BTreeMap<Fault, u32>,
    /// Whether wall clocks are set wrong in this world. Definitions are not edited then: an edit
    /// begins anew at the agent's own time, so that with a wrong clock nobody can say which
    /// edition an instant belongs to.
    pub clocks_may_step: bool,
    /// How long programs last at most, where that is not left to the seed.
    pub programs_last_ms: Option<u64>,
    /// No more misfortunes.
    pub healed: bool,
    /// Whether requests and answers are lost on their way.
    pub may_lose: bool,
    /// Most transactions that one request had.
    pub batched_most: usize,
    /// Where nodes began their own series.
    pub begun: BTreeMap<SeriesKey, Timestamp>,
    /// How often a decision about each occurrence was sent.
    pub decisions: BTreeMap<RunKey, u32>,
    /// Whether what happens is printed, for whoever reads a failure.
    pub aloud: bool,
    /// What agents did about the runs of others.
    pub reaped: Reaped,
    /// Requests that people made.
    pub requests: Vec<RunKey>,
    pub(crate) keys: Keyspace,
    queue: BTreeMap<(Duration, u64), Happening>,
    sequence: u64,
}

impl World {
    /// A world with servers and nothing in it yet.
    pub fn new(seed: u64, hosts: u64) -> Self {
        Self {
            random: Random::new(seed),
            start: Timestamp::from_second(1_780_000_000).expect("in range"),
            elapsed: Duration::ZERO,
            store: Store::default(),
            history: BTreeMap::new(),
            history_up: true,
            hosts: (0..hosts).map(|number| Host::new(number, seed)).collect(),
            jobs: BTreeMap::new(),
            calendars: Calendars::new(),
            starts: Vec::new(),
            faults: BTreeMap::new(),
            clocks_may_step: seed % 4 < 2,
            programs_last_ms: None,
            healed: false,
            may_lose: true,
            batched_most: 0,
            begun: BTreeMap::new(),
            decisions: BTreeMap::new(),
            aloud: false,
            reaped: Reaped::default(),
            requests: Vec::new(),
            keys: Keyspace::this_computer(),
            queue: BTreeMap::new(),
            sequence: 0,
        }
    }

    /// The true time.
    pub fn true_now(&self) -> Timestamp {
        self.start + self.elapsed
    }

    /// Notes something for whoever reads a failure.
    pub fn note(&mut self, line: String) {
        let line = format!("{:>9.3} {line}", self.elapsed.as_secs_f64());
        if self.aloud {
            println!("{line}");
        }
    }

    pub(crate) fn soon(&mut self, milliseconds: u64) -> Duration {
        self.elapsed + Duration::from_micros(1 + self.random.below(milliseconds * 1000))
    }

    pub(crate) fn at(&mut self, time: Duration, happening: Happening) {
        self.sequence += 1;
        self.queue.insert((time, self.sequence), happening);
    }

    pub(crate) fn tell(&mut self, host: usize, incarnation: u64, event: Event) {
        let time = self.soon(5);
        self.at(time, Happening::Tell(host, incarnation, event));
    }

    /// Lets everything happen up to a true time.
    pub fn run_until(&mut self, end: Duration) {
        let mut happened = 0u64;
        while let Some(((time, _), _)) = self.queue.first_key_value()
            && *time <= end
        {
            happened += 1;
            assert!(happened < HAPPENINGS_MAX, "the world never comes to rest");
            let ((time, _), happening) = self.queue.pop_first().expect("it was just seen");
            self.elapsed = time;
            self.happen(happening);
        }
        self.elapsed = end;
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Tell(host, incarnation, event) => self.deliver(host, incarnation, event),
            Happening::Wake(host, incarnation) => {
                // An earlier wake took its place, or this is the one that was waited for.
                if self.hosts[host].wake_at == Some(self.elapsed) {
                    self.hosts[host].wake_at = None;
                    self.deliver(host, incarnation, Event::Tick);
                }
            }
            Happening::Txn(host, incarnation, batch) => self.arrive(host, incarnation, &batch),
            Happening::Exec(host, intent) => self.exec(host, intent),
            Happening::ProgramEnds(host, key) => self.program_ends(host, key),
            Happening::Boot(host) => self.boot(host),
            Happening::Heartbeat(host, incarnation) => self.heartbeat(host, incarnation),
            Happening::Upload(host, incarnation, token, records) => {
                self.receive(host, incarnation, token, records);
            }
            Happening::Stop(host, key) => self.stop_program(host, key),
            Happening::EndStray(host, incarnation, run) => self.end_stray(host, incarnation, run),
            Happening::Misfortune => self.misfortune(),
            Happening::Read(host, incarnation, action) => {
                if self.hosts[host].incarnation == incarnation {
                    self.perform(host, incarnation, action);
                }
            }
            Happening::HistoryBack => self.history_up = true,
            Happening::CutHealed(host) => {
                if !self.is_cut(host) && self.hosts[host].agent.is_some() {
                    self.tell_everything(host);
                }
            }
        }
    }

    /// Tells an agent something, unless it is another one by now, and performs what it wants.
    fn deliver(&mut self, host: usize, incarnation: u64, event: Event) {
        let stopped_until = self.hosts[host].stopped_until;
        if stopped_until > self.elapsed {
            self.at(stopped_until, Happening::Tell(host, incarnation, event));
            return;
        }
        let now = self.hosts[host].now(self.start, self.elapsed);
        let this = &mut self.hosts[host];
        let Some(agent) = this
            .agent
            .as_mut()
            .filter(|_| this.incarnation == incarnation)
        else {
            return;
        };
        let actions = agent.handle(now, event);
        let (wall, boot) = agent.next_wake(now);
        let by_wall = wall.map(|at| {
            let wait = Duration::try_from(at.duration_since(now.wall)).unwrap_or_default();
            self.elapsed + wait.max(Duration::from_micros(1))
        });
        let bound = self.elapsed + Duration::from_secs(1);
        let wake = [by_wall, boot, Some(bound)].into_iter().flatten().min();
        let at = wake.map_or(bound, |at| at.max(self.elapsed + Duration::from_micros(1)));
        if this.wake_at.is_none_or(|known| at < known) {
            this.wake_at = Some(at);
            self.at(at, Happening::Wake(host, incarnation));
        }
        let mut unsent = Vec::new();
        for action in actions {
            self.invariant_a_draining_node_begins_nothing(host, &action);
            match action {
                Action::SendTxn(token, transaction) => unsent.push((token, transaction)),
                other => self.perform(host, incarnation, other),
            }
        }
        for batch in Batch::part(unsent) {
            self.send(host, incarnation, batch);
        }
    }

    fn send(&mut self, host: usize, incarnation: u64, batch: Batch) {
        self.batched_most = self.batched_most.max(batch.sent.len());
        let time = self.soon(8);
        self.at(time, Happening::Txn(host, incarnation, batch));
    }

    fn perform(&mut self, host: usize, incarnation: u64, action: Action) {
        let reads = matches!(action, Action::ReadCursors(_) | Action::ReadRuns);
        if reads && self.is_cut(host) {
            let time = self.hosts[host].cut_until;
            self.at(time, Happening::Read(host, incarnation, action));
            return;
        }
        match action {
            Action::SendTxn(token, transaction) => {
                let batch = Batch {
                    sent: vec![(token, transaction)],
                };
                self.send(host, incarnation, batch);
            }
            Action::ReadCursors(keys) => {
                let cursors = keys.into_iter().map(|key| {
                    let entry = self.store.entries.get(&self.keys.cursor(&key));
                    let text = entry.and_then(|entry| std::str::from_utf8(&entry.value).ok());
                    (key, text.and_then(|text| text.parse().ok()))
                });
                let cursors = cursors.collect();
                self.tell(host, incarnation, Event::CursorsRead(cursors));
            }
            Action::ReadRuns => self.read_runs(host, incarnation),
            Action::WriteIntent(intent) => self.write_intent(host, incarnation, intent),
            Action::Spawn(intent) => {
                let key = (intent.value.run_id, intent.value.attempt);
                let known = self.hosts[host].folders.insert(key, Default::default());
                assert!(
                    known.is_none(),
                    "attempt {key:?} was spawned twice on {host}"
                );
                self.hosts[host].spawned.insert(key);
                let time = self.soon(4);
                self.at(time, Happening::Exec(host, intent));
            }
            Action::Stop(run, attempt) => {
                let time = self.soon(50);
                self.at(time, Happening::Stop(host, (run, attempt)));
            }
            Action::EndStray(run) => {
                let time = self.soon(500);
                self.at(time, Happening::EndStray(host, incarnation, run));
            }
            Action::Upload(token, records, _) => {
                let time = self.soon(20);
                self.at(time, Happening::Upload(host, incarnation, token, records));
            }
            Action::Forget(run, attempt) => {
                self.hosts[host].journal.remove(&(run, attempt));
                self.hosts[host].folders.remove(&(run, attempt));
            }
            Action::KeepDrain(order, drains) => {
                self.keep_drain(host, incarnation, (order, drains));
            }
            Action::Tail(..) | Action::Reload(_) => {}
            Action::Warn(sentence) => self.note(format!("n{host} warns: {sentence}")),
        }
    }

    fn read_runs(&mut self, host: usize, incarnation: u64) {
        let prefix = self.keys.runs();
        let runs = self.store.below(&prefix).filter_map(|entry| {
            let value: belfry_core::dispatch::RunValue = serde_json_value(&entry.value)?;
            let Some(belfry_core::keyspace::Key::Run(key)) = self.keys.parse(&entry.key) else {
                return None;
            };
            Some((key, value, entry.mod_revision))
        });
        let runs = runs.collect();
        self.tell(host, incarnation, Event::RunsRead(runs));
    }

    fn write_intent(&mut self, host: usize, incarnation: u64, intent: Intent) {
        let key = (intent.value.run_id, intent.value.attempt);
        if self.may_lose && !self.healed && self.random.once_in(400) {
            self.count(Fault::DiskFull);
            let why = "no space left on the device".to_owned();
            self.tell(host, incarnation, Event::IntentFailed(key.0, key.1, why));
            return;
        }
        self.hosts[host].journal.insert(key, intent);
        let slow = if self.random.once_in(50) { 8_000 } else { 4 };
        let time = self.soon(slow);
        self.at(
            time,
            Happening::Tell(host, incarnation, Event::IntentDurable(key.0, key.1)),
        );
    }

    /// A request reaches the store, or does not; its answer comes back, or does not.
    fn arrive(&mut self, host: usize, incarnation: u64, batch: &Batch) {
        let lost_on_the_way = self.may_lose && !self.healed && self.random.once_in(60);
        if lost_on_the_way || self.is_cut(host) {
            self.count(Fault::LostRequest);
            self.leave_unanswered(host, incarnation, batch);
            return;
        }
        let node = self.hosts[host].node.clone();
        let answer = self.store.transact(&self.keys.spell_batch(&node, batch));
        let answers = self.keys.read_batch(batch, &answer);
        for ((_, transaction), (_, answer)) in batch.sent.iter().zip(&answers) {
            self.count_answered(host, transaction, answer);
        }
        let lost_reply = self.may_lose && !self.healed && self.random.once_in(40);
        if lost_reply {
            self.count(Fault::LostReply);
            self.leave_unanswered(host, incarnation, batch);
            return;
        }
        for (token, answer) in answers {
            self.tell(host, incarnation, Event::TxnAnswered(token, answer));
        }
    }

    fn leave_unanswered(&mut self, host: usize, incarnation: u64, batch: &Batch) {
        for (token, _) in &batch.sent {
            let unknown = Event::TxnAnswered(*token, Answer::Unknown);
            self.tell(host, incarnation, unknown);
        }
    }

    fn count_answered(&mut self, host: usize, transaction: &Transaction, answer: &Answer) {
        let won = matches!(answer, Answer::Won(_));
        let outcome = if won { "won" } else { "lost" };
        self.note(format!("n{host} {} {outcome}", brief(transaction)));
        self.note_reaping(host, transaction, answer);
        match transaction {
            Transaction::Decide { key, .. } => {
                *self.decisions.entry(key.clone()).or_default() += 1;
            }
            Transaction::CreateCursor { series, cursor, .. } if won => {
                self.begun.insert(series.clone(), cursor.instant);
            }
            Transaction::Consume { request, .. } if won => self.tell_consumed(request.clone()),
            _ => {}
        }
    }

    /// Records reach history, if it is there; the acknowledgement may be lost.
    fn receive(&mut self, host: usize, incarnation: u64, token: Token, records: Vec<RunRecord>) {
        if self.hosts[host].incarnation != incarnation || self.hosts[host].agent.is_none() {
            return;
        }
        if self.history_up {
            for record in &records {
                let key = (record.run_id, record.attempt);
                let newer = self
                    .history
                    .get(&key)
                    .is_none_or(|stored| record.replaces(stored));
                if newer {
                    self.history.insert(key, record.clone());
                }
            }
        }
        let lost = self.may_lose && !self.healed && self.random.once_in(50);
        if self.history_up && !lost {
            self.tell(host, incarnation, Event::Uploaded(token));
            return;
        }
        let time = self.soon(400);
        self.at(time, Happening::Upload(host, incarnation, token, records));
    }

    pub(crate) fn count(&mut self, fault: Fault) {
        *self.faults.entry(fault).or_default() += 1;
    }
}

fn serde_json_value<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

fn brief(transaction: &Transaction) -> String {
    match transaction {
        Transaction::CreateCursor { series, .. } => format!("cursor {}", series.scope),
        Transaction::Rebase { to, .. } => format!("rebase to {to}"),
        Transaction::Decide { key, run, to, .. } => {
            format!(
                "{} {} of job {:x} to {to}, {} passed, {:?}",
                run.state.as_str(),
                key.run_id().short(),
                key.job.0.as_u128(),
                run.passed.count,
                run.reason
            )
        }
        Transaction::Consume { key, run, .. } => {
            format!("{} request {}", run.state.as_str(), key.run_id().short())
        }
        Transaction::Finish { key, kept, .. } => {
            format!("finish {} kept {}", key.run_id().short(), kept.is_some())
        }
        Transaction::Retry { key, run, .. } => {
            format!("retry {} as {}", key.run_id().short(), run.attempt)
        }
        Transaction::TakeOver { key, run, .. } => {
            format!("take over {} as {}", key.run_id().short(), run.attempt)
        }
        Transaction::Order { node, order, .. } => format!("order {order} to {node}"),
        Transaction::Lost { key, .. } => format!("lost {}", key.run_id().short()),
        Transaction::Release { key, .. } => format!("release {}", key.run_id().short()),
        Transaction::Clear { key, .. } => format!("clear {}", key.run_id().short()),
        Transaction::Answer { order } => format!("answer {order}"),
    }
}
