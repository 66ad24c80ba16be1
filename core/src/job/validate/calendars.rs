//! Rules about the calendars of a job. Whether there are such is for the stores to say.

use super::Check;
use crate::job::JobCalendars;
use crate::job::draft::CalendarsDraft;
use crate::limits::JOB_CALENDARS_MAX;

impl Check {
    /// Each once, as written.
    pub(super) fn calendars(&mut self, draft: CalendarsDraft) -> JobCalendars {
        JobCalendars {
            exclude: self.calendar_names("calendars.exclude", draft.exclude),
            only: self.calendar_names("calendars.only", draft.only),
        }
    }

    fn calendar_names(&mut self, path: &str, names: Vec<String>) -> Vec<String> {
        if names.len() > JOB_CALENDARS_MAX {
            let rest = format_args!(
                "has {} calendars, and {JOB_CALENDARS_MAX} are allowed: put their days into one",
                names.len()
            );
            self.refuse(path, "too_many", rest);
        }
        let mut kept: Vec<String> = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            if name.is_empty() {
                let rest = "is empty: write the name of a calendar";
                self.refuse(&format!("{path}[{index}]"), "empty", rest);
            }
            if !kept.contains(&name) {
                kept.push(name);
            }
        }
        kept
    }
}
