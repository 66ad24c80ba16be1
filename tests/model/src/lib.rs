//! The transactions of the protocol in small worlds, walked in every possible order.
//!
//! Each module is one world: a few agents, one job, and the misfortunes that its bounds allow.
//! Its laws hold as the protocol stands. Each clause of the protocol can be left out by name,
//! and then a law must break: a clause whose absence nobody notices is not needed, or not
//! checked.

use std::fmt::Debug;
use std::hash::Hash;

use stateright::{Checker, Expectation, HasDiscoveries, Model};

pub mod batch;
pub mod broadcast;
pub mod claim;
pub mod edit;
pub mod ending;
pub mod kill;
pub mod ledger;
pub mod queue;
pub mod rebase;
pub mod request;
pub mod takeover;

/// What states and steps must be to be walked and shown.
pub trait Part: Clone + Debug + PartialEq + Send + Sync + 'static {}

impl<T: Clone + Debug + PartialEq + Send + Sync + 'static> Part for T {}

/// Threads that walk a world.
const THREADS: usize = 2;

/// A world of more states is too large to be walked whole beside other tests.
const STATES_MAX: usize = 3_000_000;

/// Walks the whole world and panics with a way into a broken law.
/// Returns how many different states there are.
pub fn holds<M>(world: M) -> usize
where
    M: Model + Send + Sync + 'static,
    M::State: Part + Hash,
    M::Action: Part,
{
    let checker = world.checker().threads(THREADS);
    let walked = checker.target_state_count(STATES_MAX).spawn_bfs().join();
    assert!(walked.state_count() < STATES_MAX, "the world is too large");
    walked.assert_properties();
    walked.unique_state_count()
}

/// Walks until a law breaks; the name of that law and the steps that lead there, or `None`
/// when all of them hold everywhere.
pub fn breaks<M>(world: M) -> Option<(&'static str, usize)>
where
    M: Model + Send + Sync + 'static,
    M::State: Part + Hash,
    M::Action: Part,
{
    let walked = world
        .checker()
        .threads(1)
        .finish_when(HasDiscoveries::AnyFailures)
        .target_state_count(STATES_MAX)
        .spawn_bfs()
        .join();
    let laws: Vec<&'static str> = walked
        .model()
        .properties()
        .iter()
        .filter(|property| property.expectation == Expectation::Always)
        .map(|property| property.name)
        .collect();
    let mut found = walked.discoveries().into_iter();
    let (law, way) = found.find(|(name, _)| laws.contains(name))?;
    Some((law, way.into_actions().len()))
}
