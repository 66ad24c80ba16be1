use super::*;
use crate::id::{JobId, Moment};
use crate::schedule::{Schedule, Zone};
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn every(text: &str) -> Option<Timetable> {
    Some(Timetable::new(Schedule::parse(text).expect("a schedule"), Zone::parse("UTC").expect("a zone")))
}

fn row(first: i64, until: Option<i64>, state: RunState) -> LedgerRow {
    let scope = Scope::One;
    LedgerRow {
        run_id: RunId::derive(JobId(Uuid::from_u128(1)), &scope, Moment::At(at(first))),
        scope,
        scheduled_at: at(first),
        until: until.map(at),
        count: 1,
        attempt: 1,
        state,
        reason: None,
    }
}

fn ran(second: i64) -> LedgerRow {
    row(second, None, RunState::Succeeded)
}

fn gap(first: i64, last: i64, count: u64) -> Gap {
    Gap { first: at(first), last: at(last), count }
}

fn one_edition(text: &str) -> Vec<Edition> {
    vec![Edition { from: at(0), timetable: every(text) }]
}

#[test]
fn finds_the_instants_without_a_record_and_the_records_without_an_instant() {
    let rows: Vec<LedgerRow> = [10, 20, 25, 50, 60].map(ran).into();
    let found = check(&one_edition("@every 10s"), &rows, at(0), at(60));
    assert_eq!((found.expected, found.recorded), (6, 4));
    assert_eq!(found.gaps, [gap(30, 40, 2)]);
    assert_eq!(found.extras.iter().map(|extra| extra.at).collect::<Vec<_>>(), [at(25)]);
    assert!(!found.is_whole());
}

#[test]
fn a_range_stands_for_every_instant_in_it_and_attempts_for_one() {
    let mut again = ran(10);
    again.attempt = 2;
    let rows = [ran(10), again, row(15, Some(45), RunState::Skipped), ran(50)];
    assert!(check(&one_edition("@every 10s"), &rows, at(0), at(59)).is_whole());
    let doubled = [row(10, Some(30), RunState::Skipped), ran(20)];
    let found = check(&one_edition("@every 10s"), &doubled, at(0), at(35));
    assert_eq!(found.extras.len(), 1, "an instant has one record");
}

#[test]
fn an_instant_near_an_edit_is_neither_demanded_nor_refused() {
    let editions = [
        Edition { from: at(0), timetable: every("@every 10s") },
        Edition { from: at(30), timetable: every("@every 15s") },
        Edition { from: at(61), timetable: None },
        Edition { from: at(100), timetable: every("@every 10s") },
    ];
    for rows in [
        vec![ran(10), ran(20), ran(30), ran(45)],
        vec![ran(10), ran(20), row(30, Some(30), RunState::Skipped), ran(45), ran(60)],
        vec![ran(10), ran(20), ran(45), row(60, Some(61), RunState::Skipped), row(70, Some(100), RunState::Skipped)],
    ] {
        let found = check(&editions, &rows, at(0), at(100));
        assert!(found.is_whole(), "{found:?}");
        assert_eq!(found.expected, 3);
    }
    let found = check(&editions, &[ran(10), ran(20), ran(45), ran(80)], at(0), at(110));
    assert_eq!(found.gaps, [gap(110, 110, 1)], "awake again");
    assert_eq!(found.extras.len(), 1, "it rested at 80");
}

#[test]
fn edits_in_the_same_second_confuse_nothing() {
    let edition = |second, text| Edition { from: at(second), timetable: every(text) };
    let mut editions = vec![edition(0, "@every 10s")];
    editions.extend((0..40).map(|_| edition(31, "@every 7s")));
    editions.push(edition(32, "@every 10s"));
    let rows: Vec<LedgerRow> = [10, 20, 40, 50].map(ran).into();
    assert!(check(&editions, &rows, at(0), at(55)).is_whole());
}

#[test]
fn what_left_no_evidence_is_told_apart() {
    let mut lost = row(20, None, RunState::Lost);
    lost.reason = Some(Reason::NoRecord);
    let found = check(&one_edition("@every 10s"), &[ran(10), lost], at(0), at(25));
    assert!(found.is_whole());
    assert_eq!(found.lost.len(), 1);
}

#[test]
fn a_day_of_a_job_of_every_second_is_checked_at_once() {
    let day = 86_400;
    let rows: Vec<LedgerRow> = (1..=day).filter(|second| second % 20_000 != 0).map(ran).collect();
    let found = check(&one_edition("* * * * * *"), &rows, at(0), at(day));
    // Right after the job was made nothing is demanded.
    assert_eq!(found.expected, 86_398);
    assert_eq!(found.gaps.len(), 4);
    assert!(found.extras.is_empty());
}
