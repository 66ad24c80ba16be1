//! Files that people bring: crontabs, definitions; and what they take away.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use jiff::tz::TimeZone;
use tokio::process::Command;
use tokio::time::timeout;

use super::apply::{Planned, title};
use super::jobs::language_of;
use super::{Cluster, ClusterError, StoredJob, account_of, accounts};
use crate::clock;
use crate::crontab::{
    self, Becomes, Choices, Crontab, Effect, Level, Proposal, Remark, Surroundings, UserColumn,
};
use crate::definition::{Change, Definition, FileErrors};
use crate::id::ProjectName;
use crate::job::quoted;
use crate::limits::{CRONTAB_BYTES_MAX, CRONTAB_READ_WITHIN, DEFINITION_FILE_BYTES_MAX};
use crate::schedule::{Language, Zone, words};
use crate::view::{
    CrontabImport, CrontabJob, CrontabLine, CrontabRemark, CrontabTable, FieldChange, FileEffect,
    FileErrorLine, FileJobLine, FileKind, FileTable, ImportCounts, ImportEffect, LineBecomes,
    OpenedFile,
};

/// The project that imported jobs go to unless a person names another.
pub const CRONTAB_PROJECT: &str = "crontab";

impl Cluster {
    /// What would become of a crontab; nothing is written.
    pub async fn look_at_crontab(
        &self,
        import: &CrontabImport,
    ) -> Result<CrontabTable, ClusterError> {
        self.crontab(import).await.map(|(table, _)| table)
    }

    /// Makes what would become of it, in one transaction: lines that cannot be imported are left
    /// out, and everything else is made or nothing is.
    pub async fn import_crontab(
        &self,
        import: &CrontabImport,
    ) -> Result<CrontabTable, ClusterError> {
        let (table, planned) = self.crontab(import).await?;
        self.carry_out(&planned).await?;
        Ok(table)
    }

    async fn crontab(
        &self,
        import: &CrontabImport,
    ) -> Result<(CrontabTable, Planned), ClusterError> {
        let project = ProjectName::new(&import.project).map_err(|error| ClusterError::Invalid {
            field: "project".to_owned(),
            sentence: format!(
                "could not use {} as a project: {error}",
                quoted(&import.project)
            ),
        })?;
        let text = match &import.text {
            Some(text) => text.clone().into_bytes(),
            None => own_crontab().await?.unwrap_or_default(),
        };
        let user_column = match import.user_column {
            _ if import.text.is_none() => UserColumn::No,
            Some(true) => UserColumn::Yes,
            Some(false) => UserColumn::No,
            None => UserColumn::Detect,
        };
        let around = Surroundings {
            person: &account_of(),
            accounts: &accounts(),
            zone: &zone_here(),
            now: clock::now(),
            user_column,
        };
        let read = crontab::read(&text, &around);
        let line = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
        let names = import.names.iter();
        let choices = Choices {
            project: project.clone(),
            names: names
                .map(|named| (line(named.line), named.name.clone()))
                .collect(),
            left_out: import.left_out.iter().copied().map(line).collect(),
        };
        let stored = self.jobs().await?;
        let existing: Vec<_> = stored.iter().map(StoredJob::existing).collect();
        let proposals = crontab::propose(&read, &choices, &existing);
        let jobs = proposals.iter().filter_map(|one| one.job.clone());
        let jobs: Vec<Definition> = jobs.map(Definition::from).collect();
        let planned = self.plan(&jobs, false).await?;
        let table = table(read, &proposals, &project, language_of(&import.language));
        Ok((table, planned))
    }

    /// What applying a file would do; with `prune` also which jobs would rest.
    pub async fn look_at_file(&self, text: &str, prune: bool) -> Result<FileTable, ClusterError> {
        match self.plan_file(text, prune).await {
            Ok(planned) => Ok(file_table(&planned)),
            Err(ClusterError::File(errors)) => Ok(error_table(errors)),
            Err(error) => Err(error),
        }
    }

    /// Applies a file, whole or not at all, and says what was done.
    pub async fn apply_file(&self, text: &str, prune: bool) -> Result<FileTable, ClusterError> {
        let planned = self.plan_file(text, prune).await?;
        self.carry_out(&planned).await?;
        Ok(file_table(&planned))
    }
}

