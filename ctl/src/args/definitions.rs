//! The words about definitions.

use belfry_core::definition::{Definition, Kind};
use belfry_core::id::NodeId;
use clap::{Args, Subcommand};

/// `definitions …`.
#[derive(Subcommand)]
pub enum DefinitionsCommand {
    /// All definitions, or those of one kind
    List {
        /// job, node, calendar, script …
        #[arg(value_parser = kind)]
        kind: Option<Kind>,
    },
    /// One definition, as a file has it
    Show(Named),
    /// Who changed a definition, when and how
    Versions(Named),
    /// Remove a definition; it can be restored for 30 days
    Delete {
        /// Which one
        #[command(flatten)]
        named: Named,
        /// Only if it still has this generation
        #[arg(long, value_name = "N")]
        generation: Option<u64>,
    },
    /// Bring back what a definition was
    Restore {
        /// Which one, also a deleted one
        #[command(flatten)]
        named: Named,
        /// The generation to bring back, as `definitions versions` shows it
        generation: u64,
    },
}

/// A definition.
#[derive(Args)]
pub struct Named {
    /// job, node, calendar, script …
    #[arg(value_parser = kind)]
    pub kind: Kind,
    /// Its name, project/name or id
    pub name: String,
}

/// `nodes set`.
#[derive(Args)]
pub struct NodesSet {
    /// Its id
    pub node: NodeId,
    /// Its share of the work, 0 to 100; 0 takes nothing new; `own` is what its file says
    #[arg(long, value_parser = noted_weight, value_name = "N|own")]
    pub weight: Option<NotedWeight>,
    /// A label, over or beside those of its file; without a value, as in role=, that of its file
    #[arg(long = "label", value_parser = noted_label, value_name = "NAME=VALUE")]
    pub labels: Vec<(String, String)>,
    /// Free text for people
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// A weight to be noted.
#[derive(Clone, Copy)]
pub enum NotedWeight {
    /// What the node's own file says.
    Own,
    /// This one.
    Of(u32),
}

fn noted_weight(text: &str) -> Result<NotedWeight, String> {
    match text {
        "own" => Ok(NotedWeight::Own),
        number => number
            .parse()
            .map(NotedWeight::Of)
            .map_err(|_| "write a number from 0 to 100, or own".to_owned()),
    }
}

fn noted_label(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=');
    pair.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .ok_or_else(|| "write NAME=VALUE, or NAME= to go back to the node's own file".to_owned())
}

fn kind(text: &str) -> Result<Kind, String> {
    let known = || Definition::KINDS.iter().map(|kind| kind.as_str());
    let kind = Kind::parse(text).filter(|kind| kind.is_supported());
    kind.ok_or_else(|| format!("the kinds are {}", known().collect::<Vec<_>>().join(", ")))
}
