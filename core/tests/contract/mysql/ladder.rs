//! The way to the database: each rung that breaks says so, and what to do.

use std::net::TcpListener;

use belfry_core::history::mysql::{
    Migrated, MysqlConnectError, MysqlHistory, MysqlRung, MysqlSettings, SchemaState,
};
use belfry_core::history::{History, HistoryError, Upload};
use belfry_core::run::RunState;
use belfry_harness::certificates::Authority;
use belfry_harness::mariadb::MariaDb;

use crate::mysql::{history_on, settings};
use crate::records::run;

async fn broken(settings: MysqlSettings) -> MysqlConnectError {
    let error = MysqlHistory::connect(settings).await.err();
    error.expect("a rung is broken")
}

/// The rung, and that the sentence holds these words and no password.
fn check(error: &MysqlConnectError, rung: MysqlRung, words: &[&str]) {
    let sentence = error.to_string();
    assert_eq!(error.rung(), rung, "{sentence}");
    for word in words {
        assert!(sentence.contains(word), "{word:?} is not in: {sentence}");
    }
    assert!(!format!("{error:?}").contains("geheim"), "{sentence}");
}

#[tokio::test]
async fn each_rung_below_the_tables_is_named_with_what_to_do() {
    let server = MariaDb::shared().await;
    let database = server.database().await;
    let port = server.port();
    let sql = format!(
        "CREATE USER guest@localhost IDENTIFIED BY 'geheim'; \
         CREATE USER locked@localhost IDENTIFIED BY 'geheim' ACCOUNT LOCK; \
         GRANT SELECT ON {database}.* TO guest@localhost"
    );
    server.execute(sql).await;
    let unused = TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = unused.local_addr().expect("bound").port();
    drop(unused);
    let name = "mysql://guest:geheim@nowhere.invalid/belfry".to_owned();
    check(
        &broken(settings(name)).await,
        MysqlRung::Name,
        &["nowhere.invalid", "check the name"],
    );
    let at = |who: &str, port, database: &str| {
        settings(format!("mysql://{who}@127.0.0.1:{port}/{database}"))
    };
    let cases = [
        (
            at("guest:geheim", closed, &database),
            MysqlRung::Tcp,
            "check the host and the port",
        ),
        (
            at("guest:geheim2", port, &database),
            MysqlRung::SignIn,
            "check the user and the password",
        ),
        (
            at("nobody:geheim", port, &database),
            MysqlRung::SignIn,
            "does not let nobody in",
        ),
        (
            at("locked:geheim", port, &database),
            MysqlRung::SignIn,
            "is locked",
        ),
        (
            at("root", port, "elsewhere"),
            MysqlRung::Database,
            "there is no database elsewhere",
        ),
        (
            at("guest:geheim", port, "mysql"),
            MysqlRung::Database,
            "grant",
        ),
    ];
    for (settings, rung, words) in cases {
        check(&broken(settings).await, rung, &[words]);
    }
}

