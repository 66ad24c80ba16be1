//! Definitions of any kind: what is stored, and the one way to change, remove and restore it.
//!
//! Jobs have their own use-cases beside these, in `jobs` and `edit`.

use super::apply::new_address;
use super::edit::Changed;
use super::error::Doing;
use super::{Cluster, ClusterError};
use crate::definition::{
    Address, Current, Definition, Existing, FullName, Intent, Kind, Version, diff_lines,
};
use crate::envelope::{Content, DecodeError, Envelope};
use crate::txn::Entry;

/// A definition as the store of the present holds it; may be a tombstone.
#[derive(Clone, Debug)]
pub struct StoredDefinition {
    /// Where it is stored.
    pub address: Address,
    /// Its name; the id when not even that can be read, or when it is deleted.
    pub name: FullName,
    /// Whether only a tombstone is left.
    pub is_deleted: bool,
    /// What it is, or why this version cannot use it, as a sentence; the sentence of a tombstone.
    pub definition: Result<Definition, String>,
    envelope: Result<Envelope, DecodeError>,
    revision: u64,
}

impl StoredDefinition {
    /// Reads an entry; `None` for keys of no definition that this version obeys.
    pub fn read(address: Address, entry: &Entry) -> Option<Self> {
        let envelope = Envelope::decode(&entry.value);
        let body = envelope.as_ref().ok().and_then(Envelope::body);
        let named = body.and_then(|body| body.get("name")?.as_str());
        let name = FullName {
            kind: address.kind,
            project: address.project.clone(),
            name: named.unwrap_or(&address.id).to_owned(),
        };
        let is_deleted = matches!(&envelope, Ok(envelope) if envelope.content == Content::Deleted);
        let definition = match (&envelope, body) {
            (Err(error), _) => {
                let key = &entry.key;
                Err(format!("could not read the definition at {key}: {error}"))
            }
            (Ok(_), None) => Err("it is deleted: restore it first".to_owned()),
            (Ok(_), Some(body)) => {
                let read = Definition::from_body(address.kind, body)?;
                read.map_err(|error| error.to_string())
            }
        };
        Some(Self {
            address,
            name,
            is_deleted,
            definition,
            envelope,
            revision: entry.mod_revision,
        })
    }

    /// Its generation; 0 when not even that can be read.
    pub fn generation(&self) -> u64 {
        self.envelope
            .as_ref()
            .map_or(0, |envelope| envelope.generation)
    }

    /// Why this version cannot use it.
    pub fn why(&self) -> Option<String> {
        self.definition.as_ref().err().cloned()
    }

    /// The definition, if this version can use it.
    pub fn usable(&self) -> Result<&Definition, ClusterError> {
        self.definition
            .as_ref()
            .map_err(|why| ClusterError::Broken {
                name: self.name.to_string(),
                why: why.clone(),
            })
    }

    /// As a file that is to be applied is compared with it.
    pub(super) fn existing(&self) -> Existing {
        Existing {
            address: self.address.clone(),
            generation: self.generation(),
            name: self.name.clone(),
            definition: self.definition.clone().ok(),
        }
    }

    /// As an edit is planned on it.
    pub(super) fn current(&self) -> Option<Current> {
        Some(Current {
            envelope: self.envelope.clone().ok()?,
            revision: self.revision,
        })
    }
}

impl Cluster {
    /// The definitions of a kind, by name.
    pub async fn definitions(&self, kind: Kind) -> Result<Vec<StoredDefinition>, ClusterError> {
        let mut stored = self.stored(kind).await?;
        stored.retain(|one| !one.is_deleted);
        stored.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(stored)
    }

    /// The same with what is deleted, in no order.
    pub(super) async fn stored(&self, kind: Kind) -> Result<Vec<StoredDefinition>, ClusterError> {
        let listing = self
            .coord
            .list(&self.keys.definitions(kind))
            .await
            .doing("read the definitions")?;
        let read = |entry: &Entry| {
            let address = self.keys.address_of(&entry.key)?;
            StoredDefinition::read(address, entry)
        };
        Ok(listing.entries.iter().filter_map(read).collect())
    }

    /// The definition of this kind that `name` names: `project/name`, a name that only one
    /// project has, or an id.
    pub async fn definition(
        &self,
        kind: Kind,
        name: &str,
    ) -> Result<StoredDefinition, ClusterError> {
        let mut found = self.definitions(kind).await?;
        found.retain(|one| is_called(&one.name, name) || one.address.id == name);
        match found.len() {
            1 => Ok(found.swap_remove(0)),
            0 => Err(no_such(kind, name)),
            _ => Err(ClusterError::AmbiguousJob {
                name: name.to_owned(),
                candidates: found.iter().map(|one| one.name.to_string()).collect(),
            }),
        }
    }

