use belfry_core::cluster::ClusterError;
use belfry_core::definition::Intent;
use belfry_core::history::{FinalOutput, History, Upload};
use belfry_core::output::OutputChunk;
use belfry_core::run::RunState;

use super::stage::{Stage, job, minute, record};

/// A job that was made, given a new script, paused and deleted.
async fn lived() -> (Stage, belfry_core::id::JobId) {
    let stage = Stage::new().await;
    let first = stage.created("tick").await;
    let mut fields = serde_json::json!({
        "project": "ops", "name": "tick", "schedule": "*/5 * * * *",
        "shell": { "script": "one\ntwo\n" },
    });
    let edited = belfry_core::job::Job::read(&fields).expect("a job");
    stage
        .cluster
        .edit(&first, Intent::Edit(edited), None)
        .await
        .expect("an edit");
    fields["shell"]["script"] = "one\nthree\n".into();
    let edited = belfry_core::job::Job::read(&fields).expect("a job");
    stage
        .cluster
        .edit(&first, Intent::Edit(edited), None)
        .await
        .expect("an edit");
    stage
        .cluster
        .delete(&stage.job("tick").await, None)
        .await
        .expect("a deletion");
    (stage, first.id)
}

#[tokio::test]
async fn a_past_tells_who_changed_what() {
    let (stage, id) = lived().await;
    let past = stage.cluster.job_versions(id).await.expect("a past");
    assert_eq!((past.title.as_str(), past.current), ("ops/tick", None));
    let lines: Vec<String> = past
        .versions
        .iter()
        .map(|version| {
            let paths: Vec<&str> = version.changes.iter().map(|it| it.path.as_str()).collect();
            let (generation, by) = (version.generation, &version.by);
            format!(
                "{generation} {by} {} {} {}",
                version.action,
                version.restorable,
                paths.join(",")
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "4 ann@desk delete false project,name,schedule,shell.script",
            "3 ann@desk edit true shell.script",
            "2 ann@desk edit true schedule,shell.script",
            "1 ann@desk create true project,name,schedule,shell.script",
        ]
    );
}

#[tokio::test]
async fn any_two_versions_are_compared_in_either_order() {
    let (stage, id) = lived().await;
    let diff = stage
        .cluster
        .version_diff(id, (3, 2))
        .await
        .expect("a difference");
    assert_eq!((diff.from, diff.to, diff.changes.len()), (2, 3, 1));
    assert_eq!(diff.changes[0].lines, ["-two", "+three"]);
    let diff = stage
        .cluster
        .version_diff(id, (1, 3))
        .await
        .expect("a difference");
    assert_eq!(diff.changes[0].before.as_deref(), Some("* * * * *"));
    assert_eq!(diff.changes[0].after.as_deref(), Some("*/5 * * * *"));
    let none = stage
        .cluster
        .version_diff(id, (1, 9))
        .await
        .expect_err("there are four");
    assert!(
        matches!(none, ClusterError::NoSuchVersion { generation: 9, .. }),
        "{none:?}"
    );
}

#[tokio::test]
async fn a_deleted_job_is_listed_and_comes_back_as_any_version() {
    let (stage, id) = lived().await;
    let deleted = stage.cluster.deleted_jobs().await.expect("a list");
    assert_eq!((deleted.len(), deleted[0].generation), (1, 3));
    assert_eq!(
        (deleted[0].title.as_str(), deleted[0].by.as_str()),
        ("ops/tick", "ann@desk")
    );
    let back = stage.cluster.restore(id, 2).await.expect("a restore");
    assert_eq!((back.generation, back.changed), (5, true));
    assert!(
        stage
            .cluster
            .deleted_jobs()
            .await
            .expect("a list")
            .is_empty()
    );
    let past = stage.cluster.job_versions(id).await.expect("a past");
    assert_eq!(
        (past.current, past.versions[0].action.as_str()),
        (Some(5), "restore")
    );
    assert!(!past.versions[0].restorable && past.versions[1].action == "delete");
    let same = stage
        .cluster
        .version_diff(id, (2, 5))
        .await
        .expect("a difference");
    assert_eq!(same.changes, []);
    let back = stage
        .cluster
        .restore(id, 4)
        .await
        .expect_err("a deletion is no definition");
    assert!(
        matches!(back, ClusterError::NoSuchVersion { .. }),
        "{back:?}"
    );
}

#[tokio::test]
async fn a_run_shows_the_definition_that_it_ran_with() {
    let stage = Stage::new().await;
    let job_then = stage.created("tick").await;
    let (key, value) = stage.claim(&job_then, minute(0)).await;
    let mut edited = job("tick");
    edited.about.note = "since then".to_owned();
    stage
        .cluster
        .edit(&job_then, Intent::Edit(edited), None)
        .await
        .expect("an edit");
    let definition = stage
        .cluster
        .run_definition(value.run_id, 1)
        .await
        .expect("a definition");
    let version = definition.version.expect("it is kept");
    assert_eq!((version.generation, definition.current), (1, Some(2)));
    assert!(definition.document.contains("[[job]]") && definition.command == "true");
    assert_eq!(definition.changes.len(), 1);
    assert_eq!(definition.changes[0].path, "note");

    let mut trial = record(&key, &value, RunState::Succeeded);
    trial.trigger = belfry_core::run::Trigger::Try;
    stage.delete(stage.keys.run(&key)).await;
    let upload = Upload {
        runs: vec![trial],
        ..Upload::default()
    };
    stage.history.upload(&upload).await.expect("an upload");
    let definition = stage
        .cluster
        .run_definition(value.run_id, 1)
        .await
        .expect("an answer");
    assert_eq!(
        (definition.version, definition.document.as_str()),
        (None, "")
    );
}

#[tokio::test]
async fn a_log_is_written_to_a_file_with_its_gaps() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (key, value) = stage.claim(&job, minute(0)).await;
    let chunk = |offset, bytes: &[u8]| OutputChunk {
        offset,
        bytes: bytes.to_vec(),
        stamps: Vec::new(),
    };
    let output = FinalOutput {
        run_id: value.run_id,
        attempt: 1,
        chunks: vec![chunk(0, b"head\n"), chunk(105, b"tail \xff\n")],
    };
    let upload = Upload {
        runs: vec![record(&key, &value, RunState::Succeeded)],
        outputs: vec![output],
        ..Upload::default()
    };
    stage.history.upload(&upload).await.expect("an upload");
    let dir = tempfile::tempdir().expect("a folder");
    let name = stage
        .cluster
        .log_file_name(value.run_id, 1)
        .await
        .expect("a name");
    assert_eq!(name, "tick-20260921T141400Z-1.log");
    let path = dir.path().join(name);
    stage
        .cluster
        .save_log(value.run_id, 1, &path)
        .await
        .expect("a file");
    let written = std::fs::read(&path).expect("the file");
    let expected = "head\n\n[… 100 bytes were dropped here …]\ntail ";
    assert_eq!(written, [expected.as_bytes(), b"\xff\n"].concat());
    let error = stage
        .cluster
        .save_log(value.run_id, 1, dir.path())
        .await
        .expect_err("a folder");
    assert!(error.sentence().contains("choose another place"), "{error}");
}
