//! HUP: what can change changes at once, what cannot is named, and what is wrong changes nothing.

use std::fs;
use std::path::Path;
use std::time::Duration;

use belfry_core::cluster::Cluster;
use belfry_core::definition::NodeDraft;
use belfry_core::dispatch::SessionValue;
use belfry_core::id::NodeId;
use belfry_core::node::NodeInfo;
use belfry_harness::agent::Agent;
use belfry_harness::place::{NODE, Place};
use belfry_harness::wait;
use rustix::process::Signal;

const BOUND: Duration = Duration::from_secs(60);

fn node() -> NodeId {
    NodeId::new(NODE).expect("a plain name")
}

async fn session(place: &Place) -> Option<SessionValue> {
    let key = place.keys.session(&node());
    let (_, found) = place.coord.get(&[key]).await.ok()?;
    let entry = found.into_iter().next().flatten()?;
    serde_json::from_slice(&entry.value).ok()
}

async fn info(place: &Place) -> Option<NodeInfo> {
    let (_, found) = place.coord.get(&[place.keys.info(&node())]).await.ok()?;
    let entry = found.into_iter().next().flatten()?;
    serde_json::from_slice(&entry.value).ok()
}

fn write(dir: &Path, id: &str, lines: &str) {
    let text = format!("[node]\nid = \"{id}\"\ndata_dir = {dir:?}\n{lines}");
    fs::write(dir.join("agent.toml"), text).expect("the folder is ours");
}

async fn logged(agent: &Agent, part: &str) {
    wait::until(part, BOUND, async || {
        agent.log().contains(part).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_changed_file_holds_at_once_and_a_broken_one_changes_nothing() {
    let place = Place::new().await;
    write(place.dir(), NODE, "labels = { role = \"a\" }\n");
    let agent = Agent::start_configured(place.dir());
    wait::until("the session says a", BOUND, async || {
        session(&place).await.filter(|it| it.labels["role"] == "a")
    })
    .await;

    let lines = "labels = { role = \"b\" }\nweight = 7\nmax_parallel = 3\nprojects = [\"ops\"]\n[log]\nlevel = \"debug\"\n";
    write(place.dir(), "other", lines);
    agent.signal(Signal::HUP);
    let said = wait::until("the session says b", BOUND, async || {
        session(&place).await.filter(|it| it.labels["role"] == "b")
    });
    let said = said.await;
    assert_eq!(
        (said.weight, said.max_parallel, said.projects.len()),
        (7, 3, 1)
    );
    logged(&agent, "node.projects, node.labels, node.weight, node.max_parallel, log.level changed; from the next start: node.id").await;

    write(
        place.dir(),
        NODE,
        "labels = { role = \"c\" }\nweight = 700\n",
    );
    agent.signal(Signal::HUP);
    logged(&agent, "goes on with what it read before").await;
    let after = session(&place).await.expect("it has a session");
    assert_eq!((after.labels["role"].as_str(), after.weight), ("b", 7));
    assert!(agent.stop().await.success());
}

#[tokio::test]
async fn what_people_note_stays_over_a_file_that_changes() {
    let place = Place::new().await;
    let noted = NodeDraft {
        name: NODE.to_owned(),
        weight: Some(9),
        labels: [("rack".to_owned(), "2".to_owned())].into(),
        note: String::new(),
    };
    let noted = noted.validate().expect("a good draft");
    let (coord, history) = (place.coord.clone(), place.history.clone());
    let cluster = Cluster::new(coord, history, place.keys.clone(), "test".to_owned());
    cluster.put(noted.into(), None).await.expect("it is new");
    write(place.dir(), NODE, "weight = 2\n");
    let agent = Agent::start_configured(place.dir());
    wait::until("the session says what is noted", BOUND, async || {
        session(&place).await.filter(|it| it.weight == 9)
    })
    .await;

    write(
        place.dir(),
        NODE,
        "weight = 3\nlabels = { role = \"b\", rack = \"1\" }\n",
    );
    agent.signal(Signal::HUP);
    let said = wait::until("the session says b", BOUND, async || {
        let is_b = |it: &SessionValue| it.labels.get("role").is_some_and(|it| it == "b");
        session(&place).await.filter(is_b)
    });
    let said = said.await;
    assert_eq!((said.weight, said.labels["rack"].as_str()), (9, "2"));
    let info = wait::until("its own weight is told", BOUND, async || {
        info(&place).await.filter(|it| it.own_weight == Some(3))
    });
    let info = info.await;
    assert_eq!(info.own_labels["rack"], "1");
    assert_eq!((info.weight, info.labels["rack"].as_str()), (Some(9), "2"));
    assert!(agent.stop().await.success());
}
