//! Schedules against committed tables: clock changes, errors, previews, words.

#[path = "schedule_tables/dst.rs"]
mod dst;
#[path = "schedule_tables/errors.rs"]
mod errors;
#[path = "schedule_tables/words.rs"]
mod words;
