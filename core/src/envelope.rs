//! The envelope around every stored definition: what it is, which generation, and who edited it.
//!
//! Nothing here looks into the body. The caller names the key when one cannot be read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::EditId;
use crate::limits::DEFINITION_BYTES_MAX;

/// The version of envelopes that this program writes, and the highest that it reads.
pub const ENVELOPE_VERSION: u32 = 1;

/// A stored definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// `job`, `script` …; may be a word that this version does not know.
    pub kind: String,
    /// The definition's id.
    pub id: String,
    /// From 1, one more with every edit, deletion and restore.
    pub generation: u64,
    /// The edit that wrote it, so that its author knows it again when the answer was lost.
    pub edit: EditId,
    /// Jobs: the generation that last changed when or where it runs.
    pub schedule_generation: Option<u64>,
    /// Jobs: whether the schedule rested under the generation before `schedule_generation`, so that
    /// the instants which passed meanwhile are recorded as paused and not as edited.
    pub rested: bool,
    /// What is defined.
    pub content: Content,
    /// The key that signed it.
    pub key_id: Option<String>,
    /// The signature.
    pub signature: Option<String>,
    /// Fields of a newer version: they survive a rewrite.
    pub extra: Map<String, Value>,
}

/// What an envelope holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The definition.
    Body(Value),
    /// Nothing any more: a tombstone, so that generations go on when it is restored.
    Deleted,
}

/// The envelope as it is spelled.
#[derive(Serialize, Deserialize)]
struct Spelled {
    v: u32,
    kind: String,
    id: String,
    #[serde(rename = "gen")]
    generation: u64,
    edit: EditId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sgen: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    rested: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sig: Option<String>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// A definition is larger than the store takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the definition takes {bytes} bytes with its envelope, and {DEFINITION_BYTES_MAX} are allowed: shorten it"
)]
pub struct TooLarge {
    /// Its size.
    pub bytes: usize,
}

/// Why a stored value is not read as an envelope. Completes "could not read the definition at <key>: ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A version of Belfry after this one wrote it.
    #[error(
        "it has the form {v} of a newer version of Belfry, and this one reads {ENVELOPE_VERSION}: update this program"
    )]
    Newer {
        /// The form's number.
        v: u64,
    },
    /// Not JSON, or not of this shape.
    #[error("it is not an envelope of Belfry's ({0}): restore the definition or remove the key")]
    Malformed(String),
    /// It has both a body and a mark of deletion, or neither.
    #[error(
        "it is neither a definition nor a deleted one: restore the definition or remove the key"
    )]
    Ambiguous,
}

impl Envelope {
    /// The bytes to store.
    pub fn encode(&self) -> Result<Vec<u8>, TooLarge> {
        let (body, deleted) = match &self.content {
            Content::Body(body) => (Some(body.clone()), false),
            Content::Deleted => (None, true),
        };
        let spelled = Spelled {
            v: ENVELOPE_VERSION,
            kind: self.kind.clone(),
            id: self.id.clone(),
            generation: self.generation,
            edit: self.edit,
            sgen: self.schedule_generation,
            rested: self.rested,
            body,
            deleted,
            key_id: self.key_id.clone(),
            sig: self.signature.clone(),
            extra: self.extra.clone(),
        };
        let bytes =
            serde_json::to_vec(&spelled).expect("texts, numbers and tables have a JSON form");
        match bytes.len() <= DEFINITION_BYTES_MAX {
            true => Ok(bytes),
            false => Err(TooLarge { bytes: bytes.len() }),
        }
    }

    /// Reads stored bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let malformed = |error: serde_json::Error| DecodeError::Malformed(error.to_string());
        let value: Value = serde_json::from_slice(bytes).map_err(malformed)?;
        // The form is judged first: a newer one may have another shape.
        if let Some(v) = value
            .get("v")
            .and_then(Value::as_u64)
            .filter(|v| *v > u64::from(ENVELOPE_VERSION))
        {
            return Err(DecodeError::Newer { v });
        }
        let spelled: Spelled = serde_json::from_value(value).map_err(malformed)?;
        if spelled.generation == 0 || spelled.v == 0 {
            return Err(DecodeError::Malformed(
                "generations and forms count from 1".to_owned(),
            ));
        }
        let content = match (spelled.body, spelled.deleted) {
            (Some(body), false) => Content::Body(body),
            (None, true) => Content::Deleted,
            _ => return Err(DecodeError::Ambiguous),
        };
        Ok(Self {
            kind: spelled.kind,
            id: spelled.id,
            generation: spelled.generation,
            edit: spelled.edit,
            schedule_generation: spelled.sgen,
            rested: spelled.rested,
            content,
            key_id: spelled.key_id,
            signature: spelled.sig,
            extra: spelled.extra,
        })
    }

    /// The body; `None` of a tombstone.
    pub fn body(&self) -> Option<&Value> {
        match &self.content {
            Content::Body(body) => Some(body),
            Content::Deleted => None,
        }
    }
}
