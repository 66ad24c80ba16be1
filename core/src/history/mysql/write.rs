//! Everything that an upload changes, in one transaction.
//!
//! Readers follow change numbers, so a number must not become visible after a higher one. The
//! numbers are given at the very end, under the lock of the one row that counts them, and that
//! lock is released by the commit: numbers become visible in the order in which they are given.
//! (Numbers of an AUTO_INCREMENT column are given early and become visible at the commit: a
//! reader that has seen 8 would miss 7.) Lock, numbers and commit travel in one packet, so that
//! no agent that is held, slow or far away keeps the others waiting with the lock in its hand.

use std::fmt::Write;
use std::sync::LazyLock;

use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Error, Executor};

use super::output;
use super::session::Session;
use super::statement::{Statement, batches};
use crate::history::record::{RUN_COLUMNS, Value, run_values, version_values};
use crate::history::{Upload, Version, row};
use crate::id::RunId;
use crate::limits::MYSQL_ROWS_PER_STATEMENT;
use crate::run::RunRecord;

/// `INSERT … VALUES `, up to the rows.
static INSERT_RUNS: LazyLock<String> = LazyLock::new(|| {
    let columns = RUN_COLUMNS.join("`, `");
    format!("INSERT INTO run (change_number, `{columns}`) VALUES ")
});

/// A stored row gives way to one of a higher rank. A row of another run for the same occurrence
/// cannot be: it would get no run id, which the column refuses. The rank comes last, because the
/// columns are written one after the other.
static REPLACE_RUNS: LazyLock<String> = LazyLock::new(|| {
    let mut sql = " ON DUPLICATE KEY UPDATE \
        run_id = IF(run.run_id = VALUES(run_id), run.run_id, NULL)"
        .to_owned();
    let kept = ["run_id", "attempt", "rank"];
    let replaced = RUN_COLUMNS
        .into_iter()
        .filter(|column| !kept.contains(column));
    for column in ["change_number"]
        .into_iter()
        .chain(replaced)
        .chain(["rank"])
    {
        write!(
            sql,
            ", `{column}` = IF(VALUES(`rank`) > run.`rank`, VALUES(`{column}`), run.`{column}`)"
        )
        .expect("a text takes everything");
    }
    sql
});

/// Rows that this transaction wrote: nobody else's unnumbered rows can be seen. They are not
/// looked for by their numbers, where the marks of all earlier uploads lie until they are purged.
const UNNUMBERED: &str = "\
    SELECT seq, change_number FROM run FORCE INDEX (run_of_id) \
    WHERE change_number < 0 AND run_id IN ";

const INSERT_VERSIONS: &str = "\
    INSERT INTO definition_version \
        (kind, id, gen, edit, title, by_person, at_ms, action, changes, body) VALUES ";

const KEEP_VERSIONS: &str = " ON DUPLICATE KEY UPDATE gen = definition_version.gen";

/// Rows that get their numbers in one packet.
const NUMBERED_AT_ONCE: usize = 10_000;

pub(super) async fn upload(session: &mut Session, upload: &Upload) -> Result<(), Error> {
    let packet_max = session.server.packet_max;
    let connection = &mut session.connection;
    connection.execute("START TRANSACTION").await?;
    // Always in this order, so that uploads do not wait for each other in a ring.
    output::write(connection, packet_max, upload).await?;
    write_versions(connection, packet_max, &upload.versions).await?;
    write_runs(connection, packet_max, &upload.runs).await?;
    let places = places(connection, &upload.runs).await?;
    number_and_commit(connection, places).await
}

async fn write_versions(
    connection: &mut MySqlConnection,
    packet_max: usize,
    versions: &[Version],
) -> Result<(), Error> {
    let mut versions: Vec<&Version> = versions.iter().collect();
    versions.sort_by_key(|version| (&version.kind, &version.id, version.generation));
    for batch in batches(versions.into_iter().map(version_values), packet_max)? {
        let mut statement = Statement::new(INSERT_VERSIONS);
        push_rows(&mut statement, batch);
        statement.push(KEEP_VERSIONS).execute(connection).await?;
    }
    Ok(())
}

async fn write_runs(
    connection: &mut MySqlConnection,
    packet_max: usize,
    runs: &[RunRecord],
) -> Result<(), Error> {
    let mut runs: Vec<(i64, &RunRecord)> = (1..).zip(runs).collect();
    runs.sort_by_key(|(_, run)| (run.run_id, run.attempt));
    let rows = runs.into_iter().map(|(place, run)| numbered(place, run));
    for batch in batches(rows, packet_max)? {
        let mut statement = Statement::new(&INSERT_RUNS);
        push_rows(&mut statement, batch);
        statement.push(&REPLACE_RUNS).execute(connection).await?;
    }
    Ok(())
}

/// The row of a run, with its place in the upload below 0 instead of a change number.
fn numbered(place: i64, run: &RunRecord) -> [Value<'_>; RUN_COLUMNS.len() + 1] {
    let mut values = run_values(run).into_iter();
    std::array::from_fn(|index| match index {
        0 => Value::Integer(Some(-place)),
        _ => values.next().expect("as many as there are columns"),
    })
}

pub(super) fn push_rows<const COLUMNS: usize>(
    statement: &mut Statement,
    rows: Vec<[Value<'_>; COLUMNS]>,
) {
    for (index, row) in rows.into_iter().enumerate() {
        if index > 0 {
            statement.push(", ");
        }
        statement.values(row);
    }
}

pub(super) fn unnumbered<'r>(runs: impl IntoIterator<Item = &'r RunId>) -> Statement {
    let mut statement = Statement::new(UNNUMBERED);
    statement.values(runs.into_iter().map(|run| Value::Bytes(&run.0)));
    statement
}

/// The rows that were written, and their places in the upload below 0.
async fn places(
    connection: &mut MySqlConnection,
    runs: &[RunRecord],
) -> Result<Vec<(i64, i64)>, Error> {
    let mut places = Vec::new();
    for some in runs.chunks(MYSQL_ROWS_PER_STATEMENT) {
        let mut statement = unnumbered(some.iter().map(|run| &run.run_id));
        for row in statement.rows(connection).await? {
            places.push((row::number(&row, 0)?, row::number(&row, 1)?));
        }
    }
    // Attempts of one run may lie on both sides of a cut. Rows are locked in one order by all.
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

async fn number_and_commit(
    connection: &mut MySqlConnection,
    places: Vec<(i64, i64)>,
) -> Result<(), Error> {
    let Some(last) = places.iter().map(|(_, change)| -change).max() else {
        connection.execute("COMMIT").await?;
        return Ok(());
    };
    let mut sql = format!(
        "UPDATE meta SET change_number = LAST_INSERT_ID(change_number + {last}) WHERE id = 1; "
    );
    let mut parts = places.chunks(NUMBERED_AT_ONCE).peekable();
    while let Some(part) = parts.next() {
        let rows: Vec<String> = part.iter().map(|(seq, _)| seq.to_string()).collect();
        write!(
            sql,
            "UPDATE run SET change_number = CAST(LAST_INSERT_ID() AS SIGNED) - {last} - change_number \
             WHERE seq IN ({}); ",
            rows.join(", ")
        )
        .expect("a text takes everything");
        if parts.peek().is_none() {
            sql.push_str("COMMIT");
        }
        let packet = sqlx::raw_sql(AssertSqlSafe(std::mem::take(&mut sql)));
        packet.execute(&mut *connection).await?;
    }
    Ok(())
}
