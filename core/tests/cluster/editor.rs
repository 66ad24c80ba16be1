use belfry_core::cluster::{ClusterError, build_schedule};
use belfry_core::id::NodeId;
use belfry_core::schedule::{PlanKind, SchedulePlan, Zone};
use belfry_core::view::{
    BuildAsk, DraftAsk, DraftCheck, EditorAsk, EnvLine, JobForm, SaveAnswer, SaveAsk,
};

use super::stage::{Stage, minute};

pub async fn opened(stage: &Stage, job_id: Option<String>, duplicate: bool) -> (JobForm, u64) {
    let picture = stage.cluster.picture().await.expect("a picture");
    let ask = EditorAsk { job_id, duplicate };
    let start = picture
        .open_editor(&ask, "Asia/Shanghai")
        .expect("the editor opens");
    (start.form, start.generation)
}

/// A new form with all that a job needs.
pub async fn fresh(stage: &Stage, name: &str) -> JobForm {
    let (mut form, _) = opened(stage, None, false).await;
    (form.name, form.script) = (name.to_owned(), "df -h".to_owned());
    form
}

async fn checked(
    stage: &Stage,
    form: &JobForm,
    job_id: Option<String>,
    language: &str,
) -> DraftCheck {
    let ask = DraftAsk {
        form: form.clone(),
        job_id,
        language: language.to_owned(),
    };
    let picture = stage.cluster.picture().await.expect("a picture");
    picture.check_draft(&ask, "2026-11-21T04:00:00Z".parse().expect("an instant"))
}

pub async fn saved(
    stage: &Stage,
    form: &JobForm,
    job_id: Option<String>,
    generation: u64,
) -> SaveAnswer {
    let ask = SaveAsk {
        form: form.clone(),
        job_id,
        generation,
    };
    stage.cluster.save_draft(&ask).await.expect("an answer")
}

pub fn mistakes(answer: &SaveAnswer) -> Vec<(&str, &str)> {
    let SaveAnswer::Refused { errors } = answer else {
        panic!("{answer:?}");
    };
    let named = errors
        .iter()
        .map(|error| (error.path.as_str(), error.code.as_str()));
    named.collect()
}

#[tokio::test]
async fn a_new_job_begins_with_sensible_values_and_is_saved_as_typed() {
    let stage = Stage::new().await;
    let (first, generation) = opened(&stage, None, false).await;
    let begun = (first.project.as_str(), first.timezone.as_str(), generation);
    assert_eq!(begun, ("default", "Asia/Shanghai", 0));
    stage.created("tick").await;
    let mut form = fresh(&stage, "disk").await;
    assert_eq!(form.project, "ops", "the project that most jobs are in");
    form.retries_count = "2".to_owned();
    let SaveAnswer::Saved { job_id, generation } = saved(&stage, &form, None, 0).await else {
        panic!("not saved");
    };
    let (again, seen) = opened(&stage, Some(job_id), false).await;
    assert_eq!((seen, generation), (1, 1));
    assert_eq!(
        (again.name, again.retries_count, again.schedule),
        (form.name, form.retries_count, form.schedule)
    );
}

type Change = fn(&mut JobForm);

/// Where each mistake is told, by which code, and how it is made.
const MISTAKES: [(&str, &str, Change); 30] = [
    ("project", "project_name", |form| {
        form.project = "Ops!".into()
    }),
    ("name", "empty", |form| form.name.clear()),
    ("name", "name_character", |form| form.name = "a/b".into()),
    ("name", "name_blank", |form| form.name = " a".into()),
    ("name", "too_long", |form| form.name = "x".repeat(129)),
    ("name", "name_taken", |form| form.name = "tick".into()),
    ("schedule", "schedule_empty", |form| form.schedule.clear()),
    ("schedule", "schedule_field_range", |form| {
        form.schedule = "61 * * * *".into()
    }),
    ("schedule", "schedule_user_column", |form| {
        form.schedule = "0 5 * * * root ls".into()
    }),
    ("schedule", "schedule_never_occurs", |form| {
        form.schedule = "0 0 30 2 *".into()
    }),
    ("timezone", "zone_unknown", |form| {
        form.timezone = "Beijing".into()
    }),
    ("start_at", "instant", |form| form.start_at = "soon".into()),
    ("end_at", "schedule_window_empty", |form| {
        (form.start_at, form.end_at) =
            ("2027-01-02T00:00:00Z".into(), "2027-01-01T00:00:00Z".into());
    }),
    ("jitter", "too_long", |form| form.jitter = "2d".into()),
    ("shell.script", "empty", |form| form.script.clear()),
    ("shell.argv", "empty", |form| {
        form.program = belfry_core::view::ProgramKind::Argv
    }),
    ("shell.interpreter", "control_character", |form| {
        form.interpreter = "a\u{7}b".into()
    }),
    ("cwd", "path", |form| form.cwd = "srv".into()),
    ("env.1A", "variable_name", |form| form.env.push(line("1A"))),
    ("env.BELFRY_X", "variable_reserved", |form| {
        form.env.push(line("BELFRY_X"))
    }),
    ("env.A", "duplicate", |form| {
        form.env.extend([line("A"), line("A")])
    }),
    ("place.on", "place", |form| form.place_on = "some".into()),
    ("timeout", "timeout_zero", |form| form.timeout = "0s".into()),
    ("timeout", "duration", |form| form.timeout = "soon".into()),
    ("retries.count", "type", |form| {
        form.retries_count = "two".into()
    }),
    ("retries.interval", "duration", |form| {
        form.retries_interval = "5".into()
    }),
    ("start_deadline", "too_short", |form| {
        form.start_deadline = "1s".into()
    }),
    ("output.head", "size", |form| {
        form.output_head = "big".into()
    }),
    ("owner", "label", |form| form.owner = "a\nb".into()),
    ("note", "too_long", |form| form.note = "x".repeat(4_001)),
];

