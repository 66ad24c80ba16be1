//! Climbing: what each store's adapter says becomes rungs. Pure; `connect` does the asking.

use crate::coord::etcd::{EtcdConnectError, EtcdRung};
use crate::history::mysql::{MysqlConnectError, MysqlRung};
use crate::view::{Ladder, Rung, Step, StepState};

/// A ladder whose rungs are not known yet.
pub fn unknown() -> Ladder {
    let step = |rung| Step {
        rung,
        state: StepState::Unknown,
        hint: String::new(),
    };
    Ladder {
        steps: Rung::ALL.into_iter().map(step).collect(),
    }
}

/// What was found of one rung.
pub fn found(ladder: &mut Ladder, rung: Rung, state: StepState, hint: impl Into<String>) {
    let step = ladder.steps.iter_mut().find(|step| step.rung == rung);
    let step = step.expect("every rung is on the ladder");
    (step.state, step.hint) = (state, hint.into());
}

/// The store's rungs up to `last` are in order.
pub fn climbed(ladder: &mut Ladder, last: Rung) {
    let own = |step: &&mut Step| step.rung.is_history() == last.is_history();
    for step in ladder.steps.iter_mut().filter(own) {
        if step.state == StepState::Unknown {
            step.state = StepState::Good;
        }
        if step.rung == last {
            return;
        }
    }
}

/// This rung of a store failed; those below it are in order.
pub fn failed(ladder: &mut Ladder, rung: Rung, why: impl Into<String>) {
    climbed(ladder, rung);
    found(ladder, rung, StepState::Failed, why);
}

/// Where etcd failed.
pub fn of_etcd(error: &EtcdConnectError) -> Rung {
    match error.rung() {
        EtcdRung::Settings => Rung::Settings,
        EtcdRung::Name => Rung::EtcdName,
        EtcdRung::Tcp => Rung::EtcdTcp,
        EtcdRung::Tls => Rung::EtcdTls,
        EtcdRung::SignIn => Rung::EtcdSignIn,
        EtcdRung::Version => Rung::EtcdVersion,
        EtcdRung::Prefix => Rung::Prefix,
    }
}

/// Where the database failed.
pub fn of_history(error: &MysqlConnectError) -> Rung {
    match error.rung() {
        MysqlRung::Settings => Rung::Settings,
        MysqlRung::Name => Rung::HistoryName,
        MysqlRung::Tcp => Rung::HistoryTcp,
        MysqlRung::Tls => Rung::HistoryTls,
        MysqlRung::SignIn => Rung::HistorySignIn,
        MysqlRung::Database | MysqlRung::Server => Rung::HistoryDatabase,
        MysqlRung::Schema => Rung::Schema,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(ladder: &Ladder) -> String {
        let sign = |step: &Step| match step.state {
            StepState::Good => '+',
            StepState::Warned => '!',
            StepState::Failed => 'x',
            StepState::Unknown => '.',
        };
        ladder.steps.iter().map(sign).collect()
    }

    #[test]
    fn a_failed_rung_leaves_those_above_unknown_and_the_other_store_alone() {
        let mut ladder = unknown();
        climbed(&mut ladder, Rung::Settings);
        failed(&mut ladder, Rung::EtcdSignIn, "the password is wrong");
        climbed(&mut ladder, Rung::Schema);
        assert_eq!(states(&ladder), "++++x...++++++.");
        assert_eq!(ladder.failed().expect("one").rung, Rung::EtcdSignIn);
    }

    #[test]
    fn every_rung_has_its_exit_code() {
        let codes: Vec<u8> = Rung::ALL.map(|rung| rung.trouble().exit_code()).into();
        assert_eq!(
            codes,
            [78, 69, 69, 78, 77, 78, 77, 78, 69, 69, 78, 77, 78, 78, 78]
        );
    }
}
