//! The newest changes in memory, and the signal that there are more.
//!
//! It is only a cache: the log in the file has them all, and a watch whose place is older than
//! what is kept here reads there.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;

use crate::limits::COORD_RECENT_BYTES_MAX;
use crate::txn::Entry;

/// One key of one revision; `None` says that it was removed.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub revision: u64,
    pub key: String,
    pub entry: Option<Entry>,
}

/// How the store stands.
#[derive(Clone, Debug)]
pub(super) struct Head {
    /// The newest revision known here.
    pub revision: u64,
    /// Why the file cannot be read at present.
    pub trouble: Option<String>,
    /// The store was dropped.
    pub closed: bool,
}

/// What is newer than a watch's place.
pub(super) enum Newer {
    /// All changes after it, up to and with this revision.
    Changes(u64, Vec<Arc<Change>>),
    /// It is older than what is kept.
    InFile,
}

pub(super) struct Feed {
    recent: Mutex<Recent>,
    head: watch::Sender<Head>,
}

struct Recent {
    /// Every change after this revision, and up to `head`, is in `changes`.
    floor: u64,
    head: u64,
    changes: VecDeque<Arc<Change>>,
    bytes: usize,
}

impl Feed {
    pub fn new(revision: u64) -> Self {
        let recent = Recent {
            floor: revision,
            head: revision,
            changes: VecDeque::new(),
            bytes: 0,
        };
        let head = Head {
            revision,
            trouble: None,
            closed: false,
        };
        Self {
            recent: Mutex::new(recent),
            head: watch::Sender::new(head),
        }
    }

    /// What this process committed: everything that happened in `(after, head]`.
    pub fn append(&self, after: u64, head: u64, changes: Vec<Change>) {
        {
            let mut recent = self.recent();
            // Whoever looks at the file may have seen this commit already.
            if recent.head > after {
                return;
            }
            if recent.head < after {
                recent.forget(after);
            }
            recent.head = head;
            changes.into_iter().for_each(|change| recent.push(change));
        }
        self.advance(head);
    }

    /// The file stands at this revision.
    pub fn seen(&self, revision: u64) {
        {
            let mut recent = self.recent();
            if recent.head < revision {
                recent.forget(revision);
            }
        }
        self.advance(revision);
    }

    /// The file cannot be read.
    pub fn troubled(&self, why: String) {
        self.head.send_if_modified(|head| {
            let changed = head.trouble.as_ref() != Some(&why);
            head.trouble = Some(why);
            changed
        });
    }

    pub fn close(&self) {
        self.head.send_modify(|head| head.closed = true);
    }

    pub fn subscribe(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }

    pub fn is_closed(&self) -> bool {
        self.head.borrow().closed
    }

    /// Changes below `prefix` after a revision all of which was told.
    pub fn newer(&self, told: u64, prefix: &str) -> Newer {
        let recent = self.recent();
        if told < recent.floor {
            return Newer::InFile;
        }
        let first = recent
            .changes
            .partition_point(|change| change.revision <= told);
        let wanted = |change: &&Arc<Change>| change.key.starts_with(prefix);
        let changes = recent
            .changes
            .range(first..)
            .filter(wanted)
            .cloned()
            .collect();
        Newer::Changes(recent.head.max(told), changes)
    }

    fn advance(&self, revision: u64) {
        self.head.send_if_modified(|head| {
            let changed = head.revision < revision || head.trouble.is_some();
            head.revision = head.revision.max(revision);
            head.trouble = None;
            changed
        });
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent
            .lock()
            .expect("nothing panics while it holds this lock")
    }
}

impl Recent {
    fn push(&mut self, change: Change) {
        self.bytes += size(&change);
        self.changes.push_back(Arc::new(change));
        while self.bytes > COORD_RECENT_BYTES_MAX {
            let Some(oldest) = self.changes.pop_front() else {
                return;
            };
            self.bytes -= size(&oldest);
            self.floor = oldest.revision;
        }
    }

    fn forget(&mut self, revision: u64) {
        self.changes.clear();
        self.bytes = 0;
        self.floor = revision;
        self.head = revision;
    }
}

fn size(change: &Change) -> usize {
    let value = change
        .entry
        .as_ref()
        .map_or(0, |entry| entry.key.len() + entry.value.len());
    size_of::<Change>() + change.key.len() + value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(revision: u64) -> Change {
        Change {
            revision,
            key: format!("a/{revision}"),
            entry: None,
        }
    }

    fn told(feed: &Feed, after: u64) -> Option<Vec<u64>> {
        match feed.newer(after, "a/") {
            Newer::Changes(_, changes) => {
                Some(changes.iter().map(|change| change.revision).collect())
            }
            Newer::InFile => None,
        }
    }

    #[test]
    fn a_gap_sends_watches_to_the_file_and_a_late_append_is_ignored() {
        let feed = Feed::new(5);
        feed.append(5, 7, vec![change(6), change(7)]);
        assert_eq!(told(&feed, 5), Some(vec![6, 7]));
        assert_eq!(told(&feed, 6), Some(vec![7]));
        assert_eq!(told(&feed, 4), None);
        // Another process committed 8; our own 9 follows.
        feed.append(8, 9, vec![change(9)]);
        assert_eq!(told(&feed, 7), None);
        assert_eq!(told(&feed, 8), Some(vec![9]));
        feed.seen(12);
        feed.append(10, 12, vec![change(11), change(12)]);
        assert_eq!(told(&feed, 12), Some(vec![]));
        assert_eq!(told(&feed, 9), None);
    }
}
