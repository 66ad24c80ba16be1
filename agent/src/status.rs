//! `belfry-agent status`: whether the agent of a folder runs, since when, and what it has to do.

use belfry_core::cluster::{Role, Stores};
use belfry_core::dispatch::{RunValue, SessionValue};
use belfry_core::id::NodeId;
use belfry_core::keyspace::Key;

use crate::failure::{Code, Failure};
use crate::lock;
use crate::run::Options;

/// Prints a line for the process, one for its session, and one for its runs.
pub async fn show(options: &Options) -> Result<(), Failure> {
    let dir = options.dir.display();
    let Some(pid) = lock::holder(&options.dir) else {
        let sentence = format!("no agent runs in {dir}: start one with `belfry-agent run`");
        return Err(Failure::new(Code::Failed, sentence));
    };
    println!("the agent of {dir} runs as process {pid}");
    let stores = Stores::open(&options.place, Role::Agent).await?;
    if let Some(why) = &stores.away {
        println!("history is away for the moment: {why}");
    }
    let Some((node, session)) = own_session(&stores, pid).await? else {
        println!("it has no session at present: it decides nothing");
        return Ok(());
    };
    println!(
        "node {node} is up since {} (version {})",
        session.up_since, session.version
    );
    let (going, ended) = runs(&stores, &node).await?;
    println!("{going} runs go on; {ended} that ended wait for history");
    Ok(())
}

fn unreachable(error: belfry_core::coord::CoordError) -> Failure {
    Failure::new(Code::Unreachable, error.to_string())
}

/// The session that the process on this host has.
async fn own_session(stores: &Stores, pid: u32) -> Result<Option<(NodeId, SessionValue)>, Failure> {
    let system = rustix::system::uname();
    let host = system.nodename().to_string_lossy();
    let listing = stores.coord.list(&stores.keys.nodes()).await;
    let listing = listing.map_err(unreachable)?;
    let sessions = listing.entries.iter().filter_map(|entry| {
        let session: SessionValue = serde_json::from_slice(&entry.value).ok()?;
        match stores.keys.parse(&entry.key) {
            Some(Key::Session(node)) => Some((node, session)),
            _ => None,
        }
    });
    let mut own = sessions.filter(|(_, session)| session.pid == pid && session.host == host);
    Ok(own.next())
}

/// How many runs of the node go on, and how many ended and are not in history yet.
async fn runs(stores: &Stores, node: &NodeId) -> Result<(usize, usize), Failure> {
    let listing = stores.coord.list(&stores.keys.runs()).await;
    let listing = listing.map_err(unreachable)?;
    let runs = listing.entries.iter();
    let runs = runs.filter_map(|entry| serde_json::from_slice::<RunValue>(&entry.value).ok());
    let (ended, going): (Vec<_>, Vec<_>) = runs
        .filter(|run| run.node == *node)
        .partition(|run| run.state.is_over());
    Ok((going.len(), ended.len()))
}
