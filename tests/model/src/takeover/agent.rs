//! What agents do: how they move a run, end it, and come back.

use super::{
    AGENTS, ATTEMPTS, Agent, CRASH, CUT, Clause, DEATH, DROP, Held, Mail, NEXT, Phase, Program,
    State, Step, World,
};

impl World {
    pub(super) fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    pub(super) fn connect(&self, state: &mut State, name: usize) {
        state.sessions_made[name] += 1;
        state.sessions[name] = state.sessions_made[name];
        let agent = &mut state.agents[name];
        let first = !agent.up;
        agent.up = true;
        agent.cut = false;
        agent.session = state.sessions[name];
        let Some(run) = state.run.filter(|run| run.owner == name) else {
            self.drop_pending_start(agent, None);
            return;
        };
        self.drop_pending_start(agent, Some(run.claim));
        let known = agent.held.is_some_and(|held| held.claim == run.claim);
        if !first || known || run.lost {
            return;
        }
        let program = &mut state.programs[name][run.attempt];
        let phase = match (agent.intents[run.attempt], &program) {
            (false, _) => Phase::Claimed,
            (true, Some(_)) => Phase::Started,
            // Recovery took the gate: it never started.
            (true, None) => {
                *program = Some(Program::Failed);
                Phase::Started
            }
        };
        agent.held = Some(Held {
            attempt: run.attempt,
            claim: run.claim,
            phase,
        });
    }

    pub(super) fn drop_pending_start(&self, agent: &mut Agent, named: Option<u8>) {
        let waits = |held: &Held| matches!(held.phase, Phase::Claimed | Phase::Intended);
        let superseded = |held: &Held| waits(held) && Some(held.claim) != named;
        if self.has(Clause::ReadAgainBeforeStart)
            && agent.held.is_some_and(|held| superseded(&held))
        {
            agent.held = None;
        }
    }

    pub(super) fn ask(&self, state: &mut State, by: usize, takeover: bool) {
        let Some(run) = state.run else { return };
        state.claims_made[by] += 1;
        let claim = match self.has(Clause::NewClaimEachAttempt) {
            true => state.claims_made[by] * AGENTS as u8 + by as u8,
            false => run.claim,
        };
        let from = match (takeover, state.agents[by].held) {
            (false, Some(held)) => held.claim,
            _ => run.claim,
        };
        let session = state.agents[by].session;
        let mail = Mail::Move {
            by,
            from,
            claim,
            session,
            takeover,
        };
        state.agents[by].asked = Some(mail);
        match takeover || self.has(Clause::RetryIsTransaction) {
            true => _ = state.mail.insert(mail),
            false => self.retry_at_home(state, by),
        }
    }

    /// Without its transaction the owner just begins its next attempt.
    pub(super) fn retry_at_home(&self, state: &mut State, by: usize) {
        let agent = &mut state.agents[by];
        agent.asked = None;
        if let Some(held) = &mut agent.held {
            held.attempt += 1;
            held.phase = Phase::Claimed;
        }
        if let Some(run) = state.run.as_mut().filter(|run| run.owner == by) {
            run.attempt += 1;
        }
    }

    pub(super) fn deliver(&self, state: &mut State, index: u8) {
        match take(state, index) {
            Mail::Answer {
                to,
                claim,
                attempt,
                won,
            } => {
                let agent = &mut state.agents[to];
                let Some(Mail::Move {
                    claim: asked,
                    session,
                    ..
                }) = agent.asked
                else {
                    return;
                };
                if asked != claim {
                    return;
                }
                agent.asked = None;
                let late = session != agent.session && self.has(Clause::LateAnswersReadAgain);
                let current = state.run.is_some_and(|run| run.claim == claim);
                if won && (current || !late) {
                    agent.held = Some(Held {
                        attempt,
                        claim,
                        phase: Phase::Claimed,
                    });
                }
            }
            mail => self.move_run(state, mail),
        }
    }

    pub(super) fn move_run(&self, state: &mut State, mail: Mail) {
        let Mail::Move {
            by,
            from,
            claim,
            session,
            takeover,
        } = mail
        else {
            return;
        };
        let applies = state.run.is_some_and(|run| {
            let owner_gone = state.sessions[run.owner] == 0 || !self.has(Clause::OwnerGoneCompared);
            run.claim == from
                && (!run.lost || takeover)
                && run.attempt + 1 < ATTEMPTS
                && (!takeover || (owner_gone && run.owner != by))
        });
        let here = state.sessions[by] == session || !self.has(Clause::SessionCompared);
        let active = state.active == Some(from) || !self.has(Clause::ActiveCompared);
        if let Some(run) = state.run.as_mut().filter(|_| applies && here && active) {
            state.taken_from_gone |= state.sessions[run.owner] == 0;
            run.due[run.attempt] = self.has(Clause::EarlierAttemptsKept);
            run.owner = by;
            run.attempt += 1;
            run.claim = claim;
            run.lost = false;
            state.active = Some(claim);
        }
        let mine = state
            .run
            .filter(|run| run.claim == claim && run.owner == by);
        state.mail.insert(Mail::Answer {
            to: by,
            claim,
            attempt: mine.map_or(0, |run| run.attempt),
            won: mine.is_some(),
        });
    }

