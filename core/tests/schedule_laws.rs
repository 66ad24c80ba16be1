//! Laws of schedules, against independent ways to compute the same instants.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "schedule_laws/foreign.rs"]
mod foreign;
#[path = "schedule_laws/naive.rs"]
mod naive;
#[path = "schedule_laws/properties.rs"]
mod properties;
#[path = "schedule_laws/random.rs"]
mod random;
#[path = "schedule_laws/scan.rs"]
mod scan;
#[path = "schedule_laws/transitions.rs"]
mod transitions;
