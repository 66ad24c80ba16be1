//! Claiming an instant and starting it through a durable intent: two agents, two instants,
//! answers that get lost, agents that crash, disks that are wiped, sessions that lapse.

use std::collections::BTreeSet;

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// Recovery leaves alone what has an intent already.
    RecoveryReadsIntents,
    /// The intent is durable before the program starts.
    IntentBeforeStart,
    /// A run is only continued on the disk that it was claimed with.
    DiskCompared,
    /// A transaction of unknown outcome is sent again under the same claim.
    SameClaimAgain,
    /// And under the same session.
    SameSessionAgain,
    /// The cursor must be exactly the one that was read.
    CursorCompared,
    /// The session is compared in the transaction.
    SessionCompared,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// Agents that crash.
    pub crashes: u8,
    /// Disks that are wiped.
    pub wipes: u8,
    /// Messages that are lost, and sent again.
    pub drops: u8,
    /// Sessions that lapse.
    pub lapses: u8,
}

const AGENTS: usize = 2;
const INSTANTS: usize = 2;
/// Claims that an agent makes, at most: without a session it could ask for ever.
const CLAIMS_MAX: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Run {
    agent: usize,
    disk: u8,
    claim: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
enum Phase {
    #[default]
    Unknown,
    Won,
    Intended,
    /// Started, or ended, or known never to start.
    Settled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Asked {
    instant: u8,
    claim: u8,
    session: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Agent {
    up: bool,
    disk: u8,
    session: u8,
    claims: u8,
    asked: Option<Asked>,
    held: [Phase; INSTANTS],
    intents: [bool; INSTANTS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Mail {
    Claim {
        from: u8,
        run: Run,
        session: u8,
    },
    Answer {
        agent: usize,
        instant: u8,
        claim: u8,
        mine: bool,
    },
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    cursor: u8,
    runs: [Option<Run>; INSTANTS],
    sessions: [u8; AGENTS],
    agents: [Agent; AGENTS],
    mail: BTreeSet<Mail>,
    starts: [u8; INSTANTS],
    sessions_made: [u8; AGENTS],
    left: [u8; 4],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The agent starts, or connects again: a new session, and it reads what names it.
    Connect(usize),
    /// It sends a claim for the next instant.
    Ask(usize),
    /// It sends the claim again whose answer never came.
    AskAgain(usize),
    /// The store takes a transaction, or an agent an answer.
    Deliver(u8),
    /// A message is lost.
    Drop(u8),
    /// The intent becomes durable.
    Intend(usize, usize),
    /// The program starts.
    Start(usize, usize),
    /// The agent dies; its disk stays.
    Crash(usize),
    /// The disk of a dead agent is replaced.
    Wipe(usize),
    /// The store forgets a session.
    Lapse(usize),
}

const CRASH: usize = 0;
const WIPE: usize = 1;
const DROP: usize = 2;
const LAPSE: usize = 3;

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn connect(&self, state: &mut State, agent: usize) {
        state.sessions_made[agent] += 1;
        state.sessions[agent] = state.sessions_made[agent];
        let mine = &mut state.agents[agent];
        mine.up = true;
        mine.session = state.sessions[agent];
        for (instant, run) in state.runs.iter().enumerate() {
            let Some(run) = run.filter(|run| run.agent == agent) else {
                continue;
            };
            if mine.held[instant] != Phase::Unknown {
                continue;
            }
            let intended = mine.intents[instant] && self.has(Clause::RecoveryReadsIntents);
            let other_disk = run.disk != mine.disk && self.has(Clause::DiskCompared);
            mine.held[instant] = match intended || other_disk {
                true => Phase::Settled,
                false => Phase::Won,
            };
        }
    }

    fn take_claim(&self, state: &mut State, from: u8, run: Run, session: u8) {
        let instant = from as usize;
        let cursor = state.cursor == from || !self.has(Clause::CursorCompared);
        let alive = state.sessions[run.agent] == session || !self.has(Clause::SessionCompared);
        if cursor && alive {
            state.cursor = from + 1;
            state.runs[instant] = Some(run);
        }
        state.mail.insert(Mail::Answer {
            agent: run.agent,
            instant: from,
            claim: run.claim,
            mine: state.runs[instant].is_some_and(|stored| stored.claim == run.claim),
        });
    }

    /// Sent again it is the same transaction, its session too: another one could still be
    /// applied after an answer said that this one was not.
    fn ask(state: &mut State, agent: usize, asked: Asked) {
        let mine = &mut state.agents[agent];
        mine.asked = Some(asked);
        let run = Run {
            agent,
            disk: mine.disk,
            claim: asked.claim,
        };
        state.mail.insert(Mail::Claim {
            from: asked.instant,
            run,
            session: asked.session,
        });
    }

    fn deliver(&self, state: &mut State, index: u8) {
        let mail = take(state, index);
        match mail {
            Mail::Claim { from, run, session } => self.take_claim(state, from, run, session),
            Mail::Answer {
                agent,
                instant,
                claim,
                mine,
            } => {
                let agent = &mut state.agents[agent];
                let answered = |asked: Asked| asked.instant == instant && asked.claim == claim;
                if !agent.asked.is_some_and(answered) {
                    return;
                }
                agent.asked = None;
                if mine && agent.held[instant as usize] == Phase::Unknown {
                    agent.held[instant as usize] = Phase::Won;
                }
            }
        }
    }
}

fn new_claim(state: &mut State, agent: usize) -> u8 {
    state.agents[agent].claims += 1;
    state.agents[agent].claims * AGENTS as u8 + agent as u8
}

fn take(state: &mut State, index: u8) -> Mail {
    let mail = *state
        .mail
        .iter()
        .nth(index as usize)
        .expect("the action named a message that is there");
    state.mail.remove(&mail);
    mail
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let left = [self.crashes, self.wipes, self.drops, self.lapses];
        vec![State {
            cursor: 0,
            runs: [None; INSTANTS],
            sessions: [0; AGENTS],
            agents: Default::default(),
            mail: BTreeSet::new(),
            starts: [0; INSTANTS],
            sessions_made: [0; AGENTS],
            left,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for index in 0..state.mail.len() as u8 {
            steps.push(Step::Deliver(index));
            if state.left[DROP] > 0 {
                steps.push(Step::Drop(index));
            }
        }
        for (name, agent) in state.agents.iter().enumerate() {
            if !agent.up || state.sessions[name] != agent.session {
                steps.push(Step::Connect(name));
            }
            if !agent.up {
                if state.left[WIPE] > 0 {
                    steps.push(Step::Wipe(name));
                }
                continue;
            }
            match agent.asked {
                None if usize::from(state.cursor) < INSTANTS => steps.push(Step::Ask(name)),
                Some(_) if state.left[DROP] < self.drops => steps.push(Step::AskAgain(name)),
                _ => {}
            }
            for (instant, phase) in agent.held.iter().enumerate() {
                match phase {
                    Phase::Won => steps.push(Step::Intend(name, instant)),
                    Phase::Intended => steps.push(Step::Start(name, instant)),
                    _ => {}
                }
            }
            if state.left[CRASH] > 0 {
                steps.push(Step::Crash(name));
            }
            if state.left[LAPSE] > 0 && state.sessions[name] != 0 {
                steps.push(Step::Lapse(name));
            }
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Connect(agent) => self.connect(&mut state, agent),
            Step::Ask(agent) => {
                let claim = new_claim(&mut state, agent);
                let asked = Asked {
                    instant: state.cursor,
                    claim,
                    session: state.agents[agent].session,
                };
                Self::ask(&mut state, agent, asked);
            }
            Step::AskAgain(agent) => {
                let mut asked = state.agents[agent].asked?;
                if !self.has(Clause::SameClaimAgain) {
                    asked.claim = new_claim(&mut state, agent);
                }
                if !self.has(Clause::SameSessionAgain) {
                    asked.session = state.agents[agent].session;
                }
                Self::ask(&mut state, agent, asked);
            }
            Step::Deliver(index) => self.deliver(&mut state, index),
            Step::Drop(index) => {
                take(&mut state, index);
                state.left[DROP] -= 1;
            }
            Step::Intend(agent, instant) => {
                let agent = &mut state.agents[agent];
                match self.has(Clause::IntentBeforeStart) {
                    true => agent.intents[instant] = true,
                    false => state.starts[instant] += 1,
                }
                agent.held[instant] = Phase::Intended;
            }
            Step::Start(agent, instant) => {
                let agent = &mut state.agents[agent];
                match self.has(Clause::IntentBeforeStart) {
                    true => state.starts[instant] += 1,
                    false => agent.intents[instant] = true,
                }
                agent.held[instant] = Phase::Settled;
            }
            Step::Crash(agent) => {
                state.left[CRASH] -= 1;
                let agent = &mut state.agents[agent];
                *agent = Agent {
                    disk: agent.disk,
                    claims: agent.claims,
                    intents: agent.intents,
                    ..Agent::default()
                };
            }
            Step::Wipe(agent) => {
                state.left[WIPE] -= 1;
                state.agents[agent].disk += 1;
                state.agents[agent].intents = [false; INSTANTS];
            }
            Step::Lapse(agent) => {
                state.left[LAPSE] -= 1;
                state.sessions[agent] = 0;
            }
        }
        Some(state)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.agents.iter().all(|agent| agent.claims <= CLAIMS_MAX)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("each instant starts once", |_, state: &State| {
                state.starts.iter().all(|starts| *starts <= 1)
            }),
            Property::always(
                "no claim is forgotten by who made it",
                |_, state: &State| {
                    state.runs.iter().enumerate().all(|(instant, run)| {
                        let Some(run) = run else { return true };
                        let agent = &state.agents[run.agent];
                        !agent.up
                            || agent.asked.is_some()
                            || agent.session != state.sessions[run.agent]
                            || agent.held[instant] != Phase::Unknown
                    })
                },
            ),
            Property::sometimes("both instants start", |_, state: &State| {
                state.starts == [1; INSTANTS]
            }),
        ]
    }
}
