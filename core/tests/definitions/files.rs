//! Files that are refused, with their sentences; and the examples.

use belfry_core::definition::{Format, parse_file, schema};
use belfry_core::job::Job;
use expect_test::{Expect, expect};

const GOOD: &str = "[[job]]\nproject = \"ops\"\nname = \"a\"\nschedule = \"@hourly\"\nshell = { script = \"true\" }\n";

/// Reads each text and compares all sentences; every text must be refused.
fn check(texts: &[&str], expected: Expect) {
    let mut report = String::new();
    for text in texts {
        let refused = parse_file(text, Format::of(text)).expect_err(text);
        report += &format!("{refused}\n");
    }
    expected.assert_eq(&report);
}

/// A good job with one more line.
fn with(line: &str) -> String {
    format!("{GOOD}{line}\n")
}

/// A good job with one of its lines replaced.
fn instead(line: &str) -> String {
    let key = line.split(' ').next().expect("a key");
    let kept: Vec<&str> = GOOD.lines().filter(|old| !old.starts_with(key)).collect();
    format!("{}\n{line}\n", kept.join("\n"))
}

fn check_lines(lines: &[&str], make: fn(&str) -> String, expected: Expect) {
    let texts: Vec<String> = lines.iter().map(|line| make(line)).collect();
    check(
        &texts.iter().map(String::as_str).collect::<Vec<_>>(),
        expected,
    );
}

