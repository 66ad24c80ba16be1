//! One edit of a definition, as a pure function: what is written, under which condition, and what history says.

use jiff::Timestamp;
use serde_json::Value;

use super::diff::{body_changes, change_lines};
use super::{Kind, Version, diff};
use crate::envelope::{Content, Envelope, TooLarge};
use crate::id::{EditId, JobId, ProjectName};
use crate::job::{BodyError, Job, PlaceOn};

/// The definition as it is stored now.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// Its envelope; may be a tombstone.
    pub envelope: Envelope,
    /// The store's revision that last changed it.
    pub revision: u64,
}

/// What somebody wants to do with a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Make a new one.
    Create(Job),
    /// Put this in its place.
    Edit(Job),
    /// Let its schedule rest.
    Pause,
    /// Wake its schedule.
    Resume,
    /// Remove it; a tombstone stays.
    Delete,
    /// Bring an earlier version back, also of a deleted job.
    Restore(Job),
}

/// Who edits, when, and under which id.
#[derive(Clone, Debug, PartialEq)]
pub struct Author {
    /// The person, as history will name them.
    pub by: String,
    /// The time of the edit by their clock.
    pub at: Timestamp,
    /// Made before the edit is first sent, kept over every resend.
    pub edit: EditId,
}

/// A job's name with its project.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FullName {
    /// The project.
    pub project: ProjectName,
    /// The name in it.
    pub name: String,
}

/// The cursor that the edit's transaction creates if there is none; one that exists stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorStart {
    /// The newest instant that counts as decided, in whole seconds.
    pub instant: Timestamp,
    /// The schedule's generation.
    pub schedule_generation: u64,
}

/// One transaction: whole or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct EditPlan {
    /// The definition after it.
    pub envelope: Envelope,
    /// The envelope's bytes.
    pub value: Vec<u8>,
    /// The definition must still be of this revision; 0: it must not exist.
    pub expected_revision: u64,
    /// What goes to history by way of the pending entry.
    pub version: Version,
    /// The name that it takes: it must be free.
    pub claims: Option<FullName>,
    /// The name that it gives up.
    pub releases: Option<FullName>,
    /// The cursor of the scope `*` that must be there afterwards.
    pub cursor: Option<CursorStart>,
}

/// Why an edit is not made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditRefused {
    /// Somebody else changed it since it was read.
    #[error(
        "somebody else changed it to generation {} while you edited generation {seen}: \
         compare both and save again",
        .current.generation
    )]
    Conflict {
        /// The generation that the edit was made on.
        seen: u64,
        /// What is there now.
        current: Box<Envelope>,
    },
    /// There is none.
    #[error("there is no such job: it may have been removed for good; create it anew")]
    NotFound,
    /// It is deleted.
    #[error("the job is deleted: restore it first")]
    Deleted,
    /// A new job's id is taken.
    #[error("a job with this id exists already: edit or restore that one")]
    Exists,
    /// A job never changes its project.
    #[error(
        "a job stays in its project, and this one is in {from}: copy it to {to} and delete it here"
    )]
    ProjectFixed {
        /// Where it is.
        from: String,
        /// Where it was to go.
        to: String,
    },
    /// What is stored has fields that an edit by this version would lose.
    #[error("{0}")]
    Unreadable(BodyError),
    /// The envelope with its unknown fields is too large.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// Plans an edit of the job `id`, or `None` when nothing would change.
///
/// `seen` is the generation that the author looked at; without it whatever is there is changed. The plan
/// holds only for the revision of `current`: when the transaction finds another one, read again and plan anew.
pub fn plan_edit(
    id: JobId,
    current: Option<&Current>,
    intent: &Intent,
    seen: Option<u64>,
    author: &Author,
) -> Result<Option<EditPlan>, EditRefused> {
    let state = State::of(current, seen, intent)?;
    let (action, body) = match intent {
        Intent::Create(job) => ("create", Some(job.to_body())),
        Intent::Edit(job) => ("edit", Some(job.to_body())),
        Intent::Restore(job) => ("restore", Some(job.to_body())),
        Intent::Pause => ("pause", Some(with_paused(state.live_body()?, true))),
        Intent::Resume => ("resume", Some(with_paused(state.live_body()?, false))),
        Intent::Delete => ("delete", None),
    };
    let after = Side::of(body.as_ref());
    state.check_project(&after)?;
    let changes = changes(&state.before, &after);
    if changes.is_empty() {
        return Ok(None);
    }
    state
        .plan(
            id,
            Step {
                action,
                after,
                changes,
            },
            author,
        )
        .map(Some)
}

/// A body with what this version understands of it.
struct Side<'a> {
    body: Option<&'a Value>,
    job: Option<Result<Job, BodyError>>,
    name: Option<FullName>,
}

impl<'a> Side<'a> {
    fn of(body: Option<&'a Value>) -> Self {
        let text = |field: &str| body?.get(field)?.as_str();
        let project = text("project").and_then(|text| ProjectName::new(text).ok());
        let name = project.zip(text("name")).map(|(project, name)| FullName {
            project,
            name: name.to_owned(),
        });
        Self {
            body,
            job: body.map(Job::from_body),
            name,
        }
    }

    fn job(&self) -> Option<&Job> {
        self.job.as_ref()?.as_ref().ok()
    }
}

/// What an edit does, once it is known to do something.
struct Step<'a> {
    action: &'static str,
    after: Side<'a>,
    changes: Vec<String>,
}

