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
    assert!(refused.contains("the kinds are job, node"), "{refused}");
    let refused = bench.fails(1, &["definitions", "show", "node", "web-9"]);
    assert!(refused.contains("there is no node"), "{refused}");
}
