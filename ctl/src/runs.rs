//! `runs …`, but for what is watched as it happens.

use std::sync::Arc;

use belfry_core::clock;
use belfry_core::cluster::{Cluster, KillEnd, run_row};
use belfry_core::history::{PageKey, RunQuery};
use belfry_core::limits::{KILL_CONFIRMED_WITHIN, PAGE_ROWS_MAX};
use belfry_core::run::RunRecord;
use belfry_core::view::RunRow;
use jiff::SignedDuration;
use serde_json::json;

use crate::args::{RunsCommand, RunsList};
use crate::failure::{FAILED, Failure};
use crate::print::{self, Table, local_text, plain};
use crate::{asked, run_json, watch};

pub async fn run(cluster: &Arc<Cluster>, command: RunsCommand, json: bool) -> Result<(), Failure> {
    match command {
        RunsCommand::List(arguments) => list(cluster, &arguments, json).await,
        RunsCommand::Show { run } => show(cluster, &run, json).await,
        RunsCommand::Logs {
            run,
            follow,
            attempt,
        } => watch::logs(cluster, &run, (attempt, follow), json).await,
        RunsCommand::Kill { run } => kill(cluster, &run, json).await,
        RunsCommand::Rerun { run, wait } => asked::rerun(cluster, &run, wait, json).await,
        RunsCommand::Release { run } => release(cluster, &run, json).await,
        RunsCommand::Watch => watch::runs(cluster, json).await,
    }
}

async fn list(cluster: &Cluster, arguments: &RunsList, json: bool) -> Result<(), Failure> {
    let rows: Vec<RunRow> = read(cluster, arguments)
        .await?
        .iter()
        .map(run_row)
        .collect();
    if json {
        print::json(&rows.iter().map(run_json::of).collect::<Vec<_>>());
        return Ok(());
    }
    let mut table = Table::new(&["RUN", "JOB", "SCHEDULED", "STATE", "TOOK", "NODE"]);
    for row in &rows {
        table.row(vec![
            row.run_id[..8].to_owned(),
            format!("{}/{}", row.project, row.job),
            local_text(&row.scheduled_at),
            state(row),
            row.duration_ms.map(print::elapsed).unwrap_or_default(),
            row.node.clone(),
        ]);
    }
    table.print("No runs: without --since a list shows the last 24 hours.");
    Ok(())
}

fn state(row: &RunRow) -> String {
    let state = print::state_cell(row.state.as_str(), row.reason.map(|reason| reason.as_str()));
    let attempt = (row.attempt > 1).then(|| format!(" attempt {}", row.attempt));
    let count = (row.count > 1).then(|| format!(" ×{}", row.count));
    [Some(state), attempt, count]
        .into_iter()
        .flatten()
        .collect()
}

/// As many pages as the limit needs.
async fn read(cluster: &Cluster, arguments: &RunsList) -> Result<Vec<RunRecord>, Failure> {
    let is_unbounded = arguments.since.is_none() && arguments.until.is_none();
    let day = || {
        clock::now()
            .saturating_sub(SignedDuration::from_hours(24))
            .expect("hours are no calendar span")
    };
    let job = match &arguments.job {
        Some(name) => Some(cluster.job_id_also_deleted(name).await?),
        None => None,
    };
    let mut query = RunQuery {
        jobs: job.into_iter().collect(),
        states: arguments.state.clone(),
        node: arguments.node.clone(),
        since: if is_unbounded {
            Some(day())
        } else {
            arguments.since
        },
        until: arguments.until,
        ..RunQuery::default()
    };
    let mut records = Vec::new();
    while records.len() < arguments.limit {
        let wanted = (arguments.limit - records.len()).min(PAGE_ROWS_MAX as usize);
        query.limit = u32::try_from(wanted).unwrap_or(PAGE_ROWS_MAX);
        let page = cluster.runs(&query).await?;
        let is_last = page.len() < wanted;
        records.extend(page);
        let last = records.last().map(|record| PageKey {
            scheduled_at: record.scheduled_at,
            run_id: record.run_id,
            attempt: record.attempt,
        });
        query.after = last;
        if is_last {
            break;
        }
    }
    Ok(records)
}

