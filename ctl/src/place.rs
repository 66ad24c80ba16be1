//! Which stores the command line names.

use std::path::{Path, PathBuf};

use belfry_core::cluster::this_computer_dir;
use belfry_core::config::{Config, Servers};
use belfry_core::profile::{Place, Profile, ProfilesFile};

use crate::args::PlaceArguments;
use crate::failure::{CONFIGURATION, Failure};
use crate::passphrase;

/// The place, which is this computer unless something else is named, and how it may be used.
pub fn named(arguments: PlaceArguments) -> Result<Profile, Failure> {
    let wrong = |sentence: String| Failure::new(CONFIGURATION, sentence);
    if let Some(dir) = arguments.embedded {
        return Ok(Profile::new(Place::Embedded(dir)));
    }
    if let Some(name) = arguments.profile {
        let file = ProfilesFile::usual().map_err(|error| wrong(error.to_string()))?;
        let profiles = file.read().map_err(|error| wrong(error.to_string()))?;
        let profile = profiles.profile(&name).cloned();
        let profile = profile.map_err(|error| wrong(error.to_string()))?;
        return passphrase::filled(&name, profile, file.folder());
    }
    configured(arguments.config.as_deref()).map(Profile::new)
}

/// The place that a file names.
fn configured(file: Option<&Path>) -> Result<Place, Failure> {
    let wrong = |sentence: String| Failure::new(CONFIGURATION, sentence);
    let Some(file) = file else {
        return Ok(Place::Embedded(this_computer()?));
    };
    let config = Config::load(Some(file)).map_err(|error| wrong(error.to_string()))?;
    match (config.servers, config.node.data_dir) {
        (Some(servers), _) => Ok(Place::Servers(Box::new(servers))),
        (None, Some(dir)) => Ok(Place::Embedded(dir)),
        (None, None) => Ok(Place::Embedded(this_computer()?)),
    }
}

/// The place, which must be a cluster.
pub fn servers(arguments: PlaceArguments) -> Result<Servers, Failure> {
    match named(arguments)?.place {
        Place::Servers(servers) => Ok(*servers),
        Place::Embedded(dir) => {
            let sentence = format!(
                "{} is a folder of this computer and no cluster: name one with --config FILE or --profile NAME",
                dir.display()
            );
            Err(Failure::new(CONFIGURATION, sentence))
        }
    }
}

/// The folder that the desktop and the agent of this computer use too.
fn this_computer() -> Result<PathBuf, Failure> {
    let sentence = "neither XDG_DATA_HOME nor HOME says where this computer's data lies: name the folder with --embedded DIR";
    this_computer_dir().ok_or_else(|| Failure::new(CONFIGURATION, sentence))
}
