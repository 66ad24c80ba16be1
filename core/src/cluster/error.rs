//! Why a use-case did not do what was asked, for people and for the window.

use std::collections::BTreeMap;

use crate::coord::CoordError;
use crate::definition::{EditRefused, FileErrors, Kind};
use crate::history::HistoryError;
use crate::id::{NodeId, RunId};
use crate::identity::IdentityFileError;
use crate::job::{FieldError, ParameterError};
use crate::run::RunState;
use crate::sealing::SealError;
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
    /// No definition of this kind has this name or id.
    #[error(
        "there is no {kind} {name:?}: `belfryctl definitions list {kind}` shows those that exist"
    )]
    NoSuchDefinition {
        /// The kind.
        kind: Kind,
        /// What was asked for.
        name: String,
    },
    /// A definition uses what is not there.
    #[error(
        "could not save {name}: it uses the {kind} {used:?}, which is not there: make that first, or put it into the same file"
    )]
    UsesNothing {
        /// The definition.
        name: String,
        /// The kind of what is not there.
        kind: Kind,
        /// What is not there.
        used: String,
    },
    /// A definition is used by others.
    #[error("could not delete {name}: it is used by {}; change those first", .users.join(", "))]
    InUse {
        /// The definition.
        name: String,
        /// `project/name` of each that uses it.
        users: Vec<String>,
    },
    /// Several projects have a job or another definition of this name.
    #[error("{name:?} is a name in several projects: write one of {}", .candidates.join(", "))]
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
    /// A text cannot be a secret. It is not repeated.
    #[error("could not set the secret {secret} of {name:?}: {error}")]
    Seal {
        /// The job.
        name: String,
        /// The variable.
        secret: String,
        /// Why not.
        error: SealError,
    },
    /// The identity of this computer cannot be used.
    #[error("could not seal secrets: {0}")]
    Identity(IdentityFileError),
    /// The cluster is older than identities.
    #[error("the cluster has no identity for its agents yet: run `belfryctl cluster migrate`")]
    NoIdentity,
    /// No node has this id.
    #[error("there is no node {node}: `belfryctl nodes list` shows those that are known")]
    NoSuchNode {
        /// What was asked for.
        node: NodeId,
    },
    /// The node is not there to be asked.
    #[error(
        "node {node} is not there: start its agent, or say it on its host with `belfry-agent drain`"
    )]
    NodeIsGone {
        /// The node.
        node: NodeId,
    },
    /// The node lives, so it is not removed.
    #[error(
        "node {node} is there: drain it and stop its agent for good, and wait 15 s, before you remove it"
    )]
    NodeIsThere {
        /// The node.
        node: NodeId,
    },
    /// The run holds nothing that could be released.
    #[error("run {run} is {} and holds up nothing: only a lost run can be released", .state.as_str())]
    NotHeld {
        /// The run.
        run: RunId,
        /// How it stands.
        state: RunState,
    },
    /// The owner of a lost run is there, and tells by itself what became of it.
    #[error("run {run} is not released: node {node} is back or the run changed; look at it again")]
    OwnerIsBack {
        /// The run.
        run: RunId,
        /// Its owner.
        node: NodeId,
    },
    /// A log could not be written to a file.
    #[error("could not write the log to {path}: choose another place")]
    Saving {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Fields of a job are refused.
    #[error("{}", sentences(.0))]
    Fields(Vec<FieldError>),
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
            Self::Coord {
                source: CoordError::NotPermitted(_),
                ..
            } => ErrorCode::NotPermitted,
            Self::Coord { .. } | Self::History { .. } | Self::Unsettled { .. } => {
                ErrorCode::Unreachable
            }
            Self::NoSuchJob { .. }
            | Self::NoSuchDefinition { .. }
            | Self::NoSuchRun { .. }
            | Self::NoSuchVersion { .. }
            | Self::NotRunning { .. }
            | Self::NoSuchNode { .. }
            | Self::Refused {
                source: EditRefused::NotFound | EditRefused::Deleted,
                ..
            } => ErrorCode::NotFound,
            Self::Refused {
                source: EditRefused::Conflict { .. },
                ..
            }
            | Self::OwnerIsBack { .. }
            | Self::ApplyRaced { .. } => ErrorCode::Conflict,
            Self::AmbiguousJob { .. }
            | Self::UsesNothing { .. }
            | Self::InUse { .. }
            | Self::AmbiguousRun { .. }
            | Self::Refused { .. }
            | Self::NameTaken { .. }
            | Self::Broken { .. }
            | Self::Parameters { .. }
            | Self::Seal { .. }
            | Self::Identity(_)
            | Self::NoIdentity
            | Self::NodeIsGone { .. }
            | Self::NodeIsThere { .. }
            | Self::NotHeld { .. }
            | Self::File(_)
            | Self::ApplyTooLarge { .. }
            | Self::Saving { .. }
            | Self::Fields(_)
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

    /// The error as the window shows it: sentences of `because` and of `wrong`, a field's error, are
    /// translated; `reason` stands in for those that have none.
    pub fn to_command_error(&self) -> CommandError {
        let mut params = match self {
            Self::Fields(errors) => errors.first().map_or_else(BTreeMap::new, |first| {
                let mut params = first.params.clone();
                params.insert("wrong".to_owned(), first.code.clone());
                params
            }),
            _ => BTreeMap::new(),
        };
        let mut add = |name: &str, value: String| params.insert(name.to_owned(), value);
        if let Some(because) = self.because() {
            add("because", because.to_owned());
        }
        for (name, value) in self.named() {
            add(name, value);
        }
        if self.code() != ErrorCode::NotFound {
            add("reason", self.sentence());
        }
        CommandError {
            code: self.code(),
            params,
            detail: self.sentence(),
        }
    }

    /// What the sentences are filled with.
    fn named(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoSuchJob { name }
            | Self::NameTaken { name }
            | Self::Unsettled { name, .. }
            | Self::Broken { name, .. }
            | Self::ApplyRaced { name } => vec![("name", name.clone())],
            Self::AmbiguousJob { name, .. } => vec![("name", name.clone())],
            Self::AmbiguousRun { text, .. } => vec![("name", text.clone())],
            Self::ApplyTooLarge { count, most } => {
                vec![("count", count.to_string()), ("most", most.to_string())]
            }
            Self::Refused {
                name,
                source: EditRefused::Conflict { seen, current },
            } => vec![
                ("name", name.clone()),
                ("seen", seen.to_string()),
                ("current", current.generation.to_string()),
            ],
            Self::Refused { name, .. } => vec![("name", name.clone())],
            Self::Parameters { name, error } => {
                let mut named = vec![("name", name.clone()), ("field", error.name().to_owned())];
                if let ParameterError::Value { value, .. } = error {
                    named.push(("value", value.clone()));
                }
                named
            }
            Self::UsesNothing { name, used, .. } => {
                vec![("name", name.clone()), ("used", used.clone())]
            }
            Self::InUse { name, users } => {
                vec![("name", name.clone()), ("users", users.join(", "))]
            }
            Self::NoSuchNode { node }
            | Self::NodeIsGone { node }
            | Self::NodeIsThere { node }
            | Self::OwnerIsBack { node, .. } => vec![("name", node.to_string())],
            Self::Saving { path, .. } => vec![("field", path.clone())],
            Self::Invalid { field, .. } => vec![("field", field.clone())],
            _ => Vec::new(),
        }
    }

    /// Which sentence of the window says it, if one does.
    fn because(&self) -> Option<&'static str> {
        Some(match self {
            Self::AmbiguousJob { .. } => "ambiguous_job",
            Self::AmbiguousRun { .. } => "ambiguous_run",
            Self::NameTaken { .. } => "name_taken",
            Self::UsesNothing { .. } => "uses_nothing",
            Self::InUse { .. } => "in_use",
            Self::Unsettled { .. } => "unsettled",
            Self::Broken { .. } => "broken",
            Self::File(_) => "file",
            Self::ApplyRaced { .. } => "apply_raced",
            Self::ApplyTooLarge { .. } => "apply_too_large",
            Self::NotRunning { .. } => "not_running",
            Self::NoSuchVersion { .. } => "no_version",
            Self::Parameters { error, .. } => match error {
                ParameterError::Unknown { .. } => "parameter_unknown",
                ParameterError::Missing { .. } => "parameter_missing",
                ParameterError::Value { .. } => "parameter_value",
            },
            Self::NoSuchNode { .. } => "no_node",
            Self::NodeIsGone { .. } => "node_gone",
            Self::NodeIsThere { .. } => "node_there",
            Self::NotHeld { .. } => "not_held",
            Self::OwnerIsBack { .. } => "owner_back",
            Self::Saving { .. } => "saving",
            Self::Refused { source, .. } => match source {
                EditRefused::Deleted => "deleted",
                EditRefused::Exists => "exists",
                EditRefused::ProjectFixed { .. } => "project_fixed",
                EditRefused::Unreadable(_) => "unreadable",
                EditRefused::TooLarge(_) => "too_large",
                EditRefused::Conflict { .. } | EditRefused::NotFound => return None,
            },
            Self::Invalid { field, .. } => match field.as_str() {
                "file" => "file_access",
                "project" => "project",
                "text" => "filter",
                "instant" => "instant",
                _ => return None,
            },
            Self::Coord { .. }
            | Self::History { .. }
            | Self::NoSuchJob { .. }
            | Self::NoSuchDefinition { .. }
            | Self::NoSuchRun { .. }
            | Self::Seal { .. }
            | Self::Identity(_)
            | Self::NoIdentity
            | Self::Fields(_) => return None,
        })
    }
}

fn sentences(errors: &[FieldError]) -> String {
    let all: Vec<&str> = errors.iter().map(|error| error.sentence.as_str()).collect();
    all.join("; ")
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
