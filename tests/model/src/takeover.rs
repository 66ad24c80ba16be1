//! Attempts after the first: retries by the owner, takeovers by another agent once the owner's
//! session is gone, and the job's next run after a release. Transactions and answers travel as
//! messages: they are late, and the world around them changes meanwhile.

use std::collections::BTreeSet;

use stateright::{Model, Property};

mod agent;

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// A retry is a transaction.
    RetryIsTransaction,
    /// `active` is freed by who holds it under its claim.
    ActiveByClaim,
    /// A move compares the session of who asks for it.
    SessionCompared,
    /// A run keeps the attempts before that history has not acknowledged.
    EarlierAttemptsKept,
    /// Each attempt has a claim of its own.
    NewClaimEachAttempt,
    /// A move compares `active` with the claim that it replaces.
    ActiveCompared,
    /// After a new session a run is read again before a start that was waiting.
    ReadAgainBeforeStart,
    /// An answer to a question of an earlier session is read again too.
    LateAnswersReadAgain,
    /// A takeover compares that the owner's session is gone.
    OwnerGoneCompared,
    /// The promise counts on owners that are merely dead: their supervisors keep the program.
    DeadOwnersCount,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// Agents that crash and come back.
    pub crashes: u8,
    /// Hosts that die.
    pub deaths: u8,
    /// Agents that are cut off.
    pub cuts: u8,
    /// Messages that are lost.
    pub drops: u8,
    /// Whether a lost run is released and the job's next run claimed.
    pub releases: bool,
}

