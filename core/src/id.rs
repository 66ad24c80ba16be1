//! Identifiers: what they are made of, how they are spelled, and how run ids are derived.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id! {
    /// A job, for as long as it exists under any name.
    JobId
}
uuid_id! {
    /// One decision of one agent. It is made before the transaction is first sent and kept over
    /// every resend, so that an answer that was lost can be told from another agent's claim.
    ClaimId
}
uuid_id! {
    /// One edit of a definition, so that its author recognises it when the answer was lost.
    EditId
}
uuid_id! {
    /// One request of a person for a run.
    RequestId
}
uuid_id! {
    /// One order to a node.
    OrderId
}
uuid_id! {
    /// The disk that holds an agent's journal. A journal that was wiped or copied has another one.
    DiskId
}

/// Why a name of a project, a node or a cluster is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the {what} name {text:?} is not allowed: it begins with a lowercase letter or a digit and goes on \
     with lowercase letters, digits, '.', '_' or '-', 63 characters at most"
)]
pub struct NameError {
    /// What was to be named: `project`, `node` or `cluster`.
    pub what: &'static str,
    /// The text that was refused.
    pub text: String,
}

macro_rules! plain_name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
        #[schemars(with = "String")]
        pub struct $name(String);

        impl $name {
            /// Accepts `[a-z0-9][a-z0-9._-]{0,62}` and nothing else.
            pub fn new(text: &str) -> Result<Self, NameError> {
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
                let allowed = text.starts_with(plain)
                    && text.len() <= 63
                    && text.chars().all(|c| plain(c) || matches!(c, '.' | '_' | '-'));
                match allowed {
                    true => Ok(Self(text.to_owned())),
                    false => Err(NameError { what: $what, text: text.to_owned() }),
                }
            }

            /// The name as people write it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(&text).map_err(de::Error::custom)
            }
        }
    };
}

plain_name! {
    /// A line of business: jobs belong to one, nodes serve some.
    ProjectName, "project"
}
plain_name! {
    /// A cluster: its keys carry this name.
    ClusterName, "cluster"
}
plain_name! {
    /// A server, by an id that stays when its host name changes.
    NodeId, "node"
}

/// Which series of occurrences a cursor or run belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `*`: one run of each occurrence, on one node.
    One,
    /// The node's id: a run of each occurrence on this node.
    Node(NodeId),
    /// `m:<request>`: a run that a person asked for.
    Manual(RequestId),
    /// `b:<request>`: one instant of the past that a person asked for.
    Backfill(RequestId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => f.write_str("*"),
            Self::Node(node) => node.fmt(f),
            Self::Manual(request) => write!(f, "m:{request}"),
            Self::Backfill(request) => write!(f, "b:{request}"),
        }
    }
}

/// The text is none of `*`, a node id, `m:<uuid>` or `b:<uuid>`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a scope: it is '*', a node id, 'm:<request>' or 'b:<request>'")]
pub struct ScopeError(String);

impl FromStr for Scope {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ScopeError(text.to_owned());
        match text.split_once(':') {
            None if text == "*" => Ok(Self::One),
            None => NodeId::new(text).map(Self::Node).map_err(|_| refuse()),
            Some(("m", id)) => id.parse().map(Self::Manual).map_err(|_| refuse()),
            Some(("b", id)) => id.parse().map(Self::Backfill).map_err(|_| refuse()),
            Some(_) => Err(refuse()),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// What a run is the run of: a scheduled instant, or a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// A scheduled instant, in whole seconds.
    At(Timestamp),
    /// A request of a person.
    Request(RequestId),
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, "{:020}", at.as_second()),
            Self::Request(request) => request.fmt(f),
        }
    }
}

/// The text is neither 20 digits nor a request's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an instant of 20 digits nor a request's id")]
pub struct MomentError(String);

impl FromStr for Moment {
    type Err = MomentError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || MomentError(text.to_owned());
        if text.len() == 20 {
            let seconds = text.parse().map_err(|_| refuse())?;
            return Timestamp::from_second(seconds)
                .map(Self::At)
                .map_err(|_| refuse());
        }
        text.parse().map(Self::Request).map_err(|_| refuse())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The record of one occurrence or of one request.
///
/// Every agent derives the same id from the same schedule, so every store can upsert it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct RunId(pub [u8; 16]);

impl RunId {
    /// The first 16 bytes of SHA-256 over `run/v1`, job, scope and moment, each ended by a NUL.
    pub fn derive(job: JobId, scope: &Scope, moment: Moment) -> Self {
        let text = format!("run/v1\0{job}\0{scope}\0{moment}\0");
        let digest = Sha256::digest(text.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(bytes)
    }

    /// The first eight digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl OrderId {
    /// The order that ends a run: one key for whoever asks, so that transactions can compare that
    /// nobody does.
    pub fn of_kill(run: RunId) -> Self {
        Self(Uuid::from_bytes(run.0))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a run id: it has 32 hexadecimal digits")]
pub struct RunIdError(String);

impl FromStr for RunId {
    type Err = RunIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || RunIdError(text.to_owned());
        if text.len() != 32 || !text.is_ascii() {
            return Err(refuse());
        }
        let mut bytes = [0; 16];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte =
                u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| refuse())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_depends_on_job_scope_and_moment_and_survives_spelling() {
        let job = JobId(Uuid::from_u128(1));
        let at = Moment::At(Timestamp::from_second(1_700_000_000).expect("in range"));
        let id = RunId::derive(job, &Scope::One, at);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_ne!(
            id,
            RunId::derive(JobId(Uuid::from_u128(2)), &Scope::One, at)
        );
        let node = Scope::Node(NodeId::new("web-1").expect("a plain name"));
        assert_ne!(id, RunId::derive(job, &node, at));
        assert_eq!(at.to_string().parse(), Ok(at));
    }

    #[test]
    fn names_are_plain_and_scopes_never_collide_with_them() {
        assert!(NodeId::new("m:x").is_err());
        assert!(ProjectName::new("").is_err());
        assert!(ProjectName::new("Ops").is_err());
        for text in ["*", "web-1", "m:00000000-0000-0000-0000-000000000001"] {
            assert_eq!(text.parse::<Scope>().expect("a scope").to_string(), text);
        }
    }
}
