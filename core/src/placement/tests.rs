use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::job::Selector;

fn node(number: usize) -> NodeId {
    NodeId::new(&format!("n{number}")).expect("a plain name")
}

fn facts(weight: u32) -> NodeFacts {
    NodeFacts {
        is_there: true,
        projects: Vec::new(),
        labels: Labels::new(),
        weight,
        max_parallel: 10,
        load: 0,
        draining: false,
        clock_suspect: false,
    }
}

fn nodes(weights: &[u32]) -> Nodes {
    let known = weights.iter().enumerate();
    known
        .map(|(number, weight)| (node(number), facts(*weight)))
        .collect()
}

fn place(balance: Balance) -> Place {
    Place {
        balance,
        ..Place::default()
    }
}

fn order_of(job: u128, place: &Place, turn: u64, nodes: &Nodes) -> Candidates {
    let project = "ops".parse().expect("a plain name");
    let wanted = Wanted {
        id: JobId(Uuid::from_u128(job)),
        project: &project,
        place,
        what: What::Turn(turn),
    };
    candidates(wanted, nodes)
}

fn first(job: u128, place: &Place, turn: u64, nodes: &Nodes) -> NodeId {
    order_of(job, place, turn, nodes).order[0].clone()
}

#[test]
fn three_to_two_to_one_over_six_hundred_is_three_hundred_to_two_to_one() {
    let (known, place) = (nodes(&[3, 2, 1]), place(Balance::Rotate));
    let mut count: BTreeMap<NodeId, u32> = BTreeMap::new();
    for turn in 17..617 {
        *count.entry(first(7, &place, turn, &known)).or_default() += 1;
    }
    assert_eq!(count.into_values().collect::<Vec<_>>(), [300, 200, 100]);
}

#[test]
fn turns_of_equals_go_round() {
    let turns: Vec<_> = (0..6).map(|turn| turn_of(&[1, 1, 1], turn)).collect();
    let expected = [0, 1, 2, 0, 1, 2].map(Some);
    assert_eq!(turns, expected);
    assert_eq!(turn_of(&[], 3), None);
    assert_eq!(turn_of(&[0, 0], 3), None);
}

proptest! {
    #[test]
    fn over_a_round_each_has_exactly_its_weight_wherever_it_begins(
        weights in proptest::collection::vec(0_u32..9, 1..6),
        begin in 0_u64..1_000_000,
    ) {
        let round: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        let mut count = vec![0; weights.len()];
        for turn in begin..begin + round {
            count[turn_of(&weights, turn).expect("somebody has weight")] += 1;
        }
        prop_assert_eq!(count, weights);
    }

    #[test]
    fn between_two_turns_of_a_node_each_other_has_its_share_at_most(
        weights in proptest::collection::vec(1_u32..9, 2..6),
    ) {
        let round: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        for (index, weight) in weights.iter().enumerate() {
            let own: Vec<u64> = (0..3 * round)
                .filter(|turn| turn_of(&weights, *turn) == Some(index))
                .collect();
            let shares = weights.iter().map(|other| u64::from(other.div_ceil(*weight)));
            // Its own share is the turn itself.
            let apart: u64 = shares.sum();
            prop_assert!(own.windows(2).all(|pair| pair[1] - pair[0] <= apart));
        }
    }

    #[test]
    fn only_the_jobs_of_a_lost_node_move(
        weights in proptest::collection::vec(1_u32..5, 2..7),
        lost in 0_usize..7,
        jobs in proptest::collection::vec(any::<u128>(), 50),
    ) {
        let (before, place) = (nodes(&weights), place(Balance::Sticky));
        let lost = node(lost % weights.len());
        let mut after = before.clone();
        after.get_mut(&lost).expect("it is known").is_there = false;
        for job in jobs {
            let (was, is) = (order_of(job, &place, 0, &before).order, order_of(job, &place, 0, &after).order);
            let kept: Vec<NodeId> = was.into_iter().filter(|node| *node != lost).collect();
            prop_assert_eq!(kept, is);
        }
    }
}

