//! What is executed, with what, and when nothing is.

use std::process::{Child, Command};
use std::time::Duration;

use belfry_agent::attempt::exit::Outcome;
use belfry_agent::attempt::folder::AttemptFolder;
use belfry_agent::attempt::gate::{GateHolder, GateTake, GateTaker};
use belfry_agent::attempt::spec::{Program, SPEC_VERSION};
use belfry_agent::attempt::tree::{Ended, Traces};
use rustix::process::{Pid, Signal, kill_process};

use crate::fixture::{Attempt, argv, supervise, wait_until};

#[test]
fn reports_the_exit_code_and_what_it_cost() {
    let mut run =
        Attempt::of_script("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 7").spawn();
    let exit = run.exit();
    assert_eq!(exit.outcome, Outcome::Exited(7));
    assert_eq!((exit.exit_code, exit.signal), (Some(7), None));
    assert_eq!(exit.started_at_ms, Some(run.started().started_at_ms));
    assert!(exit.finished_at_ms >= run.started().started_at_ms);
    assert!(exit.user_ms + exit.system_ms > 0, "{exit:?}");
    assert!(exit.peak_memory_bytes > 100_000, "{exit:?}");
    assert_eq!((exit.oom_killed, exit.survivors.len()), (false, 0));
}

#[test]
fn reports_the_signal_that_ended_it() {
    let exit = Attempt::of_script("kill -USR1 $$").run();
    assert_eq!(exit.outcome, Outcome::Signalled(10));
    assert_eq!((exit.exit_code, exit.signal), (None, Some(10)));
}

#[test]
fn gives_it_exactly_the_environment_the_folder_and_the_input_of_its_spec() {
    let mut attempt = Attempt::of(argv(&["sh", "-c", "pwd; env | sort; cat"]));
    attempt.spec.cwd = Some("/usr".into());
    attempt
        .spec
        .env
        .insert("GREETING".into(), "你好 \n two".into());
    attempt.stdin = Some(b"from stdin".to_vec());
    let path = attempt.spec.env["PATH"].clone();
    let mut run = attempt.spawn();
    run.exit();
    let expected = format!(
        "/usr\n two\nBELFRY_ATTEMPT=1\nBELFRY_RUN_ID={}\nGREETING=你好 \nPATH={path}\nPWD=/usr\nfrom stdin",
        run.run_id
    );
    let mut lines: Vec<String> = run.text().lines().map(str::to_owned).collect();
    // Some shells set it for themselves.
    lines.retain(|line| {
        !line.starts_with("OLDPWD=") && !line.starts_with("_=") && !line.starts_with("SHLVL=")
    });
    assert_eq!(lines.join("\n"), expected);
}

#[test]
fn begins_with_a_session_of_its_own_and_no_inheritance() {
    let script = "cut -d' ' -f5,6 /proc/self/stat; echo $$; grep -E 'Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd; readlink /proc/self/fd/0";
    let mut run = Attempt::of_script(script).spawn();
    run.exit();
    let program = run.started().program.pid;
    let expected = format!(
        "{program} {program}\n{program}\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n0\n1\n2\n3\n/dev/null\n"
    );
    // Descriptor 3 is the folder that `ls` reads.
    assert_eq!(run.text(), expected);
}

#[test]
fn runs_a_script_larger_than_any_command_line() {
    let mut script = "#!/bin/sh\n".to_owned();
    while script.len() < 4 << 20 {
        script += ": some words that do nothing but fill the file\n";
    }
    script += "echo \"$0\"; exit 3";
    let mut run = Attempt::of_script(&script).spawn();
    assert_eq!(run.exit().outcome, Outcome::Exited(3));
    assert_eq!(run.text(), format!("{}\n", run.folder.script().display()));
}

