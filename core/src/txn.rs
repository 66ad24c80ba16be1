//! Compare-and-set transactions as values, and what they mean.
//!
//! Both stores of the present and the simulation's obey [`Txn::evaluate`]: the embedded one
//! calls it, etcd implements the same rules by itself. No keys are spelled here.

use std::collections::BTreeMap;

/// A lease of a store: its keys go when it is not renewed.
pub type LeaseId = i64;

/// A key with its value and history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value: any bytes.
    pub value: Vec<u8>,
    /// The store's revision that created the key.
    pub create_revision: u64,
    /// The store's revision that last changed it.
    pub mod_revision: u64,
    /// The lease it hangs on.
    pub lease: Option<LeaseId>,
}

/// What must be true of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It exists with exactly this value.
    Value(Vec<u8>),
    /// It was last changed at this revision; 0: it does not exist.
    ModRevision(u64),
    /// It was created at this revision; 0: it does not exist.
    CreateRevision(u64),
    /// It exists.
    Present,
}

/// A condition of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compare {
    /// The key.
    pub key: String,
    /// What must be true of it.
    pub check: Check,
}

/// A step of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Writes a key.
    Put {
        /// The key.
        key: String,
        /// Its new value.
        value: Vec<u8>,
        /// The lease it will hang on.
        lease: Option<LeaseId>,
    },
    /// Removes a key, if it is there.
    Delete(String),
    /// Reads a key.
    Get(String),
    /// A transaction inside: its compares are judged by the state before the whole request.
    Nested(Txn),
}

/// Conditions, what to do when all hold, and what when not.
///
/// No key may be written twice in one request, nested transactions included: etcd refuses it,
/// and so does [`Txn::evaluate`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Txn {
    /// All must hold.
    pub compares: Vec<Compare>,
    /// Done when they do.
    pub then: Vec<Op>,
    /// Done when they do not.
    pub otherwise: Vec<Op>,
}

/// How large a transaction is, as stores count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxnSize {
    /// The longest of its three lists, and under it that of the largest transaction inside: etcd
    /// counts level by level, so that transactions side by side cost nothing extra.
    pub operations: usize,
    /// Bytes of keys and values, and what surrounds them.
    pub bytes: usize,
}

impl TxnSize {
    /// Whether a store that takes `max` takes this.
    pub fn fits(self, max: Self) -> bool {
        self.operations <= max.operations && self.bytes <= max.bytes
    }
}

/// What a transaction did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxnAnswer {
    /// Whether all compares held.
    pub succeeded: bool,
    /// The store's revision after it.
    pub revision: u64,
    /// One result for each step of the branch that was taken.
    pub results: Vec<OpResult>,
}

/// What one step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpResult {
    /// The key was written.
    Put,
    /// The key was removed, or was not there.
    Deleted,
    /// The key as it was before the request.
    Got(Option<Entry>),
    /// The transaction inside.
    Nested(TxnAnswer),
}

/// A change that a transaction makes: `None` removes the key.
pub type Writes = BTreeMap<String, Option<(Vec<u8>, Option<LeaseId>)>>;

/// A transaction writes one key twice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a transaction may write a key once only, and this one writes {key} twice")]
pub struct WrittenTwice {
    /// The key.
    pub key: String,
}

impl Txn {
    /// Judges the transaction by the state that `lookup` shows; the caller makes the writes,
    /// all at one new revision.
    ///
    /// `revision` is the store's revision if nothing is written; with writes the answer names
    /// the next one.
    pub fn evaluate(
        &self,
        revision: u64,
        lookup: &dyn Fn(&str) -> Option<Entry>,
    ) -> Result<(TxnAnswer, Writes), WrittenTwice> {
        let mut writes = Writes::new();
        let mut answer = self.run(lookup, &mut writes)?;
        // To remove what is not there changes nothing, and makes no revision.
        writes.retain(|key, change| change.is_some() || lookup(key).is_some());
        answer.set_revision(if writes.is_empty() {
            revision
        } else {
            revision + 1
        });
        Ok((answer, writes))
    }

