//! Attempts after the first: retries by the owner, takeovers by another agent once the owner's
//! session is gone, and the job's next run after a release. Transactions and answers travel as
//! messages: they are late, and the world around them changes meanwhile.

use std::collections::BTreeSet;

use stateright::{Model, Property};

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

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn connect(&self, state: &mut State, name: usize) {
        state.sessions_made[name] += 1;
        state.sessions[name] = state.sessions_made[name];
        let agent = &mut state.agents[name];
        let first = !agent.up;
        agent.up = true;
        agent.cut = false;
        agent.session = state.sessions[name];
        let Some(run) = state.run.filter(|run| run.owner == name) else {
            self.drop_pending_start(agent, None);
            return;
        };
        self.drop_pending_start(agent, Some(run.claim));
        let known = agent.held.is_some_and(|held| held.claim == run.claim);
        if !first || known || run.lost {
            return;
        }
        let program = &mut state.programs[name][run.attempt];
        let phase = match (agent.intents[run.attempt], &program) {
            (false, _) => Phase::Claimed,
            (true, Some(_)) => Phase::Started,
            // Recovery took the gate: it never started.
            (true, None) => {
                *program = Some(Program::Failed);
                Phase::Started
            }
        };
        agent.held = Some(Held {
            attempt: run.attempt,
            claim: run.claim,
            phase,
        });
    }

    fn drop_pending_start(&self, agent: &mut Agent, named: Option<u8>) {
        let waits = |held: &Held| matches!(held.phase, Phase::Claimed | Phase::Intended);
        let superseded = |held: &Held| waits(held) && Some(held.claim) != named;
        if self.has(Clause::ReadAgainBeforeStart)
            && agent.held.is_some_and(|held| superseded(&held))
        {
            agent.held = None;
        }
    }

    fn ask(&self, state: &mut State, by: usize, takeover: bool) {
        let Some(run) = state.run else { return };
        state.claims_made[by] += 1;
        let claim = match self.has(Clause::NewClaimEachAttempt) {
            true => state.claims_made[by] * AGENTS as u8 + by as u8,
            false => run.claim,
        };
        let from = match (takeover, state.agents[by].held) {
            (false, Some(held)) => held.claim,
            _ => run.claim,
        };
        let session = state.agents[by].session;
        let mail = Mail::Move {
            by,
            from,
            claim,
            session,
            takeover,
        };
        state.agents[by].asked = Some(mail);
        match takeover || self.has(Clause::RetryIsTransaction) {
            true => _ = state.mail.insert(mail),
            false => self.retry_at_home(state, by),
        }
    }

    /// Without its transaction the owner just begins its next attempt.
    fn retry_at_home(&self, state: &mut State, by: usize) {
        let agent = &mut state.agents[by];
        agent.asked = None;
        if let Some(held) = &mut agent.held {
            held.attempt += 1;
            held.phase = Phase::Claimed;
        }
        if let Some(run) = state.run.as_mut().filter(|run| run.owner == by) {
            run.attempt += 1;
        }
    }

    fn deliver(&self, state: &mut State, index: u8) {
        match take(state, index) {
            Mail::Answer {
                to,
                claim,
                attempt,
                won,
            } => {
                let agent = &mut state.agents[to];
                let Some(Mail::Move {
                    claim: asked,
                    session,
                    ..
                }) = agent.asked
                else {
                    return;
                };
                if asked != claim {
                    return;
                }
                agent.asked = None;
                let late = session != agent.session && self.has(Clause::LateAnswersReadAgain);
                let current = state.run.is_some_and(|run| run.claim == claim);
                if won && (current || !late) {
                    agent.held = Some(Held {
                        attempt,
                        claim,
                        phase: Phase::Claimed,
                    });
                }
            }
            mail => self.move_run(state, mail),
        }
    }

    fn move_run(&self, state: &mut State, mail: Mail) {
        let Mail::Move {
            by,
            from,
            claim,
            session,
            takeover,
        } = mail
        else {
            return;
        };
        let applies = state.run.is_some_and(|run| {
            let owner_gone = state.sessions[run.owner] == 0 || !self.has(Clause::OwnerGoneCompared);
            run.claim == from
                && (!run.lost || takeover)
                && run.attempt + 1 < ATTEMPTS
                && (!takeover || (owner_gone && run.owner != by))
        });
        let here = state.sessions[by] == session || !self.has(Clause::SessionCompared);
        let active = state.active == Some(from) || !self.has(Clause::ActiveCompared);
        if let Some(run) = state.run.as_mut().filter(|_| applies && here && active) {
            state.taken_from_gone |= state.sessions[run.owner] == 0;
            run.due[run.attempt] = self.has(Clause::EarlierAttemptsKept);
            run.owner = by;
            run.attempt += 1;
            run.claim = claim;
            run.lost = false;
            state.active = Some(claim);
        }
        let mine = state
            .run
            .filter(|run| run.claim == claim && run.owner == by);
        state.mail.insert(Mail::Answer {
            to: by,
            claim,
            attempt: mine.map_or(0, |run| run.attempt),
            won: mine.is_some(),
        });
    }

    fn is_stale(&self, state: &State, name: usize) -> bool {
        let agent = &state.agents[name];
        let connected = !agent.cut && agent.session == state.sessions[name];
        let claim = agent.held.map(|held| held.claim);
        connected && state.run.map(|run| run.claim) != claim
    }

    fn finish(&self, state: &mut State, name: usize, held: Held) {
        if let Some(run) = state.run.filter(|run| run.claim == held.claim) {
            for (recorded, due) in state.recorded.iter_mut().zip(run.due) {
                *recorded |= due;
            }
            state.run = None;
        }
        let of_this_run = state.active.is_some_and(|claim| claim != NEXT);
        let mine = state.active == Some(held.claim);
        if mine || (of_this_run && !self.has(Clause::ActiveByClaim)) {
            state.active = None;
        }
        state.agents[name].held = Some(Held {
            phase: Phase::Closed,
            ..held
        });
    }

    fn held_steps(&self, state: &State, name: usize, held: Held, steps: &mut Vec<Step>) {
        let agent = &state.agents[name];
        let program = state.programs[name][held.attempt];
        let over = matches!(program, Some(Program::Failed | Program::Succeeded));
        match held.phase {
            Phase::Claimed => steps.push(Step::Intend(name)),
            Phase::Intended => steps.push(Step::Start(name)),
            Phase::Started if over => steps.push(Step::Tell(name)),
            Phase::Told if agent.asked.is_none() => {
                let more = program == Some(Program::Failed) && held.attempt + 1 < ATTEMPTS;
                let current = state.run.is_some_and(|run| run.claim == held.claim);
                match (more, current, agent.cut) {
                    (true, true, false) => steps.push(Step::AskRetry(name)),
                    (true, _, _) if !self.has(Clause::RetryIsTransaction) => {
                        steps.push(Step::AskRetry(name));
                    }
                    (_, _, false) => steps.push(Step::Finish(name)),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn agent_steps(&self, state: &State, name: usize, steps: &mut Vec<Step>) {
        let agent = &state.agents[name];
        if state.sessions[name] != 0 && (!agent.up || agent.cut) {
            steps.push(Step::Lapse(name));
        }
        if agent.dead {
            return;
        }
        if !agent.up || agent.cut || state.sessions[name] != agent.session {
            steps.push(Step::Connect(name));
        }
        for (attempt, program) in state.programs[name].iter().enumerate() {
            if *program == Some(Program::Running) {
                steps.push(Step::End(name, attempt, true));
                steps.push(Step::End(name, attempt, false));
            }
        }
        if state.left[DEATH] > 0 {
            steps.push(Step::Die(name));
        }
        if !agent.up {
            return;
        }
        if let Some(held) = agent.held {
            self.held_steps(state, name, held, steps);
        }
        if state.left[CRASH] > 0 {
            steps.push(Step::Crash(name));
        }
        if agent.cut {
            return;
        }
        if agent.asked.is_some() && state.left[DROP] < self.drops {
            steps.push(Step::AskAgain(name));
        }
        if state.left[CUT] > 0 {
            steps.push(Step::Cut(name));
        }
        let others = state
            .run
            .filter(|run| run.owner != name && state.sessions[run.owner] == 0);
        let Some(run) = others.filter(|_| state.sessions[name] != 0) else {
            return;
        };
        if run.attempt + 1 < ATTEMPTS && agent.asked.is_none() {
            steps.push(Step::AskTakeover(name));
        }
        if !run.lost && self.releases {
            steps.push(Step::CallLost(name));
        }
        if run.lost && state.active == Some(run.claim) {
            steps.push(Step::Release);
        } else if run.lost {
            steps.push(Step::Clear);
        }
    }
}

fn take(state: &mut State, index: u8) -> Mail {
    let mail = state.mail.iter().nth(usize::from(index));
    let mail = *mail.expect("the step named a message that is there");
    state.mail.remove(&mail);
    mail
}

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
                take(&mut state, index);
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
            Step::Cut(name) => {
                state.left[CUT] -= 1;
                state.was_cut = true;
                state.agents[name].cut = true;
            }
            Step::Lapse(name) => state.sessions[name] = 0,
            Step::Crash(name) => {
                state.left[CRASH] -= 1;
                let agent = &mut state.agents[name];
                *agent = Agent {
                    intents: agent.intents,
                    ..Agent::default()
                };
            }
            Step::Die(name) => {
                state.left[DEATH] -= 1;
                state.programs[name] = Default::default();
                state.agents[name] = Agent {
                    dead: true,
                    ..Agent::default()
                };
            }
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
