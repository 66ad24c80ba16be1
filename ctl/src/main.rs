//! The command line: reads the words, asks core, prints the answer. It holds no logic of its own.

mod args;
mod explain;
mod failure;
mod files;
mod import;
mod jobs;
mod ledger;
mod nodes;
mod print;
mod run_json;
mod runs;
mod schedule;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use belfry_core::cluster::{Cluster, this_person};
use clap::Parser;

use args::{Arguments, Command, ImportCommand};
use failure::{CONFIGURATION, Failure, INTERNAL};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(INTERNAL, format!("could not start: {error}")))
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, sentence }) => {
            if !sentence.is_empty() {
                eprintln!("belfryctl: {sentence}");
            }
            ExitCode::from(code)
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments {
        embedded,
        json,
        command,
    } = arguments;
    match command {
        Command::Schema => {
            files::schema();
            Ok(())
        }
        Command::Schedule(command) => schedule::run(command, json),
        Command::Apply(arguments) => files::apply(&*open(embedded).await?, &arguments, json).await,
        Command::Export { project } => {
            files::export(&*open(embedded).await?, project.as_ref(), json).await
        }
        Command::Import(ImportCommand::Crontab(arguments)) => {
            import::crontab(&*open(embedded).await?, &arguments, json).await
        }
        Command::Jobs(command) => jobs::run(&*open(embedded).await?, command, json).await,
        Command::Runs(command) => runs::run(&open(embedded).await?, command, json).await,
        Command::Ledger(command) => ledger::run(&*open(embedded).await?, command, json).await,
        Command::Explain(arguments) => explain::run(&*open(embedded).await?, arguments, json).await,
        Command::Nodes(command) => nodes::run(&*open(embedded).await?, command, json).await,
    }
}

async fn open(dir: Option<PathBuf>) -> Result<Arc<Cluster>, Failure> {
    let dir = dir.map_or_else(default_dir, Ok)?;
    Ok(Arc::new(Cluster::open_embedded(&dir, this_person()).await?))
}

/// The folder that the desktop and the agent of this computer use too.
fn default_dir() -> Result<PathBuf, Failure> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let data = variable("XDG_DATA_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")));
    let sentence = "neither XDG_DATA_HOME nor HOME says where this computer's data lies: name the folder with --embedded DIR";
    data.map(|data| data.join("belfry/this-computer"))
        .ok_or_else(|| Failure::new(CONFIGURATION, sentence))
}
