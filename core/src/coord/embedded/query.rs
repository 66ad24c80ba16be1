//! Every statement of the store, one function each.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Error, Row};

use super::feed::Change;
use crate::sqlite_file::signed;
use crate::txn::{Entry, LeaseId};

/// The state of the log that a page was read in.
pub(super) struct LogPage {
    pub revision: u64,
    pub compacted: u64,
    pub changes: Vec<Change>,
}

/// The store's revision, and whether a lease has ended whose keys are still there.
pub(super) async fn look(
    connection: &mut SqliteConnection,
    boot: &str,
    now: Duration,
) -> Result<(u64, bool), Error> {
    let row = sqlx::query(
        "SELECT revision, EXISTS (SELECT 1 FROM lease WHERE boot <> ?1 OR expires_ms <= ?2) \
         FROM meta",
    )
    .bind(boot)
    .bind(millis(now))
    .fetch_one(connection)
    .await?;
    Ok((unsigned(&row, 0)?, row.try_get(1)?))
}

/// Revision and compaction of the store, within a transaction.
pub(super) async fn meta(connection: &mut SqliteConnection) -> Result<(u64, u64), Error> {
    let row = sqlx::query("SELECT revision, compacted FROM meta")
        .fetch_one(connection)
        .await?;
    Ok((unsigned(&row, 0)?, unsigned(&row, 1)?))
}

/// These keys as they stand at one revision; those that are not there are left out.
pub(super) async fn entries<'c>(
    executor: impl sqlx::SqliteExecutor<'c>,
    keys: &[impl AsRef<str>],
) -> Result<(u64, Vec<Entry>), Error> {
    let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
    let keys = serde_json::to_string(&keys).map_err(|error| Error::Encode(error.into()))?;
    let rows = sqlx::query(
        "SELECT meta.revision, kv.key, kv.value, kv.create_revision, kv.mod_revision, kv.lease \
         FROM meta LEFT JOIN kv ON kv.key IN (SELECT value FROM json_each(?1))",
    )
    .bind(keys)
    .fetch_all(executor)
    .await?;
    entries_at(rows)
}

/// All keys below a prefix at one revision, ascending.
pub(super) async fn list(readers: &SqlitePool, prefix: &str) -> Result<(u64, Vec<Entry>), Error> {
    // Row by row: ten thousand rows of the library's weigh many times their entries.
    let mut rows = sqlx::query(
        "SELECT meta.revision, kv.key, kv.value, kv.create_revision, kv.mod_revision, kv.lease \
         FROM meta LEFT JOIN kv ON kv.key >= ?1 AND kv.key < ?2 WHERE meta.id = 1 \
         ORDER BY kv.key",
    )
    .bind(prefix)
    .bind(after_prefix(prefix))
    .fetch(readers);
    let (mut revision, mut entries) = (None, Vec::new());
    while let Some(row) = rows.try_next().await? {
        revision = Some(unsigned(&row, 0)?);
        if !is_null(&row, 1) {
            entries.push(entry(&row)?);
        }
    }
    Ok((revision.ok_or(Error::RowNotFound)?, entries))
}

/// Changes below a prefix that come after a key of a revision.
pub(super) async fn log_page(
    readers: &SqlitePool,
    prefix: &str,
    after: (u64, &str),
    limit: u32,
) -> Result<LogPage, Error> {
    let rows = sqlx::query(
        "SELECT meta.revision, meta.compacted, change.revision, change.key, change.value, \
                change.create_revision, change.lease \
         FROM meta LEFT JOIN change ON (change.revision, change.key) > (?1, ?2) \
              AND change.key >= ?3 AND change.key < ?4 WHERE meta.id = 1 \
         ORDER BY change.revision, change.key LIMIT ?5",
    )
    .bind(signed(after.0))
    .bind(after.1)
    .bind(prefix)
    .bind(after_prefix(prefix))
    .bind(limit)
    .fetch_all(readers)
    .await?;
    let first = rows.first().ok_or(Error::RowNotFound)?;
    let (revision, compacted) = (unsigned(first, 0)?, unsigned(first, 1)?);
    let there = rows.iter().filter(|row| !is_null(row, 2));
    let changes = there.map(change).collect::<Result<_, _>>()?;
    Ok(LogPage {
        revision,
        compacted,
        changes,
    })
}

pub(super) async fn put(connection: &mut SqliteConnection, entry: &Entry) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO kv (key, value, create_revision, mod_revision, lease) \
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key) DO UPDATE SET value = excluded.value, \
         create_revision = excluded.create_revision, mod_revision = excluded.mod_revision, \
         lease = excluded.lease",
    )
    .bind(&entry.key)
    .bind(&entry.value)
    .bind(signed(entry.create_revision))
    .bind(signed(entry.mod_revision))
    .bind(entry.lease)
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn delete(connection: &mut SqliteConnection, key: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM kv WHERE key = ?1")
        .bind(key)
        .execute(connection)
        .await
        .map(drop)
}

