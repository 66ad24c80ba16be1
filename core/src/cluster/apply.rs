//! Applying a file: whole or not at all.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::edit::{Sent, usable};
use super::{Cluster, ClusterError, StoredJob};
use crate::definition::{ApplyPlan, Format, Intent, export, parse_file, plan_apply, plan_edit};
use crate::envelope::Envelope;
use crate::id::{JobId, ProjectName};
use crate::job::Job;
use crate::keyspace::PlannedEdit;
use crate::limits::EDIT_STEPS_TOGETHER;

/// What a file would do, or has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// `project/name` of jobs that are new.
    pub created: Vec<String>,
    /// Jobs that changed, each with the lines of its difference.
    pub changed: Vec<(String, Vec<String>)>,
    /// Jobs that were so already.
    pub unchanged: usize,
    /// Jobs that the file does not have any more, and that rest now.
    pub paused: Vec<String>,
}

/// What applying would do, ready to be sent.
pub(super) struct Planned {
    pub plan: ApplyPlan,
    edits: Vec<PlannedEdit>,
}

impl Applied {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.changed.is_empty() && self.paused.is_empty()
    }
}

impl Cluster {
    /// Makes the jobs be as a file says, in one transaction. With `dry_run` only says what it
    /// would do; with `prune` lets those jobs of the file's projects rest that it does not have.
    pub async fn apply(
        &self,
        text: &str,
        dry_run: bool,
        prune: bool,
    ) -> Result<Applied, ClusterError> {
        let planned = self.plan_file(text, prune).await?;
        if !dry_run {
            self.carry_out(&planned).await?;
        }
        Ok(told(&planned.plan))
    }

    /// What applying a file would do, known to fit into one transaction.
    pub(super) async fn plan_file(&self, text: &str, prune: bool) -> Result<Planned, ClusterError> {
        let file = parse_file(text, Format::of(text)).map_err(ClusterError::File)?;
        let file: Vec<Job> = file.into_iter().map(|item| item.job).collect();
        self.plan_jobs(&file, prune, self.jobs().await?).await
    }

    /// The same for jobs that were read already, beside those that are `stored`.
    pub(super) async fn plan_jobs(
        &self,
        jobs: &[Job],
        prune: bool,
        stored: Vec<StoredJob>,
    ) -> Result<Planned, ClusterError> {
        let existing: Vec<_> = stored.iter().map(StoredJob::existing).collect();
        let plan = plan_apply(&existing, jobs, prune);
        if let Some(job) = plan.unreadable.first() {
            let broken = stored.iter().find(|stored| stored.id == job.id);
            let why = broken
                .and_then(|stored| stored.job.clone().err())
                .unwrap_or_default();
            return Err(ClusterError::Broken {
                name: format!("{}/{}", job.name.project, job.name.name),
                why,
            });
        }
        let edits = self.edits(&plan, &stored).await?;
        self.check_size(&edits)?;
        Ok(Planned { plan, edits })
    }

    /// Makes all of it or nothing. A second editor in between makes it nothing.
    pub(super) async fn carry_out(&self, planned: &Planned) -> Result<(), ClusterError> {
        let Some(first) = planned.edits.first() else {
            return Ok(());
        };
        let name = first.plan.version.title.clone();
        match self.send_edits(&planned.edits, &name).await? {
            Sent::Made => Ok(()),
            Sent::Refused(_) => Err(ClusterError::ApplyRaced {
                name: "one of its jobs".to_owned(),
            }),
        }
    }

    /// Whole or not at all holds only within one transaction: of several the first ones would
    /// stand, and be obeyed, if this program ended or somebody edited a job before the last one.
    /// To take the first ones back is an edit too, which the same may keep from being made. So a
    /// file is as large as a transaction of the store, which the embedded one does not bound and
    /// etcd does, and is refused before anything of it is written.
    fn check_size(&self, edits: &[PlannedEdit]) -> Result<(), ClusterError> {
        let Some(max) = self.coord.txn_max() else {
            return Ok(());
        };
        let size = self.keys.spell_edits(edits).size();
        if size.fits(max) {
            return Ok(());
        }
        let inside = EDIT_STEPS_TOGETHER + 1;
        let share = |part: usize, whole: usize| edits.len() * part / whole.max(1);
        let by_operations = share(
            max.operations.saturating_sub(inside),
            size.operations.saturating_sub(inside),
        );
        let most = by_operations.min(share(max.bytes, size.bytes)).max(1);
        Err(ClusterError::ApplyTooLarge {
            count: edits.len(),
            most,
        })
    }

