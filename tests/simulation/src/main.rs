//! Lives worlds through: `simulate SEED` one, with its log; `simulate FROM TO` many.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use belfry_simulation::calm::calm;
use belfry_simulation::{faults, live};

fn main() {
    let numbers: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|arg| arg.parse().ok())
        .collect();
    match numbers[..] {
        [seed] => {
            let (world, faults) = live(seed, true);
            println!(
                "{} starts, {} records, {faults:?}",
                world.starts.len(),
                world.history.len()
            );
            world.check();
        }
        [from, to] => many(from, to),
        [from, to, _] => println!("{} decided", (from..to).map(calm).sum::<usize>()),
        _ => {
            eprintln!("simulate SEED lives one world and prints it; simulate FROM TO lives many");
            std::process::exit(2);
        }
    }
}

fn many(from: u64, to: u64) {
    let mut total: BTreeMap<faults::Fault, u32> = BTreeMap::new();
    let mut failed = Vec::new();
    for seed in from..to {
        let lived = catch_unwind(AssertUnwindSafe(|| {
            let (world, faults) = live(seed, false);
            world.check();
            faults
        }));
        match lived {
            Ok(faults) => faults
                .into_iter()
                .for_each(|(fault, count)| *total.entry(fault).or_default() += count),
            Err(_) => {
                println!("seed {seed} is broken: replay it with `simulate {seed}`");
                failed.push(seed);
            }
        }
    }
    println!("{} worlds, {} broken: {failed:?}", to - from, failed.len());
    println!("{total:?}");
    std::process::exit(i32::from(!failed.is_empty()));
}
