use std::time::Duration;

use belfry_core::history::{History, Upload};
use belfry_core::job::Job;
use belfry_core::run::RunState;
use belfry_core::view::{TimelineAsk, TimelineBy};
use jiff::Timestamp;

use super::stage::{Stage, record};

const HOUR: Duration = Duration::from_secs(3600);

fn ask(by: TimelineBy, text: &str) -> TimelineAsk {
    let now = Timestamp::now();
    TimelineAsk {
        by,
        text: text.to_owned(),
        since: (now - HOUR).to_string(),
        until: (now + HOUR).to_string(),
        offset: 0,
        limit: 50,
    }
}

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.created("other").await;
    let job = stage.created("tick").await;
    let at = Timestamp::from_second(Timestamp::now().as_second() - 600).expect("in range");
    let (key, value) = stage.claim(&job, at).await;
    let upload = Upload {
        runs: vec![record(&key, &value, RunState::Failed)],
        ..Upload::default()
    };
    stage.history.upload(&upload).await.expect("a history");
    stage
}

#[tokio::test]
async fn a_lane_of_a_job_has_its_runs_and_what_is_to_come() {
    let stage = stage().await;
    let following = stage.cluster.follow();
    let told = following.timeline(&ask(TimelineBy::Job, "tick")).await;
    let told = told.expect("lanes");
    assert_eq!((told.count, told.lanes.len(), told.cut), (1, 1, false));
    let lane = &told.lanes[0];
    assert_eq!((lane.name.as_str(), lane.runs.len()), ("tick", 1));
    assert_eq!(lane.runs[0].state, RunState::Failed);
    assert!((59..=61).contains(&lane.next.len()), "{}", lane.next.len());
    let all = following
        .timeline(&ask(TimelineBy::Job, ""))
        .await
        .expect("lanes");
    assert_eq!(all.count, 2);
}

#[tokio::test]
async fn what_piles_up_is_told_with_what_would_part_it() {
    let stage = Stage::new().await;
    for number in 0..12 {
        let fields = serde_json::json!({
            "project": "ops", "name": format!("nightly-{number}"), "schedule": "0 0 * * *",
            "timezone": "UTC", "shell": { "script": "true" },
        });
        let job = Job::read(&fields).expect("a job");
        stage.cluster.create(job).await.expect("a new job");
    }
    let following = stage.cluster.follow();
    let (since, until) = ("2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z");
    let told = following
        .timeline_starts(since, until)
        .await
        .expect("starts");
    assert_eq!(told.counts.iter().sum::<u32>(), 12);
    let pile = &told.piles[0];
    assert_eq!((pile.starts, pile.jobs_count, pile.jobs.len()), (12, 12, 5));
    assert!(pile.then < 12 && pile.jitter.ends_with('m'), "{pile:?}");
}
