//! Every named query is planned on an index.

use belfry_harness::mariadb::MariaDb;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Execute, Row};

use super::session::Session;
use super::statement::Statement;
use super::{MysqlHistory, MysqlSettings, asked, output, prune, read, runs, sums, write};
use crate::history::record::Value;
use crate::history::way::Asked;
use crate::history::{ExitCodes, FailuresAsked, PageKey, RunQuery, Steps};
use crate::id::{JobId, NodeId, ProjectName, RunId};
use crate::run::{Fate, RunState, Trigger};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_750_000_000 + second).expect("in range")
}

fn job(number: u128) -> JobId {
    JobId(uuid::Uuid::from_u128(number))
}

/// Runs of twenty jobs, in every state by turns.
const FILL: &str = "\
    INSERT INTO run (change_number, run_id, attempt, job_id, project, job, scope, moment, \
        scheduled_ms, `count`, gen, fence, node, state, `rank`, trigger_kind, decided_ms, output_bytes, \
        exit_code) \
    SELECT seq, unhex(md5(seq)), 1, unhex(lpad(hex(seq % 20), 32, '0')), 'ops', 'job', '*', seq, \
        1750000000000 + seq * 1000, 1, 1, 1, 'web-1', elt(1 + seq % 3, 'failed', 'lost', 'killed'), \
        3, if(seq % 100 = 1, 'manual', 'schedule'), 0, 0, if(seq % 100 = 2, 1, 0) FROM seq_1_to_3000";

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
        until: Some(at(3_000)),
        after: Some(PageKey {
            scheduled_at: at(1_500),
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
            ..all.clone()
        },
        RunQuery {
            exits: Some(ExitCodes::NotAmong(vec![0, 3])),
            ..query()
        },
        RunQuery {
            exits: Some(ExitCodes::Among(vec![1, 2])),
            jobs_not: vec![job(1)],
            ..all.clone()
        },
        RunQuery {
            triggers: vec![Trigger::Manual, Trigger::Try],
            ..query()
        },
        RunQuery {
            triggers: vec![Trigger::Manual],
            ..all
        },
        RunQuery {
            fates: vec![Fate::Missed],
            ..query()
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
        asked::PROJECTS,
        asked::NODES,
        prune::NTH_NEWEST,
        prune::OLD_RUNS,
    ]
    .map(numbered)
    .into();
    let some = [RunId([1; 16]), RunId([2; 16])];
    let attempts = some.map(|run| (run, 1));
    named.extend(prune::DELETES.map(|sql| prune::delete(sql, &some)));
    named.extend(output::OF_ATTEMPTS.map(|sql| output::of_attempts(sql, &attempts)));
    named.push(write::unnumbered(&some));
    named.push(runs::newest_statement(&[job(1), job(2)], 20));
    let steps = Steps {
        since: at(10),
        step_ms: 60_000,
        count: 48,
    };
    named.push(sums::counts_statement(&steps));
    named.push(sums::lateness_statement(&steps, 64));
    named.push(sums::failures_statement(&FailuresAsked {
        since: at(10),
        newest: 100,
        groups: 20,
    }));
    for query in lists() {
        let asked = Asked::new(&query, Vec::new(), Vec::new()).expect("some names");
        let parts = asked::parts(&asked);
        named.push(asked::page_statement(&asked, &parts, 50));
        named.push(asked::grouped_statement(&asked, &parts, 50));
        named.push(asked::count_statement(&asked));
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
    server
        .execute(format!("USE belfry_1; {FILL}; ANALYZE TABLE run"))
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
