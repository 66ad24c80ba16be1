//! The window's commands, each one line of wiring; `ui/src/backend/backend.ts` says what they mean.

mod bulk;
mod computer;
mod connections;
mod editor;
mod explain;
mod files;
mod nodes;
mod overview;
mod runs;
mod timeline;

use belfry_core::cluster::ClusterError;
use belfry_core::id::{JobId, RunId};
use belfry_core::view::{
    CommandError, Hello, JobDetail, JobPage, JobQuery, LogPage, Preferences, RunDetail, RunsPage,
    RunsQuery,
};
use tauri::ipc::Invoke;
use tauri::{State, command};

use crate::Desk;

pub use files::dropped;

type Answer<T> = Result<T, CommandError>;

/// All of them; `build.rs` names them for the access list.
pub fn all() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        hello,
        jobs_list,
        job_show,
        job_pause,
        job_run,
        jobs_add_examples,
        runs_list,
        run_show,
        run_kill,
        run_log,
        log_follow,
        agent_start,
        agent_stop,
        preferences_get,
        preferences_set,
        files::file_open,
        files::file_look,
        files::file_apply,
        files::crontab_lines,
        files::crontab_look,
        files::crontab_import,
        files::jobs_text,
        files::jobs_save,
        editor::editor_open,
        editor::editor_lists,
        editor::draft_check,
        editor::schedule_build,
        editor::draft_save,
        editor::draft_try,
        bulk::jobs_bulk,
        bulk::jobs_bulk_stop,
        bulk::jobs_find,
        computer::computer_show,
        computer::agent_at_login,
        computer::link_take,
        runs::runs_search,
        runs::runs_facets,
        runs::query_complete,
        runs::run_definition,
        runs::log_save,
        runs::job_versions,
        runs::version_diff,
        runs::job_restore,
        runs::jobs_deleted,
        connections::connections_list,
        connections::connection_show,
        connections::connection_form,
        connections::connection_save,
        connections::connection_delete,
        connections::connection_test,
        connections::secrets_unlock,
        connections::connections_export,
        connections::connections_import,
        nodes::nodes_list,
        nodes::node_show,
        nodes::node_ask,
        nodes::node_remove,
        nodes::node_form,
        nodes::node_note,
        nodes::node_invite,
        runs::run_release,
        explain::explain_show,
        overview::overview_show,
        timeline::timeline_show,
        timeline::timeline_starts,
    ]
}

/// An id that cannot be read is nobody's.
fn job_id(text: &str) -> Answer<JobId> {
    text.parse().map_err(|_| {
        ClusterError::NoSuchJob {
            name: text.to_owned(),
        }
        .into()
    })
}

fn run_id(text: &str) -> Answer<RunId> {
    text.parse().map_err(|_| {
        ClusterError::NoSuchRun {
            text: text.to_owned(),
        }
        .into()
    })
}

#[command]
async fn hello(desk: State<'_, Desk>) -> Answer<Hello> {
    desk.connections.hello().await
}

#[command]
async fn jobs_list(desk: State<'_, Desk>, query: JobQuery) -> Answer<JobPage> {
    Ok(desk.shown().await?.following.jobs_page(&query).await?)
}

#[command]
async fn job_show(desk: State<'_, Desk>, job_id: String, language: String) -> Answer<JobDetail> {
    Ok(desk
        .shown()
        .await?
        .show_job(self::job_id(&job_id)?, &language)
        .await?)
}

#[command]
async fn job_pause(
    desk: State<'_, Desk>,
    job_id: String,
    generation: u64,
    paused: bool,
) -> Answer<()> {
    Ok(desk
        .shown()
        .await?
        .pause_job(self::job_id(&job_id)?, paused, generation)
        .await?)
}

#[command]
async fn job_run(desk: State<'_, Desk>, job_id: String) -> Answer<String> {
    desk.shown()
        .await?
        .run_job(self::job_id(&job_id)?)
        .await
        .map(|run| run.to_string())
}

#[command]
async fn jobs_add_examples(desk: State<'_, Desk>) -> Answer<usize> {
    Ok(desk.shown().await?.add_examples().await?)
}

#[command]
async fn runs_list(desk: State<'_, Desk>, query: RunsQuery) -> Answer<RunsPage> {
    Ok(desk.shown().await?.cluster.runs_page(&query).await?)
}

#[command]
async fn run_show(desk: State<'_, Desk>, run_id: String) -> Answer<RunDetail> {
    Ok(desk
        .shown()
        .await?
        .cluster
        .run_detail(self::run_id(&run_id)?)
        .await?)
}

#[command]
async fn run_kill(desk: State<'_, Desk>, run_id: String) -> Answer<()> {
    Ok(desk
        .shown()
        .await?
        .cluster
        .kill(self::run_id(&run_id)?)
        .await
        .map(drop)?)
}

#[command]
async fn run_log(
    desk: State<'_, Desk>,
    run_id: String,
    attempt: u32,
    offset: u64,
) -> Answer<LogPage> {
    Ok(desk
        .shown()
        .await?
        .cluster
        .log(self::run_id(&run_id)?, attempt, offset)
        .await?)
}

#[command]
async fn log_follow(desk: State<'_, Desk>, run_id: String, on: bool) -> Answer<()> {
    Ok(desk
        .shown()
        .await?
        .watch_log(self::run_id(&run_id)?, on)
        .await?)
}

#[command]
async fn agent_start(desk: State<'_, Desk>) -> Answer<()> {
    Ok(desk.computer().await?.start_agent().await?)
}

#[command]
async fn agent_stop(desk: State<'_, Desk>) -> Answer<()> {
    Ok(desk.computer().await?.stop_agent()?)
}

#[command]
async fn preferences_get(desk: State<'_, Desk>) -> Answer<Preferences> {
    Ok(desk.preferences.read())
}

#[command]
async fn preferences_set(desk: State<'_, Desk>, preferences: Preferences) -> Answer<()> {
    Ok(desk.preferences.write(&preferences)?)
}
