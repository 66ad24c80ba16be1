//! What remains when the supervisor is killed.

use std::process::Command;
use std::time::Duration;

use belfry_agent::attempt::exit::Outcome;
use belfry_agent::attempt::gate::{GateHolder, GateTake, GateTaker};
use belfry_agent::attempt::tree::Traces;
use rustix::process::Signal;

use crate::fixture::{Attempt, Supervised, wait_until};

fn gate_is_alive(run: &Supervised) -> bool {
    match run.folder.gate_holder().expect("readable") {
        Some(GateHolder::Known(record)) => {
            assert_eq!(record.who, GateTaker::Supervisor);
            record.is_alive()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_program_dies_with_its_supervisor_and_recovery_finds_the_rest() {
    // The last one forgets the variable, and is found by its session.
    let script =
        "trap '' TERM; (setsid sleep 1000 &); (env -i sleep 1000 &); echo ready; sleep 1000";
    let mut run = Attempt::of_script(script).spawn();
    let program = run.started().program;
    run.wait_for_output("ready");
    let traces = Traces::of_attempt(&run.run_id, &run.folder);
    wait_until("all live", || (traces.living().len() >= 4).then_some(()));
    assert!(gate_is_alive(&run));
    run.signal(Signal::KILL);
    assert!(!run.status().success());
    wait_until("the program dies", || (!program.is_alive()).then_some(()));
    assert!(!gate_is_alive(&run));
    assert_eq!(run.folder.exit().expect("readable"), None);
    let taken = run.folder.take_gate(GateTaker::Recovery).expect("a disk");
    assert!(matches!(
        taken,
        GateTake::AlreadyTakenBy(GateHolder::Known(_))
    ));
    let ended = traces.end(Duration::from_millis(100));
    assert!(ended.found.len() >= 3, "{ended:?}");
    assert_eq!((ended.survivors, traces.living()), (vec![], vec![]));
    assert_eq!(run.text(), "ready\n");
}

#[test]
fn it_goes_on_and_times_out_after_its_parent_was_killed() {
    let mut attempt = Attempt::of_script("trap '' TERM HUP; echo ready; sleep 1000");
    attempt.spec.timeout_ms = Some(1_500);
    attempt.spec.stop_grace_ms = 200;
    let folder = attempt.create();
    let mut parent = Command::new("sh")
        .args([
            "-c",
            "\"$0\" \"$1\" & wait",
            env!("CARGO_BIN_EXE_belfry-run"),
        ])
        .arg(folder.path())
        .spawn()
        .expect("a shell");
    let program = wait_until("the program starts", || folder.started().expect("readable")).program;
    parent.kill().expect("our child");
    parent.wait().expect("our child");
    assert!(program.is_alive());
    let exit = wait_until("it is over", || folder.exit().expect("readable"));
    assert_eq!(
        (exit.outcome, exit.output.total_bytes),
        (Outcome::TimedOut, 6)
    );
    assert!(!program.is_alive());
}

#[test]
fn recovery_does_not_touch_another_run() {
    let other = Attempt::of_script("echo ready; sleep 1000").spawn();
    other.wait_for_output("ready");
    let run = Attempt::of_script("echo ready; sleep 1000").spawn();
    run.wait_for_output("ready");
    run.signal(Signal::KILL);
    let ended = Traces::of_attempt(&run.run_id, &run.folder).end(Duration::ZERO);
    assert_eq!(ended.survivors, vec![]);
    assert!(other.started().program.is_alive());
    assert!(other.supervisor().is_alive());
}

#[test]
fn an_attempt_has_one_folder() {
    let attempt = Attempt::of_script("true");
    let folder = attempt.create();
    let input = belfry_agent::attempt::folder::Input::default();
    let again = belfry_agent::attempt::folder::AttemptFolder::create(
        attempt.runs.path(),
        &attempt.spec,
        input,
    );
    assert!(again.expect_err("it is there").is_already_there());
    assert_eq!(folder.spec().expect("readable"), attempt.spec);
}

#[test]
fn a_spec_of_a_newer_version_is_read_as_far_as_it_is_known() {
    let attempt = Attempt::of_script("true");
    let folder = attempt.create();
    let path = folder.path().join("spec.json");
    let text = std::fs::read_to_string(&path).expect("readable");
    std::fs::write(&path, text.replacen('{', "{\"of_the_future\":[1],", 1)).expect("a disk");
    assert_eq!(folder.spec().expect("readable"), attempt.spec);
}
