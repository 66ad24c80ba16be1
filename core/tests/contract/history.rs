//! What every store of the past does. An adapter makes a [`Fixture`] and names it to
//! `history_contract!`; the cases know nothing else of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::output::{chunk, output};
use belfry_core::history::{ChangeMark, FinalOutput, History, RunQuery, Upload, Version};
use belfry_core::id::{EditId, Moment, RequestId, RunId, Scope};
use belfry_core::run::{Reason, RunRecord, RunState};
use uuid::Uuid;

use crate::records::{MINUTE, at, attempt, job, node, record, run};
use crate::seeded::Seeded;

/// A history that is empty.
pub struct Fixture {
    /// The store.
    pub history: Arc<dyn History>,
    /// What has to live as long as the store.
    pub keep: Box<dyn std::any::Any + Send + Sync>,
}

/// Makes a test of each case for an adapter.
macro_rules! history_contract {
    ($part:ident, $fresh:path: $($case:ident)*) => {$(
        #[tokio::test]
        async fn $case() {
            let fixture = $fresh().await;
            $crate::$part::$case(&fixture).await;
            drop(fixture.keep);
        }
    )*};
    ($fresh:path) => {
        history_contract! { output, $fresh:
            final_output_replaces_live_rows_in_any_order
            output_is_read_from_any_place
        }
        history_contract! { lists, $fresh:
            pages_equal_the_whole_list
            a_list_shows_what_all_filters_allow
            the_newest_rows_of_a_list_are_counted_in_groups
            rare_runs_are_found_among_many_jobs
            runs_are_found_by_the_beginning_of_their_id
            the_newest_runs_of_each_job_are_their_last_attempts
        }
        history_contract! { sums, $fresh:
            each_step_is_counted_by_state
            each_step_tells_how_late_its_newest_runs_started
            failures_are_put_together_by_job_and_cause
        }
        history_contract! { history, $fresh:
            a_record_comes_back_as_it_was_sent
            a_higher_rank_replaces_and_the_first_end_stays
            duplicated_and_reordered_uploads_converge
            the_ledger_has_ranges_and_no_requests
            changes_are_told_once_they_are_written
            facts_about_many_runs
            pruning_keeps_the_newest_and_what_still_runs
            a_version_that_is_there_stays
            two_ids_for_one_occurrence_are_refused
        }
    };
}
pub(crate) use history_contract;

fn query() -> RunQuery {
    RunQuery {
        limit: 500,
        ..RunQuery::default()
    }
}

/// Uploads runs alone.
pub async fn send(f: &Fixture, runs: Vec<RunRecord>) {
    f.history
        .upload(&Upload {
            runs,
            ..Upload::default()
        })
        .await
        .expect("an upload");
}

async fn all(f: &Fixture) -> Vec<RunRecord> {
    f.history.runs(&query()).await.expect("a list")
}

pub async fn a_record_comes_back_as_it_was_sent(f: &Fixture) {
    let mut full = run(1, 5, RunState::Failed);
    full.until = Some(at(9 * MINUTE));
    full.count = 5;
    full.reason = Some(Reason::ExitCode);
    full.detail = Some("line\nwith \u{0} and \u{1f680}".to_owned());
    full.by = Some("卞月娥".to_owned());
    full.started_at = Some(at(5 * MINUTE) + Duration::from_millis(17));
    full.exit_code = Some(-1);
    full.signal = Some(9);
    full.output_bytes = u64::from(u32::MAX) * 9;
    full.output_sha256 = Some("ab".repeat(32));
    full.peak_memory_bytes = Some(1 << 40);
    full.user_ms = Some(1);
    full.system_ms = Some(0);
    let request = RequestId(Uuid::from_u128(9));
    let asked = record(
        1,
        Scope::Manual(request),
        Moment::Request(request),
        at(0),
        RunState::Claimed,
    );
    send(f, vec![full.clone(), asked.clone()]).await;
    assert_eq!(all(f).await, [full.clone(), asked]);
    assert_eq!(f.history.run(full.run_id).await.expect("a run"), [full]);
    assert!(!f.history.location().is_empty());
}

pub async fn a_higher_rank_replaces_and_the_first_end_stays(f: &Fixture) {
    use RunState::{Claimed, Failed, Lost, Running, Succeeded};
    let steps = [
        (Running, Running),
        (Claimed, Running),
        (Lost, Lost),
        (Running, Lost),
        (Succeeded, Succeeded),
        (Lost, Succeeded),
        (Failed, Succeeded),
    ];
    for (sent, stands) in steps {
        send(f, vec![run(1, 0, sent)]).await;
        assert_eq!(all(f).await[0].state, stands, "after {sent:?}");
    }
    let mut other = run(1, 0, Succeeded);
    other.node = node("web-2");
    send(f, vec![other]).await;
    assert_eq!(all(f).await[0].node, node("web-1"));
}

