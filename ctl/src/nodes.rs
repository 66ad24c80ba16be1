//! `nodes …`.

use std::time::Duration;

use belfry_core::cluster::{Cluster, NodeAnswer, NodeDetail, run_row, stamp};
use belfry_core::dispatch::Ask;
use belfry_core::id::NodeId;
use belfry_core::run::RunRecord;
use serde_json::{Value, json};

use crate::args::{NodeOrder, NodesCommand, PlaceArguments};
use crate::failure::{FAILED, Failure};
use crate::node_set;
use crate::print::{self, Table, local, plain};
use crate::{invite, open, place, run_json};

pub async fn run(place: PlaceArguments, command: NodesCommand, json: bool) -> Result<(), Failure> {
    match command {
        NodesCommand::List => list(&*open(place).await?, json).await,
        NodesCommand::Set(set) => node_set::set(&*open(place).await?, set, json).await,
        NodesCommand::Show { node } => show(&*open(place).await?, &node, json).await,
        NodesCommand::Drain(order) => ask(&*open(place).await?, &order, Ask::Drain, json).await,
        NodesCommand::Undrain(order) => ask(&*open(place).await?, &order, Ask::Undrain, json).await,
        NodesCommand::Reload(order) => ask(&*open(place).await?, &order, Ask::Reload, json).await,
        NodesCommand::Remove { node } => remove(&*open(place).await?, &node, json).await,
        NodesCommand::Invite(arguments) => {
            invite::run(&place::servers(place)?, arguments, json).await
        }
    }
}

async fn list(cluster: &Cluster, json: bool) -> Result<(), Failure> {
    let nodes = cluster.all_nodes().await?;
    if json {
        print::json(&nodes.iter().map(object).collect::<Vec<_>>());
        return Ok(());
    }
    let mut table = Table::new(&[
        "NODE", "STATE", "LOAD", "PENDING", "WEIGHT", "HOST", "VERSION", "UP SINCE",
    ]);
    for node in &nodes {
        let session = node.session.as_ref();
        let number = |number: Option<u32>| number.map(|it| it.to_string()).unwrap_or_default();
        let full = session.map(|session| format!("{}/{}", session.load, session.max_parallel));
        table.row(vec![
            node.id.to_string(),
            state(node).to_owned(),
            full.unwrap_or_default(),
            number(session.map(|session| session.reports_pending)),
            number(weight(node)),
            plain(&host(node)),
            version(node),
            session.map(|it| local(it.up_since)).unwrap_or_default(),
        ]);
    }
    table.print("No agent runs here: start one with `belfry-agent run`.");
    Ok(())
}

/// In one word, the most important first.
fn state(node: &NodeDetail) -> &'static str {
    match &node.session {
        None => "gone",
        Some(session) if session.clock_suspect => "clock_suspect",
        Some(session) if session.draining => "draining",
        Some(_) => "up",
    }
}

fn host(node: &NodeDetail) -> String {
    let session = node.session.as_ref().map(|session| session.host.clone());
    let info = || node.info.as_ref().map(|info| info.host.clone());
    session.or_else(info).unwrap_or_default()
}

fn version(node: &NodeDetail) -> String {
    let session = node.session.as_ref();
    let session = session.map(|session| session.version.clone());
    let info = || node.info.as_ref().map(|info| info.version.clone());
    session.or_else(info).unwrap_or_default()
}

fn weight(node: &NodeDetail) -> Option<u32> {
    let session = node.session.as_ref().map(|session| session.weight);
    session.or_else(|| node.info.as_ref()?.weight)
}

/// What `--json` tells of a node; what only a session can say is null of one that is gone.
fn object(node: &NodeDetail) -> Value {
    let (session, info) = (node.session.as_ref(), node.info.as_ref());
    let projects = session.map(|it| it.projects.clone());
    let labels = session.map(|it| it.labels.clone());
    json!({
        "node": node.id,
        "state": state(node),
        "host": host(node),
        "version": version(node),
        "pid": session.map(|it| it.pid),
        "up_since": session.map(|it| stamp(it.up_since)),
        "disk_id": session.map(|it| it.disk_id),
        "projects": projects.or_else(|| Some(info?.projects.clone())).unwrap_or_default(),
        "labels": labels.or_else(|| Some(info?.labels.clone())).unwrap_or_default(),
        "weight": weight(node),
        "max_parallel": session.map(|it| it.max_parallel),
        "load": session.map(|it| it.load),
        "draining": session.map(|it| it.draining),
        "clock_suspect": session.map(|it| it.clock_suspect),
        "clock_at": session.and_then(|it| it.stamp).map(stamp),
        "reports_pending": session.map(|it| it.reports_pending),
        "config_error": session.and_then(|it| it.config_error.clone()),
        "runs_going": node.going.len(),
        "runs_lost": node.lost.len(),
        "runs_kept": node.kept,
    })
}

