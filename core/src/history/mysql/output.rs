//! The output of attempts: an attempt's final chunks take the place of its live ones.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sqlx::Error;
use sqlx::mysql::MySqlConnection;

use super::statement::{Statement, batches, bytes_max};
use super::write::push_rows;
use crate::history::record::Value;
use crate::history::{Upload, row, stamps};
use crate::id::RunId;
use crate::limits::MYSQL_ROWS_PER_STATEMENT;
use crate::output::OutputChunk;

/// Whose output it is.
type Attempt = (RunId, u32);

/// Makes or finds the attempts' rows and holds them until the commit: who else writes output of
/// one of them waits.
const HOLD: &str = "INSERT INTO attempt_output (run_id, attempt, is_final) VALUES ";

const HELD: &str = " ON DUPLICATE KEY UPDATE is_final = attempt_output.is_final";

const FINAL: &str = "SELECT run_id, attempt FROM attempt_output WHERE is_final = 1 AND ";

const SET_FINAL: &str = "UPDATE attempt_output SET is_final = 1 WHERE ";

const DELETE_CHUNKS: &str = "DELETE FROM run_output WHERE ";

const INSERT_CHUNKS: &str =
    "INSERT INTO run_output (run_id, attempt, chunk_offset, bytes, stamps) VALUES ";

const KEEP_CHUNKS: &str = " ON DUPLICATE KEY UPDATE attempt = run_output.attempt";

/// What is asked and done of several attempts at once.
#[cfg(test)]
pub(super) const OF_ATTEMPTS: [&str; 3] = [FINAL, SET_FINAL, DELETE_CHUNKS];

pub(super) async fn write(
    connection: &mut MySqlConnection,
    packet_max: usize,
    upload: &Upload,
) -> Result<(), Error> {
    let ended: BTreeSet<Attempt> = upload
        .outputs
        .iter()
        .map(|output| (output.run_id, output.attempt))
        .collect();
    let running = upload.live.iter().map(|live| (live.run_id, live.attempt));
    let all: BTreeSet<Attempt> = ended.iter().copied().chain(running).collect();
    let mut were_final = BTreeSet::new();
    for part in parts(&all) {
        hold(connection, &part).await?;
        were_final.extend(which_are_final(connection, &part).await?);
    }
    let ended = &ended - &were_final;
    for part in parts(&ended) {
        for sql in [DELETE_CHUNKS, SET_FINAL] {
            of_attempts(sql, &part).execute(connection).await?;
        }
    }
    let mut seen = BTreeSet::new();
    // Of two final outputs of an attempt the first stays.
    let outputs = upload.outputs.iter().filter(|output| {
        let attempt = (output.run_id, output.attempt);
        ended.contains(&attempt) && seen.insert(attempt)
    });
    let finals = outputs.flat_map(|output| {
        let attempt = (output.run_id, output.attempt);
        output.chunks.iter().map(move |chunk| (attempt, chunk))
    });
    let lives = upload.live.iter().filter_map(|live| {
        let attempt = (live.run_id, live.attempt);
        let is_late = ended.contains(&attempt) || were_final.contains(&attempt);
        (!is_late).then_some((attempt, &live.chunk))
    });
    let half = bytes_max(packet_max) / 2;
    let pieces: Vec<(Attempt, Cow<'_, OutputChunk>)> = finals
        .chain(lives)
        .flat_map(|(attempt, chunk)| {
            let pieces = fitting(Cow::Borrowed(chunk), half);
            pieces.into_iter().map(move |piece| (attempt, piece))
        })
        .collect();
    let rows = pieces.iter().map(|((run, attempt), chunk)| {
        [
            Value::Bytes(&run.0),
            Value::Integer(Some(i64::from(*attempt))),
            Value::Integer(Some(chunk.offset.cast_signed())),
            Value::Bytes(&chunk.bytes),
            Value::Text(Some(stamps::encode(chunk.offset, &chunk.stamps).into())),
        ]
    });
    for batch in batches(rows, packet_max)? {
        let mut statement = Statement::new(INSERT_CHUNKS);
        push_rows(&mut statement, batch);
        statement.push(KEEP_CHUNKS).execute(connection).await?;
    }
    Ok(())
}

fn parts(attempts: &BTreeSet<Attempt>) -> Vec<Vec<Attempt>> {
    let attempts: Vec<Attempt> = attempts.iter().copied().collect();
    let parts = attempts.chunks(MYSQL_ROWS_PER_STATEMENT);
    parts.map(<[Attempt]>::to_vec).collect()
}

pub(super) fn of_attempts(sql: &str, attempts: &[Attempt]) -> Statement {
    let mut statement = Statement::new(sql);
    statement.list(attempts, " OR ", |statement, (run, attempt)| {
        statement
            .with("(run_id = ", Value::Bytes(&run.0))
            .with(" AND attempt = ", Value::Integer(Some(i64::from(*attempt))))
            .push(")");
    });
    statement
}

async fn hold(connection: &mut MySqlConnection, attempts: &[Attempt]) -> Result<(), Error> {
    let mut statement = Statement::new(HOLD);
    let rows = attempts.iter().map(|(run, attempt)| {
        [
            Value::Bytes(&run.0),
            Value::Integer(Some(i64::from(*attempt))),
            Value::Integer(Some(0)),
        ]
    });
    push_rows(&mut statement, rows.collect());
    statement.push(HELD).execute(connection).await.map(drop)
}

async fn which_are_final(
    connection: &mut MySqlConnection,
    attempts: &[Attempt],
) -> Result<Vec<Attempt>, Error> {
    let rows = of_attempts(FINAL, attempts).rows(connection).await?;
    rows.iter()
        .map(|row| Ok((row::run_id(row, 0)?, row::number(row, 1)?)))
        .collect()
}

/// The chunk in pieces of at most so many bytes, the times of its lines included.
fn fitting(chunk: Cow<'_, OutputChunk>, bytes_max: usize) -> Vec<Cow<'_, OutputChunk>> {
    let size = chunk.bytes.len() + stamps::encode(chunk.offset, &chunk.stamps).len();
    if size <= bytes_max || chunk.bytes.len() < 2 {
        return vec![chunk];
    }
    let middle = chunk.bytes.len() / 2;
    let cut = chunk.offset + middle as u64;
    let mut first = chunk.into_owned();
    let second = first.clone().from_offset(cut);
    first.bytes.truncate(middle);
    first.stamps.retain(|stamp| stamp.offset < cut);
    let halves = [Some(first), second].into_iter().flatten();
    halves
        .flat_map(|half| fitting(Cow::Owned(half), bytes_max))
        .collect()
}
