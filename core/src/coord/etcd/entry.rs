//! What etcd holds, as entries.

use etcd_client::KeyValue;
use tracing::warn;

use crate::txn::Entry;

/// `None` for a key that is no text: it is none of ours, and is left alone.
pub(super) fn read(found: &KeyValue) -> Option<Entry> {
    Some(Entry {
        key: key(found)?,
        value: found.value().to_vec(),
        create_revision: revision(found.create_revision()),
        mod_revision: revision(found.mod_revision()),
        lease: Some(found.lease()).filter(|lease| *lease != 0),
    })
}

/// The key, if it is text.
pub(super) fn key(found: &KeyValue) -> Option<String> {
    match found.key_str() {
        Ok(key) => Some(key.to_owned()),
        Err(_) => {
            let key = String::from_utf8_lossy(found.key());
            warn!("the key {key:?} in etcd is not UTF-8: it is left alone");
            None
        }
    }
}

/// etcd's revisions are never below 0.
pub(super) fn revision(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
