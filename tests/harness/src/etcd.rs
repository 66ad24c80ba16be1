//! etcd with one member or several, as child processes with folders and ports of their own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use belfry_core::coord::etcd::EtcdSettings;
use etcd_client::{Certificate, Client, ConnectOptions, Error, Identity, TlsOptions};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::ports::Port;
use crate::{nursery, wait};

const READ_WITHIN: Duration = Duration::from_millis(250);
const READY_WITHIN: Duration = Duration::from_secs(90);
/// Somebody who knows nothing of our locks may take a port between the choice and the start.
const STARTS_MAX: usize = 5;

/// Certificates of the members, and whom they let in.
#[derive(Clone)]
pub struct ServerTls {
    /// Who signed the members' certificate.
    pub ca: PathBuf,
    /// The members' certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Who signs the certificates of clients; none are asked for without it.
    pub client_ca: Option<PathBuf>,
    /// A client's certificate and key, for the harness itself where they are asked for.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// What kind of cluster to start.
#[derive(Clone, Default)]
pub struct EtcdSetup {
    /// How many members; 0 is one.
    pub members: usize,
    /// Further arguments for each member.
    pub arguments: Vec<String>,
    /// Members speak TLS with clients.
    pub tls: Option<ServerTls>,
}

/// A running etcd. Dropping it kills its members and removes their folders.
pub struct EtcdCluster {
    folder: TempDir,
    setup: EtcdSetup,
    members: Vec<Member>,
}

struct Member {
    name: String,
    client_port: Port,
    peer_port: Port,
    child: Option<Child>,
}

impl Member {
    fn peer(&self) -> String {
        format!("http://127.0.0.1:{}", self.peer_port.number())
    }
}

impl EtcdCluster {
    /// Starts one and waits until every member knows the leader.
    pub async fn start(members: usize) -> Self {
        let setup = EtcdSetup {
            members,
            ..EtcdSetup::default()
        };
        Self::start_with(setup).await
    }

    /// The same, of a given kind.
    pub async fn start_with(setup: EtcdSetup) -> Self {
        for _ in 0..STARTS_MAX {
            let mut cluster = Self::new(setup.clone());
            if cluster.is_ready().await {
                return cluster;
            }
        }
        panic!("etcd could not be started {STARTS_MAX} times");
    }

    fn new(setup: EtcdSetup) -> Self {
        let count = setup.members.max(1);
        let members = (0..count).map(|index| Member {
            name: format!("m{index}"),
            client_port: Port::take(),
            peer_port: Port::take(),
            child: None,
        });
        let mut cluster = Self {
            folder: tempfile::tempdir().expect("a folder"),
            setup,
            members: members.collect(),
        };
        for index in 0..count {
            cluster.spawn(index);
        }
        cluster
    }

    fn spawn(&mut self, index: usize) {
        let all: Vec<String> = self
            .members
            .iter()
            .map(|member| format!("{}={}", member.name, member.peer()))
            .collect();
        let member = &self.members[index];
        let client = self.endpoint(index);
        let peer = member.peer();
        let data = self.folder.path().join(&member.name);
        let mut arguments: Vec<String> = [
            ("name", member.name.as_str()),
            ("data-dir", &data.to_string_lossy()),
            ("listen-client-urls", &client),
            ("advertise-client-urls", &client),
            ("listen-peer-urls", &peer),
            ("initial-advertise-peer-urls", &peer),
            ("initial-cluster", &all.join(",")),
            ("heartbeat-interval", "50"),
            ("election-timeout", "500"),
            ("logger", "zap"),
            ("log-level", "warn"),
        ]
        .iter()
        .map(|(flag, value)| format!("--{flag}={value}"))
        .collect();
        arguments.extend(self.setup.tls.iter().flat_map(flags));
        arguments.extend(self.setup.arguments.iter().cloned());
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log(index))
            .expect("the folder is ours");
        let child = nursery::start("etcd", &arguments, |command| {
            command.stdin(Stdio::null()).stdout(Stdio::null());
            command.stderr(log);
        });
        self.members[index].child = Some(child);
    }

    /// Whether all members know a leader; false if one of them ended, as it does without a port.
    async fn is_ready(&mut self) -> bool {
        wait::until("etcd is ready", READY_WITHIN, async || {
            for member in &mut self.members {
                let child = member.child.as_mut().expect("it was started");
                if child.try_wait().expect("it is our child").is_some() {
                    return Some(false);
                }
            }
            for index in 0..self.members.len() {
                self.status(index).await?;
            }
            Some(true)
        })
        .await
    }

    /// Addresses for clients, of all members.
    pub fn endpoints(&self) -> Vec<String> {
        (0..self.members.len())
            .map(|index| self.endpoint(index))
            .collect()
    }

    /// A member's address for clients.
    pub fn endpoint(&self, member: usize) -> String {
        let scheme = match self.setup.tls {
            Some(_) => "https",
            None => "http",
        };
        format!("{scheme}://127.0.0.1:{}", self.port(member))
    }

    /// A member's port for clients.
    pub fn port(&self, member: usize) -> u16 {
        self.members[member].client_port.number()
    }

