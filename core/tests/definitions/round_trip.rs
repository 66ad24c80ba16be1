//! What is written out reads back as the same job.

use std::collections::BTreeMap;

use belfry_core::definition::{Format, diff, export, parse_file};
use belfry_core::job::{Balance, Job, JobDraft, OutputDraft, PlaceDraft, RetriesDraft, ShellDraft};
use proptest::prelude::*;

fn duration(max_ms: u64) -> impl Strategy<Value = Option<String>> {
    proptest::option::of((5_000..max_ms).prop_map(|ms| format!("{ms}ms")))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z '\"\\\\\n\t\r#=\\[\\]{}$€钟\u{7f}\u{1}\u{85}\u{2028}]{1,40}",
        Just("'''\n\"\"\"\n".to_owned()),
        Just("ends with '".to_owned()),
        Just("\n\nbegins with lines\n'".to_owned()),
        Just("a \\\n  b".to_owned()),
    ]
    .prop_filter("a script does something", |text| !text.trim().is_empty())
}

fn shell() -> impl Strategy<Value = ShellDraft> {
    let script = (
        text(),
        proptest::option::of("/[a-z/]{1,8}( -[a-z])?"),
        proptest::option::of(text()),
    )
        .prop_map(|(script, interpreter, stdin)| ShellDraft {
            script: Some(script),
            argv: None,
            interpreter,
            stdin,
        });
    let argv = proptest::collection::vec(text(), 1..4).prop_map(|argv| ShellDraft {
        argv: Some(argv),
        ..ShellDraft::default()
    });
    prop_oneof![script, argv]
}

fn place() -> impl Strategy<Value = PlaceDraft> {
    let text = |text: &str| Some(text.to_owned());
    let on = move |on| PlaceDraft {
        on,
        ..PlaceDraft::default()
    };
    let nodes = prop_oneof![
        Just(None),
        Just(text("role=web,zone in (a, b),!gpu")),
        Just(text("node:b, node:a")),
    ];
    let balance = prop_oneof![
        Just(Balance::Sticky),
        Just(Balance::Rotate),
        Just(Balance::LeastLoaded),
        Just(Balance::Ordered),
    ];
    let one = (nodes, balance, any::<bool>()).prop_map(|(nodes, balance, failover)| PlaceDraft {
        on: None,
        nodes,
        balance,
        failover: matches!(balance, Balance::Sticky | Balance::Ordered).then_some(failover),
    });
    prop_oneof![Just(on(text("all"))), Just(on(text("node:web-1"))), one]
}

prop_compose! {
    fn draft()(
        name in "[a-zA-Z钟\"'.-][a-z \"'\\\\=.%]{0,20}[a-z]",
        shell in shell(),
        env in proptest::collection::btree_map("[A-Z_][A-Z0-9_]{0,5}", text(), 0..4),
        place in place(),
        (timeout, jitter, interval, start_deadline) in
            (duration(1 << 32), duration(80_000_000), duration(80_000), duration(1 << 30)),
        (count, backoff) in (proptest::option::of(0_u32..100), proptest::option::of(1.0_f64..10.0)),
        head in proptest::option::of((0_u64..8 << 20).prop_map(|bytes| format!("{bytes}B"))),
        schedule in prop_oneof![Just("@hourly"), Just("*/5 * * * *"), Just("0 2 * * MON#2")],
        timezone in prop_oneof![Just(None), Just(Some("Asia/Shanghai".to_owned()))],
        (note, tags) in (proptest::option::of(text()), proptest::collection::vec("[a-z]{1,5}", 0..4)),
        (paused, starred) in (any::<bool>(), any::<bool>()),
    ) -> JobDraft {
        JobDraft {
            project: "ops".to_owned(),
            name, schedule: schedule.to_owned(), timezone, shell, env, timeout, jitter, start_deadline, tags, paused,
            starred,
            place,
            retries: RetriesDraft { count, interval, backoff, max_interval: None },
            output: OutputDraft { head, tail: None },
            note: note.unwrap_or_default(),
            end_at: Some("2030-01-01T00:00:00.5+08:00".to_owned()).filter(|_| paused),
            ..JobDraft::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_export_reads_back_as_equal_jobs(drafts in proptest::collection::vec(draft(), 1..4)) {
        let named: BTreeMap<String, JobDraft> = drafts.into_iter().map(|draft| (draft.name.clone(), draft)).collect();
        let jobs: Vec<Job> = named.into_values().map(|draft| draft.validate().expect("a good draft")).collect();
        let text = export(&jobs);
        let read = parse_file(&text, Format::Toml).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        let read: Vec<Job> = read.iter().filter_map(|item| item.job().cloned()).collect();
        prop_assert_eq!(&read, &jobs, "{}", text);
        prop_assert_eq!(export(&read), text);
    }

    #[test]
    fn a_stored_body_reads_back_as_the_same_job(draft in draft()) {
        let job = draft.validate().expect("a good draft");
        let body = job.to_body();
        let read = Job::from_body(&body).expect("its own body");
        prop_assert!(diff(Some(&job), Some(&read)).is_empty());
        prop_assert_eq!(read.to_body(), body);
        prop_assert_eq!(read, job);
    }
}
