//! Who frees `active`, and when: a job that must not overlap, an owner that stalls, is cut off,
//! loses its disk or dies, and a reaper that wants the job to go on. Time is counted in ticks.

use stateright::{Model, Property};

mod agent;

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// After the grace the reaper frees what a gone owner held.
    Release,
    /// A run that is called lost keeps `active`.
    LostKeepsActive,
    /// A lost run stays in the store for as long as `active` names it.
    LostStays,
    /// The supervisor compares the time with `start_by` right before it executes.
    StartByJudgedLast,
    /// A run on request takes `active` like any other.
    RequestsTakeActive,
    /// An owner with another disk leaves `active` to the grace.
    WipedOwnerLeavesActive,
    /// A supervisor that dies takes its program along.
    ProgramDiesWithSupervisor,
    /// The reaper measures absence on a clock that cannot be stepped.
    AbsenceByBootClock,
    /// History keeps a known outcome over *lost*.
    RankGuard,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// Ticks of absence before a release.
    pub grace: u8,
    /// Agents that crash and come back.
    pub crashes: u8,
    /// Disks that are wiped under a crashed agent.
    pub wipes: u8,
    /// Hosts that die with everything on them.
    pub deaths: u8,
    /// Agents that are cut off from the store.
    pub cuts: u8,
}

