//! What a look at everything sums up: a part of the contract of every store of the past.

use std::collections::BTreeMap;

use belfry_core::history::{FailuresAsked, Steps};
use belfry_core::run::{Reason, RunRecord, RunState, Trigger};

use crate::history::{Fixture, send};
use crate::records::{MINUTE, at, attempt, job, run};
use crate::seeded::Seeded;

/// Twelve steps of five minutes.
const STEPS: u32 = 12;

fn steps() -> Steps {
    Steps {
        since: at(10 * MINUTE),
        step_ms: 5 * MINUTE * 1000,
        count: STEPS,
    }
}

/// Runs of five jobs from before the steps until after them.
async fn many(f: &Fixture) -> Vec<RunRecord> {
    let mut random = Seeded(5);
    let mut runs = Vec::new();
    for number in 0..5 {
        for minute in 0..80 {
            let mut record = run(number, minute, RunState::ALL[random.below(9)]);
            record.exit_code = [None, Some(1), Some(2)][random.below(3)];
            record.reason =
                [None, Some(Reason::ExitCode), Some(Reason::OwnerGone)][random.below(3)];
            let late = i64::try_from(random.below(20)).expect("small");
            record.started_at = (late > 2).then(|| at(minute * MINUTE + late));
            record.trigger =
                [Trigger::Schedule, Trigger::Schedule, Trigger::Manual][random.below(3)];
            record.generation = [0, 3, 3, 3][random.below(4)];
            if random.below(6) == 0 {
                runs.push(attempt(record.clone(), 2));
            }
            runs.push(record);
        }
    }
    send(f, runs.clone()).await;
    runs
}

fn step_of(record: &RunRecord) -> Option<u32> {
    let behind = record.scheduled_at.as_millisecond() - steps().start_ms(0);
    let step = u32::try_from(behind.div_euclid(steps().step_ms)).ok();
    step.filter(|step| *step < STEPS)
}

pub async fn each_step_is_counted_by_state(f: &Fixture) {
    let mut expected: BTreeMap<(u32, &str), u64> = BTreeMap::new();
    for record in many(f).await {
        if let Some(step) = step_of(&record) {
            *expected.entry((step, record.state.as_str())).or_default() += 1;
        }
    }
    let told = f.history.step_counts(&steps()).await.expect("counts");
    let told: BTreeMap<_, _> = told
        .iter()
        .map(|it| ((it.step, it.state.as_str()), it.count))
        .collect();
    assert_eq!(told, expected);
}

pub async fn each_step_tells_how_late_its_newest_runs_started(f: &Fixture) {
    const EACH: usize = 4;
    let mut runs = many(f).await;
    runs.sort_by_key(|run| std::cmp::Reverse((run.scheduled_at, run.run_id, run.attempt)));
    let mut expected = Vec::new();
    for step in 0..STEPS {
        let of_step = |run: &&RunRecord| step_of(run) == Some(step);
        let ended = |run: &&RunRecord| run.state == RunState::Succeeded;
        let newest = runs.iter().filter(of_step).filter(ended).take(EACH);
        for run in newest.filter(|run| run.trigger == Trigger::Schedule) {
            let late = run
                .started_at
                .map(|at| at.as_millisecond() - run.scheduled_at.as_millisecond());
            expected.extend(late.map(|late| (step, run.job_id, late)));
        }
    }
    let told = f.history.step_lateness(&steps(), EACH as u32).await;
    let mut told: Vec<_> = told
        .expect("lateness")
        .iter()
        .map(|it| (it.step, it.job_id, it.late_ms))
        .collect();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
}

pub async fn failures_are_put_together_by_job_and_cause(f: &Fixture) {
    let runs = many(f).await;
    let asked = FailuresAsked {
        since: at(30 * MINUTE),
        newest: 1000,
        groups: 1000,
    };
    let mut expected: BTreeMap<String, Vec<&RunRecord>> = BTreeMap::new();
    let counts = |run: &&RunRecord| {
        RunState::FAILURES.contains(&run.state)
            && run.generation > 0
            && run.scheduled_at >= asked.since
    };
    for run in runs.iter().filter(counts) {
        let cause = (run.job_id, run.state, run.reason, run.exit_code, run.signal);
        expected.entry(format!("{cause:?}")).or_default().push(run);
    }
    let told = f.history.failures(&asked).await.expect("failures");
    assert_eq!(told.len(), expected.len());
    assert!(told.is_sorted_by_key(|it| std::cmp::Reverse(it.last_at)));
    for group in &told {
        let cause = (
            group.job_id,
            group.state,
            group.reason,
            group.exit_code,
            group.signal,
        );
        let of_cause = &expected[&format!("{cause:?}")];
        let last = of_cause
            .iter()
            .max_by_key(|run| (run.scheduled_at, run.run_id));
        let last = last.expect("a group has runs");
        let first = of_cause.iter().map(|run| run.scheduled_at).min();
        assert_eq!(group.count, of_cause.len() as u64);
        assert_eq!(
            (Some(group.first_at), group.last_at),
            (first, last.scheduled_at)
        );
        assert_eq!((group.last_run, &group.job), (last.run_id, &last.job));
    }
    let few = FailuresAsked {
        groups: 3,
        newest: 2,
        ..asked
    };
    let few = f.history.failures(&few).await.expect("failures");
    assert!(few.len() <= 3 && few.iter().map(|it| it.count).sum::<u64>() <= 8);
    assert!(
        few.iter()
            .all(|it| (0..5).map(job).any(|job| job == it.job_id))
    );
}
