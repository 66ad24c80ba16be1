//! `import …`.

use std::path::Path;

use belfry_core::cluster::{Cluster, own_crontab};
use belfry_core::limits::CRONTAB_BYTES_MAX;
use belfry_core::view::{
    CrontabImport, CrontabJob, CrontabLine, CrontabTable, FieldChange, ImportEffect, LineBecomes,
};
use serde_json::json;

use crate::args::{ImportCrontab, YesNo};
use crate::failure::{FAILED, Failure};
use crate::files;
use crate::print::{self, Table, plain};
use crate::schedule;

/// Imports a crontab, or says what would become of it. Lines that cannot be imported make it exit
/// 1, though the others are imported.
pub async fn crontab(
    cluster: &Cluster,
    arguments: &ImportCrontab,
    json: bool,
) -> Result<(), Failure> {
    let text = match &arguments.file {
        Some(file) => Some(text(file)?),
        None if own_crontab().await?.is_none() => {
            let sentence = "there is no crontab of yours on this computer: name a file, or - for standard input";
            return Err(Failure::new(FAILED, sentence));
        }
        None => None,
    };
    let import = CrontabImport {
        text,
        project: arguments.project.to_string(),
        user_column: arguments.user_column.map(|said| said == YesNo::Yes),
        left_out: Vec::new(),
        names: Vec::new(),
        language: schedule::terminal_language().to_string(),
    };
    let table = match arguments.dry_run {
        true => cluster.look_at_crontab(&import).await?,
        false => cluster.import_crontab(&import).await?,
    };
    match json {
        true => print::json(&as_json(&table, arguments.dry_run)),
        false => tell(&table, arguments.dry_run),
    }
    match table.counts.refused {
        0 => Ok(()),
        1 => Err(refused("1 line was", arguments.dry_run)),
        count => Err(refused(&format!("{count} lines were"), arguments.dry_run)),
    }
}

fn refused(lines: &str, dry_run: bool) -> Failure {
    let verb = if dry_run { "left out" } else { "not imported" };
    let sentence = format!(
        "{lines} {verb}, each with its reason above: correct them and import again, the rest stays as it is"
    );
    Failure::new(FAILED, sentence)
}

/// What is no UTF-8 is shown and refused line by line.
fn text(file: &Path) -> Result<String, Failure> {
    let bytes = files::read_bytes(file, CRONTAB_BYTES_MAX)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn as_json(table: &CrontabTable, dry_run: bool) -> serde_json::Value {
    let mut object = serde_json::to_value(table).expect("a table has a JSON form");
    object["dry_run"] = json!(dry_run);
    object
}

fn tell(table: &CrontabTable, dry_run: bool) {
    for remark in &table.remarks {
        print::line(&format!(
            "{}: {}",
            word(remark.level),
            plain(&remark.sentence)
        ));
    }
    let mut jobs = Table::new(&["LINE", "JOB", "SCHEDULE", "ZONE", "WHAT CHANGES"]);
    for line in &table.lines {
        if let Some(job) = &line.job {
            let name = format!("{}/{}", table.project, job.name);
            let (words, zone) = (job.schedule_words.clone(), job.timezone.clone());
            jobs.row(vec![
                line.number.to_string(),
                name,
                words,
                zone,
                effect(job),
            ]);
        }
    }
    jobs.print("No line becomes a job.");
    table.lines.iter().for_each(tell_line);
    let verb = if dry_run { "would be" } else { "were" };
    let counts = &table.counts;
    print::line(&format!(
        "{} jobs {verb} created, {} changed; {} are as the crontab says, {} lines cannot be imported",
        counts.created, counts.changed, counts.unchanged, counts.refused
    ));
}

fn effect(job: &CrontabJob) -> String {
    match job.effect {
        ImportEffect::Create => "new".to_owned(),
        ImportEffect::Same => "no change".to_owned(),
        ImportEffect::LeftOut => "left out".to_owned(),
        ImportEffect::Refused => "cannot be imported".to_owned(),
        ImportEffect::Change => {
            let change = |change: &FieldChange| match (&change.from, &change.to) {
                (Some(from), Some(to)) if !from.contains('\n') && !to.contains('\n') => {
                    format!("{}: {from} → {to}", change.path)
                }
                _ => format!("{} changes", change.path),
            };
            job.changes
                .iter()
                .map(change)
                .collect::<Vec<_>>()
                .join("; ")
        }
    }
}

/// Comments and jobs without anything to be said of them stand in the file and in the table.
fn tell_line(line: &CrontabLine) {
    if line.becomes == LineBecomes::Nothing {
        print::line(&format!("line {}: {}", line.number, plain(&line.text)));
    }
    for remark in &line.remarks {
        let place = match remark.column {
            Some(column) => format!("line {}, column {column}", line.number),
            None => format!("line {}", line.number),
        };
        print::line(&format!(
            "{place}: {}: {}",
            word(remark.level),
            plain(&remark.sentence)
        ));
    }
}

fn word(level: belfry_core::crontab::Level) -> &'static str {
    use belfry_core::crontab::Level;
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Problem => "not imported",
    }
}
