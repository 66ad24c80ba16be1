//! What an agent refuses, with which exit code, and what it says then.

use std::fs;

use belfry_core::placement::NodeFacts;
use belfry_harness::agent::Agent;
use belfry_harness::cluster::{ClusterPlace, node_id};
use belfry_harness::etcd::EtcdCluster;

/// The exit code and the log of an agent on these servers.
async fn refused(place: &ClusterPlace, node: &str, servers: &str) -> (Option<i32>, String) {
    place.configure_with(node, "", servers);
    let mut agent = Agent::start_configured(&place.dir(node));
    let status = agent.ended().await;
    (status.code(), agent.log())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_agent_of_the_same_id_names_the_firsts_host_and_exits_78() {
    let place = ClusterPlace::start(1).await;
    place.configure("first", "labels = { role = \"web\" }\nweight = 3\n");
    place.configure("second", "");
    let file = place.dir("second").join("agent.toml");
    let text = fs::read_to_string(&file).expect("it was written");
    fs::write(&file, text.replace("id = \"second\"", "id = \"first\""))
        .expect("the folder is ours");
    let first = place.agent("first").await;

    let mut second = Agent::start_configured(&place.dir("second"));
    assert_eq!(second.ended().await.code(), Some(78), "{}", second.log());
    let host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let sentence = format!(
        "the node id first is in use by the agent on host {host} (process {})",
        first.pid()
    );
    assert!(second.log().contains(&sentence), "{}", second.log());
    assert!(place.is_up("first").await, "the first is unharmed");
    assert!(!place.is_up("second").await);
    let info = place.place.keys.info(&node_id("first"));
    let found = place
        .place
        .coord
        .get(&[info])
        .await
        .expect("etcd answers")
        .1;
    let info = found[0].as_ref().expect("it has told what it is");
    let known = NodeFacts::remembered(&info.value).expect("it says what placement needs");
    assert_eq!((known.labels["role"].as_str(), known.weight), ("web", 3));
    let pid = format!("\"pid\":{}", first.pid());
    assert!(
        String::from_utf8_lossy(&info.value).contains(&pid),
        "not the second's"
    );
}

/// A name, what is said of servers, the exit code, and a part of the sentence.
type Case = (&'static str, String, i32, &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rung_has_its_exit_code_and_its_sentence() {
    let mut place = ClusterPlace::start(1).await;
    let locked = locked_etcd().await;
    let mut cases = of_etcd(&place, &locked.endpoint(0));
    cases.extend(of_the_database(&place).await);
    cases.push((
        "key",
        format!("{}[nod]\n", place.servers),
        78,
        "did you mean [node]?",
    ));
    for case in cases {
        check(&place, case).await;
    }
    raise_minimum(&place).await;
    let servers = place.servers.clone();
    let newer = (
        "newer",
        servers.clone(),
        78,
        "takes version 99.0.0 or newer",
    );
    check(&place, newer).await;
    place.etcd.kill(0);
    check(&place, ("away", servers, 69, "127.0.0.1")).await;
}

async fn check(place: &ClusterPlace, (name, servers, code, part): Case) {
    let (ended, log) = refused(place, name, &servers).await;
    assert_eq!(ended, Some(code), "{name}: {log}");
    let told = log.lines().find(|line| line.starts_with("belfry-agent: "));
    assert!(
        told.is_some_and(|told| told.contains(part)),
        "{name}: {log}"
    );
    assert!(!log.contains("hunter2"), "{name} shows a password: {log}");
}

fn of_etcd(place: &ClusterPlace, locked: &str) -> Vec<Case> {
    let servers = &place.servers;
    let endpoint = place.etcd.endpoint(0);
    let sign_in = |user: &str, password: &str| {
        let known = format!("endpoints = [\"{endpoint}\"]");
        let other =
            format!("endpoints = [\"{locked}\"]\nuser = \"{user}\"\npassword = \"{password}\"");
        servers.replace(&known, &other)
    };
    let elsewhere = servers.replace(&endpoint, "http://127.0.0.1:1");
    let other = servers.replace("\"scenario\"", "\"other\"");
    vec![
        ("endpoint", elsewhere, 69, "127.0.0.1:1"),
        ("etcd-password", sign_in("root", "hunter2"), 77, "root"),
        (
            "rights",
            sign_in("guest", "guest"),
            77,
            "the user guest may not read and write",
        ),
        ("cluster", other, 78, "belfryctl cluster init"),
    ]
}

async fn of_the_database(place: &ClusterPlace) -> Vec<Case> {
    let (empty, port) = (place.mariadb.database().await, place.mariadb.port());
    let servers = &place.servers;
    let url = servers.lines().find(|line| line.starts_with("url"));
    let url = url.expect("it is there");
    let with_url = |to: &str| servers.replace(url, &format!("url = {to:?}"));
    let nobody = format!("mysql://nobody:hunter2@127.0.0.1:{port}/{empty}");
    let absent = format!("mysql://root@127.0.0.1:{port}/absent");
    let bare = with_url(&place.mariadb.url(&empty));
    vec![
        ("mysql-password", with_url(&nobody), 77, "nobody"),
        ("database", with_url(&absent), 78, "absent"),
        ("schema", bare, 78, "belfryctl cluster migrate"),
    ]
}

/// As a later version of `belfryctl cluster migrate` would.
async fn raise_minimum(place: &ClusterPlace) {
    let place = &place.place;
    let facts = place.keys.facts();
    let found = place.coord.get(std::slice::from_ref(&facts)).await;
    let found = found.expect("etcd answers").1;
    let text = String::from_utf8_lossy(&found[0].as_ref().expect("facts").value).into_owned();
    let own = "\"minimum_agent\":\"0.1.0\"";
    assert!(text.contains(own), "{text}");
    let newer = text.replace(own, "\"minimum_agent\":\"99.0.0\"");
    place.put(facts, newer.as_bytes()).await;
}

/// An etcd that asks for a user, of whom one has no rights.
async fn locked_etcd() -> EtcdCluster {
    let etcd = EtcdCluster::start(1).await;
    let mut admin = etcd.admin(None).await;
    for (user, password) in [("root", "right"), ("guest", "guest")] {
        let added = admin.user_add(user, password, None).await;
        added.expect("a user");
    }
    admin.user_grant_role("root", "root").await.expect("a role");
    admin.auth_enable().await.expect("etcd obeys");
    etcd
}
