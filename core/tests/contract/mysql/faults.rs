//! What may happen to the server: killed, held, gone and back; and what it refuses to take.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use belfry_core::history::mysql::MysqlHistory;
use belfry_core::history::{FinalOutput, History, HistoryError, RunQuery, Upload};
use belfry_core::limits::{MYSQL_ANSWERED_WITHIN, MYSQL_IDLE_MAX};
use belfry_core::output::{OutputChunk, OutputStamp};
use belfry_core::run::{RunRecord, RunState};
use belfry_harness::mariadb::MariaDb;
use belfry_harness::wait;

use crate::mysql::{history_on, settings};
use crate::output::chunk;
use crate::records::{job, run};

const UPLOADS: i64 = 60;
const RUNS: i64 = 50;

/// The runs of one upload, each with output.
fn parcel(index: i64) -> Upload {
    let minutes = index * RUNS..(index + 1) * RUNS;
    let runs: Vec<_> = minutes
        .map(|minute| run(1, minute, RunState::Succeeded))
        .collect();
    let output = |run: &RunRecord| FinalOutput {
        run_id: run.run_id,
        attempt: 1,
        chunks: vec![chunk(0, "done\n")],
    };
    Upload {
        outputs: runs.iter().map(output).collect(),
        runs,
        ..Upload::default()
    }
}

/// Brings every parcel to history, as often as it takes, and counts failures.
async fn carry(history: Arc<MysqlHistory>, failed: Arc<AtomicUsize>) {
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    for index in 0..UPLOADS {
        let parcel = parcel(index);
        loop {
            pace.tick().await;
            match history.upload(&parcel).await {
                Ok(()) => break,
                Err(HistoryError::Unavailable(_)) => failed.fetch_add(1, Ordering::Relaxed),
                Err(other) => panic!("{other}"),
            };
        }
    }
}

