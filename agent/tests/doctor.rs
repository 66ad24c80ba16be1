//! `belfry-agent doctor` names what is broken, with the exit code of it.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use rustix::fs::{FlockOperation, flock};

fn doctor(program: &Path, folder: &Path, text: &str) -> Output {
    let file = folder.join("agent.toml");
    fs::write(&file, text).expect("the folder is ours");
    examined(program, &file)
}

fn examined(program: &Path, file: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(["doctor", "--config"]).arg(file);
    command.output().expect("it can be executed")
}

fn agent() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_belfry-agent"))
}

const SERVERS: &str = "[cluster]\nname = \"main\"\nendpoints = [\"http://127.0.0.1:1\"]\n\
                       [history]\nurl = \"mysql://root@127.0.0.1:1/belfry\"\n";

#[test]
fn names_each_breakage() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let node = |dir: &Path| format!("[node]\ndata_dir = {dir:?}\n");
    let plain = node(&at("data"));
    fs::write(at("file"), "").expect("the folder is ours");
    fs::create_dir(at("open")).expect("the folder is ours");
    fs::set_permissions(at("open"), fs::Permissions::from_mode(0o777)).expect("ours");
    let with = |key: &str, value: &str| SERVERS.replace(key, value) + &plain;
    let cases = [
        (
            format!("{plain}shel = \"x\"\n"),
            78,
            "✗ configuration: ",
            "did you mean shell?",
        ),
        (
            plain.replace("[node]", "[node"),
            78,
            "✗ configuration: ",
            "line 1",
        ),
        (node(&at("file")), 78, "✗ data folder: ", "is not a folder"),
        (
            node(&at("file").join("below")),
            78,
            "✗ data folder: ",
            "cannot be used",
        ),
        (node(&at("open")), 78, "✗ data folder: ", "chmod 700"),
        (
            format!("{plain}shell = \"/no/shell\"\n"),
            78,
            "✗ shell: ",
            "correct `node.shell`",
        ),
        (
            format!("{SERVERS}{plain}"),
            69,
            "✗ etcd: connection: ",
            "127.0.0.1:1",
        ),
        (
            with("[history]", "ca = \"/no/ca.pem\"\n[history]"),
            78,
            "✗ settings: ",
            "/no/ca.pem, which `cluster.ca` names",
        ),
        (with("mysql://", "http://"), 78, "✗ settings: ", "mysql://"),
    ];
    for (text, code, line, part) in cases {
        let output = doctor(agent(), folder.path(), &text);
        let told = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!(output.status.code(), Some(code), "{text}: {told}");
        let named = told
            .lines()
            .any(|told| told.starts_with(line) && told.contains(part));
        assert!(named, "{line}{part} is not in {told}");
    }
    let gone = examined(agent(), &at("gone.toml"));
    assert_eq!(gone.status.code(), Some(78));
    assert!(String::from_utf8_lossy(&gone.stdout).contains("gone.toml"));
}

#[test]
fn an_identity_that_others_may_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("identity");
    fs::write(&file, "").expect("the folder is ours");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("ours");
    let text = SERVERS.replace("[history]", "identity_file = \"identity\"\n[history]");
    let output = doctor(agent(), folder.path(), &text);
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(78), "{told}");
    assert!(
        told.contains("✗ identity: ") && told.contains("chmod 600"),
        "{told}"
    );
}

#[test]
fn an_agent_without_its_supervisor_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let alone = folder.path().join("belfry-agent");
    fs::copy(agent(), &alone).expect("the folder is ours");
    let text = format!("[node]\ndata_dir = {:?}\n", folder.path().join("data"));
    let output = doctor(&alone, folder.path(), &text);
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(78), "{told}");
    assert!(
        told.contains("✗ supervisor: ") && told.contains("is missing"),
        "{told}"
    );
}

#[test]
fn a_sound_node_passes_and_tells_who_holds_the_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("the folder is ours");
    let lock = data.join("agent.lock");
    fs::write(&lock, "4711\n").expect("the folder is ours");
    let held = File::open(&lock).expect("it is there");
    flock(&held, FlockOperation::LockExclusive).expect("nobody else has it");
    let text = format!("[node]\ndata_dir = {data:?}\n");
    let output = doctor(agent(), folder.path(), &text);
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(
        told.contains("held by the agent that runs as process 4711"),
        "{told}"
    );
}

/// The package's file is valid as it is, and with everything in it that it shows commented out.
#[test]
fn the_packages_configuration_is_valid() {
    let shown = include_str!("../package/agent.toml");
    let uncommented: Vec<&str> = shown
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') => key,
            _ => line,
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("agent.toml");
    for text in [shown.to_owned(), uncommented.join("\n")] {
        fs::write(&file, &text).expect("the folder is ours");
        let mut command = Command::new(agent());
        command.args(["check-config", "--config"]).arg(&file);
        let output = command.output().expect("it can be executed");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
    }
}

/// systemd says what it does not know of a unit on standard error, and nothing else.
#[test]
fn systemd_understands_the_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    let unit = include_str!("../package/belfry-agent.service");
    let unit = unit.replace("/usr/bin/belfry-agent", &agent().display().to_string());
    for (text, is_right) in [
        (unit.clone(), true),
        (unit.replace("Delegate=", "Delegated="), false),
    ] {
        let file = folder.path().join("belfry-agent.service");
        fs::write(&file, text).expect("the folder is ours");
        let mut command = Command::new("systemd-analyze");
        let output = command.args(["verify", "--man=no"]).arg(&file).output();
        let output = output.expect("systemd-analyze can be executed: install Debian's systemd");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(told.is_empty(), is_right, "{told}");
    }
}
