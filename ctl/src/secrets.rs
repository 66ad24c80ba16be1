//! `secrets set`, `secrets rotate`.

use std::io::{self, IsTerminal, Read};

use belfry_core::cluster::{Cluster, Resealed, Stores, adopt_key, kept_identity, this_person};
use belfry_core::config::Secret;
use belfry_core::identity::{Identity, IdentityFile, IdentityFileError};
use belfry_core::limits::SECRET_BYTES_MAX;
use belfry_core::profile::Place;
use serde_json::json;

use crate::args::{PlaceArguments, SecretsCommand};
use crate::cluster::identities;
use crate::failure::{CONFIGURATION, FAILED, Failure};
use crate::passphrase::typed;
use crate::place;
use crate::print::{self, plain};

pub async fn run(
    place: PlaceArguments,
    command: SecretsCommand,
    json: bool,
) -> Result<(), Failure> {
    let profile = place::named(place)?;
    let cluster = async {
        let stores = Stores::open_profile(&profile).await?;
        Ok::<_, Failure>(Cluster::of(stores, this_person()))
    };
    match command {
        SecretsCommand::Set { job, name } => set(&cluster.await?, (&job, &name), json).await,
        SecretsCommand::Rotate { finish } => {
            rotate(&cluster.await?, &profile.place, finish, json).await
        }
    }
}

async fn set(cluster: &Cluster, (job, name): (&str, &str), json: bool) -> Result<(), Failure> {
    let job = cluster.job(job).await?;
    let value = value_of(name)?;
    let edited = cluster.set_secret(&job, name, &value).await?;
    match json {
        true => print::json(&json!({ "job_id": edited.id, "generation": edited.generation })),
        false => print::line(&format!(
            "{} finds {} in its environment from its next run on",
            plain(&job.title()),
            plain(name)
        )),
    }
    Ok(())
}

/// Typed where nobody sees it, else all of standard input but for one end of line.
fn value_of(name: &str) -> Result<Secret, Failure> {
    if io::stdin().is_terminal() {
        return typed(&format!("Value of {}: ", plain(name)));
    }
    let unreadable =
        |why: String| Failure::new(CONFIGURATION, format!("could not read the secret: {why}"));
    let mut text = String::new();
    // Longer ones are refused, so there is no use in reading all of them.
    let most = SECRET_BYTES_MAX as u64 + 3;
    let read = io::stdin().lock().take(most).read_to_string(&mut text);
    read.map_err(|error| unreadable(error.to_string()))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::new(text.strip_suffix('\r').unwrap_or(text)))
}

/// The new identity is kept beside the old one until everything is sealed to it, so that one that is cut short
/// loses nothing and goes on when it is asked for again.
async fn rotate(cluster: &Cluster, at: &Place, finish: bool, json: bool) -> Result<(), Failure> {
    let file = match at {
        Place::Embedded(dir) => IdentityFile::in_folder(dir),
        Place::Servers(servers) => kept_identity(servers, &identities()?).await?,
    };
    if let Place::Embedded(_) = at {
        file.read_or_make().map_err(refused)?;
    }
    let mut all = file.read_all().map_err(refused)?;
    let is_begun = all.len() > 1;
    if !is_begun && !finish {
        all.push(Identity::generate());
        file.replace(&all).map_err(refused)?;
    }
    let newest = all.last().expect("a file without any is refused").clone();
    if let Place::Servers(servers) = at {
        if !finish {
            tell_begun(&file, json);
            return Ok(());
        }
        if !is_begun {
            let sentence = "nothing was begun: run `belfryctl secrets rotate` first";
            return Err(Failure::new(FAILED, sentence));
        }
        // What is set meanwhile is sealed to the new one already.
        adopt_key(servers, &newest.public()).await?;
    }
    let resealed = cluster.seal_anew(&all, &newest.public()).await?;
    file.replace(&[newest]).map_err(refused)?;
    tell_sealed(&resealed, json)
}

fn refused(error: IdentityFileError) -> Failure {
    Failure::new(CONFIGURATION, error.to_string())
}

fn tell_begun(file: &IdentityFile, json: bool) {
    let path = file.path().display();
    match json {
        true => print::json(&json!({ "identity_file": file.path(), "finished": false })),
        false => print::line(&format!(
            "A new identity is kept beside the old one in {path}. Copy it to `identity_file` of every node, then run `belfryctl secrets rotate --finish`."
        )),
    }
}

fn tell_sealed(resealed: &Resealed, json: bool) -> Result<(), Failure> {
    match json {
        true => print::json(&json!({
            "sealed": resealed.sealed,
            "closed": resealed.closed,
            "finished": true,
        })),
        false => print::line(&format!(
            "{} secrets are sealed to the new identity, and the old one is gone from here",
            resealed.sealed
        )),
    }
    if resealed.closed.is_empty() {
        return Ok(());
    }
    let sentence = format!(
        "these could not be opened, so set them again: {}",
        plain(&resealed.closed.join(", "))
    );
    Err(Failure::new(FAILED, sentence))
}
