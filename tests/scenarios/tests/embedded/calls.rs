//! HTTP jobs against a server that answers badly: what each call comes to.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use belfry_core::id::RunId;
use belfry_core::job::{HttpDraft, JobDraft, Method, ShellDraft};
use belfry_core::run::{Reason, RunRecord, RunState};
use belfry_harness::agent::Agent;
use belfry_harness::certificates::Authority;
use belfry_harness::place::{Place, job};
use belfry_harness::wait;

use crate::stand_in::{self, HUGE, Secure};

const PATIENCE: Duration = Duration::from_secs(90);

struct Case {
    job: JobDraft,
    state: RunState,
    reason: Option<Reason>,
    /// In the record's sentence.
    detail: &'static str,
    /// In the output.
    shows: &'static str,
}

fn call(url: &str, http: HttpDraft) -> JobDraft {
    let http = HttpDraft {
        url: url.to_owned(),
        ..http
    };
    JobDraft {
        shell: ShellDraft::default(),
        http: Some(http),
        ..job("call", "@manual", "")
    }
}

fn plain() -> HttpDraft {
    HttpDraft::default()
}

fn well(job: JobDraft, shows: &'static str) -> Case {
    let (state, reason, detail) = (RunState::Succeeded, None, "");
    Case {
        job,
        state,
        reason,
        detail,
        shows,
    }
}

fn badly(job: JobDraft, reason: Reason, detail: &'static str, shows: &'static str) -> Case {
    let (state, reason) = (RunState::Failed, Some(reason));
    Case {
        job,
        state,
        reason,
        detail,
        shows,
    }
}

fn never(job: JobDraft, detail: &'static str) -> Case {
    let (state, reason) = (RunState::Rejected, Some(Reason::Policy));
    Case {
        job,
        state,
        reason,
        detail,
        shows: "",
    }
}

fn too_long(job: JobDraft, shows: &'static str) -> Case {
    Case {
        state: RunState::TimedOut,
        job: JobDraft {
            timeout: Some("1s".to_owned()),
            ..job
        },
        ..well(JobDraft::default(), shows)
    }
}

/// A place whose agent may call this computer's own server.
async fn place() -> (Place, Agent) {
    let place = Place::new().await;
    let agent = agent(&place).await;
    (place, agent)
}

async fn agent(place: &Place) -> Agent {
    let file = place.dir().join("agent.toml");
    fs::write(&file, "[policy]\negress = [\"127.0.0.1\"]\n").expect("the folder is ours");
    place
        .agent_with(&["--config", file.to_str().expect("text")])
        .await
}

async fn check(place: &Place, cases: Vec<Case>) {
    let mut asked = Vec::new();
    for (index, case) in cases.into_iter().enumerate() {
        let mut draft = case.job.clone();
        draft.name = format!("call {index}");
        let id = place.put_job(draft).await;
        asked.push((case, place.run_now(id).await));
    }
    for (case, run) in asked {
        compare(
            &case,
            &place.ended(run, PATIENCE).await,
            &output(place, run).await,
        );
    }
}

async fn output(place: &Place, run: RunId) -> String {
    String::from_utf8_lossy(&place.output(run, 1).await).into_owned()
}

fn compare(case: &Case, record: &RunRecord, output: &str) {
    let url = &case.job.http.as_ref().expect("a call").url;
    assert_eq!(
        (record.state, record.reason),
        (case.state, case.reason),
        "{url}: {record:?}"
    );
    let detail = record.detail.as_deref().unwrap_or_default();
    assert!(detail.contains(case.detail), "{url}: {detail}");
    assert!(output.contains(case.shows), "{url}: {output}");
    let begun = case.state != RunState::Rejected;
    assert_eq!(record.started_at.is_some(), begun, "{url}");
    assert_eq!((record.exit_code, record.signal), (None, None), "{url}");
}

/// Where the bad server has its paths.
struct At(SocketAddr);

impl At {
    fn path(&self, path: &str) -> String {
        format!("http://{}{path}", self.0)
    }

    fn plain(&self, path: &str) -> JobDraft {
        call(&self.path(path), plain())
    }

    fn with(&self, path: &str, http: HttpDraft) -> JobDraft {
        call(&self.path(path), http)
    }
}

fn expect(codes: &str) -> HttpDraft {
    HttpDraft {
        expect: Some(codes.to_owned()),
        ..plain()
    }
}

