use super::bench::Bench;
use expect_test::expect;

#[test]
fn next_times_name_the_zone_and_what_the_clock_does() {
    let bench = Bench::new();
    let words = [
        "schedule",
        "next",
        "30 2 * * *",
        "--zone",
        "Europe/Berlin",
        "--after",
        "2026-03-28T00:00:00Z",
    ];
    expect![[r#"
        LOCAL                OFFSET  ZONE           UTC                       NOTE
        2026-03-28 02:30:00  +01:00  Europe/Berlin  2026-03-28T01:30:00.000Z
        2026-03-29 03:00:00  +02:00  Europe/Berlin  2026-03-29T01:00:00.000Z  dst_gap
    "#]]
    .assert_eq(&bench.ok(&[&words[..], &["--count", "2"]].concat()));
    let skipped = bench.json(&[&words[..], &["--count", "2", "--dst", "skip"]].concat());
    expect![[r#"
        [
          {
            "at": "2026-03-28T01:30:00.000Z",
            "local": "2026-03-28T02:30:00+01:00",
            "zone": "Europe/Berlin"
          },
          {
            "at": "2026-03-30T00:30:00.000Z",
            "local": "2026-03-30T02:30:00+02:00",
            "zone": "Europe/Berlin"
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&skipped).expect("JSON"));
}

#[test]
fn words_come_in_the_language_that_is_asked_for() {
    let bench = Bench::new();
    assert_eq!(
        bench.ok(&["schedule", "words", "0 3 * * 1-5"]),
        "at 03:00 on weekdays\n"
    );
    assert_eq!(
        bench.ok(&["schedule", "words", "0 3 * * 1-5", "--language", "zh-CN"]),
        "工作日 03:00\n"
    );
    assert!(!bench.stores().exists(), "schedules need no store");
}
