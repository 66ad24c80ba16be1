//! What is told of an etcd that cannot be used: the rung that failed, and what to do. And that a
//! sign-in is renewed when it ends.

use std::fs;
use std::path::Path;
use std::time::Duration;

use belfry_core::coord::etcd::{Etcd, EtcdConnectError, EtcdSettings, EtcdTls};
use belfry_core::coord::{Coord, CoordError};
use belfry_core::txn::{Op, Txn};
use belfry_harness::certificates::{Authority, Issued, token_keys};
use belfry_harness::etcd::{EtcdCluster, EtcdSetup, ServerTls};
use belfry_harness::wait;
use etcd_client::{Error, Permission, PermissionType};
use expect_test::{Expect, expect};

use crate::coord::{done, start};

const ROOT: (&str, &str) = ("root", "the-root");

fn settings(endpoint: &str) -> EtcdSettings {
    EtcdSettings {
        endpoints: vec![endpoint.to_owned()],
        user: None,
        tls: None,
        insecure: false,
    }
}

fn user(name: &str, password: &str) -> Option<(String, String)> {
    Some((name.to_owned(), password.to_owned()))
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("a readable file")
}

/// The rung and the sentence, without the port, which is another each time.
fn told(error: &EtcdConnectError) -> String {
    let sentence = error.to_string();
    let mut parts = sentence.split(':');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let after = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_port = part.len() - after.len() >= 4;
        shown += if is_port { ":PORT" } else { ":" };
        shown += if is_port { after } else { part };
    }
    format!("{:?}: {shown}", error.rung())
}

async fn check(settings: EtcdSettings, expected: Expect) {
    let told = match Etcd::connect(settings).await {
        Ok(_) => "connected".to_owned(),
        Err(error) => told(&error),
    };
    expected.assert_eq(&told);
}

