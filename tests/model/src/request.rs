//! A run on request: put twice by a desktop that got no answer, consumed by one of two agents.

use std::collections::BTreeSet;

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// A put compares that neither the request nor its run is there.
    PutComparesRun,
    /// The run stays in the store until no put can come any more that counts.
    RunKeptUntilExpiry,
    /// Who consumes a request judges whether it has expired.
    ExpiryJudged,
    /// A transaction of unknown outcome is sent again under the same claim.
    SameClaimAgain,
    /// A consumption compares the request and the absence of its run.
    ConsumptionCompared,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// Agents that crash and come back.
    pub crashes: u8,
    /// Messages that are lost.
    pub drops: u8,
    /// How often the desktop puts the request.
    pub puts: u8,
}

const AGENTS: usize = 2;
const CLAIMS_MAX: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Mail {
    Put,
    Consume {
        agent: usize,
        claim: u8,
        revision: u8,
        starts: bool,
    },
    Answer {
        agent: usize,
        claim: u8,
        starts: bool,
        mine: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Run {
    agent: usize,
    claim: u8,
    starts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
enum Phase {
    #[default]
    Unknown,
    Won,
    Started,
    Told,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Agent {
    down: bool,
    claims: u8,
    asked: Option<Mail>,
    held: Phase,
    intent: bool,
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The revision of the request, while it is there.
    request: Option<u8>,
    puts_made: u8,
    run: Option<Run>,
    expired: bool,
    recorded: bool,
    agents: [Agent; AGENTS],
    starts: u8,
    mail: BTreeSet<Mail>,
    left: [u8; 3],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The desktop sends its request, again if it got no answer.
    Put,
    /// `not_after` passes.
    Expire,
    /// An agent that sees the request asks to consume it.
    Ask(usize),
    /// It asks again.
    AskAgain(usize),
    /// A message arrives.
    Deliver(u8),
    /// A message is lost.
    Drop(u8),
    /// The program starts, after its intent.
    Start(usize),
    /// History has the record.
    Tell(usize),
    /// The run leaves the store.
    Clear,
    /// The agent dies.
    Crash(usize),
    /// It comes back.
    Restart(usize),
}

const CRASH: usize = 0;
const DROP: usize = 1;
const PUT: usize = 2;

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn deliver(&self, state: &mut State, index: u8) {
        match take(state, index) {
            Mail::Put => {
                let unseen = state.run.is_none() || !self.has(Clause::PutComparesRun);
                if state.request.is_none() && unseen {
                    state.puts_made += 1;
                    state.request = Some(state.puts_made);
                }
            }
            Mail::Consume {
                agent,
                claim,
                revision,
                starts,
            } => self.consume(state, (agent, claim, revision, starts)),
            Mail::Answer {
                agent,
                claim,
                starts,
                mine,
            } => {
                let agent = &mut state.agents[agent];
                let Some(Mail::Consume { claim: asked, .. }) = agent.asked else {
                    return;
                };
                if asked == claim {
                    agent.asked = None;
                    if mine {
                        agent.held = if starts { Phase::Won } else { Phase::Started };
                    }
                }
            }
        }
    }

    fn consume(&self, state: &mut State, (agent, claim, revision, starts): (usize, u8, u8, bool)) {
        let compared = state.request == Some(revision) && state.run.is_none();
        if compared || !self.has(Clause::ConsumptionCompared) {
            state.request = None;
            state.run = Some(Run {
                agent,
                claim,
                starts,
            });
        }
        state.mail.insert(Mail::Answer {
            agent,
            claim,
            starts,
            mine: state
                .run
                .is_some_and(|run| run.claim == claim && run.agent == agent),
        });
    }

    fn ask(&self, state: &mut State, name: usize, revision: u8) {
        let starts = !state.expired || !self.has(Clause::ExpiryJudged);
        let agent = &mut state.agents[name];
        agent.claims += 1;
        let mail = Mail::Consume {
            agent: name,
            claim: agent.claims,
            revision,
            starts,
        };
        agent.asked = Some(mail);
        agent.held = Phase::Unknown;
        state.mail.insert(mail);
    }

    fn restart(&self, state: &mut State, name: usize) {
        // Its session is another one from now on: what it had sent is refused.
        state.mail.retain(|mail| match mail {
            Mail::Put => true,
            Mail::Consume { agent, .. } | Mail::Answer { agent, .. } => *agent != name,
        });
        let agent = &mut state.agents[name];
        agent.down = false;
        if let Some(run) = state.run.filter(|run| run.agent == name) {
            agent.held = match agent.intent || !run.starts {
                true => Phase::Started,
                false => Phase::Won,
            };
        }
    }

    fn agent_steps(&self, state: &State, name: usize, steps: &mut Vec<Step>) {
        let agent = &state.agents[name];
        if agent.down {
            steps.push(Step::Restart(name));
            return;
        }
        if state.left[CRASH] > 0 {
            steps.push(Step::Crash(name));
        }
        match (agent.asked, state.request) {
            (None, Some(_)) if matches!(agent.held, Phase::Unknown | Phase::Told) => {
                steps.push(Step::Ask(name));
            }
            (Some(_), _) if state.left[DROP] < self.drops => steps.push(Step::AskAgain(name)),
            _ => {}
        }
        match agent.held {
            Phase::Won => steps.push(Step::Start(name)),
            Phase::Started => steps.push(Step::Tell(name)),
            _ => {}
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
        vec![State {
            request: None,
            puts_made: 0,
            run: None,
            expired: false,
            recorded: false,
            agents: Default::default(),
            starts: 0,
            mail: BTreeSet::new(),
            left: [self.crashes, self.drops, self.puts],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for index in 0..state.mail.len() as u8 {
            steps.push(Step::Deliver(index));
            if state.left[DROP] > 0 {
                steps.push(Step::Drop(index));
            }
        }
        if state.left[PUT] > 0 {
            steps.push(Step::Put);
        }
        if !state.expired {
            steps.push(Step::Expire);
        }
        let kept = !state.expired && self.has(Clause::RunKeptUntilExpiry);
        if state.run.is_some() && state.recorded && !kept {
            steps.push(Step::Clear);
        }
        for name in 0..AGENTS {
            self.agent_steps(state, name, steps);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Put => {
                state.left[PUT] -= 1;
                if !state.mail.insert(Mail::Put) {
                    return None;
                }
            }
            Step::Expire => state.expired = true,
            Step::Ask(name) => {
                let revision = state.request?;
                self.ask(&mut state, name, revision);
            }
            Step::AskAgain(name) => match self.has(Clause::SameClaimAgain) {
                true => _ = state.mail.insert(state.agents[name].asked?),
                false => {
                    let Mail::Consume { revision, .. } = state.agents[name].asked? else {
                        return None;
                    };
                    self.ask(&mut state, name, revision);
                }
            },
            Step::Deliver(index) => self.deliver(&mut state, index),
            Step::Drop(index) => {
                take(&mut state, index);
                state.left[DROP] -= 1;
            }
            Step::Start(name) => {
                let agent = &mut state.agents[name];
                agent.intent = true;
                agent.held = Phase::Started;
                state.starts += 1;
            }
            Step::Tell(name) => {
                state.agents[name].held = Phase::Told;
                state.recorded = true;
            }
            Step::Clear => state.run = None,
            Step::Crash(name) => {
                state.left[CRASH] -= 1;
                let agent = &mut state.agents[name];
                *agent = Agent {
                    down: true,
                    claims: agent.claims,
                    intent: agent.intent,
                    ..Agent::default()
                };
            }
            Step::Restart(name) => self.restart(&mut state, name),
        }
        Some(state)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.agents.iter().all(|agent| agent.claims <= CLAIMS_MAX)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("a request starts once", |_, state: &State| {
                state.starts <= 1
            }),
            Property::always(
                "no claim is forgotten by who made it",
                |_, state: &State| {
                    state.run.is_none_or(|run| {
                        let agent = &state.agents[run.agent];
                        agent.down || agent.asked.is_some() || agent.held != Phase::Unknown
                    })
                },
            ),
            Property::sometimes(
                "a late put is answered without a start",
                |_, state: &State| {
                    state.puts_made == 2 && state.starts == 1 && state.request.is_none()
                },
            ),
        ]
    }
}
