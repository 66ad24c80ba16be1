//! Runs that a person asks for: `jobs run`, `runs rerun`, and the requests that wait.

use belfry_core::cluster::{Cluster, RunWish, StoredJob, WaitingRequest, run_row, stamp};
use belfry_core::id::RunId;
use belfry_core::run::RunState;
use serde_json::{Value, json};

use crate::args::JobsRun;
use crate::failure::{FAILED, Failure};
use crate::print::{self, local, plain};
use crate::run_json;

pub async fn run(cluster: &Cluster, wanted: &JobsRun, json: bool) -> Result<(), Failure> {
    let job = cluster.job(&wanted.name).await?;
    let wish = RunWish {
        node: wanted.node.clone(),
        not_before: wanted.at,
        parameters: wanted.set.iter().cloned().collect(),
    };
    let run = cluster.run_as_wished(&job, wish).await?;
    let when = wanted.at.map_or_else(
        || "runs".to_owned(),
        |at| format!("will run at {}", local(at)),
    );
    follow(cluster, (&job, run), (&when, wanted.wait), json).await
}

pub async fn rerun(cluster: &Cluster, text: &str, wait: bool, json: bool) -> Result<(), Failure> {
    let run = cluster.find_run(text).await?;
    let (job, again) = cluster.rerun(run).await?;
    follow(cluster, (&job, again), ("runs again", wait), json).await
}

/// Says what was asked, and with `wait` what became of it.
async fn follow(
    cluster: &Cluster,
    (job, run): (&StoredJob, RunId),
    (when, wait): (&str, bool),
    json: bool,
) -> Result<(), Failure> {
    if cluster.nodes().await?.is_empty() {
        eprintln!(
            "belfryctl: no agent runs here, so the request waits for one, 10 minutes at most: start it with `belfry-agent run`"
        );
    }
    if !wait {
        match json {
            true => print::json(&json!({ "run_id": run })),
            false => print::line(&format!("{} {when} as {run}", plain(&job.title()))),
        }
        return Ok(());
    }
    let Some(end) = cluster.wait_for_request(run).await? else {
        let sentence = format!(
            "no agent took the request {run} in time: start one with `belfry-agent run`, and ask again"
        );
        return Err(Failure::new(FAILED, sentence));
    };
    let row = run_row(&end);
    match json {
        true => print::json(&run_json::of(&row)),
        false => print::line(&run_json::sentence(&row)),
    }
    match end.state {
        RunState::Succeeded => Ok(()),
        _ => Err(Failure::told()),
    }
}

/// Requests for `--json`.
pub fn objects(waiting: &[WaitingRequest]) -> Value {
    let object = |request: &WaitingRequest| {
        let value = &request.value;
        json!({
            "run_id": request.run,
            "by": value.by,
            "asked_at": stamp(value.asked_at),
            "not_before": value.not_before.map(stamp),
            "not_after": stamp(value.not_after),
            "node": value.node,
            "trigger": value.trigger.as_str(),
            "cancelled": value.cancel,
        })
    };
    waiting.iter().map(object).collect()
}

/// A line for each, with what takes it back.
pub fn tell(waiting: &[WaitingRequest]) {
    for request in waiting {
        let value = &request.value;
        let at = value.not_before.unwrap_or(value.asked_at);
        let on = value.node.as_ref().map(|node| format!(" on {node}"));
        print::line(&format!(
            "request   {} for {}{}, asked by {}: `belfryctl runs kill {}` takes it back",
            request.run,
            local(at),
            on.unwrap_or_default(),
            plain(&value.by),
            request.run
        ));
    }
}
