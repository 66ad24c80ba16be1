//! Every world holds, and every clause that is left out is missed.

use belfry_model::{batch, breaks, claim, ending, holds, kill, queue, request, takeover};

#[test]
fn a_claimed_instant_starts_once() {
    let world = |without, crashes, wipes, drops, lapses| claim::World {
        without,
        crashes,
        wipes,
        drops,
        lapses,
    };
    for (a,b,c,d) in [(1,1,0,0),(1,0,1,0),(0,0,1,1),(1,1,1,0)] {
    let t = std::time::Instant::now();
    let states = holds(world(None, a,b,c,d));
    println!("{a}{b}{c}{d} {states} states {:?}", t.elapsed());
    }
    use claim::Clause::*;
    for clause in [
        RecoveryReadsIntents,
        IntentBeforeStart,
        DiskCompared,
        SameClaimAgain,
        SameSessionAgain,
        CursorCompared,
        SessionCompared,
    ] {
        let found = breaks(world(Some(clause), 1, 1, 1, 1));
        println!("{clause:?}: {found:?}");
    }
}

#[test]
fn active_is_freed_when_nobody_can_run_and_then_only() {
    let world = |without, grace, bounds: [u8; 4]| ending::World {
        without,
        grace,
        crashes: bounds[0],
        wipes: bounds[1],
        deaths: bounds[2],
        cuts: bounds[3],
    };
    let enough = ending::START_DEADLINE + ending::TIMEOUT + 1;
    for bounds in [[1, 0, 0, 1], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1], [1, 1, 0, 1]] {
        let t = std::time::Instant::now();
        let states = holds(world(None, enough, bounds));
        println!("{bounds:?} {states} states {:?}", t.elapsed());
    }
    println!("grace: {:?}", breaks(world(None, enough - 1, [0, 0, 0, 1])));
    use ending::Clause::*;
    for clause in [
        Release, LostKeepsActive, LostStays, StartByJudgedLast, RequestsTakeActive,
        WipedOwnerLeavesActive, ProgramDiesWithSupervisor, AbsenceByBootClock, RankGuard,
    ] {
        let found = [[1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 1]].into_iter().find_map(|bounds| breaks(world(Some(clause), enough, bounds)));
        println!("{clause:?}: {found:?}");
    }
}

#[test]
fn a_further_attempt_starts_once_and_holds_active_alone() {
    let world = |without, bounds: [u8; 4], releases| takeover::World {
        without,
        crashes: bounds[0],
        deaths: bounds[1],
        cuts: bounds[2],
        drops: bounds[3],
        releases,
    };
    for (bounds, releases) in [([1, 0, 0, 1], false), ([1, 0, 1, 0], false), ([0, 1, 1, 0], true), ([1, 0, 1, 0], true)] {
        let t = std::time::Instant::now();
        let states = holds(world(None, bounds, releases));
        println!("{bounds:?} {states} states {:?}", t.elapsed());
    }
    use takeover::Clause::*;
    for clause in [
        RetryIsTransaction, ActiveByClaim, SessionCompared, EarlierAttemptsKept, NewClaimEachAttempt, ActiveCompared, ReadAgainBeforeStart, LateAnswersReadAgain, OwnerGoneCompared, DeadOwnersCount,
    ] {
        let found = [([1, 0, 1, 0], false), ([0, 1, 1, 0], true)].into_iter().find_map(|(bounds, releases)| breaks(world(Some(clause), bounds, releases)));
        println!("{clause:?}: {found:?}");
    }
}

#[test]
fn what_is_called_killed_does_not_run() {
    let world = |without, crashes, cuts| kill::World { without, crashes, cuts };
    for (crashes, cuts) in [(1, 1), (2, 1)] {
        println!("{} states", holds(world(None, crashes, cuts)));
    }
    use kill::Clause::*;
    for clause in [Gate, ConfirmedAtEnd, ConfirmedByTransaction, UnknownIsNotKilled, EarlierAttemptsCount, NoTakeoverOfKilled] {
        println!("{clause:?}: {:?}", breaks(world(Some(clause), 1, 1)));
    }
}

#[test]
fn a_queue_of_one_loses_nothing() {
    let world = |without| queue::World { without, crashes: 1, drops: 1 };
    println!("{} states", holds(world(None)));
    for clause in [queue::Clause::CursorWaits, queue::Clause::LooksAgain] {
        println!("{clause:?}: {:?}", breaks(world(Some(clause))));
    }
}

#[test]
fn a_request_starts_once() {
    let world = |without, crashes, drops| request::World { without, crashes, drops, puts: 2 };
    for (crashes, drops) in [(1, 0), (0, 1)] {
        let t = std::time::Instant::now();
        println!("{} states {:?}", holds(world(None, crashes, drops)), t.elapsed());
    }
    use request::Clause::*;
    for clause in [PutComparesRun, RunKeptUntilExpiry, ExpiryJudged, SameClaimAgain, ConsumptionCompared] {
        println!("{clause:?}: {:?}", breaks(world(Some(clause), 0, 1)));
    }
}

#[test]
fn decisions_in_one_request_are_answered_each() {
    let world = |without, crashes, drops| batch::World { without, crashes, drops };
    for (crashes, drops) in [(1, 0), (0, 1)] {
        let t = std::time::Instant::now();
        println!("{} states {:?}", holds(world(None, crashes, drops)), t.elapsed());
    }
    use batch::Clause::*;
    for clause in [GiveUpByTransaction, VerdictEach, SameClaimAgain] {
        println!("{clause:?}: {:?}", breaks(world(Some(clause), 0, 1)));
    }
}
