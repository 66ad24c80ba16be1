//! The agent's durable memory: who this disk is, and every attempt that may have been started.
//!
//! An intent is on the disk before its folder is made. What wait together share one commit.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use belfry_core::dispatch::{Event, Intent};
use belfry_core::id::{DiskId, NodeId, RunId};
use belfry_core::sqlite_file::{FileKind, SqliteFile};
use sqlx::sqlite::{SqliteConnection, SqliteSynchronous};
use sqlx::{Connection, Row};
use tokio::sync::mpsc;
use tracing::warn;
use uuid::Uuid;

use crate::failure::{Code, Failure};
use crate::host::Host;

mod document;

const JOURNAL_DB: FileKind = FileKind {
    file_name: "journal.db",
    application_id: 0x42_66_4a_6f,
    migrations: &[include_str!(
        "../../migrations/sqlite/journal/0001_journal.sql"
    )],
    synchronous: SqliteSynchronous::Full,
};

/// Entries that share one commit, at most.
const GROUP_MAX: usize = 512;
/// Between two tries to forget what the disk would not let go.
const FORGET_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Something to be written.
pub enum Entry {
    /// An attempt may start once this is durable. The guard counts it as on its way.
    Write(Box<Intent>, Arc<()>),
    /// Nothing of this attempt is needed any more.
    Forget(RunId, u32),
}

/// Who this agent is.
pub struct Identity {
    /// The disk.
    pub disk_id: DiskId,
    /// The node.
    pub node: NodeId,
}

/// The open journal.
pub struct Journal {
    file: SqliteFile,
    connection: SqliteConnection,
    path: PathBuf,
}

impl Journal {
    /// Opens `DIR/journal.db`, making it if it is not there.
    pub async fn open(dir: &Path) -> Result<Self, Failure> {
        let unusable = |fault| {
            Failure::new(
                Code::Configuration,
                format!("could not open the journal: {fault}"),
            )
        };
        let file = SqliteFile::open(dir, &JOURNAL_DB).await.map_err(unusable)?;
        let connection = file.connect().await.map_err(unusable)?;
        let path = file.path().to_owned();
        Ok(Self {
            file,
            connection,
            path,
        })
    }

    /// This disk and this node; made at the first start. A journal that was copied is another disk,
    /// and what it says of attempts is not about this one.
    pub async fn identify(
        &mut self,
        wanted: Option<NodeId>,
        host_name: &str,
    ) -> Result<Identity, Failure> {
        let inode = fs::metadata(&self.path)
            .map_or(0, |file| file.ino())
            .cast_signed();
        let found = self
            .identity()
            .await
            .map_err(|error| self.failure(&error))?;
        let (disk_id, node) = match found {
            Some((disk_id, node, known)) if known == inode => (disk_id, node),
            Some((_, node, _)) => {
                warn!("the journal was copied from another folder: this is another disk now");
                self.clear().await.map_err(|error| self.failure(&error))?;
                (DiskId(Uuid::new_v4()), node)
            }
            None => (DiskId(Uuid::new_v4()), node_of(host_name)),
        };
        let node = wanted.unwrap_or(node);
        let write = sqlx::query(
            "INSERT INTO identity (only_one, disk_id, node_id, inode) VALUES (1, ?1, ?2, ?3) \
             ON CONFLICT (only_one) DO UPDATE SET disk_id = ?1, node_id = ?2, inode = ?3",
        );
        let write = write
            .bind(disk_id.to_string())
            .bind(node.as_str())
            .bind(inode);
        write
            .execute(&mut self.connection)
            .await
            .map_err(|error| self.failure(&error))?;
        Ok(Identity { disk_id, node })
    }

    async fn identity(&mut self) -> Result<Option<(DiskId, NodeId, i64)>, sqlx::Error> {
        let query = sqlx::query("SELECT disk_id, node_id, inode FROM identity");
        let Some(row) = query.fetch_optional(&mut self.connection).await? else {
            return Ok(None);
        };
        let (disk, node): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let decode = |error: String| sqlx::Error::Decode(error.into());
        let disk = disk
            .parse()
            .map_err(|error: uuid::Error| decode(error.to_string()))?;
        let node = NodeId::new(&node).map_err(|error| decode(error.to_string()))?;
        Ok(Some((disk, node, row.try_get(2)?)))
    }