#[test]
fn obeys_the_interpreter_and_else_the_first_line() {
    let mut chosen = Attempt::of_script("$x = 6 * 7; print $x");
    chosen.spec.program = Program::Script {
        interpreter: vec!["perl".into(), "-w".into()],
    };
    let mut chosen = chosen.spawn();
    chosen.exit();
    assert_eq!(chosen.text(), "42");
    let mut first_line = Attempt::of_script("#!/usr/bin/env perl\nprint 6 * 9").spawn();
    first_line.exit();
    assert_eq!(first_line.text(), "54");
}

#[test]
fn says_what_was_missing() {
    let check = |change: &dyn Fn(&mut Attempt), expected: &str| {
        let mut attempt = Attempt::of_script("touch $WITNESS");
        let witness = attempt.witness();
        change(&mut attempt);
        let exit = attempt.run();
        let Outcome::CouldNotStart(reason) = &exit.outcome else {
            panic!("{exit:?}")
        };
        assert_eq!(reason, expected);
        assert_eq!((exit.started_at_ms, exit.exit_code), (None, None));
        assert!(!witness.exists());
    };
    check(
        &|attempt| {
            attempt.spec.program = Program::Script {
                interpreter: vec!["/no/such/shell".into()],
            }
        },
        "could not execute /no/such/shell: No such file or directory (os error 2)",
    );
    check(
        &|attempt| attempt.spec.program = argv(&["no-such-program"]),
        "could not execute no-such-program: No such file or directory (os error 2) (it is in no folder of PATH)",
    );
    check(
        &|attempt| attempt.spec.cwd = Some("/no/such/folder".into()),
        "could not enter the working directory /no/such/folder: No such file or directory (os error 2)",
    );
    check(
        &|attempt| attempt.spec.cwd = Some("/etc/passwd".into()),
        "could not enter the working directory /etc/passwd: not a directory",
    );
    check(
        &|attempt| attempt.spec.program = argv(&[]),
        "there is no program to execute",
    );
    check(
        &|attempt| attempt.spec.program = argv(&["/etc/passwd"]),
        "could not execute /etc/passwd: Permission denied (os error 13)",
    );
}

#[test]
fn never_starts_when_either_clock_or_the_boot_says_too_late() {
    let check = |change: &dyn Fn(&mut Attempt)| {
        let mut attempt = Attempt::of_script("touch $WITNESS");
        let witness = attempt.witness();
        change(&mut attempt);
        let exit = attempt.run();
        assert_eq!((exit.outcome, exit.started_at_ms), (Outcome::TooLate, None));
        assert!(!witness.exists());
    };
    check(&|attempt| attempt.spec.start_by.wall_ms -= 60_001);
    check(&|attempt| attempt.spec.start_by.boot_ms -= 60_001);
    check(&|attempt| attempt.spec.start_by.boot_id = "another".into());
}

#[test]
fn never_starts_behind_a_gate_that_is_taken() {
    for who in [GateTaker::Recovery, GateTaker::Kill] {
        let mut attempt = Attempt::of_script("touch $WITNESS");
        let witness = attempt.witness();
        let folder = attempt.create();
        assert_eq!(folder.take_gate(who).expect("a disk"), GateTake::Taken);
        let mut child = supervise(&folder);
        let status = wait_until("the supervisor ends", || {
            child.try_wait().expect("our child")
        });
        assert_eq!(status.code(), Some(3));
        assert!(!witness.exists());
        assert_eq!(folder.exit().expect("readable"), None);
    }
}

#[test]
fn a_gate_without_content_is_taken_all_the_same() {
    let mut attempt = Attempt::of_script("touch $WITNESS");
    let witness = attempt.witness();
    let folder = attempt.create();
    std::fs::write(folder.path().join("gate"), "").expect("a disk");
    let mut child = supervise(&folder);
    let status = wait_until("the supervisor ends", || {
        child.try_wait().expect("our child")
    });
    assert_eq!(status.code(), Some(3));
    assert!(!witness.exists());
    assert_eq!(
        folder.gate_holder().expect("readable"),
        Some(GateHolder::Unknown)
    );
}

