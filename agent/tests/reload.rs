//! HUP: what can change changes at once, what cannot is named, and what is wrong changes nothing.

use std::fs;
use std::path::Path;
use std::time::Duration;

use belfry_core::dispatch::SessionValue;
use belfry_core::id::NodeId;
use belfry_harness::agent::Agent;
use belfry_harness::place::{NODE, Place};
use belfry_harness::wait;
use rustix::process::Signal;

const BOUND: Duration = Duration::from_secs(60);

async fn session(place: &Place) -> Option<SessionValue> {
    let key = place
        .keys
        .session(&NodeId::new(NODE).expect("a plain name"));
    let (_, found) = place.coord.get(&[key]).await.ok()?;
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
