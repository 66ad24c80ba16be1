//! Every world holds, and every clause that is left out is missed.
//!
//! The bounds are the smallest that show each clause's worth; the floor on the number of states
//! proves that the misfortunes did come about.

use std::fmt::Debug;
use std::hash::Hash;

use belfry_model::{
    Part, batch, breaks, broadcast, claim, edit, ending, holds, kill, ledger, queue, rebase,
    request, takeover,
};
use stateright::Model;

/// The whole world holds and has at least so many states.
fn check_holds<M>(world: M, states_least: usize)
where
    M: Model + Debug + Clone + Send + Sync + 'static,
    M::State: Part + Hash,
    M::Action: Part,
{
    let states = holds(world.clone());
    assert!(states >= states_least, "{world:?} has only {states} states");
}

/// Without each of these clauses some law breaks in one of the worlds.
fn check_needed<M, C>(clauses: &[C], worlds: impl Fn(C) -> Vec<M>)
where
    C: Copy + Debug,
    M: Model + Send + Sync + 'static,
    M::State: Part + Hash,
    M::Action: Part,
{
    for clause in clauses {
        let found = worlds(*clause).into_iter().find_map(breaks);
        let (law, steps) = found.unwrap_or_else(|| panic!("nobody misses {clause:?}"));
        println!("without {clause:?}: not true after {steps} steps that {law}");
    }
}

