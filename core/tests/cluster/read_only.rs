use std::sync::Arc;

use belfry_core::cluster::{BulkStop, Cluster, ClusterError, Stores};
use belfry_core::coord::Coord;
use belfry_core::definition::Intent;
use belfry_core::id::RunId;
use belfry_core::view::{
    BulkAction, BulkAsk, BulkTarget, CrontabImport, EditorAsk, ErrorCode, JobForm, SaveAsk, TryAsk,
};

use super::stage::{Stage, job, minute};

const FILE: &str = "[[job]]\nproject = \"ops\"\nname = \"new\"\nschedule = \"@hourly\"\n\
                    shell = { script = \"true\" }\n";

/// The same stores through a read-only profile.
fn read_only(stage: &Stage) -> Arc<Cluster> {
    let stores = Stores {
        coord: stage.coord.clone(),
        history: stage.history.clone(),
        keys: stage.keys.clone(),
        warnings: vec![],
        away: None,
        read_only: true,
        identity: None,
    };
    Arc::new(Cluster::of(stores, "bob@desk".to_owned()))
}

fn crontab() -> CrontabImport {
    CrontabImport {
        text: Some("0 3 * * * /usr/bin/true\n".to_owned()),
        project: "cron".to_owned(),
        user_column: None,
        left_out: vec![],
        names: vec![],
        language: "en".to_owned(),
    }
}

async fn form(stage: &Stage, id: &str) -> JobForm {
    let ask = EditorAsk {
        job_id: Some(id.to_owned()),
        duplicate: false,
    };
    let following = stage.cluster.follow();
    let open = following.look(|picture| picture.open_editor(&ask, "UTC"));
    let mut form = open.await.expect("a form").form;
    form.note = "changed".to_owned();
    form
}

type Answers = Vec<(&'static str, Option<ClusterError>)>;

/// What every use-case answers that changes a job.
async fn edits(stage: &Stage, cluster: &Cluster) -> Answers {
    let known = stage.job("tick").await;
    let form = form(stage, &known.id.to_string()).await;
    let save = SaveAsk {
        form: form.clone(),
        job_id: Some(known.id.to_string()),
        generation: known.generation,
    };
    let mut changed = job("tick");
    changed.about.note = "changed".to_owned();
    let edit = cluster.edit(&known, Intent::Edit(changed), None);
    vec![
        ("create", cluster.create(job("other")).await.err()),
        ("copy", cluster.copy(&known, (None, "copy")).await.err()),
        ("edit", edit.await.err()),
        ("pause", cluster.set_paused(&known, false, None).await.err()),
        ("delete", cluster.delete(&known, None).await.err()),
        ("restore", cluster.restore(known.id, 1).await.err()),
        ("save_draft", cluster.save_draft(&save).await.err()),
        ("apply", cluster.apply(FILE, false, false).await.err()),
        ("apply_file", cluster.apply_file(FILE, false).await.err()),
        ("crontab", cluster.import_crontab(&crontab()).await.err()),
    ]
}

/// What every use-case answers that asks something of agents.
async fn wishes(stage: &Stage, cluster: &Cluster, run: RunId) -> Answers {
    let known = stage.job("tick").await;
    let form = form(stage, &known.id.to_string()).await;
    let job_id = Some(known.id.to_string());
    let trial = TryAsk { form, job_id };
    let mut tail = stage.cluster.follow_log(run).await.expect("it runs");
    let tail = tail.as_mut().expect("it runs");
    vec![
        ("run_now", cluster.run_now(&known).await.err()),
        ("try_draft", cluster.try_draft(&trial).await.err()),
        ("kill", cluster.kill(run).await.err()),
        ("follow_log", cluster.follow_log(run).await.err()),
        ("end_tail", cluster.end_tail(tail).await.err()),
        ("renew_tail", cluster.renew_tail(tail).await.err()),
    ]
}

async fn everything(stage: &Stage) -> Vec<(String, u64)> {
    let listing = stage.coord.list(&stage.keys.root()).await.expect("a list");
    let entries = listing.entries.into_iter();
    entries
        .map(|entry| (entry.key, entry.mod_revision))
        .collect()
}

#[tokio::test]
async fn a_read_only_profile_refuses_every_change_and_changes_nothing() {
    let stage = Stage::new().await;
    let known = stage.created("tick").await;
    stage
        .cluster
        .set_paused(&known, true, None)
        .await
        .expect("a second version");
    let known = stage.job("tick").await;
    let (key, _) = stage.claim(&known, minute(0)).await;
    let cluster = read_only(&stage);
    let mut answers = wishes(&stage, &cluster, key.run_id()).await;
    let before = everything(&stage).await;
    answers.extend(edits(&stage, &cluster).await);
    for (what, error) in answers {
        let error = error.unwrap_or_else(|| panic!("{what} was done"));
        let told = error.sentence();
        assert!(
            told.contains("not permitted: read-only profile"),
            "{what}: {told}"
        );
        assert_eq!(
            error.to_command_error().code,
            ErrorCode::NotPermitted,
            "{what}"
        );
    }
    let following = cluster.follow();
    let all = BulkTarget::Query {
        text: String::new(),
        except: vec![],
    };
    let pause = BulkAsk::Do {
        action: BulkAction::Resume,
        target: all,
    };
    let stop = BulkStop::default();
    let bulk = following.bulk("b", pause, &stop, |_| {});
    let end = bulk.await.expect("each is refused by itself");
    assert_eq!((end.done, end.failures), (0, 1));
    assert_eq!(everything(&stage).await, before);
    assert_eq!(cluster.jobs().await.expect("it can be read").len(), 1);
}
