//! What the agent is told: its command line over its environment over its file.

use std::path::{Path, PathBuf};

use belfry_core::cluster::this_computer_dir;
use belfry_core::config::{Config, LogConfig, Servers};
use belfry_core::id::NodeId;
use belfry_core::profile::Place;
use rustix::process::getuid;

use crate::failure::{Code, Failure};
use crate::run::Options;

/// Where an agent of the system keeps its files on a cluster.
const SYSTEM_DIR: &str = "/var/lib/belfry";

/// Everything that it is told.
pub struct Settings {
    /// What the agent does.
    pub options: Options,
    /// How it speaks of it.
    pub log: LogConfig,
}

/// Reads and joins them all.
pub fn read(
    file: Option<&Path>,
    embedded: Option<PathBuf>,
    node: Option<NodeId>,
) -> Result<Settings, Failure> {
    let wrong = |sentence: String| Failure::new(Code::Configuration, sentence);
    let Config {
        servers,
        node: mut said,
        policy,
        log,
    } = Config::load(file).map_err(|error| wrong(error.to_string()))?;
    if servers.is_some() && embedded.is_some() {
        let sentence = "--embedded is for a computer without servers, and the configuration names a [cluster]: use one of them";
        return Err(wrong(sentence.to_owned()));
    }
    said.id = node.or(said.id);
    let dir = embedded.or(said.data_dir.take());
    let dir = dir.map_or_else(|| usual_dir(servers.as_ref()), Ok)?;
    let dir = std::path::absolute(&dir).unwrap_or(dir);
    let place = match servers {
        Some(servers) => Place::Servers(Box::new(servers)),
        None => Place::Embedded(dir.clone()),
    };
    let options = Options {
        file: file.map(Path::to_owned),
        dir,
        place,
        node: said,
        policy,
    };
    Ok(Settings { options, log })
}

/// Without servers the folder that the desktop shares; on a cluster the system's, or a person's own.
fn usual_dir(servers: Option<&Servers>) -> Result<PathBuf, Failure> {
    let this_computer = || {
        this_computer_dir().ok_or_else(|| {
            let sentence = "neither HOME nor XDG_DATA_HOME says where to keep files: set `node.data_dir`, or name a folder with --embedded";
            Failure::new(Code::Configuration, sentence)
        })
    };
    match servers {
        None => this_computer(),
        Some(_) if getuid().is_root() => Ok(PathBuf::from(SYSTEM_DIR)),
        Some(servers) => Ok(this_computer()?.with_file_name(servers.cluster.name.as_str())),
    }
}
