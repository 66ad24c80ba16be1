//! Why etcd could not be connected, and on which rung of the ladder that was found out.

/// The rungs on the way to a usable etcd, in the order they are climbed. Whatever is below the
/// one that failed is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EtcdRung {
    /// What was set: addresses, certificates, and whether plain text is allowed.
    Settings,
    /// The name resolves to an address.
    Name,
    /// The port answers.
    Tcp,
    /// Both sides accept each other's certificates.
    Tls,
    /// It is etcd, and it takes the user and password.
    SignIn,
    /// Its version is one that works.
    Version,
    /// The user may read and write below the prefix.
    Prefix,
}

/// Etcd could not be connected. The message is a sentence that names the address, the reason and
/// what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct EtcdConnectError {
    rung: EtcdRung,
    sentence: String,
}

impl EtcdConnectError {
    pub(super) fn new(rung: EtcdRung, sentence: String) -> Self {
        Self { rung, sentence }
    }

    /// Where it failed.
    pub fn rung(&self) -> EtcdRung {
        self.rung
    }
}
