//! The real dispatcher on a simulated world: one thread, one seed, many faults.
//!
//! Store, history, disks, processes and clocks are simulated; what decides is the code that
//! production runs. A seed that fails is replayed with `cargo run -p belfry-simulation -- SEED`.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::dispatch::{Calendars, Cursor, SeriesKey};
use belfry_core::id::{JobId, NodeId, Scope};
use belfry_core::job::{
    Action, Balance, Command, Delivery, Job, Misfire, OutputKept, Overlap, Place, PlaceOn, Retries,
    Selector, Shell,
};
use belfry_core::schedule::{DstPolicy, Schedule, Zone};
use jiff::Timestamp;
use uuid::Uuid;

pub mod calm;
mod check;
pub mod faults;
mod hand;
pub mod host;
mod life;
pub mod random;
pub mod reaped;
pub mod store;
mod watch;
pub mod world;

use faults::Fault;
use random::Random;
use world::{Edition, Happening, World};

/// How long misfortunes go on.
const TROUBLE: Duration = Duration::from_secs(150);
/// Jobs end a little later; by this time everything must have come to rest.
const REST: Duration = Duration::from_secs(3_000);

/// How many servers a world has, by its seed: even ones too have more than one at times.
const SERVERS: [u64; 8] = [1, 2, 3, 2, 1, 3, 4, 2];

/// Lives one world through; panics where a law is broken. Returns what went wrong in it.
/// Aloud, it prints what happens.
pub fn live(seed: u64, aloud: bool) -> (World, BTreeMap<Fault, u32>) {
    let mut world = prepare(seed);
    world.aloud = aloud;
    world.run_until(TROUBLE);
    world.heal();
    world.run_until(REST);
    let faults = world.faults.clone();
    (world, faults)
}

/// The world of a seed, before anything happens.
pub fn prepare(seed: u64) -> World {
    let mut world = World::new(seed, SERVERS[(seed % 8) as usize]);
    let end = world.start + TROUBLE + Duration::from_secs(10);
    for number in 0..4 {
        let job = random_job(&mut world, number, end);
        world.add_job(job);
    }
    world.boot_all();
    world.at(Duration::from_secs(2), Happening::Misfortune);
    world
}

/// A job of a world.
pub fn random_job(world: &mut World, number: u128, end: Timestamp) -> Job {
    let random = &mut world.random;
    let schedule = *random.pick(&[
        "* * * * * *",
        "*/2 * * * * *",
        "@every 7s",
        "*/5 * * * * *",
        "*/30 * * * * *",
    ]);
    let place = random_place(random, &world.hosts[0].node);
    Job {
        project: "ops".parse().expect("a plain name"),
        name: format!("job-{number}"),
        action: Action::Shell(Shell {
            command: Command::Argv(vec!["true".into()]),
            stdin: None,
        }),
        env: BTreeMap::new(),
        secrets: BTreeMap::new(),
        cwd: None,
        run_as: None,
        umask: None,
        parameters: BTreeMap::new(),
        schedule: Schedule::parse(schedule).expect("a schedule"),
        timezone: Zone::default(),
        start_at: None,
        end_at: Some(end),
        jitter: Duration::from_secs(random.below(2) * 3),
        dst: DstPolicy::Vixie,
        calendars: Default::default(),
        paused: false,
        place,
        timeout: Some(Duration::from_secs(250)),
        stop_grace: Duration::from_secs(1),
        retries: Retries {
            count: random.below(3) as u32,
            interval: Duration::from_millis(1 + random.below(4_000)),
            backoff: 1.5,
            max_interval: Duration::from_secs(10),
        },
        overlap: *random.pick(&[
            Overlap::Skip,
            Overlap::QueueOne,
            Overlap::Replace,
            Overlap::Allow,
        ]),
        start_deadline: Duration::from_secs(*random.pick(&[5, 20, 60])),
        misfire: *random.pick(&[Misfire::Skip, Misfire::RunLatest, Misfire::RunAll]),
        delivery: match random.once_in(3) {
            true => Delivery::AtLeastOnce,
            false => Delivery::AtMostOnce,
        },
        output: OutputKept { head: 1, tail: 1 },
        about: Default::default(),
    }
}

/// Where a job of a world runs. There is always a server that suits.
fn random_place(random: &mut Random, first: &NodeId) -> Place {
    let on = match random.below(8) {
        0 => PlaceOn::Node(first.clone()),
        1 => PlaceOn::All,
        _ => PlaceOn::One,
    };
    let balances = [
        Balance::Sticky,
        Balance::Rotate,
        Balance::LeastLoaded,
        Balance::Ordered,
    ];
    let balance = *random.pick(&balances);
    let labelled = !matches!(on, PlaceOn::Node(_)) && random.once_in(3);
    let stays = matches!(balance, Balance::Sticky | Balance::Ordered) && random.once_in(4);
    Place {
        balance: match on {
            PlaceOn::One => balance,
            _ => Balance::Sticky,
        },
        failover: on != PlaceOn::One || !stays,
        nodes: labelled.then(|| Selector::parse("role=web").expect("readable")),
        on,
    }
}

impl World {
    /// Puts a job into the store, with its cursor, as whoever creates a job does.
    pub fn add_job(&mut self, job: Job) {
        let id = JobId(Uuid::from_u128(100 + self.jobs.len() as u128));
        let revision = self
            .store
            .write(self.keys.job(&job.project, id), b"1".to_vec());
        if job.place.on != PlaceOn::All {
            let series = SeriesKey {
                project: job.project.clone(),
                job: id,
                scope: Scope::One,
            };
            let cursor = Cursor {
                turn: 0,
                instant: self.start,
                sgen: 1,
            };
            self.store
                .write(self.keys.cursor(&series), cursor.to_string().into_bytes());
        }
        let since = self.start;
        let edition = Edition {
            since,
            job,
            generation: 1,
            sgen: 1,
            was_paused: false,
            revision,
        };
        self.jobs.insert(id, vec![edition]);
    }

    /// Tells every agent these calendars, as after an edit of one.
    pub fn set_calendars(&mut self, calendars: Calendars) {
        self.calendars = calendars;
        self.tell_calendars();
    }

    /// Starts every agent.
    pub fn boot_all(&mut self) {
        for host in 0..self.hosts.len() {
            self.at(Duration::from_millis(1), Happening::Boot(host));
        }
    }

    /// Kills an agent that never comes back; its programs live on.
    pub fn lose_agent(&mut self, host: usize) {
        self.hosts[host].agent = None;
        self.hosts[host].incarnation += 1;
    }

    /// Starts the agent of a server again.
    pub fn bring_back(&mut self, host: usize) {
        self.at(self.elapsed, Happening::Boot(host));
    }

    /// Ends all misfortunes: clocks are right, agents run, history is there.
    fn heal(&mut self) {
        self.healed = true;
        self.history_up = true;
        for host in 0..self.hosts.len() {
            if self.is_cut(host) {
                self.hosts[host].cut_until = self.elapsed;
                self.at(self.elapsed, Happening::CutHealed(host));
            }
            self.hosts[host].clock_error = jiff::SignedDuration::ZERO;
            self.order_drain(host, false);
            if !self.hosts[host].is_gone {
                let time = self.elapsed + Duration::from_millis(10);
                self.at(time, Happening::Boot(host));
            }
        }
        let ids: Vec<JobId> = self.jobs.keys().copied().collect();
        for id in ids {
            let paused = self.jobs[&id]
                .last()
                .is_some_and(|edition| edition.job.paused);
            if paused {
                self.edit_job(id, |edition| edition.job.paused = false);
            }
        }
    }
}
