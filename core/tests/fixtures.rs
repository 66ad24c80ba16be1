//! Writes `ui/src/backend/fake/fixtures.json`: what the real core says, for the window's made-up
//! world. Fails when the committed file is stale.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::{env, fs};

use belfry_core::cluster::{Cluster, ClusterError, ThisComputer, next_lines, place_words};
use belfry_core::coord::Coord;
use belfry_core::coord::embedded::Embedded;
use belfry_core::definition::{EditRefused, diff};
use belfry_core::dispatch::{RunKey, own_record};
use belfry_core::envelope::{Content, Envelope};
use belfry_core::explain::words::{excluded, order, told};
use belfry_core::explain::{Decision, Explanation, Verdict};
use belfry_core::history::sqlite::SqliteHistory;
use belfry_core::history::{History, Upload};
use belfry_core::id::{EditId, JobId, Moment, RunId, Scope};
use belfry_core::job::{Job, Place, PlaceOn};
use belfry_core::job_query::JobFilter;
use belfry_core::keyspace::Keyspace;
use belfry_core::placement::Excluded;
use belfry_core::run::{Reason, RunRecord, RunState, Trigger};
use belfry_core::schedule::{Language, Schedule, Timetable, Zone, words};
use belfry_core::txn::{Op, Txn};
use belfry_core::view::{CommandError, JobGroup, JobQuery, Preferences, RunsQuery};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

const FILE: &str = "../ui/src/backend/fake/fixtures.json";
const REFRESH: &str = "REFRESH=1 cargo test -p belfry-core --features io --test fixtures";
/// The instant at which the window's tests begin.
const NOW: &str = "2026-11-21T04:34:56Z";
const SCHEDULES: [&str; 7] = [
    "*/30 * * * * *",
    "*/5 * * * *",
    "0 * * * *",
    "0 3 * * *",
    "30 8 * * 1-5",
    "0 2 1 * *",
    "@manual",
];
const ZONES: [&str; 2] = ["Asia/Shanghai", "America/New_York"];
const PREVIEW_LINES: usize = 20;

fn now() -> Timestamp {
    NOW.parse().expect("an instant")
}

fn both(said: impl Fn(Language) -> String) -> Value {
    json!({ "en": said(Language::En), "zh": said(Language::ZhCn) })
}

fn spoken() -> (Value, Value) {
    let (mut said, mut next) = (BTreeMap::new(), BTreeMap::new());
    for text in SCHEDULES {
        let schedule = Schedule::parse(text).expect("a schedule");
        said.insert(text, both(|language| words(&schedule, language)));
        for zone in ZONES {
            let timetable = Timetable::new(schedule.clone(), Zone::parse(zone).expect("a zone"));
            let lines = next_lines(&timetable, now(), PREVIEW_LINES);
            next.insert(format!("{text} {zone}"), json!(lines));
        }
    }
    (json!(said), json!(next))
}

fn places() -> Value {
    let node = PlaceOn::Node("web-1".parse().expect("a name"));
    let place = |on: PlaceOn| {
        let place = Place {
            on,
            ..Place::default()
        };
        both(|language| place_words(&place, language))
    };
    json!({ "one": place(PlaceOn::One), "all": place(PlaceOn::All), "node web-1": place(node) })
}

fn mistakes() -> Value {
    let texts = [
        "state:faild",
        "state:pausd",
        "state:?",
        "tag:",
        "owner:",
        "project:",
        "state:",
    ];
    let told = |text: &&str| {
        let (_, mistakes) = JobFilter::parse(text);
        let mistake = mistakes.first().expect("a mistake");
        (
            (*text).to_owned(),
            both(|language| mistake.sentence(language)),
        )
    };
    texts
        .iter()
        .map(told)
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .collect()
}

fn errors() -> Value {
    let current = Box::new(envelope(job_id(1), body("tick", json!({})), 4));
    let made = [
        ClusterError::NoSuchJob {
            name: "ops/tick".to_owned(),
        },
        ClusterError::NameTaken {
            name: "ops/tick".to_owned(),
        },
        ClusterError::Refused {
            name: "ops/tick".to_owned(),
            source: EditRefused::Conflict { seen: 3, current },
        },
        ClusterError::NotRunning {
            run: RunId([7; 16]),
        },
    ];
    let mut by_code = BTreeMap::new();
    for error in made {
        let error: CommandError = error.into();
        let code = json!(error.code);
        let code = code.as_str().expect("a word").to_owned();
        by_code.entry(code).or_insert(json!(error));
    }
    json!(by_code)
}