#[test]
fn exactly_one_of_many_takes_the_gate() {
    let mut attempt = Attempt::of_script("echo started >> $WITNESS");
    let witness = attempt.witness();
    let folder = attempt.create();
    let mut children: Vec<_> = (0..8).map(|_| supervise(&folder)).collect();
    let codes = children.iter_mut().map(|child| {
        wait_until("the supervisor ends", || {
            child.try_wait().expect("our child")
        })
        .code()
    });
    let mut codes: Vec<_> = codes.collect();
    codes.sort_unstable();
    assert_eq!(codes, [vec![Some(0)], vec![Some(3); 7]].concat());
    assert_eq!(
        std::fs::read_to_string(witness).expect("it ran"),
        "started\n"
    );
    let holder = folder.gate_holder().expect("readable");
    let Some(GateHolder::Known(record)) = holder else {
        panic!("{holder:?}")
    };
    assert_eq!(record.who, GateTaker::Supervisor);
    assert!(!record.is_alive());
}

#[test]
fn says_that_a_spec_is_damaged() {
    let attempt = Attempt::of_script("true");
    let folder = attempt.create();
    std::fs::write(folder.path().join("spec.json"), "{\"v\":1,").expect("a disk");
    let mut child = supervise(&folder);
    wait_until("the supervisor ends", || {
        child.try_wait().expect("our child")
    });
    let exit = folder.exit().expect("readable").expect("there");
    let Outcome::CouldNotStart(reason) = exit.outcome else {
        panic!("{exit:?}")
    };
    assert!(
        reason.starts_with("could not read ") && reason.contains("spec.json: EOF"),
        "{reason}"
    );
}

#[test]
fn refuses_a_spec_that_is_newer_than_itself() {
    let mut attempt = Attempt::of_script("touch $WITNESS");
    let witness = attempt.witness();
    attempt.spec.v = SPEC_VERSION + 1;
    let Outcome::CouldNotStart(reason) = attempt.run().outcome else {
        panic!("it started")
    };
    assert_eq!(
        reason,
        "spec.json has version 4, newer than this belfry-run (3)"
    );
    assert!(!witness.exists());
}

/// A supervisor that holds the gate and waits for its spec.
fn hold_behind_the_gate(attempt: &Attempt) -> (AttemptFolder, Child, Vec<u8>) {
    let folder = attempt.create();
    let path = folder.path().join("spec.json");
    let spec = std::fs::read(&path).expect("readable");
    std::fs::remove_file(&path).expect("a disk");
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .expect("mkfifo is there")
            .success()
    );
    let child = supervise(&folder);
    wait_until("the gate is taken", || {
        folder.gate_holder().expect("readable")
    });
    (folder, child, spec)
}

#[test]
fn a_stop_that_comes_before_the_start_prevents_it() {
    let mut attempt = Attempt::of_script("touch $WITNESS");
    let witness = attempt.witness();
    let (folder, mut child, spec) = hold_behind_the_gate(&attempt);
    kill_process(Pid::from_child(&child), Signal::TERM).expect("our child");
    std::fs::write(folder.path().join("spec.json"), spec).expect("a reader");
    let status = wait_until("the supervisor ends", || {
        child.try_wait().expect("our child")
    });
    assert!(status.success());
    let exit = folder.exit().expect("readable").expect("there");
    assert_eq!((exit.outcome, exit.started_at_ms), (Outcome::Stopped, None));
    assert!(!witness.exists());
}

#[test]
fn a_supervisor_killed_between_gate_and_start_has_started_nothing() {
    let mut attempt = Attempt::of_script("touch $WITNESS");
    let witness = attempt.witness();
    let (folder, mut child, _) = hold_behind_the_gate(&attempt);
    let holder = folder.gate_holder().expect("readable").expect("taken");
    let GateHolder::Known(record) = holder else {
        panic!("it says who it is")
    };
    assert!(record.is_alive() && record.process.pid == child.id());
    child.kill().expect("our child");
    child.wait().expect("our child");
    assert!(!record.is_alive());
    let traces = Traces::of_run(&attempt.spec.run_id);
    assert_eq!(traces.end(Duration::ZERO), Ended::default());
    assert!(!witness.exists());
}
