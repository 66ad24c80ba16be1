//! Reading runs: lists, one run with its attempts, and logs.

use super::error::Doing;
use super::picture::{run_key, stored_record};
use super::{Cluster, ClusterError, log_text, run_view};
use crate::clock;
use crate::dispatch::{Ask, OrderValue, RunKey, RunValue};
use crate::history::{PageKey, RunQuery};
use crate::id::{NodeId, OrderId, RunId};
use crate::keyspace::Key;
use crate::limits::{LOG_PAGE_BYTES_MAX, PAGE_ROWS_MAX};
use crate::run::RunRecord;
use crate::view::{LogPage, RunDetail, RunsPage, RunsQuery};

/// A run as the store of the present holds it.
pub(super) struct OpenRun {
    pub key: RunKey,
    pub value: RunValue,
    pub revision: u64,
}

impl Cluster {
    /// Runs, newest scheduled instant first: what history has, and what it has not been told yet.
    pub async fn runs(&self, query: &RunQuery) -> Result<Vec<RunRecord>, ClusterError> {
        let told = self.history.runs(query).await.doing("read the runs")?;
        let mut open = self.open_runs().await?;
        open.retain(|record| query.shows(record));
        if !query.states.is_empty() {
            open = self.not_superseded(open).await?;
        }
        let limit = query.limit.clamp(1, PAGE_ROWS_MAX) as usize;
        Ok(merged(told, open, limit))
    }

    /// Those of which history does not know a later state: a list by states would show them twice.
    async fn not_superseded(&self, open: Vec<RunRecord>) -> Result<Vec<RunRecord>, ClusterError> {
        let mut current = Vec::new();
        for record in open {
            let told = self.history.run(record.run_id).await.doing("read a run")?;
            let known = told.iter().find(|known| known.attempt == record.attempt);
            if known.is_none_or(|known| record.replaces(known)) {
                current.push(record);
            }
        }
        Ok(current)
    }

    /// A page of runs for a window.
    pub async fn runs_page(&self, query: &RunsQuery) -> Result<RunsPage, ClusterError> {
        let after = query.after.as_deref().map(read_page_key).transpose()?;
        let jobs = query.job_id.as_deref().map(|id| {
            id.parse().map_err(|_| ClusterError::NoSuchJob {
                name: id.to_owned(),
            })
        });
        let asked = RunQuery {
            jobs: jobs.transpose()?.into_iter().collect(),
            states: query.states.clone(),
            after,
            limit: query.limit.clamp(1, PAGE_ROWS_MAX),
            ..RunQuery::default()
        };
        let records = self.runs(&asked).await?;
        let is_full = records.len() == asked.limit as usize;
        let last = records.last().filter(|_| is_full).map(page_key);
        let next = last.map(|key| serde_json::to_string(&key).expect("a page key has a JSON form"));
        Ok(RunsPage {
            rows: records.iter().map(run_view::row).collect(),
            next,
        })
    }

    /// The newest record of every run that the store still needs.
    pub(super) async fn open_runs(&self) -> Result<Vec<RunRecord>, ClusterError> {
        let runs = self.stored_runs().await?;
        Ok(runs
            .iter()
            .map(|run| stored_record(&run.key, &run.value, run.revision))
            .collect())
    }

    pub(super) async fn stored_runs(&self) -> Result<Vec<OpenRun>, ClusterError> {
        let listing = self
            .coord
            .list(&self.keys.runs())
            .await
            .doing("read the runs that are going")?;
        let read = |entry: &crate::txn::Entry| {
            let Some(Key::Run(key)) = self.keys.parse(&entry.key) else {
                return None;
            };
            let value = serde_json::from_slice(&entry.value).ok()?;
            Some(OpenRun {
                key,
                value,
                revision: entry.mod_revision,
            })
        };
        Ok(listing.entries.iter().filter_map(read).collect())
    }

