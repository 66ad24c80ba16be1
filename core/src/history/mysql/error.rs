//! Why a history on MySQL or MariaDB cannot be used, as sentences for people.

use std::fmt;

/// How far the way to the database was good: the rung of the ladder that broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MysqlRung {
    /// The settings themselves.
    Settings,
    /// The host's name has no address.
    Name,
    /// No connection to the port.
    Tcp,
    /// No encryption, or the server is not who it should be.
    Tls,
    /// User or password.
    SignIn,
    /// The database is not there or not for this user.
    Database,
    /// The server is of a version or set up in a way that cannot be used.
    Server,
    /// The tables are not those of this program.
    Schema,
}

impl MysqlRung {
    /// Every rung, in the order in which they are climbed.
    pub const ALL: [Self; 8] = [
        Self::Settings,
        Self::Name,
        Self::Tcp,
        Self::Tls,
        Self::SignIn,
        Self::Database,
        Self::Server,
        Self::Schema,
    ];

    /// One word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Name => "name",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::SignIn => "sign_in",
            Self::Database => "database",
            Self::Server => "server",
            Self::Schema => "schema",
        }
    }
}

/// A broken rung, with one sentence that names the thing, the reason and what to do.
///
/// It never holds the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MysqlConnectError {
    rung: MysqlRung,
    sentence: String,
}

impl MysqlConnectError {
    pub(super) fn new(rung: MysqlRung, sentence: impl Into<String>) -> Self {
        Self {
            rung,
            sentence: sentence.into(),
        }
    }

    /// Where the way broke.
    pub fn rung(&self) -> MysqlRung {
        self.rung
    }

    /// Whether it may work later without anybody changing something here: the settings, the
    /// password and the schema do not mend themselves.
    pub fn may_pass(&self) -> bool {
        matches!(self.rung, MysqlRung::Name | MysqlRung::Tcp)
    }
}

impl fmt::Display for MysqlConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for MysqlConnectError {}
