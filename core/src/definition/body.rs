//! What is defined: one type for each kind, and the one list of those that this version obeys.
//!
//! A new kind is a file with its type, which implements [`Body`], a line in the list below and one
//! in `schema`. Edits, versions, differences, files, restore and deletion follow from that.

use serde_json::Value;

use super::diff::compare;
use super::{Calendar, Change, FullName, Kind, NodeDefinition};
use crate::job::{BodyError, FieldError, Job};
use crate::secret::keep;

/// What a kind's definitions are made of. A value is valid: only [`Body::read`] makes one.
pub trait Body: Sized {
    /// The kind.
    const KIND: Kind;
    /// The fields in the order in which differences name them.
    const FIELDS: &'static [&'static str];
    /// The fields in the order in which files have them.
    const FILE_FIELDS: &'static [&'static str] = Self::FIELDS;

    /// Reads what people wrote, or says all that is wrong with it.
    fn read(fields: &Value) -> Result<Self, Vec<FieldError>>;

    /// What is stored, and read again by [`Body::read`]: only what differs from the defaults.
    fn to_body(&self) -> Value;

    /// What people call it.
    fn full_name(&self) -> FullName;

    /// Every field with its meaning as a text, by which differences are told; fields without a
    /// value have no row.
    fn rows(&self) -> Vec<(String, String)>;

    /// The rows that are told of a definition that appears or goes.
    fn set_rows(&self) -> Vec<(String, String)> {
        self.rows()
    }

    /// Reads a stored body.
    fn from_body(body: &Value) -> Result<Self, BodyError> {
        Self::read(body).map_err(BodyError::of)
    }
}

macro_rules! definitions {
    ($($(#[$doc:meta])* $kind:ident($body:ty),)*) => {
        /// A definition of any kind that this version obeys.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Definition {
            $($(#[$doc])* $kind(Box<$body>),)*
        }

        impl Definition {
            /// The kinds that this version keeps and obeys.
            pub const KINDS: &'static [Kind] = &[$(<$body as Body>::KIND,)*];

            /// Reads what people wrote; `None` when the kind is not obeyed.
            pub fn read(kind: Kind, fields: &Value) -> Option<Result<Self, Vec<FieldError>>> {
                match kind {
                    $(Kind::$kind => Some(<$body as Body>::read(fields).map(Self::from)),)*
                    _ => None,
                }
            }

            /// The kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => <$body as Body>::KIND,)*
                }
            }

            /// What is stored.
            pub fn to_body(&self) -> Value {
                match self {
                    $(Self::$kind(body) => Body::to_body(&**body),)*
                }
            }

            /// What people call it.
            pub fn full_name(&self) -> FullName {
                match self {
                    $(Self::$kind(body) => Body::full_name(&**body),)*
                }
            }

            /// The fields of a kind in the order in which files have them.
            pub(super) fn file_fields(&self) -> &'static [&'static str] {
                match self {
                    $(Self::$kind(_) => <$body as Body>::FILE_FIELDS,)*
                }
            }

            /// What changed between two definitions of one kind; empty when both mean the same.
            pub fn changes(old: Option<&Self>, new: Option<&Self>) -> Vec<Change> {
                match old.or(new) {
                    $(Some(Self::$kind(_)) => {
                        let body = |side: Option<&Self>| match side {
                            Some(Self::$kind(body)) => Some((**body).clone()),
                            _ => None,
                        };
                        compare(body(old).as_ref(), body(new).as_ref())
                    })*
                    None => Vec::new(),
                }
            }
        }

        $(impl From<$body> for Definition {
            fn from(body: $body) -> Self {
                Self::$kind(Box::new(body))
            }
        })*
    };
}

definitions! {
    /// What to run, when and where.
    Job(Job),
    /// A set of days.
    Calendar(Calendar),
    /// What people note about a server.
    Node(NodeDefinition),
}

impl Definition {
    /// Reads a stored body; `None` when the kind is not obeyed.
    pub fn from_body(kind: Kind, body: &Value) -> Option<Result<Self, BodyError>> {
        Self::read(kind, body).map(|read| read.map_err(BodyError::of))
    }

    /// The same, where what is sealed is only named.
    pub fn without_sealed(&self) -> Self {
        match self {
            Self::Job(job) => Self::Job(Box::new(job.without_sealed())),
            other => other.clone(),
        }
    }

    /// The same, where what is only named is what it was before.
    pub fn keeping_sealed(mut self, before: Option<&Self>) -> Self {
        if let (Self::Job(job), Some(Self::Job(before))) = (&mut self, before) {
            keep(&mut job.secrets, &before.secrets);
        }
        self
    }

    /// The definitions that it cannot do without.
    pub fn uses(&self) -> Vec<FullName> {
        let calendars = self.job().map(|job| job.calendars.names());
        let named = calendars.into_iter().flatten();
        let full = |name: &str| FullName {
            kind: Kind::Calendar,
            project: None,
            name: name.to_owned(),
        };
        named.map(full).collect()
    }

    /// The job that it is, if it is one.
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::Job(job) => Some(job),
            _ => None,
        }
    }
}

impl Body for Job {
    const KIND: Kind = Kind::Job;
    const FIELDS: &'static [&'static str] = &super::diff::ORDER;
    const FILE_FIELDS: &'static [&'static str] = &super::export::ORDER;

    fn read(fields: &Value) -> Result<Self, Vec<FieldError>> {
        Self::read(fields)
    }

    fn to_body(&self) -> Value {
        Self::to_body(self)
    }

    fn full_name(&self) -> FullName {
        FullName::of_job(&self.project, &self.name)
    }

    fn rows(&self) -> Vec<(String, String)> {
        super::diff::rows(self)
    }

    fn set_rows(&self) -> Vec<(String, String)> {
        super::diff::set_rows(self)
    }
}
