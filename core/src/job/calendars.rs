//! The calendars by which a job leaves days out, or runs on certain days only.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Job;
use crate::schedule::Days;

/// The calendars of a job, by their names. Without any it runs on every day of its schedule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobCalendars {
    /// It does not run on a day of any of these.
    pub exclude: Vec<String>,
    /// Where there are some, it runs only on days of any of these.
    pub only: Vec<String>,
}

impl JobCalendars {
    /// Whether no day is left out.
    pub fn is_empty(&self) -> bool {
        self.exclude.is_empty() && self.only.is_empty()
    }

    /// The names of all of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.exclude.iter().chain(&self.only).map(String::as_str)
    }

    /// The first that is not among those that are known.
    pub fn missing(&self, known: &BTreeMap<String, Arc<Days>>) -> Option<&str> {
        self.names().find(|name| !known.contains_key(*name))
    }

    /// Whether a day is left out; `None` while one of the calendars is not known.
    pub fn excludes(&self, date: Date, known: &BTreeMap<String, Arc<Days>>) -> Option<bool> {
        if self.missing(known).is_some() {
            return None;
        }
        let is_in = |name: &String| known.get(name).is_some_and(|days| days.contains(date));
        let is_outside = !self.only.is_empty() && !self.only.iter().any(is_in);
        Some(is_outside || self.exclude.iter().any(is_in))
    }
}

impl Job {
    /// Whether the day of an instant, in the job's zone, is left out; `None` while one of its
    /// calendars is not known. Such an instant is an occurrence that is skipped.
    pub fn is_excluded(&self, at: Timestamp, known: &BTreeMap<String, Arc<Days>>) -> Option<bool> {
        if self.calendars.is_empty() {
            return Some(false);
        }
        self.calendars.excludes(self.timezone.date_at(at), known)
    }
}
