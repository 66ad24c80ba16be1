//! etcd and the way to it fail: nothing that was acknowledged is lost, and watches find back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use belfry_core::coord::etcd::{Etcd, EtcdSettings};
use belfry_core::coord::{Coord, CoordError, Watch, WatchEvent};
use belfry_core::txn::{Check, Compare, Op, OpResult, Txn};
use belfry_harness::etcd::EtcdCluster;
use belfry_harness::proxy::{Proxy, Wire};
use belfry_harness::wait;
use futures_util::future::join_all;
use tokio::sync::watch;

use crate::coord::{done, next, start};

const PATIENCE: Duration = Duration::from_secs(30);

fn put(key: &str, value: &str) -> Op {
    Op::Put {
        key: key.to_owned(),
        value: value.into(),
        lease: None,
    }
}

/// The same store through a wire that can be broken, and beside it.
async fn wired(cluster: &EtcdCluster) -> (Proxy, Etcd, Etcd) {
    let proxy = Proxy::to(cluster.port(0)).await;
    let through = EtcdSettings {
        endpoints: vec![proxy.endpoint()],
        ..cluster.settings()
    };
    let wired = Etcd::connect(through).await.expect("etcd");
    let beside = Etcd::connect(cluster.settings()).await.expect("etcd");
    (proxy, wired, beside)
}

/// The next event that is neither a sign of life nor a trouble, and whether there was trouble.
async fn after_trouble(watch: &mut Watch) -> (WatchEvent, bool) {
    let mut trouble = false;
    loop {
        match next(watch).await {
            WatchEvent::Trouble(_) => trouble = true,
            event => return (event, trouble),
        }
    }
}

/// Sends a transaction until its answer is definite.
async fn settled(store: &Etcd, txn: &Txn, unknown: &AtomicU64) -> belfry_core::txn::TxnAnswer {
    wait::until("a definite answer", PATIENCE, async || {
        match store.transact(txn).await {
            Ok(answer) => Some(answer),
            Err(CoordError::Unavailable(_)) => {
                unknown.fetch_add(1, Ordering::Relaxed);
                None
            }
            Err(other) => panic!("{other}"),
        }
    })
    .await
}

