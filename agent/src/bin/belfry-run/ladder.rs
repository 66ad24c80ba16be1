//! How a program is brought to its end: pure decisions, the watch performs them.

use belfry_agent::attempt::exit::StopReason;
use belfry_agent::attempt::limits::{KILL_PATIENCE, LEFTOVER_GRACE, SWEEP_INTERVAL};

/// Something that concerns the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// TERM came in.
    StopAsked,
    /// The deadline of [`Ladder::deadline`] may be over.
    TimePassed,
    /// The program has ended; others of its tree live.
    ProgramEnded,
    /// Nothing of the tree lives.
    TreeEmpty,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Nothing,
    /// TERM to the whole tree.
    Terminate,
    /// One KILL sweep over the whole tree.
    Kill,
    /// It is over, with or without survivors.
    Finish,
}

/// The rungs: running, asked to end, being killed. All instants are boot-time milliseconds.
#[derive(Debug)]
pub struct Ladder {
    rung: Rung,
    stop_grace_ms: u64,
}

#[derive(Clone, Copy, Debug)]
enum Rung {
    Running {
        timeout_at: Option<u64>,
    },
    Terminating {
        why: StopReason,
        kill_at: u64,
    },
    Killing {
        why: StopReason,
        sweep_at: u64,
        give_up_at: u64,
    },
}

impl Ladder {
    pub fn new(started_at: u64, timeout_ms: Option<u64>, stop_grace_ms: u64) -> Self {
        let timeout_at = timeout_ms.map(|timeout| started_at.saturating_add(timeout));
        Self {
            rung: Rung::Running { timeout_at },
            stop_grace_ms,
        }
    }

    /// When [`Event::TimePassed`] is due next.
    pub fn deadline(&self) -> Option<u64> {
        match self.rung {
            Rung::Running { timeout_at } => timeout_at,
            Rung::Terminating { kill_at, .. } => Some(kill_at),
            Rung::Killing {
                sweep_at,
                give_up_at,
                ..
            } => Some(sweep_at.min(give_up_at)),
        }
    }

    /// Why we stopped it, if we did.
    pub fn stop_reason(&self) -> Option<StopReason> {
        match self.rung {
            Rung::Running { .. } => None,
            Rung::Terminating { why, .. } | Rung::Killing { why, .. } => Some(why),
        }
    }

    pub fn handle(&mut self, event: Event, now: u64) -> Action {
        match (event, self.rung) {
            (Event::TreeEmpty, _) => Action::Finish,
            (Event::ProgramEnded, Rung::Running { .. }) => {
                let grace = self.stop_grace_ms.min(LEFTOVER_GRACE.as_millis() as u64);
                self.terminate(StopReason::Leftovers, now, grace)
            }
            (Event::StopAsked, Rung::Running { .. }) => {
                self.terminate(StopReason::Asked, now, self.stop_grace_ms)
            }
            (
                Event::TimePassed,
                Rung::Running {
                    timeout_at: Some(at),
                },
            ) if now >= at => self.terminate(StopReason::Timeout, now, self.stop_grace_ms),
            // What it left gets the leftovers' time, not the whole grace: a process that was just being forked
            // by a shell may have swallowed its TERM.
            (Event::ProgramEnded, Rung::Terminating { why, kill_at }) => {
                let left_ms = kill_at
                    .saturating_sub(now)
                    .min(LEFTOVER_GRACE.as_millis() as u64);
                self.terminate(why, now, left_ms)
            }
            (Event::StopAsked, Rung::Terminating { why, .. }) => self.kill(why, now),
            (Event::TimePassed, Rung::Terminating { why, kill_at }) if now >= kill_at => {
                self.kill(why, now)
            }
            (Event::TimePassed, Rung::Killing { give_up_at, .. }) if now >= give_up_at => {
                Action::Finish
            }
            (
                Event::TimePassed,
                Rung::Killing {
                    why,
                    sweep_at,
                    give_up_at,
                },
            ) if now >= sweep_at => {
                self.rung = Rung::Killing {
                    why,
                    sweep_at: now + SWEEP_INTERVAL.as_millis() as u64,
                    give_up_at,
                };
                Action::Kill
            }
            _ => Action::Nothing,
        }
    }

    fn terminate(&mut self, why: StopReason, now: u64, grace: u64) -> Action {
        self.rung = Rung::Terminating {
            why,
            kill_at: now.saturating_add(grace),
        };
        Action::Terminate
    }

    fn kill(&mut self, why: StopReason, now: u64) -> Action {
        self.rung = Rung::Killing {
            why,
            sweep_at: now + SWEEP_INTERVAL.as_millis() as u64,
            give_up_at: now + KILL_PATIENCE.as_millis() as u64,
        };
        Action::Kill
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        timeout_ms: Option<u64>,
        events: &[(u64, Event)],
        expected: &[Action],
        why: Option<StopReason>,
    ) {
        let mut ladder = Ladder::new(0, timeout_ms, 5_000);
        let actions: Vec<Action> = events
            .iter()
            .map(|(now, event)| ladder.handle(*event, *now))
            .collect();
        assert_eq!(actions, expected);
        assert_eq!(ladder.stop_reason(), why);
    }

    #[test]
    fn a_program_that_ends_alone_is_left_alone() {
        check(Some(10), &[(5, Event::TreeEmpty)], &[Action::Finish], None);
    }

    #[test]
    fn a_timeout_terminates_then_kills_and_stays_a_timeout() {
        let events = [
            (9, Event::TimePassed),
            (10, Event::TimePassed),
            (11, Event::ProgramEnded),
            (2_010, Event::TimePassed),
            (2_011, Event::TimePassed),
            (2_061, Event::TimePassed),
            (2_062, Event::TreeEmpty),
        ];
        let expected = [
            Action::Nothing,
            Action::Terminate,
            Action::Terminate,
            Action::Nothing,
            Action::Kill,
            Action::Kill,
            Action::Finish,
        ];
        check(Some(10), &events, &expected, Some(StopReason::Timeout));
    }

    #[test]
    fn a_second_request_kills_at_once() {
        let events = [
            (1, Event::StopAsked),
            (2, Event::StopAsked),
            (3, Event::StopAsked),
        ];
        check(
            None,
            &events,
            &[Action::Terminate, Action::Kill, Action::Nothing],
            Some(StopReason::Asked),
        );
    }

    #[test]
    fn what_cannot_be_killed_is_given_up() {
        let events = [
            (0, Event::ProgramEnded),
            (2_000, Event::TimePassed),
            (12_000, Event::TimePassed),
        ];
        check(
            None,
            &events,
            &[Action::Terminate, Action::Kill, Action::Finish],
            Some(StopReason::Leftovers),
        );
    }
}
