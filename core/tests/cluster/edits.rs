use belfry_core::cluster::ClusterError;
use belfry_core::coord::Coord;
use belfry_core::definition::{EditRefused, Intent};
use belfry_core::dispatch::{Cursor, SeriesKey};
use belfry_core::id::Scope;
use belfry_core::view::ErrorCode;

use super::stage::{Stage, job};

#[tokio::test]
async fn an_edit_whose_answer_got_lost_is_made_once() {
    let stage = Stage::new().await;
    stage.lose(2);
    let made = stage.cluster.create(job("tick")).await.expect("it is made");
    let stored = stage.job("tick").await;
    assert_eq!((stored.id, stored.generation), (made.id, 1));
    stage.lose(1);
    let edited = stage
        .cluster
        .set_paused(&stored, true, Some(1))
        .await
        .expect("it is made");
    assert_eq!((edited.generation, edited.changed), (2, true));
    let versions = stage.cluster.versions(made.id).await.expect("versions");
    assert_eq!(
        versions
            .iter()
            .map(|version| version.generation)
            .collect::<Vec<_>>(),
        [2, 1]
    );
    let pending = stage
        .coord
        .list(&stage.keys.pendings())
        .await
        .expect("a list");
    assert!(pending.entries.is_empty(), "history has both");
}

#[tokio::test]
async fn an_edit_that_nobody_answers_is_not_yet_known() {
    let stage = Stage::new().await;
    stage.lose(u32::MAX);
    let error = stage
        .cluster
        .create(job("tick"))
        .await
        .expect_err("nobody answers");
    assert!(matches!(error, ClusterError::Unsettled { .. }), "{error:?}");
    assert_eq!(error.code(), ErrorCode::Unreachable);
}

#[tokio::test]
async fn the_second_editor_is_shown_what_the_first_made() {
    let stage = Stage::new().await;
    let seen = stage.created("tick").await;
    stage
        .cluster
        .set_paused(&seen, true, Some(1))
        .await
        .expect("the first");
    let mut mine = job("tick");
    mine.about.note = "mine".to_owned();
    let error = stage
        .cluster
        .edit(&seen, Intent::Edit(mine), Some(1))
        .await
        .expect_err("the second");
    let ClusterError::Refused {
        source: EditRefused::Conflict { seen, current },
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert_eq!((*seen, current.generation), (1, 2));
    assert_eq!(error.code(), ErrorCode::Conflict);
    assert_eq!(error.to_command_error().params["current"], "2");
}

#[tokio::test]
async fn a_name_belongs_to_one_job_and_a_cursor_never_moves_by_an_edit() {
    let stage = Stage::new().await;
    let first = stage.created("tick").await;
    let error = stage
        .cluster
        .create(job("tick"))
        .await
        .expect_err("the name is taken");
    assert!(matches!(error, ClusterError::NameTaken { .. }), "{error:?}");
    let second = stage.created("tock").await;
    let error = stage
        .cluster
        .edit(&second, Intent::Edit(job("tick")), None)
        .await;
    assert!(
        matches!(error, Err(ClusterError::NameTaken { .. })),
        "{error:?}"
    );

    let series = SeriesKey {
        project: first.project.clone(),
        job: first.id,
        scope: Scope::One,
    };
    let cursor = stage.keys.cursor(&series);
    let moved = Cursor {
        turn: 0,
        instant: super::stage::minute(0),
        sgen: 1,
    }
    .to_string();
    stage.put(cursor.clone(), moved.clone().into_bytes()).await;
    stage
        .cluster
        .edit(&first, Intent::Edit(job("renamed")), None)
        .await
        .expect("an edit");
    stage
        .cluster
        .delete(&stage.job("renamed").await, None)
        .await
        .expect("a removal");
    stage.cluster.restore(first.id, 1).await.expect("a restore");
    let (_, entries) = stage.coord.get(&[cursor]).await.expect("a read");
    assert_eq!(
        entries[0].as_ref().map(|entry| entry.value.clone()),
        Some(moved.into_bytes())
    );
    assert_eq!(stage.job("tick").await.generation, 4);
}

#[tokio::test]
async fn a_definition_of_any_bytes_is_shown_as_broken_and_hurts_no_other() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    stage.created("tock").await;
    stage
        .put(stage.keys.job(&job.project, job.id), b"\xff{".to_vec())
        .await;
    let picture = stage.cluster.picture().await.expect("a picture");
    let page = stage
        .cluster
        .jobs_page(&picture, &Default::default())
        .await
        .expect("a page");
    let broken: Vec<bool> = page.rows.iter().map(|row| row.broken.is_some()).collect();
    assert_eq!(broken.iter().filter(|broken| **broken).count(), 1);
    assert_eq!(page.total, 2);
    assert!(
        stage.cluster.export(None).await.is_err(),
        "an export without it would be no whole one"
    );
}
