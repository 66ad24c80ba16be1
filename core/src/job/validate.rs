//! From a draft to a job: every rule about fields, all errors at once.

mod amounts;
mod calendars;
mod http;
mod parameters;
mod place;
mod program;
mod secrets;
mod user;

use std::time::Duration;

use jiff::Timestamp;

use super::draft::{HttpDraft, JobDraft, ShellDraft};
use super::error::{FieldError, quoted};
use super::{About, Action, Job};
use crate::id::ProjectName;
use crate::limits::{
    BODY_BYTES_MAX, DURATION_MAX, JITTER_MAX, JOB_NAME_CHARS_MAX, LABEL_CHARS_MAX, NOTE_CHARS_MAX,
    START_DEADLINE_DEFAULT, START_DEADLINE_MIN, STOP_GRACE_DEFAULT, STOP_GRACE_MAX, TAGS_MAX,
};
use crate::schedule::{Schedule, ScheduleError, Timetable, Zone};

impl JobDraft {
    /// Checks every field and makes the job, or says all that is wrong.
    ///
    /// Tags come out sorted, each once; texts are otherwise kept as written.
    pub fn validate(self) -> Result<Job, Vec<FieldError>> {
        let mut check = Check::default();
        check.size(&self);
        let project = check.project(&self.project);
        check.name(&self.name);
        let timetable = check.timetable(&self);
        check.program_alone(&self);
        let action = check.action(self.shell, self.http);
        let secrets = check.variables(&self.env, &self.secrets);
        check.cwd(self.cwd.as_deref());
        check.run_as(self.run_as.as_deref());
        let umask = check.umask(self.umask.as_deref());
        let is_manual = timetable.as_ref();
        let is_manual = is_manual.is_none_or(|timetable| timetable.schedule.is_manual());
        let parameters = check.parameters(self.parameters, is_manual);
        let place = check.place(&self.place);
        let calendars = check.calendars(self.calendars);
        let jitter = check.duration("jitter", self.jitter.as_deref(), Duration::ZERO, JITTER_MAX);
        let timeout = check.timeout(self.timeout.as_deref());
        let stop_grace = check.duration(
            "stop_grace",
            self.stop_grace.as_deref(),
            Duration::ZERO,
            STOP_GRACE_MAX,
        );
        let start_deadline = self.start_deadline.as_deref();
        let start_deadline = check.duration(
            "start_deadline",
            start_deadline,
            START_DEADLINE_MIN,
            DURATION_MAX,
        );
        let retries = check.retries(&self.retries);
        let output = check.output(&self.output);
        let about = check.about(self.note, self.owner, self.tags, self.starred);
        let (Some(project), Some(timetable), Some(action), true) =
            (project, timetable, action, check.errors.is_empty())
        else {
            return Err(check.errors);
        };
        Ok(Job {
            project,
            name: self.name,
            action,
            env: self.env,
            secrets,
            cwd: self.cwd,
            run_as: self.run_as,
            umask,
            parameters,
            schedule: timetable.schedule,
            timezone: timetable.zone,
            start_at: timetable.start_at,
            end_at: timetable.end_at,
            jitter: jitter.unwrap_or_default(),
            dst: self.dst,
            calendars,
            paused: self.paused,
            place,
            timeout,
            stop_grace: stop_grace.unwrap_or(STOP_GRACE_DEFAULT),
            retries,
            overlap: self.overlap,
            start_deadline: start_deadline.unwrap_or(START_DEADLINE_DEFAULT),
            misfire: self.misfire,
            delivery: self.delivery,
            output,
            about,
        })
    }
}

/// Collects errors; where a field is wrong its default goes on.
#[derive(Default)]
pub(crate) struct Check {
    pub errors: Vec<FieldError>,
}

impl Check {
    pub(crate) fn refuse(&mut self, path: &str, code: &str, rest: impl std::fmt::Display) {
        self.errors.push(FieldError::at(path, code, rest));
    }

    /// `None` when an error was found.
    fn action(&mut self, shell: ShellDraft, http: Option<HttpDraft>) -> Option<Action> {
        match http {
            None => self.shell(shell).map(Action::Shell),
            Some(http) if shell == ShellDraft::default() => self.http(http).map(Action::Http),
            Some(_) => {
                let rest = "is given beside `shell`, and a job does one thing: remove one of them";
                self.refuse("http", "both", rest);
                None
            }
        }
    }

    fn size(&mut self, draft: &JobDraft) {
        let bytes = serde_json::to_vec(draft).map_or(usize::MAX, |text| text.len());
        if bytes > BODY_BYTES_MAX {
            let sentence = format!(
                "the job takes {bytes} bytes, and {BODY_BYTES_MAX} are allowed: put the script into a file on the \
                 node and call that"
            );
            self.errors
                .push(FieldError::whole("", "too_large", sentence).with("max", BODY_BYTES_MAX));
        }
    }

    pub(crate) fn project(&mut self, text: &str) -> Option<ProjectName> {
        let project = ProjectName::new(text).ok();
        if project.is_none() {
            let rest = format_args!(
                "is {}, and projects have plain names: write lowercase letters, digits, '.', '_' and '-', 63 at most, \
                 a letter or digit first",
                quoted(text)
            );
            self.refuse("project", "project_name", rest);
        }
        project
    }

