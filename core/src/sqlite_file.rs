//! Opening a SQLite file of ours: what it has to be, how its tables grow, how its failures read.
//!
//! What the tables mean belongs to the stores, and to the agent's journal.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use sqlx::sqlite::{SqliteConnection, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, error::DatabaseError};
use tokio::time::{Instant, sleep};

use crate::limits::{SQLITE_BUSY_FOR, SQLITE_READERS, SQLITE_ROWS_READY};

/// What makes a file one of ours.
pub struct FileKind {
    /// Its name in the folder.
    pub file_name: &'static str,
    /// Written into the file's header, so that no other file is taken for it.
    pub application_id: i64,
    /// Forward only: the n-th brings the schema to version n.
    pub migrations: &'static [&'static str],
    /// When a commit counts as written.
    pub synchronous: SqliteSynchronous,
}

/// A file that was opened.
#[derive(Clone, Debug)]
pub struct SqliteFile {
    path: PathBuf,
    options: SqliteConnectOptions,
}

/// What went wrong, with one sentence that names the file and what to do.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It may work later.
    Unavailable(String),
    /// It will fail again.
    Refused(String),
    /// What is stored cannot be read.
    Damaged(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Unavailable(sentence) | Self::Refused(sentence) | Self::Damaged(sentence)) =
            self;
        f.write_str(sentence)
    }
}

impl SqliteFile {
    /// Opens or makes the file and brings its schema up to date; any number of processes may
    /// do so at once.
    pub async fn open(dir: &Path, kind: &FileKind) -> Result<Self, Fault> {
        let path = dir.join(kind.file_name);
        fs::create_dir_all(dir).map_err(|error| {
            Fault::Unavailable(format!(
                "the folder {} cannot be made ({error}): choose another one",
                dir.display()
            ))
        })?;
        // SQLite takes a few bytes for an empty file and would write over them. Only the length is
        // asked for: closing a file drops all locks that this process has on it.
        if fs::metadata(&path).is_ok_and(|file| (1..SMALLEST_DATABASE).contains(&file.len())) {
            return Err(not_a_database(&path));
        }
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(kind.synchronous)
            .row_buffer_size(SQLITE_ROWS_READY)
            .busy_timeout(SQLITE_BUSY_FOR)
            .disable_statement_logging();
        let file = Self { path, options };
        let give_up_at = Instant::now() + SQLITE_BUSY_FOR;
        loop {
            match file.try_open(kind).await {
                Ok(()) => return Ok(file),
                // The switch to WAL does not wait for other processes by itself.
                Err(Opening::Sql(error)) if is_busy(&error) && Instant::now() < give_up_at => {
                    sleep(Duration::from_millis(20)).await;
                }
                Err(Opening::Sql(error)) => return Err(file.fault(&error)),
                Err(Opening::Refused(sentence)) => return Err(Fault::Refused(sentence)),
            }
        }
    }

    async fn try_open(&self, kind: &FileKind) -> Result<(), Opening> {
        let mut connection = self.connect_raw().await?;
        let upgraded = self.upgrade(&mut connection, kind).await;
        connection.close().await?;
        upgraded
    }

