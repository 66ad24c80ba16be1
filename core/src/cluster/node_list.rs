//! The nodes as a window shows them: how each stands, what ran there, and what will.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::job_view::next_at;
use super::jobs::language_of;
use super::picture::Picture;
use super::run_view::{row as run_row, stamp};
use super::{ClusterError, Following};
use crate::clock;
use crate::dispatch::SessionValue;
use crate::history::RunQuery;
use crate::id::NodeId;
use crate::job::PlaceOn;
use crate::limits::{NODE_JOBS_MAX, NODE_RUNS_MAX};
use crate::node::NodeInfo;
use crate::placement::{NodeFacts, Nodes, Wanted, What, candidates};
use crate::schedule::{Language, words};
use crate::view::{NodeDetail, NodeJob, NodeList, NodePart, NodeRow, NodeState};

impl Following {
    /// All nodes that are known.
    pub async fn node_list(&self) -> NodeList {
        self.look(|picture| NodeList {
            rows: rows(picture),
        })
        .await
    }

    /// One node: what ran on it, and what it would run now.
    pub async fn node_detail(
        &self,
        name: &str,
        language: &str,
    ) -> Result<NodeDetail, ClusterError> {
        let node = NodeId::new(name).map_err(|error| ClusterError::Invalid {
            field: "node".to_owned(),
            sentence: error.to_string(),
        })?;
        let missing = || ClusterError::NoSuchNode { node: node.clone() };
        let language = language_of(language);
        let query = RunQuery {
            node: Some(node.clone()),
            limit: NODE_RUNS_MAX,
            ..RunQuery::default()
        };
        let runs = self.cluster().runs(&query).await?;
        let now = clock::now();
        let look = |picture: &Picture| detail(picture, &node, language, now);
        let detail = self.look(look).await.ok_or_else(missing)?;
        Ok(NodeDetail {
            runs: runs.iter().map(run_row).collect(),
            ..detail
        })
    }
}

fn rows(picture: &Picture) -> Vec<NodeRow> {
    let known = picture.known_nodes();
    known.iter().map(|node| row(picture, node)).collect()
}

fn row(picture: &Picture, node: &NodeId) -> NodeRow {
    let running = picture.running_on(node);
    let session = picture.session(node);
    let info = picture.info(node);
    match (session, info) {
        (Some(session), _) => NodeRow {
            running,
            clock_ms: picture.clock_ahead_ms(node),
            ..of_session(node, session)
        },
        (None, info) => NodeRow {
            running,
            ..of_info(node, info)
        },
    }
}

fn of_session(node: &NodeId, session: &SessionValue) -> NodeRow {
    let state = match (session.draining, session.clock_suspect) {
        (true, _) => NodeState::Draining,
        (false, true) => NodeState::ClockSuspect,
        (false, false) => NodeState::Up,
    };
    let labels = session.labels.iter();
    let projects = session.projects.iter();
    NodeRow {
        node: node.to_string(),
        state,
        host: session.host.clone(),
        version: session.version.clone(),
        labels: labels
            .map(|(name, value)| format!("{name}={value}"))
            .collect(),
        projects: projects.map(ToString::to_string).collect(),
        weight: session.weight,
        load: session.load,
        max_parallel: session.max_parallel,
        running: 0,
        clock_ms: None,
        reports_pending: session.reports_pending,
        up_since: Some(stamp(session.up_since)),
    }
}

/// What is known of a node that is not there.
fn of_info(node: &NodeId, info: Option<&NodeInfo>) -> NodeRow {
    let labels = info.into_iter().flat_map(|info| &info.labels);
    let projects = info.into_iter().flat_map(|info| &info.projects);
    NodeRow {
        node: node.to_string(),
        state: NodeState::Gone,
        host: info.map(|info| info.host.clone()).unwrap_or_default(),
        version: info.map(|info| info.version.clone()).unwrap_or_default(),
        labels: labels
            .map(|(name, value)| format!("{name}={value}"))
            .collect(),
        projects: projects.map(ToString::to_string).collect(),
        weight: info.and_then(|info| info.weight).unwrap_or_default(),
        load: 0,
        max_parallel: 0,
        running: 0,
        clock_ms: None,
        reports_pending: 0,
        up_since: None,
    }
}

fn detail(
    picture: &Picture,
    node: &NodeId,
    language: Language,
    now: Timestamp,
) -> Option<NodeDetail> {
    let is_known = picture.session(node).is_some() || picture.info(node).is_some();
    if !is_known {
        return None;
    }
    let info = picture.info(node);
    let (jobs, jobs_count) = jobs(picture, node, language, now);
    Some(NodeDetail {
        row: row(picture, node),
        addresses: info.map(|info| info.addresses.clone()).unwrap_or_default(),
        os: info.map(|info| info.os.clone()).unwrap_or_default(),
        cores: info.map(|info| info.cores),
        memory_bytes: info.and_then(|info| info.memory_bytes),
        pid: picture.session(node).map(|session| session.pid),
        runs: Vec::new(),
        jobs,
        jobs_count,
    })
}

/// The jobs that the node may run, soonest first, and how many there are in all.
fn jobs(
    picture: &Picture,
    node: &NodeId,
    language: Language,
    now: Timestamp,
) -> (Vec<NodeJob>, u32) {
    let nodes: Nodes = picture
        .nodes()
        .iter()
        .map(|seen| (seen.id.clone(), NodeFacts::from(&seen.session)))
        .collect();
    let mut found: Vec<(Option<Timestamp>, _, NodePart)> = Vec::new();
    for stored in picture.jobs() {
        let Some(job) = stored.job.as_ref().ok().filter(|job| !job.paused) else {
            continue;
        };
        // Whose turn comes next does not count here: who takes part does.
        let order = candidates(Wanted::new(stored.id, job, What::Turn(0)), &nodes);
        let Some(rank) = order.rank(node) else {
            continue;
        };
        let part = match (&job.place.on, rank) {
            (PlaceOn::All, _) => NodePart::Each,
            (_, 0) => NodePart::First,
            _ => NodePart::StandsIn,
        };
        found.push((next_at(stored, now), (stored, job), part));
    }
    // What is due never again stands last.
    found.sort_by_key(|(next, (stored, _), part)| {
        let backs_up = *part == NodePart::StandsIn;
        (backs_up, Reverse(next.map(Reverse)), stored.title())
    });
    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let shown = found.into_iter().take(NODE_JOBS_MAX);
    let told = shown.map(|(next, (stored, job), part)| NodeJob {
        job_id: stored.id.to_string(),
        project: stored.project.to_string(),
        name: stored.name.clone(),
        schedule_words: words(&job.schedule, language),
        next_at: next.map(stamp),
        part,
    });
    (told.collect(), count)
}
