//! The store of the present, in memory, obeying the same transactions as the real ones.

use std::collections::BTreeMap;

use belfry_core::txn::{Entry, Txn, TxnAnswer};

/// Keys with their revisions.
#[derive(Debug, Default)]
pub struct Store {
    /// The newest revision.
    pub revision: u64,
    /// What stands there.
    pub entries: BTreeMap<String, Entry>,
}

impl Store {
    /// Applies a transaction.
    pub fn transact(&mut self, txn: &Txn) -> TxnAnswer {
        let (answer, writes) = txn
            .evaluate(self.revision, &|key| self.entries.get(key).cloned())
            .expect("the dispatcher never writes a key twice");
        if !writes.is_empty() {
            self.revision += 1;
        }
        for (key, change) in writes {
            match change {
                Some((value, _)) => self.put(key, value),
                None => drop(self.entries.remove(&key)),
            }
        }
        answer
    }

    /// Writes a key from outside, at a revision of its own.
    pub fn write(&mut self, key: String, value: Vec<u8>) -> u64 {
        self.revision += 1;
        self.put(key, value);
        self.revision
    }

    /// Removes a key from outside.
    pub fn remove(&mut self, key: &str) {
        self.revision += 1;
        self.entries.remove(key);
    }

    fn put(&mut self, key: String, value: Vec<u8>) {
        let revision = self.revision;
        let create_revision = self
            .entries
            .get(&key)
            .map_or(revision, |entry| entry.create_revision);
        let entry = Entry {
            key: key.clone(),
            value,
            create_revision,
            mod_revision: revision,
            lease: None,
        };
        self.entries.insert(key, entry);
    }

    /// Keys below a prefix.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .range(prefix.to_owned()..)
            .map(|(_, entry)| entry)
            .take_while(move |entry| entry.key.starts_with(prefix))
    }
}
