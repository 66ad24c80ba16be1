//! Where the starts of many jobs pile up, and how they can be spread.
//!
//! What is proposed is jitter, for it leaves every schedule as people know it: instants keep their
//! names, and each job starts a fixed time behind its own.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::id::JobId;
use crate::job::Job;
use crate::limits::{PILE_JOBS_MIN, PILES_MAX, SPREAD_INSTANTS_MAX};
use crate::schedule::jitter_offset;

const MINUTE_MS: i64 = 60_000;
/// Jitters that are proposed, the shortest that is enough.
const JITTERS: [Duration; 6] = [
    Duration::from_secs(2 * 60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(15 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(60 * 60),
];
/// Starts of one minute that are no pile any more.
const STARTS_CALM: u32 = 4;

/// A minute in which many jobs start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pile {
    /// The minute's beginning.
    pub at: Timestamp,
    /// How many start in it.
    pub starts: u32,
    /// The jobs that would be given jitter.
    pub jobs: Vec<JobId>,
    /// The proposed jitter.
    pub jitter: Duration,
    /// How many of them start in the fullest minute then.
    pub then: u32,
}

/// How many jobs start in each minute of `[since, until)`, jitter counted.
///
/// A job with more than `SPREAD_INSTANTS_MAX` instants in the span is left out: it starts all the
/// time, and piles nothing up.
pub fn starts<'a>(
    jobs: impl IntoIterator<Item = (JobId, &'a Job)>,
    (since, until): (Timestamp, Timestamp),
) -> BTreeMap<i64, Vec<JobId>> {
    let mut minutes: BTreeMap<i64, Vec<JobId>> = BTreeMap::new();
    let last = until.as_millisecond();
    for (id, job) in jobs {
        if job.paused {
            continue;
        }
        let offset = ms(job.jitter_offset(id));
        let timetable = job.timetable();
        let instants = timetable.between(since, until);
        let instants: Vec<Timestamp> = instants.take(SPREAD_INSTANTS_MAX + 1).collect();
        if instants.len() > SPREAD_INSTANTS_MAX {
            continue;
        }
        for at in instants {
            let start_ms = at.as_millisecond() + offset;
            if start_ms < last {
                minutes.entry(minute(start_ms)).or_default().push(id);
            }
        }
    }
    minutes
}

/// The fullest minutes with what would empty them, the fullest first. A job is in one pile only.
pub fn piles<'a>(
    minutes: &BTreeMap<i64, Vec<JobId>>,
    job: impl Fn(JobId) -> Option<&'a Job>,
) -> Vec<Pile> {
    let mut full: Vec<(&i64, &Vec<JobId>)> = minutes
        .iter()
        .filter(|(_, jobs)| jobs.len() >= PILE_JOBS_MIN)
        .collect();
    full.sort_by_key(|(at, jobs)| (std::cmp::Reverse(jobs.len()), **at));
    let mut taken = std::collections::BTreeSet::new();
    let mut piles = Vec::new();
    for (at, jobs) in full {
        let may =
            |id: &&JobId| !taken.contains(*id) && job(**id).is_some_and(|job| job.jitter.is_zero());
        let spread: Vec<JobId> = jobs.iter().filter(may).copied().collect();
        if piles.len() == PILES_MAX || spread.len() < PILE_JOBS_MIN {
            continue;
        }
        let most = spread
            .iter()
            .filter_map(|id| job(*id))
            .filter_map(shortest_gap)
            .min();
        let Some((jitter, then)) = proposed(&spread, most) else {
            continue;
        };
        taken.extend(spread.iter().copied());
        piles.push(Pile {
            at: Timestamp::from_millisecond(*at).unwrap_or_default(),
            starts: u32::try_from(jobs.len()).unwrap_or(u32::MAX),
            jobs: spread,
            jitter,
            then,
        });
    }
    piles
}

