//! The leader of etcd, an agent and the database killed again and again, in one scenario.

use std::time::Duration;

use belfry_harness::wait;
use belfry_scenarios::fault_log::{Fault, FaultLog};
use rustix::process::Signal;
use tokio::time::Instant;
use uuid::Uuid;

use crate::world::{NODES, World, size};

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_faults_neither_loses_nor_doubles_a_run() {
    weather(Calm::Between).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_a_storm_in_which_two_agents_are_held_still() {
    weather(Calm::None).await;
}

/// Whether the agents run between the other faults, or two are held still for a while.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calm {
    Between,
    None,
}

/// One step of the plan.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Begin(Fault),
    End(Fault),
}

/// Beats in a cycle; held still for the first of them.
const CYCLE: u64 = 30;
const STILL: u64 = 20;

/// Everything that happens, by when. Each cycle has each fault once; with agents held still it
/// is longer, and the agent that dies does so after them.
fn plan(calm: Calm, cycles: u32, random: &mut Random) -> Vec<(u64, Deed)> {
    let mut plan = Vec::new();
    let mut add = |fault, from: u64, lasts: u64| {
        plan.push((from, Deed::Begin(fault)));
        plan.push((from + lasts, Deed::End(fault)));
    };
    let mut start = 0;
    for _ in 0..cycles {
        let first = random.below(3);
        let mut agents_from = start;
        if calm == Calm::None {
            for offset in [0, 1] {
                let node = NODES[usize::try_from((first + offset) % 3).expect("small")];
                add(Fault::Away(node), start, STILL);
            }
            agents_from += STILL;
        }
        let leader_from = start + 1 + random.below(7);
        add(Fault::Leader, leader_from, 2);
        let node = NODES[usize::try_from(random.below(3)).expect("small")];
        let agent_from = agents_from + 2 + random.below(10);
        add(Fault::Agent(node), agent_from, 1 + random.below(9));
        let database_from = start + 5 + random.below(15);
        add(Fault::Database, database_from, 2 + random.below(6));
        start = agents_from + CYCLE;
    }
    plan.sort_by_key(|(at, _)| *at);
    plan
}

async fn weather(calm: Calm) {
    let mut random = Random::new();
    println!("the storm is that of {}", random.0);
    let (times, beat) = match size().times {
        1 => (1, Duration::from_secs(1)),
        times => (times, Duration::from_secs(2)),
    };
    let mut world = World::start(3).await;
    let mut log = FaultLog::default();
    let mut leader = None;
    let begin = Instant::now();
    for (at, deed) in plan(calm, times, &mut random) {
        let at = begin + beat * u32::try_from(at).expect("minutes");
        wait::a_while(at.saturating_duration_since(Instant::now())).await;
        perform(deed, &mut world, &mut log, &mut leader).await;
    }
    let faults = [
        log.count(|fault| fault == Fault::Leader),
        log.count(|fault| matches!(fault, Fault::Agent(_))),
        log.count(|fault| fault == Fault::Database),
        log.count(|fault| matches!(fault, Fault::Away(_))),
    ];
    println!("killed: leader, agent, database; held still: {faults:?}");
    assert!(faults[..3].iter().all(|count| *count >= times as usize));
    world.account().await.are_explained(&world, &log).await;
}

async fn perform(deed: Deed, world: &mut World, log: &mut FaultLog, leader: &mut Option<usize>) {
    if let Deed::Begin(fault) = deed {
        log.begins(fault);
    }
    match deed {
        Deed::Begin(Fault::Leader) => {
            let member = world.servers.etcd.leader().await;
            world.servers.etcd.kill(member);
            *leader = Some(member);
        }
        Deed::End(Fault::Leader) => {
            let member = leader.take().expect("it was killed");
            world.servers.etcd.restart(member).await;
        }
        Deed::Begin(Fault::Agent(node)) => world.crash(node),
        Deed::End(Fault::Agent(node)) => world.come_back(node).await,
        Deed::Begin(Fault::Database) => world.servers.mariadb.kill(),
        Deed::End(Fault::Database) => world.servers.mariadb.restart().await,
        Deed::Begin(Fault::Away(node)) => world.agents[node].signal(Signal::STOP),
        Deed::End(Fault::Away(node)) => world.agents[node].signal(Signal::CONT),
    }
    if let Deed::End(fault) = deed {
        log.ends(fault);
    }
}

/// Numbers from a seed, which is printed.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let (seed, _) = Uuid::new_v4().as_u64_pair();
        Self(seed)
    }

    /// A multiplicative congruential generator; its high bits are good enough for moments.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}
