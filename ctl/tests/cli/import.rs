use super::bench::{Bench, Done, command};
use expect_test::expect;

const CRONTAB: &str = "\
MAILTO=ann
# Every database.
30 2 * * * /srv/bin/backup.sh
@hourly sync-photos
0 5 * * * date +\\%F > /tmp/day
";

#[test]
fn a_dry_run_says_what_becomes_of_each_line_and_writes_nothing() {
    let bench = Bench::new();
    let file = bench.file(
        "crontab",
        &(CRONTAB.to_owned() + "61 * * * * x\n@reboot tunnel\n"),
    );
    let done = bench.run(&["import", "crontab", &file, "--dry-run"]);
    expect![[r#"
        note: jobs run as cron runs them: times are in UTC, the program is read by /bin/sh in the home folder, and PATH is /usr/bin:/bin unless a line sets another
        note: as under cron, a job starts also while its run before is still going: set `overlap` to `skip` where that is wrong
        LINE  JOB                  SCHEDULE            ZONE  WHAT CHANGES
        3     crontab/backup       at 02:30 every day  UTC   new
        4     crontab/sync-photos  every hour          UTC   new
        5     crontab/date         at 05:00 every day  UTC   new
        line 1: warning: nobody is mailed: the output stays with each run, and a failed run shows in the window
        line 6: 61 * * * * x
        line 6, column 1: not imported: minute: `61` is out of range; use 0 to 59
        line 7: @reboot tunnel
        line 7: not imported: `@reboot` is not a time, and agents restart without their computer doing so; use a systemd unit for work at boot
        3 jobs would be created, 0 changed; 0 are as the crontab says, 2 lines cannot be imported
    "#]]
    .assert_eq(&done.out);
    assert_eq!(done.code, 1);
    assert_eq!(
        done.err,
        "belfryctl: 2 lines were left out, each with its reason above: correct them and import again, the rest stays as it is\n"
    );
    assert_eq!(bench.json(&["jobs", "list"]), serde_json::json!([]));
}

#[test]
fn an_import_changes_once_what_changed_in_the_crontab() {
    let bench = Bench::new();
    let file = bench.file("crontab", CRONTAB);
    let first = bench.json(&["import", "crontab", &file, "--project", "home"]);
    assert_eq!(first["counts"]["created"], 3);
    assert_eq!(first["dry_run"], false);
    let again = bench.ok(&["import", "crontab", &file, "--project", "home"]);
    assert!(
        again.contains("home/backup       at 02:30 every day  UTC   no change"),
        "{again}"
    );
    assert!(
        again.contains("0 jobs were created, 0 changed; 3 are as the crontab says"),
        "{again}"
    );
    let file = bench.file("crontab", &CRONTAB.replace("30 2", "45 2"));
    let changed = bench.ok(&["import", "crontab", &file, "--project", "home"]);
    assert!(
        changed.contains("schedule: 30 2 * * * → 45 2 * * *"),
        "{changed}"
    );
    let shown = bench.json(&["jobs", "show", "home/date"]);
    assert_eq!(shown["command"], "date +%F > /tmp/day");
    let versions = bench.json(&["jobs", "versions", "home/backup"]);
    assert_eq!(versions.as_array().map(Vec::len), Some(2));
}

#[test]
fn a_user_column_is_told_or_forced() {
    let bench = Bench::new();
    let file = bench.file("system", "0 5 * * * root-of-nobody /x\n");
    let forced = bench.run(&["import", "crontab", &file, "--user-column", "yes"]);
    assert!(
        forced.out.contains("it runs as root-of-nobody"),
        "{}",
        forced.out
    );
    assert_eq!(forced.code, 1);
    bench.ok(&["import", "crontab", &file, "--user-column", "no"]);
    bench.fails(2, &["import", "crontab", &file, "--user-column", "perhaps"]);
}

#[test]
fn standard_input_and_one_s_own_crontab_are_read_too() {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Stdio;

    let bench = Bench::new();
    let mut child = command()
        .arg("--embedded")
        .arg(bench.stores())
        .args(["import", "crontab", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("belfryctl starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"0 1 * * * a\n").expect("it reads");
    drop(stdin);
    let done = Done::of(child.wait_with_output().expect("it ends"));
    assert!(done.out.contains("crontab/a"), "{}{}", done.out, done.err);

    // A cron of our own, in place of the computer's.
    let own = |script: &str| {
        let path = bench.file("crontab", &format!("#!/bin/sh\n{script}\n"));
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("our own file");
        let folder = std::path::Path::new(&path)
            .parent()
            .expect("a folder")
            .to_owned();
        let mut command = command();
        command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        command
            .arg("--embedded")
            .arg(bench.stores())
            .args(["import", "crontab"]);
        Done::of(command.output().expect("belfryctl starts"))
    };
    let read = own("[ \"$1\" = -l ] && echo '@daily root own'");
    assert!(
        read.out.contains("crontab/root"),
        "{}{}",
        read.out,
        read.err
    );
    let none = own("echo \"no crontab for ann\" >&2; exit 1");
    assert_eq!(none.code, 1);
    assert!(
        none.err.contains("there is no crontab of yours"),
        "{}",
        none.err
    );
    let denied = own("echo \"You (ann) are not allowed to use this program\" >&2; exit 1");
    assert!(denied.err.contains("not allowed"), "{}", denied.err);
}

#[test]
fn a_file_that_is_no_crontab_fails_with_a_reason() {
    let bench = Bench::new();
    let sentence = bench.fails(1, &["import", "crontab", "/does/not/exist"]);
    assert!(
        sentence.contains("could not read /does/not/exist"),
        "{sentence}"
    );
    let file = bench.file("bad", "0 1 * * * a\n");
    std::fs::write(&file, b"\xff\xfe\0").expect("a file");
    bench.fails(1, &["import", "crontab", &file]);
    bench.fails(2, &["import", "crontab", &file, "--project", "No Project"]);
}
