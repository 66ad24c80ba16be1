//! The language of the query bar: reading, printing, mistakes, completion.

use belfry_core::run::{Fate, RunState, Trigger};
use belfry_core::run_query::{
    Field, Known, Named, RunFilter, Term, Unit, When, chosen, complete, parse, toggled,
};
use belfry_core::schedule::Language;
use proptest::prelude::*;

/// How a text is understood: its terms printed, then each mistake with its place.
fn read(text: &str) -> String {
    let parsed = parse(text);
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut lines = vec![parsed.filter.to_string()];
    for mistake in &parsed.mistakes {
        let place = String::from_utf16_lossy(&units[mistake.from..mistake.to]);
        let suggestion = mistake.suggestion.as_deref().unwrap_or("-");
        lines.push(format!(
            "`{place}` {} / {} → {suggestion}",
            mistake.sentence(Language::En),
            mistake.sentence(Language::ZhCn)
        ));
    }
    lines.join("\n")
}

#[test]
fn a_good_query_is_printed_as_it_is_meant() {
    for (text, printed) in [
        ("", ""),
        ("  \t ", ""),
        ("state:failed", "state:failed"),
        (
            "STATE:Failed,lost  job:backup",
            "state:failed,lost job:backup",
        ),
        ("!state:failed", "state:!failed"),
        ("!state:!failed", "state:failed"),
        ("exit:!0 exit:137", "exit:!0 exit:137"),
        ("exit:-1", "exit:-1"),
        ("is:missed,late IS:!on_time", "is:missed,late is:!on_time"),
        (
            "node:web-* project:ops trigger:try",
            "node:web-* project:ops trigger:try",
        ),
        ("since:24h until:2026-11-20", "since:24h until:2026-11-20"),
        (r#"since:"2026-11-20 03:00""#, "since:2026-11-20T03:00:00"),
        (r#"job:"a, b",c"#, r#"job:"a, b",c"#),
        (r#"tag:"say \"hi\" \\""#, r#"tag:"say \"hi\" \\""#),
        ("backup !web", "backup !web"),
        (
            r#""state:failed" !"two words""#,
            r#""state:failed" !"two words""#,
        ),
        ("12:30 http://x", "12:30"),
        ("钟楼 tag:夜间", "钟楼 tag:夜间"),
        (r#"a"b"#, r#"a"b"#),
    ] {
        assert_eq!(parse(text).filter.to_string(), printed, "{text}");
    }
}

#[test]
fn a_mistake_has_a_place_a_sentence_and_what_to_write() {
    for (text, said) in [
        (
            "x stat:failed",
            "x\n`stat:failed` There is no field “stat”: use one of state, job, node, since, until, exit, is, \
             project, trigger, tag, or put the word in quotes. / 没有字段“stat”：可用 state、job、node、since、\
             until、exit、is、project、trigger、tag，或给这个词加引号。 → state:failed",
        ),
        (
            "钟 state:error",
            "钟\n`error` “error” is no state. / 没有状态“error”。 → failed",
        ),
        (
            "state:fialed,lost,成功",
            "\n`fialed` “fialed” is no state. / 没有状态“fialed”。 → failed\n`成功` “成功” is no state. / 没有状态“成功”。 → succeeded",
        ),
        (
            "trigger:cron",
            "\n`cron` “cron” is no trigger. / 没有触发方式“cron”。 → schedule",
        ),
        (
            "exit:ok",
            "\n`ok` “ok” is no exit code: write a number, for instance exit:!0. / “ok”不是退出码：请写数字，例如 exit:!0。 → 0",
        ),
        (
            "since:24 until:3days",
            "\n`24` “24” is no time: write 24h, 7d, today, 2026-11-20 or 2026-11-20T03:00. / “24”不是时间：请写 \
             24h、7d、today、2026-11-20 或 2026-11-20T03:00。 → 24h\n`3days` “3days” is no time: write 24h, 7d, \
             today, 2026-11-20 or 2026-11-20T03:00. / “3days”不是时间：请写 24h、7d、today、2026-11-20 或 \
             2026-11-20T03:00。 → 3d",
        ),
        (
            "state: job:a",
            "job:a\n`state:` state: needs a value, for instance state:failed,lost. / state: 需要一个值，例如 state:failed,lost。 → -",
        ),
        (
            "state:failed,!lost",
            "\n`!lost` Write ! once before the whole list. / ! 只写一次，放在整个列表前。 → state:!failed,lost",
        ),
        (
            "state:failed state:lost",
            "state:failed\n`state:lost` state: stands here twice: write its values as one list with commas. / state: \
             写了两次：请用逗号写成一个列表。 → state:failed,lost",
        ),
        (
            "since:!24h",
            "\n`since:!24h` A time has no !: use until: instead. / 时间不能用 !：请改用 until:。 → -",
        ),
        (
            "since:24h,7d",
            "\n`since:24h,7d` since: takes one time. / since: 只能写一个时间。 → since:24h",
        ),
        (
            r#"job:"a b"#,
            "\n`\"a b` The closing quote is missing. / 缺少右引号。 → \"a b\"",
        ),
        (
            "a ! b",
            "a b\n`!` A word is missing here. / 这里缺少一个词。 → -",
        ),
    ] {
        assert_eq!(read(text), said, "{text}");
    }
    let long = "a ".repeat(65);
    assert_eq!(parse(&long).mistakes.len(), 1);
    assert_eq!(parse(&"a".repeat(2_001)).filter, RunFilter::default());
}

fn offered(text: &str, language: Language) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    let known = Known {
        jobs: words(&["ops/backup", "ops/my backup", "web/links"]),
        projects: words(&["ops", "web"]),
        nodes: words(&["web-1", "web-2", "db-1"]),
        tags: words(&["nightly"]),
    };
    let cursor = text.find('|').expect("a cursor");
    let units = text[..cursor].encode_utf16().count();
    let whole = text.replace('|', "");
    let found = complete(&whole, units, &known, language);
    let all: Vec<u16> = whole.encode_utf16().collect();
    let results = found.items.iter().map(|item| {
        let mut result = all[..found.from].to_vec();
        result.extend(item.insert.encode_utf16());
        result.extend(&all[found.to..]);
        format!("{} ({})", String::from_utf16_lossy(&result), item.hint)
    });
    results.collect()
}

#[test]
fn what_may_stand_at_the_cursor_is_offered() {
    assert_eq!(offered("|", Language::En).len(), 10);
    assert_eq!(
        offered("钟 st| x", Language::En),
        ["钟 state: x (how it stands · state:failed,lost)"]
    );
    assert_eq!(
        offered("!tr|", Language::ZhCn),
        ["!trigger: (触发方式 · trigger:manual)"]
    );
    assert_eq!(
        offered("state:fa|", Language::En),
        ["state:failed (ended with an error)"]
    );
    assert_eq!(
        offered("state:failed,l|", Language::ZhCn),
        [
            "state:failed,lost (下落不明)",
            "state:failed,claimed (已认领，未启动)",
            "state:failed,killed (被人终止)"
        ]
    );
    assert_eq!(
        offered("node:!1|", Language::En),
        ["node:!web-1 ()", "node:!db-1 ()"]
    );
    assert_eq!(
        offered("job:my|", Language::En),
        [r#"job:"ops/my backup" ()"#]
    );
    assert_eq!(
        offered("back|", Language::En),
        ["job:ops/backup (job)", r#"job:"ops/my backup" (job)"#]
    );
    assert_eq!(offered("exit:|", Language::En)[0], "exit:!0 (any error)");
    assert_eq!(offered("nonsense:x|", Language::En), Vec::<String>::new());
}

#[test]
fn a_click_puts_a_value_in_and_takes_it_out() {
    for (text, field, value, then) in [
        ("", Field::State, "failed", "state:failed"),
        ("state:failed", Field::State, "lost", "state:failed,lost"),
        (
            "state:failed,lost x",
            Field::State,
            "failed",
            "state:lost x",
        ),
        ("a state:lost b", Field::State, "lost", "a b"),
        (
            "state:!failed",
            Field::State,
            "failed",
            "state:!failed state:failed",
        ),
        ("x", Field::Job, "ops/my job", r#"x job:"ops/my job""#),
        ("bad: x", Field::Node, "web-1", "x node:web-1"),
        ("", Field::State, "nonsense", ""),
    ] {
        assert_eq!(toggled(text, field, value), then, "{text}");
    }
    assert!(chosen("state:lost,failed", Field::State, "failed"));
    assert!(!chosen("state:!failed", Field::State, "failed"));
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9*/._-]{1,8}",
        "[ !\",:\\\\a-c钟]{1,8}",
        "\\PC{1,6}",
        Just("state:x".to_owned()),
    ]
}

fn when() -> impl Strategy<Value = When> {
    let unit = prop::sample::select(Unit::ALL.to_vec());
    let date = (1_970..2_100_i16, 1..=12_i8, 1..=28_i8);
    prop_oneof![
        (1..=9_999_u32, unit).prop_map(|(count, unit)| When::Ago(count, unit)),
        Just(When::Now),
        Just(When::Today),
        Just(When::Yesterday),
        date.clone()
            .prop_map(|(y, m, d)| When::Day(jiff::civil::date(y, m, d))),
        (date, 0..24_i8, 0..60_i8).prop_map(|((y, m, d), h, min)| When::Local(
            jiff::civil::date(y, m, d).at(h, min, 7, 0)
        )),
        (0..4_000_000_000_i64)
            .prop_map(|s| When::Instant(jiff::Timestamp::from_second(s).expect("in range"))),
    ]
}

fn term() -> impl Strategy<Value = Term> {
    let states = prop::collection::vec(prop::sample::select(RunState::ALL.to_vec()), 1..4);
    let triggers = prop::sample::select(vec![Trigger::Schedule, Trigger::Manual, Trigger::Try]);
    let named = prop::sample::select(vec![Named::Job, Named::Project, Named::Node, Named::Tag]);
    let fates = prop::sample::select(Fate::ALL.to_vec());
    let names = prop::collection::vec(text(), 1..4);
    prop_oneof![
        (any::<bool>(), states).prop_map(|(not, states)| Term::States { not, states }),
        (any::<bool>(), prop::collection::vec(triggers, 1..3))
            .prop_map(|(not, triggers)| Term::Triggers { not, triggers }),
        (any::<bool>(), named, names).prop_map(|(not, of, names)| Term::Names { of, not, names }),
        (any::<bool>(), prop::collection::vec(any::<i32>(), 1..3))
            .prop_map(|(not, codes)| Term::Exits { not, codes }),
        (any::<bool>(), prop::collection::vec(fates, 1..3))
            .prop_map(|(not, fates)| Term::Fates { not, fates }),
        when().prop_map(Term::Since),
        when().prop_map(Term::Until),
        (any::<bool>(), text()).prop_map(|(not, text)| Term::Text { not, text }),
    ]
}

/// Terms as they may stand together: a field is asked for once, and refused as often as one likes.
fn filter() -> impl Strategy<Value = RunFilter> {
    prop::collection::vec(term(), 0..8).prop_map(|terms| {
        let mut kept: Vec<Term> = Vec::new();
        for term in terms {
            let twice = |other: &Term| other.field() == term.field() && !other.is_not();
            if term.field().is_none() || term.is_not() || !kept.iter().any(twice) {
                kept.push(term);
            }
        }
        RunFilter { terms: kept }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_back(filter in filter()) {
        let parsed = parse(&filter.to_string());
        prop_assert_eq!(&parsed.mistakes, &vec![], "{}", filter);
        prop_assert_eq!(parsed.filter, filter);
    }

    #[test]
    fn any_text_is_answered(
        text in "([a-z]{0,6}[:!,\"\\\\ *0-9]{0,3}|state:|since:|job:\"|\\PC){0,12}",
        cursor in 0..40_usize,
    ) {
        let parsed = parse(&text);
        let length = text.encode_utf16().count();
        for mistake in &parsed.mistakes {
            prop_assert!(mistake.from <= mistake.to && mistake.to <= length);
            prop_assert!(!mistake.sentence(Language::ZhCn).is_empty());
        }
        prop_assert_eq!(parse(&parsed.filter.to_string()).filter, parsed.filter);
        let offered = complete(&text, cursor, &Known::default(), Language::En);
        prop_assert!(offered.from <= offered.to && offered.to <= length);
        toggled(&text, Field::Node, &text);
    }
}
