//! `import calendar`.

use belfry_core::cluster::{Cluster, ClusterError};
use belfry_core::definition::{CalendarDraft, Definition, Kind, diff_lines, read_ics};
use belfry_core::limits::ICS_BYTES_MAX;
use serde_json::json;

use crate::args::ImportCalendar;
use crate::failure::{FAILED, Failure};
use crate::{definitions, files, print};

pub async fn import(
    cluster: &Cluster,
    arguments: &ImportCalendar,
    json: bool,
) -> Result<(), Failure> {
    let bytes = files::read_bytes(&arguments.file, ICS_BYTES_MAX)?;
    let text = String::from_utf8_lossy(&bytes);
    let shown = arguments.file.display();
    let refused =
        |sentence: String| Failure::new(FAILED, format!("could not import {shown}: {sentence}"));
    let read = read_ics(&text).map_err(|errors| {
        let lines: Vec<String> = errors.iter().take(20).map(ToString::to_string).collect();
        refused(lines.join("\n"))
    })?;
    let (before, seen) = match cluster.definition(Kind::Calendar, &arguments.name).await {
        Ok(stored) => (Some(stored.usable()?.clone()), Some(stored.generation())),
        Err(ClusterError::NoSuchDefinition { .. }) => (None, None),
        Err(error) => return Err(error.into()),
    };
    // Weekdays and a note are not in such a file: they stay.
    let mut draft = match &before {
        Some(Definition::Calendar(calendar)) => CalendarDraft::from(&**calendar),
        _ => CalendarDraft::default(),
    };
    draft.name.clone_from(&arguments.name);
    draft.days = read.days.iter().map(ToString::to_string).collect();
    draft.except = read.except.iter().map(ToString::to_string).collect();
    let calendar = draft.validate().map_err(|errors| {
        let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
        refused(sentences.join("; "))
    })?;
    let calendar = Definition::from(calendar);
    let changes = diff_lines(&Definition::changes(before.as_ref(), Some(&calendar)));
    if !arguments.dry_run {
        let made = cluster.put(calendar, seen).await?;
        definitions::told(&arguments.name, "imported", made, json);
        return Ok(());
    }
    match json {
        true => {
            print::json(&json!({ "dry_run": true, "calendar": arguments.name, "changes": changes }))
        }
        false if changes.is_empty() => print::line("Nothing would change."),
        false => changes
            .iter()
            .for_each(|line| print::line(&print::plain(line))),
    }
    Ok(())
}
