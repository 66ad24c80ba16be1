//! What the editor begins with, and what a person may choose from.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::{ClusterError, Picture, StoredJob};
use super::check::in_use;
use super::form::form_of;
use crate::cluster::edit::usable;
use crate::job::Command;
use crate::limits::JOB_NAME_CHARS_MAX;
use crate::schedule::Zone;
use crate::view::{EditorAsk, EditorLists, EditorStart};

/// Programs that read scripts, as they are usually written.
const INTERPRETERS: [&str; 6] = [
    "/bin/sh",
    "/bin/bash -eu",
    "/usr/bin/env python3",
    "/usr/bin/env node",
    "/usr/bin/env perl",
    "/usr/bin/env ruby",
];
/// The project of the first job of all.
const PROJECT_FIRST: &str = "default";
/// When a new job runs until somebody says otherwise: at night, once.
const SCHEDULE_FIRST: &str = "0 3 * * *";

impl Picture {
    /// The form of a job, of a new one like it, or of one with sensible values whose clock is that of `zone`.
    pub fn open_editor(&self, ask: &EditorAsk, zone: &str) -> Result<EditorStart, ClusterError> {
        let Some(text) = &ask.job_id else {
            return Ok(self.new_job(zone));
        };
        let found = text.parse().ok().and_then(|id| self.job(id));
        let stored = found.ok_or_else(|| ClusterError::NoSuchJob { name: text.clone() })?;
        let mut form = form_of(&usable(&stored)?.to_body());
        if !ask.duplicate {
            let generation = stored.generation;
            return Ok(EditorStart { form, generation });
        }
        form.name = self.fresh_name(&stored);
        let generation = 0;
        Ok(EditorStart { form, generation })
    }

    fn new_job(&self, zone: &str) -> EditorStart {
        let zone = Zone::parse(zone).unwrap_or_default();
        let form = form_of(&json!({
            "project": self.main_project(), "schedule": SCHEDULE_FIRST, "timezone": zone.name(),
        }));
        EditorStart {
            form,
            generation: 0,
        }
    }

    /// The project that most jobs belong to.
    fn main_project(&self) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for job in self.jobs() {
            *counts.entry(job.project.as_str()).or_default() += 1;
        }
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map_or(PROJECT_FIRST, |(project, _)| project)
            .to_owned()
    }

    /// `name-copy`, or the first of `name-copy-2`, `name-copy-3` … that no job of the project has.
    fn fresh_name(&self, like: &StoredJob) -> String {
        let is_taken = |name: &str| {
            self.jobs()
                .any(|job| job.project == like.project && job.name == name)
        };
        let endings = std::iter::once("-copy".to_owned())
            .chain((2..=self.jobs().count() + 2).map(|count| format!("-copy-{count}")));
        let mut names = endings.map(|ending| {
            let room = JOB_NAME_CHARS_MAX - ending.len();
            let name: String = like.name.chars().take(room).collect();
            format!("{}{ending}", name.trim_end())
        });
        names
            .find(|name| !is_taken(name))
            .expect("one of more names than there are jobs is free")
    }

    /// What a person may choose from instead of typing.
    pub fn editor_lists(&self) -> EditorLists {
        let usable = || self.jobs().filter_map(|job| job.job.as_ref().ok());
        let used = usable().filter_map(|job| match &job.action.shell()?.command {
            Command::Script { interpreter, .. } => interpreter.as_deref(),
            Command::Argv(_) => None,
        });
        EditorLists {
            zones: Zone::names(),
            interpreters: in_use(used.chain(INTERPRETERS)),
            projects: in_use(self.jobs().map(|job| job.project.as_str())),
            tags: in_use(usable().flat_map(|job| job.about.tags.iter().map(String::as_str))),
            owners: in_use(usable().map(|job| job.about.owner.as_str())),
            nodes: self
                .nodes()
                .into_iter()
                .map(|node| node.id.to_string())
                .collect(),
        }
    }
}
