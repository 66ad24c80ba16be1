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

/// Far longer than any deadline of a scenario's jobs, than a session and than the grace of one
/// that is gone, on a machine that has other things to do.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);

/// When a job is due: whenever the Unix time divided by `every` leaves `past`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Seconds between two instants; divides 60.
    pub every: i64,
    /// Less than that.
    pub past: i64,
}

impl Rhythm {
    /// Every second.
    pub const SECOND: Self = Self { every: 1, past: 0 };

    /// The schedule of a job in it.
    pub fn schedule(self) -> String {
        let Self { every, past } = self;
        match every {
            1 => "@every 1s".to_owned(),
            60 => format!("{past} * * * * *"),
            _ => format!("{past}/{every} * * * * *"),
        }
    }

    /// Whether it rings at this second of Unix time.
    pub fn rings_at(self, second: i64) -> bool {
        second.rem_euclid(self.every) == self.past
    }
}

/// Waits until every instant in `[first, last]` is accounted for, and shows that none is twice.
pub async fn every(
    rhythm: Rhythm,
    place: &Place,
    job: JobId,
    (first, last): (i64, i64),
) -> Vec<LedgerRow> {
    let at = |second| Timestamp::from_second(second).expect("a plain instant");
    let settled = wait::until_seldom(
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
                .filter(|second| rhythm.rings_at(*second))
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
