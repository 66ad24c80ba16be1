use expect_test::{Expect, expect};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::dispatch::{Passed, RunKey, RunValue, own_record};
use crate::id::{ClaimId, DiskId, Moment};
use crate::job::Labels;
use crate::placement::NodeFacts;
use crate::run::Trigger;
use crate::schedule::Language;

fn at(text: &str) -> Timestamp {
    format!("2026-01-01T{text}Z").parse().expect("an instant")
}

fn nodes() -> Nodes {
    let facts = |role: &str| NodeFacts {
        is_there: true,
        projects: Vec::new(),
        labels: Labels::from([("role".to_owned(), role.to_owned())]),
        weight: 1,
        max_parallel: 8,
        load: 0,
        draining: false,
        clock_suspect: false,
    };
    let mut nodes: Nodes = [("a", "web"), ("b", "web"), ("c", "web"), ("db-1", "db")]
        .map(|(name, role)| (name.parse().expect("a plain name"), facts(role)))
        .into();
    nodes
        .get_mut(&"c".parse().expect("a plain name"))
        .expect("it is there")
        .draining = true;
    nodes
}

fn job(change: serde_json::Value) -> Job {
    let mut fields = json!({
        "project": "ops", "name": "disk-usage", "schedule": "*/5 * * * *",
        "shell": { "script": "df -h" },
        "place": { "nodes": "role=web", "balance": "rotate" },
    });
    for (name, value) in change.as_object().expect("a table") {
        fields[name] = value.clone();
    }
    Job::read(&fields).expect("it is valid")
}

fn cursor(instant: &str, turn: u64) -> Cursor {
    Cursor {
        instant: at(instant),
        sgen: 1,
        turn,
    }
}

fn record(
    job: &Job,
    id: JobId,
    decided: &str,
    state: RunState,
    reason: Option<Reason>,
) -> RunRecord {
    let moment = Moment::At(at("02:00:00"));
    let key = RunKey {
        project: job.project.clone(),
        job: id,
        scope: Scope::One,
        moment,
    };
    let value = RunValue {
        v: 1,
        run_id: key.run_id(),
        claim_id: ClaimId(Uuid::nil()),
        node: "b".parse().expect("a plain name"),
        disk_id: DiskId(Uuid::nil()),
        session: 1,
        attempt: 1,
        state,
        reason,
        name: job.name.clone(),
        generation: 1,
        active: None,
        from: None,
        passed: Passed::default(),
        scheduled_at: at("02:00:00"),
        until: None,
        count: 1,
        start_by: at("02:01:00"),
        trigger: Trigger::Schedule,
        by: None,
        parameters: Default::default(),
        keep_until: None,
        decided_at: at(decided),
        due: Vec::new(),
        outcome: None,
        extra: Default::default(),
    };
    own_record(&key, &value, 1)
}