async fn show(cluster: &Cluster, text: &str, json: bool) -> Result<(), Failure> {
    let run = cluster.find_run(text).await?;
    let detail = cluster.run_detail(run).await?;
    let newest = detail
        .attempts
        .last()
        .expect("a run that is known has an attempt");
    if json {
        let mut object = serde_json::to_value(run_json::of(newest)).expect("a run has a JSON form");
        object["attempts"] = json!(detail.attempts.iter().map(run_json::of).collect::<Vec<_>>());
        object["kill"] = json!(detail.kill);
        print::json(&object);
        return Ok(());
    }
    let lines = [
        ("run", newest.run_id.clone()),
        (
            "job",
            format!(
                "{}/{} (generation {})",
                newest.project, newest.job, newest.generation
            ),
        ),
        ("scheduled", local_text(&newest.scheduled_at)),
        ("trigger", newest.trigger.as_str().to_owned()),
        ("by", newest.by.clone().unwrap_or_default()),
        ("output", format!("{} bytes", newest.output_bytes)),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        print::line(&format!("{name:10}{}", plain(value)));
    }
    for attempt in &detail.attempts {
        print::line(&format!(
            "attempt {} {}",
            attempt.attempt,
            run_json::sentence(attempt)
        ));
    }
    if let Some(kill) = &detail.kill {
        let overdue = if kill.overdue { ", not confirmed" } else { "" };
        print::line(&format!(
            "kill      asked by {} at {}{overdue}",
            plain(&kill.by),
            local_text(&kill.asked_at)
        ));
    }
    Ok(())
}

async fn release(cluster: &Cluster, text: &str, json: bool) -> Result<(), Failure> {
    let run = cluster.find_run(text).await?;
    let node = cluster.release_run(run).await?;
    match json {
        true => print::json(&json!({ "run_id": run, "released": true, "node": node })),
        false => print::line(&format!(
            "run {run} holds up nothing any more; should its program still run on {node}, the next run does not wait for it"
        )),
    }
    Ok(())
}

async fn kill(cluster: &Cluster, text: &str, json: bool) -> Result<(), Failure> {
    let run = cluster.find_run(text).await?;
    let wish = cluster.kill(run).await?;
    let end = cluster.wait_for_kill(&wish).await?;
    let (word, record) = match &end {
        KillEnd::Killed(record) => ("killed", Some(run_row(record))),
        KillEnd::EndedOtherwise(record) => ("ended_otherwise", Some(run_row(record))),
        KillEnd::NotConfirmed => ("not_confirmed", None),
    };
    if json {
        print::json(
            &json!({ "run_id": run, "kill": word, "run": record.as_ref().map(run_json::of) }),
        );
    } else if let Some(row) = &record {
        print::line(&run_json::sentence(row));
    }
    let seconds = KILL_CONFIRMED_WITHIN.as_secs();
    match (end, wish.node) {
        (KillEnd::Killed(_), _) => Ok(()),
        (KillEnd::EndedOtherwise(_), _) => Err(Failure::new(
            FAILED,
            format!("run {run} ended by itself before the kill reached it"),
        )),
        (KillEnd::NotConfirmed, Some(node)) => Err(Failure::new(
            FAILED,
            format!(
                "the kill of run {run} was not confirmed by {node} within {seconds} s: `belfryctl runs show {run}` tells when it is"
            ),
        )),
        (KillEnd::NotConfirmed, None) => Err(Failure::new(
            FAILED,
            format!(
                "the request of run {run} is taken back, and no agent has confirmed that within {seconds} s: it will not start"
            ),
        )),
    }
}