    async fn clear(&mut self) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM intent")
            .execute(&mut self.connection)
            .await
            .map(drop)
    }

    /// Every attempt that may have been started. One that cannot be read ends the agent: without it
    /// nobody could say what must not be started again.
    pub async fn intents(&mut self) -> Result<Vec<Intent>, Failure> {
        let rows = sqlx::query("SELECT document FROM intent ORDER BY run_id, attempt");
        let rows = rows
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| self.failure(&error))?;
        let mut intents = Vec::with_capacity(rows.len());
        for row in rows {
            let document: Vec<u8> = row.try_get(0).map_err(|error| self.failure(&error))?;
            match document::decode(&document) {
                Ok(intent) => intents.push(intent),
                Err(error) => {
                    let sentence = format!(
                        "the journal {} is damaged ({error}): move it away",
                        self.path.display()
                    );
                    return Err(Failure::new(Code::Configuration, sentence));
                }
            }
        }
        Ok(intents)
    }

    fn failure(&self, error: &sqlx::Error) -> Failure {
        let fault = self.file.fault(error);
        Failure::new(
            Code::Configuration,
            format!("could not read the journal: {fault}"),
        )
    }

    /// Writes what comes, until all senders are gone.
    pub async fn keep(mut self, host: Arc<Host>, mut entries: mpsc::Receiver<Entry>) {
        let mut group = Vec::with_capacity(GROUP_MAX);
        while entries.recv_many(&mut group, GROUP_MAX).await > 0 {
            match self.commit(&group).await {
                Ok(()) => settle(&host, &mut group).await,
                Err(error) => {
                    let why = self.file.fault(&error).to_string();
                    refuse(&host, &why, &mut group).await;
                }
            }
        }
        // Closing folds the log into the file; what was committed is safe without.
        let _ = self.connection.close().await;
    }

    async fn commit(&mut self, group: &[Entry]) -> Result<(), sqlx::Error> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        for entry in group {
            let query = match entry {
                Entry::Write(intent, _) => {
                    let write = "INSERT OR REPLACE INTO intent (run_id, attempt, document) VALUES (?1, ?2, ?3)";
                    let value = &intent.value;
                    let query = sqlx::query(write)
                        .bind(value.run_id.0.to_vec())
                        .bind(value.attempt);
                    query.bind(document::encode(intent))
                }
                Entry::Forget(run, attempt) => {
                    let forget =
                        sqlx::query("DELETE FROM intent WHERE run_id = ?1 AND attempt = ?2");
                    forget.bind(run.0.to_vec()).bind(*attempt)
                }
            };
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }
}

/// The group is durable.
async fn settle(host: &Arc<Host>, group: &mut Vec<Entry>) {
    let mut forgotten = Vec::new();
    for entry in group.drain(..) {
        match entry {
            Entry::Write(intent, _guard) => {
                let value = &intent.value;
                host.tell(Event::IntentDurable(value.run_id, value.attempt))
                    .await;
            }
            Entry::Forget(run, attempt) => forgotten.push((run, attempt)),
        }
    }
    if !forgotten.is_empty() {
        let host = host.clone();
        tokio::task::spawn_blocking(move || host.remove_folders(&forgotten));
    }
}

/// The disk refused the group: nothing of it starts, and what is to be forgotten stays for later.
async fn refuse(host: &Arc<Host>, why: &str, group: &mut Vec<Entry>) {
    let mut waits = false;
    for entry in group.drain(..) {
        match entry {
            Entry::Write(intent, _guard) => {
                let value = &intent.value;
                let failed = Event::IntentFailed(value.run_id, value.attempt, why.to_owned());
                host.tell(failed).await;
            }
            // It is found again at the next start, and ends as it ended.
            Entry::Forget(..) => waits = true,
        }
    }
    if waits {
        warn!("could not remove attempts from the journal: {why}");
        tokio::time::sleep(FORGET_AGAIN_AFTER).await;
    }
}

/// The host's name as a node's id, with what is not allowed in one replaced.
fn node_of(host_name: &str) -> NodeId {
    let plain = |c: char| {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            c
        } else {
            '-'
        }
    };
    let text: String = host_name
        .to_lowercase()
        .chars()
        .map(plain)
        .take(63)
        .collect();
    NodeId::new(text.trim_matches('-'))
        .unwrap_or_else(|_| NodeId::new("this-computer").expect("a plain name"))
}