    pub(crate) fn name(&mut self, name: &str) {
        let count = name.chars().count();
        if name.is_empty() {
            self.refuse(
                "name",
                "empty",
                "is empty, and people need it to find the job: write one",
            );
        } else if count > JOB_NAME_CHARS_MAX {
            let rest = format_args!(
                "has {count} characters, and {JOB_NAME_CHARS_MAX} are allowed: shorten it"
            );
            self.refuse("name", "too_long", rest);
        } else if let Some(bad) = name.chars().find(|c| *c == '/' || is_control(*c)) {
            let rest =
                format_args!("contains {bad:?}, which names may not: use '-' or a blank instead");
            self.refuse("name", "name_character", rest);
        } else if name.trim() != name {
            self.refuse(
                "name",
                "name_blank",
                "begins or ends with a blank, which nobody sees: remove it",
            );
        }
    }

    /// `None` when an error was found.
    fn timetable(&mut self, draft: &JobDraft) -> Option<Timetable> {
        let schedule = Schedule::parse(&draft.schedule)
            .map_err(|error| self.schedule("schedule", &error))
            .ok();
        let zone = draft
            .timezone
            .as_deref()
            .map_or(Ok(Zone::default()), Zone::parse)
            .map_err(|error| {
                let refused = FieldError::at(
                    "timezone",
                    error.code(),
                    format_args!("cannot be used: {error}"),
                );
                self.errors.push(
                    error
                        .params()
                        .into_iter()
                        .fold(refused, |all, (name, value)| all.with(name, value)),
                );
            });
        let start_at = self.instant("start_at", draft.start_at.as_deref());
        let end_at = self.instant("end_at", draft.end_at.as_deref());
        let timetable = Timetable {
            schedule: schedule?,
            zone: zone.ok()?,
            dst: draft.dst,
            start_at: start_at?,
            end_at: end_at?,
        };
        let Err(error) = timetable.validate() else {
            return Some(timetable);
        };
        let path = if matches!(error, ScheduleError::WindowEmpty { .. }) {
            "end_at"
        } else {
            "schedule"
        };
        self.schedule(path, &error);
        None
    }

    fn schedule(&mut self, path: &str, error: &ScheduleError) {
        let refused = FieldError::at(path, error.code(), format_args!("cannot be used: {error}"));
        self.errors.push(
            error
                .params()
                .into_iter()
                .fold(refused, |all, (name, value)| all.with(name, value)),
        );
    }

    /// The outer `None` stands for an error.
    fn instant(&mut self, path: &str, text: Option<&str>) -> Option<Option<Timestamp>> {
        let Some(text) = text else { return Some(None) };
        match text.trim().parse() {
            Ok(at) => Some(Some(at)),
            Err(_) => {
                let rest = format_args!(
                    "is {}, and an instant with its offset is expected: write it like \"2026-12-01T02:30:00+08:00\"",
                    quoted(text)
                );
                self.refuse(path, "instant", rest);
                None
            }
        }
    }

    fn nul(&mut self, path: &str) {
        self.refuse(
            path,
            "nul",
            "contains a NUL character, which no program can be given: remove it",
        );
    }

    fn about(
        &mut self,
        note: String,
        owner: String,
        mut tags: Vec<String>,
        starred: bool,
    ) -> About {
        self.note(&note);
        if !owner.is_empty() {
            self.label("owner", &owner);
        }
        for (index, tag) in tags.iter().enumerate() {
            self.label(&format!("tags[{index}]"), tag);
        }
        if tags.len() > TAGS_MAX {
            let rest = format_args!(
                "has {} tags, and {TAGS_MAX} are allowed: keep those you search by",
                tags.len()
            );
            self.refuse("tags", "too_many", rest);
        }
        tags.sort_unstable();
        tags.dedup();
        About {
            note,
            owner,
            tags,
            starred,
        }
    }

    pub(crate) fn note(&mut self, note: &str) {
        let count = note.chars().count();
        if count > NOTE_CHARS_MAX {
            let rest = format_args!(
                "has {count} characters, and {NOTE_CHARS_MAX} are allowed: keep the point and link to the rest"
            );
            self.refuse("note", "too_long", rest);
        }
        if has_nul(note) {
            self.nul("note");
        }
    }

    fn label(&mut self, path: &str, text: &str) {
        if text.trim() != text || text.is_empty() || text.chars().any(is_control) {
            let rest = format_args!(
                "is {}: write a word or a few, without blanks around them or control characters",
                quoted(text)
            );
            self.refuse(path, "label", rest);
        } else if text.chars().count() > LABEL_CHARS_MAX {
            let rest = format_args!(
                "has {} characters, and {LABEL_CHARS_MAX} are allowed: shorten it",
                text.chars().count()
            );
            self.refuse(path, "too_long", rest);
        }
    }
}

/// Control characters, and those that turn the direction of what follows them on a screen.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn has_nul(text: &str) -> bool {
    text.contains('\0')
}
