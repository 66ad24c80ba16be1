//! Who frees `active`, and when: a job that must not overlap, an owner that stalls, is cut off,
//! loses its disk or dies, and a reaper that wants the job to go on. Time is counted in ticks.

use stateright::{Model, Property};

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

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn connect(&self, state: &mut State, agent: usize) {
        let disk = state.agents[agent].disk;
        state.sessions[agent] = Some(disk);
        let mine = &mut state.agents[agent];
        mine.up = true;
        mine.cut = false;
        for instant in 0..INSTANTS {
            let Some(run) = state.runs[instant].filter(|run| run.owner == agent) else {
                continue;
            };
            if mine.held[instant] == Phase::Unknown {
                let program = &mut state.programs[agent][instant];
                let in_time = state.start_left[instant].is_some() && !run.lost;
                let intended = mine.intents[instant];
                mine.held[instant] = match run.disk == mine.disk {
                    true => self.recover(intended, in_time, program),
                    false if self.has(Clause::WipedOwnerLeavesActive) => Phase::Unknown,
                    false => Phase::Over,
                };
            }
        }
    }

    /// The table of local evidence, on the disk that the run was claimed with.
    fn recover(&self, intended: bool, in_time: bool, program: &mut Option<Program>) -> Phase {
        match (intended, &program) {
            (false, _) if in_time => return Phase::Claimed,
            // Recovery takes the gate: a supervisor that waits for it never executes.
            (true, Some(Program::Waiting)) => *program = Some(Program::Ended),
            // What is left without its supervisor is ended first.
            (true, Some(Program::Running { supervised, .. })) => match supervised {
                true => return Phase::Spawned,
                false if self.has(Clause::ProgramDiesWithSupervisor) => {
                    *program = Some(Program::Ended);
                }
                false => {}
            },
            _ => {}
        }
        Phase::Over
    }

    fn claim(&self, state: &mut State, agent: usize) {
        let instant = usize::from(state.cursor);
        state.cursor += 1;
        state.runs[instant] = Some(Run {
            owner: agent,
            disk: state.agents[agent].disk,
            lost: false,
        });
        state.start_left[instant] = Some(START_DEADLINE);
        if self.takes_active(instant) {
            state.active = Some(instant as u8);
        }
        state.agents[agent].held[instant] = Phase::Claimed;
    }

    /// The second run may be one on request that ignores what is active.
    fn takes_active(&self, instant: usize) -> bool {
        instant == 0 || self.has(Clause::RequestsTakeActive)
    }

    fn finish(&self, state: &mut State, agent: usize, instant: usize) {
        let mine = state.runs[instant].is_some_and(|run| run.owner == agent);
        if mine {
            state.runs[instant] = None;
        }
        // Its own comparison, also when the run is gone.
        if state.active == Some(instant as u8) {
            state.active = None;
        }
        state.agents[agent].held[instant] = Phase::Closed;
    }

    fn record(&self, state: &mut State, instant: usize, record: Record) {
        let stored = &mut state.history[instant];
        *stored = match (*stored, self.has(Clause::RankGuard)) {
            (Some(old), true) => Some(old.max(record)),
            _ => Some(record),
        };
    }

    fn owner_is_gone(state: &State, run: Run) -> bool {
        state.sessions[run.owner] != Some(run.disk)
    }

    fn may_release(&self, state: &State, reaper: usize, run: Run) -> bool {
        let absent_for = state.agents[reaper].absent_for;
        let long_enough = absent_for.is_some_and(|ticks| ticks >= self.grace)
            || !self.has(Clause::AbsenceByBootClock);
        run.lost && self.has(Clause::Release) && Self::owner_is_gone(state, run) && long_enough
    }

    /// What every agent sees of the owner of the active run.
    fn watch_owner(state: &mut State) {
        let active = state
            .active
            .and_then(|instant| state.runs[usize::from(instant)]);
        let gone = active.is_some_and(|run| Self::owner_is_gone(state, run));
        for (agent, session) in state.agents.iter_mut().zip(state.sessions) {
            let watches = agent.up && !agent.cut && session.is_some();
            agent.absent_for = match gone && watches {
                true => agent.absent_for.or(Some(0)),
                false => None,
            };
        }
    }

    fn tick(&self, state: &mut State) {
        for left in &mut state.start_left {
            *left = left.and_then(|ticks| ticks.checked_sub(1));
        }
        for program in state.programs.as_flattened_mut() {
            if let Some(Program::Running { left, .. }) = program {
                *left = left.saturating_sub(1);
            }
        }
        for agent in &mut state.agents {
            agent.absent_for = agent.absent_for.map(|ticks| (ticks + 1).min(self.grace));
        }
    }

    fn agent_steps(&self, state: &State, name: usize, steps: &mut Vec<Step>) {
        let agent = &state.agents[name];
        if agent.dead {
            return;
        }
        if !agent.up || agent.cut || state.sessions[name].is_none() {
            steps.push(Step::Connect(name));
        }
        if !agent.up && state.left[WIPE] > 0 && state.sessions[name].is_none() {
            steps.push(Step::Wipe(name));
        }
        if !agent.up {
            return;
        }
        if state.left[CRASH] > 0 {
            steps.push(Step::Crash(name));
        }
        for (instant, phase) in agent.held.iter().enumerate() {
            match phase {
                Phase::Claimed => steps.push(Step::Intend(name, instant)),
                Phase::Intended => steps.push(Step::Fork(name, instant)),
                Phase::Spawned if state.programs[name][instant] == Some(Program::Ended) => {
                    steps.push(Step::Tell(name, instant));
                }
                Phase::Over => steps.push(Step::Tell(name, instant)),
                Phase::Told if !agent.cut => steps.push(Step::Finish(name, instant)),
                _ => {}
            }
        }
        if agent.cut {
            return;
        }
        if state.left[CUT] > 0 {
            steps.push(Step::Cut(name));
        }
        if state.sessions[name].is_none() {
            return;
        }
        let next = usize::from(state.cursor);
        if next < INSTANTS && (state.active.is_none() || !self.takes_active(next)) {
            steps.push(Step::Claim(name));
        }
        for (instant, run) in state.runs.iter().enumerate() {
            let Some(run) = run else {
                continue;
            };
            let run = *run;
            if !run.lost && Self::owner_is_gone(state, run) {
                steps.push(Step::CallLost(name, instant));
            }
            if self.may_release(state, name, run) {
                steps.push(Step::Release(name, instant));
            }
        }
    }

    fn host_steps(&self, state: &State, host: usize, steps: &mut Vec<Step>) {
        let agent = &state.agents[host];
        if (!agent.up || agent.cut) && state.sessions[host].is_some() {
            steps.push(Step::Lapse(host));
        }
        if agent.dead {
            return;
        }
        for (instant, program) in state.programs[host].iter().enumerate() {
            match program {
                Some(Program::Waiting) => steps.push(Step::Execute(host, instant)),
                Some(Program::Running { supervised, .. }) => {
                    steps.push(Step::End(host, instant));
                    let unguarded = !self.has(Clause::ProgramDiesWithSupervisor);
                    if *supervised && unguarded && !agent.up {
                        steps.push(Step::LoseSupervisor(host, instant));
                    }
                }
                _ => {}
            }
        }
        if state.left[DEATH] > 0 {
            steps.push(Step::Die(host));
        }
    }

    /// A supervisor ends its program in time, so time cannot pass before.
    fn may_tick(state: &State) -> bool {
        let overdue = |program: &Option<Program>| {
            let due = Program::Running {
                left: 0,
                supervised: true,
            };
            *program == Some(due)
        };
        !state.programs.as_flattened().iter().any(overdue)
    }
}

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
            Step::Cut(agent) => {
                state.left[CUT] -= 1;
                state.agents[agent].cut = true;
            }
            Step::Lapse(agent) => state.sessions[agent] = None,
            Step::Crash(agent) => {
                state.left[CRASH] -= 1;
                let agent = &mut state.agents[agent];
                agent.up = false;
                agent.cut = false;
                agent.held = Default::default();
            }
            Step::Wipe(agent) => {
                state.left[WIPE] -= 1;
                state.agents[agent].disk += 1;
                state.agents[agent].intents = Default::default();
            }
            Step::Die(host) => {
                state.left[DEATH] -= 1;
                state.programs[host] = Default::default();
                state.agents[host] = Agent {
                    dead: true,
                    disk: state.agents[host].disk,
                    ..Agent::default()
                };
            }
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
