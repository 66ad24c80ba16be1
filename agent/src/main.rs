//! The agent: watches, decides, runs programs and reports, without a screen.

mod children;
mod doctor;
mod drain;
mod ending;
mod engine;
mod enroll;
mod failure;
mod host;
mod http_job;
mod identity;
mod info;
mod journal;
mod launch;
mod live;
mod lock;
mod logging;
mod metrics;
mod noted;
mod pending;
mod perform;
mod recover;
mod reload;
mod run;
mod secrets;
mod session;
mod settings;
mod shutdown;
mod signs;
mod status;
mod stop;
mod systemd;
mod tail;
mod upload;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use belfry_core::id::NodeId;
use clap::{Args, Parser, Subcommand};

use failure::{Code, Failure};
use settings::{Given, Settings};

/// Rings jobs on time on this server.
#[derive(Parser)]
#[command(name = "belfry-agent", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the agent until TERM or INT; running programs go on.
    Run {
        #[command(flatten)]
        place: Place,
        /// This node's stable id, 1 to 63 of a-z 0-9 . _ -
        #[arg(long, value_name = "ID")]
        node_id: Option<NodeId>,
    },
    /// Reads the configuration and says what is wrong with it.
    CheckConfig {
        #[command(flatten)]
        place: Place,
    },
    /// Looks at everything that the agent needs, and names what is broken.
    Doctor {
        #[command(flatten)]
        place: Place,
        /// Print JSON instead of lines.
        #[arg(long)]
        json: bool,
    },
    /// Lets this server join a cluster by the line that `belfryctl nodes invite` printed.
    Enroll {
        /// The line; - reads standard input, which keeps it out of the shell's history
        line: String,
        /// The node's own file, which is written [default: the one that the package's unit names]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Also when the file names a cluster already
        #[arg(long)]
        force: bool,
    },
    /// Says whether the agent of a folder runs, and what it does.
    Status {
        #[command(flatten)]
        place: Place,
    },
    /// Lets this node take no new work; what runs goes on. It holds until undrain, also after a restart.
    Drain {
        #[command(flatten)]
        place: Place,
    },
    /// Lets this node take new work again.
    Undrain {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Args)]
struct Place {
    /// The node's own file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep everything in this folder, without any server.
    #[arg(long, value_name = "DIR")]
    embedded: Option<PathBuf>,
}

impl Place {
    fn settings(self, node: Option<NodeId>) -> Result<Settings, Failure> {
        let given = Given {
            file: self.config,
            embedded: self.embedded,
            node,
        };
        given
            .read()
            .map_err(|sentence| Failure::new(failure::Code::Configuration, sentence))
    }
}

/// Threads that launch programs and read their files: more would only contend for the disk.
const BLOCKING_THREADS_MAX: usize = 8;
/// Time for what still waits on the host when the agent ends.
const LET_GO_WITHIN: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    match act(CommandLine::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("belfry-agent: {failure}");
            ExitCode::from(failure.code as u8)
        }
    }
}

fn act(command: Command) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build()
        .map_err(|error| Failure::new(Code::Internal, format!("could not begin: {error}")))?;
    let done = match command {
        Command::Run { place, node_id } => {
            let settings = place.settings(node_id)?;
            let level = logging::begin(&settings.log)?;
            runtime.block_on(run::run(settings, level))
        }
        Command::CheckConfig { place } => {
            let settings = place.settings(None)?;
            println!(
                "the configuration is valid; the data folder is {}",
                settings.options.dir.display()
            );
            Ok(())
        }
        Command::Doctor { place, json } => {
            let settings = place.settings(None);
            let options = settings.as_ref().map(|settings| &settings.options);
            runtime.block_on(doctor::examine(options, json))
        }
        Command::Enroll {
            line,
            config,
            force,
        } => {
            let file = config.unwrap_or_else(enroll::usual_file);
            runtime.block_on(enroll::enroll(&line, &file, force))
        }
        Command::Status { place } => {
            let settings = place.settings(None)?;
            runtime.block_on(status::show(&settings.options))
        }
        Command::Drain { place } => drain::ask(&place.settings(None)?.options, true),
        Command::Undrain { place } => drain::ask(&place.settings(None)?.options, false),
    };
    runtime.shutdown_timeout(LET_GO_WITHIN);
    done
}
