//! Agents killed at any moment.

use std::collections::BTreeMap;
use std::time::Duration;

use belfry_core::run::RunState;
use belfry_harness::place::{Place, job};
use belfry_harness::wait;
use belfry_harness::witness::Witness;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use belfry_scenarios::ledger::{self, Rhythm};

const KILLS: u32 = 10;
const LINES: usize = 100;

/// How many jobs ring every second, and how far apart the kills are: by night there is time for more.
fn size() -> (usize, u64) {
    match std::env::var_os("BELFRY_NIGHTLY") {
        Some(_) => (40, 40),
        None => (20, 10),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_crashes_neither_double_nor_lose_a_run() {
    let (many, apart) = size();
    let place = Place::new().await;
    let witness = Witness::new(place.dir(), "witness");
    let mut agent = place.agent().await;
    let mut jobs = Vec::new();
    for number in 0..many {
        let draft = job(&format!("job {number}"), "* * * * * *", witness.line());
        jobs.push(place.put_job(draft).await);
    }
    let first = Timestamp::now().as_second() + 1;
    for kill in 0..KILLS {
        let moment = moment(kill, apart);
        wait::a_while(moment).await;
        let before = witness.starts().len();
        agent.kill();
        agent = place.agent().await;
        wait::until(
            "programs start again",
            Duration::from_secs(20),
            async || (witness.starts().len() > before).then_some(()),
        )
        .await;
        println!("kill {kill} after {moment:?}");
    }
    let last = Timestamp::now().as_second();

    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for id in jobs {
        let rows = ledger::every(Rhythm::SECOND, &place, id, (first, last)).await;
        ledger::no_extra_start(&rows, &witness);
        for row in rows {
            let why = row.reason.map_or("", |reason| reason.as_str());
            *states
                .entry(format!("{} {why}", row.state.as_str()))
                .or_default() += 1;
        }
    }
    println!("{} s, {many} jobs: {states:?}", last - first);
    let succeeded = states.get("succeeded ").copied().unwrap_or_default();
    assert!(
        succeeded > many * 10,
        "too few programs ran for this to show anything: {states:?}"
    );
}

/// Any moment; every other time one just after a full second, when everything is due.
fn moment(kill: u32, apart: u64) -> Duration {
    let random = u64::from(Uuid::new_v4().as_bytes()[0]);
    match kill % 2 {
        0 => Duration::from_millis(random * apart),
        _ => {
            let past = u64::try_from(Timestamp::now().subsec_millisecond()).expect("after 1970");
            Duration::from_millis(apart * 200 - past + random / 2)
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_spans_a_crash_keeps_its_exit_code_and_every_byte() {
    let place = Place::new().await;
    let witness = Witness::new(place.dir(), "witness");
    let agent = place.agent().await;
    let script = format!(
        "{}i=0; while [ $i -lt {LINES} ]; do echo \"line $i\"; i=$((i+1)); sleep 0.05; done; exit 7",
        witness.line()
    );
    let id = place.put_job(job("long", "@manual", script)).await;
    let run = place.run_now(id).await;
    wait::until("it runs", Duration::from_secs(10), async || {
        (!witness.starts().is_empty()).then_some(())
    })
    .await;
    agent.kill();
    wait::a_while(Duration::from_secs(1)).await;
    let _agent = place.agent().await;

    let record = place.ended(run, Duration::from_secs(40)).await;
    let expected: String = (0..LINES)
        .map(|number| format!("line {number}\n"))
        .collect();
    assert_eq!(
        (record.state, record.exit_code),
        (RunState::Failed, Some(7)),
        "{record:?}"
    );
    assert_eq!(place.output(run, 1).await, expected.as_bytes());
    let digest: String = Sha256::digest(&expected)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(record.output_sha256, Some(digest));
    assert_eq!(witness.starts()[&(run, 1)].len(), 1);
}
