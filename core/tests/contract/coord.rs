//! What every store of the present does. An adapter makes a [`Fixture`] and names it to
//! `coord_contract!`; the cases know nothing else of it.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use belfry_core::coord::{Coord, CoordError, Watch, WatchEvent};
use belfry_core::txn::{Check, Compare, Entry, LeaseId, Op, OpResult, Txn, TxnAnswer};

/// A store that nobody else writes below `prefix`.
pub struct Fixture {
    /// One process.
    pub first: Arc<dyn Coord>,
    /// Another process, or what stands for one: it shares nothing with the first.
    pub second: Arc<dyn Coord>,
    /// Where the case may write; ends with `/`.
    pub prefix: String,
    /// Drops the whole log of changes.
    pub compact: Box<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>,
    /// What has to live as long as the store.
    pub keep: Box<dyn std::any::Any + Send + Sync>,
}

/// Makes a test of each case for an adapter.
macro_rules! coord_contract {
    ($part:ident, $fresh:path: $($case:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            let fixture = $fresh().await;
            $crate::$part::$case(&fixture).await;
            drop(fixture.keep);
        }
    )*};
    ($fresh:path) => {
        coord_contract! { coord, $fresh:
            every_write_makes_one_revision
            every_check_holds_and_fails
            nested_transactions_are_judged_by_the_state_before
            a_key_is_written_once_only
            the_other_branch_reads_what_it_asks_for
            a_key_that_comes_back_is_created_anew
            concurrent_increments_lose_none
            a_lease_takes_its_keys_along
            a_renewed_lease_keeps_its_keys
            a_revoked_lease_takes_its_keys_along
            a_lease_that_ended_takes_no_keys
        }
        coord_contract! { watch, $fresh:
            a_watch_sees_every_change_in_order
            a_watch_sees_nothing_beside_its_prefix
            a_watch_behind_the_log_begins_again
            a_slow_reader_loses_nothing_and_delays_nobody
            the_other_process_sees_what_one_writes
            a_watch_gives_signs_of_life
        }
            };
}
pub(crate) use coord_contract;

const PATIENCE: Duration = Duration::from_secs(20);

impl Fixture {
    pub fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub fn put(&self, name: &str, value: &str) -> Op {
        Op::Put {
            key: self.key(name),
            value: value.into(),
            lease: None,
        }
    }

    fn when(&self, name: &str, check: Check) -> Compare {
        Compare {
            key: self.key(name),
            check,
        }
    }

    pub async fn write(&self, name: &str, value: &str) -> u64 {
        done(&*self.first, vec![self.put(name, value)])
            .await
            .revision
    }

    pub async fn entry(&self, name: &str) -> Option<Entry> {
        let (_, mut entries) = self
            .first
            .get(&[self.key(name)])
            .await
            .expect("a readable store");
        entries.pop().expect("one answer for one key")
    }

    async fn leased(&self, name: &str, ttl: Duration) -> LeaseId {
        let lease = self.first.grant_lease(ttl).await.expect("a lease");
        let put = Op::Put {
            key: self.key(name),
            value: b"x".to_vec(),
            lease: Some(lease),
        };
        done(&*self.first, vec![put]).await;
        lease
    }
}

pub async fn done(store: &dyn Coord, then: Vec<Op>) -> TxnAnswer {
    let txn = Txn {
        compares: vec![],
        then,
        otherwise: vec![],
    };
    store
        .transact(&txn)
        .await
        .expect("a transaction that is judged")
}

/// The next event that is no sign of life.
pub async fn next(watch: &mut Watch) -> WatchEvent {
    let next = async {
        loop {
            match watch.events.recv().await.expect("a watch that goes on") {
                WatchEvent::Progress(_) => {}
                event => return event,
            }
        }
    };
    let event = tokio::time::timeout(PATIENCE, next).await;
    event.expect("an event in time")
}

/// Reads a first start, and returns the keys with the revision.
pub async fn start(watch: &mut Watch) -> (Vec<Entry>, u64) {
    assert_eq!(next(watch).await, WatchEvent::Reset);
    let mut entries = Vec::new();
    loop {
        match next(watch).await {
            WatchEvent::Loaded(entry) => entries.push(entry),
            WatchEvent::Ready(revision) => return (entries, revision),
            other => panic!("while loading: {other:?}"),
        }
    }
}

