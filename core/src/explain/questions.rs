//! Questions that people ask, each with its world and the sentence that answers it.

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::id::Moment;
use crate::job::Labels;
use crate::placement::NodeFacts;
use crate::run::Trigger;
use crate::schedule::Language;

/// Every question is about this instant.
const ASKED: &str = "02:00:00";

/// What is known when the question is asked.
struct World {
    job: Value,
    now: &'static str,
    cursor: (&'static str, u64),
    nodes: Nodes,
    records: Vec<RunRecord>,
    holder: Option<RunRecord>,
}

fn at(time: &str) -> Timestamp {
    format!("2026-01-01T{time}Z").parse().expect("an instant")
}

fn node(name: &str) -> NodeId {
    name.parse().expect("a plain name")
}

/// A job every five minutes that goes from node to node, asked about three minutes before.
fn coming(change: Value) -> World {
    let mut job = json!({
        "project": "ops", "name": "disk-usage", "schedule": "*/5 * * * *",
        "shell": { "script": "df -h" }, "place": { "balance": "rotate" },
    });
    for (name, value) in change.as_object().expect("a table") {
        job[name] = value.clone();
    }
    let facts = NodeFacts {
        is_there: true,
        projects: Vec::new(),
        labels: Labels::new(),
        weight: 1,
        max_parallel: 8,
        load: 0,
        draining: false,
        clock_suspect: false,
    };
    World {
        job,
        now: "01:57:00",
        cursor: ("01:55:00", 11),
        nodes: ["a", "b"].map(|name| (node(name), facts.clone())).into(),
        records: Vec::new(),
        holder: None,
    }
}

/// The same with node a changed.
fn with_a(change: impl FnOnce(&mut NodeFacts)) -> World {
    let mut world = coming(json!({}));
    change(world.nodes.get_mut(&node("a")).expect("it is there"));
    world
}

/// The same two seconds after the instant, nothing being decided; a run of five minutes before
/// may be open.
fn waiting(holder: Option<RunState>) -> World {
    let mut world = coming(json!({ "overlap": "queue_one" }));
    world.now = "02:00:02";
    world.holder = holder.map(|state| RunRecord {
        scheduled_at: at("01:55:00"),
        ..record(state, None)
    });
    world
}

/// The same an hour later.
fn past(records: Vec<RunRecord>) -> World {
    let mut world = coming(json!({}));
    (world.now, world.cursor) = ("03:00:00", ("02:55:00", 23));
    world.records = records;
    world
}

/// A record of the instant by node b.
fn record(state: RunState, reason: Option<Reason>) -> RunRecord {
    let instant = at(ASKED);
    let job_id = JobId(Uuid::from_u128(7));
    RunRecord {
        run_id: RunId::derive(job_id, &Scope::One, Moment::At(instant)),
        attempt: 1,
        job_id,
        project: "ops".parse().expect("a plain name"),
        job: "disk-usage".to_owned(),
        scope: Scope::One,
        moment: Moment::At(instant),
        scheduled_at: instant,
        until: None,
        count: 1,
        generation: 1,
        fence: 1,
        node: node("b"),
        state,
        reason,
        detail: None,
        trigger: Trigger::Schedule,
        by: None,
        decided_at: at("02:00:01"),
        started_at: None,
        finished_at: None,
        exit_code: None,
        signal: None,
        output_bytes: 0,
        output_sha256: None,
        peak_memory_bytes: None,
        user_ms: None,
        system_ms: None,
    }
}

/// What somebody asks, the world, and the sentence that answers it in both languages.
type Question = (&'static str, World, &'static str, &'static str);

fn of_the_future() -> Vec<Question> {
    let mut next_turn = coming(json!({}));
    next_turn.cursor.1 += 1;
    let mut nobody = coming(json!({}));
    nobody.nodes.clear();
    let mut homely = coming(json!({ "place": { "failover": false } }));
    let job = Job::read(&homely.job).expect("it is valid");
    let known = Wanted::new(JobId(Uuid::from_u128(7)), &job, What::Turn(0));
    let home = candidates(known, &homely.nodes).order[0].clone();
    homely.nodes.get_mut(&home).expect("it is there").is_there = false;
    vec![
        (
            "who will run it",
            coming(json!({})),
            "At present a comes first; after it b.",
            "目前首选 a；其后依次为 b。",
        ),
        (
            "who, if one more had been decided",
            next_turn,
            "At present b comes first; after it a.",
            "目前首选 b；其后依次为 a。",
        ),
        (
            "why not b, of a job that is bound to a",
            coming(json!({ "place": { "on": "node:a" } })),
            "b is left out: the job is bound to another node.",
            "不考虑 b：任务指定了另一个节点。",
        ),
        (
            "why not a, which has no weight",
            with_a(|a| a.weight = 0),
            "a is left out: its weight is 0.",
            "不考虑 a：权重为 0。",
        ),
        (
            "why not a, which serves another project",
            with_a(|a| a.projects = vec!["web".parse().expect("a plain name")]),
            "a is left out: it does not serve the job's project.",
            "不考虑 a：不服务于该任务的项目。",
        ),
        (
            "why not a, which is gone",
            with_a(|a| a.is_there = false),
            "a is left out: it is not there.",
            "不考虑 a：不在线。",
        ),
        (
            "why not a, whose clock is wrong",
            with_a(|a| a.clock_suspect = true),
            "a is left out: it does not trust its clock.",
            "不考虑 a：时钟不可信。",
        ),
        (
            "will it move while its own node is gone",
            homely,
            "At present no node comes into question.",
            "目前没有合适的节点。",
        ),
        (
            "who, without any node",
            nobody,
            "At present no node comes into question.",
            "目前没有合适的节点。",
        ),
    ]
}

fn of_no_run_and_of_now() -> Vec<Question> {
    let mut jittered = coming(json!({ "jitter": "2m" }));
    jittered.now = "02:00:01";
    vec![
        (
            "will it, while it is paused",
            coming(json!({ "paused": true })),
            "The job is paused: it will not ring.",
            "任务已暂停，届时不会运行。",
        ),
        (
            "will it ring then, if it rings at seven past",
            coming(json!({ "schedule": "7 * * * *" })),
            "The schedule does not ring then; it rings next at 02:07:00.",
            "该时刻不在计划之内；其后最近一次是 02:07:00。",
        ),
        (
            "will it ring then, if its only time is over",
            coming(json!({ "schedule": "@at 2025-01-01T00:00:00Z" })),
            "The schedule does not ring then, nor ever after.",
            "该时刻不在计划之内，其后也不再运行。",
        ),
        (
            "why has it not run, with jitter",
            jittered,
            "By its jitter it starts at 02:00:59.",
            "因抖动设置，将于 02:00:59 启动。",
        ),
        (
            "why has it not run, two seconds after",
            waiting(None),
            "Its time has come, and nobody has decided it yet.",
            "时间已到，但还没有节点作出决定。",
        ),
        (
            "why has it not run, while the one before runs",
            waiting(Some(RunState::Running)),
            "It waits for the run of 01:55:00, which is still open on b.",
            "正在等待 01:55:00 的运行，该运行在 b 上尚未结束。",
        ),
        (
            "why has it not run, the one before being lost",
            waiting(Some(RunState::Lost)),
            "It is blocked by the run of 01:55:00, which is lost on b.",
            "被 01:55:00 的运行阻塞，该运行在 b 上下落不明。",
        ),
    ]
}

fn of_the_past() -> Vec<Question> {
    let ran = || record(RunState::Succeeded, None);
    let mut pause = record(RunState::Skipped, Some(Reason::Paused));
    (pause.scheduled_at, pause.until, pause.count) = (at("01:55:00"), Some(at("02:50:00")), 12);
    let mut retried = ran();
    (retried.attempt, retried.decided_at) = (2, at("02:00:09"));
    let failed = record(RunState::Failed, Some(Reason::ExitCode));
    let mut elsewhere = ran();
    (elsewhere.node, elsewhere.scope) = (node("a"), Scope::Node(node("a")));
    let mut everywhere = past(vec![ran(), elsewhere]);
    everywhere.job["place"] = json!({ "on": "all" });
    vec![
        (
            "who ran it",
            past(vec![ran()]),
            "b decided it at 02:00:01; it succeeded.",
            "由 b 于 02:00:01 决定：成功。",
        ),
        (
            "who came into question then",
            past(vec![ran()]),
            "How the nodes stood then is not kept. At present a comes first; after it b.",
            "当时各节点的状态没有保存。目前首选 a；其后依次为 b。",
        ),
        (
            "why did it not run, the one before being long",
            past(vec![record(RunState::Skipped, Some(Reason::Overlap))]),
            "b decided it at 02:00:01; it was skipped: the run before it was still going.",
            "由 b 于 02:00:01 决定：已跳过（上一次运行尚未结束）。",
        ),
        (
            "why did it not run, all nodes being full",
            past(vec![record(RunState::Skipped, Some(Reason::Capacity))]),
            "b decided it at 02:00:01; it was skipped: every slot was taken.",
            "由 b 于 02:00:01 决定：已跳过（没有空闲的运行名额）。",
        ),
        (
            "why did it not run, during a pause",
            past(vec![pause]),
            "b decided it at 02:00:01, together with 11 more instants; it was skipped: the job was paused.",
            "由 b 于 02:00:01 决定，连同另外 11 个时刻：已跳过（任务处于暂停）。",
        ),
        (
            "how did it end, after a retry",
            past(vec![retried, failed]),
            "b decided it at 02:00:09 (attempt 2); it succeeded.",
            "由 b 于 02:00:09 决定，第 2 次尝试：成功。",
        ),
        (
            "what became of it, its node being gone",
            past(vec![record(RunState::Lost, Some(Reason::OwnerGone))]),
            "b decided it at 02:00:01; it is lost: its node is gone.",
            "由 b 于 02:00:01 决定：下落不明（所在节点已离线）。",
        ),
        (
            "did a run it too, of a job on all nodes",
            everywhere,
            "a decided it at 02:00:01; it succeeded.",
            "由 a 于 02:00:01 决定：成功。",
        ),
        (
            "what became of it, without a record",
            past(vec![]),
            "It counts as decided, and no record says how: `belfryctl ledger verify` tells more.",
            "该时刻已被决定，却没有记录说明结果：请运行 `belfryctl ledger verify` 查看。",
        ),
    ]
}

#[test]
fn every_question_is_answered_by_the_sentence_that_is_true_in_its_world() {
    let mut questions = of_the_future();
    questions.extend(of_no_run_and_of_now());
    questions.extend(of_the_past());
    assert!(questions.len() >= 20);
    for (asked, world, en, zh) in questions {
        let (instant, turn) = world.cursor;
        let cursor = Cursor {
            instant: at(instant),
            sgen: 1,
            turn,
        };
        let known = Known {
            id: JobId(Uuid::from_u128(7)),
            job: &Job::read(&world.job).expect("it is valid"),
            cursor: Some(cursor),
            nodes: &world.nodes,
            records: &world.records,
            holder: world.holder.as_ref(),
            now: at(world.now),
        };
        let explanation = explain(at(ASKED), known);
        for (language, answer) in [(Language::En, en), (Language::ZhCn, zh)] {
            let time = |at: Timestamp| at.strftime("%H:%M:%S").to_string();
            let told = words::sentences(&explanation, language, time);
            let is_told = told.iter().any(|sentence| sentence == answer);
            assert!(is_told, "{asked}: {answer:?} is not in {told:#?}");
        }
    }
}