    /// Where a definition is or was stored: of several that are deleted the newest.
    pub async fn address_also_deleted(
        &self,
        kind: Kind,
        name: &str,
    ) -> Result<Address, ClusterError> {
        match self.definition(kind, name).await {
            Err(ClusterError::NoSuchDefinition { .. }) => {}
            found => return Ok(found?.address),
        }
        let mut newest = None;
        for one in self
            .stored(kind)
            .await?
            .into_iter()
            .filter(|one| one.is_deleted)
        {
            let versions = self.versions_at(&one.address).await?;
            let fits = |version: &&Version| {
                let last = version.title.rsplit('/').next();
                version.title == name || last == Some(name) || version.id == name
            };
            if let Some(version) = versions.first().filter(fits) {
                newest = newest.max(Some((version.at, one.address)));
            }
        }
        newest
            .map(|(_, address)| address)
            .ok_or_else(|| no_such(kind, name))
    }

    /// Makes a definition be so: new, changed, or brought back where it was removed. With `seen`
    /// only if it still has that generation.
    pub async fn put(
        &self,
        definition: Definition,
        seen: Option<u64>,
    ) -> Result<Changed, ClusterError> {
        let full = definition.full_name();
        let name = full.to_string();
        let stored = self.stored(full.kind).await?;
        let fresh = new_address(&definition);
        let there = stored
            .iter()
            .find(|one| !one.is_deleted && one.name == full);
        let there = there.or_else(|| stored.iter().find(|one| one.address == fresh));
        let Some(there) = there else {
            return self.create_at(&fresh, definition).await;
        };
        let intent = match there.is_deleted {
            true => Intent::Restore(definition),
            false => Intent::Edit(definition),
        };
        self.change(&name, &there.address, &intent, seen).await
    }

    /// Removes a definition; a tombstone stays, so that it can be restored.
    pub async fn remove(
        &self,
        stored: &StoredDefinition,
        seen: Option<u64>,
    ) -> Result<Changed, ClusterError> {
        let (name, intent) = (stored.name.to_string(), Intent::<Definition>::Delete);
        self.change(&name, &stored.address, &intent, seen).await
    }

    /// All that is kept of a definition's past, newest first.
    pub async fn versions_at(&self, address: &Address) -> Result<Vec<Version>, ClusterError> {
        self.versions_of(address.kind, &address.id).await
    }

    /// How two versions of a definition differ, one line each, the earlier one first.
    pub async fn difference(
        &self,
        address: &Address,
        (one, other): (u64, u64),
    ) -> Result<Vec<String>, ClusterError> {
        let versions = self.versions_at(address).await?;
        let read = |generation| {
            let version = find(&versions, address, generation)?;
            read(address, version)
                .map(Some)
                .or_else(|error| match error {
                    ClusterError::NoSuchVersion { .. } => Ok(None),
                    other => Err(other),
                })
        };
        let (before, after) = (read(one.min(other))?, read(one.max(other))?);
        let changes = Definition::changes(before.as_ref(), after.as_ref());
        Ok(diff_lines(&changes))
    }

    /// Brings back what a definition was at some generation, also of a deleted one.
    pub async fn restore_at(
        &self,
        address: &Address,
        generation: u64,
    ) -> Result<Changed, ClusterError> {
        let versions = self.versions_at(address).await?;
        let version = find(&versions, address, generation)?;
        let definition = read(address, version)?;
        let intent = Intent::Restore(definition);
        self.change(&version.title, address, &intent, None).await
    }
}

fn find<'a>(
    versions: &'a [Version],
    address: &Address,
    generation: u64,
) -> Result<&'a Version, ClusterError> {
    let mut all = versions.iter();
    all.find(|version| version.generation == generation)
        .ok_or_else(|| ClusterError::NoSuchVersion {
            name: versions
                .first()
                .map_or_else(|| address.id.clone(), |version| version.title.clone()),
            generation,
        })
}

fn read(address: &Address, version: &Version) -> Result<Definition, ClusterError> {
    let none = || ClusterError::NoSuchVersion {
        name: version.title.clone(),
        generation: version.generation,
    };
    if version.body.is_null() {
        return Err(none());
    }
    let read = Definition::from_body(address.kind, &version.body).ok_or_else(none)?;
    read.map_err(|error| ClusterError::Broken {
        name: version.title.clone(),
        why: error.to_string(),
    })
}

fn no_such(kind: Kind, name: &str) -> ClusterError {
    ClusterError::NoSuchDefinition {
        kind,
        name: name.to_owned(),
    }
}

fn is_called(full: &FullName, name: &str) -> bool {
    full.name == name || full.to_string() == name
}
