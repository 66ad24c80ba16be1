use belfry_core::job::Job;
use belfry_core::view::{JobGroup, JobPage, JobQuery, JobSort};

use super::stage::Stage;

async fn stage() -> Stage {
    let stage = Stage::new().await;
    let jobs = [
        ("ops", "alpha", "0 3 * * *", "lin", vec!["night", "backup"]),
        ("ops", "beta", "* * * * *", "", vec![]),
        ("web", "gamma", "0 * * * *", "ann", vec!["night"]),
    ];
    for (project, name, schedule, owner, tags) in jobs {
        let fields = serde_json::json!({
            "project": project, "name": name, "schedule": schedule, "owner": owner, "tags": tags,
            "shell": { "script": "true" },
        });
        let job = Job::read(&fields).expect("a job");
        stage.cluster.create(job).await.expect("a new job");
    }
    stage
}

async fn page(stage: &Stage, query: JobQuery) -> JobPage {
    let picture = stage.cluster.picture().await.expect("a picture");
    let page = stage.cluster.jobs_page(&picture, &query).await;
    page.expect("a page")
}

/// The rows under their heads.
fn drawn(page: &JobPage) -> String {
    let mut lines = Vec::new();
    for (at, row) in page.rows.iter().enumerate() {
        let head = page.heads.iter().find(|head| head.at as usize == at);
        lines.extend(head.map(|head| format!("[{} {}]", head.name, head.count)));
        lines.push(row.name.clone());
    }
    lines.join(" ")
}

#[tokio::test]
async fn jobs_are_gathered_and_ordered() {
    let stage = stage().await;
    let check = async |group: JobGroup, sort: JobSort, descending: bool, expected: &str| {
        let query = JobQuery {
            group,
            sort,
            descending,
            ..JobQuery::default()
        };
        assert_eq!(drawn(&page(&stage, query).await), expected);
    };
    use {JobGroup as By, JobSort as Sort};
    check(By::None, Sort::Name, false, "alpha beta gamma").await;
    check(By::None, Sort::Name, true, "gamma beta alpha").await;
    check(By::None, Sort::Next, false, "beta gamma alpha").await;
    check(By::None, Sort::Owner, false, "gamma alpha beta").await;
    check(By::None, Sort::Owner, true, "alpha gamma beta").await;
    check(
        By::Project,
        Sort::Name,
        false,
        "[ops 2] alpha beta [web 1] gamma",
    )
    .await;
    check(
        By::Tag,
        Sort::Name,
        false,
        "[backup 1] alpha [night 2] alpha gamma [ 1] beta",
    )
    .await;
    check(
        By::Owner,
        Sort::Name,
        true,
        "[ann 1] gamma [lin 1] alpha [ 1] beta",
    )
    .await;
}

#[tokio::test]
async fn a_page_counts_lines_jobs_and_mistakes() {
    let stage = stage().await;
    let query = JobQuery {
        text: "tag:night state:oops".to_owned(),
        group: JobGroup::Tag,
        offset: 1,
        limit: 1,
        language: "zh-CN".to_owned(),
        ..JobQuery::default()
    };
    let page = page(&stage, query).await;
    assert_eq!((page.lines, page.matched, page.total), (3, 2, 3));
    assert_eq!((page.rows.len(), page.troubled), (1, 0));
    assert!(page.mistakes[0].sentence.contains("没有值“oops”"));
    assert_eq!((page.mistakes[0].start, page.mistakes[0].end), (10, 20));
}

#[tokio::test]
async fn the_palette_finds_jobs_by_letters_and_runs_by_their_ids() {
    let stage = stage().await;
    let job = stage.job("gamma").await;
    let (key, _) = stage.claim(&job, super::stage::minute(0)).await;
    let following = stage.cluster.follow();
    let found = following.find("wga", "en").await.expect("an answer");
    assert_eq!(found.jobs[0].name, "gamma");
    assert_eq!(found.jobs[0].schedule_words, "every hour");
    let id = key.run_id().to_string();
    let found = following.find(&id[..8], "en").await.expect("an answer");
    assert_eq!(
        (found.runs[0].run_id.as_str(), found.runs[0].title.as_str()),
        (id.as_str(), "web/tick")
    );
    let found = following.find("", "en").await.expect("an answer");
    assert_eq!((found.jobs.len(), found.runs.len()), (3, 0));
}