#[tokio::test]
async fn what_answers_and_is_no_database_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let greeting = async {
        let (mut stream, _) = listener.accept().await.expect("a guest");
        let hello = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".to_vec();
        tokio::io::AsyncWriteExt::write_all(&mut stream, &hello)
            .await
            .expect("told");
        drop(stream);
    };
    let url = format!("mysql://u:geheim@127.0.0.1:{port}/belfry");
    let (error, ()) = tokio::join!(broken(settings(url)), greeting);
    let place = format!("127.0.0.1:{port}");
    assert!(error.rung() <= MysqlRung::Server, "{error}");
    assert!(
        error.to_string().contains(&place) && error.to_string().contains("port"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_has_to_prove_who_it_is() {
    let (authority, stranger) = (Authority::new("ours"), Authority::new("a stranger"));
    let proof = authority.issue("server", "DNS:localhost");
    let server = MariaDb::start_with(&[
        &format!("--ssl-cert={}", proof.certificate.display()),
        &format!("--ssl-key={}", proof.key.display()),
        &format!("--ssl-ca={}", authority.certificate().display()),
    ])
    .await;
    let database = server.database().await;
    let sql = format!(
        "CREATE USER agent@'%' IDENTIFIED BY 'geheim' REQUIRE SSL; \
         GRANT ALL ON {database}.* TO agent@'%'"
    );
    server.execute(sql).await;
    let by = |host: &str, ca: &Authority| MysqlSettings {
        ca_pem: Some(pem(ca)),
        ..settings(format!(
            "mysql://agent:geheim@{host}:{}/{database}",
            server.port()
        ))
    };
    let history = MysqlHistory::connect(by("localhost", &authority)).await;
    history
        .expect("an encrypted way")
        .migrate()
        .await
        .expect("new tables");
    let error = broken(by("localhost", &stranger)).await;
    check(
        &error,
        MysqlRung::Tls,
        &["authority that is not trusted", "`ca`"],
    );
    let error = broken(by("127.0.0.1", &authority)).await;
    check(&error, MysqlRung::Tls, &["is not for the name 127.0.0.1"]);

    let plain = MariaDb::shared().await;
    let url = plain.url("mysql").replace("127.0.0.1", "localhost");
    let settings = MysqlSettings {
        ca_pem: Some(pem(&authority)),
        ..settings(url)
    };
    check(
        &broken(settings).await,
        MysqlRung::Tls,
        &["offers no encryption", "insecure = true"],
    );
}

#[tokio::test]
async fn who_may_not_make_tables_hears_which_rights_lack() {
    let server = MariaDb::shared().await;
    let database = server.database().await;
    let sql = format!(
        "CREATE USER reader@localhost IDENTIFIED BY 'geheim'; \
         GRANT SELECT ON {database}.* TO reader@localhost"
    );
    server.execute(sql).await;
    let place = format!("127.0.0.1:{}", server.port());
    let url = format!("mysql://reader:geheim@{place}/{database}");
    let history = MysqlHistory::connect(settings(url)).await.expect("a way");
    assert_eq!(history.location(), format!("{database} on {place}"));
    let version = history.server().await.expect("it answers").to_string();
    assert!(version.starts_with("MariaDB "), "{version}");
    let error = history.migrate().await.expect_err("no rights");
    check(&error, MysqlRung::Schema, &["rights"]);
}

#[tokio::test]
async fn tables_that_are_not_right_are_refused_and_never_touched_unasked() {
    let server = MariaDb::shared().await;
    let database = server.database().await;
    let history = MysqlHistory::connect(settings(server.url(&database))).await;
    let history = history.expect("MariaDB answers");
    assert_eq!(history.schema().await.expect("a state"), SchemaState::None);
    check(
        &history.ready().await.expect_err("no tables"),
        MysqlRung::Schema,
        &["cluster migrate"],
    );
    let upload = Upload {
        runs: vec![run(1, 0, RunState::Claimed)],
        ..Upload::default()
    };
    let refused = history.upload(&upload).await;
    let words = |error: &HistoryError| error.to_string().contains("cluster migrate");
    assert!(
        matches!(&refused, Err(error @ HistoryError::Unavailable(_)) if words(error)),
        "{refused:?}"
    );

    assert_eq!(
        history.migrate().await.expect("new tables"),
        Migrated { from: 0, to: 2 }
    );
    history.ready().await.expect("right tables");
    history.upload(&upload).await.expect("an upload");
    assert_eq!(
        history.migrate().await.expect("no change"),
        Migrated { from: 2, to: 2 }
    );
    assert_eq!(
        history.run(upload.runs[0].run_id).await.expect("a run"),
        upload.runs
    );

    server
        .execute(format!("UPDATE {database}.meta SET version = 7"))
        .await;
    assert_eq!(
        history.schema().await.expect("a state"),
        SchemaState::Newer(7)
    );
    let words = ["version 7", "upgrade this program"];
    check(
        &history.ready().await.expect_err("newer"),
        MysqlRung::Schema,
        &words,
    );
    check(
        &history.migrate().await.expect_err("newer"),
        MysqlRung::Schema,
        &words,
    );
}

#[tokio::test]
async fn many_may_migrate_at_once_and_what_was_cut_off_is_done_again() {
    let server = MariaDb::shared().await;
    let database = server.database().await;
    let migrate = || async {
        let history = MysqlHistory::connect(settings(server.url(&database))).await;
        history
            .expect("MariaDB answers")
            .migrate()
            .await
            .expect("right tables")
    };
    let (a, b, c, d) = tokio::join!(migrate(), migrate(), migrate(), migrate());
    let mut done = [a, b, c, d].map(|migrated| migrated.from);
    done.sort_unstable();
    assert_eq!(done, [0, 2, 2, 2]);
    let cut_off =
        format!("UPDATE {database}.meta SET version = 0; DROP TABLE {database}.run_output");
    server.execute(cut_off).await;
    assert_eq!(migrate().await, Migrated { from: 0, to: 2 });
}

#[tokio::test]
async fn an_account_that_may_only_change_rows_is_enough_for_an_agent() {
    let server = MariaDb::shared().await;
    let (_, url) = history_on(server).await;
    let database = url.rsplit('/').next().expect("a name");
    let sql = format!(
        "CREATE USER IF NOT EXISTS scribe@localhost IDENTIFIED BY 'geheim'; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON {database}.* TO scribe@localhost"
    );
    server.execute(sql).await;
    let socket = server.socket().display().to_string().replace('/', "%2F");
    let by_socket = format!("mysql://scribe:geheim@localhost/{database}?socket={socket}");
    let history = MysqlHistory::connect(settings(by_socket)).await;
    let history = history.expect("a way");
    history.ready().await.expect("right tables");
    let upload = Upload {
        runs: vec![run(1, 0, RunState::Succeeded)],
        ..Upload::default()
    };
    history.upload(&upload).await.expect("an upload");
    let before = upload.runs[0].scheduled_at + std::time::Duration::from_secs(1);
    let gone = history.prune(upload.runs[0].job_id, before, 0, 10).await;
    assert_eq!(gone.expect("a pruning"), 1);
}

fn pem(authority: &Authority) -> Vec<u8> {
    std::fs::read(authority.certificate()).expect("it was made")
}