/// Creates keys until told to stop, and returns them with the revisions that made them.
async fn create_keys(
    store: &Etcd,
    writer: usize,
    counts: &[AtomicU64; 2],
    stop: watch::Receiver<bool>,
) -> BTreeMap<String, u64> {
    let [created, unknown] = counts;
    let mut keys = BTreeMap::new();
    for number in 0.. {
        if *stop.borrow() {
            break;
        }
        let key = format!("/t/{writer}/{number:06}");
        let txn = Txn {
            compares: vec![Compare {
                key: key.clone(),
                check: Check::CreateRevision(0),
            }],
            then: vec![put(&key, &key)],
            otherwise: vec![Op::Get(key.clone())],
        };
        let answer = settled(store, &txn, unknown).await;
        let revision = match &answer.results[..] {
            [OpResult::Put] => answer.revision,
            // It was made by a sending whose answer got lost.
            [OpResult::Got(Some(own))] => own.create_revision,
            other => panic!("{other:?}"),
        };
        keys.insert(key, revision);
        created.fetch_add(1, Ordering::Relaxed);
    }
    keys
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_when_the_leader_is_killed() {
    let mut cluster = EtcdCluster::start(3).await;
    let leader = cluster.leader().await;
    let mut settings = cluster.settings();
    // The first address is the one that is used.
    settings.endpoints.swap(0, leader);
    let store = Etcd::connect(settings).await.expect("etcd");
    let mut watch = store.watch("/t/");
    start(&mut watch).await;
    let counts = [const { AtomicU64::new(0) }; 2];
    let (stop, stopped) = watch::channel(false);
    let writers = (0..8).map(|writer| create_keys(&store, writer, &counts, stopped.clone()));
    let created = |more_than: u64| {
        let counts = &counts;
        wait::until("writes go on", PATIENCE, async move || {
            let created = counts[0].load(Ordering::Relaxed);
            (created > more_than).then_some(created)
        })
    };
    let killing = async {
        let before = created(200).await;
        cluster.kill(leader);
        let new_leader = cluster.leader().await;
        assert_ne!(new_leader, leader, "it was killed");
        created(before + 400).await;
        stop.send_replace(true);
    };
    let (made, ()) = tokio::join!(join_all(writers), killing);
    let keys: BTreeMap<String, u64> = made.into_iter().flatten().collect();
    assert!(
        counts[1].load(Ordering::Relaxed) > 0,
        "nobody felt the leader's death"
    );
    let listed = store.list("/t/").await.expect("etcd answers").entries;
    let found: BTreeMap<String, u64> = listed
        .into_iter()
        .map(|entry| (entry.key, entry.create_revision))
        .collect();
    assert_eq!(found, keys);
    // The watch tells each of them once, wherever it was cut.
    let mut told = BTreeMap::new();
    while told.len() < keys.len() {
        match after_trouble(&mut watch).await.0 {
            WatchEvent::Changed(entry) => {
                assert_eq!(told.insert(entry.key, entry.create_revision), None);
            }
            other => panic!("nothing was compacted: {other:?}"),
        }
    }
    assert_eq!(told, keys);
    cluster.restart(leader).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_that_was_cut_goes_on_where_it_was() {
    let cluster = EtcdCluster::start(1).await;
    let (proxy, wired, beside) = wired(&cluster).await;
    let mut watch = wired.watch("/t/");
    start(&mut watch).await;
    done(&beside, vec![put("/t/a", "1")]).await;
    assert!(matches!(next(&mut watch).await, WatchEvent::Changed(_)));
    let connections = proxy.connections();
    proxy.make(Wire::Cut);
    wait::until("the watch tries again", PATIENCE, async || {
        (proxy.connections() > connections).then_some(())
    })
    .await;
    let missed = [
        done(&beside, vec![put("/t/a", "2"), put("/t/b", "2")]).await,
        done(&beside, vec![Op::Delete("/t/a".to_owned())]).await,
    ];
    proxy.make(Wire::Sound);
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(match after_trouble(&mut watch).await.0 {
            WatchEvent::Changed(entry) => (entry.key, entry.mod_revision),
            WatchEvent::Removed(key, revision) => (key, revision),
            other => panic!("it knew where it was: {other:?}"),
        });
    }
    let expected = [
        ("/t/a", missed[0].revision),
        ("/t/b", missed[0].revision),
        ("/t/a", missed[1].revision),
    ];
    assert_eq!(told, expected.map(|(key, at)| (key.to_owned(), at)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_wire_is_noticed_and_healed() {
    let cluster = EtcdCluster::start(1).await;
    let (proxy, wired, beside) = wired(&cluster).await;
    let mut watch = wired.watch("/t/");
    start(&mut watch).await;
    done(&beside, vec![put("/t/a", "0")]).await;
    assert!(matches!(next(&mut watch).await, WatchEvent::Changed(_)));
    proxy.make(Wire::Stalled);
    let missed = done(&beside, vec![put("/t/a", "1")]).await.revision;
    let asked = wired.list("/t/").await;
    assert!(
        matches!(asked, Err(CoordError::Unavailable(_))),
        "{asked:?}"
    );
    let trouble = next(&mut watch).await;
    assert!(
        matches!(&trouble, WatchEvent::Trouble(why) if why.contains("silent")),
        "{trouble:?}"
    );
    assert!(proxy.held() > 0, "the stall was not felt");
    proxy.make(Wire::Sound);
    let (event, _) = after_trouble(&mut watch).await;
    assert_eq!(event, WatchEvent::Reset);
    match next(&mut watch).await {
        WatchEvent::Loaded(entry) => assert_eq!(entry.mod_revision, missed),
        other => panic!("{other:?}"),
    }
    assert!(matches!(next(&mut watch).await, WatchEvent::Ready(_)));
    let changed = done(&wired, vec![put("/t/b", "1")]).await.revision;
    match next(&mut watch).await {
        WatchEvent::Changed(entry) => assert_eq!(entry.mod_revision, changed),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_member_serves_when_one_stands_still_and_when_one_is_gone() {
    let mut cluster = EtcdCluster::start(3).await;
    let store = Etcd::connect(cluster.settings()).await.expect("etcd");
    let mut watch = store.watch("/t/");
    start(&mut watch).await;
    let unknown = AtomicU64::new(0);
    let txn = |value: &str| Txn {
        then: vec![put("/t/a", value)],
        ..Txn::default()
    };
    // The first address is the one that is used; its port stays open.
    cluster.pause(0);
    wait::until("it stands still", PATIENCE, async || {
        cluster.is_paused(0).then_some(())
    })
    .await;
    let lease = store.grant_lease(PATIENCE).await.expect("another answers");
    settled(&store, &txn("1"), &unknown).await;
    assert_eq!(
        store.renew_lease(lease).await.expect("an answer"),
        Some(PATIENCE)
    );
    Etcd::connect(cluster.settings())
        .await
        .expect("two members are enough");
    let seen = wait_for_value(&mut watch, b"1").await;
    assert!(
        seen.contains(&"trouble"),
        "its silence was not noticed: {seen:?}"
    );
    cluster.resume(0);
    // Now whoever is used is killed: two of the three, one after the other.
    for (member, value) in [(1, "2"), (2, "3")] {
        cluster.kill(member);
        store.list("/t/").await.expect("another answers");
        settled(&store, &txn(value), &unknown).await;
        wait_for_value(&mut watch, value.as_bytes()).await;
        cluster.restart(member).await;
    }
}

/// Reads until a value is told, by whatever way, and returns what came on it.
async fn wait_for_value(watch: &mut Watch, value: &[u8]) -> Vec<&'static str> {
    let mut seen = Vec::new();
    loop {
        match next(watch).await {
            WatchEvent::Trouble(_) => seen.push("trouble"),
            WatchEvent::Reset => seen.push("reset"),
            WatchEvent::Loaded(entry) | WatchEvent::Changed(entry) if entry.value == value => {
                return seen;
            }
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_ended_in_the_meantime_is_told_so() {
    let cluster = EtcdCluster::start(1).await;
    let (proxy, wired, beside) = wired(&cluster).await;
    let lease = wired.grant_lease(Duration::from_secs(2)).await;
    let lease = lease.expect("a lease");
    let leased = Op::Put {
        key: "/t/session".to_owned(),
        value: vec![],
        lease: Some(lease),
    };
    done(&wired, vec![leased]).await;
    let mut watch = beside.watch("/t/");
    start(&mut watch).await;
    proxy.make(Wire::Stalled);
    let renewed = wired.renew_lease(lease).await;
    assert!(
        matches!(renewed, Err(CoordError::Unavailable(_))),
        "{renewed:?}"
    );
    assert!(proxy.held() > 0, "the stall was not felt");
    let removed = next(&mut watch).await;
    assert!(matches!(removed, WatchEvent::Removed(..)), "{removed:?}");
    proxy.make(Wire::Sound);
    assert_eq!(wired.renew_lease(lease).await.expect("an answer"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_comes_back_is_used_again() {
    let mut cluster = EtcdCluster::start(1).await;
    let store = Etcd::connect(cluster.settings()).await.expect("etcd");
    let mut watch = store.watch("/t/");
    start(&mut watch).await;
    cluster.kill(0);
    let trouble = next(&mut watch).await;
    assert!(matches!(trouble, WatchEvent::Trouble(_)), "{trouble:?}");
    let asked = store.list("/t/").await;
    assert!(
        matches!(asked, Err(CoordError::Unavailable(_))),
        "{asked:?}"
    );
    cluster.restart(0).await;
    let written = done(&store, vec![put("/t/a", "1")]).await.revision;
    match after_trouble(&mut watch).await.0 {
        WatchEvent::Changed(entry) => assert_eq!(entry.mod_revision, written),
        other => panic!("it knew where it was: {other:?}"),
    }
}
