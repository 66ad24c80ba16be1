//! Where a definition is stored, and what people call it.

use std::fmt;

use crate::id::{JobId, ProjectName};

use super::Kind;

/// Where a definition is stored: it stays the same whatever the definition becomes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// Its kind.
    pub kind: Kind,
    /// Its project, where the kind has one.
    pub project: Option<ProjectName>,
    /// Its id: a UUID, or the name of a kind that is named by its id. Without `/`.
    pub id: String,
}

impl Address {
    /// Where a job is stored.
    pub fn of_job(project: &ProjectName, id: JobId) -> Self {
        Self {
            kind: Kind::Job,
            project: Some(project.clone()),
            id: id.to_string(),
        }
    }

    /// The job that is stored here, if one is.
    pub fn job(&self) -> Option<(&ProjectName, JobId)> {
        let id = self.id.parse().ok().filter(|_| self.kind == Kind::Job)?;
        Some((self.project.as_ref()?, id))
    }
}

/// What people call a definition: unique among those of its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FullName {
    /// The kind.
    pub kind: Kind,
    /// The project, where the kind has one.
    pub project: Option<ProjectName>,
    /// The name in it.
    pub name: String,
}

impl FullName {
    /// A job's name.
    pub fn of_job(project: &ProjectName, name: &str) -> Self {
        Self {
            kind: Kind::Job,
            project: Some(project.clone()),
            name: name.to_owned(),
        }
    }
}

impl fmt::Display for FullName {
    /// `project/name`, or the name of what belongs to no project.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.project {
            Some(project) => write!(f, "{project}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
