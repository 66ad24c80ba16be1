//! What every watch of a store of the present tells: a part of its contract.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::coord::{Watch, WatchEvent};
use belfry_core::txn::{Entry, Op};

use crate::coord::{Fixture, done, next, start};

pub async fn a_watch_sees_every_change_in_order(f: &Fixture) {
    const EACH: usize = 150;
    f.write("0", "there before").await;
    let mut watches = [f.first.watch(&f.prefix), f.second.watch(&f.prefix)];
    let (entries, ready) = start(&mut watches[0]).await;
    assert_eq!(entries.len(), 1);
    start(&mut watches[1]).await;
    let writers = (0..4).map(|writer| {
        let store = if writer % 2 == 0 {
            f.first.clone()
        } else {
            f.second.clone()
        };
        let prefix = f.prefix.clone();
        tokio::spawn(async move {
            let mut made = Vec::new();
            for index in 0..EACH {
                let key = format!("{prefix}{writer}/{}", index % 7);
                let op = match index % 7 == 6 && index / 7 % 2 == 1 {
                    true => Op::Delete(key.clone()),
                    false => Op::Put {
                        key: key.clone(),
                        value: vec![0; index],
                        lease: None,
                    },
                };
                let answer = done(&*store, vec![op]).await;
                made.push((answer.revision, key));
            }
            made
        })
    });
    let mut made = BTreeMap::new();
    for writer in writers.collect::<Vec<_>>() {
        for (revision, key) in writer.await.expect("no panic") {
            assert!(revision > ready);
            assert!(
                made.insert(revision, key).is_none(),
                "a revision was given twice"
            );
        }
    }
    for watch in &mut watches {
        let mut state: BTreeMap<String, Entry> =
            entries.iter().map(|e| (e.key.clone(), e.clone())).collect();
        let newest = *made.keys().last().expect("changes");
        let mut last = ready;
        while last < newest {
            let (revision, key) = apply(&mut state, next(watch).await);
            assert!(revision > last, "{revision} after {last}");
            let skipped: Vec<_> = made.range(last + 1..revision).collect();
            assert!(skipped.is_empty(), "not told: {skipped:?}");
            assert_eq!(made[&revision], key);
            last = revision;
        }
        let listed = f.first.list(&f.prefix).await.expect("a list").entries;
        assert_eq!(state.into_values().collect::<Vec<_>>(), listed);
    }
}

fn apply(state: &mut BTreeMap<String, Entry>, event: WatchEvent) -> (u64, String) {
    match event {
        WatchEvent::Changed(entry) => {
            let told = (entry.mod_revision, entry.key.clone());
            state.insert(entry.key.clone(), entry);
            told
        }
        WatchEvent::Removed(key, revision) => {
            assert!(state.remove(&key).is_some(), "{key} was not there");
            (revision, key)
        }
        other => panic!("while following: {other:?}"),
    }
}

pub async fn a_watch_sees_nothing_beside_its_prefix(f: &Fixture) {
    f.write("a/1", "1").await;
    f.write("a", "beside").await;
    f.write("a0", "beside").await;
    let mut watch = f.second.watch(&f.key("a/"));
    let (entries, _) = start(&mut watch).await;
    assert_eq!(entries.len(), 1);
    f.write("b/1", "beside").await;
    f.write("a0", "beside").await;
    let told = f.write("a/2", "2").await;
    let event = next(&mut watch).await;
    assert!(
        matches!(&event, WatchEvent::Changed(entry) if entry.mod_revision == told),
        "{event:?}"
    );
}

pub async fn a_watch_behind_the_log_begins_again(f: &Fixture) {
    let mut watch = f.first.watch(&f.prefix);
    start(&mut watch).await;
    // More than a watch holds ready, so that it stands still with its place in the past.
    let mut newest = 0;
    for round in 0..20 {
        let puts = (0..100)
            .map(|index| f.put(&index.to_string(), &format!("{round}{}", "x".repeat(2000))));
        newest = done(&*f.first, puts.collect()).await.revision;
    }
    (f.compact)().await;
    f.write("last", "1").await;
    let mut last = 0;
    let entries = loop {
        match next(&mut watch).await {
            WatchEvent::Changed(entry) => {
                assert!(entry.mod_revision >= last);
                last = entry.mod_revision;
            }
            WatchEvent::Reset => break rest_of_start(&mut watch).await,
            other => panic!("before the reset: {other:?}"),
        }
    };
    assert!(last < newest, "the watch was never behind");
    assert_eq!(entries.len(), 101);
}

async fn rest_of_start(watch: &mut Watch) -> Vec<Entry> {
    let mut entries = Vec::new();
    loop {
        match next(watch).await {
            WatchEvent::Loaded(entry) => entries.push(entry),
            WatchEvent::Ready(_) => return entries,
            other => panic!("while loading: {other:?}"),
        }
    }
}

pub async fn a_slow_reader_loses_nothing_and_delays_nobody(f: &Fixture) {
    let mut slow = f.first.watch(&f.prefix);
    let mut quick = f.first.watch(&f.prefix);
    start(&mut slow).await;
    start(&mut quick).await;
    for round in 0..10 {
        let puts = (0..100).map(|index| f.put(&format!("{round}/{index:03}"), &"x".repeat(2000)));
        done(&*f.first, puts.collect()).await;
    }
    for watch in [&mut quick, &mut slow] {
        for number in 0..1000 {
            let expected = f.key(&format!("{}/{:03}", number / 100, number % 100));
            match next(watch).await {
                WatchEvent::Changed(entry) => assert_eq!(entry.key, expected),
                other => panic!("while following: {other:?}"),
            }
        }
    }
}

pub async fn the_other_process_sees_what_one_writes(f: &Fixture) {
    let mut watch = f.second.watch(&f.prefix);
    start(&mut watch).await;
    let written = f.write("a", "1").await;
    let event = next(&mut watch).await;
    assert!(
        matches!(&event, WatchEvent::Changed(entry) if entry.mod_revision == written),
        "{event:?}"
    );
    let listed = f.second.list(&f.prefix).await.expect("a list");
    assert_eq!(listed.entries, [f.entry("a").await.expect("written")]);
}

pub async fn a_watch_gives_signs_of_life(f: &Fixture) {
    let mut watch = f.first.watch(&f.key("silent/"));
    let (_, ready) = start(&mut watch).await;
    let beside = f.write("beside", "1").await;
    let mut told = ready;
    while told < beside {
        let sign = tokio::time::timeout(Duration::from_secs(6), watch.events.recv()).await;
        match sign.expect("a sign in time").expect("a watch that goes on") {
            WatchEvent::Progress(revision) => told = revision,
            other => panic!("nothing happened there: {other:?}"),
        }
    }
}
