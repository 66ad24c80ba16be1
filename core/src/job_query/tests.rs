use proptest::prelude::*;

use super::*;

fn job(tags: &'static [&'static str], standing: Standing) -> (Vec<String>, Standing) {
    (tags.iter().map(|tag| (*tag).to_owned()).collect(), standing)
}

/// Which of three jobs pass, by their first letters; then the mistakes.
fn check(text: &str, expected: &str) {
    let jobs = [
        (
            "ops\nalpha\npg_dump --host=db http://x",
            "Lin",
            job(&["Backup", "night shift"], Standing::default()),
        ),
        (
            "web\nbeta",
            "",
            job(
                &["probe"],
                Standing {
                    paused: true,
                    running: true,
                    ..Standing::default()
                },
            ),
        ),
        (
            "web-2\ncron",
            "wei",
            job(
                &[],
                Standing {
                    newest: Some(RunState::TimedOut),
                    ..Standing::default()
                },
            ),
        ),
    ];
    let (filter, mistakes) = JobFilter::parse(text);
    let passes =
        |(haystack, owner, (tags, standing)): &(&'static str, &str, (Vec<String>, Standing))| {
            let mut lines = haystack.lines();
            let (project, name) = (lines.next().expect("a line"), lines.next().expect("a line"));
            let facts = JobFacts {
                haystack,
                project,
                owner,
                tags,
                starred: name == "cron",
                standing: *standing,
            };
            filter.accepts(&facts).then(|| name[..1].to_owned())
        };
    let mut shown: Vec<String> = jobs.iter().filter_map(passes).collect();
    shown.extend(
        mistakes
            .iter()
            .map(|mistake| format!("({}..{}: {mistake})", mistake.start, mistake.end)),
    );
    assert_eq!(shown.join(" "), expected, "{text}");
}

#[test]
fn words_and_terms_must_all_hold() {
    check("", "a b c");
    check("DUMP alpha", "a");
    check("http://x", "a");
    check("tag:backup", "a");
    check("tag:backup,probe", "a b");
    check("tag:\"night shift\"", "a");
    check("project:web*", "b c");
    check("project:web tag:probe", "b");
    check("owner:lin,we*", "a c");
    check("!owner:*", "");
    check("!tag:* owner:wei", "c");
    check("!alpha", "b c");
    check("starred:yes", "c");
    check("!", "");
}

#[test]
fn states_are_of_the_job_or_of_its_newest_run() {
    check("state:paused", "b");
    check("state:running,timed_out", "b c");
    check("state:trouble", "c");
    check("!state:trouble,running", "a");
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_may_have_been_meant() {
    check(
        "alpha state:faild",
        "a (6..17: state has no value “faild”; did you mean state:failed?)",
    );
    check("tag: beta", "b (0..4: “tag:” needs a value)");
    check("beta \"x", "b (5..7: a quotation mark is not closed)");
    check(
        "starred:qq beta",
        "b (0..10: starred has no value “qq”; it may be yes, no)",
    );
    let (_, mistakes) = JobFilter::parse("state:pausd");
    let chinese: Vec<String> = mistakes
        .iter()
        .map(|mistake| mistake.sentence(Language::ZhCn))
        .collect();
    assert_eq!(chinese, ["state 没有值“pausd”；是否想写 state:paused？"]);
}

proptest! {
    #[test]
    fn any_text_is_read_and_its_mistakes_lie_within_it(text in "(?s).{0,80}") {
        let (_, mistakes) = JobFilter::parse(&text);
        let length = text.chars().count();
        for mistake in mistakes {
            prop_assert!(mistake.start < mistake.end && mistake.end <= length);
        }
    }

    #[test]
    fn turning_a_part_round_turns_its_answer(word in "[a-z:,*]{1,8}") {
        let facts = JobFacts {
            haystack: "ops\nalpha", project: "ops", owner: "", tags: &[], starred: false,
            standing: Standing::default(),
        };
        let (plain, mistakes) = JobFilter::parse(&word);
        let (turned, _) = JobFilter::parse(&format!("!{word}"));
        if mistakes.is_empty() {
            prop_assert_ne!(plain.accepts(&facts), turned.accepts(&facts));
        }
    }
}
