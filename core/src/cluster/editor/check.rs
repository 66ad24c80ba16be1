//! What is to be said of a form before it is saved. Nothing here waits for a store.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::job_view::next_line;
use super::super::jobs::language_of;
use super::super::run_view::stamp;
use super::super::{Picture, StoredJob};
use super::effect::effect;
use super::form::job_of;
use crate::definition::{Change, diff, export};
use crate::id::JobId;
use crate::job::{FieldError, Job, PlaceOn};
use crate::schedule::{Preview, Schedule, SchedulePlan, Timetable, Zone, preview, words};
use crate::view::{BuildAsk, BuiltSchedule, ClockChange, DiffLine, DraftAsk, DraftCheck, JobForm};

/// Occurrences that are shown.
const NEXT_LINES: usize = 10;

impl Picture {
    /// Looks a form through: what is wrong, what it means, and what saving it would change.
    pub fn check_draft(&self, ask: &DraftAsk, now: Timestamp) -> DraftCheck {
        let (form, language) = (&ask.form, language_of(&ask.language));
        let id = ask.job_id.as_ref().and_then(|id| id.parse().ok());
        let stored = id.and_then(|id| self.job(id));
        let read = job_of(form);
        let mut errors = read.as_ref().err().cloned().unwrap_or_default();
        errors.extend(self.name_errors(form, id, stored.as_deref()));
        let job = read.ok().filter(|_| errors.is_empty());
        let zone = Zone::parse(&form.timezone).unwrap_or_default();
        let coming = self.coming(form, now);
        let nodes = self.fits(form, id);
        let next: Vec<_> = coming.lines.into_iter().map(next_line).collect();
        let first = next.first();
        DraftCheck {
            words: Schedule::parse(&form.schedule)
                .ok()
                .map(|schedule| words(&schedule, language)),
            plan: SchedulePlan::read(&form.schedule, &zone, now),
            effect: job.as_ref().map(|job| effect(job, &nodes, first, language)),
            changes: job
                .as_ref()
                .map(|job| changes(stored.as_deref(), job))
                .unwrap_or_default(),
            document: job.as_ref().map(|job| export(std::slice::from_ref(job))),
            generation: stored.map(|stored| stored.generation),
            clock_changes: coming
                .next_changes
                .into_iter()
                .map(|change| ClockChange {
                    at: stamp(change.at),
                    local_before: change.local_before,
                    local_after: change.local_after,
                })
                .collect(),
            errors,
            next,
            nodes,
        }
    }

    /// What only the other jobs can say of a name.
    fn name_errors(
        &self,
        form: &JobForm,
        id: Option<JobId>,
        stored: Option<&StoredJob>,
    ) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let is_same = |job: &&StoredJob| {
            job.name == form.name && job.project.as_str() == form.project && Some(job.id) != id
        };
        if self.jobs().any(|job| is_same(&job)) {
            errors.push(name_taken(form));
        }
        if stored.is_some_and(|stored| stored.project.as_str() != form.project) {
            errors.push(project_fixed());
        }
        errors
    }

    /// The next occurrences, as far as they can be told while other fields are wrong.
    fn coming(&self, form: &JobForm, now: Timestamp) -> Preview {
        let instant = |text: &str| text.trim().parse().ok();
        let timetable = Schedule::parse(&form.schedule)
            .ok()
            .zip(Zone::parse(&form.timezone).ok())
            .map(|(schedule, zone)| Timetable {
                schedule,
                zone,
                dst: form.dst,
                start_at: instant(&form.start_at),
                end_at: instant(&form.end_at),
            });
        match timetable.filter(|timetable| timetable.validate().is_ok()) {
            Some(timetable) => preview(&timetable, now, NEXT_LINES),
            None => Preview {
                lines: Vec::new(),
                next_changes: Vec::new(),
            },
        }
    }
}

/// What a builder's wish comes to. An expression that it gives is one that the engine accepts.
pub fn build_schedule(ask: &BuildAsk) -> BuiltSchedule {
    let zone = Zone::parse(&ask.timezone).unwrap_or_default();
    let refused = |errors| BuiltSchedule {
        expression: None,
        errors,
    };
    let text = match ask.plan.write(&zone) {
        Ok(Some(text)) => text,
        Ok(None) => return refused(Vec::new()),
        Err(errors) => {
            let at = |error: &crate::schedule::PlanError| {
                let path = format!("plan.{}", error.field());
                FieldError::at(&path, error.code(), error)
            };
            return refused(errors.iter().map(at).collect());
        }
    };
    match Schedule::parse(&text) {
        Ok(_) => BuiltSchedule {
            expression: Some(text),
            errors: Vec::new(),
        },
        Err(error) => refused(vec![FieldError::whole(
            "plan",
            error.code(),
            error.to_string(),
        )]),
    }
}

/// What the job differs in from what is stored, or from the defaults when nothing is.
fn changes(stored: Option<&StoredJob>, job: &Job) -> Vec<DiffLine> {
    let old = stored.and_then(|stored| stored.job.as_ref().ok());
    diff(old, Some(job)).into_iter().map(line).collect()
}

fn line(change: Change) -> DiffLine {
    DiffLine {
        path: change.path,
        from: change.from,
        to: change.to,
        detail: change.detail,
    }
}

pub(super) fn name_taken(form: &JobForm) -> FieldError {
    let rest = "is the name of another job of this project: choose another one";
    FieldError::at("name", "name_taken", rest).with("value", &form.name)
}

pub(super) fn project_fixed() -> FieldError {
    let rest = "is another one than the job's, and a job stays in its project: duplicate it there";
    FieldError::at("project", "project_fixed", rest)
}

/// The words in use that a person may want to use again.
pub(super) fn in_use<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let words: BTreeSet<&str> = words.filter(|word| !word.is_empty()).collect();
    words.into_iter().map(str::to_owned).collect()
}

/// The node that alone may run it.
pub(super) fn pinned(job: &Job) -> Option<crate::id::NodeId> {
    match &job.place.on {
        PlaceOn::Node(node) => Some(node.clone()),
        PlaceOn::One | PlaceOn::All => None,
    }
}
