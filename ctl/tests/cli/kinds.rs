//! Definitions of every kind.

use super::bench::Bench;

#[test]
fn a_node_is_noted_listed_removed_and_brought_back() {
    let bench = Bench::new();
    bench.ok(&[
        "nodes", "set", "web-1", "--weight", "0", "--label", "role=web",
    ]);
    bench.ok(&[
        "nodes",
        "set",
        "web-1",
        "--note",
        "in the second rack",
        "--label",
        "role=",
    ]);
    let shown = bench.json(&["definitions", "show", "node", "web-1"]);
    assert_eq!(
        (&shown["definition"], &shown["generation"]),
        (
            &serde_json::json!({ "name": "web-1", "weight": 0, "note": "in the second rack" }),
            &2.into()
        )
    );
    bench.ok(&["definitions", "delete", "node", "web-1"]);
    assert_eq!(bench.json(&["definitions", "list"]), serde_json::json!([]));
    let versions = bench.json(&["definitions", "versions", "node", "web-1"]);
    assert_eq!(versions.as_array().map(Vec::len), Some(3));
    bench.ok(&["definitions", "restore", "node", "web-1", "1"]);
    let shown = bench.ok(&["definitions", "show", "node", "web-1"]);
    assert!(shown.contains("labels = { role = \"web\" }"), "{shown}");
}

#[test]
fn a_weight_out_of_range_and_an_unknown_kind_are_refused_with_what_to_do() {
    let bench = Bench::new();
    let refused = bench.fails(1, &["nodes", "set", "web-1", "--weight", "101"]);
    assert!(
        refused.contains("write a number from 0 to 100"),
        "{refused}"
    );
    let refused = bench.fails(2, &["definitions", "list", "rule"]);
    assert!(
        refused.contains("the kinds are job, calendar, node"),
        "{refused}"
    );
    let refused = bench.fails(1, &["definitions", "show", "node", "web-9"]);
    assert!(refused.contains("there is no node"), "{refused}");
}

#[test]
fn a_calendar_file_is_imported_once_and_refused_with_its_line() {
    let bench = Bench::new();
    let event = |lines: &str| format!("BEGIN:VEVENT\n{lines}\nEND:VEVENT\n");
    let off = event("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260104\nSUMMARY:元旦（休）");
    let work = event("DTSTART;VALUE=DATE:20260104\nSUMMARY:元旦（班）");
    let good = format!("BEGIN:VCALENDAR\n{off}{work}END:VCALENDAR\n");
    let file = bench.file("days.ics", &good);
    let import = ["import", "calendar", &file, "--name", "china"];
    let dry = bench.ok(&[&import[..], &["--dry-run"]].concat());
    assert!(dry.contains("days: 2026-01-01..2026-01-03"), "{dry}");
    assert_eq!(bench.json(&["definitions", "list"]), serde_json::json!([]));
    assert_eq!(bench.json(&import)["changed"], true);
    assert_eq!(bench.json(&import)["changed"], false);
    let shown = bench.json(&["definitions", "show", "calendar", "china"]);
    assert_eq!(
        shown["definition"]["except"],
        serde_json::json!(["2026-01-04"])
    );
    let timed = bench.file(
        "timed.ics",
        &good.replace(":20260104\nSUM", ":20260104T090000\nSUM"),
    );
    let refused = bench.fails(1, &["import", "calendar", &timed, "--name", "china"]);
    assert!(refused.contains("line 8: "), "{refused}");
}
