use std::time::Duration;

use belfry_core::dispatch::RunKey;
use belfry_core::history::{History, Upload};
use belfry_core::id::{Moment, Scope};
use belfry_core::run::{Reason, RunRecord, RunState};
use belfry_core::view::OverviewNeedKind;
use jiff::Timestamp;

use super::stage::{Stage, claimed, record};

fn ago(minutes: u64) -> Timestamp {
    Timestamp::now() - Duration::from_secs(60 * minutes)
}

impl Stage {
    /// A run of the job that ended so many minutes ago.
    async fn ended(&self, name: &str, minutes: u64, change: impl FnOnce(&mut RunRecord)) {
        let job = self.job(name).await;
        let at = ago(minutes);
        let key = RunKey {
            project: job.project.clone(),
            job: job.id,
            scope: Scope::One,
            moment: Moment::At(at),
        };
        let mut run = record(&key, &claimed(&key, at), RunState::Succeeded);
        run.job = name.to_owned();
        change(&mut run);
        let upload = Upload {
            runs: vec![run],
            ..Upload::default()
        };
        self.history.upload(&upload).await.expect("a history");
    }
}

#[tokio::test]
async fn what_went_wrong_is_counted_and_put_together() {
    let stage = Stage::new().await;
    stage.created("good").await;
    stage.created("bad").await;
    for minutes in [5, 65, 125] {
        stage.ended("good", minutes, |_| {}).await;
        stage
            .ended("bad", minutes, |run| {
                run.state = RunState::Failed;
                run.reason = Some(Reason::ExitCode);
                run.exit_code = Some(2);
            })
            .await;
    }
    stage
        .ended("good", 30, |run| {
            run.state = RunState::Skipped;
            run.reason = Some(Reason::Deadline);
            run.started_at = None;
        })
        .await;
    stage
        .ended("good", 40, |run| {
            run.started_at = Some(run.scheduled_at + Duration::from_secs(11))
        })
        .await;
    // Long ago, and of no interest but for the days.
    stage
        .ended("bad", 60 * 24 * 3, |run| run.state = RunState::TimedOut)
        .await;
    let told = stage
        .cluster
        .follow()
        .overview()
        .await
        .expect("an overview");
    assert_eq!((told.failed, told.missed, told.late), (3, 1, 1));
    let groups: Vec<_> = told
        .failures
        .iter()
        .map(|it| (it.job.as_str(), it.count, it.exit_code))
        .collect();
    assert_eq!(groups, [("bad", 3, Some(2))]);
    assert!(told.failures[0].stands);
    assert_eq!(told.days.len(), 8);
    let of_days: u64 = told.days.iter().map(|day| day.failed).sum();
    assert_eq!(of_days, 4);
    let plotted: u64 = told.throughput.iter().map(|step| step.succeeded).sum();
    assert_eq!(
        (plotted, told.throughput.len(), told.lateness.len()),
        (4, 96, 48)
    );
    assert_eq!(
        told.lateness.iter().filter_map(|it| it.most_ms).max(),
        Some(11_000)
    );
    assert_eq!(told.next_count, 120);
    assert_eq!(told.needs[0].kind, OverviewNeedKind::NoNodes);
}

#[tokio::test]
async fn a_lost_run_that_holds_its_job_up_needs_somebody() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (key, mut value) = stage.claim(&job, ago(9)).await;
    value.state = RunState::Lost;
    stage
        .put(stage.keys.run(&key), belfry_core::keyspace::json(&value))
        .await;
    let picture = stage.cluster.follow();
    let mut lives = picture.lives();
    let told = loop {
        let told = picture.overview().await.expect("an overview");
        if told.needs_count > 1 {
            break told;
        }
        lives.recv().await.expect("news");
    };
    let need = &told.needs[1];
    assert_eq!(
        (need.kind, need.name.as_str()),
        (OverviewNeedKind::Blocked, "ops/tick")
    );
    assert_eq!(need.detail.as_deref(), Some("web-1"));
    assert_eq!(need.id, key.run_id().to_string());
}
