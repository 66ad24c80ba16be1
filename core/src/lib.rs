//! The rules that agents and control centers obey, and the stores they share.
//!
//! Without the feature `io` this crate is pure: time, randomness and everything read or
//! written are arguments. Imports go down only, in the order of the declarations below.

pub mod id;
pub mod limits;

pub mod schedule;

pub mod envelope;
pub mod policy;
pub mod secret;

pub mod definition;
pub mod job;
pub mod node;
pub mod output;
pub mod run;

pub mod call;

pub mod placement;

pub mod dispatch;

pub mod explain;

pub mod fuzzy;
pub mod job_query;

pub mod ledger;

pub mod spread;

pub mod crontab;

pub mod enroll;

pub mod run_query;

pub mod view;

pub mod txn;

pub mod keyspace;

#[cfg(feature = "io")]
pub mod clock;
#[cfg(feature = "io")]
pub mod config;
#[cfg(feature = "io")]
pub mod identity;
#[cfg(feature = "io")]
pub mod sealing;
#[cfg(feature = "io")]
pub mod sqlite_file;
#[cfg(feature = "io")]
pub mod whole_file;

#[cfg(feature = "io")]
pub mod preferences;
#[cfg(feature = "io")]
pub mod profile;

#[cfg(feature = "io")]
pub mod coord;
#[cfg(feature = "io")]
pub mod history;

#[cfg(feature = "io")]
pub mod cluster;
