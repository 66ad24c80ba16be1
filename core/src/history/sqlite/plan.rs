//! Every named query is planned on an index.

use sqlx::Row;

use super::{SqliteHistory, read, runs, write};
use crate::history::way::Way;

#[tokio::test]
async fn no_query_reads_all_runs_or_all_output() {
    let dir = tempfile::tempdir().expect("a folder");
    let history = SqliteHistory::open(dir.path())
        .await
        .expect("a new history");
    let ways = [Way::Jobs, Way::Node, Way::Project, Way::States];
    let mut named = vec![
        runs::NEWEST,
        runs::TIME_BOUNDS,
        read::ATTEMPTS,
        read::IDS_BETWEEN,
        read::OUTPUT,
        read::AVERAGE_DURATION,
        read::NEWEST_CHANGE,
        read::CHANGES,
        read::LEDGER,
        read::VERSIONS,
        write::UPSERT_RUN,
        write::HAS_FINAL_OUTPUT,
        write::DELETE_OUTPUT,
        write::NTH_NEWEST,
        write::OLD_RUNS,
        write::DELETE_OUTPUTS,
        write::DELETE_RUNS,
    ];
    named.extend(ways.map(Way::page_sql));
    named.extend(ways.map(Way::count_sql));
    for sql in named {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let plan = sqlx::query(explain)
            .fetch_all(&history.readers)
            .await
            .expect(sql);
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        for step in &steps {
            let mut words = step.split(' ');
            let reads_all = words.next() == Some("SCAN");
            let table = words.next().unwrap_or_default();
            let harmless = ["part", "json_each", "meta", "CONSTANT"].contains(&table);
            assert!(!reads_all || harmless, "{sql}\n{}", steps.join("\n"));
        }
    }
}
