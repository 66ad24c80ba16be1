//! The command line: reads the words, asks core, prints the answer. It holds no logic of its own.

mod args;
mod asked;
mod calendar;
mod cluster;
mod definitions;
mod explain;
mod failure;
mod files;
mod import;
mod invite;
mod jobs;
mod ledger;
mod node_set;
mod nodes;
mod passphrase;
mod place;
mod print;
mod run_json;
mod runs;
mod schedule;
mod secrets;
mod watch;

use std::process::ExitCode;
use std::sync::Arc;

use belfry_core::cluster::{Cluster, Stores, this_person};
use clap::Parser;

use args::{Arguments, Command, ImportCommand, PlaceArguments};
use failure::{Failure, INTERNAL};

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
        place,
        json,
        command,
    } = arguments;
    match command {
        Command::Schema => {
            files::schema();
            Ok(())
        }
        Command::Schedule(command) => schedule::run(command, json),
        Command::Apply(arguments) => files::apply(&*open(place).await?, &arguments, json).await,
        Command::Export { project } => {
            files::export(&*open(place).await?, project.as_ref(), json).await
        }
        Command::Import(ImportCommand::Crontab(arguments)) => {
            import::crontab(&*open(place).await?, &arguments, json).await
        }
        Command::Import(ImportCommand::Calendar(arguments)) => {
            calendar::import(&*open(place).await?, &arguments, json).await
        }
        Command::Explain(arguments) => explain::run(&*open(place).await?, arguments, json).await,
        Command::Jobs(command) => jobs::run(&*open(place).await?, command, json).await,
        Command::Definitions(command) => {
            definitions::run(&*open(place).await?, command, json).await
        }
        Command::Runs(command) => runs::run(&open(place).await?, command, json).await,
        Command::Secrets(command) => secrets::run(place, command, json).await,
        Command::Ledger(command) => ledger::run(&*open(place).await?, command, json).await,
        Command::Nodes(command) => nodes::run(place, command, json).await,
        Command::Cluster(command) => cluster::run(&place::servers(place)?, command, json).await,
    }
}

async fn open(place: PlaceArguments) -> Result<Arc<Cluster>, Failure> {
    let stores = Stores::open_profile(&place::named(place)?).await?;
    if let Some(why) = &stores.away {
        eprintln!("belfryctl: history is away for the moment: {why}");
    }
    Ok(Arc::new(Cluster::of(stores, this_person())))
}
