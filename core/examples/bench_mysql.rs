//! Measures the history on a MariaDB server of its own, with Debian's settings: `cargo run
//! --release -p belfry-core --features io --example bench_mysql`.

use std::error::Error;
use std::time::{Duration, Instant};

use belfry_core::history::mysql::{MysqlHistory, MysqlSettings};
use belfry_core::history::{FinalOutput, History, HistoryError, Upload};
use belfry_core::id::{JobId, Moment, RunId, Scope};
use belfry_core::output::OutputChunk;
use belfry_core::run::RunRecord;
use belfry_harness::mariadb::MariaDb;
use jiff::Timestamp;
use uuid::Uuid;

#[path = "bench_parts/history.rs"]
mod history;

use history::{BATCH, JOBS, RUNS, record};

/// Runs of one more job, of which some stay.
const OF_ONE_JOB: i64 = 50_000;
const KEPT_OF_ONE_JOB: u32 = 10_000;
/// Jobs of which all runs but the newest go.
const PRUNED_JOBS: i64 = 1_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = MariaDb::start_with(&["--innodb-log-file-size=96M"]).await;
    let url = server.url(&server.database().await);
    let connect = || {
        MysqlHistory::connect(MysqlSettings {
            url: url.clone(),
            ca_pem: None,
            insecure: false,
            connections_max: 1,
        })
    };
    let history = connect().await?;
    println!("history: {}", history.server().await?);
    history.migrate().await?;
    history::measure(&history).await?;
    let agents = [
        connect().await?,
        connect().await?,
        connect().await?,
        connect().await?,
    ];
    many_agents(agents).await?;
    outputs(&history).await?;
    retention(&server, connect().await?).await?;
    Ok(())
}

/// A run of a job that the list of jobs does not have.
fn other(job: i64, second: i64) -> RunRecord {
    let job_id = JobId(Uuid::from_u128((JOBS + job) as u128));
    let at = Timestamp::from_second(1_750_000_000 + second).expect("in range");
    RunRecord {
        run_id: RunId::derive(job_id, &Scope::One, Moment::At(at)),
        job_id,
        moment: Moment::At(at),
        scheduled_at: at,
        ..record(second)
    }
}

/// Agents that each have a few runs at a time.
async fn many_agents(agents: [MysqlHistory; 4]) -> Result<(), Box<dyn Error>> {
    const UPLOADS: i64 = 250;
    const EACH: i64 = 20;
    let start = Instant::now();
    let send = |(agent, history): (i64, MysqlHistory)| async move {
        for upload in 0..UPLOADS {
            let seconds = upload * EACH..(upload + 1) * EACH;
            let runs = seconds.map(|second| other(agent + 1, second)).collect();
            history
                .upload(&Upload {
                    runs,
                    ..Upload::default()
                })
                .await?;
        }
        Ok::<(), HistoryError>(())
    };
    let sent = (0..).zip(agents).map(|agent| tokio::spawn(send(agent)));
    for agent in sent.collect::<Vec<_>>() {
        agent.await??;
    }
    let uploads = (4 * UPLOADS) as f64 / start.elapsed().as_secs_f64();
    let records = uploads * EACH as f64;
    println!("history: {records:.0} records/s by 4 agents in {uploads:.0} uploads/s of {EACH}");
    Ok(())
}

async fn outputs(history: &MysqlHistory) -> Result<(), HistoryError> {
    const SIZE: usize = 2 * 1024 * 1024;
    const ROW: usize = 256 * 1024;
    let start = Instant::now();
    for index in 0..50 {
        let chunk = |row: usize| OutputChunk {
            offset: (row * ROW) as u64,
            bytes: vec![b'x'; ROW],
            stamps: vec![],
        };
        let output = FinalOutput {
            run_id: record(index).run_id,
            attempt: 1,
            chunks: (0..SIZE / ROW).map(chunk).collect(),
        };
        history
            .upload(&Upload {
                outputs: vec![output],
                ..Upload::default()
            })
            .await?;
    }
    let rate = 50.0 * SIZE as f64 / 1e6 / start.elapsed().as_secs_f64();
    println!("history: {rate:.0} MB/s of output, 2 MiB each");
    Ok(())
}

async fn retention(server: &MariaDb, history: MysqlHistory) -> Result<(), Box<dyn Error>> {
    for batch in 0..OF_ONE_JOB / BATCH {
        let seconds = batch * BATCH..(batch + 1) * BATCH;
        let runs = seconds.map(|second| other(0, second)).collect();
        history
            .upload(&Upload {
                runs,
                ..Upload::default()
            })
            .await?;
    }
    // The server notes how long each statement takes, on connections that begin from now on.
    let noted =
        "SET GLOBAL log_output = 'TABLE', GLOBAL long_query_time = 0, GLOBAL slow_query_log = 1";
    server.execute(noted.to_owned()).await;
    history.close().await;
    let url = server.url("belfry_1");
    let history = MysqlHistory::connect(MysqlSettings {
        url,
        ca_pem: None,
        insecure: false,
        connections_max: 1,
    })
    .await?;
    let end = Timestamp::from_second(1_760_000_000)?;
    let (start, mut gone) = (Instant::now(), 0);
    let one = other(0, 0).job_id;
    gone += pruned(&history, one, end, KEPT_OF_ONE_JOB).await?;
    println!(
        "history: {gone} runs of one job pruned in {:?}, {KEPT_OF_ONE_JOB} kept",
        start.elapsed()
    );
    for job in 0..PRUNED_JOBS {
        let job = JobId(Uuid::from_u128(job as u128));
        gone += pruned(&history, job, end, 1).await?;
    }
    let took = start.elapsed();
    println!(
        "history: {gone} of {} runs pruned in {took:?}",
        RUNS + OF_ONE_JOB
    );
    let longest = "SELECT CAST(max(query_time) AS CHAR), left(sql_text, 24) FROM mysql.slow_log \
                   WHERE db = 'belfry_1' GROUP BY left(sql_text, 24) ORDER BY max(query_time) DESC LIMIT 6";
    for row in server.ask(longest.to_owned()).await {
        println!("history: longest {}: {}", row[0], row[1]);
    }
    Ok(())
}

async fn pruned(
    history: &MysqlHistory,
    job: JobId,
    before: Timestamp,
    keep: u32,
) -> Result<u64, HistoryError> {
    const AT_ONCE: u32 = 1_000;
    let mut gone = 0;
    loop {
        let some = history
            .prune(job, before + Duration::from_secs(1), keep, AT_ONCE)
            .await?;
        gone += some;
        if some < u64::from(AT_ONCE) {
            return Ok(gone);
        }
    }
}
