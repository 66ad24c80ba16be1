//! Files that people bring: of any size, whole or not at all.

use belfry_core::cluster::{CRONTAB_PROJECT, ClusterError, open_file};
use belfry_core::coord::Coord;
use belfry_core::definition::FullName;
use belfry_core::view::{CrontabImport, ErrorCode, FileEffect, FileKind, ImportEffect, LineName};

use super::stage::Stage;

fn file(jobs: usize, schedule: &str) -> String {
    let job = |index: usize| {
        format!(
            "[[job]]\nproject = \"p{}\"\nname = \"job-{index}\"\nschedule = \"{schedule}\"\nshell = {{ script = \"true\" }}\n",
            index % 7
        )
    };
    (0..jobs).map(job).collect()
}

async fn keys(stage: &Stage) -> usize {
    let prefixes = [stage.keys.jobs(), stage.keys.pendings()];
    let mut count = 0;
    for prefix in prefixes {
        count += stage
            .coord
            .list(&prefix)
            .await
            .expect("a list")
            .entries
            .len();
    }
    count
}

#[tokio::test]
async fn a_file_of_two_thousand_jobs_is_one_transaction() {
    let stage = Stage::new().await;
    let made = stage
        .cluster
        .apply(&file(2_000, "0 3 * * *"), false, false)
        .await
        .expect("applied");
    assert_eq!(made.created.len(), 2_000);
    let listing = stage.coord.list(&stage.keys.jobs()).await.expect("a list");
    let revisions: std::collections::BTreeSet<u64> = listing
        .entries
        .iter()
        .map(|entry| entry.mod_revision)
        .collect();
    assert_eq!((listing.entries.len(), revisions.len()), (2_000, 1));
    let again = stage
        .cluster
        .apply(&file(2_000, "0 3 * * *"), false, true)
        .await
        .expect("applied");
    assert!(again.is_empty() && again.unchanged == 2_000);
    stage.lose(1);
    let less = stage
        .cluster
        .apply(&file(1_999, "0 4 * * *"), false, true)
        .await
        .expect("applied");
    assert_eq!((less.changed.len(), less.paused.len()), (1_999, 1));
    assert_eq!(
        stage.job("job-7").await.generation,
        2,
        "a lost answer is settled, not sent as new"
    );
    assert_eq!(keys(&stage).await, 2_000, "history has every version");
}

#[tokio::test]
async fn what_the_store_does_not_take_at_once_is_refused_before_anything_is_written() {
    let stage = Stage::new().await;
    stage.bound();
    for dry_run in [true, false] {
        let error = stage
            .cluster
            .apply(&file(116, "@daily"), dry_run, false)
            .await;
        let error = error.expect_err("too many");
        assert!(
            matches!(
                error,
                ClusterError::ApplyTooLarge {
                    count: 116,
                    most: 115
                }
            ),
            "{error:?}"
        );
        assert_eq!(error.code(), ErrorCode::Invalid);
        assert_eq!(keys(&stage).await, 0);
    }
    stage
        .cluster
        .apply(&file(115, "@daily"), false, false)
        .await
        .expect("applied");
    stage
        .cluster
        .apply(&file(115, "@hourly"), false, false)
        .await
        .expect("applied");
    assert_eq!(keys(&stage).await, 115);
    let long = "x".repeat(40_000);
    let large = file(40, "@daily").replace("\"true\"", &format!("\"{long}\""));
    let error = stage
        .cluster
        .apply(&large, false, false)
        .await
        .expect_err("too large");
    assert!(
        matches!(
            error,
            ClusterError::ApplyTooLarge {
                count: 40,
                most: 10..20
            }
        ),
        "{error:?}"
    );
    assert_eq!(stage.job("job-1").await.generation, 2);
}

#[tokio::test]
async fn a_job_that_somebody_makes_meanwhile_keeps_the_whole_file_out() {
    let stage = Stage::new().await;
    let planned = stage
        .cluster
        .look_at_file(&file(5, "@daily"), false)
        .await
        .expect("a look");
    assert_eq!(planned.jobs.len(), 5);
    assert!(
        planned
            .jobs
            .iter()
            .all(|job| job.effect == FileEffect::Create)
    );
    // The name of one of them is taken by a job that cannot be seen: its definition is missing.
    let project = belfry_core::id::ProjectName::new("p3").expect("a name");
    let name = FullName::of_job(&project, "job-3");
    let name = stage.keys.name(&name);
    stage.put(name, b"somebody's".to_vec()).await;
    let error = stage
        .cluster
        .apply_file(&file(5, "@daily"), false)
        .await
        .expect_err("a race");
    assert!(
        matches!(error, ClusterError::ApplyRaced { .. }),
        "{error:?}"
    );
    assert_eq!(keys(&stage).await, 0);
}

