//! Which faults were made and when, and whether a record that is no success fits them.

use belfry_core::history::LedgerRow;
use belfry_core::run::{Reason, RunState};
use jiff::Timestamp;

/// A decision may come this late after an instant, by the jobs' deadline; a fault reaches back
/// as far.
pub const DEADLINE_S: i64 = 10;
/// For so long after a fault its traces are looked for: a session that ends, ranks that wait.
const FELT_FOR_S: i64 = 25;
/// A run holds its job's overlap a little longer than its program lives: history is waited for.
const HELD_FOR_S: i64 = 3;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The leader of etcd was killed, or its quorum.
    Leader,
    /// An agent was killed.
    Agent(&'static str),
    /// An agent was held still, or cut off from etcd.
    Away(&'static str),
    /// The database was killed.
    Database,
}

impl Fault {
    /// Whether decisions and starts may suffer from it; of the database they must not.
    fn delays_decisions(self) -> bool {
        self != Self::Database
    }
}

#[derive(Clone, Copy, Debug)]
struct Window {
    fault: Fault,
    from: i64,
    until: Option<i64>,
}

impl Window {
    fn is_felt_at(&self, second: i64) -> bool {
        let until = self.until.map_or(i64::MAX, |until| until + FELT_FOR_S);
        (self.from - DEADLINE_S..=until).contains(&second)
    }
}

/// Every fault of a scenario.
#[derive(Debug, Default)]
pub struct FaultLog {
    windows: Vec<Window>,
}

impl FaultLog {
    /// It begins now.
    pub fn begins(&mut self, fault: Fault) {
        self.windows.push(Window {
            fault,
            from: Timestamp::now().as_second(),
            until: None,
        });
    }

    /// It is over now.
    pub fn ends(&mut self, fault: Fault) {
        let now = Timestamp::now().as_second();
        let open = |window: &&mut Window| window.fault == fault && window.until.is_none();
        let window = self.windows.iter_mut().find(open);
        window.expect("it began").until = Some(now);
    }

    /// How many there were of a kind.
    pub fn count(&self, is_it: impl Fn(Fault) -> bool) -> usize {
        let of_kind = self.windows.iter().filter(|window| is_it(window.fault));
        of_kind.count()
    }

    /// What a record says that no fault explains, in a word. `before_ended` is when the newest
    /// program of the job before it ended, in Unix seconds.
    pub fn unexplained(&self, row: &LedgerRow, before_ended: Option<i64>) -> Option<String> {
        let last = row.until.unwrap_or(row.scheduled_at).as_second();
        let mut instants = row.scheduled_at.as_second()..=last;
        let held_until = before_ended.map_or(i64::MIN, |ended| ended + HELD_FOR_S);
        let is_explained = match (row.state, row.reason) {
            (RunState::Succeeded, _) => true,
            (RunState::Skipped, Some(Reason::Overlap)) => {
                instants.all(|second| second <= held_until || self.is_delayed_at(second))
            }
            (RunState::Skipped, Some(Reason::Deadline | Reason::Misfire))
            | (RunState::Lost, Some(Reason::Crashed | Reason::CrashedAtStart)) => {
                instants.all(|second| self.is_delayed_at(second))
            }
            _ => false,
        };
        let why = row.reason.map_or("", |reason| reason.as_str());
        let at = row.scheduled_at;
        (!is_explained).then(|| format!("{} {why} at {at}", row.state.as_str()))
    }

    fn is_delayed_at(&self, second: i64) -> bool {
        let delaying = |window: &&Window| window.fault.delays_decisions();
        let mut windows = self.windows.iter().filter(delaying);
        windows.any(|window| window.is_felt_at(second))
    }
}

#[cfg(test)]
mod tests {
    use belfry_core::id::{JobId, Moment, RunId, Scope};
    use uuid::Uuid;

    use super::*;

    fn log(fault: Fault, from: i64, until: i64) -> FaultLog {
        let until = Some(until);
        FaultLog {
            windows: vec![Window { fault, from, until }],
        }
    }

    fn skipped(second: i64, reason: Reason) -> LedgerRow {
        let at = Timestamp::from_second(second).expect("an instant");
        LedgerRow {
            scope: Scope::One,
            scheduled_at: at,
            until: None,
            count: 1,
            run_id: RunId::derive(JobId(Uuid::nil()), &Scope::One, Moment::At(at)),
            attempt: 1,
            state: RunState::Skipped,
            reason: Some(reason),
        }
    }

    #[test]
    fn a_skip_is_explained_by_a_fault_of_its_time_that_can_cause_it_and_by_nothing_else() {
        let leader = log(Fault::Leader, 1_000, 1_005);
        let database = log(Fault::Database, 1_000, 1_005);
        for (log, at, reason, before_ended, is_explained) in [
            (&leader, 1_002, Reason::Deadline, None, true),
            (&leader, 995, Reason::Misfire, None, true),
            (&leader, 1_002, Reason::Capacity, None, false),
            (&leader, 1_002, Reason::Clock, None, false),
            (&leader, 900, Reason::Deadline, None, false),
            (&leader, 1_100, Reason::Deadline, None, false),
            (&leader, 1_100, Reason::Overlap, None, false),
            (&leader, 1_100, Reason::Overlap, Some(1_050), false),
            (&leader, 1_100, Reason::Overlap, Some(1_099), true),
            (&database, 1_002, Reason::Deadline, None, false),
            (&database, 1_002, Reason::Overlap, None, false),
        ] {
            let found = log.unexplained(&skipped(at, reason), before_ended);
            assert_eq!(found.is_none(), is_explained, "{at} {reason:?}: {found:?}");
        }
    }
}
