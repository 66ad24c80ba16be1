//! Compares schedule, records and witness: each instant once, each start once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use belfry_core::history::LedgerRow;
use belfry_core::id::JobId;
use belfry_core::run::RunState;
use belfry_harness::place::Place;
use belfry_harness::wait;
use belfry_harness::witness::Witness;
use jiff::Timestamp;

/// Longer than any deadline of a scenario's jobs, and than a session.
const SETTLED_WITHIN: Duration = Duration::from_secs(40);

/// Waits until every second in `[first, last]` is accounted for, and shows that none is twice.
pub async fn every_second(place: &Place, job: JobId, first: i64, last: i64) -> Vec<LedgerRow> {
    every(1, place, job, (first, last)).await
}

/// The same for a job that is due whenever the Unix time is a multiple of `step`.
pub async fn every(
    step: i64,
    place: &Place,
    job: JobId,
    (first, last): (i64, i64),
) -> Vec<LedgerRow> {
    let at = |second| Timestamp::from_second(second).expect("a plain instant");
    let settled = wait::until(
        "every instant has an ended record",
        SETTLED_WITHIN,
        async || {
            let rows = place
                .history
                .ledger(job, at(first), at(last))
                .await
                .expect("history answers");
            let ended: Vec<LedgerRow> =
                rows.into_iter().filter(|row| row.state.is_over()).collect();
            let seconds: BTreeSet<i64> = ended.iter().flat_map(seconds).collect();
            (first..=last)
                .filter(|second| second % step == 0)
                .all(|second| seconds.contains(&second))
                .then_some(ended)
        },
    );
    let rows = settled.await;
    let mut times: BTreeMap<i64, usize> = BTreeMap::new();
    rows.iter()
        .flat_map(seconds)
        .for_each(|second| *times.entry(second).or_default() += 1);
    let twice: Vec<_> = times.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "accounted for twice: {twice:?}");
    rows
}

fn seconds(row: &LedgerRow) -> std::ops::RangeInclusive<i64> {
    row.scheduled_at.as_second()..=row.until.unwrap_or(row.scheduled_at).as_second()
}

/// No attempt was started twice, and none that is recorded as not started.
pub fn no_extra_start(rows: &[LedgerRow], witness: &Witness) {
    let starts = witness.starts();
    let twice: Vec<_> = starts.iter().filter(|(_, at)| at.len() > 1).collect();
    assert!(twice.is_empty(), "started twice: {twice:?}");
    for row in rows
        .iter()
        .filter(|row| matches!(row.state, RunState::Skipped | RunState::Rejected))
    {
        assert!(
            !starts.contains_key(&(row.run_id, row.attempt)),
            "recorded as skipped, but started: {row:?}"
        );
    }
    for row in rows.iter().filter(|row| row.state == RunState::Succeeded) {
        assert!(
            starts.contains_key(&(row.run_id, row.attempt)),
            "recorded as run, but never started: {row:?}"
        );
    }
}
