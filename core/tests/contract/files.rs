//! What may happen to the files of the embedded stores: any bytes, other formats, a kill in
//! the middle of writing, and other processes.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use belfry_core::coord::embedded::Embedded;
use belfry_core::coord::{Coord, CoordError, WatchEvent};
use belfry_core::history::sqlite::SqliteHistory;
use belfry_core::history::{History, HistoryError, RunQuery};
use belfry_core::txn::{Op, Txn, TxnAnswer};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use crate::seeded::Seeded;

const CHILD_DIR: &str = "BELFRY_CONTRACT_CHILD_DIR";

/// Opens both stores, uses them, and returns what they say, if they say something.
async fn complaints(dir: &Path) -> Vec<String> {
    let mut said = Vec::new();
    match Embedded::open(dir).await {
        Err(error) => said.push(error.to_string()),
        Ok(store) => {
            said.extend(store.list("").await.err().map(|error| error.to_string()));
            said.extend(
                put(&store, "a", b"1")
                    .await
                    .err()
                    .map(|error| error.to_string()),
            );
        }
    }
    match SqliteHistory::open(dir).await {
        Err(error) => said.push(error.to_string()),
        Ok(history) => {
            let query = RunQuery {
                limit: 10,
                ..RunQuery::default()
            };
            said.extend(
                history
                    .runs(&query)
                    .await
                    .err()
                    .map(|error| error.to_string()),
            );
        }
    }
    said
}

async fn put(store: &Embedded, key: &str, value: &[u8]) -> Result<TxnAnswer, CoordError> {
    let put = Op::Put {
        key: key.to_owned(),
        value: value.to_vec(),
        lease: None,
    };
    store
        .transact(&Txn {
            then: vec![put],
            ..Txn::default()
        })
        .await
}

#[tokio::test]
async fn any_bytes_in_place_of_a_store_are_one_sentence() {
    let mut random = Seeded(3);
    for length in [1, 15, 100, 5000, 70_000] {
        let dir = tempfile::tempdir().expect("a folder");
        let bytes: Vec<u8> = (0..length).map(|_| random.bits() as u8).collect();
        for name in ["coord.db", "history.db"] {
            fs::write(dir.path().join(name), &bytes).expect("written");
        }
        let said = complaints(dir.path()).await;
        assert_eq!(said.len(), 2, "{said:?}");
        for (sentence, name) in said.iter().zip(["coord.db", "history.db"]) {
            let path = dir.path().join(name).display().to_string();
            assert!(
                sentence.contains(&path) && sentence.contains("move it away"),
                "{sentence}"
            );
            assert!(!sentence.contains('\n'), "{sentence}");
        }
        assert_eq!(
            fs::read(dir.path().join("coord.db")).expect("readable"),
            bytes
        );
    }
}

#[tokio::test]
async fn damaged_pages_are_an_error_and_never_a_panic() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Embedded::open(dir.path()).await.expect("a new store");
    for index in 0..300 {
        put(&store, &format!("key/{index}"), &[7; 300])
            .await
            .expect("written");
    }
    store.close().await;
    SqliteHistory::open(dir.path())
        .await
        .expect("a new history")
        .close()
        .await;
    let (mut random, mut complained) = (Seeded(5), 0);
    let whole =
        ["coord.db", "history.db"].map(|name| fs::read(dir.path().join(name)).expect("readable"));
    for _ in 0..40 {
        let damaged = tempfile::tempdir().expect("a folder");
        for (name, bytes) in ["coord.db", "history.db"].into_iter().zip(&whole) {
            let mut bytes = bytes.clone();
            // The header's first 100 bytes sometimes stay, so that the damage is met later.
            let first = [0, 100][random.below(2)];
            for _ in 0..[1, 20, 2000][random.below(3)] {
                let place = first + random.below(bytes.len() - first);
                bytes[place] = random.bits() as u8;
            }
            fs::write(damaged.path().join(name), bytes).expect("written");
        }
        complained += complaints(damaged.path()).await.len();
    }
    assert!(
        complained > 10,
        "the damage was hardly ever met: {complained}"
    );
}

