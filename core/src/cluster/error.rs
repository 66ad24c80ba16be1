//! Why a use-case did not do what was asked, for people and for the window.

use std::collections::BTreeMap;

use crate::coord::CoordError;
use crate::definition::{EditRefused, FileErrors};
use crate::history::HistoryError;
use crate::id::RunId;
use crate::job::ParameterError;
use crate::view::{CommandError, ErrorCode};

/// Why a use-case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The store of the present failed.
    #[error("could not {doing}")]
    Coord {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: CoordError,
    },
    /// The store of the past failed.
    #[error("could not {doing}")]
    History {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        source: HistoryError,
    },
    /// No job has this name or id.
    #[error("there is no job {name:?}: `belfryctl jobs list` shows those that exist")]
    NoSuchJob {
        /// What was asked for.
        name: String,
    },
    /// Several projects have a job of this name.
    #[error("{name:?} is the name of several jobs: write one of {}", .candidates.join(", "))]
    AmbiguousJob {
        /// What was asked for.
        name: String,
        /// `project/name` of each.
        candidates: Vec<String>,
    },
    /// No run has this id.
    #[error("there is no run {text:?}: `belfryctl runs list` shows those of the last 24 hours")]
    NoSuchRun {
        /// What was asked for.
        text: String,
    },
    /// Several runs' ids begin so.
    #[error("the ids of several runs begin with {text:?}: write one of {}", .candidates.join(", "))]
    AmbiguousRun {
        /// What was asked for.
        text: String,
        /// The full ids.
        candidates: Vec<String>,
    },
    /// The job has no such generation.
    #[error(
        "{name} has no version {generation}: `belfryctl jobs versions` shows those that are kept"
    )]
    NoSuchVersion {
        /// The job.
        name: String,
        /// What was asked for.
        generation: u64,
    },
    /// An edit is refused.
    #[error("could not change {name}")]
    Refused {
        /// The job.
        name: String,
        /// Why.
        source: EditRefused,
    },
    /// Another job has the name.
    #[error("{name} exists already: choose another name, or edit that job")]
    NameTaken {
        /// `project/name`.
        name: String,
    },
    /// The store did not say whether the edit was made.
    #[error("it is not yet known whether {name} was changed: look at it again in a moment")]
    Unsettled {
        /// The job or jobs.
        name: String,
        /// Why the store did not say.
        source: CoordError,
    },
    /// The stored definition cannot be used by this version.
    #[error("{name} cannot be used: {why}")]
    Broken {
        /// The job.
        name: String,
        /// Why.
        why: String,
    },
    /// A file is refused.
    #[error("the file cannot be applied, and nothing of it was")]
    File(#[source] FileErrors),
    /// Somebody changed jobs while a file was applied.
    #[error(
        "somebody else changed {name} meanwhile, and nothing of the file was applied: apply it again"
    )]
    ApplyRaced {
        /// A job that changed.
        name: String,
    },
    /// The store does not take all changes of a file at once.
    #[error(
        "the file changes {count} jobs, and the cluster's store takes about {most} of them in one transaction, so nothing was applied: \
         split the file and apply the parts one after the other"
    )]
    ApplyTooLarge {
        /// Jobs that would change.
        count: usize,
        /// How many of them fit.
        most: usize,
    },
    /// The run is over, so nothing can be asked of it.
    #[error("run {run} has ended already: `belfryctl runs show {run}` says how")]
    NotRunning {
        /// The run.
        run: RunId,
    },
    /// What was given for a job's parameters does not fit.
    #[error("could not ask for a run of {name:?}: {error}")]
    Parameters {
        /// The job.
        name: String,
        /// Which, and why.
        error: ParameterError,
    },
    /// A log could not be written to a file.
    #[error("could not write the log to {path}: choose another place")]
    Saving {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// What was typed cannot be read.
    #[error("{sentence}")]
    Invalid {
        /// The field.
        field: String,
        /// What is wrong, why, and what to do.
        sentence: String,
    },
}

impl ClusterError {
    /// What the window acts on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Coord { .. } | Self::History { .. } | Self::Unsettled { .. } => {
                ErrorCode::Unreachable
            }
            Self::NoSuchJob { .. }
            | Self::NoSuchRun { .. }
            | Self::NoSuchVersion { .. }
            | Self::NotRunning { .. }
            | Self::Refused {
                source: EditRefused::NotFound | EditRefused::Deleted,
                ..
            } => ErrorCode::NotFound,
            Self::Refused {
                source: EditRefused::Conflict { .. },
                ..
            }
            | Self::ApplyRaced { .. } => ErrorCode::Conflict,
            Self::AmbiguousJob { .. }
            | Self::AmbiguousRun { .. }
            | Self::Refused { .. }
            | Self::NameTaken { .. }
            | Self::Broken { .. }
            | Self::Parameters { .. }
            | Self::File(_)
            | Self::ApplyTooLarge { .. }
            | Self::Saving { .. }
            | Self::Invalid { .. } => ErrorCode::Invalid,
        }
    }

    /// The error with all its causes, as one sentence.
    pub fn sentence(&self) -> String {
        let mut sentence = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            sentence.push_str(": ");
            sentence.push_str(&error.to_string());
            cause = error.source();
        }
        sentence
    }

    /// The error as the window shows it.
    pub fn to_command_error(&self) -> CommandError {
        let pairs: Vec<(&str, String)> = match self {
            Self::NoSuchJob { name } | Self::NameTaken { name } | Self::Unsettled { name, .. } => {
                vec![("name", name.clone())]
            }
            Self::Refused {
                name,
                source: EditRefused::Conflict { seen, current },
            } => vec![
                ("name", name.clone()),
                ("seen", seen.to_string()),
                ("current", current.generation.to_string()),
            ],
            Self::Refused { name, .. } => vec![("name", name.clone()), ("reason", self.sentence())],
            Self::Saving { path, .. } => {
                vec![("field", path.clone()), ("reason", self.sentence())]
            }
            Self::Invalid { field, sentence } => {
                vec![("field", field.clone()), ("reason", sentence.clone())]
            }
            _ => vec![("reason", self.sentence())],
        };
        let params: BTreeMap<String, String> = pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        CommandError {
            code: self.code(),
            params,
            detail: self.sentence(),
        }
    }
}

/// Names what was being done when a store failed.
pub(super) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, ClusterError>;
}

impl<T> Doing<T> for Result<T, CoordError> {
    fn doing(self, doing: &'static str) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Coord { doing, source })
    }
}

impl<T> Doing<T> for Result<T, HistoryError> {
    fn doing(self, doing: &'static str) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::History { doing, source })
    }
}
