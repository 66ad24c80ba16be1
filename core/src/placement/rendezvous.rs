//! Highest random weight hashing (Thaler and Ravishankar, 1998): every pair of a job and a node
//! has a score, and the highest one wins. When a node goes, only what it had moves.

use uuid::Uuid;

/// The part of a score that belongs to a job. Ids are random, so their halves are.
pub(super) fn seed(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    mix(high ^ mix(low))
}

/// A node's score: the best of as many draws as it has weight, so that it wins by its share of all
/// weights. In whole numbers, so that every machine finds the same.
pub(super) fn score(seed: u64, node: &str, weight: u32) -> u64 {
    let own = node
        .bytes()
        .fold(seed, |hash, byte| mix(hash ^ u64::from(byte)));
    (0..u64::from(weight))
        .map(|draw| mix(own.wrapping_add(draw)))
        .max()
        .unwrap_or(0)
}

/// The finalizer of SplitMix64, after Steele, Lea and Flood (OOPSLA 2014).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
