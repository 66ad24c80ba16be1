//! The jobs that a crontab's lines become, beside those that exist.

use std::collections::{BTreeMap, BTreeSet};

use super::{Becomes, CronJob, Crontab, Remark, RemarkCode};
use crate::definition::{Change, Existing, diff};
use crate::id::ProjectName;
use crate::job::{FieldError, Job, JobDraft, Overlap, ShellDraft};
use crate::limits::{JOB_NAME_CHARS_MAX, NOTE_CHARS_MAX};
use crate::schedule::Zone;

/// The tag of jobs that were made from a crontab.
const TAG: &str = "crontab";

/// What a person decided about an import.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Where the jobs go.
    pub project: ProjectName,
    /// Names by line, in place of those that would be made. Jobs that exist keep theirs.
    pub names: BTreeMap<usize, String>,
    /// Lines that are left out.
    pub left_out: BTreeSet<usize>,
}

/// What would become of a line's job.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The line, from 1.
    pub line: usize,
    /// The job's name.
    pub name: String,
    /// Whether it does not exist yet, so that its name may be chosen.
    pub is_new: bool,
    /// The job; none when a remark says why not.
    pub job: Option<Job>,
    /// What would happen.
    pub effect: Effect,
    /// What is to be said of it besides what the line says.
    pub remarks: Vec<Remark>,
}

/// What an import would do to a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// It is new.
    Create,
    /// It exists and becomes another.
    Change(Vec<Change>),
    /// It exists and is so already.
    Same,
    /// A person leaves it out.
    LeftOut,
    /// It cannot be.
    Refused,
}

/// The jobs that the lines become.
///
/// A line finds the job that was made from it by what it runs, whatever its name is by now, so
/// that importing twice changes nothing. What a crontab does not speak of, such as a timeout, a
/// job keeps; and a job that no import made is never taken for a line's because of its name.
pub fn propose(crontab: &Crontab, choices: &Choices, existing: &[Existing]) -> Vec<Proposal> {
    let lines: Vec<(usize, &CronJob)> = crontab
        .lines
        .iter()
        .filter_map(|line| match &line.becomes {
            Becomes::Job(job) => Some((line.number, &**job)),
            _ => None,
        })
        .collect();
    let there: Vec<&Existing> = existing
        .iter()
        .filter(|job| job.name.project.as_ref() == Some(&choices.project))
        .collect();
    let found = find(&lines, &there);
    let names = names(&lines, &found, &there, choices);
    let mut proposals = Vec::new();
    for (index, (line, cron)) in lines.iter().enumerate() {
        let is_out = choices.left_out.contains(line);
        let name = names[index].clone();
        let mut remarks = Vec::new();
        if found[index].is_none() && !is_out {
            let twin = (0..index).rev().find(|other| {
                names[*other] == name && !choices.left_out.contains(&lines[*other].0)
            });
            let twin = twin.map(|other| lines[other].0);
            remarks.extend(name_problem(&name, twin, &there, &choices.project));
        }
        let draft = draft(cron, found[index].and_then(Existing::job), choices, &name);
        proposals.push(proposal(*line, draft, (found[index], is_out), remarks));
    }
    proposals
}

fn proposal(
    line: usize,
    draft: JobDraft,
    (found, is_out): (Option<&Existing>, bool),
    mut remarks: Vec<Remark>,
) -> Proposal {
    let name = draft.name.clone();
    let job = match draft.validate() {
        Ok(job) => Some(job),
        Err(errors) => {
            // What is wrong with the name has been said.
            let rest = errors.iter().filter(|error| error.path != "name");
            remarks.extend(rest.map(invalid));
            None
        }
    };
    let stored = found.and_then(Existing::job);
    let effect = match (&job, stored) {
        _ if is_out => Effect::LeftOut,
        (None, _) => Effect::Refused,
        _ if !remarks.is_empty() => Effect::Refused,
        (Some(_), None) => Effect::Create,
        (Some(job), Some(stored)) => match diff(Some(stored), Some(job)) {
            changes if changes.is_empty() => Effect::Same,
            changes => Effect::Change(changes),
        },
    };
    Proposal {
        line,
        name,
        is_new: stored.is_none(),
        job: job.filter(|_| !matches!(effect, Effect::LeftOut | Effect::Refused)),
        effect,
        remarks,
    }
}

fn invalid(error: &FieldError) -> Remark {
    Remark::new(RemarkCode::Invalid).with("reason", &error.sentence)
}

