//! The store of the present on a cluster: etcd 3.4 or newer, one member or several.
//!
//! Calls go to one member and, when it fails, to the next; each has a deadline. A transaction
//! is sent once: only one that was certainly not done is sent to another member.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use etcd_client::{Client, Compare, CompareOp, Error, GetOptions, Txn as EtcdTxn, TxnOp};
use futures_util::future::join_all;
use tokio::sync::{mpsc, watch};
use tracing::warn;

use crate::coord::{Coord, CoordError, Listing, Watch};
use crate::limits::{ETCD_MESSAGE_BYTES_MAX, WATCH_EVENTS_MAX};
use crate::txn::{Entry, LeaseId, Txn, TxnAnswer};

mod address;
mod connect_error;
mod entry;
mod fault;
mod ladder;
mod members;
mod place;
mod read;
mod setting;
mod spelled;
mod version;
mod watcher;

use address::Address;
pub use address::is_address;
pub use connect_error::{EtcdConnectError, EtcdRung};
use fault::Kind;
use ladder::Ladder;
use members::{Member, Members, Repeat};
use spelled::Spelled;
use watcher::Watcher;

/// Where etcd is and who signs in there.
#[derive(Clone)]
pub struct EtcdSettings {
    /// Addresses of members, as `https://host:port`; `host:port` alone means https if `tls` is
    /// given, else http.
    pub endpoints: Vec<String>,
    /// User and password.
    pub user: Option<(String, String)>,
    /// How the members are recognised.
    pub tls: Option<EtcdTls>,
    /// Allows plain text to addresses that are not of this computer.
    pub insecure: bool,
}

/// Certificates in PEM.
#[derive(Clone)]
pub struct EtcdTls {
    /// Who signs the members' certificates; without it the authorities of the public web.
    pub ca_pem: Option<Vec<u8>>,
    /// Our own certificate and its private key, for clusters that demand one.
    pub identity_pem: Option<(Vec<u8>, Vec<u8>)>,
}

/// A connection to etcd. Dropping it ends its watches.
pub struct Etcd {
    members: Arc<Members>,
    user: Option<String>,
    warning: Option<String>,
    /// Dropped with the store.
    open: watch::Sender<()>,
}

impl Etcd {
    /// Connects, signs in and looks at the version. One member that works is enough; what is
    /// wrong with others is logged. Must be called within a runtime.
    pub async fn connect(settings: EtcdSettings) -> Result<Self, EtcdConnectError> {
        let addresses = setting::addresses(&settings)?;
        let ladders: Result<Vec<Ladder<'_>>, _> = addresses
            .iter()
            .map(|address| setting::ladder(&settings, address))
            .collect();
        let ladders = ladders?;
        let climbed = join_all(ladders.iter().map(Ladder::climb)).await;
        let found = ladder::judge(climbed)?;
        let warning = found.oldest.warning();
        if let Some(warning) = &warning {
            warn!("{warning}");
        }
        let members = ladders
            .into_iter()
            .map(|ladder| Member::new(ladder.address.clone(), ladder.signed_in));
        let members = Members::new(members.collect());
        members.prefer(found.first);
        Ok(Self {
            members: Arc::new(members),
            user: settings.user.map(|(user, _)| user),
            warning,
            open: watch::Sender::new(()),
        })
    }

    /// Whether the signed-in user may read and write below `prefix`: the last rung. Nothing is
    /// written.
    pub async fn check_prefix(&self, prefix: &str) -> Result<(), EtcdConnectError> {
        // etcd asks for the rights of both branches, and no version is below 0.
        let never = Compare::version(prefix, CompareOp::Less, 0);
        let some = GetOptions::new().with_prefix().with_limit(1);
        let txn = EtcdTxn::new()
            .when([never])
            .and_then([TxnOp::put(prefix, "", None)])
            .or_else([TxnOp::get(prefix, Some(some))]);
        let asked = self.members.ask(Repeat::Freely, |mut client| {
            let txn = txn.clone();
            async move { client.txn(txn).await }
        });
        let Err(fault) = asked.await else {
            return Ok(());
        };
        let who = match &self.user {
            Some(user) => format!("the user {user}"),
            None => "whoever signs in without a user".to_owned(),
        };
        let sentence = match fault.kind {
            Kind::Refused => format!(
                "{who} may not read and write below {prefix}: give a role of that user the permission (etcdctl role grant-permission ROLE readwrite --prefix {prefix})"
            ),
            _ => format!(
                "the rights of {who} below {prefix} could not be read: {}",
                fault.why
            ),
        };
        Err(EtcdConnectError::new(EtcdRung::Prefix, sentence))
    }

