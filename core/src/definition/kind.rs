//! The kinds of things that people define.

use std::fmt;

/// A kind of definition. This version keeps and executes jobs; the others are known by name only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What to run, when and where.
    Job,
    /// A preset script.
    Script,
    /// A set of days.
    Calendar,
    /// A way to tell people.
    Channel,
    /// When to tell whom.
    Rule,
    /// Somebody to tell.
    Person,
    /// What people note about a server.
    Node,
    /// A value for the whole cluster.
    Setting,
    /// A line of business.
    Project,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Job,
        Self::Script,
        Self::Calendar,
        Self::Channel,
        Self::Rule,
        Self::Person,
        Self::Node,
        Self::Setting,
        Self::Project,
    ];

    /// The word used in files, keys and versions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Job => "job",
            Self::Script => "script",
            Self::Calendar => "calendar",
            Self::Channel => "channel",
            Self::Rule => "rule",
            Self::Person => "person",
            Self::Node => "node",
            Self::Setting => "setting",
            Self::Project => "project",
        }
    }

    /// Reads the word that [`Kind::as_str`] writes.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether this version keeps definitions of this kind.
    pub fn is_supported(self) -> bool {
        self == Self::Job
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
