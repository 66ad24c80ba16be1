//! Edits: two people, each changing one definition twice, answers that get lost, versions on their
//! way to a history that is away for a while.

use std::collections::BTreeSet;

use stateright::{Model, Property};

/// A clause that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// Deleting leaves a tombstone, so that generations go on.
    Tombstone,
    /// An edit of unknown outcome is settled by its own id.
    SettledByEditId,
    /// A pending entry goes after history has it.
    HistoryBeforePending,
    /// The definition and its pending entry are one transaction.
    OneTransaction,
    /// An edit compares the revision that it was made on.
    RevisionCompared,
}

/// The world and how much goes wrong in it.
#[derive(Clone, Debug)]
pub struct World {
    /// Left out, if any.
    pub without: Option<Clause>,
    /// Answers that are lost.
    pub drops: u8,
    /// Agents that die between writing to history and removing the entry.
    pub crashes: u8,
}

const PEOPLE: usize = 2;
const EDITS_EACH: u8 = 2;

/// A version, by generation, and the edit that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Version {
    generation: u8,
    edit: u8,
    deleted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Asked {
    version: Version,
    revision: u8,
    /// The answer to it was lost.
    unknown: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Person {
    edits: u8,
    /// What this person has read: the version and its revision.
    read: Option<(Option<Version>, u8)>,
    asked: Option<Asked>,
    /// Edits that were called saved, and that were called a conflict.
    saved: BTreeSet<u8>,
    conflicts: BTreeSet<u8>,
}

/// Everything at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    stored: Option<Version>,
    revision: u8,
    pending: BTreeSet<Version>,
    history: BTreeSet<Version>,
    /// What an agent has taken from the pending entries and not committed yet.
    carried: Option<Version>,
    people: [Person; PEOPLE],
    /// Every version that was ever applied.
    applied: BTreeSet<Version>,
    left: [u8; 2],
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The person reads the definition.
    Read(usize),
    /// The person saves a change, or a deletion.
    Save(usize, bool),
    /// The same, and the answer is lost.
    SaveUnheard(usize, bool),
    /// The person's program finds out what came of it.
    Settle(usize),
    /// An agent takes a pending entry.
    Carry,
    /// History commits it.
    Commit,
    /// The entry is removed.
    Clear,
    /// The agent dies.
    Crash,
}

impl World {
    fn has(&self, clause: Clause) -> bool {
        self.without != Some(clause)
    }

    fn apply(&self, state: &mut State, version: Version, revision: u8) -> bool {
        if state.revision != revision && self.has(Clause::RevisionCompared) {
            return false;
        }
        state.revision += 1;
        state.applied.insert(version);
        if self.has(Clause::OneTransaction) {
            state.pending.insert(version);
        }
        state.stored = Some(version);
        if version.deleted && !self.has(Clause::Tombstone) {
            state.stored = None;
            state.revision = 0;
        }
        true
    }

    fn save(&self, state: &mut State, person: usize, deleted: bool, heard: bool) -> Option<()> {
        let (read, revision) = state.people[person].read.take()?;
        state.people[person].edits += 1;
        let edit = state.people[person].edits * PEOPLE as u8 + person as u8;
        let version = Version {
            generation: read.map_or(1, |version| version.generation + 1),
            edit,
            deleted,
        };
        let won = self.apply(state, version, revision);
        let person = &mut state.people[person];
        if !heard {
            person.asked = Some(Asked {
                version,
                revision,
                unknown: true,
            });
        } else if won {
            person.saved.insert(edit);
            if !self.has(Clause::OneTransaction) {
                person.asked = Some(Asked {
                    version,
                    revision,
                    unknown: false,
                });
            }
        } else {
            person.conflicts.insert(edit);
        }
        Some(())
    }

