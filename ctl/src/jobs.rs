//! `jobs …`.

use belfry_core::cluster::{Cluster, Edited, StoredJob, stamp};
use belfry_core::view::{JobDetail, JobQuery, JobRow};
use jiff::Timestamp;
use serde_json::json;

use crate::args::{JobChange, JobsCommand};
use crate::failure::{FAILED, Failure};
use crate::print::{self, Table, local_text, plain};
use crate::{asked, definitions, schedule};

pub async fn run(cluster: &Cluster, command: JobsCommand, json: bool) -> Result<(), Failure> {
    match command {
        JobsCommand::List { words } => list(cluster, &words.join(" "), json).await,
        JobsCommand::Show { name } => show(cluster, &name, json).await,
        JobsCommand::Pause(change) => set_paused(cluster, &change, true, json).await,
        JobsCommand::Resume(change) => set_paused(cluster, &change, false, json).await,
        JobsCommand::Copy { name, new_name } => copy(cluster, &name, &new_name, json).await,
        JobsCommand::Delete(change) => delete(cluster, &change, json).await,
        JobsCommand::Next { name, count } => next(cluster, &name, count, json).await,
        JobsCommand::Versions { name } => versions(cluster, &name, json).await,
        JobsCommand::Restore { name, generation } => {
            restore(cluster, &name, generation, json).await
        }
        JobsCommand::Backfill {
            name,
            since,
            until,
            dry_run,
        } => backfill(cluster, &name, (since, until, dry_run), json).await,
        JobsCommand::Run(wanted) => asked::run(cluster, &wanted, json).await,
    }
}

async fn list(cluster: &Cluster, text: &str, json: bool) -> Result<(), Failure> {
    let language = schedule::terminal_language().to_string();
    let query = JobQuery {
        text: text.to_owned(),
        language,
        ..JobQuery::default()
    };
    let page = cluster.jobs_page(&cluster.picture().await?, &query).await?;
    if let Some(mistake) = page.mistakes.first() {
        return Err(Failure::new(FAILED, mistake.sentence.clone()));
    }
    if json {
        print::json(&page.rows);
        return Ok(());
    }
    let mut table = Table::new(&["PROJECT", "NAME", "SCHEDULE", "NEXT", "LAST", "RUNNING"]);
    for row in &page.rows {
        table.row(vec![
            row.project.clone(),
            row.name.clone(),
            if row.broken.is_some() {
                "cannot be used".to_owned()
            } else {
                row.schedule_words.clone()
            },
            next_cell(row),
            row.strip
                .last()
                .map(|bar| bar.state.as_str().to_owned())
                .unwrap_or_default(),
            if row.running.is_empty() {
                String::new()
            } else {
                row.running.len().to_string()
            },
        ]);
    }
    table.print("There are no jobs: `belfryctl apply -f FILE` makes some.");
    Ok(())
}

fn next_cell(row: &JobRow) -> String {
    match &row.next_at {
        Some(at) => local_text(at),
        None if row.paused => "paused".to_owned(),
        None => "never".to_owned(),
    }
}

async fn show(cluster: &Cluster, name: &str, json: bool) -> Result<(), Failure> {
    let job = cluster.job(name).await?;
    let detail = cluster
        .job_detail(&job, &schedule::terminal_language().to_string())
        .await?;
    let waiting = cluster.waiting_requests(Some(job.id)).await?;
    if json {
        let mut object = serde_json::to_value(&detail).expect("a job has a JSON form");
        object["requests"] = asked::objects(&waiting);
        print::json(&object);
        return Ok(());
    }
    tell(&detail);
    asked::tell(&waiting);
    Ok(())
}

fn tell(detail: &JobDetail) {
    let row = &detail.row;
    let mut lines = vec![
        format!(
            "{}/{}  (generation {}, id {})",
            row.project, row.name, row.generation, row.job_id
        ),
        format!(
            "schedule  {} = {} ({})",
            row.schedule, row.schedule_words, row.timezone
        ),
        format!("runs      {}", row.place_words),
        format!("next      {}", next_cell(row)),
    ];
    lines.extend(row.broken.iter().map(|why| format!("broken    {why}")));
    lines.extend(
        detail
            .settings
            .iter()
            .map(|setting| format!("setting   {} = {}", setting.key, setting.value)),
    );
    lines.extend(row.strip.iter().rev().take(5).map(|bar| {
        let state = print::state_cell(bar.state.as_str(), bar.reason.map(|reason| reason.as_str()));
        format!(
            "run       {}  {}  {state}",
            &bar.run_id[..8],
            local_text(&bar.scheduled_at)
        )
    }));
    lines.iter().for_each(|line| print::line(&plain(line)));
    print::line("");
    detail
        .document
        .lines()
        .for_each(|line| print::line(&line.split('\t').map(plain).collect::<Vec<_>>().join("\t")));
}