    async fn upgrade(
        &self,
        connection: &mut SqliteConnection,
        kind: &FileKind,
    ) -> Result<(), Opening> {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let application_id: i64 = sqlx::query("PRAGMA application_id")
            .fetch_one(&mut *transaction)
            .await?
            .try_get(0)?;
        let version: i64 = sqlx::query("PRAGMA user_version")
            .fetch_one(&mut *transaction)
            .await?
            .try_get(0)?;
        let tables: i64 = sqlx::query("SELECT count(*) FROM sqlite_schema")
            .fetch_one(&mut *transaction)
            .await?
            .try_get(0)?;
        let path = self.path.display();
        let is_new = application_id == 0 && version == 0 && tables == 0;
        if !is_new && application_id != kind.application_id {
            return Err(Opening::Refused(format!(
                "{path} belongs to another program: move it away or choose another folder"
            )));
        }
        let known = i64::try_from(kind.migrations.len()).expect("migrations are few");
        if version > known {
            return Err(Opening::Refused(format!(
                "{path} was written by a newer Belfry (format {version}, this one knows {known}): \
                 upgrade this program"
            )));
        }
        let done = usize::try_from(version).unwrap_or(0);
        for migration in &kind.migrations[done..] {
            sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
        }
        if version < known {
            // Pragmas take no bound values; these two are numbers of ours.
            let marks = format!(
                "PRAGMA application_id = {}; PRAGMA user_version = {known}",
                kind.application_id
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(marks))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn connect_raw(&self) -> Result<SqliteConnection, sqlx::Error> {
        SqliteConnection::connect_with(&self.options).await
    }

    /// One more connection, for a writer that keeps it.
    pub async fn connect(&self) -> Result<SqliteConnection, Fault> {
        self.connect_raw().await.map_err(|error| self.fault(&error))
    }

    /// A few long-lived connections for reading.
    pub fn readers(&self) -> SqlitePool {
        self.pool(SQLITE_READERS, self.options.clone())
    }

    /// One long-lived connection for writing; those who wait for it queue here.
    pub fn writer(&self) -> SqlitePool {
        // Indexes by run id are written at random places: the pages in use should stay in memory,
        // and go to the file once for several commits.
        let options = self.options.clone().pragma("cache_size", "-16000");
        self.pool(1, options.pragma("wal_autocheckpoint", "4000"))
    }

    fn pool(&self, connections: u32, options: SqliteConnectOptions) -> SqlitePool {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The sentence for a failure of SQLite.
    pub fn fault(&self, error: &sqlx::Error) -> Fault {
        let path = self.path.display();
        let Some(code) = code_of(error) else {
            return match error {
                sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::Decode(_)
                | sqlx::Error::ColumnNotFound(_)
                | sqlx::Error::RowNotFound => self.damaged(&error.to_string()),
                _ => Fault::Unavailable(format!("{path}: {error}")),
            };
        };
        match code & 0xff {
            26 => not_a_database(&self.path),
            11 => self.damaged(&error.to_string()),
            13 => Fault::Unavailable(format!("the disk of {path} is full: free some space")),
            8 | 3 => Fault::Unavailable(format!(
                "{path} cannot be written: check the permissions of the file and its folder"
            )),
            14 => Fault::Unavailable(format!(
                "{path} cannot be opened: check that it is a file and that its folder may be written"
            )),
            5 | 6 => Fault::Unavailable(format!(
                "{path} is locked by another process: try again, or end that process"
            )),
            18 | 19 | 20 | 25 => Fault::Refused(format!("{path}: {error}")),
            _ => Fault::Unavailable(format!("{path}: {error}")),
        }
    }

    /// The sentence for stored values that make no sense.
    pub fn damaged(&self, what: &str) -> Fault {
        Fault::Damaged(format!(
            "{} is damaged ({what}): move it away, or put back a copy",
            self.path.display()
        ))
    }
}

/// The smallest page that SQLite knows.
const SMALLEST_DATABASE: u64 = 512;

fn not_a_database(path: &Path) -> Fault {
    Fault::Damaged(format!(
        "{} is not a SQLite database: move it away or choose another folder",
        path.display()
    ))
}

enum Opening {
    Sql(sqlx::Error),
    Refused(String),
}

impl From<sqlx::Error> for Opening {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

fn code_of(error: &sqlx::Error) -> Option<i32> {
    error
        .as_database_error()
        .and_then(DatabaseError::code)?
        .parse()
        .ok()
}

fn is_busy(error: &sqlx::Error) -> bool {
    code_of(error).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// SQLite's integers have a sign; revisions and sizes never come near the difference.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: FileKind = FileKind {
        file_name: "test.db",
        application_id: 1,
        migrations: &["CREATE TABLE t (x BLOB)"],
        synchronous: SqliteSynchronous::Off,
    };

    /// The sentence for what a statement fails with, after another one.
    async fn fault(first: &'static str, then: &'static str) -> Fault {
        let dir = tempfile::tempdir().expect("a folder");
        let file = SqliteFile::open(dir.path(), &KIND)
            .await
            .expect("a new file");
        let mut connection = file.connect().await.expect("a connection");
        sqlx::raw_sql(first)
            .execute(&mut connection)
            .await
            .expect("done");
        let error = sqlx::raw_sql(then)
            .execute(&mut connection)
            .await
            .expect_err("a failure");
        file.fault(&error)
    }

    #[tokio::test]
    async fn a_full_disk_and_a_file_that_cannot_be_written_may_work_later() {
        let full = fault(
            "PRAGMA max_page_count = 4",
            "INSERT INTO t VALUES (zeroblob(99999))",
        )
        .await;
        assert!(
            matches!(&full, Fault::Unavailable(why) if why.contains("full")),
            "{full:?}"
        );
        let fixed = fault("PRAGMA query_only = 1", "INSERT INTO t VALUES (1)").await;
        assert!(
            matches!(&fixed, Fault::Unavailable(why) if why.contains("permissions")),
            "{fixed:?}"
        );
    }

    #[tokio::test]
    async fn many_may_open_a_new_file_at_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let open = |_| {
            let path = dir.path().to_owned();
            tokio::spawn(async move { SqliteFile::open(&path, &KIND).await.map(drop) })
        };
        for opened in (0..16).map(open).collect::<Vec<_>>() {
            opened.await.expect("no panic").expect("opened");
        }
    }
}
