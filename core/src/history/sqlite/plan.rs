//! Every named query is planned on an index.

use sqlx::Row;

use super::{SqliteHistory, read, runs, sums, way, write};

#[tokio::test]
async fn no_query_reads_all_runs_or_all_output() {
    let dir = tempfile::tempdir().expect("a folder");
    let history = SqliteHistory::open(dir.path())
        .await
        .expect("a new history");
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
        sums::COUNTS,
        sums::LATENESS,
        sums::FAILURES,
        way::PROJECTS,
        way::NODES,
    ];
    for way in way::ALL {
        named.extend([way.page_sql(), way.groups_sql()]);
        named.extend([way.counts_sql(true), way.counts_sql(false)]);
    }
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
            // The indexes of rare runs hold few rows in the order of lists.
            let is_rare = step.contains("run_of_exit") || step.contains("run_of_trigger");
            let harmless =
                is_rare || ["part", "json_each", "meta", "CONSTANT", "names", "g"].contains(&table);
            assert!(!reads_all || harmless, "{sql}\n{}", steps.join("\n"));
        }
    }
}
