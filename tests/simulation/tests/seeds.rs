//! A thousand worlds in which every kind of misfortune happens, and no law is broken.
//!
//! They are lived through in two halves, since the machine that runs this has two cores.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use belfry_simulation::faults::{ALL, Fault};
use belfry_simulation::live;

#[test]
fn the_laws_hold_in_even_worlds() {
    laws_hold((0..1000).step_by(2));
}

#[test]
fn the_laws_hold_in_odd_worlds() {
    laws_hold((1..1000).step_by(2));
}

/// A law is broken on purpose: the checks must see it, or they prove nothing.
#[test]
fn a_program_started_twice_and_a_lost_record_are_noticed() {
    let (mut doubled, _) = live(7, false);
    let again = doubled.starts.first().cloned().expect("something ran");
    doubled.starts.push(again);
    assert!(is_broken(|| doubled.check()));

    let (mut silent, _) = live(7, false);
    let lost = *silent
        .history
        .keys()
        .next()
        .expect("something was recorded");
    silent.history.remove(&lost);
    assert!(is_broken(|| silent.check()));
}

fn is_broken(check: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(check)).is_err()
}

fn laws_hold(seeds: impl Iterator<Item = u64>) {
    let mut total: BTreeMap<Fault, u32> = BTreeMap::new();
    for seed in seeds {
        let lived = catch_unwind(|| {
            let (world, faults) = live(seed, false);
            world.check();
            faults
        });
        let faults = lived.unwrap_or_else(|_| {
            panic!("seed {seed} broke a law; replay it: cargo run -p belfry-simulation -- {seed}")
        });
        assert!(
            !faults.is_empty(),
            "nothing went wrong in world {seed}: it proves nothing"
        );
        for (fault, count) in faults {
            *total.entry(fault).or_default() += count;
        }
    }
    for fault in ALL {
        assert!(
            total.contains_key(&fault),
            "{fault:?} never happened in any world"
        );
    }
    println!("{total:?}");
}