/// The explanation of 02:00:00, asked for at some time.
fn check(job: &Job, now: &str, cursor: Cursor, records: &[RunRecord], expected: Expect) {
    let explanation = explain(
        at("02:00:00"),
        Known {
            id: JobId(Uuid::from_u128(7)),
            job,
            cursor: Some(cursor),
            nodes: &nodes(),
            records,
            holder: None,
            now: at(now),
        },
    );
    let mut lines = Vec::new();
    for language in [Language::En, Language::ZhCn] {
        lines.extend(words::sentences(&explanation, language, |at| {
            at.to_string()
        }));
    }
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn what_is_to_come_says_who_would_decide_it_and_who_is_left_out() {
    check(
        &job(json!({})),
        "01:57:00",
        cursor("01:55:00", 11),
        &[],
        expect![[r#"
            It is still to come.
            At present a comes first; after it b.
            c is left out: it is being drained.
            db-1 is left out: its labels do not meet the job's conditions.
            时间未到。
            目前首选 a；其后依次为 b。
            不考虑 c：正在排空。
            不考虑 db-1：标签不符合任务的条件。
        "#]],
    );
}

#[test]
fn what_was_decided_says_by_whom_and_what_came_of_it() {
    let job = job(json!({}));
    let id = JobId(Uuid::from_u128(7));
    let skipped = record(
        &job,
        id,
        "02:00:03",
        RunState::Skipped,
        Some(Reason::Overlap),
    );
    check(
        &job,
        "03:00:00",
        cursor("02:55:00", 23),
        &[skipped],
        expect![[r#"
            b decided it at 2026-01-01T02:00:03Z; it was skipped: the run before it was still going.
            How the nodes stood then is not kept. At present a comes first; after it b.
            c is left out: it is being drained.
            db-1 is left out: its labels do not meet the job's conditions.
            由 b 于 2026-01-01T02:00:03Z 决定：已跳过（上一次运行尚未结束）。
            当时各节点的状态没有保存。目前首选 a；其后依次为 b。
            不考虑 c：正在排空。
            不考虑 db-1：标签不符合任务的条件。
        "#]],
    );
}

#[test]
fn what_is_undecided_paused_unrecorded_or_no_instant_says_so() {
    check(
        &job(json!({})),
        "02:00:02",
        cursor("01:55:00", 11),
        &[],
        expect![[r#"
            Its time has come, and nobody has decided it yet.
            At present a comes first; after it b.
            c is left out: it is being drained.
            db-1 is left out: its labels do not meet the job's conditions.
            时间已到，但还没有节点作出决定。
            目前首选 a；其后依次为 b。
            不考虑 c：正在排空。
            不考虑 db-1：标签不符合任务的条件。
        "#]],
    );
    check(
        &job(json!({ "paused": true })),
        "01:57:00",
        cursor("01:55:00", 11),
        &[],
        expect![[r#"
            The job is paused: it will not ring.
            At present a comes first; after it b.
            c is left out: it is being drained.
            db-1 is left out: its labels do not meet the job's conditions.
            任务已暂停，届时不会运行。
            目前首选 a；其后依次为 b。
            不考虑 c：正在排空。
            不考虑 db-1：标签不符合任务的条件。
        "#]],
    );
    check(
        &job(json!({})),
        "03:00:00",
        cursor("02:55:00", 23),
        &[],
        expect![[r#"
            It counts as decided, and no record says how: `belfryctl ledger verify` tells more.
            How the nodes stood then is not kept. At present a comes first; after it b.
            c is left out: it is being drained.
            db-1 is left out: its labels do not meet the job's conditions.
            该时刻已被决定，却没有记录说明结果：请运行 `belfryctl ledger verify` 查看。
            当时各节点的状态没有保存。目前首选 a；其后依次为 b。
            不考虑 c：正在排空。
            不考虑 db-1：标签不符合任务的条件。
        "#]],
    );
    check(
        &job(json!({ "schedule": "7 * * * *" })),
        "01:00:00",
        cursor("00:07:00", 0),
        &[],
        expect![[r#"
            The schedule does not ring then; it rings next at 2026-01-01T02:07:00Z.
            该时刻不在计划之内；其后最近一次是 2026-01-01T02:07:00Z。
        "#]],
    );
}

#[test]
fn the_turn_is_the_same_before_and_after_it_was_taken() {
    let job = job(json!({}));
    let order = |now: &str, cursor| {
        let known = Known {
            id: JobId(Uuid::from_u128(7)),
            job: &job,
            cursor: Some(cursor),
            nodes: &nodes(),
            records: &[],
            holder: None,
            now: at(now),
        };
        explain(at("02:00:00"), known).candidates
    };
    let before = order("01:57:00", cursor("01:50:00", 10));
    assert_eq!(before, order("02:00:01", cursor("01:55:00", 11)));
    assert_eq!(before, order("02:07:00", cursor("02:05:00", 13)));
}
