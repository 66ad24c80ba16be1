//! `belfry-agent enroll`: this server joins a cluster by one line.
//!
//! Everything is written beside the node's own file and tried from there, before anything that is
//! in use changes. What people wrote into the file about this node stays.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use belfry_core::cluster::{Climb, Role, climb};
use belfry_core::config::{Config, Servers};
use belfry_core::enroll::{Invitation, InvitedNode};
use belfry_core::identity::Identity;
use belfry_core::limits::ENROLL_LINE_CHARS_MAX;
use rustix::fs::{Gid, Uid, chown};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use crate::failure::{Code, Failure};

/// Where the package keeps the node's own file, and its name there.
const FOLDER: &str = "/etc/belfry";
const FILE: &str = "agent.toml";
/// The unit, and the account that it runs under.
const UNIT: &str = "belfry-agent.service";
const ACCOUNT: &str = "belfry";
/// Where everything lies until it has been tried.
const STAGE: &str = ".enroll";

/// Reads the line, tries the way to the cluster, writes the node's file and starts the agent.
pub async fn enroll(line: &str, file: &Path, force: bool) -> Result<(), Failure> {
    let line = match line {
        "-" => read_line()?,
        line => line.to_owned(),
    };
    let invitation = Invitation::read(&line).map_err(|error| wrong(error.to_string()))?;
    let Plan { text, secrets } = Plan::of(&invitation, file, force)?;
    let folder = folder_of(file);
    let stage = Stage::make(&folder)?;
    for (name, secret) in &secrets {
        stage.write(name, secret, 0o600)?;
    }
    let climbed = try_way(&text, &stage.path, &invitation).await?;
    let known = fs::metadata(file).ok();
    let mode = known.as_ref().map_or(0o640, |known| known.mode() & 0o777);
    stage.write(FILE, &text, mode)?;
    let account = account();
    for (name, _) in &secrets {
        stage.give(name, account)?;
        stage.put(name, &folder.join(name))?;
    }
    let owner = known.map(|known| (known.uid(), known.gid()));
    // The agent reads its policy and does not write it.
    let owner = owner.or(account.map(|(_, group)| (0, group)));
    stage.give(FILE, owner)?;
    stage.put(FILE, file)?;
    for warning in climbed {
        println!("! {warning}");
    }
    println!(
        "this server belongs to the cluster {}: {} is written",
        invitation.name,
        file.display()
    );
    start(file)
}

/// The file that the package's unit names.
pub fn usual_file() -> PathBuf {
    Path::new(FOLDER).join(FILE)
}

fn wrong(sentence: impl Into<String>) -> Failure {
    Failure::new(Code::Configuration, sentence)
}

/// A line from standard input; one that goes on for ever is cut, and refused for it.
fn read_line() -> Result<String, Failure> {
    let mut text = String::new();
    let most = u64::try_from(ENROLL_LINE_CHARS_MAX + 1).expect("it is a small number");
    let read = io::stdin().take(most).read_to_string(&mut text);
    read.map_err(|error| wrong(format!("could not read the line: {error}")))?;
    Ok(text)
}

fn folder_of(file: &Path) -> PathBuf {
    let whole = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    whole.parent().map(Path::to_owned).unwrap_or_default()
}