/// The stored definition, known to be one that the intent may change.
struct State<'a> {
    current: Option<&'a Current>,
    before: Side<'a>,
}

impl<'a> State<'a> {
    fn of(
        current: Option<&'a Current>,
        seen: Option<u64>,
        intent: &Intent,
    ) -> Result<Self, EditRefused> {
        let envelope = current.map(|current| &current.envelope);
        match (intent, envelope) {
            (Intent::Create(_), Some(_)) => return Err(EditRefused::Exists),
            (Intent::Create(_), None) => {}
            (_, None) => return Err(EditRefused::NotFound),
            (_, Some(envelope)) => {
                if let Some(seen) = seen.filter(|seen| *seen != envelope.generation) {
                    return Err(EditRefused::Conflict {
                        seen,
                        current: Box::new(envelope.clone()),
                    });
                }
                if envelope.content == Content::Deleted && !matches!(intent, Intent::Restore(_)) {
                    return Err(EditRefused::Deleted);
                }
            }
        }
        let before = Side::of(envelope.and_then(Envelope::body));
        match (&before.job, intent) {
            (Some(Err(error @ BodyError::Newer { .. })), Intent::Edit(_)) => {
                Err(EditRefused::Unreadable(error.clone()))
            }
            _ => Ok(Self { current, before }),
        }
    }

    fn live_body(&self) -> Result<&Value, EditRefused> {
        self.before.body.ok_or(EditRefused::Deleted)
    }

    fn check_project(&self, after: &Side) -> Result<(), EditRefused> {
        match (&self.before.name, &after.name) {
            (Some(from), Some(to)) if from.project != to.project => {
                Err(EditRefused::ProjectFixed {
                    from: from.project.to_string(),
                    to: to.project.to_string(),
                })
            }
            _ => Ok(()),
        }
    }

    fn plan(&self, id: JobId, step: Step, author: &Author) -> Result<EditPlan, EditRefused> {
        let old = self.current.map(|current| &current.envelope);
        let generation = old.map_or(1, |envelope| envelope.generation.saturating_add(1));
        let (before, after) = (&self.before, &step.after);
        let keeps_schedule = after.body.is_none() || !changes_when_or_where(before, after);
        let kept = old
            .and_then(|envelope| envelope.schedule_generation)
            .filter(|_| keeps_schedule);
        let schedule_generation = kept.unwrap_or(generation);
        let rested = match kept {
            Some(_) => old.is_some_and(|envelope| envelope.rested),
            None => before.job().is_some_and(|job| job.paused),
        };
        let envelope = Envelope {
            kind: Kind::Job.as_str().to_owned(),
            id: id.to_string(),
            generation,
            edit: author.edit,
            schedule_generation: Some(schedule_generation),
            rested,
            content: after
                .body
                .map_or(Content::Deleted, |body| Content::Body(body.clone())),
            // A signature is of one generation; nobody signs yet.
            key_id: None,
            signature: None,
            extra: old
                .map(|envelope| envelope.extra.clone())
                .unwrap_or_default(),
        };
        let title = after.name.as_ref().or(before.name.as_ref());
        let version = Version {
            kind: envelope.kind.clone(),
            id: envelope.id.clone(),
            generation,
            edit: author.edit,
            title: title.map_or_else(
                || envelope.id.clone(),
                |full| format!("{}/{}", full.project, full.name),
            ),
            by: author.by.clone(),
            at: author.at,
            action: step.action.to_owned(),
            changes: step.changes,
            body: after.body.cloned().unwrap_or(Value::Null),
        };
        let renames = before.name != after.name;
        Ok(EditPlan {
            value: envelope.encode()?,
            envelope,
            expected_revision: self.current.map_or(0, |current| current.revision),
            version,
            claims: after.name.clone().filter(|_| renames),
            releases: before.name.clone().filter(|_| renames),
            cursor: cursor(
                before,
                after,
                CursorStart {
                    instant: whole_second(author.at),
                    schedule_generation,
                },
            ),
        })
    }
}

/// Nodes make their own cursors; that of the scope `*` comes with the job or with its move from "all".
fn cursor(before: &Side, after: &Side, start: CursorStart) -> Option<CursorStart> {
    let place = |side: &Side| side.job().map(|job| job.place.clone());
    let is_one = after.job().is_some_and(|job| job.place.on != PlaceOn::All);
    (is_one && place(before) != place(after)).then_some(start)
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Whether cursors must be re-based. What cannot be read counts as changed, except that a pause changes nothing else.
fn changes_when_or_where(before: &Side, after: &Side) -> bool {
    match (before.job(), after.job()) {
        (Some(old), Some(new)) => {
            old.timetable() != new.timetable() || old.paused != new.paused || old.place != new.place
        }
        _ => true,
    }
}

fn changes(before: &Side, after: &Side) -> Vec<String> {
    let job = |side: &Side| side.body.is_none() || side.job().is_some();
    match (before.body, after.body) {
        (Some(_), None) => vec!["deleted".to_owned()],
        (old, new) if !(job(before) && job(after)) => {
            body_changes(old.unwrap_or(&Value::Null), new.unwrap_or(&Value::Null))
        }
        _ => change_lines(&diff(before.job(), after.job())),
    }
}

/// The body with its schedule resting or awake; fields that this version does not know stay.
fn with_paused(body: &Value, paused: bool) -> Value {
    let mut body = body.clone();
    if let Some(fields) = body.as_object_mut() {
        match paused {
            true => fields.insert("paused".to_owned(), Value::Bool(true)),
            false => fields.remove("paused"),
        };
    }
    body
}
