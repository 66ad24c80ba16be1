use std::sync::Arc;
use std::time::Duration;

use belfry_core::cluster::StoredJob;
use belfry_core::definition::Intent;
use belfry_core::dispatch::RunKey;
use belfry_core::history::{History, Upload};
use belfry_core::id::{Moment, Scope};
use belfry_core::run::{RunState, Trigger};
use belfry_core::view::RunsSearch;
use jiff::Timestamp;

use super::stage::{Stage, claimed, job, record};

/// Runs of some jobs, one each, in history; the last is only in the store.
async fn played() -> (Stage, Vec<Arc<StoredJob>>) {
    let stage = Stage::new().await;
    for name in ["backup", "backup-orders", "links"] {
        let mut made = job(name);
        if name == "links" {
            made.about.tags = vec!["nightly".to_owned()];
        }
        stage.cluster.create(made).await.expect("a job");
    }
    let jobs: Vec<_> = stage
        .cluster
        .jobs()
        .await
        .expect("jobs")
        .into_iter()
        .map(Arc::new)
        .collect();
    let now = Timestamp::now();
    for (index, job) in jobs.iter().enumerate() {
        let at = now - Duration::from_secs(60 * (1 + index as u64));
        let key = key(job, at);
        let mut told = record(&key, &claimed(&key, at), RunState::Failed);
        told.job = job.name.clone();
        told.exit_code = Some(i32::try_from(index).expect("few"));
        told.trigger = [Trigger::Schedule, Trigger::Manual, Trigger::Try][index];
        send(&stage, told).await;
    }
    let old = now - Duration::from_secs(3 * 86_400);
    let key = key(&jobs[0], old);
    send(
        &stage,
        record(&key, &claimed(&key, old), RunState::Succeeded),
    )
    .await;
    stage.claim(&jobs[0], now).await;
    (stage, jobs)
}

fn key(job: &StoredJob, at: Timestamp) -> RunKey {
    RunKey {
        project: job.project.clone(),
        job: job.id,
        scope: Scope::One,
        moment: Moment::At(at),
    }
}

async fn send(stage: &Stage, run: belfry_core::run::RunRecord) {
    let upload = Upload {
        runs: vec![run],
        ..Upload::default()
    };
    stage.history.upload(&upload).await.expect("an upload");
}

fn search(text: &str) -> RunsSearch {
    RunsSearch {
        text: text.to_owned(),
        language: "en".to_owned(),
        after: None,
        limit: 100,
    }
}

#[tokio::test]
async fn a_query_finds_what_its_terms_mean() {
    let (stage, jobs) = played().await;
    for (text, found) in [
        ("", "claimed failed/0 failed/1 failed/2"),
        ("state:failed", "failed/0 failed/1 failed/2"),
        ("state:!failed", "claimed"),
        ("state:failed state:!failed", ""),
        ("job:backup", "claimed failed/0"),
        ("job:backup*", "claimed failed/0 failed/1"),
        ("job:ops/links", "failed/2"),
        ("job:!backup*", "failed/2"),
        ("job:backup* job:!backup", "failed/1"),
        ("tag:night* ", "failed/2"),
        ("tag:!nightly state:failed", "failed/0 failed/1"),
        ("ORDERS", "failed/1"),
        ("backup !orders", "claimed failed/0"),
        ("exit:!0", "failed/1 failed/2"),
        ("exit:0,2", "failed/0 failed/2"),
        ("exit:0,2 exit:!0", "failed/2"),
        ("trigger:manual,try", "failed/1 failed/2"),
        ("node:web-*", "claimed failed/0 failed/1 failed/2"),
        ("node:web-2", ""),
        (
            "project:op* project:!dev",
            "claimed failed/0 failed/1 failed/2",
        ),
        ("since:7d job:backup", "claimed failed/0 succeeded"),
        ("since:7d until:1d", "succeeded"),
        ("job:nobody", ""),
    ] {
        let answer = stage
            .cluster
            .search_runs(&jobs, &search(text))
            .await
            .expect(text);
        let rows = answer.rows.iter().map(|row| {
            let exit = row
                .exit_code
                .map(|code| format!("/{code}"))
                .unwrap_or_default();
            format!("{}{exit}", row.state.as_str())
        });
        assert_eq!(rows.collect::<Vec<_>>().join(" "), found, "{text}");
        assert_eq!(answer.unknown.is_empty(), text != "job:nobody", "{text}");
        assert_eq!(answer.is_usual_span, !text.contains(":7d"), "{text}");
    }
}

#[tokio::test]
async fn pages_of_a_query_follow_each_other_and_mistakes_have_no_rows() {
    let (stage, jobs) = played().await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = RunsSearch {
            after,
            limit: 1,
            ..search("since:7d")
        };
        let found = stage
            .cluster
            .search_runs(&jobs, &page)
            .await
            .expect("a page");
        seen.extend(found.rows.into_iter().map(|row| row.run_id));
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let wrong = stage
        .cluster
        .search_runs(&jobs, &search("state:fialed"))
        .await
        .expect("an answer");
    assert_eq!((wrong.rows.len(), wrong.mistakes.len()), (0, 1));
    let mistake = &wrong.mistakes[0];
    assert_eq!(
        (mistake.from, mistake.to, mistake.suggestion.as_deref()),
        (6, 12, Some("failed"))
    );
}

#[tokio::test]
async fn a_deleted_job_is_found_by_its_name() {
    let (stage, jobs) = played().await;
    stage
        .cluster
        .edit(&jobs[2], Intent::Delete, None)
        .await
        .expect("a deletion");
    let left = &jobs[..2];
    let found = stage
        .cluster
        .search_runs(left, &search("job:ops/links"))
        .await
        .expect("a page");
    assert_eq!(found.rows.len(), 1);
}

#[tokio::test]
async fn counts_lead_to_narrower_queries() {
    let (stage, jobs) = played().await;
    let facets = stage
        .cluster
        .runs_facets(&jobs, "exit:!0 state:failed")
        .await
        .expect("counts");
    assert_eq!((facets.counted, facets.is_all), (2, true));
    let state = &facets.states[0];
    assert_eq!(
        (state.value.as_str(), state.count, state.chosen),
        ("failed", 2, true)
    );
    assert_eq!(state.text, "exit:!0");
    let texts: Vec<&str> = facets
        .jobs
        .iter()
        .map(|facet| facet.text.as_str())
        .collect();
    assert!(
        texts.contains(&"exit:!0 state:failed job:ops/links"),
        "{texts:?}"
    );
    let triggers: Vec<&str> = facets
        .triggers
        .iter()
        .map(|facet| facet.value.as_str())
        .collect();
    assert_eq!(triggers, ["manual", "try"]);
    // The trial of a job that is not known is counted and asked for as a trial.
    let facets = stage.cluster.runs_facets(&jobs[..2], "").await;
    let facets = facets.expect("counts");
    let last = facets.jobs.last().expect("a trial");
    assert_eq!(
        (last.value.as_str(), last.text.as_str(), last.count),
        ("try", "trigger:try", 1)
    );
    assert_eq!(
        stage
            .cluster
            .runs_facets(&jobs, "state:x")
            .await
            .expect("none")
            .counted,
        0
    );
}