/// How many runs of each parcel are there.
async fn counts(history: &MysqlHistory) -> Vec<usize> {
    let mut counts = Vec::new();
    for index in 0..UPLOADS {
        let runs = parcel(index).runs;
        let query = RunQuery {
            since: Some(runs[0].scheduled_at),
            until: Some(runs[0].scheduled_at + Duration::from_secs(60 * RUNS.unsigned_abs())),
            limit: 500,
            ..RunQuery::default()
        };
        counts.push(history.runs(&query).await.expect("a list").len());
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_again_and_again_ends_with_one_record_each() {
    let mut server = MariaDb::start().await;
    let (history, url) = history_on(&server).await;
    let history = Arc::new(history);
    let failed = Arc::new(AtomicUsize::new(0));
    let carrier = tokio::spawn(carry(history.clone(), failed.clone()));
    let reader = MysqlHistory::connect(settings(url))
        .await
        .expect("MariaDB answers");
    let whole = usize::try_from(RUNS).expect("few");
    for kill in 1..=3 {
        wait::until("some more are there", Duration::from_secs(20), async || {
            let there = counts(&reader)
                .await
                .iter()
                .filter(|count| **count > 0)
                .count();
            (there >= kill * 8).then_some(())
        })
        .await;
        let before = failed.load(Ordering::Relaxed);
        server.kill();
        wait::until("an upload fails", Duration::from_secs(20), async || {
            (failed.load(Ordering::Relaxed) > before).then_some(())
        })
        .await;
        server.restart().await;
        for count in counts(&reader).await {
            assert!(
                count == 0 || count == whole,
                "{count} of {whole}: an upload is cut"
            );
        }
    }
    carrier.await.expect("every upload is taken in the end");
    let stored = counts(&reader).await;
    assert!(stored.iter().all(|count| *count == whole), "{stored:?}");
    for index in 0..UPLOADS {
        let run = &parcel(index).runs[7];
        let stored = reader.run(run.run_id).await.expect("a run");
        assert_eq!(&stored, std::slice::from_ref(run));
        let output = reader.output(run.run_id, 1, 0, 100).await.expect("output");
        assert_eq!(output, [chunk(0, "done\n")]);
    }
}

#[tokio::test]
async fn an_outage_is_told_within_the_deadline_and_mends_itself() {
    let mut server = MariaDb::start().await;
    let (history, url) = history_on(&server).await;
    history.newest_change().await.expect("it answers");
    let fresh = MysqlHistory::new(&settings(url)).expect("good settings");
    let timed = async |history: &MysqlHistory| {
        let start = Instant::now();
        let answer = history.newest_change().await;
        (answer, start.elapsed())
    };
    let slack = Duration::from_secs(3);

    server.pause();
    let (held, new) = tokio::join!(timed(&history), timed(&fresh));
    for (answer, took) in [held, new] {
        assert!(
            matches!(answer, Err(HistoryError::Unavailable(_))),
            "{answer:?}"
        );
        assert!(took < MYSQL_ANSWERED_WITHIN + slack, "{took:?}");
    }
    server.resume();
    history.newest_change().await.expect("it answers again");

    // The connection that is kept is dead, and the question is asked again on a new one.
    server.restart().await;
    history.newest_change().await.expect("it answers again");

    server.kill();
    let (answer, took) = timed(&history).await;
    assert!(
        matches!(answer, Err(HistoryError::Unavailable(_))),
        "{answer:?}"
    );
    assert!(took < slack, "{took:?}");
    server.restart().await;
    history.newest_change().await.expect("it answers again");
}

#[tokio::test]
async fn connections_are_as_few_as_allowed_and_go_when_nobody_speaks() {
    let server = MariaDb::start().await;
    let (history, url) = history_on(&server).await;
    history.close().await;
    let one = MysqlHistory::new(&belfry_core::history::mysql::MysqlSettings {
        connections_max: 1,
        ..settings(url)
    });
    let one = one.expect("good settings");
    let opened = async || one_number(&server, "Connections").await;
    let before = opened().await;
    let asked = (0..20).map(|_| one.newest_change());
    for answer in futures_util::future::join_all(asked).await {
        answer.expect("it answers");
    }
    // Each look is one of the administrator's.
    assert_eq!(opened().await - before, 2);
    assert_eq!(one_number(&server, "Threads_connected").await, 2);
    wait::until("it is closed", MYSQL_IDLE_MAX * 2, async || {
        (one_number(&server, "Threads_connected").await == 1).then_some(())
    })
    .await;
    one.newest_change().await.expect("it answers");
}

async fn one_number(server: &MariaDb, name: &str) -> i64 {
    let sql = format!("SHOW GLOBAL STATUS LIKE '{name}'");
    let rows = server.ask(sql).await;
    rows[0][1].parse().expect("a number")
}

#[tokio::test]
async fn uploads_are_cut_to_what_the_server_takes() {
    let server = MariaDb::start_with(&["--max-allowed-packet=1M"]).await;
    let (history, _) = history_on(&server).await;
    let run_id = run(1, 0, RunState::Succeeded).run_id;
    // Rows as large as they come, with a time for every byte in one of them.
    let bytes = vec![0xa5; 256 * 1024];
    let mut chunks: Vec<_> = (0..8)
        .map(|index| OutputChunk {
            offset: index * 256 * 1024,
            bytes: bytes.clone(),
            stamps: vec![],
        })
        .collect();
    let stamp = |at: u64| OutputStamp {
        offset: at,
        at_ms: 1_750_000_000_000 + i64::try_from(at * 7_000).expect("small"),
    };
    chunks[0].stamps = (0..256 * 1024).map(stamp).collect();
    let mut runs: Vec<_> = (0..2_000)
        .map(|minute| run(1, minute, RunState::Failed))
        .collect();
    runs.iter_mut()
        .for_each(|run| run.detail = Some("é".repeat(1_000)));
    let upload = Upload {
        runs: runs.clone(),
        outputs: vec![FinalOutput {
            run_id,
            attempt: 1,
            chunks: chunks.clone(),
        }],
        ..Upload::default()
    };
    history.upload(&upload).await.expect("an upload");
    let (mut offset, mut stored, mut stamps) = (0, Vec::new(), Vec::new());
    loop {
        let page = history
            .output(run_id, 1, offset, 1 << 20)
            .await
            .expect("output");
        let Some(last) = page.last() else { break };
        offset = last.end();
        stored.extend(page.iter().flat_map(|chunk| chunk.bytes.clone()));
        stamps.extend(page.into_iter().flat_map(|chunk| chunk.stamps));
    }
    assert_eq!(stored, bytes.repeat(8));
    assert_eq!(stamps, chunks[0].stamps);
    let newest = history.newest_runs(&[job(1)], 2_000).await.expect("runs");
    runs.reverse();
    assert_eq!(newest, runs);

    // What can never be sent is refused, and the connection serves on.
    runs[0].detail = Some("x".repeat(2 << 20));
    let too_large = Upload {
        runs: vec![runs[0].clone()],
        ..Upload::default()
    };
    let refused = history.upload(&too_large).await;
    assert!(
        matches!(refused, Err(HistoryError::Refused(_))),
        "{refused:?}"
    );
    history.newest_change().await.expect("it answers");
}