#[test]
fn says_what_is_wrong_with_a_field_why_and_what_to_do() {
    check_lines(
        &[
            "timeout = \"0s\"",
            "timeout = 30",
            "timeout = \"30\"",
            "timeout = \"900d\"",
            "start_deadline = \"2s\"",
            "jitter = \"1d\"",
            "stop_grace = \"2h\"",
            "retries = { count = 1000 }",
            "retries = { count = -1 }",
            "retries = { interval = \"10s\", max_interval = \"5s\" }",
            "retries = { backoff = 0.5 }",
            "retries = { backoff = nan }",
            "output = { head = \"15MiB\", tail = \"2MiB\" }",
            "output = { head = \"much\" }",
            "env = { 1A = \"x\" }",
            "env = { BELFRY_JOB = \"x\" }",
            "env = { PORT = 80 }",
            "cwd = \"~/app\"",
            "place = { on = \"web-1\" }",
            "place = { on = \"node:Web 1\" }",
            "timezone = \"Beijing\"",
            "timezone = \"+08:00\"",
            "start_at = 2026-12-01T00:00:00",
            "start_at = 2026-12-02T00:00:00Z\nend_at = 2026-12-01T00:00:00Z",
            "tags = [\"ok\", \" no\"]",
            "tags = [3]\ntimeout = \"0s\"",
            "dst = \"none\"\nretries = { count = 1.5, interval = \"x\" }",
            "owner = \"a\\u0007b\"",
            "paused = \"yes\"",
        ],
        with,
        expect![[r#"
            line 6, [[job]] "a": `timeout` is 0, so every run would be stopped at once: remove it for no limit, or write a time like "30s"
            line 6, [[job]] "a": `timeout` is a number, and a text in quotes is expected: write it like `timeout = "30s"`
            line 6, [[job]] "a": `timeout` is "30", which is no duration: write a number with a unit, like "30s", "1h30m" or "500ms"
            line 6, [[job]] "a": `timeout` is "900d", which is too long: write "366d" or less
            line 6, [[job]] "a": `start_deadline` is "2s", which is too short: write "5s" or more
            line 6, [[job]] "a": `jitter` is "1d", which is too long: write "23h59m" or less
            line 6, [[job]] "a": `stop_grace` is "2h", which is too long: write "1h" or less
            line 6, [[job]] "a": `retries.count` is 1000, and 100 are allowed: write less, or run the job more often
            line 6, [[job]] "a": `retries.count` is a negative number, and a whole number from 0 on is expected: write it like `count = 2`
            line 6, [[job]] "a": `retries.max_interval` is "5s", shorter than the first pause of "10s": raise it, or lower `retries.interval`
            line 6, [[job]] "a": `retries.backoff` is 0.5, and each pause is that many times the one before: write 1 (all alike) to 10
            line 6, [[job]] "a": `retries.backoff` is empty or not a number, and a number is expected: write it like `backoff = 2.0`
            line 6, [[job]] "a": `output` would keep 17MiB of every run, and 16MiB are allowed for head and tail together: lower them
            line 6, [[job]] "a": `output.head` is "much", which is no size: write a number with a unit, like "1MiB"
            line 6, [[job]] "a": `env` has a variable named "1A": write letters, digits and '_', no digit first
            line 6, [[job]] "a": `env.BELFRY_JOB` is a name that Belfry keeps for itself: choose one that does not begin with BELFRY_
            line 6, [[job]] "a": `env.PORT` is a number, and a variable holds a text: put it in quotes
            line 6, [[job]] "a": `cwd` is "~/app", and nodes have no common folder to start from: write the whole path, from `/` on
            line 6, [[job]] "a": `place.on` is "web-1", which is no place: write "one", "all" or "node:<id>"; `belfryctl nodes list` shows the ids
            line 6, [[job]] "a": `place.on` is "node:Web 1", which no node can be called: `belfryctl nodes list` shows the ids
            line 6, [[job]] "a": `timezone` cannot be used: `Beijing` is not in the time zone database 2026e; did you mean Asia/Shanghai?
            line 6, [[job]] "a": `timezone` cannot be used: `+08:00` is an offset, not a zone; name a place such as Asia/Shanghai, or UTC
            line 6, [[job]] "a": `start_at` is "2026-12-01T00:00:00", and an instant with its offset is expected: write it like "2026-12-01T02:30:00+08:00"
            line 7, [[job]] "a": `end_at` cannot be used: start 2026-12-02T00:00:00Z is not before end 2026-12-01T00:00:00Z; move one of them
            line 6, [[job]] "a": `tags[1]` is " no": write a word or a few, without blanks around them or control characters
            line 6, [[job]] "a": `tags[0]` is a number, and a text is expected: put it in quotes
            line 7, [[job]] "a": `timeout` is 0, so every run would be stopped at once: remove it for no limit, or write a time like "30s"
            line 6, [[job]] "a": `dst` is "none", which it cannot be: write "vixie", "skip" or "run_both"
            line 7, [[job]] "a": `retries.count` is a number with a fraction, and a whole number from 0 on is expected: write it like `count = 2`
            line 7, [[job]] "a": `retries.interval` is "x", which is no duration: write a number with a unit, like "30s", "1h30m" or "500ms"
            line 6, [[job]] "a": `owner` is "a\u{7}b": write a word or a few, without blanks around them or control characters
            line 6, [[job]] "a": `paused` is a text, and `true` or `false` is expected: write it like `paused = true`
        "#]],
    );
}

#[test]
fn says_what_is_wrong_with_a_place_and_what_does_not_go_together() {
    check_lines(
        &[
            "place = { nodes = \"role:web\" }",
            "place = { nodes = \"node=web-1\" }",
            "place = { balance = \"roate\" }",
            "place = { on = \"all\", balance = \"rotate\" }",
            "place = { on = \"node:a\", nodes = \"role=web\" }",
            "place = { balance = \"rotate\", failover = false }",
        ],
        with,
        expect![[r#"
            line 6, [[job]] "a": `place.nodes` has the condition "role:web", which cannot be read: did you mean "role=web"?
            line 6, [[job]] "a": `place.nodes` asks for a label `node`, and nodes are named by their ids: write "node:web-1"
            line 6, [[job]] "a": `place.balance` is "roate", which it cannot be: did you mean "rotate"?
            line 6, [[job]] "a": `place.balance` chooses one of several nodes, and `on = "all"` leaves no choice: remove one of them
            line 6, [[job]] "a": `place.nodes` is given with `on = "node:<id>"`, which names the node already: remove one of them
            line 6, [[job]] "a": `place.failover` is off, and a job whose node changes from run to run has none to wait for: write `balance = "sticky"` or `balance = "ordered"`, or remove it
        "#]],
    );
}

#[test]
fn says_what_is_wrong_with_what_every_job_needs() {
    check_lines(
        &[
            "project = \"Ops Team\"",
            "name = \"\"",
            "name = \"a/b\"",
            "name = \" a\"",
            "schedule = \"* * * *\"",
            "schedule = \"0 0 30 2 *\"",
            "schedule = \"@reboot\"",
            "schedule = \"61 * * * *\"",
            "shell = {}",
            "shell = { script = \"a\", argv = [\"b\"] }",
            "shell = { script = \"  \" }",
            "shell = { argv = [] }",
            "shell = { argv = [\"a\"], interpreter = \"/bin/sh\" }",
            "shell = \"df -h\"",
        ],
        instead,
        expect![[r#"
            line 5, [[job]] "a": `project` is "Ops Team", and projects have plain names: write lowercase letters, digits, '.', '_' and '-', 63 at most, a letter or digit first
            line 5, [[job]]: `name` is empty, and people need it to find the job: write one
            line 5, [[job]] "a/b": `name` contains '/', which names may not: use '-' or a blank instead
            line 5, [[job]] " a": `name` begins or ends with a blank, which nobody sees: remove it
            line 5, [[job]] "a": `schedule` cannot be used: `* * * *` has 4 field(s); write five (minute hour day month weekday), six (second first) or seven (year last)
            line 5, [[job]] "a": `schedule` cannot be used: `0 0 30 2 *` never occurs: no date has that day, month and weekday; change the day or the month
            line 5, [[job]] "a": `schedule` cannot be used: `@reboot` is not a time, and agents restart without their server doing so; use a systemd unit for work at boot, or `@manual`
            line 5, [[job]] "a": `schedule` cannot be used: minute `61`: 61 is out of range; use 0 to 59
            line 5, [[job]] "a": `shell` has no program: write `script = "…"` or `argv = ["…"]` into it
            line 5, [[job]] "a": `shell` has `script` and `argv`, and one program runs: remove one of them
            line 5, [[job]] "a": `shell.script` is empty, so there is nothing to run: write what the job does
            line 5, [[job]] "a": `shell.argv` names no program: make its first item the program's path
            line 5, [[job]] "a": `shell.interpreter` is given with `argv`, which needs none: remove it, or make it the first item of `argv`
            line 5, [[job]] "a": `shell` is a text, and a table is expected: write it like `shell = { script = "df -h" }`
        "#]],
    );
}

#[test]
fn names_fields_that_come_later_and_fields_that_are_meant() {
    check_lines(
        &[
            "http = { method = \"get\", url = \"https://example.org\" }",
            "run_as = \"www data\"",
            "umask = \"u=rwx\"",
            "secrets = [\"token\"]",
            "overlap = \"skp\"",
            "misfire = \"never\"",
            "memory = \"1GiB\"",
            "timeuot = \"30s\"",
            "command = \"df\"",
            "retries = { cuont = 2 }",
            "xyzzy = 1",
        ],
        with,
        expect![[r#"
            line 6, [[job]] "a": `http.method` is "get", which it cannot be: write "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" or "OPTIONS"
            line 6, [[job]] "a": `run_as` is "www data", and no user is called so: write the name of a user of the node, such as "www-data"
            line 6, [[job]] "a": `umask` is "u=rwx", which is no mask: write three octal digits, like "027"
            line 6, [[job]] "a": `secrets` is a list, and a table is expected: write it like `secrets = { TOKEN = "sealed" }`
            line 6, [[job]] "a": `overlap` is "skp", which it cannot be: did you mean "skip"?
            line 6, [[job]] "a": `misfire` is "never", which it cannot be: write "skip", "run_latest" or "run_all"
            line 6, [[job]] "a": `memory` is not supported yet: remove it; the script can begin with `ulimit -v <KiB>`
            line 6, [[job]] "a": `timeuot` is not a field of a job: did you mean `timeout`?
            line 6, [[job]] "a": `command` is not a field of a job: write `shell = { script = "…" }`
            line 6, [[job]] "a": `retries.cuont` is not a field of `retries`: did you mean `retries.count`?
            line 6, [[job]] "a": `xyzzy` is not a field of a job: remove it; `belfryctl schema` lists the fields
        "#]],
    );
}

#[test]
fn names_the_line_and_takes_a_file_whole_or_not_at_all() {
    let twice = format!("{GOOD}\n{GOOD}");
    let three = format!("{GOOD}\n[[job]]\nname = \"b\"\ntimeout = \"0s\"\nshell = {{}}\n\n{GOOD}");
    check(
        &[
            &twice,
            &three,
            "[[job]\nname = \"a\"",
            "name = \"a\"\n",
            "[job]\nname = \"a\"\n",
            "[[jobs]]\nname = \"a\"\n",
            "job = [1]",
            "[[channel]]\nname = \"a\"\n",
            "{\"job\": [\n  {\"name\": \"a\",\n   \"project\": \"ops\", \"schedule\": \"@hourly\",\n   \"shell\": {\"script\": 1}}\n]}",
            "{\"job\": [}",
            "{\"job\": {}}",
        ],
        expect![[r#"
            line 7, [[job]] "a": `name` is taken in project ops by the job on line 1: rename or remove one of them
            line 7, [[job]] "b": `project` is missing, and every job needs it: write it like `project = "ops"`
            line 7, [[job]] "b": `schedule` is missing, and every job needs it: write it like `schedule = "*/5 * * * *"`
            line 9, [[job]] "b": `timeout` is 0, so every run would be stopped at once: remove it for no limit, or write a time like "30s"
            line 10, [[job]] "b": `shell` has no program: write `script = "…"` or `argv = ["…"]` into it
            line 12, [[job]] "a": `name` is taken in project ops by the job on line 1: rename or remove one of them
            line 1: this is not TOML: unclosed array table, expected `]`; correct this line or the one before it
            line 1: "name" is nothing that a file may hold: put it under a `[[job]]`, or remove it
            line 1: `job` is not a list: write it as `[[job]]`
            line 1: "jobs" is nothing that a file may hold: did you mean `[[job]]`?
            line 1, [[job]]: the job is a number: write it as a table of fields such as `name = "disk-usage"`
            line 1: `[[channel]]` is not supported yet: remove it
            line 4, job "a": `shell.script` is a number, and a text in quotes is expected: write it like `script = "df -h"`
            line 1: this is not JSON: expected value; correct this line or the one before it
            line 1: `job` is not a list: write it as `"job": [{…}]`
        "#]],
    );
}

#[test]
fn the_examples_are_good_and_ring_often_enough_to_be_seen() {
    let text = include_str!("../../../examples/jobs.toml");
    let jobs = parse_file(text, Format::Toml).unwrap_or_else(|errors| panic!("{errors}"));
    let jobs: Vec<&Job> = jobs.iter().filter_map(|item| item.job()).collect();
    let (from, until) = ("2026-01-05T00:00:01Z", "2026-01-05T00:05:01Z");
    let starts = |job: &Job| {
        job.timetable().count_between(
            from.parse().expect("an instant"),
            until.parse().expect("an instant"),
        )
    };
    assert!(jobs.iter().map(|job| starts(job)).sum::<u64>() >= 300);
    assert!(
        jobs.iter().all(|job| !job.about.note.is_empty()),
        "each says what it is for"
    );
}

#[test]
fn the_schema_knows_every_field_that_a_draft_has() {
    let schema = schema().to_string();
    for field in [
        "start_deadline",
        "max_interval",
        "interpreter",
        "run_latest",
        "\"required\":[\"project\"",
    ] {
        assert!(schema.contains(field), "{field} is not in {schema}");
    }
}