/// The shortest jitter that makes it calm, else the longest that may be.
fn proposed(jobs: &[JobId], gap: Option<Duration>) -> Option<(Duration, u32)> {
    // A start stays well before the next instant of its own job.
    let may_be = |jitter: &Duration| gap.is_none_or(|gap| *jitter * 2 <= gap);
    let tried = JITTERS.into_iter().filter(may_be);
    let tried: Vec<(Duration, u32)> = tried
        .map(|jitter| (jitter, fullest(jobs, jitter)))
        .collect();
    let calm = tried.iter().find(|(_, then)| *then <= STARTS_CALM);
    calm.or(tried.last()).copied()
}

/// How many of the jobs start in the fullest minute with this jitter.
fn fullest(jobs: &[JobId], jitter: Duration) -> u32 {
    let mut minutes: BTreeMap<i64, u32> = BTreeMap::new();
    for id in jobs {
        let offset = ms(jitter_offset(id.0, jitter));
        *minutes.entry(minute(offset)).or_default() += 1;
    }
    minutes.into_values().max().unwrap_or(0)
}

/// The time between the first two instants of a job from the beginning of 2026 on; schedules repeat
/// what they do.
fn shortest_gap(job: &Job) -> Option<Duration> {
    let from = Timestamp::from_second(1_767_225_600).ok()?;
    let timetable = job.timetable();
    let instants: Vec<Timestamp> = timetable.between(from, Timestamp::MAX).take(4).collect();
    let gaps = instants
        .windows(2)
        .map(|two| two[1].duration_since(two[0]).unsigned_abs());
    gaps.min()
}

fn minute(at_ms: i64) -> i64 {
    at_ms.div_euclid(MINUTE_MS) * MINUTE_MS
}

fn ms(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    fn at(text: &str) -> Timestamp {
        format!("2026-01-01T{text}Z").parse().expect("an instant")
    }

    fn jobs(count: u128, schedule: &str) -> BTreeMap<JobId, Job> {
        let job = |number| {
            let fields = json!({
                "project": "ops", "name": format!("job-{number}"), "schedule": schedule,
                "timezone": "UTC", "shell": { "script": "true" },
            });
            Job::read(&fields).expect("a job")
        };
        (1..=count)
            .map(|number| (JobId(Uuid::from_u128(number)), job(number)))
            .collect()
    }

    fn found(jobs: &BTreeMap<JobId, Job>) -> Vec<Pile> {
        let span = (at("00:00:00"), at("12:00:00"));
        let minutes = starts(jobs.iter().map(|(id, job)| (*id, job)), span);
        piles(&minutes, |id| jobs.get(&id))
    }

    #[test]
    fn many_jobs_of_one_minute_are_a_pile_that_jitter_empties() {
        let jobs = jobs(40, "0 3 * * *");
        let piles = found(&jobs);
        assert_eq!(piles.len(), 1);
        let pile = &piles[0];
        assert_eq!(
            (pile.at, pile.starts, pile.jobs.len()),
            (at("03:00:00"), 40, 40)
        );
        assert!(pile.then <= STARTS_CALM || pile.jitter == JITTERS[5]);
        // What is promised is what comes.
        let spread: BTreeMap<JobId, Job> = jobs
            .into_iter()
            .map(|(id, job)| {
                (
                    id,
                    Job {
                        jitter: pile.jitter,
                        ..job
                    },
                )
            })
            .collect();
        let minutes = starts(
            spread.iter().map(|(id, job)| (*id, job)),
            (at("00:00:00"), at("12:00:00")),
        );
        let most = minutes.values().map(Vec::len).max();
        assert_eq!(most, usize::try_from(pile.then).ok());
    }

    #[test]
    fn a_job_is_never_spread_into_its_own_next_instant() {
        let piles = found(&jobs(30, "*/10 * * * *"));
        assert_eq!(piles.len(), 1);
        assert_eq!(piles[0].jitter, Duration::from_secs(5 * 60));
    }

    #[test]
    fn few_jobs_paused_ones_and_such_as_start_all_the_time_are_no_pile() {
        assert_eq!(found(&jobs(5, "0 3 * * *")), []);
        assert_eq!(found(&jobs(30, "* * * * * *")), []);
        let resting = jobs(30, "0 3 * * *").into_iter();
        let resting = resting.map(|(id, job)| {
            (
                id,
                Job {
                    paused: true,
                    ..job
                },
            )
        });
        assert_eq!(found(&resting.collect()), []);
    }
}
