//! What is large, many or garbage in etcd.

use belfry_core::coord::etcd::Etcd;
use belfry_core::coord::{Coord, CoordError, WatchEvent};
use belfry_core::limits::{
    CURSORS_PER_READ, DECISIONS_PER_REQUEST_MAX, ETCD_MESSAGE_BYTES_MAX, ETCD_PAGE_KEYS,
    ETCD_TXN_OPS_MAX,
};
use belfry_core::txn::{Check, Compare, Op, OpResult, Txn};
use belfry_harness::etcd::EtcdCluster;
use expect_test::expect;

use crate::coord::{done, next, start};

async fn fresh() -> (EtcdCluster, Etcd) {
    let cluster = EtcdCluster::start(1).await;
    let store = Etcd::connect(cluster.settings()).await.expect("etcd");
    (cluster, store)
}

fn put(key: String, value: Vec<u8>) -> Op {
    Op::Put {
        key,
        value,
        lease: None,
    }
}

fn absent(key: &str) -> Compare {
    Compare {
        key: key.to_owned(),
        check: Check::CreateRevision(0),
    }
}

/// A decision as the agent sends it: every other one finds that it was made already.
fn decision(number: usize) -> Op {
    let cursor = format!("/t/cursor/{number}");
    let run = format!("/t/run/{}", number / 2 * 2);
    let reads = [&run, &cursor, "/t/job", "/t/active"];
    Op::Nested(Txn {
        compares: vec![absent(&cursor), absent(&run), absent("/t/job")],
        then: vec![
            put(cursor.clone(), vec![1]),
            put(format!("/t/own/{number}"), vec![2]),
        ],
        otherwise: reads.map(|key| Op::Get(key.to_owned())).to_vec(),
    })
}