pub async fn every_write_makes_one_revision(f: &Fixture) {
    let first = f.write("a", "1").await;
    let both = done(&*f.first, vec![f.put("a", "2"), f.put("b", "2")])
        .await
        .revision;
    assert!(both > first);
    let entries = f.first.list(&f.prefix).await.expect("a list").entries;
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry.mod_revision == both));
    assert_eq!(
        (entries[0].create_revision, entries[1].create_revision),
        (first, both)
    );
    let nothing = done(
        &*f.first,
        vec![Op::Delete(f.key("none")), Op::Get(f.key("a"))],
    )
    .await;
    assert_eq!(nothing.revision, both);
    let (revision, twice) = f
        .first
        .get(&[f.key("a"), f.key("none"), f.key("a")])
        .await
        .expect("keys");
    assert!(revision >= both);
    assert_eq!(
        twice,
        [Some(entries[0].clone()), None, Some(entries[0].clone())]
    );
}

pub async fn every_check_holds_and_fails(f: &Fixture) {
    let created = f.write("a", "1").await;
    let changed = f.write("a", "2").await;
    let cases = [
        ("a", Check::Value(b"2".to_vec()), true),
        ("a", Check::Value(b"1".to_vec()), false),
        ("none", Check::Value(vec![]), false),
        ("a", Check::ModRevision(changed), true),
        ("a", Check::ModRevision(created), false),
        ("a", Check::ModRevision(0), false),
        ("none", Check::ModRevision(0), true),
        ("a", Check::CreateRevision(created), true),
        ("a", Check::CreateRevision(changed), false),
        ("none", Check::CreateRevision(0), true),
        ("a", Check::CreateRevision(0), false),
        ("a", Check::Present, true),
        ("none", Check::Present, false),
    ];
    for (name, check, holds) in cases {
        let txn = Txn {
            compares: vec![f.when(name, check.clone())],
            ..Txn::default()
        };
        let answer = f.first.transact(&txn).await.expect("a judgement");
        assert_eq!(answer.succeeded, holds, "{name} {check:?}");
    }
    let compares = vec![f.when("a", Check::Present), f.when("none", Check::Present)];
    let all = Txn {
        compares,
        ..Txn::default()
    };
    assert!(!f.first.transact(&all).await.expect("a judgement").succeeded);
}

pub async fn nested_transactions_are_judged_by_the_state_before(f: &Fixture) {
    let absent = |name| vec![f.when(name, Check::ModRevision(0))];
    let nested = |name, value| {
        let then = vec![f.put(name, value), Op::Get(f.key("a"))];
        Op::Nested(Txn {
            compares: absent("a"),
            then,
            otherwise: vec![],
        })
    };
    let then = vec![nested("a", "1"), nested("b", "2")];
    let txn = Txn {
        compares: absent("a"),
        then,
        otherwise: vec![],
    };
    let answer = f.first.transact(&txn).await.expect("a judgement");
    for result in &answer.results {
        let OpResult::Nested(inside) = result else {
            panic!("{result:?}")
        };
        assert!(inside.succeeded);
        assert_eq!(inside.results, [OpResult::Put, OpResult::Got(None)]);
    }
    assert_eq!(
        f.entry("a").await.expect("written").mod_revision,
        answer.revision
    );
    assert_eq!(
        f.entry("b").await.expect("written").mod_revision,
        answer.revision
    );
}

pub async fn a_key_is_written_once_only(f: &Fixture) {
    let inside = Op::Nested(Txn {
        then: vec![f.put("a", "2")],
        ..Txn::default()
    });
    for second in [f.put("a", "2"), inside] {
        let txn = Txn {
            then: vec![f.put("a", "1"), second],
            ..Txn::default()
        };
        let refused = f.first.transact(&txn).await;
        assert!(
            matches!(refused, Err(CoordError::Refused(_))),
            "{refused:?}"
        );
        assert_eq!(f.entry("a").await, None);
    }
}

pub async fn the_other_branch_reads_what_it_asks_for(f: &Fixture) {
    f.write("a", "1").await;
    let txn = Txn {
        compares: vec![f.when("a", Check::ModRevision(0))],
        then: vec![f.put("a", "2")],
        otherwise: vec![Op::Get(f.key("a")), Op::Get(f.key("none"))],
    };
    let answer = f.first.transact(&txn).await.expect("a judgement");
    assert!(!answer.succeeded);
    assert_eq!(
        answer.results,
        [OpResult::Got(f.entry("a").await), OpResult::Got(None)]
    );
}

pub async fn a_key_that_comes_back_is_created_anew(f: &Fixture) {
    let created = f.write("a", "1").await;
    let deleted = done(&*f.first, vec![Op::Delete(f.key("a"))]).await;
    assert_eq!(deleted.results, [OpResult::Deleted]);
    assert!(deleted.revision > created);
    assert_eq!(f.entry("a").await, None);
    let again = f.write("a", "2").await;
    let entry = f.entry("a").await.expect("written");
    assert_eq!((entry.create_revision, entry.mod_revision), (again, again));
    assert!(again > deleted.revision);
}

