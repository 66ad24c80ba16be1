//! Whose turn it is, by the number of an occurrence and nothing else.
//!
//! The number stands in the cursor: how many instants of the series were decided before it, skipped
//! ones included. So it is the same for every agent that read the cursor, survives restarts of all
//! of them, and an agent whose view is old can still count ahead: the instants after its cursor
//! have the next numbers. The ordinal in the timetable would change with every edit, and would have
//! to be counted from the beginning of time.

/// The index of the node whose turn `turn` is, among nodes of these weights.
///
/// Over as many turns in a row as all weights together, each node has exactly as many as its weight,
/// spread evenly: node `j`'s `k`-th turn of `w` lies at `(2k + 1) / 2w` of the round (the divisor
/// method of Webster and Sainte-Laguë). `None` without any weight.
pub fn turn_of(weights: &[u32], turn: u64) -> Option<usize> {
    let divisor = weights
        .iter()
        .fold(0, |all, weight| gcd(all, u64::from(*weight)));
    if divisor == 0 {
        return None;
    }
    let weights: Vec<u64> = weights
        .iter()
        .map(|weight| u64::from(*weight) / divisor)
        .collect();
    let place = turn % weights.iter().sum::<u64>();
    (0..weights.len()).find(|node| has_place(&weights, *node, place))
}

/// Whether one of the node's turns has this place in the round.
fn has_place(weights: &[u64], node: usize, place: u64) -> bool {
    let (mut low, mut high) = (0, weights[node]);
    while low < high {
        let middle = low + (high - low) / 2;
        match turns_before(weights, node, middle) < place {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    low < weights[node] && turns_before(weights, node, low) == place
}

/// How many turns of all nodes lie before this node's `k`-th; of equal ones the first node's do.
fn turns_before(weights: &[u64], node: usize, k: u64) -> u64 {
    let own = weights[node];
    let earlier = |(other, weight): (usize, &u64)| {
        // Turns m of the other with (2m + 1) / weight < (2k + 1) / own, or equal for one before.
        let bound = (2 * k + 1) * weight + u64::from(other < node);
        bound.saturating_sub(1) / own
    };
    weights
        .iter()
        .enumerate()
        .map(|pair| earlier(pair).div_ceil(2))
        .sum()
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