pub(super) async fn log(connection: &mut SqliteConnection, change: &Change) -> Result<(), Error> {
    let entry = change.entry.as_ref();
    sqlx::query(
        "INSERT INTO change (revision, key, value, create_revision, lease) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(signed(change.revision))
    .bind(&change.key)
    .bind(entry.map(|entry| entry.value.as_slice()))
    .bind(entry.map(|entry| signed(entry.create_revision)))
    .bind(entry.and_then(|entry| entry.lease))
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn set_revision(
    connection: &mut SqliteConnection,
    revision: u64,
) -> Result<(), Error> {
    let query = sqlx::query("UPDATE meta SET revision = ?1").bind(signed(revision));
    query.execute(connection).await.map(drop)
}

/// Cuts the log: changes up to and with this revision go.
pub(super) async fn compact(connection: &mut SqliteConnection, revision: u64) -> Result<(), Error> {
    let query = sqlx::query("DELETE FROM change WHERE revision <= ?1").bind(signed(revision));
    query.execute(&mut *connection).await?;
    let query = sqlx::query("UPDATE meta SET compacted = ?1").bind(signed(revision));
    query.execute(connection).await.map(drop)
}

pub(super) async fn grant(
    connection: &mut SqliteConnection,
    ttl: Duration,
    boot: &str,
    expires: Duration,
) -> Result<LeaseId, Error> {
    let query = sqlx::query("INSERT INTO lease (ttl_ms, boot, expires_ms) VALUES (?1, ?2, ?3)");
    let query = query.bind(millis(ttl)).bind(boot).bind(millis(expires));
    Ok(query.execute(connection).await?.last_insert_rowid())
}

/// Renews a lease by its own time to live, which is returned if the lease is there.
pub(super) async fn renew(
    connection: &mut SqliteConnection,
    lease: LeaseId,
    now: Duration,
) -> Result<Option<Duration>, Error> {
    let row =
        sqlx::query("UPDATE lease SET expires_ms = ?2 + ttl_ms WHERE id = ?1 RETURNING ttl_ms")
            .bind(lease)
            .bind(millis(now))
            .fetch_optional(connection)
            .await?;
    row.map(|row| unsigned(&row, 0).map(Duration::from_millis))
        .transpose()
}

pub(super) async fn lease_is_there(
    connection: &mut SqliteConnection,
    lease: LeaseId,
) -> Result<bool, Error> {
    let query = sqlx::query("SELECT 1 FROM lease WHERE id = ?1").bind(lease);
    Ok(query.fetch_optional(connection).await?.is_some())
}

/// Leases whose time is up, or whose boot is over.
pub(super) async fn ended_leases(
    connection: &mut SqliteConnection,
    boot: &str,
    now: Duration,
) -> Result<Vec<LeaseId>, Error> {
    let query =
        sqlx::query("SELECT id FROM lease WHERE boot <> ?1 OR expires_ms <= ?2 ORDER BY id");
    let rows = query
        .bind(boot)
        .bind(millis(now))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

pub(super) async fn delete_lease(
    connection: &mut SqliteConnection,
    lease: LeaseId,
) -> Result<(), Error> {
    sqlx::query("DELETE FROM lease WHERE id = ?1")
        .bind(lease)
        .execute(connection)
        .await
        .map(drop)
}

/// The keys that hang on a lease, ascending.
pub(super) async fn keys_of_lease(
    connection: &mut SqliteConnection,
    lease: LeaseId,
) -> Result<Vec<String>, Error> {
    let query = sqlx::query("SELECT key FROM kv WHERE lease = ?1 ORDER BY key").bind(lease);
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

fn entries_at(rows: Vec<SqliteRow>) -> Result<(u64, Vec<Entry>), Error> {
    let revision = unsigned(rows.first().ok_or(Error::RowNotFound)?, 0)?;
    let there = rows.iter().filter(|row| !is_null(row, 1));
    Ok((revision, there.map(entry).collect::<Result<_, _>>()?))
}

fn entry(row: &SqliteRow) -> Result<Entry, Error> {
    Ok(Entry {
        key: row.try_get(1)?,
        value: row.try_get(2)?,
        create_revision: unsigned(row, 3)?,
        mod_revision: unsigned(row, 4)?,
        lease: row.try_get(5)?,
    })
}

fn change(row: &SqliteRow) -> Result<Change, Error> {
    let revision = unsigned(row, 2)?;
    let key: String = row.try_get(3)?;
    let entry = match is_null(row, 5) {
        true => None,
        false => Some(Entry {
            key: key.clone(),
            value: row.try_get(4)?,
            create_revision: unsigned(row, 5)?,
            mod_revision: revision,
            lease: row.try_get(6)?,
        }),
    };
    Ok(Change {
        revision,
        key,
        entry,
    })
}

fn is_null(row: &SqliteRow, index: usize) -> bool {
    use sqlx::ValueRef;
    row.try_get_raw(index).is_ok_and(|value| value.is_null())
}

fn unsigned(row: &SqliteRow, index: usize) -> Result<u64, Error> {
    let number: i64 = row.try_get(index)?;
    u64::try_from(number).map_err(|error| Error::Decode(error.into()))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The least text above everything that begins with `prefix`. Text is ordered by code points;
/// none is above the last one, which no key begins with.
fn after_prefix(prefix: &str) -> String {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(last as u32 + 1),
        };
        if let Some(next) = next {
            text.push(next);
            return text;
        }
    }
    char::MAX.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_a_prefix_is_below_its_end_and_nothing_else_is() {
        assert_eq!(after_prefix("/a/"), "/a0");
        assert_eq!(after_prefix("a\u{10ffff}"), "b");
        assert_eq!(after_prefix("\u{d7ff}"), "\u{e000}");
        assert_eq!(after_prefix(""), "\u{10ffff}");
    }
}
