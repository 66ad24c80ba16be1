//! The store of the past in one SQLite file, shared by the processes of one computer.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::{SqlitePool, SqliteSynchronous};

use crate::history::{
    ChangeMark, FailureGroup, FailuresAsked, History, HistoryError, LedgerRow, RunGroup, RunQuery,
    StepCount, StepLateness, Steps, Upload, Version, row,
};
use crate::id::{JobId, RunId};
use crate::limits::RUN_PREFIX_MATCHES_MAX;
use crate::output::OutputChunk;
use crate::run::{RunRecord, RunState};
use crate::sqlite_file::{Fault, FileKind, SqliteFile};

#[cfg(test)]
mod plan;
mod read;
mod runs;
mod sums;
mod way;
mod write;

const HISTORY_DB: FileKind = FileKind {
    file_name: "history.db",
    application_id: 0x42_66_48_69,
    migrations: &[
        include_str!("../../../migrations/sqlite/history/0001_history.sql"),
        include_str!("../../../migrations/sqlite/history/0002_run_filters.sql"),
    ],
    synchronous: SqliteSynchronous::Normal,
};

/// The embedded history. Dropping it closes the file.
pub struct SqliteHistory {
    file: SqliteFile,
    readers: SqlitePool,
    writer: SqlitePool,
}

impl SqliteHistory {
    /// Opens `DIR/history.db`, making it if it is not there.
    pub async fn open(dir: &Path) -> Result<Self, HistoryError> {
        let file = SqliteFile::open(dir, &HISTORY_DB).await?;
        let (readers, writer) = (file.readers(), file.writer());
        let history = Self {
            file,
            readers,
            writer,
        };
        // A file whose pages are damaged is found here rather than at the first list.
        history.newest_change().await?;
        Ok(history)
    }

    /// Ends the history in order: what is being written is written, then the file is closed.
    pub async fn close(self) {
        self.writer.close().await;
        self.readers.close().await;
    }

    fn told<T>(&self, result: Result<T, sqlx::Error>) -> Result<T, HistoryError> {
        result.map_err(|error| self.file.fault(&error).into())
    }
}

#[async_trait]
impl History for SqliteHistory {
    fn location(&self) -> String {
        self.file.path().display().to_string()
    }

    async fn upload(&self, upload: &Upload) -> Result<(), HistoryError> {
        self.told(write::upload(&self.writer, upload).await)
    }

    async fn runs(&self, query: &RunQuery) -> Result<Vec<RunRecord>, HistoryError> {
        self.told(runs::page(&self.readers, query).await)
    }

    async fn run(&self, run: RunId) -> Result<Vec<RunRecord>, HistoryError> {
        self.told(read::attempts(&self.readers, run).await)
    }

    async fn runs_by_prefix(&self, prefix: &str) -> Result<Vec<RunId>, HistoryError> {
        match row::prefix_bounds(prefix) {
            Some(bounds) => {
                self.told(read::ids_between(&self.readers, bounds, RUN_PREFIX_MATCHES_MAX).await)
            }
            None => Ok(Vec::new()),
        }
    }

    async fn newest_runs(
        &self,
        jobs: &[JobId],
        count: u32,
    ) -> Result<Vec<RunRecord>, HistoryError> {
        self.told(runs::newest(&self.readers, jobs, count).await)
    }

    async fn output(
        &self,
        run: RunId,
        attempt: u32,
        offset: u64,
        bytes_max: usize,
    ) -> Result<Vec<OutputChunk>, HistoryError> {
        let place = read::OutputPlace {
            run,
            attempt,
            offset,
        };
        self.told(read::output(&self.readers, place, bytes_max).await)
    }

    async fn count_by_state(&self, query: &RunQuery) -> Result<Vec<(RunState, u64)>, HistoryError> {
        self.told(runs::count_by_state(&self.readers, query).await)
    }

    async fn groups(&self, query: &RunQuery) -> Result<Vec<RunGroup>, HistoryError> {
        self.told(runs::groups(&self.readers, query).await)
    }

    async fn time_bounds(&self) -> Result<Option<(Timestamp, Timestamp)>, HistoryError> {
        self.told(runs::time_bounds(&self.readers).await)
    }

    async fn average_duration(
        &self,
        job: JobId,
        count: u32,
    ) -> Result<Option<Duration>, HistoryError> {
        self.told(read::average_duration(&self.readers, job, count).await)
    }

    async fn newest_change(&self) -> Result<ChangeMark, HistoryError> {
        self.told(read::newest_change(&self.readers).await)
    }

    async fn changes(
        &self,
        after: ChangeMark,
    ) -> Result<(ChangeMark, Vec<RunRecord>), HistoryError> {
        self.told(read::changes(&self.readers, after).await)
    }

    async fn ledger(
        &self,
        job: JobId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<LedgerRow>, HistoryError> {
        self.told(read::ledger(&self.readers, job, since, until).await)
    }

    async fn versions(
        &self,
        kind: &str,
        id: &str,
        limit: u32,
    ) -> Result<Vec<Version>, HistoryError> {
        self.told(read::versions(&self.readers, kind, id, limit).await)
    }

    async fn step_counts(&self, steps: &Steps) -> Result<Vec<StepCount>, HistoryError> {
        self.told(sums::counts(&self.readers, steps).await)
    }

    async fn step_lateness(
        &self,
        steps: &Steps,
        each: u32,
    ) -> Result<Vec<StepLateness>, HistoryError> {
        self.told(sums::lateness(&self.readers, steps, each).await)
    }

    async fn failures(&self, asked: &FailuresAsked) -> Result<Vec<FailureGroup>, HistoryError> {
        self.told(sums::failures(&self.readers, asked).await)
    }

    async fn prune(
        &self,
        job: JobId,
        before: Timestamp,
        keep: u32,
        batch: u32,
    ) -> Result<u64, HistoryError> {
        self.told(write::prune(&self.writer, job, before, write::Spared { keep, batch }).await)
    }
}

impl From<Fault> for HistoryError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unavailable(sentence) => Self::Unavailable(sentence),
            Fault::Refused(sentence) => Self::Refused(sentence),
            Fault::Damaged(sentence) => Self::Damaged(sentence),
        }
    }
}
