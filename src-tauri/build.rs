//! Puts the window's own commands into its access list: a command that is missing here is refused.

const COMMANDS: &[&str] = &[
    "hello",
    "jobs_list",
    "job_show",
    "job_pause",
    "job_run",
    "jobs_add_examples",
    "runs_list",
    "run_show",
    "run_kill",
    "run_log",
    "log_follow",
    "agent_start",
    "agent_stop",
    "preferences_get",
    "preferences_set",
    "file_open",
    "file_look",
    "file_apply",
    "crontab_lines",
    "crontab_look",
    "crontab_import",
    "jobs_text",
    "jobs_save",
    "editor_open",
    "editor_lists",
    "draft_check",
    "schedule_build",
    "draft_save",
    "draft_try",
    "jobs_bulk",
    "jobs_bulk_stop",
    "jobs_find",
    "computer_show",
    "agent_at_login",
    "runs_search",
    "runs_facets",
    "query_complete",
    "run_definition",
    "log_save",
    "job_versions",
    "version_diff",
    "job_restore",
    "jobs_deleted",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    tauri_build::try_build(attributes).expect("the configuration beside this file is valid");
}