/// What is to be written.
struct Plan {
    /// The node's own file.
    text: String,
    /// By the names of their files, which lie beside it.
    secrets: Vec<(&'static str, String)>,
}

impl Plan {
    /// Refuses what would be written over, unless it is forced to.
    fn of(invitation: &Invitation, file: &Path, force: bool) -> Result<Self, Failure> {
        let shown = file.display();
        let before = match fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(|error| wrong(format!("could not read {shown}: {error}")))?,
        };
        let parsed: Result<DocumentMut, _> = before.parse();
        let mut document = match parsed {
            Ok(document) => document,
            Err(_) if force => DocumentMut::new(),
            Err(_) => {
                let sentence = format!(
                    "{shown} cannot be read (see `belfry-agent check-config --config {shown}`): correct it, or write it anew with --force"
                );
                return Err(wrong(sentence));
            }
        };
        let belongs = ["cluster", "history"]
            .iter()
            .any(|name| document.contains_key(name));
        let secrets = secrets(invitation);
        let folder = folder_of(file);
        let there = secrets.iter().map(|(name, _)| folder.join(name));
        let there = there.into_iter().find(|path| path.exists());
        if !force && (belongs || there.is_some()) {
            let what = match there {
                Some(path) if !belongs => format!("{} is there already", path.display()),
                _ => format!("{shown} names a cluster already"),
            };
            let sentence = format!("{what}: leave it, or write it over with --force");
            return Err(wrong(sentence));
        }
        set_servers(&mut document, invitation);
        set_node(&mut document, &invitation.node)
            .ok_or_else(|| wrong(format!("`node` in {shown} is no section: correct it")))?;
        Ok(Self {
            text: document.to_string(),
            secrets,
        })
    }
}

/// The files beside the node's own one, of which each is there only if there is something in it.
fn secrets(invitation: &Invitation) -> Vec<(&'static str, String)> {
    let (etcd, history) = (&invitation.etcd, &invitation.history);
    let line = |text: &String| format!("{text}\n");
    let user = etcd.user.as_ref();
    let certificate = etcd.certificate.as_ref();
    let all = [
        ("etcd.password", user.map(|(_, password)| line(password))),
        ("etcd-ca.pem", etcd.ca.clone()),
        ("etcd-cert.pem", certificate.map(|(cert, _)| cert.clone())),
        ("etcd-key.pem", certificate.map(|(_, key)| key.clone())),
        ("history.url", Some(line(&history.url))),
        ("history-ca.pem", history.ca.clone()),
        ("identity", Some(line(&invitation.identity))),
    ];
    all.into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
        .collect()
}

fn set_servers(document: &mut DocumentMut, invitation: &Invitation) {
    let (etcd, history) = (&invitation.etcd, &invitation.history);
    let yes = |flag: bool| flag.then(|| value(true));
    let file = |is_there: bool, name: &str| is_there.then(|| value(name));
    let (user, certificate) = (etcd.user.as_ref(), etcd.certificate.is_some());
    let endpoints: Array = etcd.endpoints.iter().map(String::as_str).collect();
    let cluster = table([
        ("name", Some(value(invitation.name.as_str()))),
        ("endpoints", Some(value(endpoints))),
        ("user", user.map(|(user, _)| value(user))),
        ("password_file", file(user.is_some(), "etcd.password")),
        ("ca", file(etcd.ca.is_some(), "etcd-ca.pem")),
        ("cert", file(certificate, "etcd-cert.pem")),
        ("key", file(certificate, "etcd-key.pem")),
        ("insecure", yes(etcd.insecure)),
        ("prefix", etcd.prefix.as_ref().map(value)),
        ("identity_file", Some(value("identity"))),
    ]);
    let history = table([
        ("url_file", Some(value("history.url"))),
        ("ca", file(history.ca.is_some(), "history-ca.pem")),
        ("insecure", yes(history.insecure)),
    ]);
    document.insert("cluster", cluster);
    document.insert("history", history);
}

fn table<const N: usize>(keys: [(&str, Option<Item>); N]) -> Item {
    let given = keys.into_iter();
    let given = given.filter_map(|(key, value)| Some((key, value?)));
    Item::Table(given.collect::<Table>())
}

/// What the line says of the node goes over what the file says; nothing when it is no section.
fn set_node(document: &mut DocumentMut, node: &InvitedNode) -> Option<()> {
    let projects = node.projects.iter().map(|project| project.as_str());
    let labels = node
        .labels
        .iter()
        .map(|(name, label)| (name, label.as_str()));
    let said = [
        (
            "projects",
            (!node.projects.is_empty()).then(|| value(projects.collect::<Array>())),
        ),
        (
            "labels",
            (!node.labels.is_empty())
                .then(|| value(Value::InlineTable(labels.collect::<InlineTable>()))),
        ),
        ("weight", node.weight.map(|weight| value(i64::from(weight)))),
    ];
    let section = document.entry("node").or_insert(toml_edit::table());
    let section = section.as_table_like_mut()?;
    for (key, value) in said {
        if let Some(value) = value {
            section.insert(key, value);
        }
    }
    Some(())
}

