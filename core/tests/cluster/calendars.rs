//! Calendars: what uses them, what they do to previews, and the example.

use belfry_core::cluster::ClusterError;
use belfry_core::definition::{Definition, Format, Kind, parse_file};

use super::stage::Stage;

const CALENDAR: &str = r#"
[[calendar]]
name = "china"
weekdays = ["sunday", "SAT"]
days = ["2026-10-01..2026-10-07"]
except = ["2026-10-10"]
"#;

const JOB: &str = r#"
[[job]]
project = "ops"
name = "report"
schedule = "0 9 * * *"
timezone = "Asia/Shanghai"
calendars = { exclude = ["china"] }
shell = { script = "true" }
"#;

#[tokio::test]
async fn a_job_needs_its_calendar_and_a_calendar_that_is_used_stays() {
    let stage = Stage::new().await;
    let cluster = &stage.cluster;
    let Err(error) = cluster.apply(JOB, false, false).await else {
        panic!("there is no such calendar");
    };
    assert!(matches!(error, ClusterError::UsesNothing { .. }), "{error}");
    cluster
        .apply(&format!("{JOB}{CALENDAR}"), false, false)
        .await
        .expect("they come together");
    let calendar = cluster
        .definition(Kind::Calendar, "china")
        .await
        .expect("there");
    let Err(error) = cluster.remove(&calendar, None).await else {
        panic!("it is used");
    };
    assert!(error.to_string().contains("ops/report"), "{error}");
    let job = stage.job("ops/report").await;
    cluster
        .delete(&job, None)
        .await
        .expect("nothing uses a job");
    cluster.remove(&calendar, None).await.expect("unused now");
    let Err(error) = cluster.restore(job.id, 1).await else {
        panic!("its calendar is gone");
    };
    assert!(matches!(error, ClusterError::UsesNothing { .. }), "{error}");
    let text = cluster.export(None).await.expect("nothing is left");
    assert_eq!(text, "");
}

#[tokio::test]
async fn a_jobs_page_strikes_out_the_days_that_are_left_out() {
    let stage = Stage::new().await;
    let all = JOB.replace("exclude", "only") + CALENDAR;
    stage.cluster.apply(&all, false, false).await.expect("both");
    let job = stage.job("report").await;
    let detail = stage
        .cluster
        .job_detail(&job, "en")
        .await
        .expect("it is there");
    assert_eq!(
        detail.row.schedule_words,
        "at 09:00 every day, only on days of china"
    );
    let out = |line: &belfry_core::view::NextLine| line.note.as_deref() == Some("excluded_day");
    assert!(detail.next.iter().any(out) && !detail.next.iter().all(out));
    let chinese = stage
        .cluster
        .job_detail(&job, "zh-CN")
        .await
        .expect("it is there");
    assert!(
        chinese
            .row
            .schedule_words
            .ends_with("，仅限日历 china 中的日子")
    );
}

#[test]
fn the_example_has_chinas_days_off_and_work_days_by_swap() {
    let text = include_str!("../../../examples/calendars.toml");
    let read = parse_file(text, Format::Toml).unwrap_or_else(|errors| panic!("{errors}"));
    let [Definition::Calendar(china)] = &read
        .iter()
        .map(|item| item.definition.clone())
        .collect::<Vec<_>>()[..]
    else {
        panic!("one calendar");
    };
    let is_off = |day: &str| china.days.contains(day.parse().expect("a date"));
    for day in [
        "2026-01-01",
        "2026-02-23",
        "2026-04-06",
        "2026-05-05",
        "2026-06-19",
        "2026-09-25",
        "2026-10-07",
        "2026-03-01",
    ] {
        assert!(is_off(day), "{day}");
    }
    for day in [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-02-24",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
        "2026-10-08",
    ] {
        assert!(!is_off(day), "{day}");
    }
}

#[test]
fn wrong_days_are_refused_with_what_to_write() {
    let wrong = r#"
[[calendar]]
name = "x"
weekdays = ["someday"]
days = ["2026-02-30", "2026-05-02..2026-05-01"]

[[calendar]]
name = "y"

[[job]]
project = "ops"
name = "report"
schedule = "@daily"
calendars = { exclude = [""], not = [] }
shell = { script = "true" }
"#;
    let errors = parse_file(wrong, Format::Toml).expect_err("all are wrong");
    expect_test::expect![[r#"
        line 4, [[calendar]] "x": `weekdays[0]` is "someday", which is no weekday: write MON, TUE, WED, THU, FRI, SAT or SUN
        line 5, [[calendar]] "x": `days[0]` is "2026-02-30", which is no day: write 2026-01-01, 2026-02-15..2026-02-23, or 12-25 for every year
        line 5, [[calendar]] "x": `days[1]` is "2026-05-02..2026-05-01", which ends before it begins: write the earlier day first, and a turn of the year as two
        line 7, [[calendar]] "y": `days` is empty, and the calendar would have no day: write some, or weekdays
        line 14, [[job]] "report": `calendars.not` is not a field of `calendars`: remove it; `belfryctl schema` lists the fields
        line 14, [[job]] "report": `calendars.exclude[0]` is empty: write the name of a calendar"#]].assert_eq(&errors.to_string());
}
