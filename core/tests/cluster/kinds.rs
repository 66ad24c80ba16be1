//! Definitions of kinds other than jobs: the same edits, versions, files, removal and restore.

use belfry_core::cluster::ClusterError;
use belfry_core::definition::{Definition, EditRefused, Kind, NodeDraft};

use super::stage::Stage;

fn node(name: &str, weight: u32) -> Definition {
    let draft = NodeDraft {
        name: name.to_owned(),
        weight: Some(weight),
        ..NodeDraft::default()
    };
    draft.validate().expect("a good draft").into()
}

const FILE: &str = r#"
[[node]]
name = "web-1"
weight = 3
labels = { role = "web" }
note = "in the second rack"

[[job]]
project = "ops"
name = "tick"
schedule = "@hourly"
shell = { script = "true" }
"#;

#[tokio::test]
async fn a_definition_is_made_changed_removed_and_brought_back() {
    let stage = Stage::new().await;
    let cluster = &stage.cluster;
    let made = cluster.put(node("web-1", 1), None).await.expect("new");
    assert_eq!((made.generation, made.changed), (1, true));
    let again = cluster.put(node("web-1", 1), None).await.expect("the same");
    assert_eq!((again.generation, again.changed), (1, false));
    let changed = cluster.put(node("web-1", 2), Some(1)).await.expect("seen");
    assert_eq!(changed.generation, 2);
    let late = cluster.put(node("web-1", 5), Some(1)).await;
    assert!(matches!(
        late,
        Err(ClusterError::Refused {
            source: EditRefused::Conflict { seen: 1, .. },
            ..
        })
    ));
    let stored = cluster
        .definition(Kind::Node, "web-1")
        .await
        .expect("there");
    cluster.remove(&stored, None).await.expect("it goes");
    assert!(
        cluster
            .definitions(Kind::Node)
            .await
            .expect("none")
            .is_empty()
    );
    let address = cluster
        .address_also_deleted(Kind::Node, "web-1")
        .await
        .expect("its tombstone");
    let back = cluster.restore_at(&address, 1).await.expect("a version");
    assert_eq!(back.generation, 4);
    let versions = cluster.versions_at(&address).await.expect("all of them");
    let told: Vec<String> = versions
        .iter()
        .map(|version| {
            format!(
                "{} {}: {}",
                version.generation,
                version.action,
                version.changes.join("; ")
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "4 restore: name: web-1; weight: 1",
            "3 delete: deleted",
            "2 edit: weight: 1 → 2",
            "1 create: name: web-1; weight: 1",
        ]
    );
    assert!(versions.iter().all(|version| version.kind == "node"));
    let lines = cluster.difference(&address, (2, 1)).await.expect("both");
    assert_eq!(lines, ["weight: 1 → 2"]);
}

#[tokio::test]
async fn a_file_holds_every_kind_and_its_export_applies_to_nothing() {
    let stage = Stage::new().await;
    let applied = stage.cluster.apply(FILE, false, false).await.expect("both");
    assert_eq!(applied.created, ["node web-1", "ops/tick"]);
    let again = stage.cluster.apply(FILE, false, true).await.expect("again");
    assert!(again.is_empty() && again.unchanged == 2);
    let text = stage.cluster.export(None).await.expect("all");
    assert!(
        stage
            .cluster
            .apply(&text, false, true)
            .await
            .expect("its own")
            .is_empty()
    );
    let of_ops = stage
        .cluster
        .export(Some(&"ops".parse().expect("a name")))
        .await;
    assert!(!of_ops.expect("the job").contains("[[node]]"));
    let other = FILE.replace("weight = 3", "weight = 0");
    let changed = stage
        .cluster
        .apply(&other, false, false)
        .await
        .expect("one");
    assert_eq!(
        changed.changed,
        [("node web-1".to_owned(), vec!["weight: 3 → 0".to_owned()])]
    );
    let stored = stage
        .cluster
        .definition(Kind::Node, "web-1")
        .await
        .expect("there");
    stage.cluster.remove(&stored, None).await.expect("it goes");
    let back = stage
        .cluster
        .apply(FILE, false, false)
        .await
        .expect("restored");
    assert_eq!(back.created, ["node web-1"]);
}

#[tokio::test]
async fn what_cannot_be_used_is_named_with_its_line() {
    let stage = Stage::new().await;
    let strange = r#"
[[node]]
name = "web-2"
policy = { run_as = ["root"] }

[[rule]]
name = "x"
"#;
    let wrong = r#"
[[node]]
name = "Web 1"
weight = 101
labels = { role = "a b" }
"#;
    let mut lines = Vec::new();
    for text in [strange, wrong] {
        let Err(ClusterError::File(errors)) = stage.cluster.apply(text, false, false).await else {
            panic!("it is refused");
        };
        lines.extend(errors.errors.iter().map(ToString::to_string));
    }
    expect_test::expect![[r#"
        line 4, [[node]] "web-2": `policy` is not a field of a node: write `nothing: only the node's own file has a policy`
        line 6: `[[rule]]` is not supported yet: remove it
        line 3, [[node]] "Web 1": `name` is "Web 1", which is no node's id: write lowercase letters, digits, '.', '_' and '-', 63 at most, a letter or digit first
        line 4, [[node]] "Web 1": `weight` is 101: write a number from 0 to 100
        line 5, [[node]] "Web 1": `labels` cannot hold "a b": names and values are letters, digits, -, _, . and /, with a letter or a digit at both ends, 64 at most"#]].assert_eq(&lines.join("\n"));
}

#[tokio::test]
async fn an_answer_that_got_lost_is_found_again_for_every_kind() {
    let stage = Stage::new().await;
    stage.lose(1);
    let made = stage
        .cluster
        .put(node("web-1", 1), None)
        .await
        .expect("new");
    assert_eq!((made.generation, made.changed), (1, true));
}
