use std::sync::Mutex;

use belfry_core::cluster::{BulkStop, Following};
use belfry_core::job::Job;
use belfry_core::view::{
    BulkAction, BulkAsk, BulkProgress, BulkTarget, CommandError, ErrorCode, JobQuery,
};

use super::stage::Stage;

async fn make(stage: &Stage, name: &str, tags: &[&str]) {
    let fields = serde_json::json!({
        "project": "ops", "name": name, "schedule": "* * * * *", "tags": tags,
        "shell": { "script": "true" },
    });
    let job = Job::read(&fields).expect("a job");
    stage.cluster.create(job).await.expect("a new job");
}

fn all(text: &str) -> BulkTarget {
    BulkTarget::Query {
        text: text.to_owned(),
        except: Vec::new(),
    }
}

async fn ask(following: &Following, ask: BulkAsk) -> Result<BulkProgress, CommandError> {
    following.bulk("b", ask, &BulkStop::default(), |_| {}).await
}

async fn act(following: &Following, action: BulkAction, target: BulkTarget) -> BulkProgress {
    ask(following, BulkAsk::Do { action, target })
        .await
        .expect("an end")
}

/// Names of the jobs that a text finds, once the picture has seen `revision`.
async fn names(stage: &Stage, text: &str) -> Vec<String> {
    let picture = stage.cluster.picture().await.expect("a picture");
    let query = JobQuery {
        text: text.to_owned(),
        ..JobQuery::default()
    };
    let page = stage.cluster.jobs_page(&picture, &query).await;
    let rows = page.expect("a page").rows;
    rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn fifty_jobs_of_a_tag_are_paused_and_taken_back() {
    let stage = Stage::new().await;
    for index in 0..50 {
        make(&stage, &format!("night-{index:02}"), &["night"]).await;
    }
    make(&stage, "day", &[]).await;
    let following = stage.cluster.follow();
    let told = Mutex::new(Vec::new());
    let pause = BulkAsk::Do {
        action: BulkAction::Pause,
        target: all("tag:night"),
    };
    let end = following
        .bulk("b", pause.clone(), &BulkStop::default(), |progress| {
            told.lock().expect("one thread").push(progress.done);
        })
        .await
        .expect("an end");
    assert_eq!(
        (end.total, end.done, end.failures, end.over),
        (50, 50, 0, true)
    );
    assert!(!told.lock().expect("one thread").is_empty());
    assert_eq!(names(&stage, "state:paused").await.len(), 50);

    // Asked again nothing is to be done, and it says so.
    let again = ask(&following, pause).await.expect("an end");
    assert_eq!((again.done, again.unchanged), (0, 50));

    // A job that somebody changed meanwhile stays as they wanted it.
    let job = stage.job("night-07").await;
    stage
        .cluster
        .set_paused(&job, false, None)
        .await
        .expect("a change");
    stage
        .cluster
        .set_paused(&job, true, None)
        .await
        .expect("a change");
    let undone = ask(&following, BulkAsk::Undo(end.changed))
        .await
        .expect("an end");
    assert_eq!((undone.done, undone.failures), (49, 1));
    assert_eq!(undone.failed[0].title, "ops/night-07");
    assert_eq!(undone.failed[0].error.code, ErrorCode::Conflict);
    assert_eq!(names(&stage, "state:paused").await, ["night-07"]);
}

#[tokio::test]
async fn what_was_deleted_comes_back() {
    let stage = Stage::new().await;
    for name in ["a", "b", "c"] {
        make(&stage, name, &["x"]).await;
    }
    let following = stage.cluster.follow();
    let kept = stage.job("b").await.id.to_string();
    let target = BulkTarget::Query {
        text: String::new(),
        except: vec![kept],
    };
    let end = act(&following, BulkAction::Delete, target).await;
    assert_eq!(end.done, 2);
    assert_eq!(names(&stage, "").await, ["b"]);
    let back = ask(&following, BulkAsk::Undo(end.changed))
        .await
        .expect("an end");
    assert_eq!((back.done, back.failures), (2, 0));
    assert_eq!(names(&stage, "tag:x").await, ["a", "b", "c"]);
}

#[tokio::test]
async fn tags_and_stars_are_put_and_taken_and_bad_ones_are_told() {
    let stage = Stage::new().await;
    make(&stage, "a", &["old", "kept"]).await;
    make(&stage, "b", &[]).await;
    let following = stage.cluster.follow();
    let tag = BulkAction::Tag {
        add: vec!["new".to_owned()],
        remove: vec!["old".to_owned()],
    };
    assert_eq!(act(&following, tag, all("")).await.done, 2);
    let job = stage.job("a").await.job.expect("a job");
    assert_eq!(job.about.tags, ["kept", "new"]);
    let star = act(
        &following,
        BulkAction::Star(true),
        BulkTarget::Jobs(vec![
            stage.job("b").await.id.to_string(),
            "nobody".to_owned(),
        ]),
    );
    let star = star.await;
    // The picture may not have seen the tags yet: then the star is refused, never lost in silence.
    assert_eq!(
        (
            star.done + star.failures,
            star.failed.last().map(|f| f.title.as_str())
        ),
        (2, Some("nobody"))
    );
    let long = BulkAction::Tag {
        add: vec!["x".repeat(500)],
        remove: Vec::new(),
    };
    let refused = act(&following, long, all("a")).await;
    assert_eq!((refused.done, refused.failures), (0, 1));
    assert_eq!(refused.failed[0].error.code, ErrorCode::Invalid);
}

#[tokio::test]
async fn a_query_with_a_mistake_and_runs_without_an_agent_are_refused_as_a_whole() {
    let stage = Stage::new().await;
    make(&stage, "a", &[]).await;
    let following = stage.cluster.follow();
    let pause = |text: &str| BulkAsk::Do {
        action: BulkAction::Pause,
        target: all(text),
    };
    let refused = ask(&following, pause("state:pausd")).await;
    assert_eq!(refused.expect_err("a mistake").code, ErrorCode::Invalid);
    let run = BulkAsk::Do {
        action: BulkAction::Run,
        target: all(""),
    };
    let refused = ask(&following, run).await;
    assert_eq!(refused.expect_err("nobody").code, ErrorCode::NoAgent);
    assert_eq!(names(&stage, "state:paused").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_change_that_was_stopped_tells_what_was_left() {
    let stage = Stage::new().await;
    for name in ["a", "b", "c"] {
        make(&stage, name, &[]).await;
    }
    let following = stage.cluster.follow();
    let stop = BulkStop::default();
    stop.ask();
    let pause = BulkAsk::Do {
        action: BulkAction::Pause,
        target: all(""),
    };
    let end = following.bulk("b", pause, &stop, |_| {}).await;
    let end = end.expect("an end");
    assert_eq!((end.done, end.left), (0, 3));
}

#[tokio::test]
async fn jobs_are_taken_away_as_a_text_that_apply_reads() {
    let stage = Stage::new().await;
    make(&stage, "a", &["x"]).await;
    make(&stage, "b", &[]).await;
    let following = stage.cluster.follow();
    let tagged = following.jobs_text(&all("tag:x")).await.expect("a text");
    assert_eq!((tagged.count, tagged.left_out.len()), (1, 0));
    assert_eq!(tagged.text.matches("[[job]]").count(), 1);
    let every = following.jobs_text(&all("")).await.expect("a text");
    let applied = stage
        .cluster
        .apply(&every.text, true, false)
        .await
        .expect("a plan");
    assert_eq!((applied.is_empty(), applied.unchanged), (true, 2));
    let gone = BulkTarget::Jobs(vec!["nobody".to_owned()]);
    let none = following.jobs_text(&gone).await.expect("a text");
    assert_eq!((none.count, none.left_out), (0, vec!["nobody".to_owned()]));
}
