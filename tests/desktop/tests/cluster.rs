//! The real window on a cluster of three agents, once in each language.

use std::time::{Duration, Instant};

use belfry_desktop::desk::Desk;
use belfry_desktop::window::Window;
use belfry_desktop::words::{CHINESE, ENGLISH, Words};
use belfry_harness::agent::Agent;
use belfry_harness::cluster::ClusterPlace;
use belfry_harness::wait;
use tokio::sync::Mutex;

/// There is one screen, and the program has one window for each person.
static SCREEN: Mutex<()> = Mutex::const_new(());

const NODES: [&str; 3] = ["north", "south", "west"];
/// The design's word is 20 s; the machine may be busy with other tests.
const MOVES_WITHIN: Duration = Duration::from_secs(60);

/// What the window says of connections and nodes.
struct ClusterWords {
    window: &'static Words,
    connections: &'static str,
    test: &'static str,
    all_in_order: &'static str,
    open: &'static str,
    new_job: &'static str,
    script: &'static str,
    save: &'static str,
    nodes: &'static str,
    up: &'static str,
    gone: &'static str,
    ran: &'static str,
}

const IN_ENGLISH: ClusterWords = ClusterWords {
    window: &ENGLISH,
    connections: "Connections",
    test: "Test",
    all_in_order: "Everything is in order.",
    open: "Open",
    new_job: "New job",
    script: "Script",
    save: "Save",
    nodes: "Nodes",
    up: "up",
    gone: "gone",
    ran: "What ran here",
};

const IN_CHINESE: ClusterWords = ClusterWords {
    window: &CHINESE,
    connections: "连接",
    test: "测试",
    all_in_order: "一切正常。",
    open: "打开",
    new_job: "新建任务",
    script: "脚本",
    save: "保存",
    nodes: "节点",
    up: "在线",
    gone: "离线",
    ran: "在此运行过",
};

fn button(label: &str) -> String {
    format!("//button[normalize-space(.)='{label}']")
}

fn screen(name: &str) -> String {
    format!("//nav//a[normalize-space(.)='{name}']")
}

fn input(field: &str) -> String {
    format!("//*[@data-field='{field}']//input")
}

fn node(name: &str, state: &str) -> String {
    let cell = |text: &str| format!("[.//*[@role='gridcell'][normalize-space(.)='{text}']]");
    format!("//*[@role='row']{}{}", cell(name), cell(state))
}

async fn agents(cluster: &ClusterPlace) -> Vec<(&'static str, Agent)> {
    let mut agents = Vec::new();
    for node in NODES {
        cluster.configure(node, "");
        agents.push((node, cluster.agent(node).await));
    }
    agents
}

fn tests_and_opens(desk: &Desk, window: &Window, words: &ClusterWords) {
    window.press(&screen(words.connections));
    let card = "//article[@aria-label='main']";
    window.press(&format!("{card}{}", button(words.test)));
    window.shows(&format!(
        "{card}//*[normalize-space(.)='{}']",
        words.all_in_order
    ));
    desk.picture(window, words.window, "ladder");
    window.press(&format!("{card}{}", button(words.open)));
    window.shows("//header//button[contains(., 'main')]");
    // Until the cluster has told its nodes, what changes it is shut.
    window.shows("//header//*[starts-with(normalize-space(text()), '3')]");
}

fn makes_a_job(window: &Window, words: &ClusterWords) {
    window.press(&format!("//a[normalize-space(.)='{}']", words.new_job));
    window.types(&input("name"), "beat");
    let script = format!("//*[@role='textbox'][@aria-label='{}']", words.script);
    window.types(&script, "echo \"rung on $BELFRY_NODE\"");
    window.types(&input("schedule"), "*/2 * * * * *");
    window.press(&button(words.save));
    window.shows("//aside[.//h2[normalize-space(.)='beat']]");
}

/// The node that took the newest run.
async fn newest_node(cluster: &ClusterPlace) -> Option<String> {
    let job = cluster.cluster().job("beat").await.ok()?.id;
    let records = cluster.place.records(job).await;
    let ran = records.iter().find(|record| record.started_at.is_some())?;
    Some(ran.node.to_string())
}

fn sees_the_nodes(desk: &Desk, window: &Window, words: &ClusterWords, busy: &str) {
    window.press(&screen(words.nodes));
    for name in NODES {
        window.shows(&node(name, words.up));
    }
    window.press(&node(busy, words.up));
    let ran = format!("//section[@aria-label='{}']//li", words.ran);
    window.shows(&format!("{ran}[contains(., 'beat')]"));
    desk.picture(window, words.window, "nodes");
}

async fn walk(words: &ClusterWords) {
    let cluster = ClusterPlace::start(1).await;
    let mut agents = agents(&cluster).await;
    let desk = Desk::new(words.window);
    desk.knows("main", &cluster.servers);
    let window = desk.window().await;
    tests_and_opens(&desk, &window, words);
    makes_a_job(&window, words);
    let look = async || newest_node(&cluster).await;
    let busy = wait::until("the job runs", MOVES_WITHIN, look).await;
    sees_the_nodes(&desk, &window, words, &busy);
    let place = agents.iter().position(|(name, _)| *name == busy);
    let (_, agent) = agents.remove(place.expect("one of the three"));
    let killed = Instant::now();
    agent.kill();
    let moved = async || newest_node(&cluster).await.filter(|node| *node != busy);
    let heir = wait::until("another node has the job", MOVES_WITHIN, moved).await;
    let moved_ms = killed.elapsed().as_millis();
    println!(
        "{}: {heir} had the job {moved_ms} ms after {busy} was killed",
        words.window.code
    );
    window.shows(&node(&busy, words.gone));
    window.shows(&node(&heir, words.up));
    desk.picture(&window, words.window, "node-gone");
}

#[tokio::test]
async fn a_person_tests_opens_and_watches_a_cluster_lose_a_node_in_english() {
    let _screen = SCREEN.lock().await;
    walk(&IN_ENGLISH).await;
}

#[tokio::test]
async fn a_person_tests_opens_and_watches_a_cluster_lose_a_node_in_chinese() {
    let _screen = SCREEN.lock().await;
    walk(&IN_CHINESE).await;
}
