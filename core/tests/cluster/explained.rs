use belfry_core::cluster::ClusterError;
use belfry_core::history::{History, Upload};
use belfry_core::id::Scope;
use belfry_core::run::{RunRecord, RunState};
use belfry_core::view::{ExplainAsk, ExplainVerdict};
use uuid::Uuid;

use super::stage::{Stage, claimed, minute, record};

fn ask(job: &str, at: &str) -> ExplainAsk {
    ExplainAsk {
        job: job.to_owned(),
        at: at.to_owned(),
        run_id: None,
        language: "en".to_owned(),
    }
}

#[tokio::test]
async fn a_decided_instant_tells_who_decided_it_and_its_neighbours() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (key, value) = stage.claim(&job, minute(0)).await;
    let ended = record(&key, &value, RunState::Failed);
    let upload = Upload {
        runs: vec![ended.clone()],
        ..Upload::default()
    };
    stage.history.upload(&upload).await.expect("a history");
    let at = minute(0).to_string();
    let told = stage
        .cluster
        .explained(&ask(&job.id.to_string(), &at))
        .await;
    let told = told.expect("an explanation");
    assert_eq!(told.verdict, ExplainVerdict::Decided);
    assert!(
        told.told[0].starts_with("web-1 decided it at "),
        "{:?}",
        told.told
    );
    assert_eq!(told.decisions[0].run_id, ended.run_id.to_string());
    assert_eq!(told.decisions[0].state, RunState::Failed);
    let beside =
        [minute(-1), minute(1)].map(|at| Some(at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()));
    assert_eq!([told.previous_at, told.next_at], beside);
}

#[tokio::test]
async fn without_an_instant_the_next_one_is_explained() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let told = stage.cluster.explained(&ask(&job.id.to_string(), "")).await;
    let told = told.expect("an explanation");
    assert_eq!(told.verdict, ExplainVerdict::ToCome);
    assert_eq!(told.told, ["It is still to come."]);
    assert_eq!(
        told.order.as_deref(),
        Some("At present no node comes into question.")
    );
    let between = stage
        .cluster
        .explained(&ask(&job.id.to_string(), "2026-01-01T00:00:30Z"))
        .await;
    let between = between.expect("an explanation");
    assert_eq!(
        (between.verdict, between.order),
        (ExplainVerdict::NoInstant, None)
    );
}

#[tokio::test]
async fn a_run_that_a_person_asked_for_is_explained_by_its_id() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let (mut key, _) = stage.claim(&job, minute(0)).await;
    key.scope = Scope::Manual(
        "00000000-0000-0000-0000-000000000007"
            .parse()
            .expect("an id"),
    );
    let own = record(&key, &claimed(&key, minute(0)), RunState::Succeeded);
    let run = RunRecord {
        by: Some("ann@desk".to_owned()),
        ..own
    };
    let upload = Upload {
        runs: vec![run.clone()],
        ..Upload::default()
    };
    stage.history.upload(&upload).await.expect("a history");
    let mut ask = ask(&job.id.to_string(), &minute(0).to_string());
    ask.run_id = Some(run.run_id.to_string());
    let told = stage.cluster.explained(&ask).await.expect("an explanation");
    assert_eq!(told.told[0], "ann@desk asked for it.");
    assert_eq!(told.decisions.len(), 1);
}

#[tokio::test]
async fn what_is_no_time_or_no_job_is_said() {
    let stage = Stage::new().await;
    let job = stage.created("tick").await;
    let nonsense = stage
        .cluster
        .explained(&ask(&job.id.to_string(), "soon"))
        .await;
    assert!(matches!(nonsense, Err(ClusterError::Invalid { ref field, .. }) if field == "instant"));
    let nobody = Uuid::from_u128(9).to_string();
    let missing = stage.cluster.explained(&ask(&nobody, "")).await;
    assert!(matches!(missing, Err(ClusterError::NoSuchJob { .. })));
}