async fn run_sql(path: &Path, sql: &'static str) {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    let mut connection = options.connect().await.expect("a connection");
    sqlx::raw_sql(sql)
        .execute(&mut connection)
        .await
        .expect("done");
    connection.close().await.expect("closed");
}

#[tokio::test]
async fn a_newer_or_foreign_file_is_refused_with_advice() {
    let dir = tempfile::tempdir().expect("a folder");
    Embedded::open(dir.path())
        .await
        .expect("a new store")
        .close()
        .await;
    SqliteHistory::open(dir.path())
        .await
        .expect("a new history")
        .close()
        .await;
    run_sql(&dir.path().join("coord.db"), "PRAGMA user_version = 99").await;
    run_sql(&dir.path().join("history.db"), "PRAGMA application_id = 5").await;
    let newer = Embedded::open(dir.path()).await.err().expect("refused");
    assert!(matches!(newer, CoordError::Refused(_)), "{newer}");
    assert!(newer.to_string().contains("newer Belfry"), "{newer}");
    let foreign = SqliteHistory::open(dir.path())
        .await
        .err()
        .expect("refused");
    assert!(matches!(foreign, HistoryError::Refused(_)), "{foreign}");
    assert!(foreign.to_string().contains("another program"), "{foreign}");
}

#[tokio::test]
async fn a_place_that_cannot_be_used_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("file"), "x").expect("written");
    let error = Embedded::open(&dir.path().join("file/below"))
        .await
        .err()
        .expect("refused");
    assert!(error.to_string().contains("cannot be made"), "{error}");
    fs::create_dir(dir.path().join("coord.db")).expect("a folder");
    let error = Embedded::open(dir.path()).await.err().expect("refused");
    assert!(error.to_string().contains("cannot be opened"), "{error}");
}