#[tokio::test]
async fn a_look_at_a_file_names_every_mistake_with_line_and_key() {
    let stage = Stage::new().await;
    let wrong = file(1, "61 * * * *") + "[[job]]\nname = \"x\"\nretrys = 2\n";
    let table = stage
        .cluster
        .look_at_file(&wrong, false)
        .await
        .expect("a look");
    let told: Vec<_> = table
        .errors
        .iter()
        .map(|error| (error.line, error.path.as_str(), error.code.as_str()))
        .collect();
    assert_eq!(told[0], (4, "schedule", "schedule_field_range"));
    assert!(told.contains(&(8, "retrys", "unknown_field")), "{told:?}");
    assert!(stage.cluster.apply_file(&wrong, false).await.is_err());
}

fn import(text: &str) -> CrontabImport {
    CrontabImport {
        text: Some(text.to_owned()),
        project: CRONTAB_PROJECT.to_owned(),
        user_column: None,
        left_out: Vec::new(),
        names: Vec::new(),
        language: "zh-CN".to_owned(),
    }
}

#[tokio::test]
async fn a_crontab_is_imported_once_and_then_changes_nothing() {
    let stage = Stage::new().await;
    let text = include_str!("../fixtures/crontab-of-a-person.txt");
    let look = stage
        .cluster
        .look_at_crontab(&import(text))
        .await
        .expect("a look");
    assert_eq!((look.counts.created, look.counts.refused), (13, 11));
    assert_eq!(keys(&stage).await, 0, "a look writes nothing");
    let line = look
        .lines
        .iter()
        .find(|line| line.number == 11)
        .expect("the line");
    assert_eq!(
        line.job.as_ref().expect("a job").schedule_words,
        "每天 02:30"
    );
    stage
        .cluster
        .import_crontab(&import(text))
        .await
        .expect("imported");
    let backup = stage.job("crontab/backup").await;
    let settings = backup.job.as_ref().expect("a job");
    assert_eq!(settings.env["PATH"], "/usr/local/bin:/usr/bin:/bin");
    let again = stage
        .cluster
        .import_crontab(&import(text))
        .await
        .expect("imported");
    assert_eq!(
        (
            again.counts.created,
            again.counts.changed,
            again.counts.unchanged
        ),
        (0, 0, 13)
    );
    assert_eq!(stage.job("crontab/backup").await.revision, backup.revision);
}

#[tokio::test]
async fn lines_are_left_out_and_named_by_the_person() {
    let stage = Stage::new().await;
    let mut asked = import("0 1 * * * a\n0 2 * * * b\n0 3 * * * c\n");
    asked.left_out = vec![2];
    asked.names = vec![
        LineName {
            line: 1,
            name: "first".to_owned(),
        },
        LineName {
            line: 3,
            name: "c/d".to_owned(),
        },
    ];
    let done = stage
        .cluster
        .import_crontab(&asked)
        .await
        .expect("imported");
    let effects: Vec<_> = done
        .lines
        .iter()
        .filter_map(|line| line.job.as_ref())
        .map(|job| job.effect.clone())
        .collect();
    assert_eq!(
        effects,
        [
            ImportEffect::Create,
            ImportEffect::LeftOut,
            ImportEffect::Refused
        ]
    );
    let jobs = stage.cluster.jobs().await.expect("jobs");
    assert_eq!(
        jobs.iter().map(|job| job.name.as_str()).collect::<Vec<_>>(),
        ["first"]
    );
    asked.project = "No Project".to_owned();
    let error = stage
        .cluster
        .look_at_crontab(&asked)
        .await
        .expect_err("no project");
    assert!(
        error.sentence().contains("No Project"),
        "{}",
        error.sentence()
    );
}

#[test]
fn a_file_is_known_by_its_look() {
    let dir = tempfile::tempdir().expect("a folder");
    let opened = |name: &str, bytes: &[u8]| {
        std::fs::write(dir.path().join(name), bytes).expect("a file");
        open_file(&dir.path().join(name)).expect("a file that opens")
    };
    assert_eq!(opened("jobs.toml", b"").kind, FileKind::Definitions);
    assert_eq!(
        opened("jobs", b"\xef\xbb\xbf {\"job\": []}").kind,
        FileKind::Definitions
    );
    assert_eq!(
        opened("jobs.txt", b"# x\n[[job]]\n").kind,
        FileKind::Definitions
    );
    let crontab = opened("crontab", b"0 5 * * * [ -x /x ] && \xff\n");
    assert_eq!(
        (crontab.kind, crontab.name.as_str()),
        (FileKind::Crontab, "crontab")
    );
    assert!(crontab.text.contains('\u{fffd}'));
    assert!(open_file(dir.path()).is_err());
    assert!(open_file(&dir.path().join("missing")).is_err());
    std::fs::write(dir.path().join("large"), vec![b'#'; 2 << 20]).expect("a file");
    assert!(open_file(&dir.path().join("large")).is_err());
}
