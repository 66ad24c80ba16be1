//! A node's own cursor of a job that runs on all nodes: created at first sight, kept through
//! deletion, removal and a clock that is set back.

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// Deleting the job keeps its cursors for a while.
    DeletingKeepsCursor,
    /// Removing the node keeps its cursors for a while.
    RemovingKeepsCursor,
    /// A cursor is only created where there is none.
    CreatedOnlyIfAbsent,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// Agents that crash and come back.
    pub crashes: u8,
    /// Times that the job is deleted and restored.
    pub deletions: u8,
    /// Times that the node is removed and joins again.
    pub removals: u8,
    /// Times that the clock is set back by one instant.
    pub steps_back: u8,
}

const INSTANTS: usize = 3;
/// Creations on their way at once.
const CREATIONS_MAX: usize = 2;

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    clock: usize,
    cursor: Option<usize>,
    /// What the agent knows of the cursor.
    seen: Option<Option<usize>>,
    /// Creations on their way, with the instant that each puts.
    creations: Vec<usize>,
    deleted: bool,
    removed: bool,
    starts: [u8; INSTANTS],
    left: [u8; 4],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next instant comes.
    Come,
    /// The clock is set back.
    StepBack,
    /// The agent reads the cursor.
    Read,
    /// The agent asks to create it, as it saw none.
    Create,
    /// The oldest, or the newest, of what it asked for arrives.
    Land(bool),
    /// The agent claims the instant after it, and starts.
    Claim,
    /// The agent restarts.
    Crash,
    /// A person deletes the job.
    Delete,
    /// A person restores it.
    Restore,
    /// A person removes the node.
    Remove,
    /// The node joins again.
    Join,
}

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let left = [self.crashes, self.deletions, self.removals, self.steps_back];
        vec![State {
            clock: 0,
            cursor: None,
            seen: None,
            creations: Vec::new(),
            deleted: false,
            removed: false,
            starts: [0; INSTANTS],
            left,
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        let budget = |index: usize| state.left[index] > 0;
        if state.clock < INSTANTS {
            steps.push(Step::Come);
        }
        if state.clock > 0 && budget(3) {
            steps.push(Step::StepBack);
        }
        if !state.creations.is_empty() {
            steps.extend([Step::Land(true), Step::Land(false)]);
        }
        match (state.deleted, state.removed) {
            (false, false) => {
                steps.push(Step::Read);
                if state.seen == Some(None) && state.creations.len() < CREATIONS_MAX {
                    steps.push(Step::Create);
                }
                if state.seen == Some(state.cursor)
                    && state.cursor.is_some_and(|at| at < state.clock)
                {
                    steps.push(Step::Claim);
                }
            }
            (true, _) => steps.push(Step::Restore),
            (_, true) => steps.push(Step::Join),
        }
        if budget(0) {
            steps.push(Step::Crash);
        }
        if !state.deleted && budget(1) {
            steps.push(Step::Delete);
        }
        if !state.removed && budget(2) {
            steps.push(Step::Remove);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Come => state.clock += 1,
            Step::StepBack => {
                state.clock -= 1;
                state.left[3] -= 1;
            }
            Step::Read => state.seen = Some(state.cursor),
            Step::Create => {
                state.creations.push(state.clock);
                state.seen = None;
            }
            Step::Land(oldest) => {
                let index = if oldest { 0 } else { state.creations.len() - 1 };
                let at = state.creations.remove(index);
                if state.cursor.is_none() || !self.has(Clause::CreatedOnlyIfAbsent) {
                    state.cursor = Some(at);
                }
            }
            Step::Claim => {
                let instant = state.cursor?;
                state.starts[instant] += 1;
                state.cursor = Some(instant + 1);
                state.seen = Some(state.cursor);
            }
            Step::Crash => {
                state.left[0] -= 1;
                state.seen = None;
            }
            Step::Delete => {
                state.left[1] -= 1;
                state.deleted = true;
                state.seen = None;
                if !self.has(Clause::DeletingKeepsCursor) {
                    state.cursor = None;
                }
            }
            Step::Restore => state.deleted = false,
            Step::Remove => {
                state.left[2] -= 1;
                state.removed = true;
                if !self.has(Clause::RemovingKeepsCursor) {
                    state.cursor = None;
                }
            }
            Step::Join => {
                state.removed = false;
                state.seen = None;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("each instant starts once on a node", |_, state: &State| {
                state.starts.iter().all(|starts| *starts <= 1)
            }),
            Property::sometimes(
                "an instant starts after a restoration",
                |_, state: &State| state.left[1] == 0 && state.starts[INSTANTS - 1] == 1,
            ),
        ]
    }
}