    pub(super) fn is_stale(&self, state: &State, name: usize) -> bool {
        let agent = &state.agents[name];
        let connected = !agent.cut && agent.session == state.sessions[name];
        let claim = agent.held.map(|held| held.claim);
        connected && state.run.map(|run| run.claim) != claim
    }

    pub(super) fn finish(&self, state: &mut State, name: usize, held: Held) {
        if let Some(run) = state.run.filter(|run| run.claim == held.claim) {
            for (recorded, due) in state.recorded.iter_mut().zip(run.due) {
                *recorded |= due;
            }
            state.run = None;
        }
        let of_this_run = state.active.is_some_and(|claim| claim != NEXT);
        let mine = state.active == Some(held.claim);
        if mine || (of_this_run && !self.has(Clause::ActiveByClaim)) {
            state.active = None;
        }
        state.agents[name].held = Some(Held {
            phase: Phase::Closed,
            ..held
        });
    }

    pub(super) fn held_steps(&self, state: &State, name: usize, held: Held, steps: &mut Vec<Step>) {
        let agent = &state.agents[name];
        let program = state.programs[name][held.attempt];
        let over = matches!(program, Some(Program::Failed | Program::Succeeded));
        match held.phase {
            Phase::Claimed => steps.push(Step::Intend(name)),
            Phase::Intended => steps.push(Step::Start(name)),
            Phase::Started if over => steps.push(Step::Tell(name)),
            Phase::Told if agent.asked.is_none() => {
                let more = program == Some(Program::Failed) && held.attempt + 1 < ATTEMPTS;
                let current = state.run.is_some_and(|run| run.claim == held.claim);
                match (more, current, agent.cut) {
                    (true, true, false) => steps.push(Step::AskRetry(name)),
                    (true, _, _) if !self.has(Clause::RetryIsTransaction) => {
                        steps.push(Step::AskRetry(name));
                    }
                    (_, _, false) => steps.push(Step::Finish(name)),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    pub(super) fn agent_steps(&self, state: &State, name: usize, steps: &mut Vec<Step>) {
        let agent = &state.agents[name];
        if state.sessions[name] != 0 && (!agent.up || agent.cut) {
            steps.push(Step::Lapse(name));
        }
        if agent.dead {
            return;
        }
        if !agent.up || agent.cut || state.sessions[name] != agent.session {
            steps.push(Step::Connect(name));
        }
        for (attempt, program) in state.programs[name].iter().enumerate() {
            if *program == Some(Program::Running) {
                steps.push(Step::End(name, attempt, true));
                steps.push(Step::End(name, attempt, false));
            }
        }
        if state.left[DEATH] > 0 {
            steps.push(Step::Die(name));
        }
        if !agent.up {
            return;
        }
        if let Some(held) = agent.held {
            self.held_steps(state, name, held, steps);
        }
        if state.left[CRASH] > 0 {
            steps.push(Step::Crash(name));
        }
        if agent.cut {
            return;
        }
        if agent.asked.is_some() && state.left[DROP] < self.drops {
            steps.push(Step::AskAgain(name));
        }
        if state.left[CUT] > 0 {
            steps.push(Step::Cut(name));
        }
        let others = state
            .run
            .filter(|run| run.owner != name && state.sessions[run.owner] == 0);
        let Some(run) = others.filter(|_| state.sessions[name] != 0) else {
            return;
        };
        if run.attempt + 1 < ATTEMPTS && agent.asked.is_none() {
            steps.push(Step::AskTakeover(name));
        }
        if !run.lost && self.releases {
            steps.push(Step::CallLost(name));
        }
        if run.lost && state.active == Some(run.claim) {
            steps.push(Step::Release);
        } else if run.lost {
            steps.push(Step::Clear);
        }
    }

    /// Misfortune: what nobody does on purpose.
    pub(super) fn suffer(state: &mut State, fault: Step) {
        match fault {
            Step::Cut(name) => {
                state.left[CUT] -= 1;
                state.was_cut = true;
                state.agents[name].cut = true;
            }
            Step::Lapse(name) => state.sessions[name] = 0,
            Step::Crash(name) => {
                state.left[CRASH] -= 1;
                let agent = &mut state.agents[name];
                *agent = Agent {
                    intents: agent.intents,
                    ..Agent::default()
                };
            }
            Step::Die(name) => {
                state.left[DEATH] -= 1;
                state.programs[name] = Default::default();
                state.agents[name] = Agent {
                    dead: true,
                    ..Agent::default()
                };
            }
            _ => unreachable!("only faults come here"),
        }
    }
}

pub(super) fn take(state: &mut State, index: u8) -> Mail {
    let mail = state.mail.iter().nth(usize::from(index));
    let mail = *mail.expect("the step named a message that is there");
    state.mail.remove(&mail);
    mail
}