    /// The run whose id is, or begins with, `text`.
    pub async fn find_run(&self, text: &str) -> Result<RunId, ClusterError> {
        if let Ok(run) = text.parse() {
            return Ok(run);
        }
        let text = text.to_ascii_lowercase();
        let missing = || ClusterError::NoSuchRun { text: text.clone() };
        if text.is_empty() || !text.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(missing());
        }
        let mut found = self
            .history
            .runs_by_prefix(&text)
            .await
            .doing("look for the run")?;
        let open = self.stored_runs().await?;
        found.extend(
            open.iter()
                .map(|run| run.value.run_id)
                .filter(|run| run.to_string().starts_with(&text)),
        );
        let waiting = self.waiting_requests(None).await?;
        let waiting = waiting.iter().map(|request| request.run);
        found.extend(waiting.filter(|run| run.to_string().starts_with(&text)));
        found.sort();
        found.dedup();
        match found[..] {
            [run] => Ok(run),
            [] => Err(missing()),
            _ => {
                let candidates = found.iter().map(RunId::to_string).collect();
                Err(ClusterError::AmbiguousRun { text, candidates })
            }
        }
    }

    /// All attempts of a run as far as anybody knows, ascending; never empty.
    pub async fn attempts(&self, run: RunId) -> Result<Vec<RunRecord>, ClusterError> {
        let attempts = self.attempts_so_far(run).await?;
        if attempts.is_empty() {
            return Err(ClusterError::NoSuchRun {
                text: run.to_string(),
            });
        }
        Ok(attempts)
    }

    /// As [`Cluster::attempts`]; empty while nobody has decided the run.
    pub(super) async fn attempts_so_far(&self, run: RunId) -> Result<Vec<RunRecord>, ClusterError> {
        let mut attempts = self.history.run(run).await.doing("read the run")?;
        // A record says where the store would have the run; else all of them are read.
        let open = match attempts.last() {
            Some(last) => self.stored_run_at(&run_key(last)).await?,
            None => self
                .stored_runs()
                .await?
                .into_iter()
                .find(|open| open.value.run_id == run),
        };
        let Some(open) = open else {
            return Ok(attempts);
        };
        attempts.extend(open.value.due.iter().cloned());
        attempts.push(stored_record(&open.key, &open.value, open.revision));
        attempts.sort_by_key(|record| (record.attempt, std::cmp::Reverse(record.state.rank())));
        attempts.dedup_by_key(|record| record.attempt);
        Ok(attempts)
    }

    pub(super) async fn stored_run_at(
        &self,
        key: &RunKey,
    ) -> Result<Option<OpenRun>, ClusterError> {
        let (_, entries) = self
            .coord
            .get(&[self.keys.run(key)])
            .await
            .doing("read the run")?;
        let entry = entries.into_iter().flatten().next();
        Ok(entry.and_then(|entry| {
            let value = serde_json::from_slice(&entry.value).ok()?;
            Some(OpenRun {
                key: key.clone(),
                value,
                revision: entry.mod_revision,
            })
        }))
    }

    /// A run by itself.
    pub async fn run_detail(&self, run: RunId) -> Result<RunDetail, ClusterError> {
        let attempts = self.attempts(run).await?;
        let last = attempts.last().expect("a run that is known has an attempt");
        let kill = match last.state.is_over() {
            true => None,
            false => self.kill_order(&last.node, run).await?,
        };
        Ok(RunDetail {
            attempts: attempts.iter().map(run_view::row).collect(),
            kill: kill.map(|(_, order)| run_view::kill_state(&order, clock::now())),
        })
    }

    /// The kill that was asked of a node for a run, if the node has not answered it.
    pub(super) async fn kill_order(
        &self,
        node: &NodeId,
        run: RunId,
    ) -> Result<Option<(OrderId, OrderValue)>, ClusterError> {
        let listing = self
            .coord
            .list(&self.keys.orders(node))
            .await
            .doing("read the orders to the node")?;
        let orders = listing.entries.iter().filter_map(|entry| {
            let Some(Key::Order(_, id)) = self.keys.parse(&entry.key) else {
                return None;
            };
            Some((id, serde_json::from_slice::<OrderValue>(&entry.value).ok()?))
        });
        Ok({ orders }.find(|(_, order)| order.ask == Ask::Kill { run_id: run }))
    }

    /// A stretch of an attempt's log, from `offset` on.
    pub async fn log(
        &self,
        run: RunId,
        attempt: u32,
        offset: u64,
    ) -> Result<LogPage, ClusterError> {
        let attempts = self.attempts(run).await?;
        let record = attempts.iter().find(|record| record.attempt == attempt);
        let record = record.ok_or_else(|| ClusterError::NoSuchRun {
            text: format!("{run}/{attempt}"),
        })?;
        let read = self
            .history
            .output(run, attempt, offset, LOG_PAGE_BYTES_MAX)
            .await;
        let chunks = read.doing("read the log")?;
        Ok(log_text::page(
            offset,
            &chunks,
            record.output_bytes,
            record.state.is_over(),
        ))
    }
}

pub(super) fn page_key(record: &RunRecord) -> PageKey {
    PageKey {
        scheduled_at: record.scheduled_at,
        run_id: record.run_id,
        attempt: record.attempt,
    }
}

pub(super) fn read_page_key(text: &str) -> Result<PageKey, ClusterError> {
    serde_json::from_str(text).map_err(|_| ClusterError::Invalid {
        field: "after".to_owned(),
        sentence: format!("{text:?} is no place in a list: begin again without one"),
    })
}

/// One list of what history was told and what the store still has.
fn merged(told: Vec<RunRecord>, open: Vec<RunRecord>, limit: usize) -> Vec<RunRecord> {
    let mut all = told;
    all.extend(open);
    let newest_first = |record: &RunRecord| {
        let PageKey {
            scheduled_at,
            run_id,
            attempt,
        } = page_key(record);
        std::cmp::Reverse((scheduled_at, run_id, attempt))
    };
    all.sort_by_key(|record| (newest_first(record), std::cmp::Reverse(record.state.rank())));
    all.dedup_by_key(|record| (record.run_id, record.attempt));
    all.truncate(limit);
    all
}
