//! Edits, one after the other, and what they write.

use std::fmt::Write;

use belfry_core::definition::{
    Address, Author, Current, Definition, EditPlan, EditRefused, Existing, FullName, Intent, diff,
    plan_apply, plan_edit,
};
use belfry_core::envelope::{Content, DecodeError, Envelope};
use belfry_core::id::{EditId, JobId};
use belfry_core::job::{BodyError, Job, JobDraft, PlaceDraft, ShellDraft};
use expect_test::{Expect, expect};
use serde_json::json;
use uuid::Uuid;

const ID: JobId = JobId(Uuid::from_u128(1));

fn draft() -> JobDraft {
    JobDraft {
        project: "ops".to_owned(),
        name: "backup".to_owned(),
        schedule: "@hourly".to_owned(),
        shell: ShellDraft {
            script: Some("one\ntwo\nthree\n".to_owned()),
            ..ShellDraft::default()
        },
        ..JobDraft::default()
    }
}

fn address() -> Address {
    Address::of_job(&"ops".parse().expect("a plain name"), ID)
}

/// The usual job with a change.
fn job(change: impl FnOnce(&mut JobDraft)) -> Job {
    let mut draft = draft();
    change(&mut draft);
    draft.validate().expect("a good draft")
}

fn author() -> Author {
    let at = "2026-01-01T00:00:00.5Z".parse().expect("an instant");
    Author {
        by: "ann".to_owned(),
        at,
        edit: EditId(Uuid::from_u128(7)),
    }
}

fn edit(current: Option<&Current>, intent: &Intent) -> Result<Option<EditPlan>, EditRefused> {
    plan_edit(&address(), current, intent, None, &author())
}

fn after(plan: EditPlan) -> Current {
    let envelope = Envelope::decode(&plan.value).expect("what was encoded");
    assert_eq!(envelope, plan.envelope);
    Current {
        revision: plan.expected_revision + 10,
        envelope,
    }
}

fn created(job: Job) -> Current {
    after(
        edit(None, &Intent::Create(job))
            .expect("allowed")
            .expect("a change"),
    )
}

/// Makes each edit on the result of the one before and compares what was written.
fn check(intents: &[Intent], expected: Expect) {
    let mut current: Option<Current> = None;
    let mut report = String::new();
    for intent in intents {
        let line = match edit(current.as_ref(), intent) {
            Err(refused) => format!("refused: {refused}"),
            Ok(None) => "nothing to do".to_owned(),
            Ok(Some(plan)) => {
                let line = described(&plan);
                current = Some(after(plan));
                line
            }
        };
        writeln!(report, "{line}").expect("a string takes everything");
    }
    expected.assert_eq(&report);
}

fn described(plan: &EditPlan) -> String {
    let name = |name: &Option<FullName>| {
        name.as_ref()
            .map_or("-".to_owned(), |full| full.name.clone())
    };
    format!(
        "{} gen {} sgen {} if {} claims {} releases {} cursor {}\n  {}",
        plan.version.action,
        plan.envelope.generation,
        plan.envelope.schedule_generation.unwrap_or_default(),
        plan.expected_revision,
        name(&plan.claims),
        name(&plan.releases),
        plan.cursor.map_or("-".to_owned(), |cursor| format!(
            "{}/{}",
            cursor.instant, cursor.schedule_generation
        )),
        plan.version.changes.join("\n  ")
    )
}

/// What people do to one job, one after the other.
fn a_jobs_life() -> Vec<Intent> {
    vec![
        Intent::Create(job(|_| {})),
        Intent::Create(job(|_| {})),
        Intent::Edit(job(|draft| draft.timeout = Some("30s".to_owned()))),
        Intent::Edit(job(|draft| draft.timeout = Some("30000ms".to_owned()))),
        Intent::Edit(job(|draft| {
            draft.name = "copy".to_owned();
            draft.shell.script = Some("one\nTWO\nthree\nfour\n".to_owned());
        })),
        Intent::Edit(job(|draft| draft.schedule = "*/5 * * * *".to_owned())),
        Intent::Edit(job(|draft| {
            draft.place = PlaceDraft {
                on: Some("all".to_owned()),
                ..PlaceDraft::default()
            }
        })),
        Intent::Edit(job(|draft| {
            draft.place = PlaceDraft {
                on: Some("node:web-1".to_owned()),
                ..PlaceDraft::default()
            }
        })),
        Intent::Edit(job(|draft| draft.project = "web".to_owned())),
        Intent::Pause,
        Intent::Pause,
        Intent::Resume,
        Intent::Delete,
        Intent::Pause,
        Intent::Delete,
        Intent::Restore(job(|draft| {
            draft.tags = vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]
        })),
    ]
}

