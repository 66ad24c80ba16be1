//! Runs for past instants.

use belfry_core::coord::Coord;
use belfry_core::dispatch::RequestValue;
use belfry_core::job::Job;
use belfry_core::keyspace::Key;
use belfry_core::run::Trigger;

use super::stage::Stage;

fn job(schedule: &str) -> Job {
    let fields = serde_json::json!({
        "project": "ops", "name": "report", "schedule": schedule, "shell": { "script": "true" },
    });
    Job::read(&fields).expect("a job")
}

#[tokio::test]
async fn each_past_instant_is_asked_for_once_oldest_first() {
    let stage = Stage::new().await;
    stage.cluster.create(job("0 * * * *")).await.expect("new");
    let job = stage.job("report").await;
    let at = |text: &str| text.parse().expect("an instant");
    let range = (at("2026-01-01T00:00:00Z"), at("2026-01-04T00:00:00Z"));
    let instants = stage
        .cluster
        .backfill_instants(&job, range)
        .await
        .expect("72 hours");
    assert_eq!(
        (instants.len(), instants[0], instants[71]),
        (72, range.0, at("2026-01-03T23:00:00Z"))
    );
    stage.lose(1);
    let runs = stage
        .cluster
        .backfill(&job, &instants)
        .await
        .expect("asked for");
    let listing = stage
        .coord
        .list(&stage.keys.requests())
        .await
        .expect("they are there");
    let asked: Vec<(String, RequestValue)> = listing
        .entries
        .iter()
        .map(|entry| match stage.keys.parse(&entry.key) {
            Some(Key::Request(key)) => {
                let value: RequestValue = serde_json::from_slice(&entry.value).expect("a request");
                (value.scope(key.request).to_string(), value)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((asked.len(), runs.len()), (72, 72));
    let times: Vec<_> = asked
        .iter()
        .filter_map(|(_, value)| value.scheduled_at)
        .collect();
    assert_eq!(times, instants, "they ascend with their keys");
    assert!(asked.iter().all(|(scope, value)| {
        scope.starts_with("b:") && value.trigger == Trigger::Backfill && value.by == "ann@desk"
    }));
}

#[tokio::test]
async fn a_range_with_too_many_instants_is_refused_with_where_to_end_it() {
    let stage = Stage::new().await;
    stage.cluster.create(job("* * * * *")).await.expect("new");
    let job = stage.job("report").await;
    let range = (
        "2026-01-01T00:00:00Z".parse().expect("one"),
        "2026-02-01T00:00:00Z".parse().expect("another"),
    );
    let error = stage
        .cluster
        .backfill_instants(&job, range)
        .await
        .expect_err("44,640");
    assert!(
        error.to_string().contains("end it at 2026-01-01T16:40:00Z"),
        "{error}"
    );
}
