//! Schedules against committed tables: clock changes, errors, previews, words.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "schedule_tables/dst.rs"]
mod dst;
#[path = "schedule_tables/errors.rs"]
mod errors;
#[path = "schedule_tables/words.rs"]
mod words;
