//! Secrets of jobs on a real agent: set, used, kept out of everything, and exchanged.

use std::fs;
use std::path::Path;
use std::time::Duration;

use belfry_core::cluster::Cluster;
use belfry_core::config::Secret;
use belfry_core::id::JobId;
use belfry_core::identity::{Identity, IdentityFile};
use belfry_core::job::JobDraft;
use belfry_core::run::{Reason, RunState};
use belfry_harness::place::{Place, job};

const PATIENCE: Duration = Duration::from_secs(60);
const TOKEN: &str = "hunter2-silver-gold";

fn draft(name: &str, script: &str) -> JobDraft {
    let secrets = [("TOKEN".to_owned(), "sealed".to_owned())];
    JobDraft {
        secrets: secrets.into(),
        ..job(name, "@manual", script)
    }
}

/// State, reason and output of one run.
async fn run(place: &Place, id: JobId) -> (RunState, Option<Reason>, String) {
    let run = place.run_now(id).await;
    let record = place.ended(run, PATIENCE).await;
    let output = String::from_utf8_lossy(&place.output(run, 1).await).into_owned();
    (record.state, record.reason, output)
}

fn refused() -> (RunState, Option<Reason>, String) {
    (RunState::Rejected, Some(Reason::Decrypt), String::new())
}

/// How many files below a folder hold the secret.
fn holding(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(holding(&path));
            continue;
        }
        // What goes meanwhile holds nothing.
        let bytes = fs::read(&path).unwrap_or_default();
        let is_there = bytes
            .windows(TOKEN.len())
            .any(|part| part == TOKEN.as_bytes());
        found.extend(is_there.then(|| path.display().to_string()));
    }
    found
}

async fn cluster(place: &Place) -> Cluster {
    let opened = Cluster::open_embedded(place.dir(), "test".to_owned());
    opened.await.expect("the stores are there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_reaches_its_program_and_nothing_else() {
    let place = Place::new().await;
    let agent = place.agent().await;
    let script = "echo \"=$TOKEN=\"; printf '%s' \"$TOKEN\" | wc -c; env | grep -c gold";
    let id = place.put_job(draft("secret", script)).await;
    assert_eq!(run(&place, id).await, refused(), "never set");

    let cluster = cluster(&place).await;
    let stored = cluster.job("secret").await.expect("the job");
    let edited = cluster
        .set_secret(&stored, "TOKEN", &Secret::new(TOKEN))
        .await;
    assert_eq!(edited.expect("set").generation, 2);
    let well = (RunState::Succeeded, None, "=***=\n19\n1\n".to_owned());
    assert_eq!(run(&place, id).await, well);

    let exported = cluster.export(None).await.expect("exported");
    assert!(
        exported.contains("secrets = { TOKEN = \"sealed\" }"),
        "{exported}"
    );
    let applied = cluster
        .apply(&exported, false, false)
        .await
        .expect("applied");
    assert!(applied.is_empty(), "{applied:?}");
    let noted = exported.replace("schedule", "note = \"seen\"\nschedule");
    cluster.apply(&noted, false, false).await.expect("applied");
    assert_eq!(run(&place, id).await, well, "kept by an edit");

    let stored = cluster.job("secret").await.expect("the job");
    let copied = cluster.copy(&stored, (None, "copy")).await.expect("copied");
    assert_eq!(run(&place, copied.id).await, refused(), "another job");

    assert!(!agent.log().contains(TOKEN));
    assert_eq!(holding(place.dir()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_exchanged_and_a_wrong_one_opens_nothing() {
    let place = Place::new().await;
    let _agent = place.agent().await;
    let cluster = cluster(&place).await;
    let id = place.put_job(draft("secret", "echo $TOKEN")).await;
    let stored = cluster.job("secret").await.expect("the job");
    let edited = cluster
        .set_secret(&stored, "TOKEN", &Secret::new(TOKEN))
        .await;
    edited.expect("set");
    let well = (RunState::Succeeded, None, "***\n".to_owned());
    assert_eq!(run(&place, id).await, well);

    let file = IdentityFile::in_folder(place.dir());
    let (old, new) = (file.read().expect("made"), Identity::generate());
    let both = [old.clone(), new.clone()];
    file.replace(&both).expect("the folder is ours");
    assert_eq!(run(&place, id).await, well, "while both are there");
    let resealed = cluster
        .seal_anew(&both, &new.public())
        .await
        .expect("sealed");
    assert_eq!((resealed.sealed, resealed.closed.len()), (1, 0));
    file.replace(&[new]).expect("the folder is ours");
    assert_eq!(run(&place, id).await, well, "with the new one alone");

    file.replace(&[old]).expect("the folder is ours");
    assert_eq!(run(&place, id).await, refused(), "with the old one");
    let resealed = cluster
        .seal_anew(&[], &file.read().expect("there").public())
        .await;
    let closed = resealed.expect("looked at").closed;
    assert_eq!(closed.len(), 1, "{closed:?}");
    fs::remove_file(file.path()).expect("the folder is ours");
    assert_eq!(run(&place, id).await, refused(), "with none");
}
