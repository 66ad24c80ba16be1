//! The tables: which version they have, and how they grow.

use std::cmp::Ordering;
use std::fmt;

use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, Error, Row};
use tokio::time::timeout;

use super::error::{MysqlConnectError, MysqlRung};
use super::fault;
use super::link::Link;
use super::session::Session;
use crate::history::row;
use crate::limits::{MYSQL_ANSWERED_WITHIN, MYSQL_MIGRATED_WITHIN, MYSQL_MIGRATION_WAITED_FOR};

/// The n-th step brings the tables to version n. A statement of a step that was done already
/// must do no harm: these databases have no transactions for tables.
pub(super) const STEPS: [&str; 2] = [
    include_str!("../../../../migrations/mysql/0001_history.sql"),
    include_str!("../../../../migrations/mysql/0002_run_filters.sql"),
];

/// The version that this program knows.
pub(super) const KNOWN: u32 = STEPS.len() as u32;

/// What tables a database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// None of ours.
    None,
    /// An earlier version than this program knows.
    Older(u32),
    /// The version that this program knows.
    Right,
    /// A later version than this program knows.
    Newer(u32),
}

impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(
                f,
                "the database has no tables of Belfry: run `belfryctl cluster migrate`"
            ),
            Self::Older(found) => write!(
                f,
                "the tables have version {found} and this program needs {KNOWN}: \
                 run `belfryctl cluster migrate`"
            ),
            Self::Right => write!(f, "the tables have version {KNOWN}, as they should"),
            Self::Newer(found) => write!(
                f,
                "the tables have version {found} and this program knows {KNOWN}: \
                 upgrade this program"
            ),
        }
    }
}

/// What a migration did; equal numbers mean that nothing was left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The version before, 0 without tables.
    pub from: u32,
    /// The version now.
    pub to: u32,
}

const VERSION: &str = "SELECT version FROM meta WHERE id = 1";

/// The lock's name stands for one database: a server may have several.
const LOCK: &str = "SELECT GET_LOCK(CONCAT('belfry ', SHA1(DATABASE())), ?)";

const SET_VERSION: &str = "UPDATE meta SET version = ? WHERE id = 1";

/// The tables' version, 0 if there are none.
pub(super) async fn version(connection: &mut MySqlConnection) -> Result<u32, Error> {
    match sqlx::query(VERSION).fetch_optional(connection).await {
        Ok(Some(row)) => row::number(&row, 0),
        Ok(None) => Ok(0),
        Err(error) if fault::of(&error) == fault::Kind::Schema => Ok(0),
        Err(error) => Err(error),
    }
}

impl SchemaState {
    /// What tables of this version are to a program that knows `known`.
    fn of(version: u32, known: u32) -> Self {
        match version.cmp(&known) {
            _ if version == 0 => Self::None,
            Ordering::Less => Self::Older(version),
            Ordering::Equal => Self::Right,
            Ordering::Greater => Self::Newer(version),
        }
    }
}

/// The error for tables that this program cannot use.
pub(super) fn wrong(link: &Link, state: SchemaState) -> MysqlConnectError {
    MysqlConnectError::new(MysqlRung::Schema, format!("{}: {state}", link.location()))
}

fn failed(link: &Link, error: impl fmt::Display) -> MysqlConnectError {
    MysqlConnectError::new(
        MysqlRung::Schema,
        format!(
            "the tables of {} cannot be brought up to date ({error}): the account needs the rights \
             to create, alter and index tables; what was cut off can be done again",
            link.location()
        ),
    )
}

/// Which tables the database has.
pub(super) async fn state(link: &Link) -> Result<SchemaState, MysqlConnectError> {
    let mut session = link.open().await?;
    let version = timeout(MYSQL_ANSWERED_WITHIN, version(&mut session.connection)).await;
    let unread = |error: String| {
        MysqlConnectError::new(
            MysqlRung::Schema,
            format!(
                "the tables' version of {} cannot be read ({error})",
                link.location()
            ),
        )
    };
    match version {
        Ok(Ok(version)) => Ok(SchemaState::of(version, KNOWN)),
        Ok(Err(error)) => Err(unread(error.to_string())),
        Err(late) => Err(unread(late.to_string())),
    }
}

/// Does the steps that are missing, on a connection of its own.
pub(super) async fn migrate(link: &Link) -> Result<Migrated, MysqlConnectError> {
    let mut session = link.open().await?;
    let migrated = match timeout(MYSQL_MIGRATED_WITHIN, migrate_alone(&mut session)).await {
        Ok(Ok(migrated)) => migrated,
        Ok(Err(error)) => return Err(failed(link, error)),
        Err(late) => return Err(failed(link, late)),
    };
    // The lock goes with the connection, however it ends.
    let _ = timeout(MYSQL_ANSWERED_WITHIN, session.connection.close()).await;
    let Some(migrated) = migrated else {
        return Err(failed(link, "another migration goes on"));
    };
    match SchemaState::of(migrated.to, KNOWN) {
        SchemaState::Right => Ok(migrated),
        state => Err(wrong(link, state)),
    }
}

/// Nothing if the lock is not to be had.
async fn migrate_alone(session: &mut Session) -> Result<Option<Migrated>, Error> {
    let connection = &mut session.connection;
    let wait_s = MYSQL_MIGRATION_WAITED_FOR.as_secs();
    let row = sqlx::query(LOCK)
        .bind(wait_s)
        .fetch_one(&mut *connection)
        .await?;
    if row.try_get::<Option<i64>, _>(0)? != Some(1) {
        return Ok(None);
    }
    let from = version(connection).await?;
    let mut to = from;
    for step in STEPS.iter().skip(from as usize) {
        sqlx::raw_sql(*step).execute(&mut *connection).await?;
        to += 1;
        let mark = sqlx::query(SET_VERSION).bind(to);
        mark.execute(&mut *connection).await?;
    }
    Ok(Some(Migrated { from, to }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_and_newer_tables_are_told_apart_with_what_to_do() {
        assert_eq!(SchemaState::of(0, 3), SchemaState::None);
        assert_eq!(SchemaState::of(3, 3), SchemaState::Right);
        let told = |version| SchemaState::of(version, 3).to_string();
        assert!(told(2).contains("version 2") && told(2).contains("cluster migrate"));
        assert!(told(4).contains("version 4") && told(4).contains("upgrade this program"));
        assert_ne!(told(0), told(2));
    }
}
