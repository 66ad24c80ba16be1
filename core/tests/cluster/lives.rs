use std::time::Duration;

use belfry_core::history::{History, Upload};
use belfry_core::keyspace::json;
use belfry_core::run::RunState;
use belfry_core::view::{JobQuery, JobSort, Live};
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

use super::stage::{Stage, minute, record};

/// The batches up to the first that fits, in order and without a jump.
async fn until(lives: &mut Receiver<Live>, fits: impl Fn(&Live) -> bool) -> Live {
    let mut sequence = None;
    loop {
        let live = timeout(Duration::from_secs(10), lives.recv())
            .await
            .expect("in time")
            .expect("a batch");
        assert!(sequence.is_none_or(|before| live.sequence == before + 1));
        sequence = Some(live.sequence);
        if fits(&live) {
            return live;
        }
    }
}

#[tokio::test]
async fn a_window_is_told_of_jobs_runs_and_agents_as_they_change() {
    let stage = Stage::new().await;
    let tick = stage.created("tick").await;
    let following = stage.cluster.follow();
    let mut lives = following.lives();
    until(&mut lives, |live| live.jobs_changed).await;
    let all = JobQuery {
        limit: 10,
        ..JobQuery::default()
    };
    let page = following.jobs_page(&all).await.expect("a page");
    assert_eq!((page.total, page.rows[0].name.as_str()), (1, "tick"));

    let (key, value) = stage.claim(&tick, minute(0)).await;
    let has = |live: &Live, state| live.runs.iter().any(|run| run.state == state);
    until(&mut lives, |live| has(live, RunState::Claimed)).await;
    let page = following.jobs_page(&all).await.expect("a page");
    assert_eq!(page.rows[0].running, [key.run_id().to_string()]);

    let end = record(&key, &value, RunState::Failed);
    stage
        .history
        .upload(&Upload {
            runs: vec![end],
            ..Upload::default()
        })
        .await
        .expect("told");
    until(&mut lives, |live| has(live, RunState::Failed)).await;
    // The store's older word does not take the end back.
    stage.put(stage.keys.run(&key), json(&value)).await;
    stage.delete(stage.keys.run(&key)).await;

    stage.created("aaa").await;
    let live = until(&mut lives, |live| live.jobs_changed).await;
    assert!(!has(&live, RunState::Claimed));
    let troubled = JobQuery {
        sort: JobSort::Trouble,
        ..all
    };
    let page = following.jobs_page(&troubled).await.expect("a page");
    assert_eq!(page.rows[0].name, "tick", "it failed");
    assert_eq!(page.rows[0].strip.len(), 1);
    assert_eq!(page.rows[0].running, Vec::<String>::new());
}
