//! What the witness file of a scenario says against what is recorded.

use std::collections::BTreeMap;

use belfry_core::history::LedgerRow;
use belfry_core::id::RunId;
use belfry_harness::witness::Witness;

/// Every start in `(first, last)` belongs to one of the rows and came neither early nor after
/// its deadline. Gives how many milliseconds late they were, ascending.
pub fn lateness(
    rows: &[LedgerRow],
    witness: &Witness,
    (first, last): (i64, i64),
    deadline_s: i64,
) -> Vec<i64> {
    let due: BTreeMap<(RunId, u32), i64> = rows
        .iter()
        .map(|row| ((row.run_id, row.attempt), row.scheduled_at.as_second()))
        .collect();
    let mut late = Vec::new();
    for (run, starts) in witness.starts() {
        for started in starts {
            let second = started / 1_000;
            let Some(due) = due.get(&run) else {
                // Due before the first instant, or after the last.
                let is_outside = !(first + 2 * deadline_s..last).contains(&second);
                assert!(is_outside, "{run:?} started at {second} without a record");
                continue;
            };
            let by = started - due * 1_000;
            assert!(by >= 0, "{run:?} started {by} ms early");
            // Twice the deadline: it counts from the decision, which itself may come that late.
            assert!(
                by <= 2_000 * deadline_s,
                "{run:?} started {by} ms after it was due"
            );
            late.push(by);
        }
    }
    late.sort_unstable();
    late
}

/// The value that so many percent of the ascending values do not exceed.
pub fn percentile(values: &[i64], percent: usize) -> i64 {
    let index = values.len() * percent / 100;
    let index = index.min(values.len().saturating_sub(1));
    values.get(index).copied().unwrap_or_default()
}
