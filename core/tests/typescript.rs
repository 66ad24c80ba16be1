//! Makes `ui/src/backend/types.ts` from `belfry_core::view` and fails when the committed file is stale.
#![cfg(feature = "ts")]

use std::{env, fs, path::Path};

use belfry_core::{crontab, job, run, schedule, view};
use ts_rs::{Config, TS};

const FILE: &str = "../ui/src/backend/types.ts";
const REFRESH: &str = "REFRESH=1 cargo test -p belfry-core --features ts --test typescript";

/// One exported declaration. 64-bit numbers are `number`: none of ours reaches 2^53.
fn declaration<T: TS>() -> String {
    let config = Config::new().with_large_int("number");
    let docs = T::docs().unwrap_or_default();
    format!("{docs}export {}\n", T::decl(&config))
}

macro_rules! all {
    ($($name:ty),* $(,)?) => { [$(declaration::<$name>()),*].join("\n") };
}

fn declarations() -> String {
    [shown(), changed(), edited(), connected(), watched()].join("\n")
}

/// What screens and lists show.
fn shown() -> String {
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
        view::JobsView,
        view::NoticeOf,
        view::Computer,
        view::AtLogin,
        view::Licence,
        view::JobQuery,
        view::JobSort,
        view::JobGroup,
        view::JobPage,
        view::GroupHead,
        view::QueryMistake,
        view::Found,
        view::FoundJob,
        view::FoundRun,
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
        view::RunsMistake,
        view::RunsFacets,
        view::RunsFacet,
        view::QueryCompletions,
        view::QueryCompletion,
        view::RunDetail,
        view::RunDefinition,
        view::JobVersions,
        view::JobVersion,
        view::ChangedField,
        view::VersionDiff,
        view::DeletedJob,
        view::KillState,
        view::LogPage,
        view::LogPiece,
    ]
}

/// Files, crontabs and bulk changes.
fn changed() -> String {
    all![
        crontab::Level,
        crontab::RemarkCode,
        view::OpenedFile,
        view::DroppedFile,
        view::FileKind,
        view::CrontabImport,
        view::LineName,
        view::CrontabTable,
        view::ImportCounts,
        view::CrontabLine,
        view::LineBecomes,
        view::CrontabJob,
        view::ImportEffect,
        view::CrontabRemark,
        view::FieldChange,
        view::FileTable,
        view::FileJobLine,
        view::FileEffect,
        view::FileErrorLine,
        view::Live,
        view::BulkTarget,
        view::BulkAction,
        view::BulkAsk,
        view::BulkProgress,
        view::BulkChanged,
        view::BulkFailure,
        view::JobsText,
        view::Exported,
        view::CommandError,
        view::ErrorCode,
    ]
}

/// Connections and nodes.
fn connected() -> String {
    all![
        view::Environment,
        view::ConnectionList,
        view::ConnectionRow,
        view::ConnectionState,
        view::Keeping,
        view::ConnectionForm,
        view::SecretWish,
        view::ConnectionMistake,
        view::ConnectionFault,
        view::ConnectionSaved,
        view::ConnectionTested,
        view::ConnectionImport,
        view::LadderNews,
        view::Ladder,
        view::Step,
        view::StepState,
        view::Rung,
        view::NodeList,
        view::NodeRow,
        view::NodeState,
        view::NodeDetail,
        view::NodeJob,
        view::NodePart,
        view::NodeAsk,
        view::NodeAsked,
        view::NodeAskEnd,
        view::NodeGiven,
        view::NodeForm,
        view::InviteForm,
        view::NodeFormAnswer,
    ]
}

/// The screens that explain and overlook.
fn watched() -> String {
    all![
        view::ExplainAsk,
        view::Explained,
        view::ExplainVerdict,
        view::ExplainLeftOut,
        view::ExplainDecision,
        view::Overview,
        view::OverviewFailure,
        view::OverviewNeed,
        view::OverviewNeedKind,
        view::OverviewNext,
        view::OverviewRun,
        view::OverviewStep,
        view::OverviewLateness,
        view::OverviewDay,
        view::TimelineBy,
        view::TimelineAsk,
        view::Timeline,
        view::TimelineLane,
        view::TimelineRun,
        view::TimelineStarts,
        view::TimelinePile,
    ]
}

/// The job editor.
fn edited() -> String {
    all![
        job::FieldError,
        job::Overlap,
        job::Misfire,
        job::Balance,
        schedule::DstPolicy,
        schedule::PlanKind,
        schedule::SchedulePlan,
        view::JobForm,
        view::ProgramKind,
        view::EnvLine,
        view::EditorAsk,
        view::EditorStart,
        view::EditorLists,
        view::DraftAsk,
        view::DraftCheck,
        view::ClockChange,
        view::NodeFit,
        view::DiffLine,
        view::BuildAsk,
        view::BuiltSchedule,
        view::SaveAsk,
        view::SaveAnswer,
        view::SaveConflict,
        view::ConflictField,
        view::TryAsk,
        view::TryAnswer,
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
