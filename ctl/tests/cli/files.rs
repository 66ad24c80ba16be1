use super::bench::{Bench, examples};
use expect_test::expect;

const TWO: &str = r#"
[[job]]
project = "ops"
name = "backup"
schedule = "0 3 * * *"
shell = { script = "true" }

[[job]]
project = "ops"
name = "report"
schedule = "@manual"
shell = { argv = ["echo", "a b"] }
"#;

#[test]
fn the_examples_apply_once_and_then_change_nothing() {
    let bench = Bench::new();
    let file = examples();
    let dry = bench.json(&["apply", "-f", &file, "--dry-run"]);
    assert_eq!(dry["created"].as_array().map(Vec::len), Some(9));
    assert_eq!(
        bench.json(&["jobs", "list"]),
        serde_json::json!([]),
        "a dry run changes nothing"
    );
    assert_eq!(
        bench.json(&["apply", "-f", &file])["created"]
            .as_array()
            .map(Vec::len),
        Some(9)
    );
    let again = bench.json(&["apply", "-f", &file]);
    assert_eq!(
        (&again["created"], &again["unchanged"]),
        (&serde_json::json!([]), &9.into())
    );
}

#[test]
fn what_is_exported_applies_elsewhere_as_the_same() {
    let (here, there) = (Bench::new(), Bench::new());
    here.ok(&["apply", "-f", &examples()]);
    let file = here.file("export.toml", &here.ok(&["export"]));
    there.ok(&["apply", "-f", &file]);
    assert_eq!(here.ok(&["export"]), there.ok(&["export"]));
    let json = here.file("export.json", &here.ok(&["export", "--json"]));
    assert_eq!(there.json(&["apply", "-f", &json])["unchanged"], 9);
    assert_eq!(here.ok(&["export", "--project", "nothing"]), "");
}

#[test]
fn an_edit_shows_its_difference_and_pruning_pauses() {
    let bench = Bench::new();
    bench.apply(TWO);
    let one = r#"
[[job]]
project = "ops"
name = "backup"
schedule = "0 4 * * *"
timeout = "1h"
shell = { script = "true" }
"#;
    let file = bench.file("one.toml", one);
    let told = expect![[r#"
        ~ ops/backup
            schedule: 0 3 * * * → 0 4 * * *
            timeout: none → 1h
        - ops/report (paused: the file does not have it)
        0 would be created, 1 changed, 1 paused; 0 are as the file says
    "#]];
    told.assert_eq(&bench.ok(&["apply", "-f", &file, "--dry-run", "--prune"]));
    bench.ok(&["apply", "-f", &file, "--prune"]);
    let jobs = bench.json(&["jobs", "list"]);
    let states: Vec<_> = jobs
        .as_array()
        .expect("a list")
        .iter()
        .map(|job| &job["paused"])
        .collect();
    assert_eq!(states, [false, true]);
}

#[test]
fn a_file_with_one_error_changes_nothing() {
    let bench = Bench::new();
    let wrong = TWO.replace("@manual", "61 * * * *");
    let file = bench.file("wrong.toml", &wrong);
    let sentence = bench.fails(1, &["apply", "-f", &file]);
    assert!(sentence.contains("nothing of it was: line "), "{sentence}");
    assert_eq!(bench.json(&["jobs", "list"]), serde_json::json!([]));
}

#[test]
fn the_schema_is_printed_without_any_store() {
    let done = super::bench::command()
        .arg("schema")
        .output()
        .expect("belfryctl starts");
    let schema: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
}
