//! Change marks and records when several write at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use belfry_core::history::mysql::MysqlHistory;
use belfry_core::history::{ChangeMark, History, RunQuery, Upload};
use belfry_core::id::RunId;
use belfry_core::run::{RunRecord, RunState};
use belfry_harness::mariadb::MariaDb;
use belfry_harness::wait;
use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, Executor, Row};

use crate::mysql::{history_on, settings};
use crate::records::run;
use crate::seeded::Seeded;

fn of(runs: Vec<RunRecord>) -> Upload {
    Upload {
        runs,
        ..Upload::default()
    }
}

async fn raw(url: &str) -> MySqlConnection {
    MySqlConnection::connect(url)
        .await
        .expect("MariaDB answers")
}

async fn number(connection: &mut MySqlConnection, sql: &'static str) -> i64 {
    let row = connection.fetch_one(sql).await.expect("a row");
    row.try_get(0).expect("a number")
}

/// Waits until somebody on the server waits for a row that another transaction holds.
async fn until_one_waits(connection: &mut MySqlConnection) {
    wait::until("an upload waits", Duration::from_secs(12), async || {
        (number(connection, WAITING).await > 0).then_some(())
    })
    .await;
}

const WAITING: &str = "\
    SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status \
    WHERE variable_name = 'Innodb_row_lock_current_waits'";

#[tokio::test]
async fn a_reader_never_passes_a_change_that_is_not_committed_yet() {
    // Its own server: who waits can only be counted for all of it.
    let server = MariaDb::start().await;
    let (history, url) = history_on(&server).await;
    let history = Arc::new(history);
    let (slow, quick) = (run(1, 0, RunState::Claimed), run(1, 1, RunState::Claimed));
    history
        .upload(&of(vec![slow.clone()]))
        .await
        .expect("an upload");
    let mark = history.newest_change().await.expect("a mark");

    // Another agent has its number, and has not committed.
    let mut other = raw(&url).await;
    let steps = "START TRANSACTION; \
        UPDATE meta SET change_number = LAST_INSERT_ID(change_number + 1) WHERE id = 1; \
        UPDATE run SET change_number = LAST_INSERT_ID(), state = 'running', `rank` = 1";
    sqlx::raw_sql(steps)
        .execute(&mut other)
        .await
        .expect("done");
    let (sender, upload) = (history.clone(), of(vec![quick.clone()]));
    let later = tokio::spawn(async move { sender.upload(&upload).await });
    let mut looks = raw(&url).await;
    until_one_waits(&mut looks).await;
    assert_eq!(
        history.changes(mark).await.expect("changes"),
        (mark, vec![])
    );
    assert_eq!(history.newest_change().await.expect("a mark"), mark);

    other.execute("COMMIT").await.expect("committed");
    later.await.expect("no panic").expect("an upload");
    let running = RunRecord {
        state: RunState::Running,
        ..slow
    };
    let (next, told) = history.changes(mark).await.expect("changes");
    assert_eq!(told, [running, quick]);
    assert_eq!(next, ChangeMark(mark.0 + 2));
}

/// Reads on until `expected` were told and nothing is new.
async fn follow(history: MysqlHistory, expected: usize) -> BTreeMap<RunId, RunState> {
    let (mut mark, mut told) = (ChangeMark(0), BTreeMap::new());
    loop {
        let (next, page) = history.changes(mark).await.expect("changes");
        if page.is_empty() && told.len() == expected {
            return told;
        }
        assert!(page.is_empty() || next > mark);
        mark = next;
        told.extend(page.into_iter().map(|run| (run.run_id, run.state)));
    }
}

