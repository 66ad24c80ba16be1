//! Why an occurrence ran where it did, or did not run.

use jiff::Timestamp;

use super::error::Doing;
use super::runs::OpenRun;
use super::{Cluster, ClusterError, StoredJob};
use crate::clock;
use crate::dispatch::{Cursor, SeriesKey, SessionValue, own_record, records_of};
use crate::explain::{Explanation, Known, Verdict, explain, tells_of};
use crate::id::{JobId, RunId, Scope};
use crate::job::{Job, PlaceOn};
use crate::keyspace::Key;
use crate::placement::{NodeFacts, Nodes};
use crate::run::{RunRecord, RunState};
use crate::txn::Entry;

impl Cluster {
    /// Who decided an instant of a job and what came of it; of one that is to come, who would now.
    pub async fn explain(
        &self,
        job: &StoredJob,
        at: Timestamp,
    ) -> Result<Explanation, ClusterError> {
        self.explain_run(job, at, None).await
    }

    /// The same; with a run that no schedule rang, what was decided about that one.
    pub(super) async fn explain_run(
        &self,
        job: &StoredJob,
        at: Timestamp,
        run: Option<RunId>,
    ) -> Result<Explanation, ClusterError> {
        let definition = usable(job)?;
        let nodes = self.known_nodes().await?;
        let cursor = self.cursor_of(job, &definition.place.on).await?;
        let runs = self.stored_runs().await?;
        let holder = holder(&runs, job.id);
        let records = match run {
            Some(run) => self.attempts_so_far(run).await?,
            None => self.records_at(job, at, &runs).await?,
        };
        let known = Known {
            id: job.id,
            job: definition,
            cursor,
            nodes: &nodes,
            records: &records,
            holder: holder.as_ref(),
            now: clock::now(),
        };
        let mut explanation = explain(at, known);
        if explanation.verdict == Verdict::ToCome && !definition.calendars.is_empty() {
            let calendars = self.calendars().await?;
            if definition.is_excluded(at, &calendars) == Some(true) {
                explanation.verdict = Verdict::ExcludedDay;
            }
        }
        Ok(explanation)
    }

    /// Those that are there, and those that once were and were not removed.
    async fn known_nodes(&self) -> Result<Nodes, ClusterError> {
        let listing = self.coord.list(&self.keys.nodes()).await;
        let mut nodes = Nodes::new();
        for entry in listing.doing("read the nodes")?.entries {
            match self.keys.parse(&entry.key) {
                Some(Key::Session(node)) => {
                    let session = serde_json::from_slice(&entry.value);
                    let session = session.unwrap_or_else(|_| SessionValue::unreadable());
                    nodes.insert(node, NodeFacts::from(&session));
                }
                Some(Key::Info(node)) if !nodes.contains_key(&node) => {
                    nodes.extend(NodeFacts::remembered(&entry.value).map(|facts| (node, facts)));
                }
                _ => {}
            }
        }
        Ok(nodes)
    }

    /// The cursor of a job's series; of a job on all nodes the one that is furthest.
    async fn cursor_of(
        &self,
        job: &StoredJob,
        on: &PlaceOn,
    ) -> Result<Option<Cursor>, ClusterError> {
        let series = SeriesKey {
            project: job.project.clone(),
            job: job.id,
            scope: Scope::One,
        };
        let own = self.keys.cursor(&series);
        let all = own.strip_suffix('*').unwrap_or(&own);
        let listing = self.coord.list(all).await;
        let entries = listing.doing("read how far the job is decided")?.entries;
        let counts = |entry: &&Entry| (*on == PlaceOn::All) != (entry.key == own);
        let cursors = entries.iter().filter(counts).filter_map(|entry| {
            let text = String::from_utf8_lossy(&entry.value);
            text.parse::<Cursor>().ok()
        });
        Ok(cursors.max_by_key(|cursor| cursor.instant))
    }

    /// What the store and history have of an instant; history's word is the later one.
    async fn records_at(
        &self,
        job: &StoredJob,
        at: Timestamp,
        runs: &[OpenRun],
    ) -> Result<Vec<RunRecord>, ClusterError> {
        let of_job = runs.iter().filter(|run| run.key.job == job.id);
        let open = of_job.flat_map(|run| records_of(&run.key, &run.value, run.revision));
        let told = self
            .history
            .ledger(job.id, at, at)
            .await
            .doing("read the ledger")?;
        let mut runs: Vec<RunId> = told.iter().map(|row| row.run_id).collect();
        runs.dedup();
        let mut records: Vec<RunRecord> = Vec::new();
        for run in runs {
            records.extend(self.history.run(run).await.doing("read a run")?);
        }
        for record in open {
            let same = |known: &&mut RunRecord| {
                (known.run_id, known.attempt) == (record.run_id, record.attempt)
            };
            match records.iter_mut().find(same) {
                Some(known) if record.replaces(known) => *known = record,
                Some(_) => {}
                None => records.push(record),
            }
        }
        records.retain(|record| tells_of(record, at));
        Ok(records)
    }
}

/// The definition of a job, if it can be used.
pub(super) fn usable(job: &StoredJob) -> Result<&Job, ClusterError> {
    job.job.as_ref().map_err(|why| ClusterError::Broken {
        name: job.title(),
        why: why.clone(),
    })
}

/// The run that holds the overlap of a job's schedule, if one does.
fn holder(runs: &[OpenRun], job: JobId) -> Option<RunRecord> {
    let holds = |run: &&OpenRun| {
        let is_open = !run.value.state.is_over() || run.value.state == RunState::Lost;
        run.key.job == job && run.value.active == Some(Scope::One) && is_open
    };
    let run = runs.iter().find(holds)?;
    Some(own_record(&run.key, &run.value, run.revision))
}
