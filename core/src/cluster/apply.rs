//! Applying a file: whole or not at all.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::definitions::StoredDefinition;
use super::edit::Sent;
use super::{Cluster, ClusterError};
use crate::definition::{
    Address, ApplyPlan, Current, Definition, Existing, Format, FullName, Intent, Kind, export_all,
    parse_file, plan_apply, plan_edit,
};
use crate::id::ProjectName;
use crate::keyspace::PlannedEdit;
use crate::limits::EDIT_STEPS_TOGETHER;

/// What a file would do, or has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// The names of definitions that are new, those of other kinds than jobs with their kind.
    pub created: Vec<String>,
    /// Definitions that changed, each with the lines of its difference.
    pub changed: Vec<(String, Vec<String>)>,
    /// Definitions that were so already.
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
        let file: Vec<Definition> = file.into_iter().map(|item| item.definition).collect();
        self.plan(&file, prune).await
    }

    /// The same for definitions that were read already.
    pub(super) async fn plan(
        &self,
        wanted: &[Definition],
        prune: bool,
    ) -> Result<Planned, ClusterError> {
        self.check_uses(wanted).await?;
        let mut kinds: Vec<Kind> = wanted.iter().map(Definition::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut stored = Vec::new();
        for kind in kinds {
            stored.extend(self.stored(kind).await?);
        }
        let there = stored.iter().filter(|one| !one.is_deleted);
        let existing: Vec<Existing> = there.map(StoredDefinition::existing).collect();
        let plan = plan_apply(&existing, wanted, prune);
        if let Some(broken) = plan.unreadable.first() {
            let found = stored.iter().find(|one| one.address == broken.address);
            return Err(ClusterError::Broken {
                name: broken.name.to_string(),
                why: found.and_then(StoredDefinition::why).unwrap_or_default(),
            });
        }
        let edits = self.edits(&plan, &stored)?;
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

    fn edits(
        &self,
        plan: &ApplyPlan,
        stored: &[StoredDefinition],
    ) -> Result<Vec<PlannedEdit>, ClusterError> {
        let by_address: BTreeMap<&Address, &StoredDefinition> =
            stored.iter().map(|one| (&one.address, one)).collect();
        let current = |address: &Address| by_address.get(address)?.current();
        let mut edits = Vec::new();
        for definition in &plan.created {
            let (address, name) = (new_address(definition), definition.full_name());
            let there = current(&address);
            // What is named by its id comes back where it was removed.
            let intent = match there {
                Some(_) => Intent::Restore(definition.clone()),
                None => Intent::Create(definition.clone()),
            };
            edits.extend(self.planned((&address, &name), there.as_ref(), intent)?);
        }
        for changed in &plan.changed {
            let name = changed.definition.full_name();
            let (there, intent) = (
                current(&changed.address),
                Intent::Edit(changed.definition.clone()),
            );
            edits.extend(self.planned((&changed.address, &name), there.as_ref(), intent)?);
        }
        for pruned in &plan.pruned {
            let there = current(&pruned.address);
            let edit = self.planned(
                (&pruned.address, &pruned.name),
                there.as_ref(),
                Intent::Pause,
            )?;
            edits.extend(edit);
        }
        Ok(edits)
    }

    fn planned(
        &self,
        (address, name): (&Address, &FullName),
        current: Option<&Current>,
        intent: Intent<Definition>,
    ) -> Result<Option<PlannedEdit>, ClusterError> {
        let plan = plan_edit(address, current, &intent, None, &self.author());
        let refused = |source| ClusterError::Refused {
            name: name.to_string(),
            source,
        };
        Ok(plan.map_err(refused)?.map(|plan| PlannedEdit {
            address: address.clone(),
            plan,
        }))
    }

    /// All definitions as a file that `apply` reads; of one project those that belong to it.
    pub async fn export(&self, project: Option<&ProjectName>) -> Result<String, ClusterError> {
        let mut wanted = Vec::new();
        for kind in Definition::KINDS {
            let stored = self.stored(*kind).await?;
            let of_it = stored.into_iter().filter(|one| {
                !one.is_deleted && (project.is_none() || one.address.project.as_ref() == project)
            });
            for one in of_it {
                wanted.push(one.usable()?.clone());
            }
        }
        Ok(export_all(&wanted))
    }
}

/// Where a new definition will be stored.
pub(super) fn new_address(definition: &Definition) -> Address {
    let FullName {
        kind,
        project,
        name,
    } = definition.full_name();
    let id = match kind.is_named_by_id() {
        true => name,
        false => Uuid::new_v4().to_string(),
    };
    Address { kind, project, id }
}

/// A name as people hear it of a file: jobs are what most files hold.
pub(super) fn title(name: &FullName) -> String {
    match name.kind {
        Kind::Job => name.to_string(),
        kind => format!("{kind} {name}"),
    }
}

pub(super) fn told(plan: &ApplyPlan) -> Applied {
    let lines =
        |changes: &[crate::definition::Change]| changes.iter().map(ToString::to_string).collect();
    Applied {
        created: plan
            .created
            .iter()
            .map(|one| title(&one.full_name()))
            .collect(),
        changed: plan
            .changed
            .iter()
            .map(|changed| {
                (
                    title(&changed.definition.full_name()),
                    lines(&changed.changes),
                )
            })
            .collect(),
        unchanged: plan.unchanged.len(),
        paused: plan.pruned.iter().map(|job| job.name.to_string()).collect(),
    }
}
