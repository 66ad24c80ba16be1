//! One edit of a definition, as a pure function: what is written, under which condition, and what history says.

use jiff::Timestamp;
use serde_json::Value;

use super::diff::{body_changes, diff_lines};
use super::{Address, Definition, FullName, Kind, Version};
use crate::envelope::{Content, Envelope, TooLarge};
use crate::id::{EditId, ProjectName};
use crate::job::{BodyError, Job, PlaceOn};

/// The definition as it is stored now.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// Its envelope; may be a tombstone.
    pub envelope: Envelope,
    /// The store's revision that last changed it.
    pub revision: u64,
}

/// What somebody wants to do with a definition.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent<D = Job> {
    /// Make a new one.
    Create(D),
    /// Put this in its place.
    Edit(D),
    /// Let a job's schedule rest.
    Pause,
    /// Wake a job's schedule.
    Resume,
    /// Remove it; a tombstone stays.
    Delete,
    /// Bring an earlier version back, also of a deleted one.
    Restore(D),
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
    #[error("it is not there: it may have been removed for good; create it anew")]
    NotFound,
    /// It is deleted.
    #[error("it is deleted: restore it first")]
    Deleted,
    /// Its id is taken.
    #[error("it exists already: edit or restore that one")]
    Exists,
    /// A definition never changes its project.
    #[error("it stays in its project, which is {from}: copy it to {to} and delete it here")]
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

/// Plans an edit of the definition at `address`, or `None` when nothing would change.
///
/// `seen` is the generation that the author looked at; without it whatever is there is changed. The plan
/// holds only for the revision of `current`: when the transaction finds another one, read again and plan anew.
pub fn plan_edit<D: Clone + Into<Definition>>(
    address: &Address,
    current: Option<&Current>,
    intent: &Intent<D>,
    seen: Option<u64>,
    author: &Author,
) -> Result<Option<EditPlan>, EditRefused> {
    let state = State::of(address, current, seen, intent)?;
    let body = |wanted: &D| {
        let wanted: Definition = wanted.clone().into();
        Some(wanted.keeping_sealed(state.before.definition()).to_body())
    };
    let (action, body) = match intent {
        Intent::Create(wanted) => ("create", body(wanted)),
        Intent::Edit(wanted) => ("edit", body(wanted)),
        Intent::Restore(wanted) => ("restore", body(wanted)),
        Intent::Pause => ("pause", Some(with_paused(state.live_body()?, true))),
        Intent::Resume => ("resume", Some(with_paused(state.live_body()?, false))),
        Intent::Delete => ("delete", None),
    };
    let after = Side::of(address.kind, body.as_ref());
    state.check_project(&after)?;
    let changes = changes(&state.before, &after);
    if changes.is_empty() {
        return Ok(None);
    }
    let step = Step {
        action,
        after,
        changes,
    };
    state.plan(step, author).map(Some)
}

/// A body with what this version understands of it.
struct Side<'a> {
    body: Option<&'a Value>,
    definition: Option<Result<Definition, BodyError>>,
    name: Option<FullName>,
}

impl<'a> Side<'a> {
    fn of(kind: Kind, body: Option<&'a Value>) -> Self {
        let text = |field: &str| body?.get(field)?.as_str();
        let project = text("project").and_then(|text| ProjectName::new(text).ok());
        let name = text("name").map(|name| FullName {
            kind,
            project: project.filter(|_| kind.is_of_projects()),
            name: name.to_owned(),
        });
        Self {
            body,
            definition: body.and_then(|body| Definition::from_body(kind, body)),
            name: name.filter(|name| name.project.is_some() == kind.is_of_projects()),
        }
    }

    fn definition(&self) -> Option<&Definition> {
        self.definition.as_ref()?.as_ref().ok()
    }

