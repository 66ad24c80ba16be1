//! What people write: files, envelopes, edits and differences, from outside.

#[path = "definitions/edits.rs"]
mod edits;
#[path = "definitions/files.rs"]
mod files;
#[path = "definitions/hostile.rs"]
mod hostile;
#[path = "definitions/round_trip.rs"]
mod round_trip;
