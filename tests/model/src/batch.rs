//! Decisions of two jobs in one request: batches that are late, lost or doubled, and an agent that
//! gives up at the deadline.

use std::collections::BTreeSet;

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// Giving up is a transaction: the skip form of the same instant.
    GiveUpByTransaction,
    /// Every nested decision has its own answer.
    VerdictEach,
    /// What is sent again has the claims that it had.
    SameClaimAgain,
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
}

const AGENTS: usize = 2;
const JOBS: usize = 2;
const CLAIMS_MAX: u8 = 3;

/// A decision of one job, by one agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Decision {
    agent: usize,
    claim: u8,
    starts: bool,
}

type Batch = [Option<Decision>; JOBS];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Mail {
    Ask(Batch),
    /// What stands for each job of the batch afterwards.
    Answer(usize, Batch, Batch),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
enum Phase {
    #[default]
    Unknown,
    Won,
    /// Started, or skipped: there is a record.
    Settled,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Agent {
    down: bool,
    claims: u8,
    asked: Batch,
    held: [Phase; JOBS],
    intents: [bool; JOBS],
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    decided: Batch,
    agents: [Agent; AGENTS],
    starts: [u8; JOBS],
    late: bool,
    mail: BTreeSet<Mail>,
    left: [u8; 2],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The agent asks for the jobs of this set that it has not asked for yet.
    Ask(usize, [bool; JOBS]),
    /// It sends again what was not answered.
    AskAgain(usize),
    /// The deadline passes.
    Deadline,
    /// It gives a job up.
    GiveUp(usize, usize),
    /// A message arrives.
    Deliver(u8),
    /// A message arrives and arrives again later.
    Double(u8),
    /// A message is lost.
    Drop(u8),
    /// A program starts, after its intent.
    Start(usize, usize),
    /// The agent dies.
    Crash(usize),
    /// It comes back.
    Restart(usize),
}

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn ask(state: &mut State, name: usize, jobs: [bool; JOBS]) -> Option<()> {
        let agent = &mut state.agents[name];
        let mut batch = [None; JOBS];
        for job in 0..JOBS {
            let free = agent.asked[job].is_none() && agent.held[job] == Phase::Unknown;
            if jobs[job] && free && state.decided[job].is_none() {
                agent.claims += 1;
                batch[job] = Some(Decision {
                    agent: name,
                    claim: agent.claims,
                    starts: true,
                });
                agent.asked[job] = batch[job];
            }
        }
        let asked = batch.iter().any(Option::is_some);
        (asked && state.mail.insert(Mail::Ask(batch))).then_some(())
    }

    fn apply(state: &mut State, batch: Batch) {
        let mut sender = 0;
        for (decided, decision) in state.decided.iter_mut().zip(batch) {
            if let Some(decision) = decision {
                sender = decision.agent;
                decided.get_or_insert(decision);
            }
        }
        let mut standing = [None; JOBS];
        for job in 0..JOBS {
            if batch[job].is_some() {
                standing[job] = state.decided[job];
            }
        }
        state.mail.insert(Mail::Answer(sender, batch, standing));
    }

    fn take_answer(&self, state: &mut State, name: usize, batch: Batch, standing: Batch) {
        let any = (0..JOBS).any(|job| batch[job].is_some() && batch[job] == standing[job]);
        for job in 0..JOBS {
            let Some(sent) = batch[job] else { continue };
            let agent = &mut state.agents[name];
            let Some(asked) = agent.asked[job].filter(|asked| {
                // The skip form answers for the claim that it gives up.
                *asked == sent
            }) else {
                continue;
            };
            agent.asked[job] = None;
            let stands = standing[job].filter(|decision| decision.agent == name);
            let mine = stands == Some(sent) || (any && !self.has(Clause::VerdictEach));
            agent.held[job] = match (mine, asked.starts, stands) {
                (true, true, _) => Phase::Won,
                // My own earlier claim stands there: it is ended as skipped.
                (true, false, _) | (false, false, Some(_)) => Phase::Settled,
                _ => Phase::Unknown,
            };
        }
    }

    fn deliver(&self, state: &mut State, mail: Mail) {
        match mail {
            Mail::Ask(batch) => Self::apply(state, batch),
            Mail::Answer(name, batch, standing) => {
                if !state.agents[name].down {
                    self.take_answer(state, name, batch, standing);
                }
            }
        }
    }

    fn give_up(&self, state: &mut State, name: usize, job: usize) {
        let agent = &mut state.agents[name];
        if !self.has(Clause::GiveUpByTransaction) {
            agent.asked[job] = None;
            return;
        }
        agent.claims += 1;
        let decision = Decision {
            agent: name,
            claim: agent.claims,
            starts: false,
        };
        agent.asked[job] = Some(decision);
        let mut batch = [None; JOBS];
        batch[job] = Some(decision);
        state.mail.insert(Mail::Ask(batch));
    }

    fn agent_steps(&self, state: &State, name: usize, steps: &mut Vec<Step>) {
        let agent = &state.agents[name];
        if agent.down {
            steps.push(Step::Restart(name));
            return;
        }
        if state.left[0] > 0 {
            steps.push(Step::Crash(name));
        }
        // One agent asks for any subset, the other for all: enough for every overlap of two.
        let subsets = [[true, true], [true, false], [false, true]];
        let asks = if name == 0 { 3 } else { 1 };
        steps.extend(
            subsets
                .into_iter()
                .take(asks)
                .map(|jobs| Step::Ask(name, jobs)),
        );
        let silent = !state.mail.iter().any(|mail| is_from(mail, name));
        if silent && agent.asked.iter().any(Option::is_some) {
            steps.push(Step::AskAgain(name));
        }
        for job in 0..JOBS {
            let asked = agent.asked[job].is_some_and(|asked| asked.starts);
            if state.late && asked && job == 0 {
                steps.push(Step::GiveUp(name, job));
            }
            if agent.held[job] == Phase::Won {
                steps.push(Step::Start(name, job));
            }
        }
    }
}

fn nth(state: &State, index: u8) -> Mail {
    let mail = state.mail.iter().nth(usize::from(index));
    *mail.expect("the step named a message that is there")
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            decided: [None; JOBS],
            agents: Default::default(),
            starts: [0; JOBS],
            late: false,
            mail: BTreeSet::new(),
            left: [self.crashes, self.drops],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for index in 0..state.mail.len() as u8 {
            steps.push(Step::Deliver(index));
            if state.left[1] > 0 {
                steps.push(Step::Drop(index));
                steps.push(Step::Double(index));
            }
        }
        if !state.late {
            steps.push(Step::Deadline);
        }
        for name in 0..AGENTS {
            self.agent_steps(state, name, steps);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Ask(name, jobs) => Self::ask(&mut state, name, jobs)?,
            Step::AskAgain(name) => {
                if !self.has(Clause::SameClaimAgain) {
                    let agent = &mut state.agents[name];
                    for asked in agent.asked.iter_mut().flatten() {
                        agent.claims += 1;
                        asked.claim = agent.claims;
                    }
                }
                let batch = state.agents[name].asked;
                if !state.mail.insert(Mail::Ask(batch)) {
                    return None;
                }
            }
            Step::Deadline => state.late = true,
            Step::GiveUp(name, job) => self.give_up(&mut state, name, job),
            Step::Deliver(index) => {
                let mail = nth(&state, index);
                state.mail.remove(&mail);
                self.deliver(&mut state, mail);
            }
            Step::Double(index) => {
                let mail = nth(&state, index);
                state.left[1] -= 1;
                self.deliver(&mut state, mail);
            }
            Step::Drop(index) => {
                let mail = nth(&state, index);
                state.mail.remove(&mail);
                state.left[1] -= 1;
            }
            Step::Start(name, job) => {
                let agent = &mut state.agents[name];
                agent.intents[job] = true;
                agent.held[job] = Phase::Settled;
                state.starts[job] += 1;
            }
            Step::Crash(name) => {
                state.left[0] -= 1;
                let agent = &mut state.agents[name];
                *agent = Agent {
                    down: true,
                    claims: agent.claims,
                    intents: agent.intents,
                    ..Agent::default()
                };
            }
            Step::Restart(name) => {
                // Its session is another one from now on: what it had sent is refused.
                state.mail.retain(|mail| !is_from(mail, name));
                let decided = state.decided;
                let agent = &mut state.agents[name];
                agent.down = false;
                for (job, decision) in decided.iter().enumerate() {
                    let Some(decision) = decision.filter(|decision| decision.agent == name) else {
                        continue;
                    };
                    agent.held[job] = match agent.intents[job] || !decision.starts {
                        true => Phase::Settled,
                        false => Phase::Won,
                    };
                }
            }
        }
        Some(state)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.agents.iter().all(|agent| agent.claims <= CLAIMS_MAX)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("each job starts once", |_, state: &State| {
                state.starts.iter().all(|starts| *starts <= 1)
            }),
            Property::always(
                "no claim is forgotten by who made it",
                |_, state: &State| {
                    state.decided.iter().enumerate().all(|(job, decision)| {
                        decision.is_none_or(|decision| {
                            let agent = &state.agents[decision.agent];
                            let asked = agent.asked[job].is_some();
                            agent.down || asked || agent.held[job] != Phase::Unknown
                        })
                    })
                },
            ),
            Property::sometimes("a job that was given up is skipped", |_, state: &State| {
                state.decided[0].is_some_and(|decision| !decision.starts)
            }),
        ]
    }
}

fn is_from(mail: &Mail, name: usize) -> bool {
    match mail {
        Mail::Ask(batch) => batch
            .iter()
            .flatten()
            .any(|decision| decision.agent == name),
        Mail::Answer(to, ..) => *to == name,
    }
}
