//! A server joins a cluster by one line.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use belfry_core::cluster;
use belfry_core::enroll::{Invitation, InvitedNode};
use belfry_core::id::ProjectName;
use belfry_core::identity::{Identity, IdentityFile};
use belfry_harness::agent::Agent;
use belfry_harness::cluster::{ClusterPlace, node_id, read};

fn enroll(line: &str, file: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_belfry-agent"));
    command
        .args(["enroll", line, "--config"])
        .arg(file)
        .args(more);
    command.output().expect("it can be executed")
}

/// The exit code and what was said on both ways.
fn told(output: &Output) -> (Option<i32>, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8(text).expect("UTF-8");
    (output.status.code(), text)
}

#[test]
fn a_line_that_is_cut_changed_or_foreign_is_told_and_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("agent.toml");
    for (line, part) in [
        ("", "the line is empty"),
        ("ssh-rsa AAAA", "no line of Belfry's"),
        ("belfry9.1.a", "upgrade the agent"),
        ("belfry1.100.AAAA", "the line is cut: 4 of its 100"),
        ("belfry1.4.AAAA", "changed on its way"),
    ] {
        let (code, text) = told(&enroll(line, &file, &[]));
        assert_eq!(code, Some(78), "{text}");
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(fs::read_dir(folder.path()).expect("ours").next().is_none());
}

#[tokio::test]
async fn a_server_joins_by_one_line_and_its_agent_runs() {
    let cluster = ClusterPlace::start(1).await;
    let servers = read(&cluster.servers);
    let node = InvitedNode {
        projects: vec![ProjectName::new("ops").expect("a plain name")],
        labels: [("role".to_owned(), "web".to_owned())].into(),
        weight: Some(3),
    };
    let invited = cluster::invite(&servers, node, &cluster.identities()).await;
    let invited = invited.expect("an invitation");
    assert!(
        invited.warnings[0].contains("localhost"),
        "{:?}",
        invited.warnings
    );
    let dir = cluster.dir("joined");
    fs::create_dir(&dir).expect("the folder is ours");
    let file = dir.join("agent.toml");
    let own = format!("# my own words\n[node]\nid = \"joined\"\ndata_dir = {dir:?}\nweight = 1\n");
    fs::write(&file, &own).expect("the folder is ours");

    refuses_another_cluster(&invited.invitation, &file);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), own);

    let (code, text) = told(&from_stdin(&invited.invitation.line(), &file));
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("✓ cluster: ") && text.contains("belfry-agent run"),
        "{text}"
    );
    let written = fs::read_to_string(&file).expect("it is there");
    assert!(
        written.contains("# my own words") && written.contains("weight = 3"),
        "{written}"
    );
    assert!(!written.contains("mysql://"), "{written}");
    for secret in ["identity", "history.url"] {
        let mode = fs::metadata(dir.join(secret))
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{secret}");
    }
    IdentityFile::at(dir.join("identity"))
        .read()
        .expect("the cluster's identity");
    assert!(!dir.join(".enroll").exists());

    let (code, text) = told(&enroll(&invited.invitation.line(), &file, &[]));
    assert_eq!(code, Some(78), "{text}");
    assert!(text.contains("names a cluster already"), "{text}");
    let (code, text) = told(&enroll(&invited.invitation.line(), &file, &["--force"]));
    assert_eq!(code, Some(0), "{text}");

    let agent = Agent::start_configured(&dir);
    cluster.place.up(&node_id("joined"), &agent).await;
    assert!(agent.stop().await.success());
}

fn refuses_another_cluster(invitation: &Invitation, file: &Path) {
    let other_id = Invitation {
        cluster_id: uuid::Uuid::from_u128(7),
        ..invitation.clone()
    };
    let other_key = Invitation {
        identity: Identity::generate().secret().reveal().to_owned(),
        ..invitation.clone()
    };
    let mut gone = invitation.clone();
    gone.etcd.endpoints = vec!["http://127.0.0.1:1".to_owned()];
    for (invitation, code, part) in [
        (other_id, 78, "at its addresses is cluster"),
        (other_key, 78, "is not the cluster's"),
        (gone, 69, "✗ etcd: connection"),
    ] {
        let (exit, text) = told(&enroll(&invitation.line(), file, &[]));
        assert_eq!(exit, Some(code), "{text}");
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

fn from_stdin(line: &str, file: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_belfry-agent"));
    command.args(["enroll", "-", "--config"]).arg(file);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it can be executed");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(line.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}
