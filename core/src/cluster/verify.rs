//! The check of the ledger: for every series, what should be recorded against what is.

use std::time::Duration;

use jiff::Timestamp;

use super::error::Doing;
use super::{Cluster, ClusterError};
use crate::clock;
use crate::definition::Version;
use crate::dispatch::{Cursor, SeriesKey, records_of};
use crate::id::{JobId, Scope};
use crate::job::{Job, PlaceOn};
use crate::keyspace::Key;
use crate::ledger::{Edition, Findings, LedgerRow, check};
use crate::limits::{LEDGER_SETTLED_AFTER, START_DEADLINE_DEFAULT};
use crate::run::RunRecord;

/// What the check of one series found, and over which time.
#[derive(Clone, Debug)]
pub struct SeriesCheck {
    /// The job.
    pub job_id: JobId,
    /// `project/name`.
    pub title: String,
    /// `*` or a node.
    pub scope: Scope,
    /// After this instant.
    pub since: Timestamp,
    /// Up to this one.
    pub until: Timestamp,
    /// What was found.
    pub findings: Findings,
}

/// What the check of the ledger found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// By job and scope; series with nothing to check are left out.
    pub series: Vec<SeriesCheck>,
}

impl Verification {
    /// Whether every instant has exactly one record.
    pub fn is_whole(&self) -> bool {
        self.series.iter().all(|series| series.findings.is_whole())
    }
}

impl Cluster {
    /// Checks the ledger over `(since, until]`, of each job up to what is decided and settled:
    /// its cursor, and the start deadline and a little more before now.
    pub async fn verify(
        &self,
        since: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Verification, ClusterError> {
        self.forward_pending().await;
        let now = clock::now();
        let until = until.unwrap_or(now).min(now);
        let listing = self
            .coord
            .list(&self.keys.cursors())
            .await
            .doing("read how far jobs are decided")?;
        // Read after the cursors and before history: what leaves the store is in history by then.
        let open: Vec<RunRecord> = self.open_records().await?;
        let mut verification = Verification::default();
        for entry in &listing.entries {
            let Some(Key::Cursor(series)) = self.keys.parse(&entry.key) else {
                continue;
            };
            let text = String::from_utf8_lossy(&entry.value);
            let Ok(cursor) = text.parse::<Cursor>() else {
                continue;
            };
            let bounds = (since, until.min(cursor.instant));
            verification
                .series
                .extend(self.verify_series(&series, bounds, now, &open).await?);
        }
        verification
            .series
            .sort_by(|a, b| (&a.title, &a.scope).cmp(&(&b.title, &b.scope)));
        Ok(verification)
    }

    async fn verify_series(
        &self,
        series: &SeriesKey,
        (since, until): (Timestamp, Timestamp),
        now: Timestamp,
        open: &[RunRecord],
    ) -> Result<Option<SeriesCheck>, ClusterError> {
        let kind = crate::definition::Kind::Job.as_str();
        let versions = self
            .history
            .versions(kind, &series.job.to_string(), crate::limits::VERSIONS_MAX)
            .await;
        let versions = versions.doing("read the versions of a job")?;
        let until = until.min(settled(&versions, series.job, now));
        let Some(title) = versions.first().map(|version| version.title.clone()) else {
            return Ok(None);
        };
        let editions = editions(&versions, &series.scope);
        let began = editions.first().map_or(until, |edition| edition.from);
        let since = since.max(began);
        if since >= until {
            return Ok(None);
        }
        let told = self
            .history
            .ledger(series.job, since, until)
            .await
            .doing("read the ledger")?;
        let rows = rows(told, open, series);
        // A node's series begins when the node first sees the job: its first record says when.
        let first = rows.first().map(|row| row.scheduled_at);
        let since = match (&series.scope, first) {
            (Scope::Node(_), Some(first)) => since.max(earlier(first, Duration::from_secs(1))),
            (Scope::Node(_), None) => return Ok(None),
            _ => since,
        };
        let findings = check(&editions, &rows, since, until);
        let (job_id, scope) = (series.job, series.scope.clone());
        Ok(Some(SeriesCheck {
            job_id,
            title,
            scope,
            since,
            until,
            findings,
        }))
    }

    /// Everything that the runs in the store stand for.
    pub(super) async fn open_records(&self) -> Result<Vec<RunRecord>, ClusterError> {
        let runs = self.stored_runs().await?;
        Ok(runs
            .iter()
            .flat_map(|run| records_of(&run.key, &run.value, run.revision))
            .collect())
    }
}

/// The newest instant that must be recorded by now.
fn settled(versions: &[Version], id: JobId, now: Timestamp) -> Timestamp {
    let job = versions
        .iter()
        .find_map(|version| Job::from_body(&version.body).ok());
    let deadline = job
        .as_ref()
        .map_or(START_DEADLINE_DEFAULT, |job| job.start_deadline);
    let offset = job.map_or(Duration::ZERO, |job| job.jitter_offset(id));
    earlier(now, deadline + offset + LEDGER_SETTLED_AFTER)
}

/// What a job's schedule was, ascending, as far as it concerns one series.
fn editions(versions: &[Version], scope: &Scope) -> Vec<Edition> {
    let mut editions: Vec<Edition> = Vec::new();
    for version in versions.iter().rev() {
        let job = Job::from_body(&version.body)
            .ok()
            .filter(|job| !job.paused && concerns(&job.place.on, scope));
        let timetable = job.map(|job| job.timetable());
        // An edit of anything else leaves the schedule's edition as it is.
        if editions
            .last()
            .is_none_or(|last| last.timetable != timetable)
        {
            editions.push(Edition {
                from: version.at,
                timetable,
            });
        }
    }
    editions
}

fn concerns(place: &PlaceOn, scope: &Scope) -> bool {
    match scope {
        Scope::One => *place != PlaceOn::All,
        _ => *place == PlaceOn::All,
    }
}

/// What history and the store account for of one series, ascending.
fn rows(told: Vec<LedgerRow>, open: &[RunRecord], series: &SeriesKey) -> Vec<LedgerRow> {
    let mut rows: Vec<LedgerRow> = told
        .into_iter()
        .filter(|row| row.scope == series.scope)
        .collect();
    let of_series = open
        .iter()
        .filter(|record| record.job_id == series.job && record.scope == series.scope);
    rows.extend(of_series.map(|record| LedgerRow {
        scope: record.scope.clone(),
        scheduled_at: record.scheduled_at,
        until: record.until,
        count: record.count,
        run_id: record.run_id,
        attempt: record.attempt,
        state: record.state,
        reason: record.reason,
    }));
    rows.sort_by_key(|row| (row.scheduled_at, row.run_id, row.attempt));
    rows
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    at.saturating_sub(by)
        .expect("a duration is no calendar span")
}
