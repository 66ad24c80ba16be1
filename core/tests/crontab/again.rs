//! Importing once more: names stay, and what people changed in Belfry stays.

use std::collections::{BTreeMap, BTreeSet};

use belfry_core::crontab::{Choices, Effect, Proposal, RemarkCode, UserColumn, propose};
use belfry_core::definition::{Address, Existing, FullName};
use belfry_core::id::{JobId, ProjectName};
use belfry_core::job::{Job, JobDraft};
use uuid::Uuid;

use super::crontab;

fn choices() -> Choices {
    Choices {
        project: ProjectName::new("crontab").expect("a name"),
        names: BTreeMap::new(),
        left_out: BTreeSet::new(),
    }
}

fn proposals(text: &str, existing: &[Existing]) -> Vec<Proposal> {
    propose(
        &crontab(text, "Europe/Berlin", UserColumn::No),
        &choices(),
        existing,
    )
}

fn stored(job: Job) -> Existing {
    let id = JobId(Uuid::from_u128(job.name.len() as u128));
    Existing {
        address: Address::of_job(&job.project, id),
        generation: 1,
        name: FullName::of_job(&job.project, &job.name),
        definition: Some(job.into()),
    }
}

fn imported(text: &str) -> Vec<Existing> {
    proposals(text, &[])
        .into_iter()
        .filter_map(|proposal| proposal.job)
        .map(stored)
        .collect()
}

fn changed(there: &mut Existing, change: impl FnOnce(&mut JobDraft)) {
    let mut draft = JobDraft::from(there.job().expect("a job"));
    change(&mut draft);
    *there = stored(draft.validate().expect("a valid job"));
}

fn told(proposals: &[Proposal]) -> Vec<String> {
    let effect = |effect: &Effect| match effect {
        Effect::Change(changes) => changes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("; "),
        other => format!("{other:?}"),
    };
    proposals
        .iter()
        .map(|proposal| format!("{}: {}", proposal.name, effect(&proposal.effect)))
        .collect()
}

const TWO: &str = "0 1 * * * backup.sh\n0 2 * * * backup.sh --all\n";

#[test]
fn the_same_file_twice_changes_nothing() {
    for text in [TWO, include_str!("../fixtures/crontab-of-a-person.txt")] {
        let there = imported(text);
        assert!(there.len() > 1);
        let again = proposals(text, &there);
        assert!(
            again.iter().all(|proposal| proposal.effect == Effect::Same),
            "{:?}",
            told(&again)
        );
    }
}

#[test]
fn lines_keep_their_jobs_when_others_come_go_and_move() {
    let there = imported(TWO);
    let more = format!("0 3 * * * backup.sh --new\n{TWO}");
    assert_eq!(
        told(&proposals(&more, &there)),
        ["backup-3: Create", "backup: Same", "backup-2: Same"]
    );
    let turned = "0 2 * * * backup.sh --all\n0 1 * * * backup.sh\n";
    assert_eq!(
        told(&proposals(turned, &there)),
        ["backup-2: Same", "backup: Same"]
    );
    let other_time = "5 1 * * * backup.sh\n0 2 * * * backup.sh --all\n";
    assert_eq!(
        told(&proposals(other_time, &there)),
        ["backup: schedule: 0 1 * * * → 5 1 * * *", "backup-2: Same"]
    );
    let other_program = "0 1 * * * backup.sh -v\n0 2 * * * backup.sh --all\n";
    assert_eq!(
        told(&proposals(other_program, &there)),
        [
            "backup: shell.script: backup.sh → backup.sh -v",
            "backup-2: Same"
        ]
    );
}

#[test]
fn what_people_changed_in_belfry_stays() {
    let mut there = imported(TWO);
    changed(&mut there[0], |draft| {
        draft.name = "nightly".to_owned();
        draft.timeout = Some("1h".to_owned());
        draft.paused = true;
        draft.tags.clear();
    });
    assert_eq!(
        told(&proposals(TWO, &there)),
        ["nightly: Same", "backup-2: Same"]
    );
}

#[test]
fn a_job_that_no_import_made_is_never_taken_for_a_line_s() {
    let mut there = imported("0 1 * * * backup.sh\n");
    changed(&mut there[0], |draft| {
        draft.tags.clear();
        draft.shell.script = Some("mine".to_owned());
    });
    assert_eq!(
        told(&proposals("0 1 * * * backup.sh\n", &there)),
        ["backup-2: Create"]
    );
    let mut elsewhere = imported("0 1 * * * backup.sh\n");
    changed(&mut elsewhere[0], |draft| draft.project = "ops".to_owned());
    assert_eq!(
        told(&proposals("0 1 * * * backup.sh\n", &elsewhere)),
        ["backup: Create"]
    );
}

#[test]
fn names_are_chosen_by_line_and_checked() {
    let text = "0 1 * * * a\n0 2 * * * b\n0 3 * * * c\n";
    let read = crontab(text, "UTC", UserColumn::No);
    let with = |names: &[(usize, &str)], left_out: &[usize]| {
        let choices = Choices {
            names: names
                .iter()
                .map(|(line, name)| (*line, (*name).to_owned()))
                .collect(),
            left_out: left_out.iter().copied().collect(),
            ..choices()
        };
        let code = |proposal: &Proposal| proposal.remarks.first().map(|remark| remark.code);
        propose(&read, &choices, &[])
            .iter()
            .map(code)
            .collect::<Vec<_>>()
    };
    assert_eq!(with(&[(1, "x")], &[]), [None, None, None]);
    assert_eq!(
        with(&[(1, "x/y"), (2, "")], &[])[..2],
        [Some(RemarkCode::NameCharacter), Some(RemarkCode::NameEmpty)]
    );
    assert_eq!(
        with(&[(1, "x"), (3, "x")], &[])[2],
        Some(RemarkCode::NameTwice)
    );
    assert_eq!(with(&[(1, "x"), (3, "x")], &[1])[2], None);
    assert_eq!(
        with(&[(1, &"x".repeat(129))], &[])[0],
        Some(RemarkCode::NameTooLong)
    );
    let there = imported("0 1 * * * z\n");
    let taken = Choices {
        names: BTreeMap::from([(2, "z".to_owned())]),
        ..choices()
    };
    let proposals = propose(&read, &taken, &there);
    assert_eq!(proposals[1].remarks[0].code, RemarkCode::NameTaken);
    assert_eq!(proposals[1].effect, Effect::Refused);
}