    fn settle(&self, state: &mut State, name: usize) -> Option<()> {
        let Asked {
            version,
            revision,
            unknown,
        } = state.people[name].asked.take()?;
        if !unknown {
            // The second half of an edit in two transactions.
            state.pending.insert(version);
            return Some(());
        }
        let mine = state.stored == Some(version)
            || state.pending.contains(&version)
            || state.history.contains(&version);
        let saved = match (mine, self.has(Clause::SettledByEditId)) {
            (true, true) => true,
            _ => self.apply(state, version, revision),
        };
        let person = &mut state.people[name];
        match saved {
            true => person.saved.insert(version.edit),
            false => person.conflicts.insert(version.edit),
        };
        Some(())
    }
}

impl Model for World {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            stored: None,
            revision: 0,
            pending: BTreeSet::new(),
            history: BTreeSet::new(),
            carried: None,
            people: Default::default(),
            applied: BTreeSet::new(),
            left: [self.drops, self.crashes],
        }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        for (name, person) in state.people.iter().enumerate() {
            match (&person.asked, &person.read) {
                (Some(_), _) => steps.push(Step::Settle(name)),
                (None, None) if person.edits < EDITS_EACH => steps.push(Step::Read(name)),
                (None, Some((read, _))) => {
                    let there = read.is_some_and(|version| !version.deleted);
                    steps.push(Step::Save(name, false));
                    if there {
                        steps.push(Step::Save(name, true));
                    }
                    if state.left[0] > 0 {
                        steps.push(Step::SaveUnheard(name, false));
                    }
                }
                _ => {}
            }
        }
        match state.carried {
            None if !state.pending.is_empty() => steps.push(Step::Carry),
            Some(_) => steps.extend([Step::Commit, Step::Clear]),
            None => {}
        }
        if state.carried.is_some() && state.left[1] > 0 {
            steps.push(Step::Crash);
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Read(name) => state.people[name].read = Some((state.stored, state.revision)),
            Step::Save(name, deleted) => self.save(&mut state, name, deleted, true)?,
            Step::SaveUnheard(name, deleted) => {
                state.left[0] -= 1;
                self.save(&mut state, name, deleted, false)?;
            }
            Step::Settle(name) => self.settle(&mut state, name)?,
            Step::Carry => {
                let version = *state.pending.first()?;
                state.carried = Some(version);
                if !self.has(Clause::HistoryBeforePending) {
                    state.pending.remove(&version);
                }
            }
            Step::Commit => {
                if !state.history.insert(state.carried?) {
                    return None;
                }
            }
            Step::Clear => {
                let version = state.carried?;
                if !state.history.contains(&version) {
                    return None;
                }
                state.pending.remove(&version);
                state.carried = None;
            }
            Step::Crash => {
                state.left[1] -= 1;
                state.carried = None;
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "what is called saved was applied, and a conflict was not",
                |_, state: &State| {
                    let applied: BTreeSet<u8> =
                        state.applied.iter().map(|version| version.edit).collect();
                    state.people.iter().all(|person| {
                        person.saved.is_subset(&applied) && person.conflicts.is_disjoint(&applied)
                    })
                },
            ),
            Property::always("a generation is one edit", |_, state: &State| {
                let mut generations = BTreeSet::new();
                state
                    .applied
                    .iter()
                    .all(|version| generations.insert(version.generation))
            }),
            Property::always(
                "every version is in history or on its way",
                |_, state: &State| {
                    let known = |version: &Version| {
                        state.pending.contains(version)
                            || state.history.contains(version)
                            || state.carried == Some(*version)
                    };
                    state.applied.iter().all(known)
                },
            ),
            Property::sometimes("a deleted definition is restored", |_, state: &State| {
                state.applied.iter().any(|version| version.deleted)
                    && state.stored.is_some_and(|version| !version.deleted)
            }),
            Property::sometimes(
                "a second editor learns of a conflict",
                |_, state: &State| !state.people[1].conflicts.is_empty(),
            ),
        ]
    }
}
