//! What the program writes.

use std::fs;
use std::path::Path;
use std::process::Command;

use belfry_agent::attempt::exit::Outcome;
use belfry_agent::attempt::output::OutputReader;
use belfry_agent::attempt::spec::OutputLimits;
use sha2::{Digest, Sha256};

use crate::fixture::Attempt;

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn keeps_bytes_and_not_text_of_both_streams_in_order() {
    let script = r"printf 'a\000\377\033[31m'; printf 'error\n' >&2; printf '\n\303'";
    let mut run = Attempt::of_script(script).spawn();
    let exit = run.exit();
    let expected = b"a\0\xff\x1b[31merror\n\n\xc3";
    assert_eq!(run.bytes(), expected);
    assert_eq!(exit.output.total_bytes, expected.len() as u64);
    assert_eq!(exit.output.head_bytes, expected.len() as u64);
    assert_eq!((exit.output.tail_bytes, exit.output.dropped_bytes), (0, 0));
    assert_eq!(exit.output.sha256, sha256(expected));
}

#[test]
fn keeps_head_and_tail_and_says_what_lies_between() {
    let mut attempt = Attempt::of_script("seq -f 'line %06g' 1 100000");
    attempt.spec.output = OutputLimits {
        head_bytes: 1_200,
        tail_bytes: 2_400,
    };
    let mut run = attempt.spawn();
    let exit = run.exit();
    let all: String = (1..=100_000)
        .map(|number| format!("line {number:06}\n"))
        .collect();
    assert_eq!(exit.output.total_bytes, all.len() as u64);
    assert_eq!(exit.output.sha256, sha256(all.as_bytes()));
    assert_eq!(
        (exit.output.head_bytes, exit.output.tail_bytes),
        (1_200, 2_400)
    );
    assert_eq!(exit.output.tail_from, all.len() as u64 - 2_400);
    assert_eq!(exit.output.dropped_bytes, all.len() as u64 - 3_600);
    assert_eq!(
        run.text(),
        format!("{}{}", &all[..1_200], &all[all.len() - 2_400..])
    );
    let reader = OutputReader::open(run.folder.path());
    let after_head = reader.read_from(1_200, 12).expect("readable");
    assert_eq!(after_head.dropped_before, exit.output.dropped_bytes);
    assert_eq!(after_head.offset, exit.output.tail_from);
    assert_eq!(after_head.bytes, b"line 099801\n");
}

#[test]
fn bounds_a_flood_on_disk() {
    let limit = 256 << 10;
    let mut attempt = Attempt::of_script("head -c 100000000 /dev/zero; echo; echo the end");
    attempt.spec.output = OutputLimits {
        head_bytes: limit,
        tail_bytes: limit,
    };
    let mut run = attempt.spawn();
    let exit = run.exit();
    assert_eq!(exit.outcome, Outcome::Exited(0));
    assert_eq!(exit.output.total_bytes, 100_000_009);
    let mut all = vec![0; 100_000_000];
    all.extend(b"\nthe end\n");
    assert_eq!(exit.output.sha256, sha256(&all));
    assert!(run.text().ends_with("\0\nthe end\n"));
    let files = fs::read_dir(run.folder.path()).expect("readable").flatten();
    let on_disk: u64 = files
        .map(|file| file.metadata().expect("there").len())
        .sum();
    assert!(
        on_disk <= limit * 2 + limit / 2 + (64 << 10),
        "{on_disk} bytes on disk"
    );
}

#[test]
fn shows_the_output_while_the_program_runs() {
    let script = "echo first; while ! [ -e $0.go ]; do sleep 0.01; done; echo second";
    let mut run = Attempt::of_script(script).spawn();
    let go = run.folder.path().join("script.go");
    run.wait_for_output("first\n");
    let reader = OutputReader::open(run.folder.path());
    assert_eq!(reader.total().expect("readable"), 6);
    let first = reader.read_from(0, 100).expect("readable");
    fs::write(go, "").expect("a disk");
    run.exit();
    let second = reader.read_from(6, 100).expect("readable");
    assert_eq!(
        (first.bytes.as_slice(), second.bytes.as_slice()),
        (&b"first\n"[..], &b"second\n"[..])
    );
    let (began, ended) = (first.stamps[0], second.stamps[0]);
    assert_eq!((began.offset, ended.offset), (0, 6));
    assert!(began.at_ms <= ended.at_ms);
    assert_eq!(reader.total().expect("readable"), 13);
}

#[test]
fn a_disk_that_refuses_costs_output_and_not_the_run() {
    let attempt = Attempt::of_script("echo before; head -c 1000000 /dev/zero; echo; echo after");
    let folder = attempt.create();
    // No file may grow beyond this, which refuses writes in their middle as a full disk does.
    let program = Path::new(env!("CARGO_BIN_EXE_belfry-run"));
    let mut limited = Command::new("prlimit");
    limited.arg("--fsize=30000").arg(program).arg(folder.path());
    assert!(limited.status().expect("prlimit is there").success());
    let exit = folder.exit().expect("readable").expect("there");
    assert_eq!(exit.outcome, Outcome::Exited(0));
    assert_eq!(exit.output.total_bytes, 1_000_014);
    assert_eq!(exit.output.head_bytes, 30_000);
    assert!(exit.output.dropped_bytes > 100_000, "{exit:?}");
    let (mut kept, mut dropped, mut offset) = (Vec::new(), 0, 0);
    let reader = OutputReader::open(folder.path());
    while offset < exit.output.total_bytes {
        let chunk = reader.read_from(offset, 1 << 20).expect("readable");
        dropped += chunk.dropped_before;
        offset = chunk.offset + chunk.bytes.len() as u64;
        kept.extend(chunk.bytes);
    }
    assert!(kept.starts_with(b"before\n\0"));
    assert_eq!(
        kept.len() as u64,
        exit.output.head_bytes + exit.output.tail_bytes
    );
    assert_eq!(dropped, exit.output.dropped_bytes);
}