const AGENTS: usize = 2;
const ATTEMPTS: usize = 3;
/// Moves that an agent asks for, at most: while `active` is another's it could ask for ever.
const CLAIMS_MAX: u8 = 3;
/// The claim of the job's next run.
const NEXT: u8 = u8::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Run {
    owner: usize,
    attempt: usize,
    claim: u8,
    due: [bool; ATTEMPTS],
    lost: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Claimed,
    Intended,
    Started,
    Told,
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Held {
    attempt: usize,
    claim: u8,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Program {
    Running,
    Failed,
    Succeeded,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Agent {
    up: bool,
    dead: bool,
    cut: bool,
    session: u8,
    held: Option<Held>,
    asked: Option<Mail>,
    intents: [bool; ATTEMPTS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Mail {
    Move {
        by: usize,
        from: u8,
        claim: u8,
        session: u8,
        takeover: bool,
    },
    Answer {
        to: usize,
        claim: u8,
        attempt: usize,
        won: bool,
    },
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    run: Option<Run>,
    active: Option<u8>,
    sessions: [u8; AGENTS],
    sessions_made: [u8; AGENTS],
    claims_made: [u8; AGENTS],
    agents: [Agent; AGENTS],
    programs: [[Option<Program>; ATTEMPTS]; AGENTS],
    starts: [u8; ATTEMPTS],
    recorded: [bool; ATTEMPTS],
    next_runs: bool,
    was_cut: bool,
    /// A run was taken over while its owner had no session.
    taken_from_gone: bool,
    /// An agent with a session started what had been taken from it.
    stale_start: bool,
    mail: BTreeSet<Mail>,
    left: [u8; 4],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The agent starts, or reaches the store again.
    Connect(usize),
    /// The intent of what it holds becomes durable.
    Intend(usize),
    /// Its program starts.
    Start(usize),
    /// A program ends.
    End(usize, usize, bool),
    /// The owner gives history the outcome of its attempt.
    Tell(usize),
    /// The owner asks for a further attempt after a failure.
    AskRetry(usize),
    /// Another agent asks for a further attempt.
    AskTakeover(usize),
    /// The same question again.
    AskAgain(usize),
    /// A message arrives.
    Deliver(u8),
    /// A message is lost.
    Drop(u8),
    /// The owner ends the run.
    Finish(usize),
    /// A reaper calls the run lost.
    CallLost(usize),
    /// A reaper frees what the lost run held, after its grace.
    Release,
    /// History has what the lost run stands for: it goes.
    Clear,
    /// The next run of the job is claimed, or ends.
    NextRun(bool),
    /// The agent is cut off.
    Cut(usize),
    /// The store forgets a session.
    Lapse(usize),
    /// The agent dies; its programs go on.
    Crash(usize),
    /// The host dies.
    Die(usize),
}

const CRASH: usize = 0;
const DEATH: usize = 1;
const CUT: usize = 2;
const DROP: usize = 3;

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let agent = Agent {
            up: true,
            session: 1,
            ..Agent::default()
        };
        let held = Held {
            attempt: 0,
            claim: 1,
            phase: Phase::Claimed,
        };
        let owner = Agent {
            held: Some(held),
            ..agent.clone()
        };
        vec![State {
            run: Some(Run {
                owner: 0,
                attempt: 0,
                claim: 1,
                due: [false; ATTEMPTS],
                lost: false,
            }),
            active: Some(1),
            sessions: [1; AGENTS],
            sessions_made: [1; AGENTS],
            claims_made: [0; AGENTS],
            agents: [owner, agent],
            programs: Default::default(),
            starts: [0; ATTEMPTS],
            recorded: [false; ATTEMPTS],
            next_runs: false,
            was_cut: false,
            taken_from_gone: false,
            stale_start: false,
            mail: BTreeSet::new(),
            left: [self.crashes, self.deaths, self.cuts, self.drops],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for index in 0..state.mail.len() as u8 {
            steps.push(Step::Deliver(index));
            if state.left[DROP] > 0 {
                steps.push(Step::Drop(index));
            }
        }
        for name in 0..AGENTS {
            self.agent_steps(state, name, steps);
        }
        if state.next_runs {
            steps.push(Step::NextRun(false));
        } else if self.releases && state.active.is_none() {
            steps.push(Step::NextRun(true));
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Connect(name) => self.connect(&mut state, name),
            Step::Intend(name) => {
                let agent = &mut state.agents[name];
                let held = agent.held.as_mut()?;
                agent.intents[held.attempt] = true;
                held.phase = Phase::Intended;
            }
            Step::Start(name) => {
                state.stale_start |= self.is_stale(before, name);
                let held = state.agents[name].held.as_mut()?;
                held.phase = Phase::Started;
                state.starts[held.attempt] += 1;
                state.programs[name][held.attempt] = Some(Program::Running);
            }
            Step::End(host, attempt, well) => {
                state.programs[host][attempt] = Some(match well {
                    true => Program::Succeeded,
                    false => Program::Failed,
                });
            }
            Step::Tell(name) => {
                let held = state.agents[name].held.as_mut()?;
                held.phase = Phase::Told;
                state.recorded[held.attempt] = true;
            }
            Step::AskRetry(name) => self.ask(&mut state, name, false),
            Step::AskTakeover(name) => self.ask(&mut state, name, true),
            Step::AskAgain(name) => _ = state.mail.insert(state.agents[name].asked?),
            Step::Deliver(index) => self.deliver(&mut state, index),
            Step::Drop(index) => {
                agent::take(&mut state, index);
                state.left[DROP] -= 1;
            }
            Step::Finish(name) => {
                let held = state.agents[name].held?;
                self.finish(&mut state, name, held);
            }
            Step::CallLost(_) => state.run.as_mut()?.lost = true,
            Step::Release => {
                let run = state.run?;
                if state.active == Some(run.claim) {
                    state.active = None;
                }
            }
            Step::Clear => {
                let run = state.run.take()?;
                for (attempt, recorded) in state.recorded.iter_mut().enumerate() {
                    *recorded |= run.due[attempt] || attempt == run.attempt;
                }
            }
            Step::NextRun(begins) => {
                state.next_runs = begins;
                state.active = begins.then_some(NEXT);
            }
            fault => Self::suffer(&mut state, fault),
        }
        Some(state)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.claims_made.iter().all(|made| *made <= CLAIMS_MAX)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("an attempt starts once", |_, state: &State| {
                state.starts.iter().all(|starts| *starts <= 1)
            }),
            Property::always("nobody frees what another holds", |_, state: &State| {
                let next = !state.next_runs || state.active == Some(NEXT);
                let current = state.run.filter(|run| !run.lost);
                next && current.is_none_or(|run| state.active == Some(run.claim))
            }),
            Property::always(
                "who has a session starts only what is current",
                |_, state: &State| !state.stale_start,
            ),
            Property::always(
                "no claim is forgotten by who made it",
                |_, state: &State| {
                    let Some(run) = state.run.filter(|run| !run.lost) else {
                        return true;
                    };
                    let agent = &state.agents[run.owner];
                    let connected = agent.up && agent.session == state.sessions[run.owner];
                    let knows = agent.held.is_some_and(|held| held.claim == run.claim);
                    !connected || knows || agent.asked.is_some()
                },
            ),
            Property::always(
                "every attempt that started has a record",
                |_, state: &State| {
                    let closed = state.run.is_none() && state.mail.is_empty();
                    let told = |agent: &Agent| {
                        !agent.up || agent.held.is_none_or(|held| held.phase == Phase::Closed)
                    };
                    let rests = closed && state.agents.iter().all(told);
                    let pairs = state.starts.iter().zip(state.recorded);
                    !rests
                        || pairs
                            .into_iter()
                            .all(|(starts, recorded)| *starts == 0 || recorded)
                },
            ),
            Property::always(
                "attempts overlap only if an owner was gone",
                |world: &World, state: &State| {
                    let running = state.programs.as_flattened().iter();
                    let running = running.filter(|program| **program == Some(Program::Running));
                    let gone = match world.has(Clause::DeadOwnersCount) {
                        true => state.taken_from_gone,
                        false => state.was_cut,
                    };
                    gone || running.count() <= 1
                },
            ),
        ]
    }
}
