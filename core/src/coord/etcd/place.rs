//! How far a watch has told.
//!
//! etcd cuts long messages, also in the middle of a revision, and it does not always put its
//! answer to "how far are you" behind the changes that it speaks of (repaired in 3.4.25 and
//! 3.5.8). So an answer counts only when a second one, asked some seconds later, came without
//! any of those changes in between.

use std::collections::BTreeSet;

#[derive(Debug)]
pub(super) struct Place {
    /// Everything up to this revision was told.
    told: u64,
    /// Of this one, these keys were.
    partly: (u64, BTreeSet<Vec<u8>>),
    /// The newest answer of this stream that no other has confirmed.
    answer: Option<u64>,
}

impl Place {
    /// Where everything up to this revision was told.
    pub fn at(revision: u64) -> Self {
        Self {
            told: revision,
            partly: (revision, BTreeSet::new()),
            answer: None,
        }
    }

    pub fn told(&self) -> u64 {
        self.told
    }

    /// Where a new stream begins. Not after what was told: etcd keeps its answers back from a
    /// watch that waits for a revision to come.
    pub fn resume_at(&mut self) -> i64 {
        self.answer = None;
        i64::try_from(self.told.max(1)).unwrap_or(i64::MAX)
    }

    /// Whether a change is to be told, because it was not yet.
    pub fn admits(&mut self, revision: u64, key: &[u8]) -> bool {
        if revision <= self.told {
            return false;
        }
        if self.answer.is_some_and(|answer| revision <= answer) {
            self.answer = None;
        }
        if revision > self.partly.0 {
            // Changes come in the order of their revisions.
            self.told = self.told.max(revision - 1);
            self.partly = (revision, BTreeSet::new());
        }
        self.partly.1.insert(key.to_owned())
    }

    /// Takes an answer. False: twice it was older than what was told, so it is of another past.
    pub fn hears(&mut self, answer: u64) -> bool {
        let Some(confirmed) = self.answer.replace(answer) else {
            return true;
        };
        if confirmed < self.told && answer < self.told {
            return false;
        }
        self.told = self.told.max(confirmed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_that_was_cut_in_two_is_told_once() {
        let mut place = Place::at(4);
        assert_eq!(place.resume_at(), 4);
        assert!(!place.admits(4, b"a"));
        assert!(place.admits(6, b"a"));
        assert_eq!((place.told(), place.resume_at()), (5, 5));
        // After a cut the stream begins again with the whole revision.
        assert!(!place.admits(6, b"a"));
        assert!(place.admits(6, b"b"));
        assert!(place.admits(7, b"a"));
        assert_eq!(place.told(), 6);
    }

    #[test]
    fn an_answer_counts_when_another_confirms_it() {
        let mut place = Place::at(4);
        assert!(place.hears(9));
        assert_eq!(place.told(), 4);
        // It was ahead of a change that it speaks of.
        assert!(place.admits(8, b"a"));
        assert!(place.hears(9));
        assert_eq!(place.told(), 7);
        assert!(place.hears(12));
        assert_eq!(place.told(), 9);
        assert!(!place.admits(9, b"a"));
        // A new stream knows nothing of the old one's answers.
        place.resume_at();
        assert!(place.hears(13));
        assert_eq!(place.told(), 9);
    }

    #[test]
    fn a_store_that_was_set_back_is_noticed() {
        let mut place = Place::at(100);
        assert!(place.hears(60));
        assert!(place.hears(100), "it only lagged");
        assert!(place.hears(60));
        assert!(!place.hears(61));
    }
}
