//! `belfry-agent status`: whether the agent of a folder runs, and since when.

use std::path::Path;

use belfry_core::coord::Coord;
use belfry_core::coord::embedded::Embedded;
use belfry_core::dispatch::SessionValue;
use belfry_core::keyspace::{Key, Keyspace};

use crate::failure::{Code, Failure};
use crate::lock;

/// Prints one line for the agent and one for each session in the store.
pub async fn show(dir: &Path) -> Result<(), Failure> {
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
    let coord = Embedded::open(dir).await.map_err(unreachable)?;
    let keys = Keyspace::this_computer();
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
