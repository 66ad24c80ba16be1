//! What an error of the client means: whether the thing was done, and whether another member
//! may do it.

use std::error::Error;
use std::io;

use etcd_client::Error as ClientError;
use tonic::{Code, Status};

use crate::coord::CoordError;

/// Why etcd did not do what was asked.
#[derive(Debug)]
pub(super) struct Fault {
    pub kind: Kind,
    pub why: String,
    /// The connection works: a member of etcd gave this answer.
    pub is_answer: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It was not done, and another member or a later moment may do it.
    NotDone,
    /// It was not done because the sign-in is too old.
    SignInOld,
    /// Nobody knows whether it was done.
    Unknown,
    /// It was not done, and never will be.
    Refused,
    /// The revision asked for is gone.
    Compacted,
    /// The answer is larger than what is taken.
    TooLarge,
    /// The lease asked for is gone.
    LeaseGone,
}

impl Fault {
    pub fn new(kind: Kind, why: impl Into<String>) -> Self {
        Self {
            kind,
            why: why.into(),
            is_answer: false,
        }
    }

    /// Puts where it happened before it.
    pub fn at(mut self, place: &impl std::fmt::Display) -> Self {
        self.why = format!("{place}: {}", self.why);
        self
    }
}

impl From<Fault> for CoordError {
    fn from(fault: Fault) -> Self {
        match fault.kind {
            Kind::Refused | Kind::LeaseGone => Self::Refused(fault.why),
            _ => Self::Unavailable(fault.why),
        }
    }
}

impl From<ClientError> for Fault {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::GRpcStatus(status) => by_status(&status),
            // The client says so when the answer to a renewal has no time left.
            ClientError::LeaseKeepAliveError(_) => answer(Kind::LeaseGone, "the lease has ended"),
            ClientError::InvalidArgs(why) => Self::new(Kind::Refused, why),
            other => Self::new(Kind::Unknown, other.to_string()),
        }
    }
}

fn answer(kind: Kind, why: impl Into<String>) -> Fault {
    Fault {
        kind,
        why: why.into(),
        is_answer: true,
    }
}

/// What etcd says and what it means. Its codes alone do not tell these apart.
const SAID: [(&str, Kind, &str); 12] = [
    (
        "invalid auth token",
        Kind::SignInOld,
        "the sign-in has ended",
    ),
    (
        "revision of auth store is old",
        Kind::SignInOld,
        "the sign-in is older than etcd's users and roles",
    ),
    (
        "revision in header is old",
        Kind::SignInOld,
        "the sign-in is older than etcd's users and roles",
    ),
    (
        "invalid user ID or password",
        Kind::NotDone,
        "etcd refuses the user or the password",
    ),
    (
        "user name is empty",
        Kind::NotDone,
        "etcd wants a user and a password",
    ),
    (
        "no leader",
        Kind::NotDone,
        "etcd has no leader: more than half of its members must be running",
    ),
    ("too many requests", Kind::NotDone, "etcd is overloaded"),
    (
        // It may have been done nevertheless, as the last thing that still fitted.
        "database space exceeded",
        Kind::Unknown,
        "etcd has used up its quota: compact and defragment it, then disarm its alarm",
    ),
    (
        "required revision has been compacted",
        Kind::Compacted,
        "etcd has dropped this revision",
    ),
    ("lease not found", Kind::LeaseGone, "the lease has ended"),
    (
        "request is too large",
        Kind::Refused,
        "the request is larger than etcd takes",
    ),
    (
        "received message larger than max",
        Kind::Refused,
        "the request is larger than etcd takes",
    ),
];

fn by_status(status: &Status) -> Fault {
    let message = status.message();
    if let Some((_, kind, why)) = SAID.iter().find(|(said, ..)| message.contains(said)) {
        return answer(*kind, *why);
    }
    let is_etcds = message.starts_with("etcdserver:");
    let kind = match status.code() {
        Code::Unauthenticated => Kind::SignInOld,
        Code::PermissionDenied => {
            return answer(Kind::Refused, "the user's roles in etcd do not permit this");
        }
        Code::InvalidArgument => Kind::Refused,
        // Our own limit on messages; etcd's uses of this code are all named above.
        Code::OutOfRange => Kind::TooLarge,
        _ if was_never_sent(status) => Kind::NotDone,
        _ => Kind::Unknown,
    };
    Fault {
        kind,
        why: told(status),
        is_answer: is_etcds,
    }
}

/// The innermost reason, which says most.
pub(super) fn told(status: &Status) -> String {
    let message = status.message();
    if let Some(said) = message.strip_prefix("etcdserver: ") {
        return said.to_owned();
    }
    let innermost = chain(status).last().map(ToString::to_string);
    match innermost {
        Some(reason) if !reason.is_empty() => reason,
        _ => message.to_owned(),
    }
}

/// Whether the member's port was closed: then nothing was ever sent to it.
fn was_never_sent(status: &Status) -> bool {
    chain(status)
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// What lies below a status, the innermost last. An error of IO hides what it was made from.
pub(super) fn chain(status: &Status) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = status.source();
    std::iter::from_fn(move || {
        let error = next?;
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|inner| inner as &(dyn Error + 'static));
        next = inner.or_else(|| error.source());
        Some(error)
    })
}