#[tokio::test]
async fn what_is_set_wrongly_is_named_before_anything_is_sent() {
    check(
        EtcdSettings {
            endpoints: vec![],
            ..settings("")
        },
        expect!["Settings: no address of etcd is set: set at least one"],
    )
    .await;
    check(settings("https://me:secret@db1:2379"), expect!["Settings: the address db1:PORT of etcd cannot be used: an address holds no user and no password: set them apart"]).await;
    check(settings("http://192.0.2.1:2379"), expect!["Settings: could not connect to etcd at http://192.0.2.1:PORT: everybody on the way could read and change what is sent; write https://, or allow plain text (insecure = true)"]).await;
    check(
        EtcdSettings {
            tls: Some(EtcdTls {
                ca_pem: Some(b"no certificate".to_vec()),
                identity_pem: None,
            }),
            ..settings("https://127.0.0.1")
        },
        expect![[r#"Settings: the authority's certificate for etcd holds no block "BEGIN CERTIFICATE": give it in PEM"#]],
    )
    .await;
}

#[tokio::test]
async fn a_name_and_a_port_that_nobody_answers_are_told_apart() {
    let nobody = Etcd::connect(settings("https://etcd.invalid")).await;
    // What the name service says beside is its own.
    let told = nobody.err().as_ref().map(told).unwrap_or_default();
    let begin =
        "Name: could not connect to etcd at https://etcd.invalid:PORT: the name etcd.invalid ";
    assert!(told.starts_with(begin), "{told}");
    check(settings("http://127.0.0.1:1"), expect!["Tcp: could not connect to etcd at http://127.0.0.1:1: nothing listens at 127.0.0.1:1 (Connection refused (os error 111)): check that etcd runs there and that no firewall is between"]).await;
    // One address that works is enough.
    let cluster = EtcdCluster::start(1).await;
    let mut both = cluster.settings();
    both.endpoints.insert(0, "http://127.0.0.1:1".to_owned());
    let store = Etcd::connect(both).await.expect("one member is there");
    store.list("/t/").await.expect("the same");
    assert!(
        store
            .version_warning()
            .is_none_or(|it| it.starts_with("etcd 3."))
    );
}

#[tokio::test]
async fn members_of_two_clusters_are_not_taken_for_one() {
    let (one, other) = (EtcdCluster::start(1).await, EtcdCluster::start(1).await);
    let mut both = one.settings();
    both.endpoints.extend(other.endpoints());
    check(both, expect!["Settings: the addresses set for etcd are of different clusters: name the members of one"]).await;
}

fn server_tls(authority: &Authority, server: &Issued) -> ServerTls {
    ServerTls {
        ca: authority.certificate(),
        certificate: server.certificate.clone(),
        key: server.key.clone(),
        client_ca: None,
        client: None,
    }
}

async fn cluster_with(tls: ServerTls) -> EtcdCluster {
    EtcdCluster::start_with(EtcdSetup {
        tls: Some(tls),
        ..EtcdSetup::default()
    })
    .await
}

fn trusting(authority: &Authority, identity: Option<&Issued>) -> Option<EtcdTls> {
    Some(EtcdTls {
        ca_pem: Some(read(&authority.certificate())),
        identity_pem: identity.map(|it| (read(&it.certificate), read(&it.key))),
    })
}

#[tokio::test]
async fn what_is_wrong_with_tls_is_named() {
    let (authority, stranger) = (Authority::new("authority"), Authority::new("stranger"));
    let server = authority.issue("server", "IP:127.0.0.1");
    let cluster = cluster_with(server_tls(&authority, &server)).await;
    let at = |host: &str, tls: Option<EtcdTls>| EtcdSettings {
        tls,
        ..settings(&format!("https://{host}:{}", cluster.port(0)))
    };
    let trusted = trusting(&authority, None);
    check(at("127.0.0.1", trusted.clone()), expect!["connected"]).await;
    check(at("127.0.0.1", trusting(&stranger, None)), expect!["Tls: could not connect to etcd at https://127.0.0.1:PORT: its certificate is signed by nobody trusted here: set the certificate of the authority that signed it"]).await;
    check(at("127.0.0.1", None), expect!["Tls: could not connect to etcd at https://127.0.0.1:PORT: its certificate is signed by nobody trusted here: set the certificate of the authority that signed it"]).await;
    check(at("localhost", trusted.clone()), expect!["Tls: could not connect to etcd at https://localhost:PORT: its certificate is not for localhost: use a name that it bears, or have it issued for this one"]).await;
    check(
        settings(&format!("http://127.0.0.1:{}", cluster.port(0))),
        expect!["Tls: could not connect to etcd at http://127.0.0.1:PORT: it does not answer as etcd does: if it wants TLS, write https://"],
    )
    .await;
    let plain = EtcdCluster::start(1).await;
    check(
        EtcdSettings {
            tls: trusted,
            ..settings(&format!("https://127.0.0.1:{}", plain.port(0)))
        },
        expect!["Tls: could not connect to etcd at https://127.0.0.1:PORT: it does not speak TLS: turn TLS on there, or write http:// and allow plain text"],
    )
    .await;
}

#[tokio::test]
async fn a_client_certificate_that_is_missing_or_strange_is_named() {
    let (authority, stranger) = (Authority::new("authority"), Authority::new("stranger"));
    let server = authority.issue("server", "IP:127.0.0.1");
    let client = authority.issue("client", "DNS:client");
    let strange = stranger.issue("client", "DNS:client");
    let cluster = cluster_with(ServerTls {
        client_ca: Some(authority.certificate()),
        client: Some((client.certificate.clone(), client.key.clone())),
        ..server_tls(&authority, &server)
    })
    .await;
    let with = |identity| EtcdSettings {
        tls: trusting(&authority, identity),
        ..settings(&cluster.endpoint(0))
    };
    check(with(Some(&client)), expect!["connected"]).await;
    check(with(None), expect!["Tls: could not connect to etcd at https://127.0.0.1:PORT: it ends the connection after the TLS handshake, so most likely it wants a client certificate: set one, with its key"]).await;
    check(with(Some(&strange)), expect!["Tls: could not connect to etcd at https://127.0.0.1:PORT: it ends the connection after the TLS handshake, so most likely it refuses the client certificate set here: set one that its authority signed"]).await;
    let mixed = Issued {
        certificate: client.certificate.clone(),
        key: strange.key.clone(),
    };
    check(with(Some(&mixed)), expect!["Settings: could not connect to etcd at https://127.0.0.1:PORT: the certificates set here cannot be used (keys may not be consistent: KeyMismatch)"]).await;
}

/// Turns authentication on, with a user `belfry` who may do everything below `/belfry/`.
async fn guard(cluster: &EtcdCluster) {
    let mut admin = cluster.admin(None).await;
    let done = async {
        admin.user_add(ROOT.0, ROOT.1, None).await?;
        admin.user_grant_role(ROOT.0, "root").await?;
        admin.role_add("belfry").await?;
        let below = Permission::new(PermissionType::Readwrite, "/belfry/").with_prefix();
        admin.role_grant_permission("belfry", below).await?;
        admin.user_add("belfry", "bells", None).await?;
        admin.user_grant_role("belfry", "belfry").await?;
        admin.auth_enable().await
    };
    done.await.expect("etcd is ours");
}

#[tokio::test]
async fn what_is_wrong_with_the_sign_in_and_the_rights_is_named() {
    let cluster = EtcdCluster::start(1).await;
    let at = |user: Option<(String, String)>| EtcdSettings {
        user,
        ..cluster.settings()
    };
    check(at(user("belfry", "bells")), expect!["SignIn: could not connect to etcd at http://127.0.0.1:PORT: its authentication is off, so it cannot sign in belfry: turn it on there, or set no user here"]).await;
    guard(&cluster).await;
    check(at(user("belfry", "wrong")), expect!["SignIn: could not connect to etcd at http://127.0.0.1:PORT: it refuses the user belfry or the password: correct them"]).await;
    check(at(None), expect!["SignIn: could not connect to etcd at http://127.0.0.1:PORT: etcd wants a user and a password"]).await;
    let store = Etcd::connect(at(user("belfry", "bells")))
        .await
        .expect("the right password");
    assert_eq!(store.check_prefix("/belfry/x/v1/").await, Ok(()));
    let none = store.list("/belfry/").await.expect("it may read").entries;
    assert_eq!(none, [], "the check wrote nothing");
    let refused = store
        .check_prefix("/other/")
        .await
        .expect_err("not its own");
    expect!["Prefix: the user belfry may not read and write below /other/: give a role of that user the permission (etcdctl role grant-permission ROLE readwrite --prefix /other/)"].assert_eq(&told(&refused));
    let put = Op::Put {
        key: "/other/a".to_owned(),
        value: vec![],
        lease: None,
    };
    let beside = Txn {
        then: vec![put],
        ..Txn::default()
    };
    let refused = store.transact(&beside).await;
    assert!(
        matches!(refused, Err(CoordError::Refused(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_sign_in_that_has_ended_is_renewed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (private, public) = token_keys(folder.path());
    let token = format!(
        "--auth-token=jwt,pub-key={},priv-key={},sign-method=ES256,ttl=2s",
        public.display(),
        private.display()
    );
    let cluster = EtcdCluster::start_with(EtcdSetup {
        arguments: vec![token],
        ..EtcdSetup::default()
    })
    .await;
    guard(&cluster).await;
    let signed_in = EtcdSettings {
        user: user("belfry", "bells"),
        ..cluster.settings()
    };
    let store = Etcd::connect(signed_in).await.expect("etcd");
    let lease = store.grant_lease(Duration::from_secs(60)).await;
    let lease = lease.expect("a lease");
    // A client that signed in later, and once only.
    let mut once = cluster.admin(Some(ROOT)).await;
    wait::until(
        "a sign-in ends",
        Duration::from_secs(20),
        async || match once.get("/belfry/", None).await {
            Err(Error::GRpcStatus(status)) => status
                .message()
                .contains("invalid auth token")
                .then_some(()),
            _ => None,
        },
    )
    .await;
    let put = Op::Put {
        key: "/belfry/a".to_owned(),
        value: b"1".to_vec(),
        lease: Some(lease),
    };
    done(&store, vec![put]).await;
    let left = store.renew_lease(lease).await.expect("an answer");
    assert_eq!(left, Some(Duration::from_secs(60)));
    let mut watch = store.watch("/belfry/");
    assert_eq!(start(&mut watch).await.0.len(), 1);
    // Roles that change make every sign-in too old.
    let mut admin = cluster.admin(Some(ROOT)).await;
    admin.role_add("another").await.expect("etcd is ours");
    store.list("/belfry/").await.expect("it signs in again");
}
