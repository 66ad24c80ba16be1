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
    "link_take",
    "runs_search",
    "runs_facets",
    "query_complete",
    "run_definition",
    "log_save",
    "job_versions",
    "version_diff",
    "job_restore",
    "jobs_deleted",
    "connections_list",
    "connection_show",
    "connection_form",
    "connection_save",
    "connection_delete",
    "connection_test",
    "secrets_unlock",
    "connections_export",
    "connections_import",
    "nodes_list",
    "node_show",
    "node_ask",
    "node_remove",
    "node_form",
    "node_note",
    "node_invite",
    "run_release",
    "explain_show",
    "overview_show",
    "timeline_show",
    "timeline_starts",
];

/// Rust is checked without the interface, which Node builds first where a window is to be shown;
/// only a release that lacks it is refused.
fn stand_in_for_the_interface() {
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !is_release {
        std::fs::create_dir_all("../ui/dist").expect("the tree can be written");
    }
}

fn main() {
    stand_in_for_the_interface();
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    tauri_build::try_build(attributes).expect("the configuration beside this file is valid");
}