fn contains(text: &str) -> HttpDraft {
    HttpDraft {
        contains: Some(text.to_owned()),
        ..plain()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_comes_to_what_the_answer_is_worth() {
    let (place, _agent) = place().await;
    let at = At(stand_in::listen().await);
    let sends = HttpDraft {
        method: Method::Put,
        headers: [("X-Token".to_owned(), "t-1".to_owned())].into(),
        body: Some("the body".to_owned()),
        ..contains("x-token: t-1")
    };
    let (gone, missing) = (
        "the answer is 404, and 2xx is expected",
        "does not contain \"is bad\"",
    );
    let cases = vec![
        well(at.plain("/ok"), "< x-own: yes\n\nall is well"),
        well(at.plain("/empty"), "< HTTP/1.1 204 No Content ("),
        badly(at.plain("/gone"), Reason::HttpStatus, gone, "nothing here"),
        well(at.with("/teapot", expect("200, 418")), "short and stout"),
        well(at.with("/ok", contains("is well")), "all is well"),
        badly(
            at.with("/ok", contains("is bad")),
            Reason::HttpContent,
            missing,
            "all is well",
        ),
        well(at.with("/echo", sends), "idempotency-key: "),
        well(at.plain("/charset"), "gr\u{fffd}\u{fffd}e"),
    ];
    check(&place, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_stalls_or_lies_is_told_as_what_it_is() {
    let (place, _agent) = place().await;
    let at = At(stand_in::listen().await);
    let nobody = At(stand_in::nobody().await);
    let cases = vec![
        too_long(at.plain("/stall"), "> GET "),
        too_long(at.plain("/drip"), "\n\nddd"),
        badly(
            at.plain("/short"),
            Reason::HttpResponse,
            "broke its answer off",
            "only this",
        ),
        well(at.plain("/long"), "\n\nsome"),
        badly(at.plain("/garbage"), Reason::HttpResponse, "127.0.0.1", ""),
        badly(at.plain("/hang-up"), Reason::HttpResponse, "127.0.0.1", ""),
        badly(nobody.plain("/"), Reason::HttpConnect, "refused", ""),
        badly(
            call("http://no-such-host.invalid/", plain()),
            Reason::HttpConnect,
            "no-such-host.invalid",
            "",
        ),
        badly(
            call(&format!("https://{}/", at.0), plain()),
            Reason::HttpTls,
            "could not trust",
            "",
        ),
    ];
    check(&place, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_only_to_where_it_may() {
    let (place, _agent) = place().await;
    let at = At(stand_in::listen().await);
    let stays = HttpDraft {
        redirects: Some(0),
        ..plain()
    };
    let redirect =
        |path: &str, detail, shows| badly(at.plain(path), Reason::HttpRedirect, detail, shows);
    let cases = vec![
        redirect("/loop", "pointed on 6 times, and 5 are allowed", "/loop"),
        well(at.plain("/once"), "all is well"),
        badly(
            at.with("/once", stays),
            Reason::HttpStatus,
            "the answer is 301",
            "moved",
        ),
        badly(
            at.plain("/inside"),
            Reason::Policy,
            "169.254.169.254, a metadata address",
            "302",
        ),
        redirect("/nowhere", "cannot be called", "302"),
        never(call("http://[::1]:9/", plain()), "a loopback address"),
        never(
            call("http://169.254.169.254/latest", plain()),
            "a metadata address",
        ),
        never(
            call("http://127.0.0.2:9/", plain()),
            "allow it with `egress`",
        ),
    ];
    check(&place, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_is_kept_at_both_ends() {
    let (place, _agent) = place().await;
    let server = stand_in::listen().await;
    let mut draft = call(&format!("http://{server}/huge"), plain());
    draft.output.head = Some("64KiB".to_owned());
    draft.output.tail = Some("64KiB".to_owned());
    let id = place.put_job(draft).await;
    let run = place.run_now(id).await;
    let record = place.ended(run, PATIENCE).await;
    assert_eq!(record.state, RunState::Succeeded, "{record:?}");
    assert!(record.output_bytes > HUGE as u64);
    assert!(place.output(run, 1).await.len() <= 160 << 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_trusted_by_its_certificate() {
    let (place, _agent) = place().await;
    let authority = Authority::new("Test");
    let right = authority.issue("right", "IP:127.0.0.1");
    let wrong = authority.issue("wrong", "DNS:elsewhere.example");
    let right = Secure::listen(&right.certificate, &right.key).await;
    let wrong = Secure::listen(&wrong.certificate, &wrong.key).await;
    let at = |server: &Secure| format!("https://{}/", server.address);
    let ca = || HttpDraft {
        ca: authority.certificate().to_str().map(str::to_owned),
        ..plain()
    };
    let missing = HttpDraft {
        ca: Some("/no/such/file.pem".to_owned()),
        ..plain()
    };
    let anybody = HttpDraft {
        insecure: true,
        ..plain()
    };
    check(
        &place,
        vec![
            badly(
                call(&at(&right), plain()),
                Reason::HttpTls,
                "UnknownIssuer",
                "",
            ),
            well(call(&at(&right), ca()), "200"),
            badly(
                call(&at(&wrong), ca()),
                Reason::HttpTls,
                "could not trust",
                "",
            ),
            well(call(&at(&wrong), anybody), "200"),
            badly(
                call(&at(&right), missing),
                Reason::HttpTls,
                "/no/such/file.pem",
                "",
            ),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_ended_by_a_kill_and_lost_with_its_agent() {
    let (place, killed) = place().await;
    let server = stand_in::listen().await;
    let id = place
        .put_job(call(&format!("http://{server}/stall"), plain()))
        .await;
    let going = async |run: RunId| {
        wait::until("the call is made", PATIENCE, async || {
            let folder = place.dir().join("runs").join(run.to_string()).join("1");
            folder.join("started.json").exists().then_some(())
        })
        .await;
    };
    let run = place.run_now(id).await;
    going(run).await;
    place.kill(run).await;
    assert_eq!(place.ended(run, PATIENCE).await.state, RunState::Killed);

    let run = place.run_now(id).await;
    going(run).await;
    killed.kill();
    let _agent = agent(&place).await;
    let record = place.ended(run, PATIENCE).await;
    let end = (record.state, record.reason);
    assert_eq!(end, (RunState::Lost, Some(Reason::AgentRestarted)));
    assert!(record.started_at.is_some());
}