/// The crontab of the person at this computer, as `crontab -l` shows it; none when there is none,
/// or no cron.
pub async fn own_crontab() -> Result<Option<Vec<u8>>, ClusterError> {
    let failed = |why: String| ClusterError::Invalid {
        field: "file".to_owned(),
        sentence: format!("could not read your crontab: {why}: name a file instead"),
    };
    let mut command = Command::new("crontab");
    command
        .arg("-l")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let done = match timeout(CRONTAB_READ_WITHIN, command.output()).await {
        Err(_) => return Err(failed("`crontab -l` does not end".to_owned())),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(Err(error)) => return Err(failed(error.to_string())),
        Ok(Ok(done)) => done,
    };
    let said = String::from_utf8_lossy(&done.stderr);
    match done.status.success() {
        true => Ok(Some(done.stdout).filter(|text| !text.is_empty())),
        false if said.contains("no crontab") => Ok(None),
        false => Err(failed(said.trim().replace('\n', ", "))),
    }
}

/// How many lines of the person's own crontab are for cron, and not for people; none when there
/// is none or it cannot be read.
pub async fn own_crontab_lines() -> Option<u32> {
    let text = own_crontab().await.ok().flatten()?;
    let is_live = |line: &&[u8]| {
        let line = line.trim_ascii();
        !line.is_empty() && !line.starts_with(b"#")
    };
    let count = text.split(|byte| *byte == b'\n').filter(is_live).count();
    u32::try_from(count).ok().filter(|count| *count > 0)
}

/// Reads a file that a person chose. What is no UTF-8 is turned into marks: as a crontab the lines
/// that have them are refused, and definitions are so as a whole.
pub fn open_file(path: &Path) -> Result<OpenedFile, ClusterError> {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let refused = |why: &dyn std::fmt::Display| ClusterError::Invalid {
        field: "file".to_owned(),
        sentence: format!("could not read {name}: {why}"),
    };
    let most = u64::try_from(DEFINITION_FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path).map_err(|error| refused(&error))?;
    let is_file = opened.metadata().is_ok_and(|facts| facts.is_file());
    if !is_file {
        return Err(refused(&"it is no file: choose one"));
    }
    opened
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refused(&error))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let kind = kind_of(&name, &text);
    let most = match kind {
        FileKind::Crontab => CRONTAB_BYTES_MAX,
        FileKind::Definitions => DEFINITION_FILE_BYTES_MAX,
    };
    if bytes.len() > most {
        return Err(refused(&format_args!(
            "it has more than {most} bytes: split it"
        )));
    }
    Ok(OpenedFile { name, kind, text })
}

/// Writes what a person takes away to where they chose.
pub fn save_file(path: &Path, text: &str) -> Result<(), ClusterError> {
    std::fs::write(path, text).map_err(|error| ClusterError::Invalid {
        field: "file".to_owned(),
        sentence: format!("could not write {}: {error}", path.display()),
    })
}