#[tokio::test]
async fn a_watch_tells_its_trouble_and_goes_on_when_it_is_over() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Embedded::open(dir.path()).await.expect("a new store");
    let mut watch = store.watch("");
    assert_eq!(watch.events.recv().await, Some(WatchEvent::Reset));
    assert_eq!(watch.events.recv().await, Some(WatchEvent::Ready(1)));
    let path = dir.path().join("coord.db");
    run_sql(&path, "ALTER TABLE meta RENAME TO hidden").await;
    let told = tokio::time::timeout(Duration::from_secs(20), watch.events.recv())
        .await
        .expect("in time");
    assert!(
        matches!(&told, Some(WatchEvent::Trouble(why)) if why.contains("coord.db")),
        "{told:?}"
    );
    run_sql(&path, "ALTER TABLE hidden RENAME TO meta").await;
    put(&store, "a", b"1").await.expect("written");
    loop {
        let told = tokio::time::timeout(Duration::from_secs(20), watch.events.recv()).await;
        match told.expect("in time").expect("a watch that goes on") {
            WatchEvent::Changed(entry) => break assert_eq!(entry.key, "a"),
            WatchEvent::Trouble(_) | WatchEvent::Progress(_) => {}
            other => panic!("after the trouble: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_lease_of_another_boot_has_ended() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Embedded::open(dir.path()).await.expect("a new store");
    let lease = store
        .grant_lease(Duration::from_secs(3600))
        .await
        .expect("a lease");
    let put = Op::Put {
        key: "a".to_owned(),
        value: vec![],
        lease: Some(lease),
    };
    let txn = Txn {
        then: vec![put],
        ..Txn::default()
    };
    store.transact(&txn).await.expect("written");
    let sql = "UPDATE lease SET boot = 'another', expires_ms = 9223372036854775807";
    run_sql(&dir.path().join("coord.db"), sql).await;
    assert_eq!(store.renew_lease(lease).await.expect("an answer"), None);
    assert_eq!(store.list("").await.expect("a list").entries, []);
}

#[tokio::test]
async fn the_log_of_changes_is_bounded() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("coord.db");
    let store = Embedded::open(dir.path()).await.expect("a new store");
    for index in 0..10 {
        put(&store, &format!("{index}"), b"1")
            .await
            .expect("written");
    }
    store.close().await;
    assert_eq!(number(&path, "SELECT count(*) FROM change").await, 10);
    run_sql(&path, "UPDATE meta SET revision = revision + 20000").await;
    let store = Embedded::open(dir.path()).await.expect("the same store");
    put(&store, "last", b"1").await.expect("written");
    store.close().await;
    assert_eq!(number(&path, "SELECT count(*) FROM change").await, 1);
    assert_eq!(
        number(&path, "SELECT revision - compacted FROM meta").await,
        10_000
    );
}

async fn number(path: &Path, sql: &'static str) -> i64 {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = options.connect().await.expect("a connection");
    let number = sqlx::query_scalar(sql)
        .fetch_one(&mut connection)
        .await
        .expect("a number");
    connection.close().await.expect("closed");
    number
}

/// Not a test of its own: what another process does. It writes numbers for ever and prints each
/// one that was acknowledged.
#[tokio::test]
async fn child_that_writes() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else {
        return;
    };
    let store = Embedded::open(Path::new(&dir))
        .await
        .expect("the same store");
    for number in 0..u64::MAX {
        let key = format!("child/{:02}", number % 50);
        put(&store, &key, number.to_string().as_bytes())
            .await
            .expect("written");
        // On its own line, since the test's name is printed without an end.
        if writeln!(std::io::stdout(), "\nwrote {number}").is_err() {
            return;
        }
    }
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn child(dir: &Path) -> (Killed, impl Iterator<Item = u64> + use<>) {
    let program = std::env::current_exe().expect("this test's own program");
    let mut child = Command::new(program)
        .args(["--exact", "files::child_that_writes", "--nocapture"])
        .env(CHILD_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .expect("another process");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let wrote = |line: Result<String, _>| line.ok()?.strip_prefix("wrote ")?.parse().ok();
    (Killed(child), lines.filter_map(wrote))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill_in_the_middle_of_writing() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Embedded::open(dir.path()).await.expect("a new store");
    for round in 1..=4_u64 {
        let (mut killed, mut numbers) = child(dir.path());
        assert!(numbers.any(|number| number >= 60 * round));
        killed.0.kill().expect("killed");
        let last = numbers.last().unwrap_or(60 * round);
        killed.0.wait().expect("ended");
        let key = format!("child/{:02}", last % 50);
        let entry = store.list(&key).await.expect("a list").entries.remove(0);
        let stored: u64 = String::from_utf8(entry.value)
            .expect("text")
            .parse()
            .expect("a number");
        // One more may have been written than was told.
        assert!(
            stored == last || stored == last + 50,
            "{stored} after {last}"
        );
        put(&store, "parent", b"still writes")
            .await
            .expect("written");
        let reopened = Embedded::open(dir.path()).await.expect("the same store");
        assert!(reopened.list("").await.expect("a list").entries.len() == 51);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_sees_what_another_process_writes_without_gaps() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = Embedded::open(dir.path()).await.expect("a new store");
    let mut watch = store.watch("child/");
    assert_eq!(watch.events.recv().await, Some(WatchEvent::Reset));
    assert_eq!(watch.events.recv().await, Some(WatchEvent::Ready(1)));
    let (mut killed, numbers) = child(dir.path());
    // Its output has to be read, or it stands still.
    let reading = std::thread::spawn(move || numbers.last());
    let mut revisions = Vec::new();
    while revisions.len() < 300 {
        match watch.events.recv().await.expect("a watch that goes on") {
            WatchEvent::Changed(entry) => {
                assert_eq!(entry.value, revisions.len().to_string().into_bytes());
                revisions.push(entry.mod_revision);
            }
            WatchEvent::Progress(_) => {}
            other => panic!("while following: {other:?}"),
        }
    }
    assert!(revisions.is_sorted_by(|a, b| a < b));
    killed.0.kill().expect("killed");
    assert!(reading.join().expect("no panic") >= Some(298));
}
