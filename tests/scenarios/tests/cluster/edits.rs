//! Edits, pauses and deletions of jobs that ring meanwhile, and two editors at once.

use std::time::Duration;

use belfry_core::cluster::{Cluster, ClusterError};
use belfry_core::definition::Intent;
use belfry_core::id::JobId;
use belfry_core::job::{Job, JobDraft, Overlap};
use belfry_harness::place::job;
use belfry_harness::wait;
use futures_util::future::join_all;
use jiff::Timestamp;

use crate::world::{World, size};

const JOBS: usize = 6;
const ROUNDS: u32 = 8;
/// Until an instant must be recorded: the jobs' deadline, and what the check adds.
const SETTLED_AFTER: Duration = Duration::from_secs(5 + 30 + 5);

fn draft(number: usize, schedule: &str, script: &str) -> JobDraft {
    let mut draft = job(&format!("edited {number}"), schedule, script);
    draft.start_deadline = Some("5s".to_owned());
    draft.overlap = Overlap::Allow;
    draft
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_are_edited_paused_and_deleted_while_they_ring_lose_and_double_nothing() {
    let world = World::bare(1, async |servers, node| servers.configure(node, "")).await;
    let script = world.witness.line();
    let mut ids = Vec::new();
    for number in 0..JOBS {
        let draft = draft(number, "@every 1s", &script);
        ids.push(world.servers.place.put_job(draft).await);
    }
    for id in &ids {
        world.newest_run_after(*id, world.first).await;
    }
    let edited = ids.iter().enumerate().map(|(number, id)| {
        let (script, world) = (script.as_str(), &world);
        async move { rounds(&world.servers.cluster(), (number, *id), script).await }
    });
    let conflicts: usize = join_all(edited).await.into_iter().sum();
    println!("{conflicts} edits met another one");
    assert!(conflicts > 0, "two editors met");
    let last = Timestamp::now().as_second();
    for id in &ids {
        world.newest_run_after(*id, last).await;
    }
    wait::a_while(SETTLED_AFTER).await;

    let since = Timestamp::from_second(world.first).expect("an instant");
    let verified = world.servers.cluster().verify(since, None).await;
    let verified = verified.expect("both stores answer");
    assert!(verified.is_whole(), "{verified:?}");
    let until = Timestamp::from_second(last).expect("an instant");
    for series in &verified.series {
        assert!(series.until >= until, "{} is checked so far", series.title);
        assert!(series.findings.expected > 0, "{series:?}");
    }
    assert_eq!(verified.series.len(), JOBS);
    assert_eq!(world.witness.starts().values().map(Vec::len).max(), Some(1));
}

/// Edits of all kinds; two editors who saw the same at each of them. Gives how many came second.
async fn rounds(cluster: &Cluster, (number, id): (usize, JobId), script: &str) -> usize {
    let mut conflicts = 0;
    for round in 0..ROUNDS * size().times {
        let stored = cluster.job(&id.to_string()).await.expect("it is there");
        let seen = Some(stored.generation);
        let schedule = ["@every 2s", "@every 1s", "*/3 * * * * *"][round as usize % 3];
        let changed: Job = draft(number, schedule, script)
            .validate()
            .expect("a valid job");
        let intent = match (round as usize + number) % 4 {
            0 => Intent::Pause,
            1 => Intent::Resume,
            _ => Intent::Edit(changed),
        };
        let (one, other) = tokio::join!(
            cluster.edit(&stored, intent.clone(), seen),
            cluster.edit(&stored, intent, seen)
        );
        for answer in [one, other] {
            match answer {
                Ok(_) => {}
                Err(ClusterError::Refused { .. }) => conflicts += 1,
                Err(other) => panic!("{other}"),
            }
        }
        wait::a_while(Duration::from_millis(700 + 50 * number as u64)).await;
        if round % 4 == 3 {
            deleted_and_restored(cluster, id).await;
        }
    }
    let stored = cluster.job(&id.to_string()).await.expect("it is there");
    let resumed = cluster.edit(&stored, Intent::Resume, None).await;
    resumed.expect("nobody else edits");
    conflicts
}

async fn deleted_and_restored(cluster: &Cluster, id: JobId) {
    let stored = cluster.job(&id.to_string()).await.expect("it is there");
    cluster.delete(&stored, None).await.expect("it is deleted");
    wait::a_while(Duration::from_millis(1_300)).await;
    let restored = cluster.restore(id, stored.generation).await;
    restored.expect("a deleted job can be restored");
}
