//! What must hold at the end of every world, once the misfortunes have ended.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use belfry_core::dispatch::SeriesKey;
use belfry_core::id::{JobId, Moment, RunId, Scope};
use belfry_core::job::PlaceOn;
use belfry_core::run::{Reason, RunRecord, RunState};
use jiff::Timestamp;

use crate::host::AttemptKey;
use crate::world::World;

impl World {
    /// Every law, one after the other; the first that does not hold ends the simulation.
    pub fn check(&self) {
        self.invariant_every_attempt_starts_once();
        self.invariant_no_program_starts_early();
        self.invariant_every_start_is_an_instant_of_the_schedule();
        self.invariant_records_agree_with_the_programs();
        self.invariant_every_instant_has_one_record();
        self.invariant_every_request_has_one_record();
        self.invariant_nobody_begins_what_it_does_not_suit();
        self.invariant_nothing_is_left_in_the_store();
    }

    /// The laws of the ledger, for worlds that have not come to rest.
    pub fn check_records(&self) {
        self.invariant_every_attempt_starts_once();
        self.invariant_every_start_is_an_instant_of_the_schedule();
        self.invariant_every_instant_has_one_record();
    }

    fn invariant_every_attempt_starts_once(&self) {
        let mut seen = BTreeSet::new();
        for start in &self.starts {
            let key = (start.key.run_id(), start.attempt);
            assert!(seen.insert(key), "attempt {key:?} started twice");
        }
        for (run, attempt) in &seen {
            let first = *attempt == 1
                || seen.contains(&(*run, attempt - 1))
                || self.history.contains_key(&(*run, attempt - 1));
            assert!(
                first,
                "attempt {attempt} of {run} started without the one before it"
            );
        }
    }

    fn invariant_no_program_starts_early(&self) {
        for start in self.starts.iter().filter(|start| start.attempt == 1) {
            if let Moment::At(at) = start.key.moment {
                let decided = start.decided_at;
                assert!(
                    decided >= at,
                    "{:?} was decided early, at {decided}",
                    start.key
                );
            }
        }
    }

    fn invariant_every_start_is_an_instant_of_the_schedule(&self) {
        for start in &self.starts {
            let Moment::At(at) = start.key.moment else {
                continue;
            };
            let known = self.jobs[&start.key.job].iter().any(|edition| {
                let before = at - Duration::from_secs(1);
                edition.job.timetable().next_after(before) == Some(at)
            });
            assert!(
                known,
                "{:?} is no instant of any edition of its schedule",
                start.key
            );
        }
    }

    fn invariant_records_agree_with_the_programs(&self) {
        let started: BTreeSet<AttemptKey> = self
            .starts
            .iter()
            .map(|start| (start.key.run_id(), start.attempt))
            .collect();
        for key in &started {
            let record = self.history.get(key);
            let record = record.unwrap_or_else(|| panic!("{key:?} ran and has no record"));
            let fits = !matches!(
                record.state,
                RunState::Skipped | RunState::Rejected | RunState::Claimed
            );
            assert!(
                fits,
                "{key:?} ran and is recorded as {:?} {:?}",
                record.state, record.reason
            );
        }
        for (key, record) in &self.history {
            let ran = matches!(record.state, RunState::Succeeded | RunState::TimedOut)
                || (record.state == RunState::Failed && record.reason == Some(Reason::ExitCode));
            assert!(
                !ran || started.contains(key),
                "{key:?} never ran and is recorded as {:?}",
                record.state
            );
            assert!(
                record.state.is_over(),
                "{key:?} is still {:?}",
                record.state
            );
        }
    }

