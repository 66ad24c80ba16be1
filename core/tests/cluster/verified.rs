use belfry_core::definition::{Kind, Version};
use belfry_core::dispatch::{Cursor, RunKey, SeriesKey};
use belfry_core::history::{History, Upload};
use belfry_core::id::{EditId, JobId, Moment, Scope};
use belfry_core::run::RunState;
use uuid::Uuid;

use super::stage::{Stage, claimed, job, minute, record};

/// A job of every minute that was made at minute 0 and is decided up to minute 5.
async fn decided(stage: &Stage) -> SeriesKey {
    let series = SeriesKey {
        project: "ops".parse().expect("a name"),
        job: JobId(Uuid::from_u128(1)),
        scope: Scope::One,
    };
    let version = Version {
        kind: Kind::Job.as_str().to_owned(),
        id: series.job.to_string(),
        generation: 1,
        edit: EditId(Uuid::from_u128(2)),
        title: "ops/tick".to_owned(),
        by: "ann".to_owned(),
        at: minute(0),
        action: "create".to_owned(),
        changes: Vec::new(),
        body: job("tick").to_body(),
    };
    stage
        .history
        .upload(&Upload {
            versions: vec![version],
            ..Upload::default()
        })
        .await
        .expect("told");
    let cursor = Cursor {
        turn: 0,
        instant: minute(5),
        sgen: 1,
    }
    .to_string();
    stage
        .put(stage.keys.cursor(&series), cursor.into_bytes())
        .await;
    series
}

fn key(series: &SeriesKey, index: i64) -> RunKey {
    let moment = Moment::At(minute(index));
    RunKey {
        project: series.project.clone(),
        job: series.job,
        scope: Scope::One,
        moment,
    }
}

#[tokio::test]
async fn every_instant_up_to_the_cursor_needs_a_key_or_a_record() {
    let stage = Stage::new().await;
    let series = decided(&stage).await;
    let told = |index| {
        let key = key(&series, index);
        record(&key, &claimed(&key, minute(index)), RunState::Succeeded)
    };
    let runs = vec![told(1), told(2)];
    stage
        .history
        .upload(&Upload {
            runs,
            ..Upload::default()
        })
        .await
        .expect("told");
    // A run that the store still has is no gap.
    let open = key(&series, 4);
    stage
        .put(
            stage.keys.run(&open),
            belfry_core::keyspace::json(&claimed(&open, minute(4))),
        )
        .await;

    let found = stage
        .cluster
        .verify(minute(-10), None)
        .await
        .expect("a check");
    let findings = &found.series[0].findings;
    assert_eq!((findings.expected, findings.recorded), (5, 3));
    let gaps: Vec<_> = findings
        .gaps
        .iter()
        .map(|gap| (gap.first, gap.count))
        .collect();
    assert_eq!(gaps, [(minute(3), 1), (minute(5), 1)]);
    assert!(!found.is_whole());

    let runs = vec![told(3), told(5)];
    stage
        .history
        .upload(&Upload {
            runs,
            ..Upload::default()
        })
        .await
        .expect("told");
    let found = stage
        .cluster
        .verify(minute(-10), None)
        .await
        .expect("a check");
    assert!(found.is_whole(), "{found:?}");
}

#[tokio::test]
async fn a_record_of_an_instant_that_nobody_planned_is_an_extra() {
    let stage = Stage::new().await;
    let series = decided(&stage).await;
    let at = minute(3) + std::time::Duration::from_secs(7);
    let stray = RunKey {
        moment: Moment::At(at),
        ..key(&series, 3)
    };
    let runs = vec![record(&stray, &claimed(&stray, at), RunState::Succeeded)];
    stage
        .history
        .upload(&Upload {
            runs,
            ..Upload::default()
        })
        .await
        .expect("told");
    let found = stage
        .cluster
        .verify(minute(0), None)
        .await
        .expect("a check");
    let extras: Vec<_> = found.series[0]
        .findings
        .extras
        .iter()
        .map(|extra| extra.at)
        .collect();
    assert_eq!(extras, [at]);
}
