//! A job as the stores hold it: the JSON of its draft, inside an envelope.

use serde_json::Value;

use super::{FieldError, Job, JobDraft};

/// Why a stored job cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BodyError {
    /// It uses what this version does not know or execute.
    #[error(
        "this definition was written by a newer version of Belfry: it uses {}, which this one does not execute; \
         update this program",
        names(.fields)
    )]
    Newer {
        /// The fields or words that are not known, by path.
        fields: Vec<String>,
    },
    /// It was never valid, or a rule or the time zone database changed.
    #[error("the stored definition cannot be used: {}; save it again", sentences(.0))]
    Invalid(Vec<FieldError>),
}

impl BodyError {
    /// The same, field by field, as user interfaces translate it.
    pub fn errors(&self) -> Vec<FieldError> {
        let newer = |path: &String| {
            let rest = "is of a newer version of Belfry: update this program";
            FieldError::at(path, "newer", rest)
        };
        match self {
            Self::Newer { fields } => fields.iter().map(newer).collect(),
            Self::Invalid(errors) => errors.clone(),
        }
    }
}

impl Job {
    /// Reads a stored body.
    pub fn from_body(body: &Value) -> Result<Self, BodyError> {
        Self::read(body).map_err(BodyError::of)
    }

    /// The body to be stored.
    pub fn to_body(&self) -> Value {
        serde_json::to_value(JobDraft::from(self))
            .expect("texts, numbers and tables have a JSON form")
    }
}

impl BodyError {
    /// What these mistakes mean in a stored body: what nobody knows comes from a newer version.
    pub(crate) fn of(errors: Vec<FieldError>) -> Self {
        let is_newer = |error: &&FieldError| {
            matches!(
                error.code.as_str(),
                "unknown_field" | "not_supported" | "choice"
            )
        };
        let fields: Vec<String> = errors
            .iter()
            .filter(is_newer)
            .map(|error| error.path.clone())
            .collect();
        if fields.is_empty() {
            Self::Invalid(errors)
        } else {
            Self::Newer { fields }
        }
    }
}

fn names(fields: &[String]) -> String {
    let shown: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    shown.join(", ")
}

fn sentences(errors: &[FieldError]) -> String {
    let all: Vec<&str> = errors.iter().map(|error| error.sentence.as_str()).collect();
    all.join("; ")
}
