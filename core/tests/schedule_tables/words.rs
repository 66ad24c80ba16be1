//! Schedules in both languages, to be read by people.

use belfry_core::schedule::{Language, Schedule, words};
use expect_test::expect_file;

const SCHEDULES: [&str; 72] = [
    "* * * * *",
    "*/15 * * * *",
    "5/15 * * * *",
    "*/7 * * * *",
    "0 * * * *",
    "1 * * * *",
    "5 * * * *",
    "5,20,35 * * * *",
    "0-30 * * * *",
    "0 */2 * * *",
    "30 */2 * * *",
    "0 */5 * * *",
    "0 */12 * * *",
    "*/15 */2 * * *",
    "0 9-17 * * *",
    "*/15 9-17 * * *",
    "*/15 9-17 * * MON-FRI",
    "* 3 * * *",
    "* 22-4 * * *",
    "5,20 9-17 * * *",
    "10,40 1,13 * * *",
    "0 9-17/2 * * *",
    "0 3 * * *",
    "30 3,9,15 * * *",
    "0 3 * * 1-5",
    "0 3 * * SAT,SUN",
    "0 3 * * SUN",
    "0 3 * * MON,WED,FRI",
    "0 3 * * FRI-MON",
    "0 3 * * 0-6",
    "0 3 1 * *",
    "0 3 1,15 * *",
    "0 3 */2 * *",
    "0 3 1-7 * *",
    "0 3 L * *",
    "0 3 LW * *",
    "0 3 15W * *",
    "0 3 1,L * *",
    "0 3 * * FRIL",
    "0 3 * * TUE#2",
    "0 3 * * MON#1,MON#3",
    "0 0 1 1 *",
    "0 0 1 1,4,7,10 *",
    "0 0 1 */3 *",
    "0 0 1 3-10 *",
    "0 0 L FEB *",
    "0 9 * DEC *",
    "*/10 * * JAN *",
    "0 9 * JAN MON-FRI",
    "0 9 * NOV-FEB MON",
    "0 9 * JAN FRI#1",
    "0 0 13 * FRI",
    "0 0 */2 * MON",
    "*/30 * * * * *",
    "* * * * * *",
    "30 * * * * *",
    "15 */5 * * * *",
    "*/10 0-29 9-17 * * *",
    "*/10 5 * * * *",
    "10,20 0 3 * * *",
    "0 0 12 1 1 ? 2027",
    "0 0 12 * * MON 2027-2029",
    "0 */10 * * * * 2027,2029",
    "@daily",
    "@weekly",
    "@yearly",
    "@every 90s",
    "@every 1h",
    "@every 24h",
    "@every 7d",
    "@at 2026-12-01T02:30:00+08:00",
    "@manual",
];

#[test]
fn words_every_kind_of_schedule() {
    let mut table = String::new();
    for text in SCHEDULES {
        let schedule = Schedule::parse(text).unwrap();
        let (english, chinese) = (words(&schedule, Language::En), words(&schedule, Language::ZhCn));
        table.push_str(&format!("{text}\n    {english}\n    {chinese}\n"));
    }
    expect_file!["words.txt"].assert_eq(&table);
}

#[test]
fn reads_the_languages_by_their_usual_tags() {
    for (tag, language) in [("en", "en"), ("zh", "zh-CN"), ("zh-CN", "zh-CN")] {
        assert_eq!(tag.parse::<Language>().unwrap().to_string(), language);
    }
    assert!("fr".parse::<Language>().is_err());
}
