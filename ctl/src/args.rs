//! The words on the command line.

use std::path::PathBuf;
use std::time::Duration;

use belfry_core::clock;
use belfry_core::cluster::CRONTAB_PROJECT;
use belfry_core::id::{NodeId, ProjectName};
use belfry_core::job::parse_duration;
use belfry_core::run::RunState;
use belfry_core::schedule::{DstPolicy, Language, Zone};
use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

mod definitions;
mod secrets;

pub use definitions::{DefinitionsCommand, Named, NodesSet, NotedWeight};
pub use secrets::SecretsCommand;

/// Jobs, runs and schedules of Belfry, for people and scripts.
#[derive(Parser)]
#[command(name = "belfryctl", version, about, max_term_width = 100)]
pub struct Arguments {
    /// Where to look
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Print JSON instead of tables
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where to look: this computer unless something else is named.
#[derive(Args)]
pub struct PlaceArguments {
    /// The folder of this computer's stores [default: $XDG_DATA_HOME/belfry/this-computer]
    #[arg(long, global = true, value_name = "DIR", conflicts_with_all = ["profile", "config"])]
    pub embedded: Option<PathBuf>,
    /// A saved connection, of $XDG_CONFIG_HOME/belfry/profiles.toml
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "config")]
    pub profile: Option<String>,
    /// A file that says where the cluster is, such as an agent's
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Make the jobs be as a file says, whole or not at all
    Apply(ApplyArguments),
    /// Print the jobs as a file that apply reads
    Export {
        /// Of this project only
        #[arg(long, value_name = "P")]
        project: Option<ProjectName>,
    },
    /// Make jobs of what another program has
    #[command(subcommand)]
    Import(ImportCommand),
    /// Print the JSON Schema of files
    Schema,
    /// Jobs: what runs when
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Definitions of every kind: nodes, calendars, scripts and whatever else people write
    #[command(subcommand)]
    Definitions(DefinitionsCommand),
    /// Secrets of jobs: what their programs get and nobody reads
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Runs: what ran, runs and was skipped
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Schedules, without any job
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// The account of every instant
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Nodes: where jobs run
    #[command(subcommand)]
    Nodes(NodesCommand),
    /// Why a job ran where it did at an instant, or did not run; for one to come, who would run it
    Explain(ExplainArguments),
    /// The cluster itself: its stores and what they need
    #[command(subcommand)]
    Cluster(ClusterCommand),
}

/// `explain`.
#[derive(Args)]
pub struct ExplainArguments {
    /// project/name, or the name where only one project has it
    pub job: String,
    /// A time back from now such as 10m, or an instant with its offset
    #[arg(value_parser = instant, value_name = "INSTANT")]
    pub instant: Timestamp,
    /// en or zh-CN [default: the terminal's]
    #[arg(long, value_parser = language, value_name = "LANGUAGE")]
    pub language: Option<Language>,
}

/// `apply`.
#[derive(Args)]
pub struct ApplyArguments {
    /// The file, TOML or JSON; - reads standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub file: PathBuf,
    /// Only say what would change
    #[arg(long)]
    pub dry_run: bool,
    /// Pause those jobs of the file's projects that it does not have
    #[arg(long)]
    pub prune: bool,
}

/// `import …`.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Make jobs of the lines of a crontab; importing it again changes only what changed there
    Crontab(ImportCrontab),
    /// Make a calendar of the whole-day events of an ICS file; importing it again changes only its days
    Calendar(ImportCalendar),
}

/// `import calendar`.
#[derive(Args)]
pub struct ImportCalendar {
    /// The file; - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The calendar's name
    #[arg(long, value_name = "N")]
    pub name: String,
    /// Only say what would become of it
    #[arg(long)]
    pub dry_run: bool,
}

/// `import crontab`.
#[derive(Args)]
pub struct ImportCrontab {
    /// The file; - reads standard input [default: your own, as crontab -l shows it]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Only say what would become of each line
    #[arg(long)]
    pub dry_run: bool,
    /// The project that the jobs go to
    #[arg(long, value_name = "P", default_value = CRONTAB_PROJECT)]
    pub project: ProjectName,
    /// Whether the lines name a user, as in /etc/crontab [default: the file tells]
    #[arg(long, value_enum, value_name = "YES|NO")]
    pub user_column: Option<YesNo>,
}

/// An answer.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum YesNo {
    /// It is so.
    Yes,
    /// It is not so.
    No,
}

/// A job, and the generation that somebody looked at.
#[derive(Args)]
pub struct JobChange {
    /// project/name, or the name where only one project has it
    pub name: String,
    /// Only if the job still has this generation
    #[arg(long, value_name = "N")]
    pub generation: Option<u64>,
}