#[tokio::test]
async fn every_kind_of_mistake_is_told_at_its_field_and_nothing_is_saved() {
    let stage = Stage::new().await;
    stage.created("tick").await;
    for (path, code, change) in MISTAKES {
        let mut form = fresh(&stage, "disk").await;
        change(&mut form);
        let check = checked(&stage, &form, None, "en").await;
        let told: Vec<_> = check
            .errors
            .iter()
            .map(|error| (error.path.as_str(), error.code.as_str()))
            .collect();
        assert_eq!(told, [(path, code)], "when looked through");
        assert_eq!((check.effect, check.document), (None, None));
        let answer = saved(&stage, &form, None, 0).await;
        assert_eq!(mistakes(&answer), [(path, code)], "when saved");
    }
    assert_eq!(stage.cluster.jobs().await.expect("jobs").len(), 1);
}

fn line(name: &str) -> EnvLine {
    EnvLine {
        name: name.to_owned(),
        value: "x".to_owned(),
    }
}

#[tokio::test]
async fn many_mistakes_are_told_at_once_and_the_schedule_is_worded_all_the_same() {
    let stage = Stage::new().await;
    let mut form = fresh(&stage, "").await;
    (form.timeout, form.schedule) = ("x".into(), "0 2 * * *".into());
    form.timezone = "Europe/Berlin".to_owned();
    let check = checked(&stage, &form, None, "zh-CN").await;
    let paths: Vec<_> = check
        .errors
        .iter()
        .map(|error| error.path.as_str())
        .collect();
    assert_eq!(paths, ["name", "timeout"]);
    assert_eq!(check.words.as_deref(), Some("每天 02:00"));
    assert_eq!((check.next.len(), check.clock_changes.len()), (10, 2));
    assert_eq!(check.next[0].local, "2026-11-22 02:00:00");
    assert_eq!(
        (check.plan.kind, check.plan.at.as_str()),
        (PlanKind::Daily, "02:00")
    );
    assert_eq!(check.clock_changes[0].local_after, "2027-03-28 03:00:00");
}

