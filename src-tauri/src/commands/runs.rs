//! Commands of the screens about runs, and of a job's versions.

use belfry_core::view::{
    DeletedJob, JobVersions, QueryCompletions, RunDefinition, RunsFacets, RunsFound, RunsSearch,
    VersionDiff,
};
use tauri::{State, command};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use super::{Answer, job_id, run_id};
use crate::Desk;

#[command]
pub(super) async fn runs_search(desk: State<'_, Desk>, search: RunsSearch) -> Answer<RunsFound> {
    Ok(desk.shown().await?.following.search_runs(&search).await?)
}

#[command]
pub(super) async fn runs_facets(desk: State<'_, Desk>, search: RunsSearch) -> Answer<RunsFacets> {
    Ok(desk.shown().await?.following.runs_facets(&search).await?)
}

#[command]
pub(super) async fn query_complete(
    desk: State<'_, Desk>,
    text: String,
    cursor: u32,
    language: String,
) -> Answer<QueryCompletions> {
    let shown = desk.shown().await?;
    Ok(shown.following.complete_query(&text, cursor, &language))
}

#[command]
pub(super) async fn run_definition(
    desk: State<'_, Desk>,
    run_id: String,
    attempt: u32,
) -> Answer<RunDefinition> {
    Ok(desk
        .shown()
        .await?
        .cluster
        .run_definition(self::run_id(&run_id)?, attempt)
        .await?)
}

/// Asks where to, and gives the file that was written; none when nobody chose one.
#[command]
pub(super) async fn log_save(
    desk: State<'_, Desk>,
    run_id: String,
    attempt: u32,
) -> Answer<Option<String>> {
    let (shown, run) = (desk.shown().await?, self::run_id(&run_id)?);
    let cluster = &shown.cluster;
    let name = cluster.log_file_name(run, attempt).await?;
    let (tell, told) = oneshot::channel();
    let dialog = desk.app.dialog().file().set_file_name(name);
    dialog.save_file(move |chosen| {
        // Whoever asked may be gone.
        let _ = tell.send(chosen);
    });
    let chosen = told.await.ok().flatten();
    let Some(path) = chosen.and_then(|chosen| chosen.into_path().ok()) else {
        return Ok(None);
    };
    cluster.save_log(run, attempt, &path).await?;
    Ok(Some(path.display().to_string()))
}

#[command]
pub(super) async fn job_versions(desk: State<'_, Desk>, job_id: String) -> Answer<JobVersions> {
    Ok(desk
        .shown()
        .await?
        .cluster
        .job_versions(self::job_id(&job_id)?)
        .await?)
}

#[command]
pub(super) async fn version_diff(
    desk: State<'_, Desk>,
    job_id: String,
    one: u64,
    other: u64,
) -> Answer<VersionDiff> {
    Ok(desk
        .shown()
        .await?
        .cluster
        .version_diff(self::job_id(&job_id)?, (one, other))
        .await?)
}

#[command]
pub(super) async fn job_restore(
    desk: State<'_, Desk>,
    job_id: String,
    generation: u64,
) -> Answer<u64> {
    Ok(desk
        .shown()
        .await?
        .cluster
        .restore(self::job_id(&job_id)?, generation)
        .await?
        .generation)
}

#[command]
pub(super) async fn jobs_deleted(desk: State<'_, Desk>) -> Answer<Vec<DeletedJob>> {
    Ok(desk.shown().await?.cluster.deleted_jobs().await?)
}

/// Gives the node that left the run.
#[command]
pub async fn run_release(desk: State<'_, Desk>, run_id: String) -> Answer<String> {
    let node = desk
        .shown()
        .await?
        .cluster
        .release_run(super::run_id(&run_id)?)
        .await?;
    Ok(node.to_string())
}
