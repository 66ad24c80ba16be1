//! `overlap = queue_one` without a queue: the cursor waits where it is while `active` is held.

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// What waits is what the cursor has not passed; nothing is remembered in memory.
    CursorWaits,
    /// The agent looks again by itself, not only when it is told of an end.
    LooksAgain,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// Times that the agent crashes and comes back.
    pub crashes: u8,
    /// Notices of an end that are lost.
    pub drops: u8,
}

/// The instants that come while the first run is going.
const INSTANTS: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Fate {
    Open,
    Ran,
    Skipped,
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    clock: u8,
    cursor: u8,
    fates: [Fate; INSTANTS as usize],
    active: bool,
    /// What an agent without [`Clause::CursorWaits`] keeps in memory.
    remembered: Option<u8>,
    /// The agent was told that the run has ended.
    noticed: bool,
    up: bool,
    left: [u8; 2],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next instant comes.
    Come,
    /// The agent looks at the job.
    Look,
    /// The run ends, and the agent is told.
    End,
    /// The run ends, and nobody is told.
    EndUnseen,
    /// The agent dies.
    Crash,
    /// It comes back.
    Start,
}

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn claim(state: &mut State, newest: u8) {
        for instant in state.cursor..newest {
            state.fates[usize::from(instant)] = Fate::Skipped;
        }
        state.fates[usize::from(newest)] = Fate::Ran;
        state.cursor = newest + 1;
        state.active = true;
        state.remembered = None;
        state.noticed = false;
    }

    fn look(&self, state: &mut State) {
        let due = (state.cursor < state.clock).then(|| state.clock - 1);
        match (due, state.active) {
            (Some(newest), false) => Self::claim(state, newest),
            (Some(newest), true) if !self.has(Clause::CursorWaits) => {
                // The instant is taken out of the store and into memory.
                state.cursor = newest + 1;
                state.remembered = Some(newest);
            }
            (None, false) => {
                if let Some(newest) = state.remembered {
                    state.cursor = newest;
                    Self::claim(state, newest);
                }
            }
            _ => {}
        }
    }
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            clock: 0,
            cursor: 0,
            fates: [Fate::Open; INSTANTS as usize],
            active: true,
            remembered: None,
            noticed: false,
            up: true,
            left: [self.crashes, self.drops],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.clock < INSTANTS {
            steps.push(Step::Come);
        }
        let woken = state.noticed || state.clock < INSTANTS || self.has(Clause::LooksAgain);
        if state.up && (woken || state.active) {
            steps.push(Step::Look);
        }
        if state.active {
            steps.push(Step::End);
            if state.left[1] > 0 {
                steps.push(Step::EndUnseen);
            }
        }
        match state.up {
            true if state.left[0] > 0 => steps.push(Step::Crash),
            true => {}
            false => steps.push(Step::Start),
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Come => state.clock += 1,
            Step::Look => self.look(&mut state),
            Step::End => {
                state.active = false;
                state.noticed = state.up;
            }
            Step::EndUnseen => {
                state.left[1] -= 1;
                state.active = false;
            }
            Step::Crash => {
                state.left[0] -= 1;
                state.up = false;
                state.remembered = None;
                state.noticed = false;
            }
            Step::Start => {
                state.up = true;
                state.noticed = true;
            }
        }
        (state != *before).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "in the end the newest instant has run",
                |world: &World, state: &State| {
                    let mut steps = Vec::new();
                    world.actions(state, &mut steps);
                    let moves = |step: &Step| {
                        *step != Step::Crash && world.next_state(state, *step).is_some()
                    };
                    let rests = !steps.iter().any(moves);
                    !rests || state.fates[usize::from(INSTANTS) - 1] == Fate::Ran
                },
            ),
            Property::sometimes("an instant between is skipped", |_, state: &State| {
                state.fates[0] == Fate::Skipped
            }),
        ]
    }
}
