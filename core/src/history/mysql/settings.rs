//! Where the database is, and how safely it is spoken to.

use std::fmt;

/// How to reach the history of a cluster.
#[derive(Clone)]
pub struct MysqlSettings {
    /// `mysql://user:password@host[:3306]/database`, parts percent-encoded; `?socket=/path` for a
    /// Unix socket. It holds the password: neither errors nor logs show it.
    pub url: String,
    /// Authorities to trust besides the public ones, in PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// Allows plain text to a host that is not this one.
    pub insecure: bool,
    /// Connections held at most: 1 for an agent, a few for a desktop.
    pub connections_max: u32,
}

impl fmt::Debug for MysqlSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlSettings")
            .field("ca_pem", &self.ca_pem.is_some())
            .field("insecure", &self.insecure)
            .field("connections_max", &self.connections_max)
            .finish_non_exhaustive()
    }
}