    fn run(
        &self,
        lookup: &dyn Fn(&str) -> Option<Entry>,
        writes: &mut Writes,
    ) -> Result<TxnAnswer, WrittenTwice> {
        let succeeded = self
            .compares
            .iter()
            .all(|compare| compare.holds(lookup(&compare.key).as_ref()));
        let branch = if succeeded {
            &self.then
        } else {
            &self.otherwise
        };
        let mut results = Vec::with_capacity(branch.len());
        for op in branch {
            results.push(match op {
                Op::Put { key, value, lease } => {
                    write(writes, key, Some((value.clone(), *lease)))?;
                    OpResult::Put
                }
                Op::Delete(key) => {
                    write(writes, key, None)?;
                    OpResult::Deleted
                }
                Op::Get(key) => OpResult::Got(lookup(key)),
                Op::Nested(txn) => OpResult::Nested(txn.run(lookup, writes)?),
            });
        }
        Ok(TxnAnswer {
            succeeded,
            revision: 0,
            results,
        })
    }

    /// How large it is.
    pub fn size(&self) -> TxnSize {
        // What a message adds to a key or a value, at most.
        const AROUND: usize = 32;
        let compares = self.compares.iter().map(|compare| {
            let value = match &compare.check {
                Check::Value(value) => value.len(),
                _ => 0,
            };
            compare.key.len() + value + AROUND
        });
        let mut bytes: usize = compares.sum();
        let mut inside = 0;
        for op in self.then.iter().chain(&self.otherwise) {
            bytes += AROUND;
            bytes += match op {
                Op::Put { key, value, .. } => key.len() + value.len(),
                Op::Delete(key) | Op::Get(key) => key.len(),
                Op::Nested(txn) => {
                    let size = txn.size();
                    inside = inside.max(size.operations);
                    size.bytes
                }
            };
        }
        let lists = [self.compares.len(), self.then.len(), self.otherwise.len()];
        TxnSize {
            operations: lists.into_iter().max().unwrap_or_default() + inside,
            bytes,
        }
    }

    /// The same with its steps in transactions of `count` side by side, which are done whenever
    /// the branch that they stand in is.
    pub fn grouped(self, count: usize) -> Self {
        let group = |steps: Vec<Op>| {
            let groups = steps.chunks(count).map(|steps| {
                Op::Nested(Self {
                    then: steps.to_vec(),
                    ..Self::default()
                })
            });
            groups.collect()
        };
        Self {
            compares: self.compares,
            then: group(self.then),
            otherwise: group(self.otherwise),
        }
    }

    /// Every key that the transaction may read or write, each once.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys = Vec::new();
        self.collect_keys(&mut keys);
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn collect_keys<'a>(&'a self, keys: &mut Vec<&'a str>) {
        keys.extend(self.compares.iter().map(|compare| compare.key.as_str()));
        for op in self.then.iter().chain(&self.otherwise) {
            match op {
                Op::Put { key, .. } | Op::Delete(key) | Op::Get(key) => keys.push(key),
                Op::Nested(txn) => txn.collect_keys(keys),
            }
        }
    }
}

fn write(
    writes: &mut Writes,
    key: &str,
    change: Option<(Vec<u8>, Option<LeaseId>)>,
) -> Result<(), WrittenTwice> {
    match writes.insert(key.to_owned(), change) {
        None => Ok(()),
        Some(_) => Err(WrittenTwice {
            key: key.to_owned(),
        }),
    }
}

impl Compare {
    fn holds(&self, entry: Option<&Entry>) -> bool {
        match &self.check {
            Check::Value(value) => entry.is_some_and(|entry| entry.value == *value),
            Check::ModRevision(revision) => {
                entry.map_or(0, |entry| entry.mod_revision) == *revision
            }
            Check::CreateRevision(revision) => {
                entry.map_or(0, |entry| entry.create_revision) == *revision
            }
            Check::Present => entry.is_some(),
        }
    }
}

impl TxnAnswer {
    fn set_revision(&mut self, revision: u64) {
        self.revision = revision;
        for result in &mut self.results {
            if let OpResult::Nested(answer) = result {
                answer.set_revision(revision);
            }
        }
    }
}