fn body(name: &str, more: Value) -> Value {
    let mut body = json!({
        "project": "ops", "name": name, "schedule": "@manual", "shell": { "script": "true\n" },
    });
    for (field, value) in more.as_object().expect("fields") {
        body[field] = value.clone();
    }
    body
}

fn diffs() -> Value {
    let job = |more| Job::read(&body("tick", more)).expect("a job");
    let lines = |old: Option<&Job>, new: Option<&Job>| -> Vec<String> {
        diff(old, new).iter().map(ToString::to_string).collect()
    };
    let plain = job(json!({ "schedule": "*/5 * * * *" }));
    let changed = job(json!({
        "schedule": "@hourly", "timeout": "1h", "tags": ["night"],
        "shell": { "script": "date\ntrue\n" },
    }));
    json!({
        "created": lines(None, Some(&plain)),
        "edited": lines(Some(&plain), Some(&changed)),
        "back": lines(Some(&changed), Some(&plain)),
    })
}

/// What is said of an instant: `{at}` stands for times, `node-0`, `first-0` and `others-0` for
/// nodes.
fn explained() -> Value {
    let one = |verdict, decisions: Vec<Decision>| Explanation {
        job_id: job_id(1),
        at: now(),
        due_at: now(),
        verdict,
        held_by: None,
        as_of: now(),
        candidates: Vec::new(),
        excluded: Vec::new(),
        decisions,
    };
    let spoken = |explanation: Explanation| {
        both(|language| told(&explanation, language, |_| "{at}".to_owned()).join(" "))
    };
    let decided = RunState::ALL.into_iter().map(|state| {
        let decision = Decision {
            node: "node-0".parse().expect("a name"),
            ..Decision::from(&record(job_id(1), 0, state))
        };
        (
            state.as_str(),
            spoken(one(Verdict::Decided, vec![decision])),
        )
    });
    let orders = |verdict| {
        [&[][..], &["first-0"], &["first-0", "others-0"]].map(|names| {
            let names = names.iter().map(|name| name.parse().expect("a name"));
            let explanation = Explanation {
                candidates: names.collect(),
                ..one(verdict, Vec::new())
            };
            both(|language| order(&explanation, language).unwrap_or_default())
        })
    };
    let why = [
        Excluded::Labels,
        Excluded::Gone,
        Excluded::Draining,
        Excluded::ClockSuspect,
    ];
    json!({
        "decided": decided.collect::<BTreeMap<_, _>>(),
        "to_come": spoken(one(Verdict::ToCome, Vec::new())),
        "paused": spoken(one(Verdict::Paused, Vec::new())),
        "no_instant": spoken(one(Verdict::NoInstant { next: Some(now()) }, Vec::new())),
        "no_record": spoken(one(Verdict::NoRecord, Vec::new())),
        "orders_past": orders(Verdict::Decided),
        "orders": orders(Verdict::ToCome),
        "left_out": why.map(|why| both(|language| excluded(why, language).to_owned())),
    })
}

fn field_errors() -> Value {
    let wrong = json!({
        "project": "Ops!", "name": "", "schedule": "61 * * * *", "timezone": "Mars/Olympus",
        "timeout": "soon", "retries": { "count": 1000 }, "shell": {}, "unknown": 1,
    });
    json!(Job::read(&wrong).expect_err("mistakes"))
}

fn job_id(number: u128) -> JobId {
    JobId(Uuid::from_u128(number))
}

fn envelope(id: JobId, body: Value, generation: u64) -> Envelope {
    Envelope {
        kind: "job".to_owned(),
        id: id.to_string(),
        generation,
        edit: EditId(Uuid::from_u128(9)),
        schedule_generation: Some(1),
        rested: false,
        content: Content::Body(body),
        key_id: None,
        signature: None,
        extra: Default::default(),
    }
}