pub async fn concurrent_increments_lose_none(f: &Fixture) {
    f.write("n", "0").await;
    let increments = (0..80).map(|index| {
        let store = if index % 2 == 0 {
            f.first.clone()
        } else {
            f.second.clone()
        };
        let key = f.key("n");
        tokio::spawn(async move { increment(&*store, &key).await })
    });
    let mut revisions = BTreeSet::new();
    for increment in increments.collect::<Vec<_>>() {
        assert!(
            revisions.insert(increment.await.expect("no panic")),
            "a revision was given twice"
        );
    }
    assert_eq!(f.entry("n").await.expect("there").value, b"80");
}

async fn increment(store: &dyn Coord, key: &str) -> u64 {
    loop {
        let (_, entries) = store
            .get(&[key.to_owned()])
            .await
            .expect("a readable store");
        let entry = entries[0].clone().expect("the counter");
        let number: u64 = String::from_utf8(entry.value)
            .expect("text")
            .parse()
            .expect("a number");
        let check = Check::ModRevision(entry.mod_revision);
        let value = (number + 1).to_string().into_bytes();
        let txn = Txn {
            compares: vec![Compare {
                key: key.to_owned(),
                check,
            }],
            then: vec![Op::Put {
                key: key.to_owned(),
                value,
                lease: None,
            }],
            otherwise: vec![],
        };
        let answer = store.transact(&txn).await.expect("a judgement");
        if answer.succeeded {
            return answer.revision;
        }
    }
}

pub async fn a_lease_takes_its_keys_along(f: &Fixture) {
    f.leased("a", Duration::from_secs(1)).await;
    let mut watches = [f.first.watch(&f.prefix), f.second.watch(&f.prefix)];
    for watch in &mut watches {
        let (entries, _) = start(watch).await;
        assert_eq!(entries.len(), 1);
        assert!(entries[0].lease.is_some());
    }
    let [one, other] = &mut watches;
    let removed = next(one).await;
    assert!(
        matches!(&removed, WatchEvent::Removed(key, _) if *key == f.key("a")),
        "{removed:?}"
    );
    assert_eq!(next(other).await, removed);
    assert_eq!(f.entry("a").await, None);
    // Whoever noticed: it was removed once.
    let after = f.write("b", "1").await;
    for watch in &mut watches {
        let event = next(watch).await;
        assert!(
            matches!(&event, WatchEvent::Changed(entry) if entry.mod_revision == after),
            "{event:?}"
        );
    }
}

pub async fn a_renewed_lease_keeps_its_keys(f: &Fixture) {
    let kept = f.leased("kept", Duration::from_secs(2)).await;
    f.leased("left", Duration::from_secs(2)).await;
    let left = f
        .second
        .renew_lease(kept)
        .await
        .expect("an answer")
        .expect("a living lease");
    assert_eq!(left, Duration::from_secs(2));
    let mut watch = f.first.watch(&f.prefix);
    start(&mut watch).await;
    let renewing = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(200));
        loop {
            ticks.tick().await;
            f.first
                .renew_lease(kept)
                .await
                .expect("an answer")
                .expect("a living lease");
        }
    };
    let removed = tokio::select! {
        event = next(&mut watch) => event,
        () = renewing => unreachable!("it renews for ever"),
    };
    assert!(
        matches!(&removed, WatchEvent::Removed(key, _) if *key == f.key("left")),
        "{removed:?}"
    );
    assert!(f.entry("kept").await.is_some());
}

pub async fn a_revoked_lease_takes_its_keys_along(f: &Fixture) {
    let lease = f.leased("a", Duration::from_secs(60)).await;
    // A key that is written again without the lease no longer hangs on it.
    let freed = Op::Put {
        key: f.key("b"),
        value: b"x".to_vec(),
        lease: Some(lease),
    };
    done(&*f.first, vec![freed]).await;
    f.write("b", "y").await;
    f.first.revoke_lease(lease).await.expect("an answer");
    f.second
        .revoke_lease(lease)
        .await
        .expect("ending it again is no error");
    assert_eq!(f.entry("a").await, None);
    assert_eq!(f.entry("b").await.expect("kept").lease, None);
    assert_eq!(f.first.renew_lease(lease).await.expect("an answer"), None);
}

pub async fn a_lease_that_ended_takes_no_keys(f: &Fixture) {
    let lease = f.leased("a", Duration::from_secs(60)).await;
    f.first.revoke_lease(lease).await.expect("an answer");
    let put = Op::Put {
        key: f.key("b"),
        value: b"x".to_vec(),
        lease: Some(lease),
    };
    let txn = Txn {
        then: vec![f.put("c", "1"), put],
        ..Txn::default()
    };
    let refused = f.first.transact(&txn).await;
    assert!(
        matches!(refused, Err(CoordError::Refused(_))),
        "{refused:?}"
    );
    assert_eq!(f.entry("c").await, None);
}