#[tokio::test]
async fn fifty_decisions_travel_in_one_request() {
    let (_cluster, store) = fresh().await;
    done(&store, vec![put("/t/run/0".to_owned(), vec![9])]).await;
    let decisions = (0..DECISIONS_PER_REQUEST_MAX).map(decision).collect();
    let answer = done(&store, decisions).await;
    let made: Vec<bool> = answer
        .results
        .iter()
        .map(|result| match result {
            OpResult::Nested(inside) => {
                assert_eq!(inside.revision, answer.revision);
                assert_eq!(inside.results.len(), if inside.succeeded { 2 } else { 4 });
                inside.succeeded
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected: Vec<bool> = (0..DECISIONS_PER_REQUEST_MAX)
        .map(|number| number > 1)
        .collect();
    assert_eq!(made, expected);
    let OpResult::Nested(lost) = &answer.results[1] else {
        unreachable!("it was looked at above")
    };
    let OpResult::Got(Some(run)) = &lost.results[0] else {
        panic!("{:?}", lost.results)
    };
    assert_eq!(run.value, [9]);
    assert_eq!(lost.results[1..], [const { OpResult::Got(None) }; 3]);
}

#[tokio::test]
async fn a_read_tells_what_was_before_wherever_it_stands() {
    let (_cluster, store) = fresh().await;
    done(&store, vec![put("/t/a".to_owned(), vec![1])]).await;
    let get = || Op::Get("/t/a".to_owned());
    let inside = |value| {
        Op::Nested(Txn {
            compares: vec![absent("/t/none")],
            then: vec![Op::Delete(format!("/t/{value}")), get()],
            otherwise: vec![get()],
        })
    };
    let ops = vec![
        get(),
        put("/t/a".to_owned(), vec![2]),
        get(),
        inside("b"),
        inside("c"),
    ];
    let answer = done(&store, ops).await;
    let values: Vec<_> = flat(&answer.results);
    assert_eq!(values, [1, 1, 1, 1]);
    assert_eq!(
        store.list("/t/a").await.expect("a list").entries[0].value,
        [2]
    );
}

fn flat(results: &[OpResult]) -> Vec<u8> {
    let values = results.iter().flat_map(|result| match result {
        OpResult::Got(Some(entry)) => entry.value.clone(),
        OpResult::Nested(inside) => flat(&inside.results),
        _ => vec![],
    });
    values.collect()
}

#[tokio::test]
async fn what_etcd_would_not_take_is_refused_with_a_sentence() {
    let (_cluster, store) = fresh().await;
    let puts = |count: usize, bytes: usize| {
        (0..count).map(move |number| put(format!("/t/{number}"), vec![b'x'; bytes]))
    };
    let nested = Op::Nested(Txn {
        then: puts(100, 1).collect(),
        ..Txn::default()
    });
    let twice = vec![Op::Delete("/t/a".to_owned()), Op::Delete("/t/a".to_owned())];
    let too_much = [
        puts(ETCD_TXN_OPS_MAX + 1, 1).collect(),
        puts(64, 1)
            .map(|op| match op {
                Op::Put { key, value, .. } => put(format!("{key}/beside"), value),
                other => other,
            })
            .chain([nested])
            .collect(),
        puts(100, 16_000).collect(),
        twice,
        vec![put(String::new(), vec![])],
    ];
    let mut told = Vec::new();
    for then in too_much {
        let txn = Txn {
            then,
            ..Txn::default()
        };
        match store.transact(&txn).await {
            Err(CoordError::Refused(why)) => told.push(why),
            other => panic!("{other:?}"),
        }
    }
    expect![[r#"
        a transaction with 129 steps where etcd takes 128: make it in smaller parts
        a transaction with 100 steps where etcd takes 63: make it in smaller parts
        a transaction of 1603690 bytes is more than etcd takes at once, 1572864: make it in smaller parts
        a transaction may write a key once only, and this one writes /t/a twice
        a key must not be empty"#]].assert_eq(&told.join("\n"));
    assert_eq!(store.list("/t/").await.expect("a list").entries, []);
    // The most that is taken.
    done(&store, puts(ETCD_TXN_OPS_MAX, 10_000).collect()).await;
}

#[tokio::test]
async fn many_and_large_values_are_read_at_one_revision() {
    let (_cluster, store) = fresh().await;
    let count = 2 * ETCD_PAGE_KEYS + 24;
    let keys: Vec<String> = (0..count).map(|number| format!("/t/{number:05}")).collect();
    for part in keys.chunks(ETCD_TXN_OPS_MAX) {
        let puts = part
            .iter()
            .map(|key| put(key.clone(), key.clone().into_bytes()));
        done(&store, puts.collect()).await;
    }
    let listing = store.list("/t/").await.expect("a list");
    let listed: Vec<&String> = listing.entries.iter().map(|entry| &entry.key).collect();
    assert_eq!(listed, keys.iter().collect::<Vec<_>>());
    let asked: Vec<String> = keys.iter().rev().take(CURSORS_PER_READ).cloned().collect();
    let (revision, found) = store.get(&asked).await.expect("keys");
    assert_eq!(revision, listing.revision);
    let found: Vec<String> = found.into_iter().flatten().map(|entry| entry.key).collect();
    assert_eq!(found, asked);
    let (revision, none) = store.get(&[]).await.expect("no keys");
    assert_eq!((revision, none), (listing.revision, vec![]));
    // More than one message may hold.
    let megabyte = vec![b'x'; 1024 * 1024];
    let large = ETCD_MESSAGE_BYTES_MAX / megabyte.len() + 1;
    for number in 0..large {
        done(
            &store,
            vec![put(format!("/l/{number:03}"), megabyte.clone())],
        )
        .await;
    }
    let listing = store.list("/l/").await.expect("a list of large values");
    assert_eq!(listing.entries.len(), large);
    assert!(listing.entries.iter().all(|entry| entry.value == megabyte));
}

#[tokio::test]
async fn garbage_is_left_alone() {
    let (cluster, store) = fresh().await;
    let mut watch = store.watch("/t/");
    start(&mut watch).await;
    let mut admin = cluster.admin(None).await;
    let (no_text, garbage) = (b"/t/\xff\xfe".to_vec(), b"\xff\0\xfe".to_vec());
    admin
        .put(no_text.clone(), garbage.clone(), None)
        .await
        .expect("etcd takes it");
    admin
        .delete(no_text.clone(), None)
        .await
        .expect("etcd takes it");
    admin
        .put(no_text, garbage.clone(), None)
        .await
        .expect("etcd takes it");
    admin
        .put("/t/a", garbage.clone(), None)
        .await
        .expect("etcd takes it");
    match next(&mut watch).await {
        WatchEvent::Changed(entry) => {
            assert_eq!((entry.key.as_str(), &entry.value), ("/t/a", &garbage));
        }
        other => panic!("{other:?}"),
    }
    let listed = store.list("/t/").await.expect("a list").entries;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].value, garbage);
    assert_eq!(start(&mut store.watch("/t/")).await.0, listed);
}
