use super::bench::{Bench, fields};
use expect_test::expect;

const BACKUP: &str = r#"
[[job]]
project = "ops"
name = "backup"
schedule = "0 3 * * *"
timezone = "Asia/Shanghai"
timeout = "1h"
tags = ["nightly"]
owner = "ann"
shell = { script = "true" }
"#;

fn with_backup() -> Bench {
    let bench = Bench::new();
    bench.apply(BACKUP);
    bench
}

#[test]
fn every_change_is_a_version_and_each_can_be_brought_back() {
    let bench = with_backup();
    assert!(
        bench
            .ok(&["jobs", "pause", "backup"])
            .contains("was paused (generation 2)")
    );
    assert!(
        bench
            .ok(&["jobs", "pause", "backup"])
            .contains("is so already")
    );
    bench.ok(&["jobs", "resume", "ops/backup"]);
    bench.apply(&BACKUP.replace("0 3", "0 4"));
    bench.ok(&["jobs", "delete", "backup"]);
    bench.fails(1, &["jobs", "show", "backup"]);
    bench.ok(&["jobs", "restore", "backup", "2"]);
    let versions = bench.json(&["jobs", "versions", "backup"]);
    let lines: Vec<String> = versions
        .as_array()
        .expect("a list")
        .iter()
        .map(|version| {
            format!(
                "{} {} {}",
                version["generation"], version["action"], version["changes"]
            )
        })
        .collect();
    expect![[r#"
        6 "restore" ["project: ops","name: backup","schedule: 0 3 * * *","timezone: Asia/Shanghai","paused: yes","shell.script: true","timeout: 1h","owner: ann","tags: nightly"]
        5 "delete" ["deleted"]
        4 "edit" ["schedule: 0 3 * * * → 0 4 * * *"]
        3 "resume" ["paused: yes → no"]
        2 "pause" ["paused: no → yes"]
        1 "create" ["project: ops","name: backup","schedule: 0 3 * * *","timezone: Asia/Shanghai","shell.script: true","timeout: 1h","owner: ann","tags: nightly"]"#]]
    .assert_eq(&lines.join("\n"));
    expect!["action at by changes definition generation job_id title"]
        .assert_eq(&fields(&versions[0]));
    assert!(
        versions[0]["by"]
            .as_str()
            .is_some_and(|by| by.starts_with("ann@"))
    );
    let job = bench.json(&["jobs", "show", "backup"]);
    assert_eq!(
        (&job["row"]["paused"], &job["row"]["generation"]),
        (&true.into(), &6.into())
    );
}

#[test]
fn a_change_of_another_generation_is_a_conflict() {
    let bench = with_backup();
    bench.ok(&["jobs", "pause", "backup", "--generation", "1"]);
    let sentence = bench.fails(1, &["jobs", "delete", "backup", "--generation", "1"]);
    assert!(
        sentence.contains("somebody else changed it to generation 2"),
        "{sentence}"
    );
    assert!(sentence.contains("compare both"), "{sentence}");
}

#[test]
fn a_copy_rests_and_its_name_must_be_free() {
    let bench = with_backup();
    bench.ok(&["jobs", "copy", "backup", "web/backup"]);
    let sentence = bench.fails(1, &["jobs", "copy", "ops/backup", "web/backup"]);
    assert!(sentence.contains("web/backup exists already"), "{sentence}");
    let sentence = bench.fails(1, &["jobs", "pause", "backup"]);
    assert!(sentence.contains("ops/backup, web/backup"), "{sentence}");
    assert_eq!(
        bench.json(&["jobs", "show", "web/backup"])["row"]["paused"],
        true
    );
    assert!(bench.ok(&["jobs", "next", "web/backup"]).contains("paused"));
    // A deleted job's name is free.
    bench.ok(&["jobs", "delete", "web/backup"]);
    bench.ok(&["jobs", "copy", "backup", "web/backup"]);
    let sentence = bench.fails(1, &["jobs", "copy", "backup", "no/such/name"]);
    assert!(sentence.contains("name"), "{sentence}");
}

#[test]
fn the_fields_of_json_stay() {
    let bench = with_backup();
    let jobs = bench.json(&["jobs", "list"]);
    expect!["average_ms broken broken_at generation job_id name next_at owner paused place_words project running schedule schedule_words starred strip tags timezone"]
        .assert_eq(&fields(&jobs[0]));
    assert_eq!(jobs[0]["schedule_words"], "at 03:00 every day");
    let shown = bench.json(&["jobs", "show", "backup"]);
    expect!["command document next note requests row settings"].assert_eq(&fields(&shown));
    expect![[r#"[{"key":"timeout","value":"1h"}]"#]].assert_eq(&shown["settings"].to_string());
    let next = bench.json(&["jobs", "next", "backup", "--count", "2"]);
    assert_eq!(next.as_array().map(Vec::len), Some(2));
    expect!["at local zone"].assert_eq(&fields(&next[0]));
    let edited = bench.json(&["jobs", "pause", "backup"]);
    expect!["changed generation job_id"].assert_eq(&fields(&edited));
}

#[test]
fn a_list_is_searched_by_words() {
    let bench = with_backup();
    assert_eq!(
        bench
            .json(&["jobs", "list", "ANN", "night"])
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        bench
            .json(&["jobs", "list", "ann", "daily"])
            .as_array()
            .map(Vec::len),
        Some(0)
    );
    assert!(bench.ok(&["jobs", "list", "nothing"]).contains("no jobs"));
}

#[test]
fn an_instant_is_explained_also_where_no_agent_runs() {
    let bench = with_backup();
    let told = bench.ok(&["explain", "backup", "2090-01-01T03:00:00+08:00"]);
    assert!(told.contains("It is still to come."), "{told}");
    assert!(told.contains("no node comes into question"), "{told}");
    let other = bench.json(&["explain", "backup", "2090-01-01T03:00:01+08:00"]);
    assert_eq!(other["verdict"], "no_instant");
    assert_eq!(other["next_at"], "2090-01-01T19:00:00.000Z");
    expect![
        "as_of at candidates decisions due_at excluded held_by job_id next_at sentences verdict"
    ]
    .assert_eq(&fields(&other));
    bench.fails(1, &["explain", "restore", "2090-01-01T03:00:00+08:00"]);
}
