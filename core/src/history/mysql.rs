//! The store of the past on a cluster: MySQL or MariaDB.
//!
//! One connection for an agent, opened when there is something to say. Every call has a deadline,
//! and connects anew after an outage by itself.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::history::{
    ChangeMark, FailureGroup, FailuresAsked, History, HistoryError, LedgerRow, RunGroup, RunQuery,
    StepCount, StepLateness, Steps, Upload, Version, row,
};
use crate::id::{JobId, RunId};
use crate::limits::{MYSQL_ANSWERED_WITHIN, MYSQL_BYTES_PER_SECOND_MIN, MYSQL_UPLOADED_WITHIN};
use crate::output::OutputChunk;
use crate::run::{RunRecord, RunState};

mod asked;
mod error;
mod fault;
mod link;
mod output;
#[cfg(test)]
mod plan;
mod prune;
mod read;
mod runs;
mod schema;
mod server;
mod session;
mod settings;
mod statement;
mod sums;
mod write;

pub use error::{MysqlConnectError, MysqlRung};
pub use schema::{Migrated, SchemaState};
pub use server::MysqlServer;
pub use settings::MysqlSettings;

use link::{Answered, Link};
use session::Session;
use settings::Way;

/// The history of a cluster.
pub struct MysqlHistory {
    link: Link,
}

impl MysqlHistory {
    /// Checks the settings and nothing else: an agent starts while the database is away.
    pub fn new(settings: &MysqlSettings) -> Result<Self, MysqlConnectError> {
        let way = Way::from(settings)?;
        let link = Link::new(way, settings.connections_max);
        Ok(Self { link })
    }

    /// The same, and climbs the ladder up to the server's version once. Tables are not looked at:
    /// that is [`MysqlHistory::ready`].
    pub async fn connect(settings: MysqlSettings) -> Result<Self, MysqlConnectError> {
        let history = Self::new(&settings)?;
        history.server().await?;
        Ok(history)
    }

    /// Which server it is.
    pub async fn server(&self) -> Result<MysqlServer, MysqlConnectError> {
        self.link.server().await
    }

    /// Which tables there are.
    pub async fn schema(&self) -> Result<SchemaState, MysqlConnectError> {
        schema::state(&self.link).await
    }

    /// Refuses tables that are not of this program's version, with the rung [`MysqlRung::Schema`].
    pub async fn ready(&self) -> Result<(), MysqlConnectError> {
        match self.schema().await? {
            SchemaState::Right => Ok(()),
            state => Err(schema::wrong(&self.link, state)),
        }
    }

    /// Brings the tables to this program's version, forward only. Of two at once one waits for the
    /// other. Agents never call it.
    pub async fn migrate(&self) -> Result<Migrated, MysqlConnectError> {
        schema::migrate(&self.link).await
    }

    /// Ends the connections in order.
    pub async fn close(self) {
        self.link.close().await;
    }

    async fn read<T, Asked: Future<Output = Answered<T>>>(
        &self,
        question: impl Fn(Session) -> Asked,
    ) -> Result<T, HistoryError> {
        self.link.ask(MYSQL_ANSWERED_WITHIN, question).await
    }
}

/// A question on a session, which is handed back with the answer.
macro_rules! on {
    ($session:ident => $question:expr) => {
        move |mut $session: Session| async move {
            let answer = $question.await;
            ($session, answer)
        }
    };
}

/// Records are answered soon; output has time by its size.
fn uploaded_within(upload: &Upload) -> Duration {
    let kept = upload.outputs.iter().flat_map(|output| &output.chunks);
    let live = upload.live.iter().map(|live| &live.chunk);
    let bytes: usize = kept.chain(live).map(|chunk| chunk.bytes.len()).sum();
    let seconds = (bytes / MYSQL_BYTES_PER_SECOND_MIN) as u64;
    MYSQL_UPLOADED_WITHIN + Duration::from_secs(seconds)
}

#[async_trait]
impl History for MysqlHistory {
    fn location(&self) -> String {
        self.link.location().to_owned()
    }

    async fn upload(&self, upload: &Upload) -> Result<(), HistoryError> {
        let work = on!(s => write::upload(&mut s, upload));
        self.link.ask(uploaded_within(upload), work).await
    }

