//! What the agent is told: its command line over its environment over its file.

use std::path::{Path, PathBuf};

use belfry_core::config::Config;
use belfry_core::id::NodeId;

use crate::failure::{Code, Failure};
use crate::run::Options;

/// Reads and joins them all.
pub fn options(
    file: Option<&Path>,
    embedded: Option<PathBuf>,
    node: Option<NodeId>,
) -> Result<Options, Failure> {
    let config = config(file)?;
    if config.servers.is_some() {
        let sentence =
            "[cluster] is not supported yet: remove it, and name a folder with --embedded";
        return Err(Failure::new(Code::Configuration, sentence));
    }
    let config = config.node;
    let dir = embedded.or(config.data_dir).map_or_else(usual_dir, Ok)?;
    let dir = std::path::absolute(&dir).unwrap_or(dir);
    Ok(Options {
        dir,
        node: node.or(config.id),
        max_parallel: config.max_parallel,
        shell: config.shell,
    })
}

fn config(file: Option<&Path>) -> Result<Config, Failure> {
    Config::load(file).map_err(|error| Failure::new(Code::Configuration, error.to_string()))
}

/// `$XDG_DATA_HOME/belfry/this-computer`
fn usual_dir() -> Result<PathBuf, Failure> {
    let absolute = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
    let data = data.ok_or_else(|| {
        let sentence = "neither HOME nor XDG_DATA_HOME says where to keep files: name a folder with --embedded";
        Failure::new(Code::Configuration, sentence)
    })?;
    Ok(data.join("belfry").join("this-computer"))
}
