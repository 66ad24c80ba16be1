//! One commit: several requests, each judged by the state that the one before left.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;

use super::feed::Change;
use super::query;
use super::writer::{Answer, Request};
use crate::coord::CoordError;
use crate::limits::{COORD_LOG_REVISIONS, COORD_LOG_SLACK};
use crate::txn::{Entry, LeaseId, Txn, TxnAnswer, Writes};

/// What came of one request; a refusal leaves the others alone.
pub(super) type Judged = Result<Answer, CoordError>;

pub(super) struct Group<'c> {
    connection: &'c mut SqliteConnection,
    boot: &'c str,
    now: Duration,
    first: u64,
    revision: u64,
    compacted: u64,
    /// Keys as they stand now, for those that were read.
    known: HashMap<String, Option<Entry>>,
    changes: Vec<Change>,
}

/// What a commit did to the store.
pub(super) struct Done {
    pub after: u64,
    pub revision: u64,
    pub changes: Vec<Change>,
}

impl<'c> Group<'c> {
    /// Begins inside a transaction that holds the write lock, and ends the leases that are due.
    pub async fn begin(
        connection: &'c mut SqliteConnection,
        boot: &'c str,
        now: Duration,
    ) -> Result<Self, sqlx::Error> {
        let (revision, compacted) = query::meta(connection).await?;
        let (known, changes) = (HashMap::new(), Vec::new());
        let mut group = Self {
            connection,
            boot,
            now,
            first: revision,
            revision,
            compacted,
            known,
            changes,
        };
        for lease in query::ended_leases(group.connection, boot, now).await? {
            group.end_lease(lease).await?;
        }
        Ok(group)
    }

    /// Reads the keys of all transactions at once.
    pub async fn load(&mut self, requests: &[&Request]) -> Result<(), sqlx::Error> {
        let mut keys: Vec<&str> = Vec::new();
        for request in requests {
            if let Request::Transact(txn) = request {
                keys.extend(txn.keys());
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        keys.sort_unstable();
        keys.dedup();
        let (_, entries) = query::entries(&mut *self.connection, &keys).await?;
        self.known
            .extend(keys.into_iter().map(|key| (key.to_owned(), None)));
        let entries = entries
            .into_iter()
            .map(|entry| (entry.key.clone(), Some(entry)));
        self.known.extend(entries);
        Ok(())
    }

    pub async fn judge(&mut self, request: &Request) -> Result<Judged, sqlx::Error> {
        Ok(match request {
            Request::Transact(txn) => self.transact(txn).await?.map(Answer::Transacted),
            Request::Grant(ttl) => {
                let expires = self.now.saturating_add(*ttl);
                let lease = query::grant(self.connection, *ttl, self.boot, expires).await?;
                Ok(Answer::Granted(lease))
            }
            Request::Renew(lease) => Ok(Answer::Renewed(
                query::renew(self.connection, *lease, self.now).await?,
            )),
            Request::Revoke(lease) => {
                self.end_lease(*lease).await?;
                Ok(Answer::Done)
            }
            Request::Compact(kept) => {
                self.compact(*kept).await?;
                Ok(Answer::Done)
            }
            Request::Sweep => Ok(Answer::Done),
        })
    }

    /// Writes what belongs to the whole commit.
    pub async fn finish(mut self) -> Result<Done, sqlx::Error> {
        if self.revision > self.first {
            query::set_revision(self.connection, self.revision).await?;
        }
        if self.revision.saturating_sub(self.compacted) > COORD_LOG_REVISIONS + COORD_LOG_SLACK {
            self.compact(COORD_LOG_REVISIONS).await?;
        }
        Ok(Done {
            after: self.first,
            revision: self.revision,
            changes: self.changes,
        })
    }

    async fn transact(&mut self, txn: &Txn) -> Result<Result<TxnAnswer, CoordError>, sqlx::Error> {
        let lookup = |key: &str| self.known.get(key).cloned().flatten();
        let (answer, writes) = match txn.evaluate(self.revision, &lookup) {
            Ok(judged) => judged,
            Err(twice) => return Ok(Err(CoordError::Refused(twice.to_string()))),
        };
        if let Some(refusal) = self.refusal(&writes).await? {
            return Ok(Err(CoordError::Refused(refusal)));
        }
        if !writes.is_empty() {
            self.revision += 1;
        }
        for (key, change) in writes {
            let entry = change.map(|(value, lease)| self.written(&key, value, lease));
            self.write(key, entry).await?;
        }
        Ok(Ok(answer))
    }

    async fn refusal(&mut self, writes: &Writes) -> Result<Option<String>, sqlx::Error> {
        // SQLite's JSON, which carries the keys to be read, ends a text at a NUL.
        if writes
            .keys()
            .any(|key| key.is_empty() || key.contains('\0'))
        {
            return Ok(Some(
                "a key must neither be empty nor contain a NUL".to_owned(),
            ));
        }
        for (key, change) in writes {
            let Some((_, Some(lease))) = change else {
                continue;
            };
            if !query::lease_is_there(self.connection, *lease).await? {
                return Ok(Some(format!("the lease {lease} for {key} has ended")));
            }
        }
        Ok(None)
    }

    fn written(&self, key: &str, value: Vec<u8>, lease: Option<LeaseId>) -> Entry {
        let before = self.known.get(key).and_then(Option::as_ref);
        let create_revision = before.map_or(self.revision, |entry| entry.create_revision);
        Entry {
            key: key.to_owned(),
            value,
            create_revision,
            mod_revision: self.revision,
            lease,
        }
    }

    async fn write(&mut self, key: String, entry: Option<Entry>) -> Result<(), sqlx::Error> {
        match &entry {
            Some(entry) => query::put(self.connection, entry).await?,
            None => query::delete(self.connection, &key).await?,
        }
        self.known.insert(key.clone(), entry.clone());
        let change = Change {
            revision: self.revision,
            key,
            entry,
        };
        query::log(self.connection, &change).await?;
        self.changes.push(change);
        Ok(())
    }

    async fn end_lease(&mut self, lease: LeaseId) -> Result<(), sqlx::Error> {
        let keys = query::keys_of_lease(self.connection, lease).await?;
        if !keys.is_empty() {
            self.revision += 1;
        }
        for key in keys {
            self.write(key, None).await?;
        }
        query::delete_lease(self.connection, lease).await
    }

    async fn compact(&mut self, kept: u64) -> Result<(), sqlx::Error> {
        let up_to = self.revision.saturating_sub(kept);
        if up_to <= self.compacted {
            return Ok(());
        }
        self.compacted = up_to;
        query::compact(self.connection, up_to).await
    }
}
