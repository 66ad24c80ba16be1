//! Runs that an agent would have brought to history are put there by hand.

use belfry_core::history::sqlite::SqliteHistory;
use belfry_core::history::{FinalOutput, History, Upload};
use belfry_core::id::{JobId, Moment, RunId, Scope};
use belfry_core::output::{OutputChunk, OutputStamp};
use belfry_core::run::{Reason, RunRecord, RunState, Trigger};
use expect_test::expect;
use jiff::Timestamp;

use super::bench::{Bench, fields};

const TICK: &str = r#"
[[job]]
project = "ops"
name = "tick"
schedule = "* * * * *"
shell = { script = "true" }
"#;

fn with_tick() -> (Bench, JobId) {
    let bench = Bench::new();
    bench.apply(TICK);
    let id = bench.json(&["jobs", "list"])[0]["job_id"]
        .as_str()
        .and_then(|id| id.parse().ok());
    (bench, id.expect("an id"))
}

fn record(job_id: JobId, second: i64, state: RunState) -> RunRecord {
    let at = Timestamp::from_second(second).expect("in range");
    let moment = Moment::At(at);
    RunRecord {
        run_id: RunId::derive(job_id, &Scope::One, moment),
        attempt: 1,
        job_id,
        project: "ops".parse().expect("a name"),
        job: "tick".to_owned(),
        scope: Scope::One,
        moment,
        scheduled_at: at,
        until: None,
        count: 1,
        generation: 1,
        fence: 7,
        node: "web-1".parse().expect("a name"),
        state,
        reason: (state == RunState::Failed).then_some(Reason::ExitCode),
        detail: None,
        trigger: Trigger::Schedule,
        by: None,
        decided_at: at,
        started_at: Some(at + std::time::Duration::from_millis(5)),
        finished_at: Some(at + std::time::Duration::from_millis(1505)),
        exit_code: Some(i32::from(state == RunState::Failed)),
        signal: None,
        output_bytes: 0,
        output_sha256: None,
        peak_memory_bytes: None,
        user_ms: None,
        system_ms: None,
    }
}

fn upload(bench: &Bench, upload: &Upload) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let history = SqliteHistory::open(&bench.stores())
            .await
            .expect("a history");
        history.upload(upload).await.expect("an upload");
        history.close().await;
    });
}

const SINCE: [&str; 2] = ["--since", "2026-01-01T00:00:00Z"];
const MINUTE: i64 = 1_790_000_040;

#[test]
fn runs_are_listed_shown_and_their_fields_stay() {
    let (bench, job) = with_tick();
    let mut range = record(job, MINUTE - 600, RunState::Skipped);
    (range.until, range.count, range.reason) = (
        Some(range.scheduled_at + std::time::Duration::from_secs(300)),
        6,
        Some(Reason::Misfire),
    );
    let runs = vec![
        record(job, MINUTE, RunState::Succeeded),
        record(job, MINUTE + 60, RunState::Failed),
        range,
    ];
    let failed = runs[1].run_id;
    upload(
        &bench,
        &Upload {
            runs,
            ..Upload::default()
        },
    );
    assert_eq!(
        bench.json(&["runs", "list"]),
        serde_json::json!([]),
        "older than 24 hours"
    );
    let list = |words: &[&str]| bench.json(&[&["runs", "list"], &SINCE[..], words].concat());
    let all = list(&[]);
    expect!["attempt by decided_at exit_code finished_at job job_id node output_bytes output_sha256 peak_memory_bytes project reason run_id scheduled_at scope signal started_at state trigger"]
        .assert_eq(&fields(&all[0]));
    assert_eq!(
        (&all[2]["count"], &all[2]["reason"]),
        (&6.into(), &"misfire".into())
    );
    assert_eq!(all[0]["scheduled_at"], "2026-09-21T14:15:00.000Z");
    for (words, count) in [
        (&["--state", "failed,succeeded"][..], 2),
        (&["--job", "tick", "--limit", "1"], 1),
        (&["--node", "web-2"], 0),
        (&["--until", "2026-09-21T14:15:00Z"], 2),
    ] {
        assert_eq!(
            list(words).as_array().map(Vec::len),
            Some(count),
            "{words:?}"
        );
    }
    let shown = bench.json(&["runs", "show", &failed.short()]);
    assert_eq!(
        (&shown["exit_code"], &shown["kill"]),
        (&1.into(), &serde_json::Value::Null)
    );
    assert_eq!(shown["attempts"].as_array().map(Vec::len), Some(1));
    let table = bench.ok(&[&["runs", "list"], &SINCE[..]].concat());
    assert!(
        table.contains("ops/tick  2026-09-21 14:15:00+00:00  failed (exit_code)    1.5 s  web-1"),
        "{table}"
    );
    assert!(!table.contains('\u{1b}'), "colours are for terminals");
    let sentence = bench.fails(1, &["runs", "kill", &failed.to_string()]);
    assert!(sentence.contains("has ended already"), "{sentence}");
}