#[test]
fn generations_names_cursors_and_differences_go_along_with_a_jobs_life() {
    check(
        &a_jobs_life(),
        expect![[r#"
            create gen 1 sgen 1 if 0 claims backup releases - cursor 2026-01-01T00:00:00Z/1
              project: ops
              name: backup
              schedule: @hourly
              shell.script: 3 lines
            refused: it exists already: edit or restore that one
            edit gen 2 sgen 1 if 10 claims - releases - cursor -
              timeout: none → 30s
            nothing to do
            edit gen 3 sgen 1 if 20 claims copy releases backup cursor -
              name: backup → copy
              shell.script: 2 lines changed
                -two
                +TWO
                +four
              timeout: 30s → none
            edit gen 4 sgen 4 if 30 claims backup releases copy cursor -
              name: copy → backup
              schedule: @hourly → */5 * * * *
              shell.script: 2 lines changed
                -TWO
                +two
                -four
            edit gen 5 sgen 5 if 40 claims - releases - cursor -
              schedule: */5 * * * * → @hourly
              place.on: one → all
            edit gen 6 sgen 6 if 50 claims - releases - cursor 2026-01-01T00:00:00Z/6
              place.on: all → node:web-1
            refused: it stays in its project, which is ops: copy it to web and delete it here
            pause gen 7 sgen 7 if 60 claims - releases - cursor -
              paused: no → yes
            nothing to do
            resume gen 8 sgen 8 if 70 claims - releases - cursor -
              paused: yes → no
            delete gen 9 sgen 8 if 80 claims - releases backup cursor -
              deleted
            refused: it is deleted: restore it first
            refused: it is deleted: restore it first
            restore gen 10 sgen 10 if 90 claims backup releases - cursor 2026-01-01T00:00:00Z/10
              project: ops
              name: backup
              schedule: @hourly
              shell.script: 3 lines
              tags: a, b
        "#]],
    );
}

#[test]
fn a_second_editor_gets_the_conflict_with_what_is_there() {
    let current = created(job(|_| {}));
    let intent = Intent::Edit(job(|draft| draft.note = "mine".to_owned()));
    let refused =
        plan_edit(&address(), Some(&current), &intent, Some(4), &author()).expect_err("a conflict");
    assert_eq!(
        refused,
        EditRefused::Conflict {
            seen: 4,
            current: Box::new(current.envelope)
        }
    );
}

#[test]
fn fields_of_a_newer_version_survive_a_pause_and_refuse_an_edit() {
    let mut current = created(job(|_| {}));
    let Content::Body(body) = &mut current.envelope.content else {
        panic!("a body")
    };
    body["tell"] = json!("ann");
    current
        .envelope
        .extra
        .insert("later".to_owned(), json!({"x": 1}));
    let paused = edit(Some(&current), &Intent::Pause)
        .expect("allowed")
        .expect("a change");
    assert_eq!(paused.envelope.body().expect("a body")["tell"], "ann");
    assert_eq!(paused.envelope.extra["later"], json!({"x": 1}));
    assert_eq!(paused.version.changes, ["paused: changed"]);
    let refused =
        edit(Some(&current), &Intent::Edit(job(|_| {}))).expect_err("it would lose a field");
    assert!(
        refused
            .to_string()
            .contains("a newer version of Belfry: it uses `tell`"),
        "{refused}"
    );
    assert!(
        matches!(refused, EditRefused::Unreadable(BodyError::Newer { fields }) if fields == ["tell"])
    );
}

#[test]
fn an_envelope_of_a_newer_form_is_told_from_a_damaged_one() {
    assert_eq!(
        Envelope::decode(br#"{"v":2,"x":1}"#),
        Err(DecodeError::Newer { v: 2 })
    );
    assert!(matches!(
        Envelope::decode(b"{"),
        Err(DecodeError::Malformed(_))
    ));
    assert!(matches!(
        Envelope::decode(b"{\"v\":1}"),
        Err(DecodeError::Malformed(_))
    ));
    let text = include_str!("../corpus/envelope.json");
    let neither = text.replace("\"body\"", "\"bode\"");
    assert_eq!(
        Envelope::decode(neither.as_bytes()),
        Err(DecodeError::Ambiguous)
    );
}

#[test]
fn what_is_set_is_listed_when_a_job_appears() {
    let changes = diff(None, Some(&job(|draft| draft.note = "x".repeat(200))));
    let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert!(lines.contains(&"schedule: @hourly".to_owned()), "{lines:?}");
    assert!(
        lines
            .iter()
            .all(|line| line.chars().count() < 120 && !line.contains('\n')),
        "{lines:?}"
    );
}

fn existing(id: u128, job: Job) -> Existing {
    Existing {
        address: Address::of_job(&job.project, JobId(Uuid::from_u128(id))),
        generation: 1,
        name: FullName::of_job(&job.project, &job.name),
        definition: Some(job.into()),
    }
}

#[test]
fn applying_a_file_twice_does_nothing_the_second_time_and_prunes_only_its_own_projects() {
    let named = |name: &str, project: &str, paused: bool| {
        job(|draft| {
            draft.name = name.to_owned();
            draft.project = project.to_owned();
            draft.paused = paused;
        })
    };
    let there = [
        existing(1, named("same", "ops", false)),
        existing(2, named("other", "ops", true)),
        existing(3, named("gone", "ops", false)),
        existing(4, named("gone and paused", "ops", true)),
        existing(5, named("elsewhere", "web", false)),
    ];
    let file = [
        named("same", "ops", false),
        named("other", "ops", false),
        named("new", "ops", false),
    ];
    let all: Vec<Definition> = file.iter().cloned().map(Definition::from).collect();
    let plan = plan_apply(&there, &all, true);
    assert_eq!(plan.created, [named("new", "ops", false).into()]);
    assert_eq!(
        plan.changed
            .iter()
            .map(|changed| changed.changes[0].to_string())
            .collect::<Vec<_>>(),
        ["paused: yes → no"]
    );
    assert_eq!(plan.unchanged, [there[0].address.clone()]);
    assert_eq!(plan.pruned, [there[2].clone()]);
    let applied: Vec<Existing> = (6..)
        .zip(file.clone())
        .map(|(id, job)| existing(id, job))
        .collect();
    assert!(plan_apply(&applied, &all, true).is_empty());
}
