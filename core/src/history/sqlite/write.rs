//! Everything that changes history. Each function is one transaction.

use jiff::Timestamp;
use sqlx::Error;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqlitePool};

use crate::history::record::{Value, run_values, version_values};
use crate::history::{FinalOutput, LiveOutput, Upload, Version, row, stamps};
use crate::id::{JobId, RunId};
use crate::output::OutputChunk;
use crate::run::RunRecord;
use crate::sqlite_file::signed;

pub(super) const UPSERT_RUN: &str = "\
    INSERT INTO run (change, run_id, attempt, job_id, project, job, scope, moment, scheduled_ms, \
        until_ms, count, gen, fence, node, state, rank, reason, detail, trigger_kind, by_person, \
        decided_ms, started_ms, finished_ms, exit_code, signal, output_bytes, output_sha256, \
        peak_memory_bytes, user_ms, system_ms) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
    ON CONFLICT (run_id, attempt) DO UPDATE SET change = excluded.change, \
        job_id = excluded.job_id, project = excluded.project, job = excluded.job, \
        scope = excluded.scope, moment = excluded.moment, scheduled_ms = excluded.scheduled_ms, \
        until_ms = excluded.until_ms, count = excluded.count, gen = excluded.gen, \
        fence = excluded.fence, node = excluded.node, state = excluded.state, rank = excluded.rank, \
        reason = excluded.reason, detail = excluded.detail, trigger_kind = excluded.trigger_kind, \
        by_person = excluded.by_person, decided_ms = excluded.decided_ms, \
        started_ms = excluded.started_ms, finished_ms = excluded.finished_ms, \
        exit_code = excluded.exit_code, signal = excluded.signal, \
        output_bytes = excluded.output_bytes, output_sha256 = excluded.output_sha256, \
        peak_memory_bytes = excluded.peak_memory_bytes, user_ms = excluded.user_ms, \
        system_ms = excluded.system_ms \
    WHERE excluded.rank > run.rank";

pub(super) const HAS_FINAL_OUTPUT: &str =
    "SELECT 1 FROM run_output WHERE run_id = ?1 AND attempt = ?2 AND is_live = 0 LIMIT 1";

pub(super) const DELETE_OUTPUT: &str = "DELETE FROM run_output WHERE run_id = ?1 AND attempt = ?2";

const INSERT_OUTPUT: &str = "\
    INSERT INTO run_output (run_id, attempt, chunk_offset, is_live, bytes, stamps) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (run_id, attempt, chunk_offset) DO NOTHING";

const INSERT_VERSION: &str = "\
    INSERT INTO definition_version \
        (kind, id, gen, edit, title, by_person, at_ms, action, changes, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (kind, id, gen) DO NOTHING";

/// `?2` is how many newer runs there are.
pub(super) const NTH_NEWEST: &str = "\
    SELECT x.scheduled_ms, x.run_id FROM run AS x INDEXED BY run_of_job \
    WHERE x.job_id = ?1 AND NOT EXISTS (\
        SELECT 1 FROM run AS y WHERE y.run_id = x.run_id AND y.attempt > x.attempt) \
    ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT 1 OFFSET ?2";

pub(super) const OLD_RUNS: &str = "\
    SELECT x.run_id FROM run AS x INDEXED BY run_of_job \
    WHERE x.job_id = ?1 AND (x.scheduled_ms, x.run_id) < (?3, ?4) \
      AND coalesce(x.until_ms, x.scheduled_ms) < ?2 AND NOT EXISTS (\
        SELECT 1 FROM run AS y WHERE y.run_id = x.run_id AND (y.attempt > x.attempt OR y.rank < 2)) \
    ORDER BY x.scheduled_ms, x.run_id, x.attempt LIMIT ?5";

pub(super) const DELETE_OUTPUTS: &str =
    "DELETE FROM run_output WHERE run_id IN (SELECT unhex(value) FROM json_each(?1))";

pub(super) const DELETE_RUNS: &str =
    "DELETE FROM run WHERE run_id IN (SELECT unhex(value) FROM json_each(?1))";

pub(super) async fn upload(writer: &SqlitePool, upload: &Upload) -> Result<(), Error> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let mut change = newest_change(&mut transaction).await?;
    let before = change;
    for run in &upload.runs {
        change += u64::from(upsert_run(&mut transaction, run, change + 1).await?);
    }
    if change > before {
        set_newest_change(&mut transaction, change).await?;
    }
    for output in &upload.outputs {
        replace_output(&mut transaction, output).await?;
    }
    for output in &upload.live {
        add_live_output(&mut transaction, output).await?;
    }
    for version in &upload.versions {
        insert_version(&mut transaction, version).await?;
    }
    transaction.commit().await
}

async fn newest_change(connection: &mut SqliteConnection) -> Result<u64, Error> {
    let row = sqlx::query("SELECT change FROM meta")
        .fetch_one(connection)
        .await?;
    row::number(&row, 0)
}

