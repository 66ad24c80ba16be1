//! `belfry-agent status`: whether the agent of a folder runs, and since when.

use belfry_core::cluster::{Role, Stores};
use belfry_core::dispatch::SessionValue;
use belfry_core::keyspace::Key;

use crate::failure::{Code, Failure};
use crate::lock;
use crate::run::Options;

/// Prints one line for the agent and one for each session in the store.
pub async fn show(options: &Options) -> Result<(), Failure> {
    let dir = &options.dir;
    let Some(pid) = lock::holder(dir) else {
        let sentence = format!(
            "no agent runs in {}: start one with `belfry-agent run`",
            dir.display()
        );
        return Err(Failure::new(Code::Failed, sentence));
    };
    println!("the agent of {} runs as process {pid}", dir.display());
    let unreachable =
        |error: belfry_core::coord::CoordError| Failure::new(Code::Unreachable, error.to_string());
    let stores = Stores::open(&options.place, Role::Person).await?;
    let (coord, keys) = (stores.coord, stores.keys);
    for entry in coord
        .list(&keys.nodes())
        .await
        .map_err(unreachable)?
        .entries
    {
        let session: Option<SessionValue> = serde_json::from_slice(&entry.value).ok();
        if let (Some(Key::Session(node)), Some(session)) = (keys.parse(&entry.key), session) {
            println!(
                "node {node} is up since {} (version {})",
                session.up_since, session.version
            );
        }
    }
    Ok(())
}