    async fn runs(&self, query: &RunQuery) -> Result<Vec<RunRecord>, HistoryError> {
        self.read(on!(s => runs::page(&mut s.connection, query)))
            .await
    }

    async fn run(&self, run: RunId) -> Result<Vec<RunRecord>, HistoryError> {
        self.read(on!(s => read::attempts(&mut s.connection, run)))
            .await
    }

    async fn runs_by_prefix(&self, prefix: &str) -> Result<Vec<RunId>, HistoryError> {
        let Some(bounds) = row::prefix_bounds(prefix) else {
            return Ok(Vec::new());
        };
        self.read(on!(s => read::ids_between(&mut s.connection, bounds)))
            .await
    }

    async fn newest_runs(
        &self,
        jobs: &[JobId],
        count: u32,
    ) -> Result<Vec<RunRecord>, HistoryError> {
        self.read(on!(s => runs::newest(&mut s.connection, jobs, count)))
            .await
    }

    async fn output(
        &self,
        run: RunId,
        attempt: u32,
        offset: u64,
        bytes_max: usize,
    ) -> Result<Vec<OutputChunk>, HistoryError> {
        let of = (run, attempt);
        self.read(on!(s => read::output(&mut s.connection, of, offset, bytes_max)))
            .await
    }

    async fn count_by_state(&self, query: &RunQuery) -> Result<Vec<(RunState, u64)>, HistoryError> {
        self.read(on!(s => runs::count_by_state(&mut s.connection, query)))
            .await
    }

    async fn groups(&self, query: &RunQuery) -> Result<Vec<RunGroup>, HistoryError> {
        self.read(on!(s => runs::groups(&mut s.connection, query)))
            .await
    }

    async fn time_bounds(&self) -> Result<Option<(Timestamp, Timestamp)>, HistoryError> {
        self.read(on!(s => runs::time_bounds(&mut s.connection)))
            .await
    }

    async fn average_duration(
        &self,
        job: JobId,
        count: u32,
    ) -> Result<Option<Duration>, HistoryError> {
        self.read(on!(s => read::average_duration(&mut s.connection, job, count)))
            .await
    }

    async fn newest_change(&self) -> Result<ChangeMark, HistoryError> {
        self.read(on!(s => read::newest_change(&mut s.connection)))
            .await
    }

    async fn changes(
        &self,
        after: ChangeMark,
    ) -> Result<(ChangeMark, Vec<RunRecord>), HistoryError> {
        self.read(on!(s => read::changes(&mut s.connection, after)))
            .await
    }

    async fn ledger(
        &self,
        job: JobId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<LedgerRow>, HistoryError> {
        self.read(on!(s => read::ledger(&mut s.connection, job, since, until)))
            .await
    }

    async fn versions(
        &self,
        kind: &str,
        id: &str,
        limit: u32,
    ) -> Result<Vec<Version>, HistoryError> {
        self.read(on!(s => read::versions(&mut s.connection, (kind, id), limit)))
            .await
    }

    async fn step_counts(&self, steps: &Steps) -> Result<Vec<StepCount>, HistoryError> {
        self.read(on!(s => sums::counts(&mut s.connection, steps)))
            .await
    }

    async fn step_lateness(
        &self,
        steps: &Steps,
        each: u32,
    ) -> Result<Vec<StepLateness>, HistoryError> {
        self.read(on!(s => sums::lateness(&mut s.connection, steps, each)))
            .await
    }

    async fn failures(&self, asked: &FailuresAsked) -> Result<Vec<FailureGroup>, HistoryError> {
        self.read(on!(s => sums::failures(&mut s.connection, asked)))
            .await
    }

    async fn prune(
        &self,
        job: JobId,
        before: Timestamp,
        keep: u32,
        batch: u32,
    ) -> Result<u64, HistoryError> {
        let spared = &prune::Spared { before, keep };
        let work = on!(s => prune::prune(&mut s.connection, job, spared, batch));
        self.link.ask(MYSQL_UPLOADED_WITHIN, work).await
    }
}

impl From<MysqlConnectError> for HistoryError {
    fn from(error: MysqlConnectError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