#[test]
fn a_log_is_safe_to_print() {
    let (bench, job) = with_tick();
    let mut run = record(job, MINUTE, RunState::Succeeded);
    let bytes = b"one\n\x1b[31mtwo\x1b[0m\x1b[2J\xff\n".to_vec();
    run.output_bytes = bytes.len() as u64 + 100;
    let stamps = vec![
        OutputStamp {
            offset: 0,
            at_ms: 1_000,
        },
        OutputStamp {
            offset: 4,
            at_ms: 2_000,
        },
    ];
    let tail = OutputChunk {
        offset: bytes.len() as u64 + 95,
        bytes: b"tail\n".to_vec(),
        stamps: vec![],
    };
    let chunks = vec![
        OutputChunk {
            offset: 0,
            bytes,
            stamps,
        },
        tail,
    ];
    let (run_id, attempt) = (run.run_id, 1);
    let outputs = vec![FinalOutput {
        run_id,
        attempt,
        chunks,
    }];
    upload(
        &bench,
        &Upload {
            runs: vec![run],
            outputs,
            ..Upload::default()
        },
    );
    for follow in [&["-f"][..], &[]] {
        let out = bench.ok(&[&["runs", "logs", &run_id.to_string()], follow].concat());
        assert_eq!(
            out,
            "one\n\u{1b}[31mtwo\u{1b}[0m\u{fffd}\n… 95 bytes were not kept …\ntail\n"
        );
    }
    let json = bench.ok(&["runs", "logs", "--json", &run_id.short()]);
    let first: serde_json::Value =
        serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert_eq!(
        (&first["text"], &first["at"]),
        (&"one\n".into(), &"1970-01-01T00:00:01.000Z".into())
    );
}

#[test]
fn a_run_that_is_asked_for_waits_and_can_be_taken_back() {
    let (bench, _) = with_tick();
    let asked = bench.run(&["jobs", "run", "tick", "--json"]);
    assert_eq!(asked.code, 0);
    assert!(asked.err.contains("no agent runs here"), "{}", asked.err);
    let asked: serde_json::Value = serde_json::from_str(&asked.out).expect("JSON");
    let run = asked["run_id"].as_str().expect("an id");
    let sentence = bench.fails(1, &["runs", "kill", run]);
    assert!(sentence.contains("is taken back"), "{sentence}");
}

#[test]
fn a_ledger_without_gaps_passes_and_one_with_a_gap_fails() {
    let (bench, _) = with_tick();
    let found = bench.json(&["ledger", "verify"]);
    expect!["expected extras gaps lost recorded series"].assert_eq(&fields(&found));
    assert_eq!((&found["gaps"], &found["expected"]), (&0.into(), &0.into()));
    assert!(
        bench
            .ok(&["ledger", "verify", "--since", "7d"])
            .contains("0 gaps, 0 extras")
    );
    assert_eq!(bench.json(&["nodes", "list"]), serde_json::json!([]));
}

#[test]
fn a_run_asked_for_a_time_ahead_waits_is_shown_and_can_be_taken_back() {
    let (bench, _) = with_tick();
    let elsewhere = bench.fails(1, &["jobs", "run", "tick", "--node", "nowhere"]);
    assert!(
        elsewhere.contains("there is no node nowhere"),
        "{elsewhere}"
    );
    let far = bench.fails(1, &["jobs", "run", "tick", "--at", "2199-01-01T00:00:00Z"]);
    assert!(far.contains("more than a year ahead"), "{far}");
    let asked = bench.json(&["jobs", "run", "tick", "--at", "2h"]);
    let run = asked["run_id"].as_str().expect("a run's id").to_owned();

    let shown = bench.json(&["jobs", "show", "tick"]);
    let request = &shown["requests"][0];
    assert_eq!(
        (&request["run_id"], &request["cancelled"]),
        (&asked["run_id"], &false.into())
    );
    let at = |name: &str| -> jiff::Timestamp {
        let text = request[name].as_str().expect("an instant");
        text.parse().expect("an instant")
    };
    let (asked_at, not_before, not_after) = (at("asked_at"), at("not_before"), at("not_after"));
    assert!(not_before.duration_since(asked_at).as_secs() > 7_000);
    assert_eq!(not_after.duration_since(not_before).as_secs(), 600);
    let told = bench.ok(&["jobs", "show", "tick"]);
    assert!(
        told.contains(&format!("`belfryctl runs kill {run}` takes it back")),
        "{told}"
    );

    bench.fails(1, &["runs", "kill", &run[..8]]);
    let shown = bench.json(&["jobs", "show", "tick"]);
    assert_eq!(shown["requests"][0]["cancelled"], true);
    let unknown = bench.fails(1, &["runs", "rerun", &run[..8]]);
    assert!(unknown.contains("there is no run"), "{unknown}");
}
