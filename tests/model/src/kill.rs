//! Killing a run and saying so: asked at any step of its start, while its owner crashes or is cut
//! off and another agent takes the run over.

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// A kill and the supervisor compete for one gate.
    Gate,
    /// Killed is said when the tree is gone, not when it was signalled.
    ConfirmedAtEnd,
    /// Killed is said by the run's own ending transaction of its current attempt.
    ConfirmedByTransaction,
    /// A node that does not know the run does not call it killed.
    UnknownIsNotKilled,
    /// The ends of earlier attempts must be known too.
    EarlierAttemptsCount,
    /// A run that is being killed is not taken over.
    NoTakeoverOfKilled,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// Agents that crash and come back.
    pub crashes: u8,
    /// Agents that are cut off.
    pub cuts: u8,
}

const AGENTS: usize = 2;

/// How far an attempt is; attempt 0 is on agent 0, attempt 1 on agent 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    NotClaimed,
    Claimed,
    Intended,
    /// The supervisor lives and has not taken the gate yet.
    Forked,
    Running,
    /// Asked to end; still there.
    Stopping,
    Ended,
    /// The gate was taken by a kill or by recovery.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Order {
    NotAsked,
    Asked,
    Killed,
    /// Honest: not killed, or not all of it known.
    Otherwise,
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The attempt that the store names; `None` once the run has ended there.
    current: Option<usize>,
    order: Order,
    attempts: [Phase; AGENTS],
    /// What history knows the end of.
    told: [bool; AGENTS],
    up: [bool; AGENTS],
    cut: [bool; AGENTS],
    session: [bool; AGENTS],
    begun_again: bool,
    left: [u8; 2],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A person asks for the kill.
    Ask,
    /// The attempt goes one step on by itself.
    Go(usize),
    /// Its agent learns of the kill and acts on it.
    Obey(usize),
    /// Its agent tells history how it ended.
    Tell(usize),
    /// Its agent sends the ending transaction.
    Finish(usize),
    /// An agent that holds nothing of the run answers.
    AnswerStranger(usize),
    /// The other agent takes the run over.
    TakeOver,
    /// The agent dies; its supervisor goes on.
    Crash(usize),
    /// It starts again, or reaches the store again.
    Connect(usize),
    /// It is cut off.
    Cut(usize),
    /// The store forgets its session.
    Lapse(usize),
}

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn go(phase: Phase) -> Option<Phase> {
        match phase {
            Phase::Claimed => Some(Phase::Intended),
            Phase::Intended => Some(Phase::Forked),
            Phase::Forked => Some(Phase::Running),
            Phase::Running | Phase::Stopping => Some(Phase::Ended),
            Phase::NotClaimed | Phase::Ended | Phase::Never => None,
        }
    }

    /// Whether the supervisor does this step without its agent.
    fn goes_alone(phase: Phase) -> bool {
        matches!(phase, Phase::Forked | Phase::Running | Phase::Stopping)
    }

    /// A kill at any step closes the gate.
    fn obey(&self, phase: Phase) -> Option<Phase> {
        match phase {
            Phase::Claimed | Phase::Intended => Some(Phase::Never),
            Phase::Forked if self.has(Clause::Gate) => Some(Phase::Never),
            Phase::Running => Some(Phase::Stopping),
            _ => None,
        }
    }

    fn is_over(&self, phase: Phase) -> bool {
        match phase {
            Phase::Ended | Phase::Never => true,
            Phase::Stopping => !self.has(Clause::ConfirmedAtEnd),
            Phase::Forked => !self.has(Clause::Gate),
            _ => false,
        }
    }

    fn finish(&self, state: &mut State, agent: usize) {
        let mine = state.current == Some(agent);
        let earlier_known = agent == 0 || state.told[0] || !self.has(Clause::EarlierAttemptsCount);
        if mine {
            state.current = None;
        }
        if state.order == Order::Asked && (mine || !self.has(Clause::ConfirmedByTransaction)) {
            state.order = match earlier_known {
                true => Order::Killed,
                false => Order::Otherwise,
            };
        }
    }

    fn agent_steps(&self, state: &State, agent: usize, steps: &mut Vec<Step>) {
        let phase = state.attempts[agent];
        let up = state.up[agent];
        if Self::go(phase).is_some() && (up || Self::goes_alone(phase)) {
            steps.push(Step::Go(agent));
        }
        if (!up || state.cut[agent]) && state.session[agent] {
            steps.push(Step::Lapse(agent));
        }
        if !up || state.cut[agent] || !state.session[agent] {
            steps.push(Step::Connect(agent));
        }
        if !up {
            return;
        }
        if self.is_over(phase) && !state.told[agent] {
            steps.push(Step::Tell(agent));
        }
        if state.left[0] > 0 {
            steps.push(Step::Crash(agent));
        }
        if state.cut[agent] {
            return;
        }
        if state.left[1] > 0 {
            steps.push(Step::Cut(agent));
        }
        let asked = state.order == Order::Asked;
        if asked && self.obey(phase).is_some() {
            steps.push(Step::Obey(agent));
        }
        let superseded = state.current != Some(agent) && !asked;
        if state.told[agent] && !superseded {
            steps.push(Step::Finish(agent));
        }
        if asked && phase == Phase::NotClaimed {
            steps.push(Step::AnswerStranger(agent));
        }
    }
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            current: Some(0),
            order: Order::NotAsked,
            attempts: [Phase::Claimed, Phase::NotClaimed],
            told: [false; AGENTS],
            up: [true; AGENTS],
            cut: [false; AGENTS],
            session: [true; AGENTS],
            begun_again: false,
            left: [self.crashes, self.cuts],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.order == Order::NotAsked {
            steps.push(Step::Ask);
        }
        let killed = state.order != Order::NotAsked && self.has(Clause::NoTakeoverOfKilled);
        if state.current == Some(0) && !state.session[0] && state.session[1] && !killed {
            steps.push(Step::TakeOver);
        }
        for agent in 0..AGENTS {
            self.agent_steps(state, agent, steps);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Ask => state.order = Order::Asked,
            Step::Go(agent) => state.attempts[agent] = Self::go(state.attempts[agent])?,
            Step::Obey(agent) => state.attempts[agent] = self.obey(state.attempts[agent])?,
            Step::Tell(agent) => state.told[agent] = true,
            Step::Finish(agent) => self.finish(&mut state, agent),
            Step::AnswerStranger(_) => {
                let honest = self.has(Clause::UnknownIsNotKilled);
                match honest {
                    // Who holds it answers.
                    true if state.current.is_some() => return None,
                    true => state.order = Order::Otherwise,
                    false => state.order = Order::Killed,
                }
            }
            Step::TakeOver => {
                state.current = Some(1);
                state.begun_again = state.order != Order::NotAsked;
                state.attempts[1] = Phase::Claimed;
            }
            Step::Crash(agent) => {
                state.left[0] -= 1;
                state.up[agent] = false;
            }
            Step::Connect(agent) => {
                let restarted = !state.up[agent];
                state.up[agent] = true;
                state.cut[agent] = false;
                state.session[agent] = true;
                // Recovery takes the gate of what has not executed; superseded starts are let go.
                let phase = &mut state.attempts[agent];
                let superseded = state.current != Some(agent);
                match phase {
                    Phase::Intended | Phase::Forked if restarted => *phase = Phase::Never,
                    Phase::Claimed | Phase::Intended if superseded => *phase = Phase::Never,
                    _ => {}
                }
            }
            Step::Cut(agent) => {
                state.left[1] -= 1;
                state.cut[agent] = true;
            }
            Step::Lapse(agent) => state.session[agent] = false,
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("what is called killed does not run", |_, state: &State| {
                let alive = |phase: &Phase| matches!(phase, Phase::Running | Phase::Stopping);
                state.order != Order::Killed || !state.attempts.iter().any(alive)
            }),
            Property::always(
                "what shall be killed is not begun again",
                |_, state: &State| !state.begun_again,
            ),
            Property::sometimes(
                "a kill is confirmed before the start",
                |_, state: &State| {
                    state.order == Order::Killed && state.attempts[0] == Phase::Never
                },
            ),
            Property::sometimes("a kill is confirmed at the end", |_, state: &State| {
                state.order == Order::Killed && state.attempts[0] == Phase::Ended
            }),
        ]
    }
}
