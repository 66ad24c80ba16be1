//! What definitions need of each other: nothing is saved without what it uses, and nothing that is
//! used is removed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::job_view::next_line;
use super::{Cluster, ClusterError};
use crate::definition::{Definition, FullName, Intent, Kind};
use crate::dispatch::Calendars;
use crate::job::Job;
use crate::schedule::{PreviewNote, preview};
use crate::view::NextLine;

impl Cluster {
    /// Refuses an edit that would leave a definition without what it uses.
    pub(super) async fn check_edit<D: Clone + Into<Definition>>(
        &self,
        name: &FullName,
        intent: &Intent<D>,
    ) -> Result<(), ClusterError> {
        match intent {
            Intent::Create(wanted) | Intent::Edit(wanted) | Intent::Restore(wanted) => {
                self.check_uses(&[wanted.clone().into()]).await
            }
            Intent::Delete => self.check_unused(name).await,
            Intent::Pause | Intent::Resume => Ok(()),
        }
    }

    /// Refuses definitions that use what neither is there nor comes with them.
    pub(super) async fn check_uses(&self, wanted: &[Definition]) -> Result<(), ClusterError> {
        let with_them: BTreeSet<FullName> = wanted.iter().map(Definition::full_name).collect();
        let mut there: BTreeSet<FullName> = BTreeSet::new();
        let mut read: BTreeSet<Kind> = BTreeSet::new();
        for one in wanted {
            for used in one.uses() {
                if read.insert(used.kind) {
                    let known = self.definitions(used.kind).await?;
                    there.extend(known.into_iter().map(|stored| stored.name));
                }
                if !there.contains(&used) && !with_them.contains(&used) {
                    return Err(ClusterError::UsesNothing {
                        name: one.full_name().to_string(),
                        kind: used.kind,
                        used: used.to_string(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The names of those that use a definition.
    pub async fn users_of(&self, name: &FullName) -> Result<Vec<String>, ClusterError> {
        let uses = |job: &Job| Definition::from(job.clone()).uses().contains(name);
        let jobs = self.jobs().await?;
        let users = jobs.iter().filter(|job| job.job.as_ref().is_ok_and(uses));
        Ok(users.map(super::StoredJob::title).collect())
    }

    async fn check_unused(&self, name: &FullName) -> Result<(), ClusterError> {
        if name.kind != Kind::Calendar {
            return Ok(());
        }
        match self.users_of(name).await? {
            users if users.is_empty() => Ok(()),
            users => Err(ClusterError::InUse {
                name: name.to_string(),
                users,
            }),
        }
    }

    /// Every calendar that can be read, by name.
    pub async fn calendars(&self) -> Result<Calendars, ClusterError> {
        let stored = self.definitions(Kind::Calendar).await?;
        let read = |definition| match definition {
            Ok(Definition::Calendar(calendar)) => {
                Some((calendar.name.clone(), Arc::new(calendar.days)))
            }
            _ => None,
        };
        let definitions = stored.into_iter().map(|one| one.definition);
        Ok(definitions.filter_map(read).collect())
    }

    /// The next occurrences of a job, those marked whose day a calendar leaves out.
    pub async fn next_of(&self, job: &Job, count: usize) -> Result<Vec<NextLine>, ClusterError> {
        let calendars = match job.calendars.is_empty() {
            true => Calendars::new(),
            false => self.calendars().await?,
        };
        let now = crate::clock::now();
        let mut lines = preview(&job.timetable(), now, count).lines;
        for line in &mut lines {
            if job.is_excluded(line.at, &calendars) == Some(true) {
                line.note = Some(PreviewNote::ExcludedDay);
            }
        }
        Ok(lines.into_iter().map(next_line).collect())
    }
}
