//! belfryctl as people and scripts run it, on folders of their own and without an agent.

#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/errors.rs"]
mod errors;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/jobs.rs"]
mod jobs;
#[path = "cli/kinds.rs"]
mod kinds;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/schedules.rs"]
mod schedules;
#[path = "cli/secrets.rs"]
mod secrets;
