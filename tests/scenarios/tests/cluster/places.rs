//! Where jobs run: shares by weight, on all nodes, for projects of one node, and without failover.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::id::{JobId, NodeId};
use belfry_core::job::{Balance, JobDraft, Overlap};
use belfry_core::run::RunRecord;
use belfry_harness::place::job;
use belfry_harness::wait;
use belfry_scenarios::ledger::Rhythm;
use jiff::{SignedDuration, Timestamp};

use crate::world::{NODES, World};

const TURNING: usize = 20;
/// Of each turning job; ten times the sum of the weights.
const TURNS: usize = 30;
const SHARES_WITHIN: Duration = Duration::from_secs(300);
/// After so long another node stands in for the first one.
const STANDS_IN_AFTER: SignedDuration = SignedDuration::from_secs(2);
const EVERY_OTHER_SECOND: Rhythm = Rhythm { every: 2, past: 0 };

fn placed(world: &World, name: &str, change: impl FnOnce(&mut JobDraft)) -> JobDraft {
    let mut draft = job(name, "", world.witness.line());
    draft.overlap = Overlap::Allow;
    change(&mut draft);
    draft
}

/// Weights 3:2:1; the last one alone serves a second project.
async fn weighted() -> World {
    World::bare(1, async |servers, node| {
        let lines = match node {
            "a" => "weight = 3\nprojects = [\"test\"]\n",
            "b" => "weight = 2\nprojects = [\"test\"]\n",
            _ => "weight = 1\nprojects = [\"test\", \"special\"]\n",
        };
        servers.configure(node, lines);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_job_runs_where_it_is_placed_and_by_the_weights_of_the_nodes() {
    let mut world = weighted().await;
    let mut turning = Vec::new();
    for number in 0..TURNING {
        let draft = placed(&world, &format!("turn {number}"), |draft| {
            draft.place.balance = Balance::Rotate;
        });
        turning.push(world.put(Rhythm::SECOND, draft).await);
    }
    let everywhere = placed(&world, "everywhere", |draft| {
        draft.place.on = Some("all".to_owned());
        draft.shell.script = Some(":".to_owned());
    });
    // It has a series for each node, which the check of the ledger counts.
    let everywhere = world.servers.place.put_job(JobDraft {
        schedule: EVERY_OTHER_SECOND.schedule(),
        ..everywhere
    });
    let everywhere = everywhere.await;
    let special = placed(&world, "special", |draft| {
        draft.project = "special".to_owned()
    });
    let special = world.put(EVERY_OTHER_SECOND, special).await;
    let homely = placed(&world, "homely", |draft| draft.place.failover = Some(false));
    let homely = world.put(EVERY_OTHER_SECOND, homely).await;

    assert_eq!(
        shares(&world, &turning).await,
        [300, 200, 100],
        "of 600 occurrences by weight"
    );
    let records = world.servers.place.records(special).await;
    assert!(records.len() >= 5, "{records:?}");
    assert!(records.iter().all(|record| record.node.as_str() == "c"));
    on_every_node(&world, everywhere).await;
    stays_at_home(&mut world, homely).await;
    world.account().await;
}

/// How many of six hundred occurrences each node decided: of each job a row of instants in which
/// nobody had to stand in, as happens on a machine that is busy elsewhere.
async fn shares(world: &World, turning: &[JobId]) -> Vec<usize> {
    let mut shares: BTreeMap<NodeId, usize> = BTreeMap::new();
    for id in turning {
        let row = wait::until_seldom("a row of timely turns", SHARES_WITHIN, async || {
            let mut records = world.servers.place.records(*id).await;
            records.reverse();
            let row = records.windows(TURNS).find(|row| is_regular(row));
            row.map(<[RunRecord]>::to_vec)
        })
        .await;
        for record in row {
            *shares.entry(record.node).or_default() += 1;
        }
    }
    shares.into_values().collect()
}

fn is_regular(row: &[RunRecord]) -> bool {
    let in_time = |record: &RunRecord| {
        let late = record.decided_at.duration_since(record.scheduled_at);
        record.count == 1 && late < STANDS_IN_AFTER
    };
    let seconds = |record: &RunRecord| record.scheduled_at.as_second();
    let next = |pair: &[RunRecord]| seconds(&pair[1]) - seconds(&pair[0]) == 1;
    row.iter().all(in_time) && row.windows(2).all(next)
}

/// Each node has a record of its own of the same instants.
async fn on_every_node(world: &World, everywhere: JobId) {
    let records = world.servers.place.records(everywhere).await;
    let mut by_instant: BTreeMap<Timestamp, Vec<String>> = BTreeMap::new();
    for record in &records {
        assert_eq!(record.scope.to_string(), record.node.to_string());
        let nodes = by_instant.entry(record.scheduled_at).or_default();
        nodes.push(record.node.to_string());
    }
    // The first and the newest may not be on all of them yet.
    let middle = by_instant.len().saturating_sub(10);
    assert!(middle >= 5, "{by_instant:?}");
    for (at, mut nodes) in by_instant.into_iter().skip(5).take(middle) {
        nodes.sort();
        assert_eq!(nodes, NODES, "{at}");
    }
}

/// A job without failover waits for its node, and the others go on with everything else.
async fn stays_at_home(world: &mut World, homely: JobId) {
    let home = world.newest_run_after(homely, world.first).await.node;
    let home = NODES.into_iter().find(|node| *node == home.as_str());
    let home = home.expect("one of the three");
    let draft = placed(world, "pinned", |draft| {
        draft.place.on = Some(format!("node:{home}"));
    });
    let pinned = world.put(EVERY_OTHER_SECOND, draft).await;
    world
        .newest_run_after(pinned, Timestamp::now().as_second())
        .await;
    world.crash(home);
    let gone = Timestamp::now().as_second() + 1;
    let turning = world.jobs[0].id;
    let moved = world.newest_run_after(turning, gone + 15).await;
    assert_ne!(moved.node.as_str(), home, "others go on");
    let back = Timestamp::now().as_second();
    world.come_back(home).await;
    for id in [homely, pinned] {
        world.newest_run_after(id, back).await;
        for record in world.servers.place.records(id).await {
            assert_eq!(record.node.as_str(), home, "{record:?}");
        }
    }
}
