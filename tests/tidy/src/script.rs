//! `./dev` reads: its parts are valid, and it counts what test runners print.

use std::process::Command;

use crate::tree::root;

fn bash(script: &str) -> String {
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(root())
        .output();
    let output = output.expect("bash runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("the script prints text")
}

fn counted(log: &str) -> String {
    let script = format!(". dev.d/test.sh; count_log <(printf '%b' '{log}')");
    bash(&script).trim().to_owned()
}

#[test]
fn every_part_of_the_script_is_valid() {
    bash("for part in dev .ci/run tests/bare/run dev.d/*.sh; do bash -n \"$part\" || exit 1; done");
}

#[test]
fn closing_lines_of_test_runners_are_counted() {
    let cargo = "test result: ok. 3 passed; 0 failed; 0 ignored;\\n\
                 test result: FAILED. 4 passed; 2 failed; 0 ignored;\\n";
    assert_eq!(counted(cargo), "7 2");
    let vitest = " Test Files  1 failed | 2 passed (3)\\n\\033[2m      Tests \\033[22m 1 failed | 12 passed (13)\\n";
    assert_eq!(counted(vitest), "12 1");
    assert_eq!(
        counted("  1 failed\\n    a.spec.ts:3\\n  5 passed (3.2s)\\n"),
        "5 1"
    );
    assert_eq!(counted("all is well, 3 passed by\\n"), "0 0");
}

#[test]
fn a_step_that_breaks_without_a_test_is_a_failure() {
    let steps =
        "LOGS=$(mktemp -d); step good true; step bad false; rm -r $LOGS; echo $passed $failed";
    let output = bash(&format!(". dev.d/test.sh; {steps}"));
    assert_eq!(output.lines().last(), Some("1 1"), "{output}");
}