async fn set_newest_change(connection: &mut SqliteConnection, change: u64) -> Result<(), Error> {
    let query = sqlx::query("UPDATE meta SET change = ?1").bind(signed(change));
    query.execute(connection).await.map(drop)
}

/// Whether the record was taken: see [`RunRecord::replaces`].
async fn upsert_run(
    connection: &mut SqliteConnection,
    run: &RunRecord,
    change: u64,
) -> Result<bool, Error> {
    let query = sqlx::query(UPSERT_RUN).bind(signed(change));
    let done = bind(query, run_values(run)).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

async fn replace_output(
    connection: &mut SqliteConnection,
    output: &FinalOutput,
) -> Result<(), Error> {
    let (run, attempt) = (output.run_id, output.attempt);
    if has_final_output(connection, run, attempt).await? {
        return Ok(());
    }
    let query = sqlx::query(DELETE_OUTPUT)
        .bind(run.0.to_vec())
        .bind(attempt);
    query.execute(&mut *connection).await?;
    let nothing = OutputChunk {
        offset: 0,
        bytes: Vec::new(),
        stamps: Vec::new(),
    };
    let chunks = match output.chunks.is_empty() {
        true => std::slice::from_ref(&nothing),
        false => &output.chunks,
    };
    for chunk in chunks {
        insert_output(connection, (run, attempt, false), chunk).await?;
    }
    Ok(())
}

async fn add_live_output(
    connection: &mut SqliteConnection,
    output: &LiveOutput,
) -> Result<(), Error> {
    if has_final_output(connection, output.run_id, output.attempt).await? {
        return Ok(());
    }
    insert_output(
        connection,
        (output.run_id, output.attempt, true),
        &output.chunk,
    )
    .await
}

async fn has_final_output(
    connection: &mut SqliteConnection,
    run: RunId,
    attempt: u32,
) -> Result<bool, Error> {
    let query = sqlx::query(HAS_FINAL_OUTPUT)
        .bind(run.0.to_vec())
        .bind(attempt);
    Ok(query.fetch_optional(connection).await?.is_some())
}

async fn insert_output(
    connection: &mut SqliteConnection,
    (run, attempt, is_live): (RunId, u32, bool),
    chunk: &OutputChunk,
) -> Result<(), Error> {
    sqlx::query(INSERT_OUTPUT)
        .bind(&run.0[..])
        .bind(attempt)
        .bind(signed(chunk.offset))
        .bind(is_live)
        .bind(&chunk.bytes)
        .bind(stamps::encode(chunk.offset, &chunk.stamps))
        .execute(connection)
        .await
        .map(drop)
}

async fn insert_version(connection: &mut SqliteConnection, version: &Version) -> Result<(), Error> {
    let query = bind(sqlx::query(INSERT_VERSION), version_values(version));
    query.execute(connection).await.map(drop)
}

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

fn bind<'q, 'v>(query: Query<'q>, values: impl IntoIterator<Item = Value<'v>>) -> Query<'q> {
    values.into_iter().fold(query, |query, value| match value {
        Value::Integer(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}

/// How many of the newest runs stay, and how many go at once.
pub(super) struct Spared {
    pub keep: u32,
    pub batch: u32,
}

pub(super) async fn prune(
    writer: &SqlitePool,
    job: JobId,
    before: Timestamp,
    spared: Spared,
) -> Result<u64, Error> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    let Some(oldest_kept) = oldest_kept(&mut transaction, job, spared.keep).await? else {
        return Ok(0);
    };
    let rows = sqlx::query(OLD_RUNS)
        .bind(&job.0.as_bytes()[..])
        .bind(before.as_millisecond())
        .bind(oldest_kept.0)
        .bind(oldest_kept.1)
        .bind(spared.batch)
        .fetch_all(&mut *transaction)
        .await?;
    let ids: Vec<String> = rows
        .iter()
        .map(|row| row::run_id(row, 0).map(|id| id.to_string()))
        .collect::<Result<_, _>>()?;
    let gone = ids.len() as u64;
    let ids = serde_json::Value::from(ids).to_string();
    for sql in [DELETE_OUTPUTS, DELETE_RUNS] {
        sqlx::query(sql)
            .bind(&ids)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(gone)
}

/// Where the newest `keep` runs end; `None` if there are no more than these.
async fn oldest_kept(
    connection: &mut SqliteConnection,
    job: JobId,
    keep: u32,
) -> Result<Option<(i64, Vec<u8>)>, Error> {
    let Some(newer) = keep.checked_sub(1) else {
        return Ok(Some((i64::MAX, Vec::new())));
    };
    let query = sqlx::query(NTH_NEWEST)
        .bind(&job.0.as_bytes()[..])
        .bind(newer);
    let row = query.fetch_optional(connection).await?;
    row.map(|row| row::place(&row)).transpose()
}