#[test]
fn a_claimed_instant_starts_once() {
    let world = |without, [crashes, wipes, drops, lapses]: [u8; 4]| claim::World {
        without,
        crashes,
        wipes,
        drops,
        lapses,
    };
    for bounds in [[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [1, 1, 1, 0]] {
        check_holds(world(None, bounds), 10_000);
    }
    use claim::Clause::*;
    let clauses = [
        RecoveryReadsIntents,
        IntentBeforeStart,
        DiskCompared,
        SameClaimAgain,
        SameSessionAgain,
        CursorCompared,
        SessionCompared,
    ];
    check_needed(&clauses, |clause| vec![world(Some(clause), [1, 1, 1, 1])]);
}

#[test]
fn active_is_freed_when_nobody_can_run_and_only_then() {
    let enough = ending::START_DEADLINE + ending::TIMEOUT + 1;
    let world = |without, [crashes, wipes, deaths, cuts]: [u8; 4]| ending::World {
        without,
        grace: enough,
        crashes,
        wipes,
        deaths,
        cuts,
    };
    let bounds = [
        [1, 0, 0, 1],
        [1, 1, 0, 0],
        [1, 0, 1, 0],
        [0, 0, 1, 1],
        [1, 1, 0, 1],
    ];
    for bounds in bounds {
        check_holds(world(None, bounds), 5_000);
    }
    let hasty = ending::World {
        grace: enough - 1,
        ..world(None, [0, 0, 0, 1])
    };
    assert!(
        breaks(hasty).is_some(),
        "the grace must be longer than deadline and timeout"
    );
    use ending::Clause::*;
    let clauses = [
        Release,
        LostKeepsActive,
        LostStays,
        StartByJudgedLast,
        RequestsTakeActive,
        WipedOwnerLeavesActive,
        ProgramDiesWithSupervisor,
        AbsenceByBootClock,
        RankGuard,
    ];
    check_needed(&clauses, |clause| {
        bounds.map(|bounds| world(Some(clause), bounds)).into()
    });
}

#[test]
fn a_further_attempt_starts_once_and_holds_active_alone() {
    let world =
        |without, ([crashes, deaths, cuts, drops], releases): ([u8; 4], bool)| takeover::World {
            without,
            crashes,
            deaths,
            cuts,
            drops,
            releases,
        };
    let bounds = [
        ([1, 0, 0, 1], false),
        ([1, 0, 1, 0], false),
        ([0, 1, 1, 0], true),
        ([1, 0, 1, 0], true),
    ];
    for bounds in bounds {
        check_holds(world(None, bounds), 10_000);
    }
    use takeover::Clause::*;
    let clauses = [
        RetryIsTransaction,
        ActiveByClaim,
        SessionCompared,
        EarlierAttemptsKept,
        NewClaimEachAttempt,
        ActiveCompared,
        ReadAgainBeforeStart,
        LateAnswersReadAgain,
        OwnerGoneCompared,
        DeadOwnersCount,
    ];
    check_needed(&clauses, |clause| {
        bounds.map(|bounds| world(Some(clause), bounds)).into()
    });
}

#[test]
fn what_is_called_killed_does_not_run() {
    let world = |without, crashes| kill::World {
        without,
        crashes,
        cuts: 1,
    };
    check_holds(world(None, 1), 2_000);
    check_holds(world(None, 2), 8_000);
    use kill::Clause::*;
    let clauses = [
        Gate,
        ConfirmedAtEnd,
        ConfirmedByTransaction,
        UnknownIsNotKilled,
        EarlierAttemptsCount,
        NoTakeoverOfKilled,
    ];
    check_needed(&clauses, |clause| vec![world(Some(clause), 1)]);
}

#[test]
fn a_request_starts_once() {
    let world = |without, crashes, drops| request::World {
        without,
        crashes,
        drops,
        puts: 2,
    };
    check_holds(world(None, 1, 0), 4_000);
    check_holds(world(None, 0, 1), 30_000);
    use request::Clause::*;
    let clauses = [
        PutComparesRun,
        RunKeptUntilExpiry,
        ExpiryJudged,
        SameClaimAgain,
        ConsumptionCompared,
    ];
    check_needed(&clauses, |clause| vec![world(Some(clause), 0, 1)]);
}

#[test]
fn decisions_in_one_request_are_answered_each() {
    let world = |without, crashes, drops| batch::World {
        without,
        crashes,
        drops,
    };
    check_holds(world(None, 1, 0), 40_000);
    check_holds(world(None, 0, 1), 80_000);
    use batch::Clause::*;
    let clauses = [GiveUpByTransaction, VerdictEach, SameClaimAgain];
    check_needed(&clauses, |clause| vec![world(Some(clause), 0, 1)]);
}

#[test]
fn a_nodes_own_cursor_survives() {
    let world = |without| broadcast::World {
        without,
        crashes: 2,
        deletions: 1,
        removals: 1,
        steps_back: 1,
    };
    check_holds(world(None), 2_000);
    use broadcast::Clause::*;
    let clauses = [
        DeletingKeepsCursor,
        RemovingKeepsCursor,
        CreatedOnlyIfAbsent,
    ];
    check_needed(&clauses, |clause| vec![world(Some(clause))]);
}

#[test]
fn an_edit_is_there_whole_or_not_at_all() {
    let world = |without| edit::World {
        without,
        drops: 1,
        crashes: 1,
    };
    check_holds(world(None), 10_000);
    use edit::Clause::*;
    let clauses = [
        Tombstone,
        SettledByEditId,
        HistoryBeforePending,
        OneTransaction,
        RevisionCompared,
    ];
    check_needed(&clauses, |clause| vec![world(Some(clause))]);
}

#[test]
fn an_edit_never_fires_the_past() {
    let world = |without, editor_off| rebase::World {
        without,
        editor_off,
    };
    check_holds(world(None, -2), 200);
    use rebase::Clause::*;
    check_needed(&[Rebased, ForwardOnly, RecordLeft], |clause| {
        vec![world(Some(clause), 0)]
    });
    for off in [-2, 2] {
        check_needed(&[ByAgentsClock], |clause| vec![world(Some(clause), off)]);
    }
}

#[test]
fn every_instant_leaves_a_record() {
    let world = |without, crashes| ledger::World {
        without,
        crashes,
        deaths: 1,
        outages: 1,
    };
    check_holds(world(None, 2), 20_000);
    use ledger::Clause::*;
    let clauses = [
        SkipsInRun,
        CursorCompared,
        HistoryFirst,
        KeptWhileAway,
        ActiveFreedWhileAway,
    ];
    check_needed(&clauses, |clause| vec![world(Some(clause), 1)]);
}

#[test]
fn a_queue_of_one_loses_nothing() {
    let world = |without| queue::World {
        without,
        crashes: 1,
        drops: 1,
    };
    check_holds(world(None), 200);
    use queue::Clause::*;
    check_needed(&[CursorWaits, LooksAgain], |clause| {
        vec![world(Some(clause))]
    });
}