    /// How Belfry connects to all members, where neither certificates nor passwords are asked for.
    pub fn settings(&self) -> EtcdSettings {
        EtcdSettings {
            endpoints: self.endpoints(),
            user: None,
            tls: None,
            insecure: false,
        }
    }

    /// Kills a member as a crash would.
    pub fn kill(&mut self, member: usize) {
        let mut child = self.members[member].child.take().expect("it runs");
        child.kill().expect("it is our child");
        child.wait().expect("it is our child");
    }

    /// Starts a killed member again on what it left, and waits until it knows the leader.
    pub async fn restart(&mut self, member: usize) {
        self.restart_all(&[member]).await;
    }

    /// The same of several, none of which may find a leader alone.
    pub async fn restart_all(&mut self, members: &[usize]) {
        members.iter().for_each(|member| self.spawn(*member));
        for member in members {
            wait::until("the member is back", READY_WITHIN, async || {
                self.status(*member).await
            })
            .await;
        }
    }

    /// Holds a member still: its ports stay open, and nothing answers.
    pub fn pause(&self, member: usize) {
        self.signal(member, Signal::STOP);
    }

    /// Whether a member is held still, as the kernel sees it.
    pub fn is_paused(&self, member: usize) -> bool {
        let child = self.members[member].child.as_ref().expect("it runs");
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()));
        let stat = stat.expect("it is our child");
        stat.rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('T'))
    }

    /// Lets a member that was held still go on.
    pub fn resume(&self, member: usize) {
        self.signal(member, Signal::CONT);
    }

    fn signal(&self, member: usize, signal: Signal) {
        let child = self.members[member].child.as_ref().expect("it runs");
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a pid"), signal).expect("it is our child");
    }

    /// Which member leads, as the members that run and answer agree.
    pub async fn leader(&self) -> usize {
        wait::until("a leader", READY_WITHIN, async || {
            for index in 0..self.members.len() {
                if self.members[index].child.is_none() {
                    continue;
                }
                let (id, leader) = self.status(index).await?;
                if id == leader {
                    return Some(index);
                }
            }
            None
        })
        .await
    }

    /// A member's id and its leader's, once it has one and can read by it.
    async fn status(&self, member: usize) -> Option<(u64, u64)> {
        let mut client = self.client(member, None).await?;
        let status = client.status().await.ok()?;
        // The members themselves are the first entries; what follows is the leader's. To read
        // before it would wait in vain.
        if status.leader() == 0 || status.raft_applied_index() <= self.members.len() as u64 {
            return None;
        }
        match timeout(READ_WITHIN, client.get("none", None)).await {
            Ok(Ok(_)) => {}
            // It would ask for a user.
            Ok(Err(Error::GRpcStatus(status))) if status.message().contains("user name") => {}
            _ => return None,
        }
        Some((status.header()?.member_id(), status.leader()))
    }

    /// Drops the whole log of changes, and returns the revision up to which.
    pub async fn compact(&self) -> i64 {
        let mut client = self.admin(None).await;
        let read = client.get("none", None).await.expect("etcd answers");
        let revision = read.header().expect("it has one").revision();
        client.compact(revision, None).await.expect("etcd compacts");
        revision
    }

    /// A plain client of the first member that runs, for what Belfry itself never does.
    pub async fn admin(&self, user: Option<(&str, &str)>) -> Client {
        let running = self.members.iter().position(|it| it.child.is_some());
        let member = running.expect("a member that runs");
        self.client(member, user).await.expect("etcd answers")
    }

    async fn client(&self, member: usize, user: Option<(&str, &str)>) -> Option<Client> {
        let mut options = ConnectOptions::new().with_timeout(Duration::from_secs(5));
        if let Some(tls) = &self.setup.tls {
            options = options.with_tls(trust(tls));
        }
        if let Some((user, password)) = user {
            options = options.with_user(user, password);
        }
        Client::connect([self.endpoint(member)], Some(options))
            .await
            .ok()
    }

    fn log(&self, member: usize) -> PathBuf {
        let name = format!("{}.log", self.members[member].name);
        self.folder.path().join(name)
    }

    /// What a member wrote of warnings and errors.
    pub fn warnings(&self, member: usize) -> String {
        fs::read_to_string(self.log(member)).unwrap_or_default()
    }
}

impl Drop for EtcdCluster {
    fn drop(&mut self) {
        for child in self.members.iter_mut().filter_map(|it| it.child.as_mut()) {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn flags(tls: &ServerTls) -> Vec<String> {
    let mut flags = vec![
        format!("--cert-file={}", tls.certificate.display()),
        format!("--key-file={}", tls.key.display()),
    ];
    if let Some(ca) = &tls.client_ca {
        flags.push("--client-cert-auth".to_owned());
        flags.push(format!("--trusted-ca-file={}", ca.display()));
    }
    flags
}

fn trust(tls: &ServerTls) -> TlsOptions {
    let options = TlsOptions::new().ca_certificate(Certificate::from_pem(text(&tls.ca)));
    match &tls.client {
        Some((certificate, key)) => {
            options.identity(Identity::from_pem(text(certificate), text(key)))
        }
        None => options,
    }
}

fn text(path: &Path) -> Vec<u8> {
    fs::read(path).expect("a readable file")
}