#[tokio::test]
async fn a_reader_misses_nothing_that_many_write_at_once() {
    const WRITERS: u128 = 6;
    const UPLOADS: i64 = 25;
    const RUNS: i64 = 4;
    let (_, url) = history_on(MariaDb::shared().await).await;
    let connect = async || {
        let history = MysqlHistory::connect(settings(url.clone())).await;
        history.expect("MariaDB answers")
    };
    let expected = usize::try_from(WRITERS).expect("few") * 100;
    let reader = tokio::spawn(follow(connect().await, expected));
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let history = connect().await;
        writers.push(tokio::spawn(async move {
            for upload in 0..UPLOADS {
                let minutes = upload * RUNS..(upload + 1) * RUNS;
                let runs = minutes.map(|minute| run(writer, minute, RunState::Running));
                let runs: Vec<_> = runs.collect();
                history.upload(&of(runs)).await.expect("an upload");
            }
        }));
    }
    for writer in writers {
        writer.await.expect("no panic");
    }
    let told = tokio::time::timeout(Duration::from_secs(60), reader).await;
    let told = told.expect("the reader misses some").expect("no panic");
    assert_eq!(told.len(), expected);
}

#[tokio::test]
async fn agents_that_upload_the_same_runs_leave_one_record_of_each() {
    let (_, url) = history_on(MariaDb::shared().await).await;
    let mut agents = Vec::new();
    for agent in 0..4 {
        let history = MysqlHistory::connect(settings(url.clone())).await;
        let history = history.expect("MariaDB answers");
        agents.push(tokio::spawn(async move {
            let mut random = Seeded(agent);
            let states = [RunState::Claimed, RunState::Running, RunState::Succeeded];
            let sent = states
                .iter()
                .flat_map(|state| (0..120).map(|minute| run(1, minute, *state)));
            let mut sent: Vec<_> = sent.collect();
            random.shuffle(&mut sent);
            while !sent.is_empty() {
                let rest = sent.split_off(random.below(sent.len()).min(30) + 1);
                history
                    .upload(&of(std::mem::replace(&mut sent, rest)))
                    .await
                    .expect("an upload");
            }
            history
        }));
    }
    let mut histories = Vec::new();
    for agent in agents {
        histories.push(agent.await.expect("no panic"));
    }
    let query = RunQuery {
        limit: 500,
        ..RunQuery::default()
    };
    let stored = histories[0].runs(&query).await.expect("a list");
    let ids: BTreeSet<_> = stored.iter().map(|run| run.run_id).collect();
    assert_eq!((stored.len(), ids.len()), (120, 120));
    assert!(stored.iter().all(|run| run.state == RunState::Succeeded));
}

#[tokio::test]
async fn an_upload_that_loses_a_deadlock_is_done_again() {
    // Its own server: who waits can only be counted for all of it.
    let server = MariaDb::start().await;
    let (history, url) = history_on(&server).await;
    let history = Arc::new(history);
    let claimed: Vec<_> = (0..40)
        .map(|minute| run(1, minute, RunState::Claimed))
        .collect();
    history
        .upload(&of(claimed.clone()))
        .await
        .expect("an upload");
    let mut ended: Vec<_> = (0..2)
        .map(|minute| run(1, minute, RunState::Succeeded))
        .collect();
    ended.sort_by_key(|run| run.run_id);

    // It holds the second row and many others, so that the upload is the one that gives way.
    let mut other = raw(&url).await;
    let mut looks = raw(&url).await;
    let before = number(&mut looks, DEADLOCKS).await;
    let begin = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION";
    sqlx::raw_sql(begin)
        .execute(&mut other)
        .await
        .expect("begun");
    let hold = sqlx::query("UPDATE run SET fence = fence + 1 WHERE run_id <> ?");
    hold.bind(&ended[0].run_id.0[..])
        .execute(&mut other)
        .await
        .expect("held");
    let (sender, upload) = (history.clone(), of(ended.clone()));
    let later = tokio::spawn(async move { sender.upload(&upload).await });
    until_one_waits(&mut looks).await;
    let meet = sqlx::query("UPDATE run SET fence = fence + 1 WHERE run_id = ?");
    meet.bind(&ended[0].run_id.0[..])
        .execute(&mut other)
        .await
        .expect("the other one won");
    assert!(number(&mut looks, DEADLOCKS).await > before, "nobody met");
    other.execute("COMMIT").await.expect("committed");
    later.await.expect("no panic").expect("an upload");
    for run in ended {
        assert_eq!(history.run(run.run_id).await.expect("a run"), [run]);
    }
}

const DEADLOCKS: &str = "\
    SELECT CAST(variable_value AS SIGNED) FROM information_schema.global_status \
    WHERE variable_name = 'Innodb_deadlocks'";