/// `jobs …`.
#[derive(Subcommand)]
pub enum JobsCommand {
    /// All jobs
    List {
        /// Words that must all occur in name, project, tags, owner, note or script
        words: Vec<String>,
    },
    /// One job with everything about it
    Show {
        /// project/name, or the name where only one project has it
        name: String,
    },
    /// Let a job's schedule rest
    Pause(JobChange),
    /// Wake a job's schedule
    Resume(JobChange),
    /// Make a job like another one; it rests until it is resumed
    Copy {
        /// The job
        name: String,
        /// The new name, or project/name
        new_name: String,
    },
    /// Remove a job; it can be restored for 30 days
    Delete(JobChange),
    /// The next times of a job
    Next {
        /// The job
        name: String,
        /// How many
        #[arg(long, default_value_t = 10, value_name = "N")]
        count: usize,
    },
    /// Who changed a job, when and how
    Versions {
        /// The job, also a deleted one
        name: String,
    },
    /// Bring back what a job was
    Restore {
        /// The job, also a deleted one
        name: String,
        /// The generation to bring back, as `jobs versions` shows it
        generation: u64,
    },
    /// Run a job for past instants, each once; those of days that its calendars leave out are not run
    Backfill {
        /// The job
        name: String,
        /// At or after: 24h, 7d or an instant with its offset
        #[arg(long, value_parser = instant, value_name = "T")]
        since: Timestamp,
        /// Before
        #[arg(long, value_parser = instant, value_name = "T")]
        until: Timestamp,
        /// Only print the instants
        #[arg(long)]
        dry_run: bool,
    },
    /// Run a job now, or at a time
    Run(JobsRun),
}

/// `jobs run`.
#[derive(Args)]
pub struct JobsRun {
    /// The job
    pub name: String,
    /// On this node and no other
    #[arg(long, value_name = "N")]
    pub node: Option<NodeId>,
    /// Not before: a time ahead from now such as 10m, or an instant with its offset
    #[arg(long, value_parser = ahead, value_name = "T")]
    pub at: Option<Timestamp>,
    /// A value for one of its parameters; may be given for several
    #[arg(long, value_parser = name_and_value, value_name = "NAME=VALUE")]
    pub set: Vec<(String, String)>,
    /// Wait for its end; exit 1 unless it succeeded
    #[arg(long)]
    pub wait: bool,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    let parted = text.split_once('=').filter(|(name, _)| !name.is_empty());
    parted
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "write it as name=value".to_owned())
}

/// `runs list`.
#[derive(Args)]
pub struct RunsList {
    /// Of this job
    #[arg(long, value_name = "NAME")]
    pub job: Option<String>,
    /// In one of these states, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = run_state, value_name = "STATE")]
    pub state: Vec<RunState>,
    /// On this node
    #[arg(long, value_name = "N")]
    pub node: Option<NodeId>,
    /// Scheduled at or after: 24h, 7d or an instant with its offset [default: 24h]
    #[arg(long, value_parser = instant, value_name = "T")]
    pub since: Option<Timestamp>,
    /// Scheduled before
    #[arg(long, value_parser = instant, value_name = "T")]
    pub until: Option<Timestamp>,
    /// Rows at most
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub limit: usize,
}

/// `runs …`.
#[derive(Subcommand)]
pub enum RunsCommand {
    /// Runs, newest first
    List(RunsList),
    /// One run with its attempts
    Show {
        /// Its id, or how it begins
        run: String,
    },
    /// What a run wrote
    Logs {
        /// Its id, or how it begins
        run: String,
        /// Go on until it ends
        #[arg(short = 'f', long)]
        follow: bool,
        /// The attempt [default: the newest]
        #[arg(long, value_name = "K")]
        attempt: Option<u32>,
    },
    /// End a run and wait for the proof; exit 1 if there is none
    Kill {
        /// Its id, or how it begins
        run: String,
    },
    /// Let a job go on that a lost run holds up; only if you know that its program has ended
    Release {
        /// Its id, or how it begins
        run: String,
    },
    /// Run the job of a run again, as it is now
    Rerun {
        /// Its id, or how it begins
        run: String,
        /// Wait for its end; exit 1 unless it succeeded
        #[arg(long)]
        wait: bool,
    },
    /// A line as each run starts and ends
    Watch,
}

/// `schedule …`.
#[derive(Subcommand)]
pub enum ScheduleCommand {
    /// The next times of an expression
    Next {
        /// Cron fields, @daily, @every 90s, @at …
        expression: String,
        /// Its IANA zone
        #[arg(long, default_value = "UTC", value_parser = zone, value_name = "Z")]
        zone: Zone,
        /// After this instant [default: now]
        #[arg(long, value_parser = instant, value_name = "T")]
        after: Option<Timestamp>,
        /// How many
        #[arg(long, default_value_t = 10, value_name = "N")]
        count: usize,
        /// Where the clock jumps: vixie, skip or run_both
        #[arg(long, default_value = "vixie", value_parser = dst, value_name = "POLICY")]
        dst: DstPolicy,
    },
    /// What an expression says
    Words {
        /// Cron fields, @daily, @every 90s, @at …
        expression: String,
        /// en or zh-CN [default: the terminal's]
        #[arg(long, value_parser = language, value_name = "LANGUAGE")]
        language: Option<Language>,
    },
}

