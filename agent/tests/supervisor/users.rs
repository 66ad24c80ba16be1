//! Programs of other users. Only root can start any: for others there is nothing to see.

use std::os::unix::fs::PermissionsExt;

use belfry_agent::attempt::exit::Outcome;
use belfry_agent::attempt::spec::{Program, UserIds};
use rustix::process::getuid;

use crate::fixture::{Attempt, Supervised, argv};

/// Every Debian has it, and a group besides its own is made up.
fn daemon() -> UserIds {
    UserIds {
        name: "daemon".to_owned(),
        uid: 1,
        gid: 1,
        groups: vec![1, 60],
    }
}

fn as_daemon(mut attempt: Attempt) -> Option<Supervised> {
    attempt.spec.user = Some(daemon());
    getuid().is_root().then(|| attempt.spawn())
}

#[test]
fn a_program_has_its_user_and_groups_for_good() {
    let script =
        "grep -E '^(Uid|Gid|Groups|CapEff)' /proc/self/status; cat; echo to stderr >/dev/stderr";
    let mut attempt = Attempt::of_script(script);
    attempt.stdin = Some(b"from stdin\n".to_vec());
    let Some(mut run) = as_daemon(attempt) else {
        return;
    };
    assert_eq!(run.exit().outcome, Outcome::Exited(0));
    let expected = "Uid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\nGroups:\t1 60 \nCapEff:\t0000000000000000\nfrom stdin\nto stderr\n";
    assert_eq!(run.text(), expected);
}

#[test]
fn a_script_reaches_every_interpreter_of_another_user() {
    for (interpreter, script) in [
        ("perl", "print 'I am ', $<"),
        ("/bin/bash", "echo -n I am $UID"),
        ("/bin/sh", "printf 'I am %s' $(id -u)"),
    ] {
        let mut attempt = Attempt::of_script(script);
        attempt.spec.program = Program::Script {
            interpreter: vec![interpreter.to_owned()],
        };
        let Some(mut run) = as_daemon(attempt) else {
            return;
        };
        run.exit();
        assert_eq!(run.text(), "I am 1", "{interpreter}");
    }
}

#[test]
fn a_folder_that_is_closed_to_its_user_is_said() {
    let closed = tempfile::tempdir().expect("a folder");
    let alone = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(closed.path(), alone).expect("it is ours");
    let mut attempt = Attempt::of(argv(&["true"]));
    let path = closed.path().to_str().expect("text").to_owned();
    attempt.spec.cwd = Some(path.clone());
    let Some(mut run) = as_daemon(attempt) else {
        return;
    };
    let expected = format!(
        "could not enter the working directory {path} as daemon: Permission denied (os error 13)"
    );
    assert_eq!(run.exit().outcome, Outcome::CouldNotStart(expected));
}

#[test]
fn a_program_of_another_user_dies_with_its_supervisor() {
    let Some(run) = as_daemon(Attempt::of_script("echo up; exec sleep 1000")) else {
        return;
    };
    run.wait_for_output("up");
    let program = run.started().program;
    run.signal(rustix::process::Signal::KILL);
    crate::fixture::wait_until("the program is gone", || {
        (!program.is_alive()).then_some(())
    });
}

#[test]
fn new_files_get_no_more_than_the_mask_leaves() {
    let mut attempt = Attempt::of_script("touch $WITNESS; stat -c %a $WITNESS; umask");
    attempt.witness();
    attempt.spec.umask = Some(0o027);
    let mut run = attempt.spawn();
    run.exit();
    assert_eq!(run.text(), "640\n0027\n");
}