#[tokio::test]
async fn an_edit_shows_what_it_changes_and_what_it_brings_about_in_both_languages() {
    let stage = Stage::new().await;
    let stored = stage.created("tick").await;
    let id = Some(stored.id.to_string());
    let (mut form, generation) = opened(&stage, id.clone(), false).await;
    let same = checked(&stage, &form, id.clone(), "en").await;
    assert_eq!((same.changes.len(), same.generation), (0, Some(1)));
    (form.schedule, form.timeout) = ("0 3 * * *".into(), "30000ms".into());
    let check = checked(&stage, &form, id.clone(), "en").await;
    let changes: Vec<_> = check
        .changes
        .iter()
        .map(|line| (line.path.as_str(), line.from.as_deref(), line.to.as_deref()))
        .collect();
    let expected = [
        ("schedule", Some("* * * * *"), Some("0 3 * * *")),
        ("timeout", Some("none"), Some("30s")),
    ];
    assert_eq!(changes, expected);
    let said = "Will run next 2026-11-22 03:00:00 UTC (UTC+00:00), as soon as a node is there: none is now.";
    assert_eq!(check.effect.as_deref(), Some(said));
    assert!(
        check
            .document
            .is_some_and(|text| text.contains("timeout = \"30s\""))
    );
    let check = checked(&stage, &form, id.clone(), "zh-CN").await;
    let said =
        "目前没有节点在线，要等有节点时才能运行，下次运行 2026-11-22 03:00:00 UTC（UTC+00:00）。";
    assert_eq!(check.effect.as_deref(), Some(said));
    let answer = saved(&stage, &form, id, generation).await;
    assert!(
        matches!(answer, SaveAnswer::Saved { generation: 2, .. }),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_pinned_job_says_which_nodes_do_not_fit() {
    let stage = Stage::new().await;
    let mut form = fresh(&stage, "disk").await;
    form.place_on = "node:web-9".to_owned();
    let check = checked(&stage, &form, None, "en").await;
    let fits: Vec<_> = check
        .nodes
        .iter()
        .map(|fit| (fit.node.as_str(), fit.fits, fit.reason.as_deref()))
        .collect();
    assert_eq!(fits, [("web-9", false, Some("not_there"))]);
    assert!(
        check
            .effect
            .is_some_and(|said| said.ends_with("on web-9, which is not there now."))
    );
}

#[tokio::test]
async fn a_builder_gives_only_what_the_engine_accepts() {
    let now = minute(0);
    let plan = |kind| SchedulePlan::usual(kind, &Zone::default(), now);
    let built = build_schedule(&BuildAsk {
        plan: plan(PlanKind::Weekly),
        timezone: "Asia/Shanghai".into(),
    });
    assert_eq!(built.expression.as_deref(), Some("0 3 * * MON-FRI"));
    let broken = SchedulePlan {
        minutes: "0".into(),
        ..plan(PlanKind::Minutes)
    };
    let built = build_schedule(&BuildAsk {
        plan: broken,
        timezone: "nowhere".into(),
    });
    assert_eq!(
        (built.expression, built.errors[0].path.as_str()),
        (None, "plan.minutes")
    );
    let custom = build_schedule(&BuildAsk {
        plan: plan(PlanKind::Custom),
        timezone: String::new(),
    });
    assert_eq!((custom.expression, custom.errors.len()), (None, 0));
}

#[tokio::test]
async fn hostile_texts_are_refused_or_kept_as_they_are_and_answered_at_once() {
    let stage = Stage::new().await;
    let hostile = [
        "\0".to_owned(),
        "\u{202e}fdp.exe".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "* ".repeat(60_000),
        "9".repeat(5_000),
        "'; DROP TABLE job; --".to_owned(),
        "é\u{301}🎉\n\r\t".to_owned(),
    ];
    for text in &hostile {
        let mut form = fresh(&stage, text).await;
        for field in [
            &mut form.schedule,
            &mut form.timezone,
            &mut form.start_at,
            &mut form.jitter,
            &mut form.timeout,
            &mut form.retries_count,
            &mut form.retries_backoff,
            &mut form.output_head,
            &mut form.place_on,
            &mut form.place_nodes,
            &mut form.calendars_exclude,
            &mut form.interpreter,
            &mut form.cwd,
            &mut form.owner,
        ] {
            field.clone_from(text);
        }
        form.tags = vec![text.clone()];
        form.env = vec![line(text)];
        form.kept = serde_json::json!({ "shell": 7, "env": [], "place": "x", text.as_str(): text });
        let check = checked(&stage, &form, Some(text.clone()), text).await;
        assert!(!check.errors.is_empty());
        assert!(!mistakes(&saved(&stage, &form, None, 0).await).is_empty());
        let mut script = fresh(&stage, "script").await;
        script.script = text.replace('\0', "");
        script.kept = serde_json::json!(["no", "table"]);
        let check = checked(&stage, &script, None, "en").await;
        assert_eq!(
            check.errors.len(),
            usize::from(script.script.len() > 60_000 || script.script.is_empty())
        );
    }
    let missing = stage
        .cluster
        .picture()
        .await
        .expect("a picture")
        .open_editor(
            &EditorAsk {
                job_id: Some("no id".into()),
                duplicate: true,
            },
            "nowhere",
        );
    assert!(
        matches!(missing, Err(ClusterError::NoSuchJob { .. })),
        "{missing:?}"
    );
}

#[tokio::test]
async fn the_nodes_that_fit_are_told_while_other_fields_are_wrong() {
    let stage = Stage::new().await;
    for (node, role) in [("web-1", "web"), ("db-1", "db")] {
        let session = serde_json::json!({
            "v": 1, "fingerprint": node, "disk_id": "00000000-0000-0000-0000-000000000001",
            "version": "0.1.0", "host": node, "pid": 7, "up_since": "2026-01-01T00:00:00Z",
            "weight": 1, "labels": { "role": role },
        });
        let node = NodeId::new(node).expect("a node's id");
        let value = serde_json::to_vec(&session).expect("it is JSON");
        stage.put(stage.keys.session(&node), value).await;
    }
    let mut form = fresh(&stage, "").await;
    form.place_nodes = "role=web".to_owned();
    let check = checked(&stage, &form, None, "en").await;
    let fits: Vec<_> = check
        .nodes
        .iter()
        .map(|fit| (fit.node.as_str(), fit.fits, fit.reason.as_deref()))
        .collect();
    assert_eq!(
        fits,
        [("db-1", false, Some("labels")), ("web-1", true, None)]
    );
}
