//! What agents and hosts do: claim, run, end, reap, and come back.

use super::{
    Agent, CRASH, CUT, Clause, DEATH, INSTANTS, Phase, Program, Record, Run, START_DEADLINE, State,
    Step, WIPE, World,
};

impl World {
    pub(super) fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    pub(super) fn connect(&self, state: &mut State, agent: usize) {
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
    pub(super) fn recover(
        &self,
        intended: bool,
        in_time: bool,
        program: &mut Option<Program>,
    ) -> Phase {
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

    pub(super) fn claim(&self, state: &mut State, agent: usize) {
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
    pub(super) fn takes_active(&self, instant: usize) -> bool {
        instant == 0 || self.has(Clause::RequestsTakeActive)
    }

    pub(super) fn finish(&self, state: &mut State, agent: usize, instant: usize) {
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

    pub(super) fn record(&self, state: &mut State, instant: usize, record: Record) {
        let stored = &mut state.history[instant];
        *stored = match (*stored, self.has(Clause::RankGuard)) {
            (Some(old), true) => Some(old.max(record)),
            _ => Some(record),
        };
    }

    pub(super) fn owner_is_gone(state: &State, run: Run) -> bool {
        state.sessions[run.owner] != Some(run.disk)
    }

    pub(super) fn may_release(&self, state: &State, reaper: usize, run: Run) -> bool {
        let absent_for = state.agents[reaper].absent_for;
        let long_enough = absent_for.is_some_and(|ticks| ticks >= self.grace)
            || !self.has(Clause::AbsenceByBootClock);
        run.lost && self.has(Clause::Release) && Self::owner_is_gone(state, run) && long_enough
    }

    /// What every agent sees of the owner of the active run.
    pub(super) fn watch_owner(state: &mut State) {
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

    pub(super) fn tick(&self, state: &mut State) {
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

    pub(super) fn agent_steps(&self, state: &State, name: usize, steps: &mut Vec<Step>) {
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

    pub(super) fn host_steps(&self, state: &State, host: usize, steps: &mut Vec<Step>) {
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
    pub(super) fn may_tick(state: &State) -> bool {
        let overdue = |program: &Option<Program>| {
            let due = Program::Running {
                left: 0,
                supervised: true,
            };
            *program == Some(due)
        };
        !state.programs.as_flattened().iter().any(overdue)
    }

    /// Misfortune: what nobody does on purpose.
    pub(super) fn suffer(state: &mut State, fault: Step) {
        match fault {
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
            _ => unreachable!("only faults come here"),
        }
    }
}
