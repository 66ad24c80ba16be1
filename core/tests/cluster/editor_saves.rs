use belfry_core::coord::Coord;
use belfry_core::dispatch::RequestValue;
use belfry_core::run::Trigger;
use belfry_core::view::{JobForm, SaveAnswer, SaveConflict, TryAnswer, TryAsk};

use super::editor::{fresh, mistakes, opened, saved};
use super::stage::Stage;

fn in_conflict(answer: SaveAnswer) -> SaveConflict {
    match answer {
        SaveAnswer::Conflict { conflict } => *conflict,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_slower_of_two_people_sees_both_versions_and_chooses() {
    let stage = Stage::new().await;
    let stored = stage.created("tick").await;
    let id = Some(stored.id.to_string());
    let (mut mine, seen) = opened(&stage, id.clone(), false).await;
    let mut theirs = mine.clone();
    (theirs.schedule, theirs.note) = ("@hourly".into(), "theirs".into());
    saved(&stage, &theirs, id.clone(), seen).await;
    (mine.schedule, mine.timeout) = ("@daily".into(), "30s".into());
    let conflict = in_conflict(saved(&stage, &mine, id.clone(), seen).await);
    let who = (conflict.generation, conflict.by.as_str(), conflict.deleted);
    assert_eq!(who, (2, "ann@desk", false));
    assert!(conflict.at.is_some());
    let fields: Vec<_> = conflict
        .fields
        .iter()
        .map(|field| {
            (
                field.path.as_str(),
                field.mine.as_deref(),
                field.theirs.as_deref(),
                field.clash,
            )
        })
        .collect();
    let expected = [
        ("schedule", Some("@daily"), Some("@hourly"), true),
        ("timeout", Some("30s"), Some("none"), false),
        ("note", None, Some("theirs"), false),
    ];
    assert_eq!(fields, expected);
    assert_eq!(
        conflict.theirs.map(|form| form.schedule).as_deref(),
        Some("@hourly")
    );
    let merged = &conflict.merged;
    assert_eq!(
        (merged.schedule.as_str(), merged.note.as_str()),
        ("@daily", "theirs")
    );
    let answer = saved(&stage, merged, id, conflict.generation).await;
    assert!(
        matches!(answer, SaveAnswer::Saved { generation: 3, .. }),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_job_that_was_deleted_meanwhile_comes_back_when_it_is_saved_knowingly() {
    let stage = Stage::new().await;
    let stored = stage.created("tick").await;
    let id = Some(stored.id.to_string());
    let (mut form, seen) = opened(&stage, id.clone(), false).await;
    stage.deleted(stored.id).await;
    form.note = "mine".to_owned();
    let conflict = in_conflict(saved(&stage, &form, id.clone(), seen).await);
    assert_eq!((conflict.deleted, conflict.generation), (true, 2));
    let answer = saved(&stage, &conflict.merged, id, conflict.generation).await;
    assert!(
        matches!(answer, SaveAnswer::Saved { generation: 3, .. }),
        "{answer:?}"
    );
    stage.deleted(stored.id).await;
    let back = stage
        .cluster
        .restore(stored.id, 3)
        .await
        .expect("a restore");
    assert_eq!(back.generation, 5);
}

#[tokio::test]
async fn a_job_stays_in_its_project_and_a_name_in_one_hand() {
    let stage = Stage::new().await;
    let stored = stage.created("tick").await;
    stage.created("tock").await;
    let id = Some(stored.id.to_string());
    let (form, seen) = opened(&stage, id.clone(), false).await;
    let moved = JobForm {
        project: "billing".into(),
        ..form.clone()
    };
    assert_eq!(
        mistakes(&saved(&stage, &moved, id.clone(), seen).await),
        [("project", "project_fixed")]
    );
    let renamed = JobForm {
        name: "tock".into(),
        ..form
    };
    assert_eq!(
        mistakes(&saved(&stage, &renamed, id, seen).await),
        [("name", "name_taken")]
    );
}

#[tokio::test]
async fn a_duplicate_is_a_new_job_with_a_name_of_its_own() {
    let stage = Stage::new().await;
    let stored = stage.created("tick").await;
    let id = stored.id.to_string();
    for expected in ["tick-copy", "tick-copy-2", "tick-copy-3"] {
        let (form, generation) = opened(&stage, Some(id.clone()), true).await;
        assert_eq!((form.name.as_str(), generation), (expected, 0));
        let answer = saved(&stage, &form, None, generation).await;
        assert!(
            matches!(answer, SaveAnswer::Saved { generation: 1, .. }),
            "{answer:?}"
        );
    }
    let long = stage.created(&"长".repeat(128)).await;
    let (form, _) = opened(&stage, Some(long.id.to_string()), true).await;
    assert_eq!(form.name.chars().count(), 128);
    assert!(form.name.ends_with("-copy"));
}

#[tokio::test]
async fn a_trial_is_a_request_with_its_own_definition_and_changes_no_other() {
    let stage = Stage::new().await;
    let stored = stage.created("tick").await;
    let id = Some(stored.id.to_string());
    let (mut form, _) = opened(&stage, id.clone(), false).await;
    (form.script, form.schedule) = ("echo new".into(), "rubbish".into());
    let ask = TryAsk {
        form: form.clone(),
        job_id: id,
    };
    let asked = stage.cluster.try_draft(&ask).await.expect("asked");
    assert!(matches!(asked, TryAnswer::Asked { .. }), "{asked:?}");
    let new = TryAsk {
        form: JobForm {
            name: String::new(),
            ..fresh(&stage, "").await
        },
        job_id: None,
    };
    stage.lose(1);
    stage.cluster.try_draft(&new).await.expect("asked once");
    let requests = stage
        .coord
        .list(&stage.keys.requests())
        .await
        .expect("a list");
    let mut tried: Vec<_> = requests
        .entries
        .iter()
        .map(|entry| serde_json::from_slice::<RequestValue>(&entry.value).expect("a request"))
        .map(|value| {
            let body = value.definition.expect("its own definition");
            (
                value.trigger,
                value.anyway,
                body["name"].clone(),
                body["shell"]["script"].clone(),
            )
        })
        .collect();
    tried.sort_by_key(|(.., script)| script.to_string());
    let expected = [
        (Trigger::Try, true, "trial".into(), "df -h".into()),
        (Trigger::Try, true, "tick".into(), "echo new".into()),
    ];
    assert_eq!(tried, expected);
    assert_eq!(stage.job("tick").await.generation, 1);
    assert_eq!(stage.cluster.jobs().await.expect("jobs").len(), 1);
    form.timeout = "0s".to_owned();
    let refused = stage
        .cluster
        .try_draft(&TryAsk { form, job_id: None })
        .await;
    let Ok(TryAnswer::Refused { errors }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(errors[0].path, "timeout");
}
