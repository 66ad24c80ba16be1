//! Every instant that a cursor has passed leaves a record, whoever dies and however long history
//! is away: the run in the store stands for all instants between the cursor's two values.

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// The instants that a decision passes stand in the run, not in memory.
    SkipsInRun,
    /// The cursor must be exactly the one that was read; a greater instant is not enough.
    CursorCompared,
    /// A run leaves the store after history has it.
    HistoryFirst,
    /// A record that history does not take is kept.
    KeptWhileAway,
    /// `active` is freed though history is away.
    ActiveFreedWhileAway,
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
    /// Times that history is away.
    pub outages: u8,
}

const AGENTS: usize = 2;
const INSTANTS: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Run {
    agent: usize,
    from: usize,
    to: usize,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Record {
    Skipped,
    Lost,
    Ran,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Agent {
    down: bool,
    dead: bool,
    /// What it last read of the cursor.
    view: usize,
    /// The skips that it keeps in memory without [`Clause::SkipsInRun`].
    skips: [bool; INSTANTS],
}

/// Everything at one moment; instants count from 1, the cursor stands at the newest decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    clock: usize,
    cursor: usize,
    runs: Vec<Run>,
    active: bool,
    history: [Option<Record>; INSTANTS],
    away: bool,
    agents: [Agent; AGENTS],
    ran: [bool; INSTANTS],
    left: [u8; 3],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next instant comes; several may come while nobody looks.
    Come,
    /// The agent reads the cursor.
    Read(usize),
    /// It claims the newest instant.
    Claim(usize),
    /// Its program ends.
    End(usize),
    /// The run is uploaded with what it stands for, and leaves the store.
    Close(usize),
    /// History goes away, or comes back.
    Outage,
    /// The agent dies.
    Crash(usize),
    /// It comes back.
    Restart(usize),
    /// The host dies.
    Die(usize),
    /// The other agent calls a gone owner's run lost.
    Reap(usize),
}

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn write(state: &mut State, instant: usize, record: Record) {
        let stored = &mut state.history[instant - 1];
        // The first terminal record stays; only lost gives way.
        match *stored {
            None | Some(Record::Lost) => *stored = Some(record),
            Some(_) => {}
        }
    }

    fn claim(&self, state: &mut State, name: usize) -> Option<()> {
        let (view, to) = (state.agents[name].view, state.clock);
        let compared = match self.has(Clause::CursorCompared) {
            true => state.cursor == view,
            false => state.cursor < to,
        };
        if !compared || state.active || view >= to {
            return None;
        }
        state.cursor = to;
        state.active = true;
        state.ran[to - 1] = true;
        let mut from = view;
        if !self.has(Clause::SkipsInRun) {
            for instant in view + 1..to {
                state.agents[name].skips[instant - 1] = true;
            }
            from = to - 1;
        }
        state.agents[name].view = to;
        state.runs.push(Run {
            agent: name,
            from,
            to,
            ended: false,
        });
        Some(())
    }

    fn close(&self, state: &mut State, index: usize, record: Record) -> Option<()> {
        let run = *state.runs.get(index)?;
        if state.away && self.has(Clause::KeptWhileAway) && self.has(Clause::HistoryFirst) {
            return None;
        }
        if !state.away && self.has(Clause::HistoryFirst) {
            for instant in run.from + 1..run.to {
                Self::write(state, instant, Record::Skipped);
            }
            Self::write(state, run.to, record);
            for instant in 1..=INSTANTS {
                if state.agents[run.agent].skips[instant - 1] {
                    Self::write(state, instant, Record::Skipped);
                }
            }
        }
        state.runs.remove(index);
        if !self.has(Clause::ActiveFreedWhileAway) {
            state.active = false;
        }
        Some(())
    }

    fn agent_steps(&self, state: &State, name: usize, steps: &mut Vec<Step>) {
        let agent = &state.agents[name];
        if agent.dead {
            return;
        }
        if state.left[1] > 0 {
            steps.push(Step::Die(name));
        }
        if agent.down {
            steps.push(Step::Restart(name));
            return;
        }
        if state.left[0] > 0 {
            steps.push(Step::Crash(name));
        }
        steps.push(Step::Read(name));
        steps.push(Step::Claim(name));
        for (index, run) in state.runs.iter().enumerate() {
            let gone = state.agents[run.agent].dead;
            match (run.agent == name, run.ended) {
                (true, false) => steps.push(Step::End(index)),
                (true, true) => steps.push(Step::Close(index)),
                (false, _) if gone => steps.push(Step::Reap(index)),
                _ => {}
            }
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
            runs: Vec::new(),
            active: false,
            history: [None; INSTANTS],
            away: false,
            agents: Default::default(),
            ran: [false; INSTANTS],
            left: [self.crashes, self.deaths, self.outages],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.clock < INSTANTS {
            steps.push(Step::Come);
        }
        if state.away || state.left[2] > 0 {
            steps.push(Step::Outage);
        }
        for name in 0..AGENTS {
            self.agent_steps(state, name, steps);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Come => state.clock += 1,
            Step::Read(name) => state.agents[name].view = state.cursor,
            Step::Claim(name) => self.claim(&mut state, name)?,
            Step::End(index) => {
                state.runs[index].ended = true;
                if self.has(Clause::ActiveFreedWhileAway) {
                    state.active = false;
                }
            }
            Step::Close(index) => self.close(&mut state, index, Record::Ran)?,
            Step::Reap(index) => {
                // What had ended is told as it ended; the outcome is in the store.
                let ended = state.runs[index].ended;
                let record = if ended { Record::Ran } else { Record::Lost };
                self.close(&mut state, index, record)?;
                state.active &= ended && self.has(Clause::ActiveFreedWhileAway);
            }
            Step::Outage => {
                state.left[2] -= u8::from(!state.away);
                state.away = !state.away;
            }
            Step::Crash(name) => {
                state.left[0] -= 1;
                state.agents[name] = Agent {
                    down: true,
                    ..Agent::default()
                };
            }
            Step::Restart(name) => state.agents[name].down = false,
            Step::Die(name) => {
                state.left[1] -= 1;
                state.agents[name] = Agent {
                    down: true,
                    dead: true,
                    ..Agent::default()
                };
            }
        }
        (state != *before).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "an instant that was passed has a record or somebody who owes it",
                |_, state: &State| {
                    (1..=state.cursor).all(|instant| {
                        let owed = |run: &Run| run.from < instant && instant <= run.to;
                        state.history[instant - 1].is_some() || state.runs.iter().any(owed)
                    })
                },
            ),
            Property::always(
                "an instant that ran is not called skipped",
                |_, state: &State| {
                    (0..INSTANTS).all(|index| {
                        !state.ran[index] || state.history[index] != Some(Record::Skipped)
                    })
                },
            ),
            Property::always("an outage of history blocks no job", |_, state: &State| {
                let ended = state.runs.iter().all(|run| run.ended) && !state.runs.is_empty();
                !(state.away && ended && state.active)
            }),
            Property::sometimes("a run stands for skips between", |_, state: &State| {
                state.history
                    == [
                        Some(Record::Skipped),
                        Some(Record::Skipped),
                        Some(Record::Ran),
                    ]
            }),
        ]
    }
}