    /// Each instant of each edition, while it was the newest, is accounted for; none twice.
    fn invariant_every_instant_has_one_record(&self) {
        let mut own: BTreeMap<(JobId, Scope, Timestamp), BTreeSet<RunId>> = BTreeMap::new();
        let mut ranges: BTreeMap<(JobId, Scope), Vec<&RunRecord>> = BTreeMap::new();
        for record in self
            .history
            .values()
            .filter(|record| matches!(record.moment, Moment::At(_)))
        {
            match record.until {
                None => {
                    let key = (record.job_id, record.scope.clone(), record.scheduled_at);
                    own.entry(key).or_default().insert(record.run_id);
                }
                Some(_) => {
                    ranges
                        .entry((record.job_id, record.scope.clone()))
                        .or_default()
                        .push(record);
                }
            }
        }
        for ((job, scope, at), runs) in &own {
            assert_eq!(runs.len(), 1, "{job} {scope} {at} has several runs");
            let spanned = ranges
                .get(&(*job, scope.clone()))
                .is_some_and(|ranges| ranges.iter().any(|range| spans(range, *at)));
            assert!(
                !spanned,
                "{job} {scope} {at} has a record and lies in a range"
            );
        }
        for id in self.jobs.keys() {
            for scope in self.scopes_of(*id) {
                let begun = self.begun_at(*id, &scope);
                for at in self.required(*id).into_iter().filter(|at| *at > begun) {
                    let has_own = own.contains_key(&(*id, scope.clone(), at));
                    let spanned = ranges
                        .get(&(*id, scope.clone()))
                        .is_some_and(|ranges| ranges.iter().any(|range| spans(range, at)));
                    assert!(has_own || spanned, "{id} {scope} {at} has no record");
                }
            }
        }
    }

    /// The series of a job: one, or that of each server that suits, and of no other.
    fn scopes_of(&self, id: JobId) -> BTreeSet<Scope> {
        let job = &self.jobs[&id][0].job;
        let suited = |host: &usize| job.place.on != PlaceOn::All || self.suits(*host, id);
        (0..self.hosts.len())
            .filter(suited)
            .filter_map(|host| job.scope_on(&self.hosts[host].node))
            .collect()
    }

    /// A server's own series begins when it first sees the job.
    fn begun_at(&self, id: JobId, scope: &Scope) -> Timestamp {
        let key = |(key, _): &(&SeriesKey, &Timestamp)| key.job == id && key.scope == *scope;
        match scope {
            Scope::One => self.start,
            _ => *self.begun.iter().find(key).expect("every server came up").1,
        }
    }

    fn invariant_nobody_begins_what_it_does_not_suit(&self) {
        for series in self.begun.keys() {
            let known = self.scopes_of(series.job).contains(&series.scope);
            assert!(known, "{series:?} was begun by a server that does not suit");
        }
    }

    /// The instants of each edition while it was the newest.
    fn required(&self, id: JobId) -> Vec<Timestamp> {
        let editions = &self.jobs[&id];
        let mut required = Vec::new();
        for (index, edition) in editions.iter().enumerate() {
            let until = editions
                .get(index + 1)
                .map_or(Timestamp::MAX, |next| next.since);
            let end = edition.job.end_at.unwrap_or(until).min(until);
            if !edition.job.paused && edition.since < end {
                required.extend(
                    edition
                        .job
                        .timetable()
                        .between(edition.since, end - Duration::from_secs(1)),
                );
            }
        }
        required
    }

    fn invariant_every_request_has_one_record(&self) {
        for run in &self.requests {
            let record = self.history.get(&(run.run_id(), 1));
            assert!(record.is_some(), "request {run:?} has no record");
        }
    }

    fn invariant_nothing_is_left_in_the_store(&self) {
        let known = |key: &str| {
            ["/job/", "/cursor/", "/last/", "/node/"]
                .iter()
                .any(|kind| key.contains(kind))
        };
        let left: Vec<&String> = self
            .store
            .entries
            .keys()
            .filter(|key| !known(key))
            .collect();
        assert!(left.is_empty(), "left in the store: {left:?}");
        for host in &self.hosts {
            assert!(
                host.journal.is_empty(),
                "left in the journal: {:?}",
                host.journal.keys()
            );
            assert!(
                host.folders.is_empty(),
                "left on the disk: {:?}",
                host.folders.keys()
            );
            assert!(
                host.programs.is_empty(),
                "left running: {:?}",
                host.programs.keys()
            );
        }
    }
}

fn spans(range: &RunRecord, at: Timestamp) -> bool {
    range.scheduled_at <= at && range.until.is_some_and(|until| at <= until)
}