pub async fn duplicated_and_reordered_uploads_converge(f: &Fixture) {
    let mut random = Seeded(7);
    let mut expected: BTreeMap<(RunId, u32), RunRecord> = BTreeMap::new();
    for round in 0..8 {
        let mut sent = Vec::new();
        for minute in 0..20 {
            let base = run(round, minute, RunState::Claimed);
            let ends = [
                RunState::Succeeded,
                RunState::Failed,
                RunState::Killed,
                RunState::Running,
            ];
            // One end for each attempt: of two ends the first stays, and there is no order here.
            let end = ends[random.below(4)];
            for state in [RunState::Claimed, RunState::Running, RunState::Lost, end] {
                let record = RunRecord {
                    state,
                    ..base.clone()
                };
                sent.extend(vec![record; random.below(3)]);
            }
            sent.push(RunRecord { state: end, ..base });
        }
        random.shuffle(&mut sent);
        for record in &sent {
            let place = (record.run_id, record.attempt);
            let stored = expected.entry(place).or_insert_with(|| record.clone());
            if record.replaces(stored) {
                *stored = record.clone();
            }
        }
        while !sent.is_empty() {
            let rest = sent.split_off(random.below(sent.len()) + 1);
            send(f, std::mem::replace(&mut sent, rest)).await;
        }
    }
    let mut stored = all(f).await;
    stored.sort_by_key(|record| (record.run_id, record.attempt));
    assert_eq!(stored, expected.into_values().collect::<Vec<_>>());
}

pub async fn the_ledger_has_ranges_and_no_requests(f: &Fixture) {
    let mut range = run(1, 0, RunState::Skipped);
    range.until = Some(at(10 * MINUTE));
    range.count = 11;
    range.reason = Some(Reason::Misfire);
    let mut over = run(1, 100, RunState::Skipped);
    over.until = Some(at(105 * MINUTE));
    over.count = 6;
    let request = RequestId(Uuid::from_u128(9));
    let moment = Moment::Request(request);
    let asked = record(
        1,
        Scope::Manual(request),
        moment,
        at(12 * MINUTE),
        RunState::Succeeded,
    );
    let once = run(1, 12, RunState::Failed);
    let twice = attempt(once.clone(), 2);
    let elsewhere = run(2, 12, RunState::Failed);
    send(
        f,
        vec![
            range.clone(),
            over.clone(),
            asked,
            once.clone(),
            twice.clone(),
            elsewhere,
        ],
    )
    .await;
    let rows = |since, until| async move {
        let rows = f
            .history
            .ledger(job(1), at(since * MINUTE), at(until * MINUTE))
            .await
            .expect("rows");
        rows.into_iter()
            .map(|row| (row.run_id, row.attempt, row.count))
            .collect::<Vec<_>>()
    };
    let [range, over] = [(range.run_id, 1, 11), (over.run_id, 1, 6)];
    let [once, twice] = [(once.run_id, 1, 1), (twice.run_id, 2, 1)];
    assert_eq!(rows(0, 200).await, [range, once, twice, over]);
    assert_eq!(rows(5, 12).await, [range, once, twice]);
    assert_eq!(rows(10, 10).await, [range]);
    assert_eq!(rows(11, 11).await, []);
    assert_eq!(rows(102, 103).await, [over]);
    let row = f
        .history
        .ledger(job(1), at(0), at(0))
        .await
        .expect("rows")
        .remove(0);
    assert_eq!(
        (row.until, row.state, row.reason),
        (Some(at(600)), RunState::Skipped, Some(Reason::Misfire))
    );
}

pub async fn changes_are_told_once_they_are_written(f: &Fixture) {
    let start = f.history.newest_change().await.expect("a mark");
    assert_eq!(
        f.history.changes(start).await.expect("changes"),
        (start, vec![])
    );
    let first: Vec<_> = (0..700)
        .map(|minute| run(1, minute, RunState::Running))
        .collect();
    send(f, first.clone()).await;
    let (mark, told) = follow(f, start).await;
    assert_eq!(told, first);
    assert_eq!(f.history.newest_change().await.expect("a mark"), mark);
    let ended = RunRecord {
        state: RunState::Succeeded,
        ..first[3].clone()
    };
    send(f, vec![first[5].clone(), ended.clone(), first[6].clone()]).await;
    let (_, told) = follow(f, mark).await;
    assert_eq!(told, [ended]);
}

async fn follow(f: &Fixture, mut mark: ChangeMark) -> (ChangeMark, Vec<RunRecord>) {
    let mut told = Vec::new();
    loop {
        let (next, page) = f.history.changes(mark).await.expect("changes");
        if page.is_empty() {
            return (mark, told);
        }
        assert!(next > mark);
        mark = next;
        told.extend(page);
    }
}