    async fn edits(
        &self,
        plan: &ApplyPlan,
        stored: &[StoredJob],
    ) -> Result<Vec<PlannedEdit>, ClusterError> {
        let mut edits = Vec::new();
        for job in &plan.created {
            let id = JobId(Uuid::new_v4());
            edits.extend(self.planned(
                (&job.project, &job.name, id),
                None,
                Intent::Create(job.clone()),
            )?);
        }
        let current = self.envelopes(plan, stored).await?;
        let intents = plan
            .changed
            .iter()
            .map(|changed| (changed.id, Intent::Edit(changed.job.clone())));
        let pauses = plan.pruned.iter().map(|pruned| (pruned.id, Intent::Pause));
        for ((id, intent), (job, now)) in intents.chain(pauses).zip(current) {
            debug_assert_eq!(id, job.id);
            edits.extend(self.planned((&job.project, &job.name, id), Some(&now), intent)?);
        }
        Ok(edits)
    }

    /// What is stored of the jobs that the plan changes, in its order, as it was when it was made.
    async fn envelopes<'a>(
        &self,
        plan: &ApplyPlan,
        stored: &'a [StoredJob],
    ) -> Result<Vec<(&'a StoredJob, crate::definition::Current)>, ClusterError> {
        let ids = plan
            .changed
            .iter()
            .map(|changed| changed.id)
            .chain(plan.pruned.iter().map(|job| job.id));
        let by_id: BTreeMap<JobId, &StoredJob> = stored.iter().map(|job| (job.id, job)).collect();
        let jobs: Vec<&StoredJob> = ids.filter_map(|id| by_id.get(&id).copied()).collect();
        let keys: Vec<String> = jobs
            .iter()
            .map(|job| self.keys.job(&job.project, job.id))
            .collect();
        let (_, entries) = self
            .coord
            .get(&keys)
            .await
            .map_err(|source| ClusterError::Coord {
                doing: "read the jobs",
                source,
            })?;
        let mut current = Vec::new();
        for (job, entry) in jobs.into_iter().zip(entries) {
            let raced = || ClusterError::ApplyRaced { name: job.title() };
            let entry = entry
                .filter(|entry| entry.mod_revision == job.revision)
                .ok_or_else(raced)?;
            let envelope = Envelope::decode(&entry.value).map_err(|_| raced())?;
            current.push((
                job,
                crate::definition::Current {
                    envelope,
                    revision: entry.mod_revision,
                },
            ));
        }
        Ok(current)
    }

    fn planned(
        &self,
        (project, name, id): (&ProjectName, &str, JobId),
        current: Option<&crate::definition::Current>,
        intent: Intent,
    ) -> Result<Option<PlannedEdit>, ClusterError> {
        let plan = plan_edit(id, current, &intent, None, &self.author());
        let refused = |source| ClusterError::Refused {
            name: format!("{project}/{name}"),
            source,
        };
        Ok(plan.map_err(refused)?.map(|plan| PlannedEdit {
            project: project.clone(),
            id,
            plan,
        }))
    }

    /// The jobs as a file that `apply` reads, of one project or of all.
    pub async fn export(&self, project: Option<&ProjectName>) -> Result<String, ClusterError> {
        let jobs = self.jobs().await?;
        let wanted = jobs
            .iter()
            .filter(|job| project.is_none_or(|project| *project == job.project));
        let wanted: Vec<Job> = wanted
            .map(|job| usable(job).cloned())
            .collect::<Result<_, _>>()?;
        Ok(export(&wanted))
    }
}

pub(super) fn told(plan: &ApplyPlan) -> Applied {
    let title = |job: &Job| format!("{}/{}", job.project, job.name);
    let lines =
        |changes: &[crate::definition::Change]| changes.iter().map(ToString::to_string).collect();
    Applied {
        created: plan.created.iter().map(title).collect(),
        changed: plan
            .changed
            .iter()
            .map(|changed| (title(&changed.job), lines(&changed.changes)))
            .collect(),
        unchanged: plan.unchanged.len(),
        paused: plan
            .pruned
            .iter()
            .map(|job| format!("{}/{}", job.name.project, job.name.name))
            .collect(),
    }
}
