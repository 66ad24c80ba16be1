//! What an agent refuses, with which exit code, and what it says then.

use std::fs;

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
    place.configure("first", "");
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
    let pid = format!("\"pid\":{}", first.pid());
    assert!(
        String::from_utf8_lossy(&info.value).contains(&pid),
        "not the second's"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rung_has_its_exit_code_and_its_sentence() {
    let mut place = ClusterPlace::start(1).await;
    let servers = place.servers.clone();
    let endpoint = place.etcd.endpoint(0);
    let url = servers
        .lines()
        .find(|line| line.starts_with("url"))
        .expect("it is there");
    let empty = place.mariadb.database().await;
    let with_url = |to: &str| servers.replace(url, &format!("url = {to:?}"));
    let port = place.mariadb.port();
    let locked = locked_etcd().await;
    let cases = [
        (
            "endpoint",
            servers.replace(&endpoint, "http://127.0.0.1:1"),
            69,
            "127.0.0.1:1",
        ),
        (
            "etcd-password",
            servers.replace(
                &format!("endpoints = [\"{endpoint}\"]"),
                &format!(
                    "endpoints = [{:?}]\nuser = \"root\"\npassword = \"wrong\"",
                    locked.endpoint(0)
                ),
            ),
            77,
            "root",
        ),
        (
            "cluster",
            servers.replace("\"scenario\"", "\"other\""),
            78,
            "belfryctl cluster init",
        ),
        (
            "mysql-password",
            with_url(&format!("mysql://nobody:wrong@127.0.0.1:{port}/{empty}")),
            77,
            "nobody",
        ),
        (
            "database",
            with_url(&format!("mysql://root@127.0.0.1:{port}/absent")),
            78,
            "absent",
        ),
        (
            "schema",
            with_url(&place.mariadb.url(&empty)),
            78,
            "belfryctl cluster migrate",
        ),
        (
            "key",
            format!("{servers}[nod]\n"),
            78,
            "did you mean [node]?",
        ),
    ];
    for (name, servers, code, part) in cases {
        let (ended, log) = refused(&place, name, &servers).await;
        assert_eq!(ended, Some(code), "{name}: {log}");
        let told = log.lines().find(|line| line.starts_with("belfry-agent: "));
        assert!(
            told.is_some_and(|told| told.contains(part)),
            "{name}: {log}"
        );
        assert!(!log.contains("wrong@"), "{name} shows a password: {log}");
    }
    let facts = place.place.keys.facts();
    let found = place
        .place
        .coord
        .get(std::slice::from_ref(&facts))
        .await
        .expect("etcd answers");
    let text = String::from_utf8_lossy(&found.1[0].as_ref().expect("facts").value).into_owned();
    let newer = text.replace(
        "\"minimum_agent\":\"0.1.0\"",
        "\"minimum_agent\":\"99.0.0\"",
    );
    assert_ne!(newer, text);
    place.place.put(facts, newer.as_bytes()).await;
    let (ended, log) = refused(&place, "newer", &servers).await;
    assert_eq!(ended, Some(78), "{log}");
    assert!(log.contains("takes version 99.0.0 or newer"), "{log}");

    place.etcd.kill(0);
    let (ended, log) = refused(&place, "away", &servers).await;
    assert_eq!(ended, Some(69), "{log}");
}

/// An etcd that asks for a user.
async fn locked_etcd() -> EtcdCluster {
    let etcd = EtcdCluster::start(1).await;
    let mut admin = etcd.admin(None).await;
    admin.user_add("root", "right", None).await.expect("a user");
    admin.user_grant_role("root", "root").await.expect("a role");
    admin.auth_enable().await.expect("etcd obeys");
    etcd
}
