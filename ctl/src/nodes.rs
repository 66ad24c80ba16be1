//! `nodes list`.

use belfry_core::cluster::{Cluster, stamp};
use serde_json::json;

use crate::args::NodesCommand;
use crate::failure::Failure;
use crate::node_set;
use crate::print::{self, Table, local};

pub async fn run(cluster: &Cluster, command: NodesCommand, json: bool) -> Result<(), Failure> {
    match command {
        NodesCommand::List => list(cluster, json).await,
        NodesCommand::Set(set) => node_set::set(cluster, set, json).await,
    }
}

async fn list(cluster: &Cluster, json: bool) -> Result<(), Failure> {
    let nodes = cluster.nodes().await?;
    if json {
        let object = |node: &belfry_core::cluster::NodeSeen| {
            let session = &node.session;
            json!({
                "node": node.id,
                "host": session.host,
                "version": session.version,
                "pid": session.pid,
                "up_since": stamp(session.up_since),
                "disk_id": session.disk_id,
            })
        };
        print::json(&nodes.iter().map(object).collect::<Vec<_>>());
        return Ok(());
    }
    let mut table = Table::new(&["NODE", "HOST", "VERSION", "PID", "UP SINCE"]);
    for node in &nodes {
        let session = &node.session;
        let (pid, up_since) = (session.pid.to_string(), local(session.up_since));
        table.row(vec![
            node.id.to_string(),
            session.host.clone(),
            session.version.clone(),
            pid,
            up_since,
        ]);
    }
    table.print("No agent runs here: start one with `belfry-agent run`.");
    Ok(())
}
