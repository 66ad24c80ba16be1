use std::path::Path;
use std::sync::Arc;

use belfry_core::cluster::{Connections, Here};
use belfry_core::profile::{ProfilesFile, Secrets};
use belfry_core::view::{
    ConnectionForm, ConnectionState, Environment, ErrorCode, Ladder, SecretWish, StepState,
};
use tempfile::TempDir;

struct Desk {
    folder: TempDir,
    connections: Arc<Connections>,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let connections = open(folder.path(), None);
        Self {
            folder,
            connections,
        }
    }

    /// Takes up profiles of folders.
    fn import(&self, text: &str) {
        self.connections
            .import(text, self.folder.path())
            .expect("profiles");
    }
}

fn open(folder: &Path, wanted: Option<&str>) -> Arc<Connections> {
    let here = Here {
        dir: folder.join("here"),
        program: folder.join("no-agent"),
    };
    let config = folder.join("config");
    // The keychain of whoever runs this is left alone.
    let secrets = Secrets::in_file(&config);
    let files = ProfilesFile::in_folder(&config);
    Connections::new(here, files, secrets, wanted.map(str::to_owned))
}

const LABS: &str = "[lab]\nembedded = \"lab\"\nenvironment = \"production\"\nread_only = true\n\
                    [other]\nembedded = \"other\"\n";

#[tokio::test]
async fn several_connections_are_open_and_one_is_shown() {
    let desk = Desk::new();
    desk.import(LABS);
    let connections = &desk.connections;
    let here = connections.hello().await.expect("this computer");
    assert!(here.embedded && here.profile.is_empty());
    connections.show("lab").expect("it is saved");
    let lab = connections.hello().await.expect("a folder");
    assert!(!lab.embedded && lab.read_only && lab.away.is_none());
    assert_eq!(lab.environment, Environment::Production);
    let shown = connections.shown().await.expect("a folder");
    let refused = shown.add_examples().await.expect_err("read-only");
    assert_eq!(refused.to_command_error().code, ErrorCode::NotPermitted);
    connections.show("other").expect("it is saved");
    let other = connections.shown().await.expect("a folder");
    other.add_examples().await.expect("not read-only");
    let list = connections.list().await.expect("a list");
    let states: Vec<(&str, ConnectionState)> = list
        .rows
        .iter()
        .map(|row| (row.name.as_str(), row.state))
        .collect();
    let open_state = ConnectionState::Open;
    assert_eq!(
        states,
        [("", open_state), ("lab", open_state), ("other", open_state)]
    );
    assert_eq!(list.shown, "other");
    assert!(connections.show("nowhere").is_err());
    // The next window shows it again, unless it is told otherwise.
    assert_eq!(open(desk.folder.path(), None).shown_name(), "other");
    assert_eq!(open(desk.folder.path(), Some("lab")).shown_name(), "lab");
    connections.delete("other").await.expect("it is there");
    assert_eq!(connections.shown_name(), "");
}

fn away() -> ConnectionForm {
    ConnectionForm {
        name: "far".to_owned(),
        environment: Environment::Staging,
        cluster: "main".to_owned(),
        endpoints: "http://127.0.0.1:1".to_owned(),
        history_url: "mysql://127.0.0.1:1/belfry".to_owned(),
        ..ConnectionForm::default()
    }
}

#[tokio::test]
async fn a_cluster_that_is_away_is_said_and_tried_again() {
    let desk = Desk::new();
    let connections = &desk.connections;
    let saved = connections.save(&away(), "").await.expect("saved");
    assert_eq!(saved.mistakes, []);
    let mut lives = connections.lives();
    connections.show("far").expect("it is saved");
    let hello = connections.hello().await.expect("what is saved of it");
    assert_eq!(hello.environment, Environment::Staging);
    assert!(hello.away.is_some());
    let row = |list: belfry_core::view::ConnectionList| list.rows.into_iter().nth(1).expect("far");
    let list = connections.list().await.expect("a list");
    assert_eq!(row(list).state, ConnectionState::Away);
    // The second one of its kind says that it was tried again.
    for _ in 0..2 {
        let news = lives.recv().await.expect("news");
        assert_eq!(news.profile, "far");
        assert!(news.live.trouble.is_some());
    }
}

#[tokio::test]
async fn a_test_tells_each_rung_and_mistakes_stand_at_their_fields() {
    let desk = Desk::new();
    let connections = &desk.connections;
    let told = std::sync::Mutex::new(Vec::new());
    let tell = |ladder: &Ladder| told.lock().expect("one thread").push(ladder.clone());
    let tested = connections.test(&away(), "", &tell).await.expect("tried");
    let ladder = tested.ladder.expect("no mistakes");
    let failed: Vec<_> = ladder
        .steps
        .iter()
        .filter(|step| step.state == StepState::Failed)
        .collect();
    assert_eq!(failed.len(), 2, "both stores are away: {ladder:?}");
    assert!(failed.iter().all(|step| !step.hint.is_empty()));
    let told = told.into_inner().expect("one thread");
    assert_eq!(told.len(), 2, "one store after the other");
    assert_eq!(told.last(), Some(&ladder));
    let wrong = ConnectionForm {
        endpoints: String::new(),
        ..away()
    };
    let tested = connections
        .test(&wrong, "", &|_| {})
        .await
        .expect("an answer");
    assert_eq!(tested.mistakes[0].field, "endpoints");
    assert!(tested.ladder.is_none());
}

#[tokio::test]
async fn no_secret_stands_in_any_file_or_answer() {
    let desk = Desk::new();
    let connections = &desk.connections;
    let form = ConnectionForm {
        user: "ann".to_owned(),
        password: SecretWish::Set("hunter2".to_owned()),
        history_url: "mysql://ann@127.0.0.1:1/belfry".to_owned(),
        history_password: SecretWish::Set("hunter2".to_owned()),
        ..away()
    };
    let locked = connections.save(&form, "").await.expect_err("locked");
    assert_eq!(locked.code, ErrorCode::Locked);
    let unlocked = connections.unlock("tower".to_owned());
    unlocked.await.expect("a new file");
    connections.save(&form, "").await.expect("kept");
    let shown = connections.form("far").expect("it is saved");
    assert_eq!(shown.password, SecretWish::Kept);
    let export = connections.export().expect("a text");
    let list = connections.list().await.expect("a list");
    let tested = connections
        .test(&shown, "far", &|_| {})
        .await
        .expect("tried");
    for text in [format!("{shown:?}"), export, format!("{list:?}{tested:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    for file in std::fs::read_dir(desk.folder.path().join("config")).expect("ours") {
        let bytes = std::fs::read(file.expect("ours").path()).expect("ours");
        assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"));
    }
    connections.delete("far").await.expect("it is there");
}