const AGENTS: usize = 2;
const INSTANTS: usize = 2;
/// Ticks after the claim within which a program may start.
pub const START_DEADLINE: u8 = 1;
/// Ticks that a program may run.
pub const TIMEOUT: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Run {
    owner: usize,
    disk: u8,
    lost: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
enum Phase {
    #[default]
    Unknown,
    Claimed,
    Intended,
    Spawned,
    /// It is known that it ended, or that it never starts.
    Over,
    /// History has it.
    Told,
    /// The store has it.
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Program {
    /// The supervisor was forked and has not executed it yet.
    Waiting,
    Running {
        left: u8,
        supervised: bool,
    },
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Record {
    Lost,
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Agent {
    up: bool,
    dead: bool,
    cut: bool,
    disk: u8,
    held: [Phase; INSTANTS],
    intents: [bool; INSTANTS],
    /// For how long this agent has seen that the owner of the active run is gone.
    absent_for: Option<u8>,
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    cursor: u8,
    runs: [Option<Run>; INSTANTS],
    active: Option<u8>,
    /// Ticks until each run's `start_by`; `None` when that has passed.
    start_left: [Option<u8>; INSTANTS],
    /// The disk of each agent's session.
    sessions: [Option<u8>; AGENTS],
    agents: [Agent; AGENTS],
    /// What lives on each host, by instant.
    programs: [[Option<Program>; INSTANTS]; AGENTS],
    history: [Option<Record>; INSTANTS],
    left: [u8; 4],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Time passes.
    Tick,
    /// The agent starts, or reaches the store again, and reads what names it.
    Connect(usize),
    /// It claims the next instant.
    Claim(usize),
    /// Its intent becomes durable.
    Intend(usize, usize),
    /// It forks the supervisor.
    Fork(usize, usize),
    /// The supervisor executes the program, or refuses.
    Execute(usize, usize),
    /// The program ends.
    End(usize, usize),
    /// The supervisor dies.
    LoseSupervisor(usize, usize),
    /// The owner gives history the outcome.
    Tell(usize, usize),
    /// The owner ends the run in the store.
    Finish(usize, usize),
    /// The reaper calls a gone owner's run lost, and says so to history.
    CallLost(usize, usize),
    /// The reaper frees what that run held.
    Release(usize, usize),
    /// The agent is cut off.
    Cut(usize),
    /// The store forgets the session of an agent that is cut off or down.
    Lapse(usize),
    /// The agent dies; its host goes on.
    Crash(usize),
    /// Its disk is wiped; its programs go on.
    Wipe(usize),
    /// The host dies.
    Die(usize),
}

const CRASH: usize = 0;
const WIPE: usize = 1;
const DEATH: usize = 2;
const CUT: usize = 3;

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let agent = Agent {
            up: true,
            ..Agent::default()
        };
        vec![State {
            cursor: 0,
            start_left: [None; INSTANTS],
            runs: [None; INSTANTS],
            active: None,
            sessions: [Some(0); AGENTS],
            agents: [agent.clone(), agent],
            programs: Default::default(),
            history: [None; INSTANTS],
            left: [self.crashes, self.wipes, self.deaths, self.cuts],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if Self::may_tick(state) {
            steps.push(Step::Tick);
        }
        for name in 0..AGENTS {
            self.agent_steps(state, name, steps);
            self.host_steps(state, name, steps);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Tick => self.tick(&mut state),
            Step::Connect(agent) => self.connect(&mut state, agent),
            Step::Claim(agent) => self.claim(&mut state, agent),
            Step::Intend(agent, instant) => {
                state.agents[agent].intents[instant] = true;
                state.agents[agent].held[instant] = Phase::Intended;
            }
            Step::Fork(agent, instant) => {
                state.programs[agent][instant] = Some(Program::Waiting);
                state.agents[agent].held[instant] = Phase::Spawned;
            }
            Step::Execute(host, instant) => {
                let late = state.start_left[instant].is_none();
                let late = late && self.has(Clause::StartByJudgedLast);
                state.programs[host][instant] = Some(match late {
                    true => Program::Ended,
                    false => Program::Running {
                        left: TIMEOUT,
                        supervised: true,
                    },
                });
            }
            Step::End(host, instant) => state.programs[host][instant] = Some(Program::Ended),
            Step::LoseSupervisor(host, instant) => {
                if let Some(Program::Running { supervised, .. }) =
                    &mut state.programs[host][instant]
                {
                    *supervised = false;
                }
            }
            Step::Tell(agent, instant) => {
                self.record(&mut state, instant, Record::Ended);
                state.agents[agent].held[instant] = Phase::Told;
            }
            Step::Finish(agent, instant) => self.finish(&mut state, agent, instant),
            Step::CallLost(_, instant) => {
                if let Some(run) = &mut state.runs[instant] {
                    run.lost = true;
                }
                if !self.has(Clause::LostKeepsActive) && state.active == Some(instant as u8) {
                    state.active = None;
                }
                self.record(&mut state, instant, Record::Lost);
                if !self.has(Clause::LostStays) {
                    state.runs[instant] = None;
                }
            }
            Step::Release(_, instant) => {
                state.runs[instant] = None;
                if state.active == Some(instant as u8) {
                    state.active = None;
                }
            }
            fault => Self::suffer(&mut state, fault),
        }
        Self::watch_owner(&mut state);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("two programs never run together", |_, state: &State| {
                let running = state.programs.as_flattened().iter();
                let running =
                    running.filter(|program| matches!(program, Some(Program::Running { .. })));
                running.count() <= 1
            }),
            Property::always(
                "a job is free again in the end",
                |world: &World, state: &State| !world.rests(state) || state.active.is_none(),
            ),
            Property::always("a known outcome stays", |_, state: &State| {
                (0..INSTANTS).all(|instant| {
                    let told =
                        |agent: &Agent| matches!(agent.held[instant], Phase::Told | Phase::Closed);
                    !state.agents.iter().any(told) || state.history[instant] == Some(Record::Ended)
                })
            }),
            Property::sometimes("the second run follows a release", |_, state: &State| {
                state.history == [Some(Record::Lost), Some(Record::Ended)]
            }),
        ]
    }
}

impl World {
    /// Nothing can happen any more, but time and misfortune.
    fn rests(&self, state: &State) -> bool {
        let mut steps = Vec::new();
        self.actions(state, &mut steps);
        steps.iter().all(|step| match step {
            Step::Tick => self.next_state(state, Step::Tick).as_ref() == Some(state),
            step => matches!(
                step,
                Step::Crash(_) | Step::Wipe(_) | Step::Die(_) | Step::Cut(_)
            ),
        })
    }
}
