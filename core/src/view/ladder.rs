//! The way to a cluster's stores, rung by rung: what is in order, what is not, and what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

views! {
    /// The rungs in the order in which they are climbed. Both stores are tried, so one may be
    /// in order while the other is not.
    struct Ladder {
        /// Each rung once.
        pub steps: Vec<Step>,
    }

    /// A rung and how it holds.
    struct Step {
        /// Which.
        pub rung: Rung,
        /// How it holds.
        pub state: StepState,
        /// What is wrong, why, and what to do; else what was found. May be empty.
        pub hint: String,
    }

    /// How a rung holds.
    #[derive(Copy, Eq)]
    enum StepState {
        /// In order.
        Good,
        /// In order, with a warning.
        Warned,
        /// Not in order.
        Failed,
        /// A lower rung failed.
        Unknown,
    }

    /// What has to be in order.
    #[derive(Copy, Eq)]
    enum Rung {
        /// What the file says, and the files that it names.
        Settings,
        /// The names of etcd's members have addresses.
        EtcdName,
        /// They take connections.
        EtcdTcp,
        /// Both sides accept each other's certificates.
        EtcdTls,
        /// The user is let in.
        EtcdSignIn,
        /// The version is one that works.
        EtcdVersion,
        /// The keys may be read and written.
        Prefix,
        /// The cluster is there, and takes this version.
        Facts,
        /// The name of the database's host has an address.
        HistoryName,
        /// It takes connections.
        HistoryTcp,
        /// Both sides accept each other's certificates.
        HistoryTls,
        /// The user is let in.
        HistorySignIn,
        /// The database is there, on a server that works.
        HistoryDatabase,
        /// Its tables are those of this version.
        Schema,
        /// This clock agrees with those of the nodes.
        Clock,
    }

    /// What kind of trouble a failed rung is.
    #[derive(Copy, Eq)]
    enum Trouble {
        /// A store cannot be reached; it may pass by itself.
        Unreachable,
        /// Somebody must be given a right.
        NotPermitted,
        /// Something must be set right.
        Configuration,
    }
}

impl Rung {
    /// Every rung, in order.
    pub const ALL: [Self; 15] = [
        Self::Settings,
        Self::EtcdName,
        Self::EtcdTcp,
        Self::EtcdTls,
        Self::EtcdSignIn,
        Self::EtcdVersion,
        Self::Prefix,
        Self::Facts,
        Self::HistoryName,
        Self::HistoryTcp,
        Self::HistoryTls,
        Self::HistorySignIn,
        Self::HistoryDatabase,
        Self::Schema,
        Self::Clock,
    ];

    /// Whether it is one of the database's.
    pub fn is_history(self) -> bool {
        matches!(
            self,
            Self::HistoryName
                | Self::HistoryTcp
                | Self::HistoryTls
                | Self::HistorySignIn
                | Self::HistoryDatabase
                | Self::Schema
        )
    }

    /// A few words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::EtcdName => "etcd: name",
            Self::EtcdTcp => "etcd: connection",
            Self::EtcdTls => "etcd: TLS",
            Self::EtcdSignIn => "etcd: sign-in",
            Self::EtcdVersion => "etcd: version",
            Self::Prefix => "etcd: keys",
            Self::Facts => "cluster",
            Self::HistoryName => "database: name",
            Self::HistoryTcp => "database: connection",
            Self::HistoryTls => "database: TLS",
            Self::HistorySignIn => "database: sign-in",
            Self::HistoryDatabase => "database",
            Self::Schema => "tables",
            Self::Clock => "clock",
        }
    }

    /// What kind of trouble it is when this rung fails.
    pub fn trouble(self) -> Trouble {
        match self {
            Self::EtcdName | Self::EtcdTcp | Self::HistoryName | Self::HistoryTcp => {
                Trouble::Unreachable
            }
            Self::EtcdSignIn | Self::Prefix | Self::HistorySignIn => Trouble::NotPermitted,
            Self::Settings
            | Self::EtcdTls
            | Self::EtcdVersion
            | Self::Facts
            | Self::HistoryTls
            | Self::HistoryDatabase
            | Self::Schema
            | Self::Clock => Trouble::Configuration,
        }
    }
}

impl Trouble {
    /// What a program exits with.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Unreachable => 69,
            Self::NotPermitted => 77,
            Self::Configuration => 78,
        }
    }
}

impl StepState {
    /// One character for a terminal.
    pub fn sign(self) -> char {
        match self {
            Self::Good => '✓',
            Self::Warned => '!',
            Self::Failed => '✗',
            Self::Unknown => '·',
        }
    }
}

impl Ladder {
    /// The lowest rung that failed.
    pub fn failed(&self) -> Option<&Step> {
        self.steps
            .iter()
            .find(|step| step.state == StepState::Failed)
    }
}

impl fmt::Display for Step {
    /// A line for a terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.state.sign(), self.rung.words())?;
        match self.hint.as_str() {
            "" => Ok(()),
            hint => write!(f, ": {hint}"),
        }
    }
}
