//! Makes `ui/src/backend/types.ts` from `belfry_core::view` and fails when the committed file is stale.
#![cfg(feature = "ts")]

use std::{env, fs, path::Path};

use belfry_core::{run, view};
use ts_rs::{Config, TS};

const FILE: &str = "../ui/src/backend/types.ts";
const REFRESH: &str = "REFRESH=1 cargo test -p belfry-core --features ts --test typescript";

/// One exported declaration. 64-bit numbers are `number`: none of ours reaches 2^53.
fn declaration<T: TS>() -> String {
    let config = Config::new().with_large_int("number");
    let docs = T::docs().unwrap_or_default();
    format!("{docs}export {}\n", T::decl(&config))
}

fn declarations() -> String {
    macro_rules! all {
        ($($name:ty),* $(,)?) => { [$(declaration::<$name>()),*].join("\n") };
    }
    all![
        run::RunState,
        run::Reason,
        run::Trigger,
        view::Hello,
        view::AgentState,
        view::Preferences,
        view::Language,
        view::Theme,
        view::Density,
        view::JobQuery,
        view::JobSort,
        view::JobPage,
        view::JobRow,
        view::StripBar,
        view::JobDetail,
        view::Setting,
        view::NextLine,
        view::RunsQuery,
        view::RunsPage,
        view::RunRow,
        view::RunsSearch,
        view::RunsFound,
        view::QueryMistake,
        view::RunsFacets,
        view::RunsFacet,
        view::QueryCompletions,
        view::QueryCompletion,
        view::RunDetail,
        view::RunDefinition,
        view::JobVersions,
        view::JobVersion,
        view::FieldChange,
        view::VersionDiff,
        view::DeletedJob,
        view::KillState,
        view::LogPage,
        view::LogPiece,
        view::Live,
        view::CommandError,
        view::ErrorCode,
    ]
}

#[test]
fn the_types_of_the_ui_are_those_of_core() {
    let wanted = format!(
        "// Made from core/src/view.rs and core/src/run.rs. Refresh with:\n//   {REFRESH}\n\n{}",
        declarations()
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if env::var_os("REFRESH").is_some() {
        fs::write(&path, &wanted).expect("ui/src/backend can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == wanted,
        "{} is stale: run {REFRESH}",
        path.display()
    );
}