/// The job that each line was before, if any: first where schedule and program are the same, then
/// the program, then, for a line whose program was changed, the name that an import made.
fn find<'a>(lines: &[(usize, &CronJob)], there: &[&'a Existing]) -> Vec<Option<&'a Existing>> {
    let mut found: Vec<Option<&Existing>> = vec![None; lines.len()];
    let mut left: Vec<&Existing> = there
        .iter()
        .copied()
        .filter(|job| job.job().is_some())
        .collect();
    type Fits = fn(&CronJob, &Existing, &Job) -> bool;
    let fits: [Fits; 3] = [
        |cron, _, job| runs_same(cron, job) && cron.schedule == job.schedule,
        |cron, _, job| runs_same(cron, job),
        |cron, there, job| {
            cron.name == there.name.name && job.about.tags.iter().any(|tag| tag == TAG)
        },
    ];
    for fits in fits {
        for (index, (_, cron)) in lines.iter().enumerate() {
            let at = left
                .iter()
                .position(|there| there.job().is_some_and(|job| fits(cron, there, job)));
            if let Some(at) = at.filter(|_| found[index].is_none()) {
                found[index] = Some(left.remove(at));
            }
        }
    }
    found
}

fn runs_same(cron: &CronJob, job: &Job) -> bool {
    let Some(shell) = job.action.shell() else {
        return false;
    };
    let shell = ShellDraft::from(shell);
    shell.script.as_deref() == Some(&cron.command) && shell.stdin == cron.input
}

/// A name for each line: that of the job it was, the one a person chose, or one that is free.
fn names(
    lines: &[(usize, &CronJob)],
    found: &[Option<&Existing>],
    there: &[&Existing],
    choices: &Choices,
) -> Vec<String> {
    let chosen = |index: usize| match found[index] {
        Some(job) => Some(job.name.name.clone()),
        None => choices.names.get(&lines[index].0).cloned(),
    };
    let mut taken: BTreeSet<String> = there.iter().map(|job| job.name.name.clone()).collect();
    taken.extend((0..lines.len()).filter_map(chosen));
    let mut names = Vec::new();
    for (index, (_, cron)) in lines.iter().enumerate() {
        let name = chosen(index).unwrap_or_else(|| free(&cron.name, &taken));
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

fn free(name: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .expect("numbers do not end")
}

fn name_problem(
    name: &str,
    twin: Option<usize>,
    there: &[&Existing],
    project: &ProjectName,
) -> Option<Remark> {
    let count = name.chars().count();
    let named = |code| {
        Remark::new(code)
            .with("name", name)
            .with("project", project)
    };
    let is_bad = |c: char| {
        c == '/' || c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if name.is_empty() {
        return Some(RemarkCode::NameEmpty.into());
    }
    if count > JOB_NAME_CHARS_MAX {
        let remark = Remark::new(RemarkCode::NameTooLong).with("count", count);
        return Some(remark.with("max", JOB_NAME_CHARS_MAX));
    }
    if name.trim() != name || name.chars().any(is_bad) {
        return Some(RemarkCode::NameCharacter.into());
    }
    if there.iter().any(|job| job.name.name == name) {
        return Some(named(RemarkCode::NameTaken));
    }
    twin.map(|line| named(RemarkCode::NameTwice).with("line", line))
}

/// The job as cron runs it; what exists keeps whatever a crontab does not speak of.
fn draft(cron: &CronJob, stored: Option<&Job>, choices: &Choices, name: &str) -> JobDraft {
    let fresh = || JobDraft {
        overlap: Overlap::Allow,
        tags: vec![TAG.to_owned()],
        ..JobDraft::default()
    };
    let kept = stored.map_or_else(fresh, JobDraft::from);
    let note: String = cron.note.chars().take(NOTE_CHARS_MAX).collect();
    let delay = cron.delay_minutes.filter(|minutes| *minutes > 0);
    JobDraft {
        project: choices.project.to_string(),
        name: name.to_owned(),
        schedule: cron.schedule.text().to_owned(),
        timezone: (cron.zone != Zone::default()).then(|| cron.zone.name().to_owned()),
        shell: ShellDraft {
            script: Some(cron.command.clone()),
            argv: None,
            interpreter: Some(cron.shell.clone()),
            stdin: cron.input.clone(),
        },
        env: cron.env.clone(),
        cwd: cron.cwd.clone().or(kept.cwd),
        jitter: delay.map(|minutes| format!("{minutes}m")).or(kept.jitter),
        note: if note.is_empty() { kept.note } else { note },
        ..kept
    }
}
