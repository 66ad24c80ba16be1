//! Worlds in which nothing goes wrong: there the ledger follows the placement exactly, and every
//! occurrence costs one decision.

use std::time::Duration;

use belfry_core::id::{JobId, Moment, Scope};
use belfry_core::job::{Balance, Job, Overlap, Place, PlaceOn};
use belfry_core::placement::{NodeFacts, Nodes, Wanted, What, candidates};

use crate::random_job;
use crate::world::World;

/// How long a calm world lasts.
const LASTS: Duration = Duration::from_secs(120);
/// By then every agent has seen every other one and trusts its own clock.
const SETTLED: Duration = Duration::from_secs(12);

/// Lives one through and checks it. Returns how many occurrences were decided.
pub fn calm(seed: u64) -> usize {
    let world = live_calmly(seed);
    world.check();
    world.check_placement()
}

/// A world in which nothing goes wrong.
pub fn live_calmly(seed: u64) -> World {
    let mut world = World::new(seed, 2 + seed % 3);
    world.may_lose = false;
    world.programs_last_ms = Some(300);
    for host in &mut world.hosts {
        host.max_parallel = 64;
    }
    let end = world.start + LASTS;
    for number in 0..6 {
        let job = Job {
            overlap: Overlap::Allow,
            ..random_job(&mut world, number, end)
        };
        world.add_job(job);
    }
    world.boot_all();
    world.run_until(LASTS + Duration::from_secs(120));
    world
}

impl World {
    /// Every occurrence was decided once, by the first candidate.
    pub fn check_placement(&self) -> usize {
        self.invariant_every_occurrence_costs_one_decision();
        self.invariant_the_first_candidate_decides()
    }

    /// The load that two agents see may differ for an instant, and then both take it for theirs.
    fn invariant_every_occurrence_costs_one_decision(&self) {
        let (mut moving, mut more) = (0, 0);
        let settled = Moment::At(self.start + SETTLED);
        for (key, sent) in self
            .decisions
            .iter()
            .filter(|(key, _)| key.moment >= settled)
        {
            if self.jobs[&key.job][0].job.place.balance == Balance::LeastLoaded {
                moving += 1;
                more += sent - 1;
                continue;
            }
            assert_eq!(*sent, 1, "{key:?} was decided {sent} times");
        }
        assert!(more * 20 <= moving, "{more} of {moving} decisions too many");
    }

    fn invariant_the_first_candidate_decides(&self) -> usize {
        let nodes = self.facts();
        let mut checked = 0;
        for record in self.history.values().filter(|record| record.attempt == 1) {
            let job = &self.jobs[&record.job_id][0].job;
            let Moment::At(at) = record.moment else {
                continue;
            };
            if at < self.start + SETTLED {
                continue;
            }
            checked += 1;
            if let Scope::Node(node) = &record.scope {
                assert_eq!(record.node, *node, "{at} of {}", record.job);
                continue;
            }
            if job.place.balance == Balance::LeastLoaded {
                continue;
            }
            let turn = job.timetable().count_between(self.start, at) - 1;
            let found = candidates(Wanted::new(record.job_id, job, What::Turn(turn)), &nodes);
            assert_eq!(
                Some(&record.node),
                found.order.first(),
                "{at} of {}",
                record.job
            );
        }
        checked
    }

    /// What the sessions say of every node.
    pub fn facts(&self) -> Nodes {
        let facts = |host: &crate::host::Host| {
            let session = host.session_value(self.start, self.elapsed);
            (host.node.clone(), NodeFacts::from(&session))
        };
        self.hosts.iter().map(facts).collect()
    }

    /// Whether a server comes into question for a job at all.
    pub(crate) fn suits(&self, host: usize, id: JobId) -> bool {
        let job = &self.jobs[&id][0].job;
        let place = Place {
            on: PlaceOn::All,
            failover: true,
            ..job.place.clone()
        };
        let wanted = Wanted {
            id,
            project: &job.project,
            place: &place,
            what: What::Turn(0),
        };
        let found = candidates(wanted, &self.facts());
        found.rank(&self.hosts[host].node).is_some()
    }
}
