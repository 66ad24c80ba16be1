//! Why an occurrence ran where it did, or did not run.

use jiff::Timestamp;

use super::error::Doing;
use super::{Cluster, ClusterError, StoredJob};
use crate::clock;
use crate::dispatch::{Cursor, SeriesKey, SessionValue};
use crate::explain::{Explanation, Known, Verdict, explain, tells_of};
use crate::id::{RunId, Scope};
use crate::keyspace::Key;
use crate::placement::{NodeFacts, Nodes};
use crate::run::RunRecord;

impl Cluster {
    /// Who decided an instant of a job and what came of it; of one that is to come, who would now.
    pub async fn explain(
        &self,
        job: &StoredJob,
        at: Timestamp,
    ) -> Result<Explanation, ClusterError> {
        let definition = job.job.as_ref().map_err(|why| ClusterError::Broken {
            name: job.title(),
            why: why.clone(),
        })?;
        let nodes = self.known_nodes().await?;
        let cursor = self.cursor_of(job).await?;
        let records = self.records_at(job, at).await?;
        let known = Known {
            id: job.id,
            job: definition,
            cursor,
            nodes: &nodes,
            records: &records,
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

    async fn cursor_of(&self, job: &StoredJob) -> Result<Option<Cursor>, ClusterError> {
        let series = SeriesKey {
            project: job.project.clone(),
            job: job.id,
            scope: Scope::One,
        };
        let found = self.coord.get(&[self.keys.cursor(&series)]).await;
        let (_, entries) = found.doing("read how far the job is decided")?;
        let entry = entries.into_iter().flatten().next();
        Ok(entry.and_then(|entry| String::from_utf8_lossy(&entry.value).parse().ok()))
    }

    /// What the store and history have of an instant; history's word is the later one.
    async fn records_at(
        &self,
        job: &StoredJob,
        at: Timestamp,
    ) -> Result<Vec<RunRecord>, ClusterError> {
        let open = self.open_records().await?;
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
        for record in open.into_iter().filter(|record| record.job_id == job.id) {
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
