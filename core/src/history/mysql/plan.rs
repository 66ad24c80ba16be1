//! Every named query is planned on an index.

use belfry_harness::mariadb::MariaDb;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Execute, Row};

use super::session::Session;
use super::statement::Statement;
use super::{MysqlHistory, MysqlSettings, output, prune, read, runs, write};
use crate::history::record::Value;
use crate::history::{History, PageKey, RunQuery, Upload};
use crate::id::{JobId, Moment, NodeId, ProjectName, RunId, Scope};
use crate::run::{RunRecord, RunState, Trigger};

/// Enough that an index is worth while.
const RUNS: i64 = 3_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + second).expect("in range")
}

fn job(number: i64) -> JobId {
    JobId(uuid::Uuid::from_u128(u128::from(number.unsigned_abs())))
}

fn record(index: i64) -> RunRecord {
    let (job_id, scheduled_at) = (job(index % 20), at(index));
    RunRecord {
        run_id: RunId::derive(job_id, &Scope::One, Moment::At(scheduled_at)),
        attempt: 1,
        job_id,
        project: ProjectName::new("ops").expect("plain"),
        job: "job".to_owned(),
        scope: Scope::One,
        moment: Moment::At(scheduled_at),
        scheduled_at,
        until: None,
        count: 1,
        generation: 1,
        fence: 1,
        node: NodeId::new("web-1").expect("plain"),
        state: RunState::ALL[usize::try_from(index % 9).expect("small")],
        reason: None,
        detail: None,
        trigger: Trigger::Schedule,
        by: None,
        decided_at: scheduled_at,
        started_at: None,
        finished_at: None,
        exit_code: None,
        signal: None,
        output_bytes: 0,
        output_sha256: None,
        peak_memory_bytes: None,
        user_ms: None,
        system_ms: None,
    }
}

/// A query with a value of the column's kind for each question mark.
fn numbered(sql: &str) -> Statement {
    let mut statement = Statement::new("");
    let mut parts = sql.split('?').peekable();
    while let Some(part) = parts.next() {
        statement.push(part);
        let column = part.trim_end_matches([' ', '<', '=', '>']);
        let is_id = ["id", "kind"].iter().any(|word| column.ends_with(word));
        if parts.peek().is_some() {
            statement.bind(&match is_id {
                true => Value::Bytes(&[7; 16]),
                false => Value::Integer(Some(7)),
            });
        }
    }
    statement
}

fn query() -> RunQuery {
    RunQuery {
        since: Some(at(10)),
        until: Some(at(RUNS)),
        after: Some(PageKey {
            scheduled_at: at(RUNS / 2),
            run_id: RunId([7; 16]),
            attempt: 1,
        }),
        limit: 50,
        ..RunQuery::default()
    }
}

/// A list for each way, with all other filters.
fn lists() -> Vec<RunQuery> {
    let project = Some(ProjectName::new("ops").expect("plain"));
    let node = Some(NodeId::new("web-1").expect("plain"));
    let states = vec![RunState::Failed, RunState::Lost];
    let all = RunQuery {
        project: project.clone(),
        node,
        states: states.clone(),
        ..query()
    };
    vec![
        query(),
        RunQuery { states, ..query() },
        RunQuery { project, ..query() },
        all.clone(),
        RunQuery {
            jobs: vec![job(1), job(2)],
            ..all
        },
    ]
}

fn named() -> Vec<Statement> {
    let mut named: Vec<Statement> = [
        read::ATTEMPTS,
        read::IDS_BETWEEN,
        read::OUTPUT,
        read::AVERAGE_DURATION,
        read::NEWEST_CHANGE,
        read::CHANGES,
        read::LEDGER,
        read::VERSIONS,
        runs::TIME_BOUNDS,
        prune::NTH_NEWEST,
        prune::OLD_RUNS,
    ]
    .map(numbered)
    .into();
    let some = [record(1).run_id, record(2).run_id];
    let attempts = some.map(|run| (run, 1));
    named.extend(prune::DELETES.map(|sql| prune::delete(sql, &some)));
    named.extend(output::OF_ATTEMPTS.map(|sql| output::of_attempts(sql, &attempts)));
    named.push(write::unnumbered(&[record(1), record(2)]));
    named.push(runs::newest_statement(&[job(1), job(2)], 20));
    for query in lists() {
        named.push(runs::page_statement(&query, &runs::parts(&query)));
        named.push(runs::count_statement(&query));
    }
    named
}

/// The plan's steps: table, access and index each.
async fn steps(session: &mut Session, mut statement: Statement) -> (String, Vec<[String; 3]>) {
    let mut query = statement.query();
    let arguments = query.take_arguments().expect("bound").expect("some");
    let sql = query.sql().as_str().to_owned();
    let explain = AssertSqlSafe(format!("EXPLAIN {sql}"));
    let rows = sqlx::query_with(explain, arguments)
        .fetch_all(&mut session.connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let text = |row: &_, name| {
        let text: Option<String> = sqlx::mysql::MySqlRow::try_get(row, name).expect("a text");
        text.unwrap_or_default()
    };
    let step = |row: &_| ["table", "type", "key"].map(|name| text(row, name));
    (sql, rows.iter().map(step).collect())
}

#[tokio::test]
async fn no_query_reads_all_runs_or_all_output() {
    let server = MariaDb::start().await;
    let settings = MysqlSettings {
        url: server.url(&server.database().await),
        ca_pem: None,
        insecure: false,
        connections_max: 1,
    };
    let history = MysqlHistory::connect(settings)
        .await
        .expect("MariaDB answers");
    history.migrate().await.expect("new tables");
    let upload = Upload {
        runs: (0..RUNS).map(record).collect(),
        ..Upload::default()
    };
    history.upload(&upload).await.expect("an upload");
    server
        .execute("ANALYZE TABLE belfry_1.run".to_owned())
        .await;
    let mut session = history.link.open().await.expect("MariaDB answers");
    for statement in named() {
        let (sql, steps) = steps(&mut session, statement).await;
        for [table, access, key] in &steps {
            // Rows that were found before, and the one that counts changes.
            let is_found = table.is_empty() || table.starts_with('<') || table == "meta";
            let is_sought = !["ALL", "index"].contains(&access.as_str()) && !key.is_empty();
            assert!(is_found || is_sought, "{sql}\n{steps:?}");
        }
    }
}
