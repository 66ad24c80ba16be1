//! What the plots and days of the overview are made of.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::overview::{DAY_MS, QUARTER_MS, day_start};
use super::run_view::stamp;
use crate::history::{StepCount, StepLateness, Steps};
use crate::id::JobId;
use crate::run::RunState;
use crate::view::{OverviewDay, OverviewLateness, OverviewStep};

/// Of 20 runs so many are told by "most".
const MOST_OF_20: usize = 19;

fn instant(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), stamp)
}

/// How runs ended: those that succeeded, that failed, and the others that are over.
#[derive(Clone, Copy, Default)]
struct Ends {
    succeeded: u64,
    failed: u64,
    others: u64,
}

impl Ends {
    fn of(counts: &[StepCount], steps: std::ops::Range<u32>) -> Self {
        let mut ends = Self::default();
        for it in counts.iter().filter(|it| steps.contains(&it.step)) {
            match it.state {
                RunState::Claimed | RunState::Running => {}
                RunState::Succeeded => ends.succeeded += it.count,
                state if RunState::FAILURES.contains(&state) => ends.failed += it.count,
                _ => ends.others += it.count,
            }
        }
        ends
    }
}

/// The last 24 hours of the steps.
pub(super) fn throughput(steps: &Steps, counts: &[StepCount]) -> Vec<OverviewStep> {
    let of_day = u32::try_from(DAY_MS / QUARTER_MS).unwrap_or(0);
    let shown = steps.count.saturating_sub(of_day)..steps.count;
    let told = shown.map(|step| {
        let ends = Ends::of(counts, step..step + 1);
        OverviewStep {
            at: instant(steps.start_ms(step)),
            succeeded: ends.succeeded,
            failed: ends.failed,
        }
    });
    told.collect()
}

/// Days of a zone, from the first of the steps until today.
pub(super) fn days(
    steps: &Steps,
    counts: &[StepCount],
    now: Timestamp,
    zone: &TimeZone,
) -> Vec<OverviewDay> {
    let today = now.to_zoned(zone.clone()).date();
    let mut day = steps.since.to_zoned(zone.clone()).date();
    let step_at = |at: Timestamp| {
        let behind = at.as_millisecond() - steps.start_ms(0);
        u32::try_from(behind.div_euclid(steps.step_ms)).unwrap_or(0)
    };
    let mut told = Vec::new();
    while day <= today {
        let Ok(next) = day.checked_add(1.day()) else {
            break;
        };
        let (Some(since), Some(until)) = (day_start(day, zone), day_start(next, zone)) else {
            break;
        };
        let ends = Ends::of(counts, step_at(since)..step_at(until));
        told.push(OverviewDay {
            day: day.to_string(),
            since: stamp(since),
            until: stamp(until),
            succeeded: ends.succeeded,
            failed: ends.failed,
            others: ends.others,
        });
        day = next;
    }
    told
}

/// How late the sampled runs of each step started; what a job's jitter makes does not count.
pub(super) fn lateness(
    steps: &Steps,
    samples: &[StepLateness],
    jitter_ms: impl Fn(JobId) -> i64,
) -> Vec<OverviewLateness> {
    let mut of_steps: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for sample in samples {
        let late_ms = (sample.late_ms - jitter_ms(sample.job_id)).max(0);
        of_steps.entry(sample.step).or_default().push(late_ms);
    }
    let told = (0..steps.count).map(|step| {
        let mut late = of_steps.remove(&step).unwrap_or_default();
        late.sort_unstable();
        let nth = |of_20: usize| late.get((late.len() * of_20 / 20).min(late.len().max(1) - 1));
        OverviewLateness {
            at: instant(steps.start_ms(step)),
            half_ms: nth(10).copied(),
            most_ms: nth(MOST_OF_20).copied(),
        }
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn steps(since: &str, count: u32) -> Steps {
        Steps {
            since: since.parse().expect("an instant"),
            step_ms: QUARTER_MS,
            count,
        }
    }

    fn count(step: u32, state: RunState, count: u64) -> StepCount {
        StepCount { step, state, count }
    }

    #[test]
    fn a_day_has_as_many_hours_as_its_zone_gives_it() {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        // Clocks go back on 2026-11-01: that day has 25 hours, a hundred quarters.
        let steps = steps("2026-11-01T04:00:00Z", 100 + 96);
        let counts = [
            count(0, RunState::Succeeded, 1),
            count(99, RunState::Failed, 2),
            count(100, RunState::Skipped, 4),
        ];
        let now = "2026-11-02T06:00:00Z".parse().expect("an instant");
        let told = days(&steps, &counts, now, &zone);
        let told: Vec<_> = told
            .iter()
            .map(|it| (it.day.as_str(), it.succeeded, it.failed, it.others))
            .collect();
        assert_eq!(told, [("2026-11-01", 1, 2, 0), ("2026-11-02", 0, 0, 4)]);
    }

    #[test]
    fn lateness_is_told_by_half_and_by_most_without_jitter() {
        let job_id = JobId(Uuid::from_u128(1));
        let samples: Vec<_> = (0..20)
            .map(|late| StepLateness {
                step: 1,
                job_id,
                late_ms: 1000 + late,
            })
            .collect();
        let told = lateness(&steps("2026-11-01T04:00:00Z", 2), &samples, |_| 1000);
        assert_eq!((told[0].half_ms, told[0].most_ms), (None, None));
        assert_eq!((told[1].half_ms, told[1].most_ms), (Some(10), Some(19)));
    }

    #[test]
    fn the_last_day_of_the_steps_is_plotted() {
        let told = throughput(
            &steps("2026-11-01T04:00:00Z", 200),
            &[
                count(103, RunState::Succeeded, 5),
                count(104, RunState::Succeeded, 7),
                count(199, RunState::Lost, 3),
            ],
        );
        assert_eq!((told.len(), told[0].succeeded, told[95].failed), (96, 7, 3));
        assert_eq!(told[0].at, "2026-11-02T06:00:00.000Z");
    }
}