async fn set_paused(
    cluster: &Cluster,
    change: &JobChange,
    paused: bool,
    json: bool,
) -> Result<(), Failure> {
    let job = cluster.job(&change.name).await?;
    let edited = cluster.set_paused(&job, paused, change.generation).await?;
    told(
        &job,
        &edited,
        if paused { "paused" } else { "resumed" },
        json,
    );
    Ok(())
}

async fn delete(cluster: &Cluster, change: &JobChange, json: bool) -> Result<(), Failure> {
    let job = cluster.job(&change.name).await?;
    let edited = cluster.delete(&job, change.generation).await?;
    told(&job, &edited, "deleted", json);
    Ok(())
}

fn told(job: &StoredJob, edited: &Edited, verb: &str, json: bool) {
    if json {
        print::json(&edited_json(edited));
    } else if edited.changed {
        print::line(&format!(
            "{} was {verb} (generation {})",
            plain(&job.title()),
            edited.generation
        ));
    } else {
        print::line(&format!("{} is so already", plain(&job.title())));
    }
}

fn edited_json(edited: &Edited) -> serde_json::Value {
    json!({ "job_id": edited.id, "generation": edited.generation, "changed": edited.changed })
}

async fn copy(cluster: &Cluster, name: &str, new_name: &str, json: bool) -> Result<(), Failure> {
    let job = cluster.job(name).await?;
    let target = match new_name.split_once('/') {
        Some((project, name)) => (Some(project), name),
        None => (None, new_name),
    };
    let edited = cluster.copy(&job, target).await?;
    if json {
        print::json(&edited_json(&edited));
    } else {
        print::line(&format!(
            "{} was copied to {}; it rests until you resume it",
            plain(&job.title()),
            plain(new_name)
        ));
    }
    Ok(())
}

async fn next(cluster: &Cluster, name: &str, count: usize, json: bool) -> Result<(), Failure> {
    let stored = cluster.job(name).await?;
    let job = stored
        .job
        .as_ref()
        .map_err(|why| Failure::new(FAILED, format!("{}: {why}", stored.title())))?;
    let timetable = job.timetable();
    let lines = if job.paused {
        Vec::new()
    } else {
        cluster.next_of(job, count).await?
    };
    let empty = if job.paused {
        "It is paused: `belfryctl jobs resume` wakes it."
    } else {
        "Never."
    };
    schedule::print_lines(&lines, timetable.zone.name(), empty, json);
    Ok(())
}

async fn versions(cluster: &Cluster, name: &str, json: bool) -> Result<(), Failure> {
    let id = cluster.job_id_also_deleted(name).await?;
    let versions = cluster.versions(id).await?;
    definitions::tell_versions(&versions, "job_id", json);
    Ok(())
}

async fn restore(
    cluster: &Cluster,
    name: &str,
    generation: u64,
    json: bool,
) -> Result<(), Failure> {
    let id = cluster.job_id_also_deleted(name).await?;
    let edited = cluster.restore(id, generation).await?;
    if json {
        print::json(&edited_json(&edited));
    } else if edited.changed {
        print::line(&format!(
            "{} is as in generation {generation} again (generation {})",
            plain(name),
            edited.generation
        ));
    } else {
        print::line(&format!("{} is so already", plain(name)));
    }
    Ok(())
}

async fn backfill(
    cluster: &Cluster,
    name: &str,
    (since, until, dry_run): (Timestamp, Timestamp, bool),
    json: bool,
) -> Result<(), Failure> {
    let job = cluster.job(name).await?;
    let instants = cluster.backfill_instants(&job, (since, until)).await?;
    let runs = match dry_run {
        true => Vec::new(),
        false => cluster.backfill(&job, &instants).await?,
    };
    if json {
        let at: Vec<String> = instants.iter().map(|at| stamp(*at)).collect();
        print::json(&json!({ "dry_run": dry_run, "instants": at, "run_ids": runs }));
        return Ok(());
    }
    if dry_run {
        instants
            .iter()
            .for_each(|at| print::line(&print::local(*at)));
    }
    let verb = if dry_run { "would be" } else { "were" };
    let count = instants.len();
    print::line(&format!(
        "{count} runs of {} {verb} asked for",
        plain(&job.title())
    ));
    Ok(())
}
