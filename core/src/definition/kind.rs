//! The kinds of things that people define.

use std::fmt;

/// A kind of definition. Those that [`Kind::is_supported`] denies are known by name only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// Whether this version keeps and obeys definitions of this kind.
    pub fn is_supported(self) -> bool {
        super::Definition::KINDS.contains(&self)
    }

    /// Whether each belongs to a project, in which its name is unique.
    pub fn is_of_projects(self) -> bool {
        matches!(self, Self::Job | Self::Script | Self::Rule)
    }

    /// Whether the name is the id: it never changes, and nobody else can have it.
    pub fn is_named_by_id(self) -> bool {
        matches!(self, Self::Node | Self::Setting | Self::Project)
    }

    /// The word that keys of stored definitions begin with: a node's session has `node` already.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Node => "nodedef",
            other => other.as_str(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