    /// What people should know of the oldest version among the members, as a sentence.
    pub fn version_warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Where the store is, for people.
    pub fn location(&self) -> String {
        let all: Vec<String> = self.members.addresses().map(Address::to_string).collect();
        format!("etcd at {}", all.join(", "))
    }
}

#[async_trait]
impl Coord for Etcd {
    async fn get(&self, keys: &[String]) -> Result<(u64, Vec<Option<Entry>>), CoordError> {
        Ok(read::get(&self.members, keys).await?)
    }

    async fn list(&self, prefix: &str) -> Result<Listing, CoordError> {
        Ok(read::list(&self.members, prefix).await?)
    }

    async fn transact(&self, txn: &Txn) -> Result<TxnAnswer, CoordError> {
        let spelled = Spelled::new(txn)?;
        let sent = self.members.ask(Repeat::OnlyUndone, |client| {
            let request = spelled.request.clone();
            let client = client.kv_client();
            let mut client = client.max_decoding_message_size(ETCD_MESSAGE_BYTES_MAX);
            async move { client.txn(request).await }
        });
        spelled.read(&sent.await?)
    }

    async fn grant_lease(&self, ttl: Duration) -> Result<LeaseId, CoordError> {
        // etcd counts whole seconds.
        let seconds = ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0);
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        // A lease of a lost answer ends by itself.
        let asked = self.members.ask(Repeat::Freely, |mut client| async move {
            client.lease_grant(seconds, None).await
        });
        Ok(asked.await?.id())
    }

    async fn renew_lease(&self, lease: LeaseId) -> Result<Option<Duration>, CoordError> {
        let asked = self
            .members
            .ask(Repeat::Freely, |client| renew(client, lease));
        match asked.await {
            Ok(seconds) => Ok(u64::try_from(seconds).ok().map(Duration::from_secs)),
            Err(fault) if fault.kind == Kind::LeaseGone => Ok(None),
            Err(fault) => Err(fault.into()),
        }
    }

    async fn revoke_lease(&self, lease: LeaseId) -> Result<(), CoordError> {
        let asked = self.members.ask(Repeat::Freely, |mut client| async move {
            client.lease_revoke(lease).await
        });
        match asked.await {
            Ok(_) => Ok(()),
            Err(fault) if fault.kind == Kind::LeaseGone => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }

    fn watch(&self, prefix: &str) -> Watch {
        let (sender, events) = mpsc::channel(WATCH_EVENTS_MAX);
        let watcher = Watcher {
            members: self.members.clone(),
            prefix: prefix.to_owned(),
            events: sender,
            store: self.open.subscribe(),
        };
        // It ends by itself when its reader or the store is dropped.
        tokio::spawn(watcher.run());
        Watch { events }
    }
}

/// What a lease has to live from now, in seconds.
async fn renew(mut client: Client, lease: LeaseId) -> Result<i64, Error> {
    // The client keeps the first answer to itself, and fails when there is no time left in it.
    let (mut keeper, mut answers) = client.lease_keep_alive(lease).await?;
    keeper.keep_alive().await?;
    match answers.message().await? {
        Some(answer) if answer.ttl() > 0 => Ok(answer.ttl()),
        Some(_) => Err(Error::LeaseKeepAliveError("it has ended".to_owned())),
        None => Err(Error::Internal("the renewal was cut".to_owned())),
    }
}
