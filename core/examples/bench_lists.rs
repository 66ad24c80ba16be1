//! Measures the list of jobs, the palette and bulk changes over 10,000 jobs in a temporary folder:
//! `cargo run --release -p belfry-core --features io --example bench_lists`.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use belfry_core::cluster::{BulkStop, Cluster, Following};
use belfry_core::view::{BulkAction, BulkAsk, BulkTarget, JobGroup, JobQuery, JobSort};

const JOBS: usize = 10_000;
const TIMES: u32 = 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let cluster = Arc::new(Cluster::open_embedded(dir.path(), "bench".to_owned()).await?);
    cluster.apply(&file(), false, false).await?;
    let following = cluster.follow();
    following
        .jobs_page(&query("", JobGroup::None, JobSort::Name))
        .await?;
    for (what, query) in [
        (
            "words",
            query("backup orders", JobGroup::None, JobSort::Name),
        ),
        (
            "terms, gathered by tag",
            query("tag:night !state:paused", JobGroup::Tag, JobSort::Name),
        ),
        (
            "everything, next first",
            query("", JobGroup::None, JobSort::Next),
        ),
    ] {
        let start = Instant::now();
        let mut matched = 0;
        for _ in 0..TIMES {
            matched = following.jobs_page(&query).await?.matched;
        }
        let ms = start.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMES);
        println!("filter of {JOBS} jobs, {what}: {ms:.1} ms (target 50), {matched} found");
    }
    palette(&following).await?;
    bulk(&following).await
}

async fn palette(following: &Following) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    for _ in 0..TIMES {
        following.find("bkpord", "en").await?;
    }
    let ms = start.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMES);
    println!("palette over {JOBS} jobs: {ms:.1} ms (target 16)");
    Ok(())
}

async fn bulk(following: &Following) -> Result<(), Box<dyn std::error::Error>> {
    let ask = BulkAsk::Do {
        action: BulkAction::Pause,
        target: BulkTarget::Query {
            text: "tag:night".to_owned(),
            except: Vec::new(),
        },
    };
    let start = Instant::now();
    let end = following
        .bulk("bench", ask, &BulkStop::default(), |_| {})
        .await;
    let end = end.map_err(|error| error.detail)?;
    let rate = f64::from(end.done) / start.elapsed().as_secs_f64();
    println!("bulk: {} jobs paused, {rate:.0} a second", end.done);
    Ok(())
}

fn query(text: &str, group: JobGroup, sort: JobSort) -> JobQuery {
    JobQuery {
        text: text.to_owned(),
        group,
        sort,
        limit: 100,
        ..JobQuery::default()
    }
}

fn file() -> String {
    let mut file = String::new();
    for index in 0..JOBS {
        let tag = if index % 8 == 0 { "night" } else { "day" };
        let (project, minute) = (index % 12, index % 60);
        writeln!(
            file,
            "[[job]]\nproject = \"project-{project}\"\nname = \"backup-orders-{index}\"\n\
             tags = [\"{tag}\"]\nschedule = \"{minute} 3 * * *\"\nshell.script = \"true\"\n"
        )
        .expect("a string takes everything");
    }
    file
}