pub async fn facts_about_many_runs(f: &Fixture) {
    assert_eq!(f.history.time_bounds().await.expect("bounds"), None);
    assert_eq!(
        f.history
            .average_duration(job(1), 5)
            .await
            .expect("an average"),
        None
    );
    let took = |minute, state, seconds| {
        let mut record = run(1, minute, state);
        record.finished_at = Some(record.scheduled_at + Duration::from_secs(seconds));
        record
    };
    let ended = |minute, seconds| took(minute, RunState::Succeeded, seconds);
    send(
        f,
        vec![
            ended(1, 100),
            ended(2, 4),
            ended(3, 2),
            took(4, RunState::Failed, 50),
        ],
    )
    .await;
    let average = f
        .history
        .average_duration(job(1), 2)
        .await
        .expect("an average");
    assert_eq!(average, Some(Duration::from_secs(3)));
    let bounds = f.history.time_bounds().await.expect("bounds");
    assert_eq!(bounds, Some((at(MINUTE), at(4 * MINUTE))));
}

pub async fn pruning_keeps_the_newest_and_what_still_runs(f: &Fixture) {
    let mut runs: Vec<_> = (0..30)
        .map(|minute| run(1, minute, RunState::Succeeded))
        .collect();
    runs[2].state = RunState::Running;
    let mut retried = attempt(runs[3].clone(), 2);
    retried.state = RunState::Failed;
    runs.push(retried);
    runs.push(run(2, 0, RunState::Succeeded));
    send(f, runs.clone()).await;
    let kept = FinalOutput {
        run_id: runs[0].run_id,
        attempt: 1,
        chunks: vec![chunk(0, "x")],
    };
    f.history
        .upload(&Upload {
            outputs: vec![kept],
            ..Upload::default()
        })
        .await
        .expect("an upload");
    let prune = |minute, keep, batch| async move {
        f.history
            .prune(job(1), at(minute * MINUTE), keep, batch)
            .await
            .expect("a pruning")
    };
    assert_eq!(prune(30, 30, 100).await, 0);
    assert_eq!(prune(0, 0, 100).await, 0);
    assert_eq!(prune(30, 25, 3).await, 3);
    assert_eq!(output(f, runs[0].run_id, 0).await, []);
    assert_eq!(prune(30, 25, 3).await, 1);
    assert_eq!(prune(30, 25, 3).await, 0);
    assert_eq!(f.history.run(runs[3].run_id).await.expect("a run"), []);
    assert_eq!(f.history.run(runs[2].run_id).await.expect("a run").len(), 1);
    assert_eq!(
        f.history
            .newest_runs(&[job(1)], 100)
            .await
            .expect("strips")
            .len(),
        26
    );
    assert_eq!(prune(10, 0, 100).await, 5);
    assert_eq!(
        f.history.run(runs[31].run_id).await.expect("a run").len(),
        1
    );
}

pub async fn a_version_that_is_there_stays(f: &Fixture) {
    let version = |generation, title: &str| Version {
        kind: "job".to_owned(),
        id: "1".to_owned(),
        generation,
        edit: EditId(Uuid::from_u128(5)),
        title: title.to_owned(),
        by: "卞月娥".to_owned(),
        at: at(0),
        action: "edit".to_owned(),
        changes: vec!["schedule: every 1m → every 2m".to_owned()],
        body: serde_json::json!({ "unknown": [1, null] }),
    };
    let other = Version {
        id: "2".to_owned(),
        ..version(9, "other")
    };
    let versions = vec![
        version(1, "first"),
        version(2, "second"),
        version(1, "again"),
        other,
    ];
    let upload = Upload {
        versions,
        ..Upload::default()
    };
    for _ in 0..2 {
        f.history.upload(&upload).await.expect("an upload");
    }
    let stored = f.history.versions("job", "1", 10).await.expect("versions");
    assert_eq!(stored, [version(2, "second"), version(1, "first")]);
    assert_eq!(
        f.history
            .versions("job", "1", 1)
            .await
            .expect("versions")
            .len(),
        1
    );
    assert_eq!(
        f.history
            .versions("script", "1", 10)
            .await
            .expect("versions"),
        []
    );
}

pub async fn two_ids_for_one_occurrence_are_refused(f: &Fixture) {
    let request = RequestId(Uuid::from_u128(9));
    let asked = record(
        1,
        Scope::Manual(request),
        Moment::Request(request),
        at(0),
        RunState::Claimed,
    );
    send(f, vec![asked.clone()]).await;
    let forged = RunRecord {
        run_id: RunId([7; 16]),
        scheduled_at: at(60),
        ..asked.clone()
    };
    let upload = Upload {
        runs: vec![run(1, 0, RunState::Claimed), forged],
        ..Upload::default()
    };
    let refused = f.history.upload(&upload).await;
    assert!(
        matches!(refused, Err(belfry_core::history::HistoryError::Refused(_))),
        "{refused:?}"
    );
    assert_eq!(all(f).await, [asked]);
}