#[test]
fn sticky_jobs_are_divided_by_weight() {
    let (known, place) = (nodes(&[3, 1]), place(Balance::Sticky));
    let on_first = (0..4_000)
        .filter(|job| first(*job, &place, 0, &known) == node(0))
        .count();
    assert!((2_850..3_150).contains(&on_first), "{on_first} of 4000");
}

#[test]
fn the_least_loaded_comes_first_and_small_differences_do_not_count() {
    let place = place(Balance::LeastLoaded);
    let mut known = nodes(&[1, 1, 1]);
    known.get_mut(&node(0)).expect("known").load = 5;
    known.get_mut(&node(1)).expect("known").load = 3;
    let order = order_of(1, &place, 0, &known).order;
    assert_eq!(order, [node(2), node(1), node(0)]);

    for facts in known.values_mut() {
        facts.max_parallel = 100;
    }
    let firsts: std::collections::BTreeSet<NodeId> =
        (0..50).map(|job| first(job, &place, 0, &known)).collect();
    assert_eq!(firsts.len(), 3, "5 of 100 is as free as none of 100");
}

#[test]
fn the_written_order_holds_and_names_decide_the_rest() {
    let mut place = place(Balance::Ordered);
    place.nodes = Some(Selector::parse("node:n2, node:n0, node:n1").expect("readable"));
    let order = order_of(1, &place, 0, &nodes(&[1, 1, 1, 1])).order;
    assert_eq!(order, [node(2), node(0), node(1)]);

    place.nodes = None;
    let order = order_of(1, &place, 0, &nodes(&[1, 1])).order;
    assert_eq!(order, [node(0), node(1)]);
}

#[test]
fn who_is_left_out_is_told_why() {
    let mut known = nodes(&[1, 1, 1, 1, 0, 1, 1]);
    let mut change = |number, change: fn(&mut NodeFacts)| {
        change(known.get_mut(&node(number)).expect("known"));
    };
    for number in [0, 1, 2, 3, 4, 5] {
        change(number, |facts| {
            drop(facts.labels.insert("role".into(), "web".into()))
        });
    }
    change(0, |facts| {
        facts.projects = vec!["shop".parse().expect("a plain name")]
    });
    change(1, |facts| facts.draining = true);
    change(2, |facts| facts.clock_suspect = true);
    change(3, |facts| facts.is_there = false);
    let mut place = place(Balance::Sticky);
    place.nodes = Some(Selector::parse("role=web").expect("readable"));
    let found = order_of(1, &place, 0, &known);
    assert_eq!(found.order, [node(5)]);
    let why: Vec<Excluded> = found.excluded.iter().map(|(_, why)| *why).collect();
    use Excluded::*;
    assert_eq!(
        why,
        [Project, Draining, ClockSuspect, Gone, NoWeight, Labels]
    );
}

#[test]
fn without_failover_a_job_waits_for_its_own_node() {
    let mut place = place(Balance::Sticky);
    let mut known = nodes(&[1, 1, 1]);
    let home = first(5, &place, 0, &known);
    known.get_mut(&home).expect("known").is_there = false;
    assert_eq!(order_of(5, &place, 0, &known).order.len(), 2);

    place.failover = false;
    let found = order_of(5, &place, 0, &known);
    assert!(found.order.is_empty(), "nobody else takes over");
    assert!(found.excluded.contains(&(home, Excluded::Gone)));
    let others = found
        .excluded
        .iter()
        .filter(|(_, why)| *why == Excluded::NoFailover);
    assert_eq!(others.count(), 2);
}

#[test]
fn a_job_bound_to_a_node_that_nobody_knows_says_so() {
    let place = Place {
        on: PlaceOn::Node(node(9)),
        ..Place::default()
    };
    let found = order_of(1, &place, 0, &nodes(&[1]));
    assert!(found.order.is_empty());
    let expected = [
        (node(0), Excluded::PinnedElsewhere),
        (node(9), Excluded::Gone),
    ];
    assert_eq!(found.excluded, expected);
}
