//! How a tree is brought to its end.

use std::time::{Duration, Instant};

use belfry_agent::attempt::cgroup::Cgroup;
use belfry_agent::attempt::exit::Outcome;
use belfry_agent::attempt::spec::Program;
use rustix::process::Signal;

use crate::fixture::{Attempt, Supervised, argv};

/// Everything a program can do to get away: ignore TERM, fork twice, found sessions, hold stdout.
const STUBBORN: &str = r#"
trap "" TERM HUP INT
(setsid sh -c 'sh -c "sleep 1000; :" & sleep 1000; :' &)
(sleep 1000 > /dev/null 2>&1 &)
sleep 1000 &
echo ready
wait
"#;

const STUBBORN_PROCESSES: usize = 7;

fn stubborn(change: impl FnOnce(&mut Attempt)) -> Supervised {
    let mut attempt = Attempt::of_script(STUBBORN);
    attempt.spec.stop_grace_ms = 300;
    change(&mut attempt);
    let run = attempt.spawn();
    run.wait_for_output("ready");
    run.wait_for_living(STUBBORN_PROCESSES);
    run
}

#[test]
fn stops_the_whole_tree_however_it_resists() {
    let mut run = stubborn(|_| {});
    run.signal(Signal::TERM);
    let exit = run.exit();
    assert_eq!((exit.outcome, exit.signal), (Outcome::Stopped, Some(9)));
    assert_eq!((exit.survivors, run.living()), (vec![], vec![]));
    assert!(exit.wall_ms >= 300, "the grace was {} ms", exit.wall_ms);
    assert_eq!(run.text(), "ready\n");
}

#[test]
fn a_second_request_does_not_wait_for_the_grace() {
    let mut run = stubborn(|attempt| attempt.spec.stop_grace_ms = 3_600_000);
    run.signal(Signal::TERM);
    // Signals of one kind merge while they wait; the tree shows that the first one was taken.
    run.signal(Signal::INT);
    let exit = run.exit();
    assert_eq!(exit.outcome, Outcome::Stopped);
    assert_eq!(run.living(), vec![]);
}

#[test]
fn a_program_that_obeys_may_end_in_its_own_way() {
    let script = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 1000 & wait; done";
    let mut attempt = Attempt::of_script(script);
    attempt.spec.stop_grace_ms = 3_600_000;
    let mut run = attempt.spawn();
    run.wait_for_output("ready");
    run.signal(Signal::TERM);
    let exit = run.exit();
    assert_eq!((exit.outcome, exit.exit_code), (Outcome::Stopped, Some(5)));
    assert_eq!(run.text(), "ready\nbye\n");
}

#[test]
fn a_timeout_needs_nobody_but_the_supervisor() {
    let mut run = stubborn(|attempt| attempt.spec.timeout_ms = Some(2_000));
    run.signal(Signal::HUP);
    let exit = run.exit();
    assert_eq!((exit.outcome, exit.signal), (Outcome::TimedOut, Some(9)));
    assert!(exit.wall_ms >= 2_300, "it took {} ms", exit.wall_ms);
    assert_eq!((exit.survivors, run.living()), (vec![], vec![]));
}

#[test]
fn leftovers_end_with_their_program() {
    let script = "(setsid sh -c 'trap \"echo told; exit\" TERM; echo ready; while :; do sleep 1000 & wait; done' &)\nwhile ! [ -e $0.go ]; do sleep 0.01; done; echo done; exit 4";
    let mut run = Attempt::of_script(script).spawn();
    run.wait_for_output("ready");
    std::fs::write(run.folder.path().join("script.go"), "").expect("a disk");
    let exit = run.exit();
    assert_eq!(exit.outcome, Outcome::Exited(4));
    assert_eq!(run.text(), "ready\ndone\ntold\n");
    assert_eq!(run.living(), vec![]);
}

#[test]
fn leftovers_that_resist_and_hold_stdout_do_not_hang_the_run() {
    let mut attempt = Attempt::of_script("trap '' TERM; (setsid sleep 1000 &); echo out; exit 0");
    attempt.spec.stop_grace_ms = 100;
    let began = Instant::now();
    let mut run = attempt.spawn();
    let exit = run.exit();
    assert_eq!(exit.outcome, Outcome::Exited(0));
    assert_eq!((run.text().as_str(), run.living()), ("out\n", vec![]));
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn outruns_a_fork_bomb() {
    let bomb =
        "$SIG{TERM} = 'IGNORE'; while (1) { defined(fork()) or select(undef, undef, undef, 0.01) }";
    // The bound counts all processes of a user: one of its own for each test run.
    let user = format!("--reuid={}", 60_000 + std::process::id() % 5_000);
    let bounded = [
        "prlimit",
        "--nproc=120:120",
        "setpriv",
        &user,
        "--clear-groups",
        "perl",
        "-e",
        bomb,
    ];
    let is_root = rustix::process::getuid().is_root();
    let words = if is_root {
        &bounded[..]
    } else {
        &["perl", "-e", "fork() for 1..6; sleep 1000"][..]
    };
    let mut attempt = Attempt::of(argv(words));
    attempt.spec.stop_grace_ms = 50;
    let mut run = attempt.spawn();
    run.wait_for_living(60);
    run.signal(Signal::TERM);
    let exit = run.exit();
    assert_eq!((exit.outcome, exit.survivors), (Outcome::Stopped, vec![]));
    assert_eq!(run.living(), vec![]);
}

#[test]
fn uses_a_cgroup_where_there_is_one() {
    let Some(parent) = Cgroup::delegated() else {
        println!("no cgroup is delegated here: the other tests show that it goes without");
        return;
    };
    let mut run = stubborn(|attempt| {
        attempt.spec.cgroup_parent = Some(parent.to_str().expect("text").into());
    });
    let cgroup = Cgroup::at(run.started().cgroup.expect("its own").into());
    assert!(cgroup.pids().len() >= STUBBORN_PROCESSES);
    run.signal(Signal::TERM);
    assert_eq!(run.exit().outcome, Outcome::Stopped);
    assert_eq!(run.living(), vec![]);
    assert!(!cgroup.path().exists());
}

#[test]
fn a_cgroup_that_cannot_be_had_is_no_reason_to_fail() {
    let mut attempt = Attempt::of(Program::Argv(vec!["true".into()]));
    attempt.spec.cgroup_parent = Some("/proc/no/such/group".into());
    assert_eq!(attempt.run().outcome, Outcome::Exited(0));
}

#[test]
fn what_is_forked_in_the_middle_of_a_stop_does_not_outlive_its_program() {
    // It forks as its answer to TERM, and ends; the child would sleep on for the whole grace.
    let script = "trap 'sleep 1000 & exit 0' TERM; echo ready; while :; do sleep 0.01; done";
    let mut attempt = Attempt::of_script(script);
    attempt.spec.stop_grace_ms = 3_600_000;
    let mut run = attempt.spawn();
    run.wait_for_output("ready");
    run.signal(Signal::TERM);
    let exit = run.exit();
    assert_eq!((exit.outcome, exit.exit_code), (Outcome::Stopped, Some(0)));
    assert_eq!(run.living(), vec![]);
}