/// Definitions are JSON, or have a table's head on a line of its own, as no crontab has.
fn kind_of(name: &str, text: &str) -> FileKind {
    let ends = |ending: &str| name.to_ascii_lowercase().ends_with(ending);
    let is_head = |line: &str| line.trim_start().starts_with("[[");
    let is_json = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{');
    if ends(".toml") || ends(".json") || is_json || text.lines().any(is_head) {
        FileKind::Definitions
    } else {
        FileKind::Crontab
    }
}

/// Cron reads times in the computer's zone. Many computers call UTC by its longer name.
fn zone_here() -> Zone {
    TimeZone::system()
        .iana_name()
        .filter(|name| *name != "Etc/UTC")
        .and_then(|name| Zone::parse(name).ok())
        .unwrap_or_default()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn table(
    read: Crontab,
    proposals: &[Proposal],
    project: &ProjectName,
    language: Language,
) -> CrontabTable {
    let by_line: BTreeMap<usize, &Proposal> = proposals.iter().map(|one| (one.line, one)).collect();
    let mut counts = ImportCounts {
        created: 0,
        changed: 0,
        unchanged: 0,
        left_out: 0,
        refused: 0,
    };
    let mut lines = Vec::new();
    for line in read.lines {
        let proposal = by_line.get(&line.number).copied();
        let own = proposal
            .map(|one| one.remarks.as_slice())
            .unwrap_or_default();
        let job = match &line.becomes {
            Becomes::Job(cron) => proposal.map(|one| job_row(cron, one, language)),
            _ => None,
        };
        let is_refused = line
            .remarks
            .iter()
            .any(|remark| remark.level() == Level::Problem);
        match job.as_ref().map(|job| &job.effect) {
            Some(ImportEffect::Create) => counts.created += 1,
            Some(ImportEffect::Change) => counts.changed += 1,
            Some(ImportEffect::Same) => counts.unchanged += 1,
            Some(ImportEffect::LeftOut) => counts.left_out += 1,
            Some(ImportEffect::Refused) => counts.refused += 1,
            None => counts.refused += u32::from(is_refused),
        }
        lines.push(CrontabLine {
            number: number(line.number),
            becomes: match line.becomes {
                Becomes::Comment => LineBecomes::Comment,
                Becomes::Setting => LineBecomes::Setting,
                Becomes::Job(_) => LineBecomes::Job,
                Becomes::Nothing => LineBecomes::Nothing,
            },
            job,
            remarks: line.remarks.iter().chain(own).map(remark_row).collect(),
            text: line.text,
        });
    }
    let is_whole_refused = read
        .remarks
        .iter()
        .any(|remark| remark.level() == Level::Problem);
    counts.refused += u32::from(is_whole_refused);
    CrontabTable {
        remarks: read.remarks.iter().map(remark_row).collect(),
        lines,
        user_column: read.has_user_column,
        project: project.to_string(),
        counts,
    }
}

fn job_row(cron: &crontab::CronJob, proposal: &Proposal, language: Language) -> CrontabJob {
    let (effect, changes) = match &proposal.effect {
        Effect::Create => (ImportEffect::Create, Vec::new()),
        Effect::Change(changes) => (
            ImportEffect::Change,
            changes.iter().map(change_row).collect(),
        ),
        Effect::Same => (ImportEffect::Same, Vec::new()),
        Effect::LeftOut => (ImportEffect::LeftOut, Vec::new()),
        Effect::Refused => (ImportEffect::Refused, Vec::new()),
    };
    CrontabJob {
        name: proposal.name.clone(),
        is_new: proposal.is_new,
        schedule: cron.schedule.text().to_owned(),
        schedule_words: words(&cron.schedule, language),
        timezone: cron.zone.name().to_owned(),
        command: cron.command.clone(),
        effect,
        changes,
    }
}

fn remark_row(remark: &Remark) -> CrontabRemark {
    CrontabRemark {
        code: remark.code,
        level: remark.level(),
        column: remark.column.map(number),
        params: remark.params.clone(),
        sentence: remark.to_string(),
    }
}

fn change_row(change: &Change) -> FieldChange {
    FieldChange {
        path: change.path.clone(),
        from: change.from.clone(),
        to: change.to.clone(),
        detail: change.detail.clone(),
    }
}

fn file_table(planned: &Planned) -> FileTable {
    let plan = &planned.plan;
    let row = |job: String, effect: FileEffect, changes: &[Change]| FileJobLine {
        job,
        effect,
        changes: changes.iter().map(change_row).collect(),
    };
    let created = plan
        .created
        .iter()
        .map(|one| row(title(&one.full_name()), FileEffect::Create, &[]));
    let changed = plan.changed.iter();
    let changed = changed.map(|one| {
        let title = title(&one.definition.full_name());
        row(title, FileEffect::Change, &one.changes)
    });
    let pruned = plan.pruned.iter();
    let paused = pruned.map(|one| row(one.name.to_string(), FileEffect::Pause, &[]));
    FileTable {
        jobs: created.chain(changed).chain(paused).collect(),
        unchanged: number(plan.unchanged.len()),
        errors: Vec::new(),
        more_errors: 0,
    }
}

fn error_table(errors: FileErrors) -> FileTable {
    let row = |error: crate::definition::FileError| FileErrorLine {
        line: number(error.line),
        item: error.item,
        path: error.error.path,
        code: error.error.code,
        params: error.error.params,
        sentence: error.error.sentence,
    };
    FileTable {
        jobs: Vec::new(),
        unchanged: 0,
        errors: errors.errors.into_iter().map(row).collect(),
        more_errors: number(errors.more),
    }
}
