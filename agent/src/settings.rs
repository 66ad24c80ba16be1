//! What the agent is told: its command line over its environment over its file.

use std::path::PathBuf;

use belfry_core::cluster::this_computer_dir;
use belfry_core::config::{Config, LogConfig, Servers};
use belfry_core::id::NodeId;
use belfry_core::profile::Place;
use rustix::process::getuid;

use crate::run::Options;

/// Where an agent of the system keeps its files on a cluster.
const SYSTEM_DIR: &str = "/var/lib/belfry";

/// What the command line says.
#[derive(Clone)]
pub struct Given {
    /// The node's own file.
    pub file: Option<PathBuf>,
    /// Everything lies in this folder, without any server.
    pub embedded: Option<PathBuf>,
    /// The node's id, whatever the file says.
    pub node: Option<NodeId>,
}

/// Everything that it is told.
pub struct Settings {
    /// What it was told on the command line: enough to read the rest again.
    pub given: Given,
    /// What the agent does.
    pub options: Options,
    /// How it speaks of it.
    pub log: LogConfig,
}

impl Given {
    /// Reads the rest and joins it all. The error is a sentence.
    pub fn read(self) -> Result<Settings, String> {
        let config = Config::load(self.file.as_deref()).map_err(|error| error.to_string())?;
        let (servers, mut said) = (config.servers, config.node);
        if servers.is_some() && self.embedded.is_some() {
            let sentence = "--embedded is for a computer without servers, and the configuration names a [cluster]: use one of them";
            return Err(sentence.to_owned());
        }
        said.id = self.node.clone().or(said.id);
        let dir = self.embedded.clone().or(said.data_dir.take());
        let dir = dir.map_or_else(|| usual_dir(servers.as_ref()), Ok)?;
        let dir = std::path::absolute(&dir).unwrap_or(dir);
        let place = match servers {
            Some(servers) => Place::Servers(Box::new(servers)),
            None => Place::Embedded(dir.clone()),
        };
        let options = Options {
            dir,
            place,
            node: said,
            policy: config.policy,
            metrics: config.metrics,
        };
        Ok(Settings {
            given: self,
            options,
            log: config.log,
        })
    }
}

/// Without servers the folder that the desktop shares; on a cluster the system's, or a person's own.
fn usual_dir(servers: Option<&Servers>) -> Result<PathBuf, String> {
    let this_computer = || {
        this_computer_dir().ok_or_else(|| {
            "neither HOME nor XDG_DATA_HOME says where to keep files: set `node.data_dir`, or name a folder with --embedded".to_owned()
        })
    };
    match servers {
        None => this_computer(),
        Some(_) if getuid().is_root() => Ok(PathBuf::from(SYSTEM_DIR)),
        Some(servers) => Ok(this_computer()?.with_file_name(servers.cluster.name.as_str())),
    }
}