/// A run of the job, an hour later than the one before it.
fn record(job: JobId, index: i64, state: RunState) -> RunRecord {
    let at = Timestamp::from_second(1_795_000_000 + 3600 * index).expect("in range");
    let key = RunKey {
        project: "ops".parse().expect("a name"),
        job,
        scope: Scope::One,
        moment: Moment::At(at),
    };
    let value = json!({
        "v": 1, "run_id": key.run_id(), "claim_id": Uuid::from_u128(5), "node": "this-computer",
        "disk_id": Uuid::from_u128(6), "session": 3, "attempt": 1, "state": "claimed",
        "name": "backup", "gen": 2, "scheduled_at": at, "count": 1, "start_by": at,
        "trigger": "schedule", "decided_at": at,
        "passed": belfry_core::dispatch::Passed::default(),
    });
    let value = serde_json::from_value(value).expect("a run");
    let failed = state == RunState::Failed;
    RunRecord {
        state,
        reason: failed.then_some(Reason::ExitCode),
        trigger: Trigger::Schedule,
        started_at: Some(at),
        finished_at: Some(at + std::time::Duration::from_millis(2_500)),
        exit_code: Some(i32::from(failed)),
        output_bytes: 1_234,
        peak_memory_bytes: Some(4_194_304),
        user_ms: Some(120),
        system_ms: Some(30),
        ..own_record(&key, &value, 9)
    }
}

/// What the use-cases give over embedded stores with these jobs and runs.
async fn examples() -> Value {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let keys = Keyspace::this_computer();
    let coord = Arc::new(Embedded::open(dir.path()).await.expect("a store"));
    let history = Arc::new(SqliteHistory::open(dir.path()).await.expect("a history"));
    let bodies = [
        body(
            "backup",
            json!({ "tags": ["night"], "owner": "lin", "starred": true, "timeout": "1h" }),
        ),
        body(
            "later",
            json!({ "schedule": "@at 2099-01-01 00:00", "note": "Once, far away." }),
        ),
        body("newer", json!({ "warp": 9 })),
    ];
    for (number, body) in (1..).zip(bodies) {
        let id = job_id(number);
        let put = Op::Put {
            key: keys.job(&"ops".parse().expect("a name"), id),
            value: envelope(id, body, 2).encode().expect("small"),
            lease: None,
        };
        let txn = Txn {
            then: vec![put],
            ..Txn::default()
        };
        assert!(coord.transact(&txn).await.expect("a put").succeeded);
    }
    let states = [
        RunState::Succeeded,
        RunState::Failed,
        RunState::TimedOut,
        RunState::Succeeded,
    ];
    let runs: Vec<RunRecord> = (0..)
        .zip(states)
        .map(|(at, state)| record(job_id(1), at, state))
        .collect();
    let newest = runs[3].run_id;
    let upload = Upload {
        runs,
        ..Upload::default()
    };
    history.upload(&upload).await.expect("a history");
    let cluster = Cluster::new(coord, history, keys, "lin@desk".to_owned());
    let picture = cluster.picture().await.expect("a picture");
    let query = JobQuery {
        group: JobGroup::Tag,
        ..JobQuery::default()
    };
    let job = cluster.job("backup").await.expect("the job");
    let runs = RunsQuery {
        job_id: None,
        states: Vec::new(),
        after: None,
        limit: 10,
    };
    json!({
        "Preferences": Preferences::default(),
        "JobPage": cluster.jobs_page(&picture, &query).await.expect("a page"),
        "JobDetail": cluster.job_detail(&job, "en").await.expect("a job"),
        "RunsPage": cluster.runs_page(&runs).await.expect("a page"),
        "RunDetail": cluster.run_detail(newest).await.expect("a run"),
    })
}

#[tokio::test]
async fn the_windows_made_up_world_says_what_core_says() {
    let (said, next) = spoken();
    let all = json!({
        "refresh": REFRESH,
        "now": NOW,
        "words": said,
        "next": next,
        "places": places(),
        "mistakes": mistakes(),
        "errors": errors(),
        "diffs": diffs(),
        "field_errors": field_errors(),
        "explained": explained(),
        "states": RunState::ALL,
        "zones": Zone::tzdb_version(),
        "licences": ThisComputer::licences(),
        "examples": examples().await,
    });
    let mut wanted = serde_json::to_string_pretty(&all).expect("plain data");
    wanted.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if env::var_os("REFRESH").is_some() {
        fs::write(&path, &wanted).expect("the folder can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == wanted,
        "{} is stale: run {REFRESH}",
        path.display()
    );
}