async fn show(cluster: &Cluster, id: &NodeId, json: bool) -> Result<(), Failure> {
    let node = cluster.node(id).await?;
    if json {
        let mut object = object(&node);
        let rows = |records: &[RunRecord]| -> Vec<Value> {
            let row = |record| json!(run_json::of(&run_row(record)));
            records.iter().map(row).collect()
        };
        object["going"] = json!(rows(&node.going));
        object["lost"] = json!(rows(&node.lost));
        object["orders"] = json!(node.orders);
        let info = node.info.as_ref();
        object["addresses"] = json!(info.map(|info| &info.addresses));
        object["own_weight"] = json!(info.and_then(|info| info.own_weight));
        object["own_labels"] = json!(info.map(|info| &info.own_labels));
        object["os"] = json!(info.map(|info| &info.os));
        object["cores"] = json!(info.map(|info| info.cores));
        object["memory_bytes"] = json!(info.and_then(|info| info.memory_bytes));
        print::json(&object);
        return Ok(());
    }
    let lines = lines(&node);
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        print::line(&format!("{name:12}{}", plain(value)));
    }
    Ok(())
}

fn lines(node: &NodeDetail) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("node", node.id.to_string()),
        ("state", state(node).to_owned()),
        ("host", host(node)),
        ("version", version(node)),
    ];
    if let Some(info) = &node.info {
        let memory = info.memory_bytes.map(|bytes| bytes >> 20);
        let memory = memory.map_or_else(String::new, |mib| format!(", {mib} MiB of memory"));
        lines.push((
            "system",
            format!("{}, {} cores{memory}", info.os, info.cores),
        ));
        lines.push(("addresses", info.addresses.join(", ")));
    }
    let pairs = |labels: &std::collections::BTreeMap<String, String>| {
        let pairs = labels.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join(", ")
    };
    if let Some(session) = &node.session {
        let projects = session.projects.iter().map(ToString::to_string);
        let clock = session.stamp.map(local).unwrap_or_default();
        lines.extend([
            (
                "up since",
                format!("{} (process {})", local(session.up_since), session.pid),
            ),
            ("disk", session.disk_id.to_string()),
            ("projects", projects.collect::<Vec<_>>().join(", ")),
            ("labels", pairs(&session.labels)),
            ("weight", session.weight.to_string()),
            (
                "load",
                format!("{} of {}", session.load, session.max_parallel),
            ),
            (
                "pending",
                format!("{} records wait for history", session.reports_pending),
            ),
            ("clock", clock),
            ("file", session.config_error.clone().unwrap_or_default()),
        ]);
    }
    for (name, records) in [("runs", &node.going), ("lost", &node.lost)] {
        let row = |record| (name, run_json::sentence(&run_row(record)));
        lines.extend(records.iter().map(row));
    }
    if node.kept > 0 {
        lines.push(("kept", format!("{} ended runs wait for history", node.kept)));
    }
    let order = |order: &belfry_core::dispatch::OrderValue| {
        let ask = serde_json::to_value(&order.ask).unwrap_or_default();
        let word = ask["ask"].as_str().unwrap_or_default().to_owned();
        (
            "order",
            format!("{word}, asked by {} at {}", order.by, local(order.asked_at)),
        )
    };
    lines.extend(node.orders.iter().map(order));
    lines
}

async fn ask(cluster: &Cluster, order: &NodeOrder, ask: Ask, json: bool) -> Result<(), Failure> {
    let node = &order.node;
    let id = cluster.ask_node(node, ask.clone()).await?;
    match cluster.wait_for_node(node, (id, &ask)).await? {
        NodeAnswer::Done => {}
        NodeAnswer::NotDone(why) => {
            return Err(Failure::new(
                FAILED,
                format!("node {node} did not do it: {why}"),
            ));
        }
        NodeAnswer::NotConfirmed => {
            let sentence = format!(
                "node {node} has not answered: `belfryctl nodes show {node}` tells whether it still does"
            );
            return Err(Failure::new(FAILED, sentence));
        }
    }
    if order.wait && ask == Ask::Drain {
        cluster.wait_until_idle(node, Duration::MAX).await?;
    }
    if json {
        print::json(&object(&cluster.node(node).await?));
        return Ok(());
    }
    let done = match ask {
        Ask::Drain if order.wait => "takes no new work, and nothing runs there",
        Ask::Drain => "takes no new work; what runs there goes on",
        Ask::Undrain => "takes new work again",
        _ => "has read its file again",
    };
    print::line(&format!("node {node} {done}"));
    Ok(())
}

async fn remove(cluster: &Cluster, node: &NodeId, json: bool) -> Result<(), Failure> {
    let removed = cluster.remove_node(node).await?;
    if json {
        print::json(&json!({
            "node": node,
            "removed": true,
            "runs_given_up": removed.given_up,
            "runs_taken_over": removed.taken_over,
        }));
        return Ok(());
    }
    print::line(&format!(
        "node {node} is removed; {} of its runs are lost and hold up nothing, {} go on elsewhere",
        removed.given_up, removed.taken_over
    ));
    Ok(())
}
