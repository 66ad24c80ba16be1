//! Programs that do what programs should not: each must come to a true record and leave nothing alive.

use std::sync::Mutex;
use std::thread;

use belfry_agent::attempt::exit::Outcome::{self, Exited, Signalled, Stopped, TimedOut};

use crate::fixture::Attempt;

/// Rows that run at once.
const AT_ONCE: usize = 4;
/// For those that would never end.
const TIMEOUT_MS: u64 = 700;

/// A script, and what must come out.
type Row = (&'static str, Outcome, Output);

enum Output {
    Any,
    Is(&'static [u8]),
    Has(&'static str),
    Counts(u64),
}

use Output::{Any, Counts, Has, Is};

/// How they end by themselves.
const ENDS: &[Row] = &[
    ("exit 0", Exited(0), Is(b"")),
    ("exit 1", Exited(1), Is(b"")),
    ("exit 255", Exited(255), Is(b"")),
    ("", Exited(0), Is(b"")),
    ("exec true", Exited(0), Is(b"")),
    ("no-such-command-at-all", Exited(127), Has("not found")),
    ("/etc/passwd", Exited(126), Has("ermission denied")),
    ("if", Exited(2), Has("yntax error")),
    ("exec 0<&- 1>&- 2>&-; exit 6", Exited(6), Is(b"")),
    (
        "d=$(mktemp -d); cd $d; rmdir $d; echo on; exit 3",
        Exited(3),
        Is(b"on\n"),
    ),
    ("rm \"$0\"; echo still here", Exited(0), Is(b"still here\n")),
    (
        "perl -e 'print unpack(\"p\", pack(\"Q\", 1))'; exit $?",
        Exited(139),
        Any,
    ),
    (
        "exec perl -e 'print unpack(\"p\", pack(\"Q\", 1))'",
        Signalled(11),
        Is(b""),
    ),
    ("ulimit -n 4; exit 0", Exited(0), Any),
    ("nice -n 19 true", Exited(0), Is(b"")),
    ("kill -TERM 0; sleep 1000", Signalled(15), Is(b"")),
    ("kill -HUP $PPID; exit 7", Exited(7), Is(b"")),
    ("kill -TERM $PPID; sleep 1000", Stopped, Is(b"")),
    ("kill -INT $PPID; sleep 1000", Stopped, Is(b"")),
    (
        "trap '' TERM; kill -TERM $PPID; while :; do sleep 0.1; done",
        Stopped,
        Is(b""),
    ),
];

/// What they leave behind.
const LEAVES: &[Row] = &[
    ("sleep 1000 & exit 0", Exited(0), Is(b"")),
    ("nohup sleep 1000 & exit 1", Exited(1), Any),
    ("setsid sleep 1000 & exit 2", Exited(2), Is(b"")),
    ("setsid -f sleep 1000; exit 3", Exited(3), Is(b"")),
    ("env -i setsid sleep 1000 & exit 4", Exited(4), Is(b"")),
    ("sleep 1000 & kill -STOP $!; exit 5", Exited(5), Is(b"")),
    ("(trap '' TERM; sleep 1000) & exit 6", Exited(6), Is(b"")),
    (
        "setsid sh -c 'trap \"\" TERM HUP INT; while :; do sleep 0.1; done' & exit 7",
        Exited(7),
        Is(b""),
    ),
    ("sleep 1000 & echo bye", Exited(0), Is(b"bye\n")),
    ("(while :; do echo more; done) & exit 8", Exited(8), Any),
    ("(exec 1>&- 2>&-; sleep 1000) & exit 9", Exited(9), Is(b"")),
    (
        "bash -c 'exec -a \"[kworker/0:1]\" sleep 1000' & exit 10",
        Exited(10),
        Is(b""),
    ),
    (
        "perl -e '$0 = \"systemd\"; fork; sleep 1000' & exit 11",
        Exited(11),
        Is(b""),
    ),
    (
        "perl -MPOSIX -e 'exit if fork; setsid; exit if fork; chdir \"/\"; close STDIN; close STDOUT; close STDERR; sleep 1000'",
        Exited(0),
        Is(b""),
    ),
    (
        "perl -e 'for (1..50) { fork or exit }'; exit 12",
        Exited(12),
        Is(b""),
    ),
    (
        "perl -e 'for (1..50) { fork or exit } fork or sleep 1000'; exit 13",
        Exited(13),
        Is(b""),
    ),
    (
        "perl -e '$SIG{CHLD} = \"IGNORE\"; for (1..20) { fork or sleep 1000 }'; exit 14",
        Exited(14),
        Is(b""),
    ),
    (
        "perl -e 'for (1..300) { exit if fork; select undef, undef, undef, 0.003 } sleep 1000'; exit 15",
        Exited(15),
        Is(b""),
    ),
    (
        "(trap 'echo cleaned; exit' TERM; echo up; while :; do sleep 0.01; done) & sleep 0.1; exit 16",
        Exited(16),
        Has("cleaned"),
    ),
    (
        "d=$(mktemp -d); cp $(command -v sleep) $d/s; chmod 4755 $d/s; $d/s 1000 & rm -r $d; exit 17",
        Exited(17),
        Any,
    ),
    (
        "unshare -p -f sleep 1000 2>/dev/null & exit 18",
        Exited(18),
        Is(b""),
    ),
    ("sleep 1000 | sleep 1000 & exit 19", Exited(19), Is(b"")),
];

/// Those that do not end. A shell that goes on says on its own that a child was terminated.
const STAYS: &[Row] = &[
    ("sleep 1000", TimedOut, Is(b"")),
    ("while :; do :; done", TimedOut, Is(b"")),
    (
        "trap '' TERM; while :; do sleep 0.1; done",
        TimedOut,
        Is(b""),
    ),
    (
        "trap '' TERM INT HUP QUIT USR1; setsid sleep 1000; sleep 1000",
        TimedOut,
        Is(b""),
    ),
    (
        "trap 'exit 0' TERM; while :; do sleep 0.01; done",
        TimedOut,
        Any,
    ),
    (
        "trap 'echo why; exit 3' TERM; while :; do sleep 0.01; done",
        TimedOut,
        Has("why\n"),
    ),
    (
        "trap 'sleep 1000 & setsid sleep 1000 & sleep 1000' TERM; while :; do sleep 0.01; done",
        TimedOut,
        Any,
    ),
    ("kill -STOP $$", TimedOut, Is(b"")),
    (
        "perl -e 'for (1..7) { fork } sleep 1000'",
        TimedOut,
        Is(b""),
    ),
    (
        "perl -e '$SIG{TERM} = \"IGNORE\"; for (1..6) { fork } sleep 1000'",
        TimedOut,
        Is(b""),
    ),
    (
        "perl -e '$SIG{TERM} = sub { fork; sleep 1000 }; for (1..3) { fork } sleep 1000 while 1'",
        TimedOut,
        Is(b""),
    ),
    ("echo before; exec sleep 1000", TimedOut, Is(b"before\n")),
    ("yes", TimedOut, Has("y\ny\n")),
];

/// What they write and read.
const WRITES: &[Row] = &[
    ("printf %s abc", Exited(0), Is(b"abc")),
    ("echo a; echo b >&2; echo c", Exited(0), Is(b"a\nb\nc\n")),
    ("printf '\\377\\376\\200'", Exited(0), Is(b"\xff\xfe\x80")),
    (
        "printf 'a\\0b\\033]0;title\\007\\342\\200\\256'",
        Exited(0),
        Is(b"a\0b\x1b]0;title\x07\xe2\x80\xae"),
    ),
    ("head -c 100000 /dev/urandom", Exited(0), Counts(100_000)),
    (
        "head -c 3000000 /dev/zero | tr '\\0' x",
        Exited(0),
        Counts(3_000_000),
    ),
    ("yes | head -n 100000", Exited(0), Counts(200_000)),
    (
        "head -c 8000000 /dev/zero; exit 4",
        Exited(4),
        Counts(8_000_000),
    ),
    ("cat", Exited(0), Is(b"")),
    (
        "read line || echo nothing to read",
        Exited(0),
        Is(b"nothing to read\n"),
    ),
    (
        "echo x >/dev/stderr; echo y >/dev/stdout",
        Exited(0),
        Is(b"x\ny\n"),
    ),
];

/// Signals that end a program, by number; those of the shell's own jobs are in the tables.
const SIGNALS: [i32; 19] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 24, 26, 27, 31,
];

/// Everything that is wrong with what a program came to.
fn faults(script: &str, outcome: &Outcome, output: &Output) -> Option<String> {
    let mut attempt = Attempt::of_script(&format!("ulimit -c 0\n{script}"));
    attempt.spec.stop_grace_ms = 200;
    attempt.spec.timeout_ms = match outcome {
        TimedOut => Some(TIMEOUT_MS),
        _ => Some(60_000),
    };
    let mut run = attempt.spawn();
    let exit = run.exit();
    let (bytes, alive) = (run.bytes(), run.living());
    let is_right = match output {
        Any => true,
        Is(expected) => bytes == *expected,
        Has(text) => String::from_utf8_lossy(&bytes).contains(text),
        Counts(count) => exit.output.total_bytes == *count,
    };
    let times = exit
        .started_at_ms
        .is_some_and(|at| at <= exit.finished_at_ms);
    let is_whole = exit.output.dropped_bytes + bytes.len() as u64 == exit.output.total_bytes;
    let nothing_lives = exit.survivors.is_empty() && alive.is_empty();
    let holds = exit.outcome == *outcome && is_right && times && is_whole && nothing_lives;
    let start: String = String::from_utf8_lossy(&bytes).chars().take(200).collect();
    (!holds).then(|| {
        format!(
            "{script}\n  expected {outcome:?}, came to {exit:?}\n  alive {alive:?}, wrote {start:?}"
        )
    })
}

/// Takes rows until none is left, several at once, and says all that is wrong.
fn check(rows: Vec<(String, &Outcome, &Output)>) {
    let rows = Mutex::new(rows);
    let wrong = Mutex::new(Vec::new());
    let work = || {
        let next = || rows.lock().expect("nobody panicked").pop();
        while let Some((script, outcome, output)) = next() {
            let found = faults(&script, outcome, output);
            wrong.lock().expect("nobody panicked").extend(found);
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().expect("nobody panicked");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn table(rows: &'static [Row]) -> Vec<(String, &'static Outcome, &'static Output)> {
    let rows = rows.iter();
    rows.map(|(script, outcome, output)| ((*script).to_owned(), outcome, output))
        .collect()
}

#[test]
fn an_end_is_told_as_it_was() {
    check(table(ENDS));
}

#[test]
fn every_signal_that_ends_a_program_is_named() {
    let outcomes = SIGNALS.map(Signalled);
    let rows = SIGNALS.iter().zip(&outcomes);
    check(
        rows.map(|(signal, outcome)| (format!("kill -{signal} $$; sleep 1000"), outcome, &Is(b"")))
            .collect(),
    );
}

#[test]
fn what_a_program_leaves_behind_is_ended() {
    check(table(LEAVES));
}

#[test]
fn what_does_not_end_is_ended_at_its_timeout() {
    check(table(STAYS));
}

#[test]
fn what_a_program_writes_is_kept_byte_by_byte() {
    check(table(WRITES));
}
