//! An agent tells its numbers to whoever is on its computer, and to nobody else.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use belfry_harness::agent::Agent;
use belfry_harness::place::{NODE, Place, job};
use belfry_harness::wait;

/// The status line and the body.
fn get(at: &str, path: &str) -> Option<(String, String)> {
    let mut stream = TcpStream::connect(at).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {at}\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.lines().next()?.to_owned();
    Some((status, body.to_owned()))
}

fn number(text: &str, series: &str) -> Option<f64> {
    let mut lines = text.lines().filter_map(|line| line.rsplit_once(' '));
    let (_, value) = lines.find(|(name, _)| *name == series)?;
    value.parse().ok()
}

#[tokio::test]
async fn a_scrape_tells_what_ran_and_probes_tell_that_it_lives() {
    let place = Place::new().await;
    let text = format!(
        "[node]\nid = \"{NODE}\"\ndata_dir = {:?}\n[metrics]\nlisten = \"127.0.0.1:0\"\n",
        place.dir()
    );
    fs::write(place.dir().join("agent.toml"), text).expect("the folder is ours");
    place.put_job(job("tick", "* * * * * *", "true")).await;
    let agent = Agent::start_configured(place.dir());
    let bound = Duration::from_secs(60);
    let at = wait::until("it listens", bound, async || {
        let log = agent.log();
        let (_, rest) = log.split_once("metrics are at http://")?;
        rest.split_once("/metrics").map(|(at, _)| at.to_owned())
    });
    let at = at.await;
    let scrape = || get(&at, "/metrics").map(|(_, body)| body);
    let text = wait::until("two runs are counted", bound, async || {
        let text = scrape()?;
        let ended = number(&text, "belfry_attempts_ended_total{state=\"succeeded\"}")?;
        (ended >= 2.0).then_some(text)
    });
    let text = text.await;
    for (series, least) in [
        ("belfry_decisions_total{kind=\"claim\"}", 2.0),
        ("belfry_starts_total", 2.0),
        ("belfry_start_lateness_seconds_count", 2.0),
        ("belfry_store_seconds_count{store=\"coordination\"}", 1.0),
        ("belfry_store_seconds_count{store=\"history\"}", 1.0),
        ("belfry_slots", 1.0),
        ("belfry_session", 1.0),
    ] {
        let is = number(&text, series);
        assert!(is.is_some_and(|is| is >= least), "{series} is {is:?}");
    }
    for (path, status) in [("/livez", "200"), ("/readyz", "200"), ("/", "404")] {
        let (line, _) = get(&at, path).expect("an answer");
        assert!(line.contains(status), "{path}: {line}");
    }
}

#[test]
fn doctor_names_a_port_that_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = other.local_addr().expect("it listens");
    let file = folder.path().join("agent.toml");
    let data = folder.path().join("data");
    let text = format!("[node]\ndata_dir = {data:?}\n[metrics]\nlisten = \"{at}\"\n");
    fs::write(&file, text).expect("the folder is ours");
    let mut command = Command::new(env!("CARGO_BIN_EXE_belfry-agent"));
    let output = command.args(["doctor", "--config"]).arg(&file).output();
    let output = output.expect("it can be executed");
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(78), "{told}");
    assert!(told.contains("✗ metrics: nobody can listen at"), "{told}");
}