/// `ledger …`.
#[derive(Subcommand)]
pub enum LedgerCommand {
    /// Check that every instant has exactly one record; exit 1 on a gap or an extra
    Verify {
        /// After: 24h, 7d or an instant with its offset [default: 24h]
        #[arg(long, value_parser = instant, value_name = "T")]
        since: Option<Timestamp>,
        /// Up to
        #[arg(long, value_parser = instant, value_name = "T")]
        until: Option<Timestamp>,
    },
}

/// `cluster …`.
#[derive(Subcommand)]
pub enum ClusterCommand {
    /// Make a new cluster ready: its facts in etcd and its tables in the database
    Init,
    /// Bring a cluster's facts and tables to this version
    Migrate,
    /// What is in order and what is not; the exit code is that of the first thing that is not
    Status,
}

/// `nodes …`.
#[derive(Subcommand)]
pub enum NodesCommand {
    /// The nodes that are known, and how each is
    List,
    /// Note something about a node over what its own file says; what is not named stays
    Set(NodesSet),
    /// All that is known of a node: what it is, what it runs, what waits
    Show {
        /// Its id
        node: NodeId,
    },
    /// Let a node take nothing new; what runs there goes on
    Drain(NodeOrder),
    /// Let a node take new work again
    Undrain(NodeOrder),
    /// Have a node read its own file again
    Reload(NodeOrder),
    /// Forget a node that is gone for good; its open runs are lost and their jobs go on
    Remove {
        /// Its id
        node: NodeId,
    },
    /// Print the one line that lets a server join: give it to `belfry-agent enroll` there
    Invite(InviteArguments),
}

/// `nodes invite`.
#[derive(Args)]
pub struct InviteArguments {
    /// What jobs choose the server by, such as role=web,zone=a
    #[arg(long, value_delimiter = ',', value_parser = label, value_name = "NAME=VALUE")]
    pub labels: Vec<(String, String)>,
    /// The projects that it serves [default: all]
    #[arg(long, value_delimiter = ',', value_name = "P")]
    pub projects: Vec<ProjectName>,
    /// Its share of the work among its like, 0 to 100 [default: 1]
    #[arg(long, value_name = "W")]
    pub weight: Option<u32>,
}

fn label(text: &str) -> Result<(String, String), String> {
    let parted = text.split_once('=');
    let parted = parted.map(|(name, value)| (name.to_owned(), value.to_owned()));
    parted.ok_or_else(|| "write labels as name=value".to_owned())
}

/// What a node is asked.
#[derive(Args)]
pub struct NodeOrder {
    /// Its id
    pub node: NodeId,
    /// Also wait until nothing runs on a node that drains
    #[arg(long)]
    pub wait: bool,
}

/// An instant: as it is, or as a time back from now.
fn instant(text: &str) -> Result<Timestamp, String> {
    let back = |duration: Duration| {
        clock::now()
            .saturating_sub(duration)
            .expect("a duration is no calendar span")
    };
    match text.parse::<Timestamp>() {
        Ok(at) => Ok(at),
        Err(_) => parse_duration(text)
            .map(back)
            .ok_or_else(|| "write a time back from now such as 24h or 7d, or an instant such as 2026-12-01T02:30:00+08:00".to_owned()),
    }
}

/// An instant: as it is, or as a time ahead from now.
fn ahead(text: &str) -> Result<Timestamp, String> {
    let ahead = |duration: Duration| {
        clock::now()
            .saturating_add(duration)
            .expect("a duration is no calendar span")
    };
    match text.parse::<Timestamp>() {
        Ok(at) => Ok(at),
        Err(_) => parse_duration(text)
            .map(ahead)
            .ok_or_else(|| "write a time ahead from now such as 10m or 2h, or an instant such as 2026-12-01T02:30:00+08:00".to_owned()),
    }
}

fn run_state(text: &str) -> Result<RunState, String> {
    RunState::parse(text).ok_or_else(|| {
        let words: Vec<&str> = RunState::ALL.iter().map(|state| state.as_str()).collect();
        format!("the states are {}", words.join(", "))
    })
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::parse(text).map_err(|error| error.to_string())
}

fn dst(text: &str) -> Result<DstPolicy, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| "the policies are vixie, skip and run_both".to_owned())
}

fn language(text: &str) -> Result<Language, String> {
    text.parse()
        .map_err(|error: belfry_core::schedule::UnknownLanguage| error.to_string())
}
