//! An edit of the schedule while agents decide: the cursor of the old schedule is moved on by an
//! agent's own clock before the new one counts.

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// The cursor is re-based after an edit.
    Rebased,
    /// By the agent's clock, not by that of the person who edits.
    ByAgentsClock,
    /// A cursor only moves forward.
    ForwardOnly,
    /// A re-base leaves a record of what it passes.
    RecordLeft,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// How far the editor's clock is off, in instants.
    pub editor_off: i8,
}

const LAST: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Cursor {
    at: usize,
    generation: u8,
}

/// Everything at one moment. The old schedule has every second instant, the new one has all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    clock: usize,
    cursor: Cursor,
    generation: u8,
    edited_at: Option<usize>,
    starts: [u8; LAST + 1],
    /// Instants that a record accounts for.
    recorded: [bool; LAST + 1],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next instant comes.
    Come,
    /// A person edits the schedule.
    Edit,
    /// An agent looks at the job.
    Look,
}

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn is_due(generation: u8, instant: usize) -> bool {
        generation > 0 || instant.is_multiple_of(2)
    }

    fn rebase(&self, state: &mut State) {
        let generation = state.generation;
        let to = match self.has(Clause::ForwardOnly) {
            true => state.cursor.at.max(state.clock),
            false => state.clock.saturating_sub(1),
        };
        if self.has(Clause::RecordLeft) {
            for recorded in state
                .recorded
                .iter_mut()
                .take(to + 1)
                .skip(state.cursor.at + 1)
            {
                *recorded = true;
            }
        }
        state.cursor = Cursor { at: to, generation };
    }
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let mut recorded = [false; LAST + 1];
        recorded[0] = true;
        vec![State {
            clock: 0,
            cursor: Cursor {
                at: 0,
                generation: 0,
            },
            generation: 0,
            edited_at: None,
            starts: [0; LAST + 1],
            recorded,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.clock < LAST {
            steps.push(Step::Come);
        }
        if state.edited_at.is_none() {
            steps.push(Step::Edit);
        }
        steps.push(Step::Look);
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Come => state.clock += 1,
            Step::Edit => {
                state.generation += 1;
                state.edited_at = Some(state.clock);
                if !self.has(Clause::ByAgentsClock) {
                    let at = state
                        .clock
                        .saturating_add_signed(isize::from(self.editor_off));
                    state.cursor = Cursor {
                        at: at.min(LAST),
                        generation: state.generation,
                    };
                }
            }
            Step::Look
                if state.cursor.generation != state.generation && self.has(Clause::Rebased) =>
            {
                self.rebase(&mut state);
            }
            Step::Look => {
                let due = |instant: &usize| Self::is_due(state.generation, *instant);
                let next = (state.cursor.at + 1..=state.clock).find(due)?;
                state.starts[next] += 1;
                state.recorded[next] = true;
                state.cursor.at = next;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("an edit never fires the past", |_, state: &State| {
                let new_only = (1..=LAST).step_by(2);
                let before = state.edited_at.map_or(0, |edited| edited + 1);
                new_only
                    .take_while(|instant| *instant < before)
                    .all(|instant| state.starts[instant] == 0)
            }),
            Property::always("each instant starts once", |_, state: &State| {
                state.starts.iter().all(|starts| *starts <= 1)
            }),
            Property::always(
                "what the cursor has passed has a record",
                |_, state: &State| {
                    let generation = state.edited_at.map_or(0, |_| state.cursor.generation);
                    let edited = state.edited_at.unwrap_or(LAST);
                    (1..=state.cursor.at).all(|instant| {
                        let counted = if instant <= edited { 0 } else { generation };
                        state.recorded[instant] || !World::is_due(counted, instant)
                    })
                },
            ),
            Property::sometimes("the new schedule rings", |_, state: &State| {
                state.starts[LAST] == 1
            }),
        ]
    }
}