    fn job(&self) -> Option<&Job> {
        self.definition()?.job()
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
    address: &'a Address,
    current: Option<&'a Current>,
    before: Side<'a>,
}

impl<'a> State<'a> {
    fn of<D>(
        address: &'a Address,
        current: Option<&'a Current>,
        seen: Option<u64>,
        intent: &Intent<D>,
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
        let before = Side::of(address.kind, envelope.and_then(Envelope::body));
        match (&before.definition, intent) {
            (Some(Err(error @ BodyError::Newer { .. })), Intent::Edit(_)) => {
                Err(EditRefused::Unreadable(error.clone()))
            }
            _ => Ok(Self {
                address,
                current,
                before,
            }),
        }
    }

    fn live_body(&self) -> Result<&Value, EditRefused> {
        self.before.body.ok_or(EditRefused::Deleted)
    }

    fn check_project(&self, after: &Side) -> Result<(), EditRefused> {
        match (&self.before.name, &after.name) {
            (Some(from), Some(to)) if from.project != to.project => {
                let text = |name: &FullName| {
                    name.project
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default()
                };
                Err(EditRefused::ProjectFixed {
                    from: text(from),
                    to: text(to),
                })
            }
            _ => Ok(()),
        }
    }

    fn plan(&self, step: Step, author: &Author) -> Result<EditPlan, EditRefused> {
        let old = self.current.map(|current| &current.envelope);
        let generation = old.map_or(1, |envelope| envelope.generation.saturating_add(1));
        let (before, after) = (&self.before, &step.after);
        let schedule = self.schedule(generation, after);
        let envelope = Envelope {
            kind: self.address.kind.as_str().to_owned(),
            id: self.address.id.clone(),
            generation,
            edit: author.edit,
            schedule_generation: schedule.map(|schedule| schedule.generation),
            rested: schedule.is_some_and(|schedule| schedule.rested),
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
            title: title.map_or_else(|| envelope.id.clone(), ToString::to_string),
            by: author.by.clone(),
            at: author.at,
            action: step.action.to_owned(),
            changes: step.changes,
            body: after.body.cloned().unwrap_or(Value::Null),
        };
        // What is named by its id has its name for as long as it is stored.
        let renames = before.name != after.name && !self.address.kind.is_named_by_id();
        Ok(EditPlan {
            value: envelope.encode()?,
            envelope,
            expected_revision: self.current.map_or(0, |current| current.revision),
            version,
            claims: after.name.clone().filter(|_| renames),
            releases: before.name.clone().filter(|_| renames),
            cursor: schedule.and_then(|schedule| {
                let start = CursorStart {
                    instant: whole_second(author.at),
                    schedule_generation: schedule.generation,
                };
                cursor(before, after, start)
            }),
        })
    }

    /// Which generation last changed when or where a job runs; nothing of other kinds.
    fn schedule(&self, generation: u64, after: &Side) -> Option<ScheduleStep> {
        if self.address.kind != Kind::Job {
            return None;
        }
        let (old, before) = (self.current.map(|current| &current.envelope), &self.before);
        let keeps_schedule = after.body.is_none() || !changes_when_or_where(before, after);
        let kept = old
            .and_then(|envelope| envelope.schedule_generation)
            .filter(|_| keeps_schedule);
        Some(ScheduleStep {
            generation: kept.unwrap_or(generation),
            rested: match kept {
                Some(_) => old.is_some_and(|envelope| envelope.rested),
                None => before.job().is_some_and(|job| job.paused),
            },
        })
    }
}

/// What an envelope says of a job's schedule.
#[derive(Clone, Copy)]
struct ScheduleStep {
    generation: u64,
    rested: bool,
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
    let is_read = |side: &Side| side.body.is_none() || side.definition().is_some();
    match (before.body, after.body) {
        (Some(_), None) => vec!["deleted".to_owned()],
        (old, new) if !(is_read(before) && is_read(after)) => {
            body_changes(old.unwrap_or(&Value::Null), new.unwrap_or(&Value::Null))
        }
        _ => diff_lines(&Definition::changes(
            before.definition(),
            after.definition(),
        )),
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