/// Climbs to the cluster with what is staged. Gives what people should know.
async fn try_way(
    text: &str,
    folder: &Path,
    invitation: &Invitation,
) -> Result<Vec<String>, Failure> {
    let config = Config::parse(text, [], folder);
    let config = config.map_err(|error| wrong(format!("the file would not be valid: {error}")))?;
    let servers: Servers = config.servers.expect("it was just written");
    let climb: Climb = climb(&servers, Role::Agent).await;
    for step in &climb.ladder.steps {
        println!("{step}");
    }
    let facts = climb.facts.clone();
    let stores = climb.stores()?;
    let facts = facts.expect("a cluster that was reached has facts");
    if facts.cluster_id != invitation.cluster_id {
        let sentence = format!(
            "the line is of cluster {}, and at its addresses is cluster {}: invite anew",
            invitation.cluster_id, facts.cluster_id
        );
        return Err(wrong(sentence));
    }
    let identity = Identity::parse(&invitation.identity);
    let public = identity.ok().map(|identity| identity.public());
    if public.is_none() || public != facts.agents_public_key {
        return Err(wrong(
            "the identity in the line is not the cluster's: invite anew",
        ));
    }
    Ok(stores.away.into_iter().chain(stores.warnings).collect())
}

/// A folder that goes when nobody needs it any more.
struct Stage {
    path: PathBuf,
}

impl Stage {
    fn make(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(STAGE);
        let failed = |error| denied(&path, &error);
        fs::create_dir_all(folder).map_err(failed)?;
        // What an enrolment that was cut short left behind.
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(failed)?;
        Ok(Self { path })
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> Result<(), Failure> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        let opened = options.write(true).create_new(true).mode(mode).open(&path);
        let written = opened.and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| denied(&path, &error))
    }

    fn give(&self, name: &str, owner: Option<(u32, u32)>) -> Result<(), Failure> {
        let path = self.path.join(name);
        let is_root = rustix::process::getuid().is_root();
        let Some((user, group)) = owner.filter(|_| is_root) else {
            return Ok(());
        };
        let given = chown(&path, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)));
        given.map_err(|error| denied(&path, &error.into()))
    }

    fn put(&self, name: &str, at: &Path) -> Result<(), Failure> {
        fs::rename(self.path.join(name), at).map_err(|error| denied(at, &error))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The next enrolment removes it.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn denied(path: &Path, error: &io::Error) -> Failure {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::PermissionDenied => Failure::new(
            Code::NotPermitted,
            format!(
                "could not write {shown} ({error}): run this as root, or name another file with --config"
            ),
        ),
        _ => wrong(format!("could not write {shown}: {error}")),
    }
}

/// User and group of the account that the package's unit runs under, if it is there.
fn account() -> Option<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    let mut fields = accounts
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(ACCOUNT)).then_some(fields))?
        .skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Lets systemd start the agent, now and at each boot; else says how to start it.
fn start(file: &Path) -> Result<(), Failure> {
    let is_units = file == usual_file() && Path::new("/run/systemd/system").is_dir();
    if !is_units || !systemctl("cat").is_ok_and(|output| output.status.success()) {
        println!(
            "start it with: belfry-agent run --config {}",
            file.display()
        );
        return Ok(());
    }
    for verb in ["enable", "restart"] {
        let failed = match systemctl(verb) {
            Ok(output) if output.status.success() => continue,
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        let sentence = format!(
            "the file is written, but systemctl {verb} {UNIT} failed ({failed}): see journalctl -u {UNIT}"
        );
        return Err(Failure::new(Code::Failed, sentence));
    }
    println!("{UNIT} is enabled and runs");
    Ok(())
}

fn systemctl(verb: &str) -> io::Result<std::process::Output> {
    Command::new("systemctl").args([verb, UNIT]).output()
}
