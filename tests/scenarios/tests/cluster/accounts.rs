//! What every instant of a world came to, and whether it should have.

use std::collections::BTreeMap;

use belfry_core::history::LedgerRow;
use belfry_core::id::JobId;
use belfry_core::run::RunState;
use belfry_scenarios::fault_log::{DEADLINE_S, FaultLog};
use belfry_scenarios::ledger;
use belfry_scenarios::starts::{lateness, percentile};
use jiff::Timestamp;

use crate::world::{Ringing, World};

/// The records of a world.
pub struct Accounts {
    /// Of each job, ascending.
    pub rows: BTreeMap<JobId, Vec<LedgerRow>>,
    /// How many ended in each state, for each reason.
    pub states: BTreeMap<String, usize>,
}

impl World {
    /// Every instant until now has one record, no attempt was started twice, too early or too
    /// late, and the check of the ledger says so too.
    pub async fn account(&self) -> Accounts {
        let last = Timestamp::now().as_second();
        let mut accounts = Accounts {
            rows: BTreeMap::new(),
            states: BTreeMap::new(),
        };
        for Ringing { id, rhythm, since } in &self.jobs {
            let window = (self.first.max(*since), last);
            let rows = ledger::every(*rhythm, &self.servers.place, *id, window).await;
            ledger::no_extra_start(&rows, &self.witness);
            for row in &rows {
                let why = row.reason.map_or("", |reason| reason.as_str());
                let state = format!("{} {why}", row.state.as_str());
                *accounts.states.entry(state).or_default() += 1;
            }
            accounts.rows.insert(*id, rows);
        }
        let all: Vec<LedgerRow> = accounts.rows.values().flatten().cloned().collect();
        let late = lateness(&all, &self.witness, (self.first, last), DEADLINE_S);
        let since = Timestamp::from_second(self.first).expect("an instant");
        let cluster = self.servers.cluster();
        let verified = cluster
            .verify(since, None)
            .await
            .expect("both stores answer");
        assert!(verified.is_whole(), "{verified:?}");
        let states = &accounts.states;
        println!(
            "{} s, {} jobs: {states:?}; {} ms late (p50), {} ms (p99)",
            last - self.first,
            self.jobs.len(),
            percentile(&late, 50),
            percentile(&late, 99)
        );
        let succeeded = states.get("succeeded ").copied().unwrap_or_default();
        assert!(
            succeeded > self.jobs.len() * 3,
            "too few programs ran for this to show anything: {states:?}"
        );
        accounts
    }
}

impl Accounts {
    /// Whatever is no success fits a fault of its time.
    pub async fn are_explained(&self, world: &World, log: &FaultLog) {
        for rows in self.rows.values() {
            for (index, row) in rows.iter().enumerate() {
                let before_ended = match row.state {
                    RunState::Skipped => ended_before(world, &rows[..index]).await,
                    _ => None,
                };
                let unexplained = log.unexplained(row, before_ended);
                assert_eq!(unexplained, None, "{row:?}\nof {rows:#?}\nwith {log:#?}");
            }
        }
    }
}

/// When the newest program of these rows ended, in Unix seconds.
async fn ended_before(world: &World, rows: &[LedgerRow]) -> Option<i64> {
    let ran = rows
        .iter()
        .rev()
        .find(|row| row.state == RunState::Succeeded)?;
    let attempts = world.servers.place.history.run(ran.run_id).await;
    let attempts = attempts.expect("history answers");
    let newest = attempts.last().expect("it has a row");
    newest.finished_at.map(Timestamp::as_second)
}
