//! HTTP jobs against a server that answers badly: what each call comes to.

use std::fs;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_call_comes_to_what_the_answer_is_worth() {
    let (place, _agent) = place().await;
    let server = stand_in::listen().await;
    let at = |path: &str| format!("http://{server}{path}");
    let expect = |codes: &str| HttpDraft {
        expect: Some(codes.to_owned()),
        ..plain()
    };
    let contains = |text: &str| HttpDraft {
        contains: Some(text.to_owned()),
        ..plain()
    };
    let stays = HttpDraft {
        redirects: Some(0),
        ..plain()
    };
    let sends = HttpDraft {
        method: Method::Put,
        headers: [("X-Token".to_owned(), "t-1".to_owned())].into(),
        body: Some("the body".to_owned()),
        contains: Some("x-token: t-1".to_owned()),
        ..plain()
    };
    let nobody = stand_in::nobody().await;
    check(
        &place,
        vec![
            well(call(&at("/ok"), plain()), "< x-own: yes\n\nall is well"),
            well(call(&at("/empty"), plain()), "< HTTP/1.1 204 No Content ("),
            badly(
                call(&at("/gone"), plain()),
                Reason::HttpStatus,
                "the answer is 404, and 2xx is expected",
                "nothing here",
            ),
            well(call(&at("/teapot"), expect("200, 418")), "short and stout"),
            well(call(&at("/ok"), contains("is well")), "all is well"),
            badly(
                call(&at("/ok"), contains("is bad")),
                Reason::HttpContent,
                "does not contain \"is bad\"",
                "all is well",
            ),
            well(call(&at("/echo"), sends), "idempotency-key: "),
            too_long(call(&at("/stall"), plain()), "> GET "),
            too_long(call(&at("/drip"), plain()), "\n\nddd"),
            badly(
                call(&at("/short"), plain()),
                Reason::HttpResponse,
                "broke its answer off",
                "only this",
            ),
            well(call(&at("/long"), plain()), "\n\nsome"),
            badly(
                call(&at("/loop"), plain()),
                Reason::HttpRedirect,
                "pointed on 6 times, and 5 are allowed",
                "/loop",
            ),
            well(call(&at("/once"), plain()), "all is well"),
            badly(
                call(&at("/once"), stays),
                Reason::HttpStatus,
                "the answer is 301",
                "moved",
            ),
            badly(
                call(&at("/inside"), plain()),
                Reason::Policy,
                "169.254.169.254, a metadata address",
                "302",
            ),
            badly(
                call(&at("/nowhere"), plain()),
                Reason::HttpRedirect,
                "cannot be called",
                "302",
            ),
            badly(
                call(&at("/garbage"), plain()),
                Reason::HttpResponse,
                "127.0.0.1",
                "",
            ),
            badly(
                call(&at("/hang-up"), plain()),
                Reason::HttpResponse,
                "127.0.0.1",
                "",
            ),
            badly(
                call(&format!("http://{nobody}/"), plain()),
                Reason::HttpConnect,
                "refused",
                "",
            ),
            badly(
                call("http://no-such-host.invalid/", plain()),
                Reason::HttpConnect,
                "no-such-host.invalid",
                "",
            ),
            well(call(&at("/charset"), plain()), "gr\u{fffd}\u{fffd}e"),
            badly(
                call(&format!("https://{server}/"), plain()),
                Reason::HttpTls,
                "could not trust",
                "",
            ),
            never(call("http://[::1]:9/", plain()), "a loopback address"),
            never(
                call("http://169.254.169.254/latest", plain()),
                "a metadata address",
            ),
            never(
                call("http://127.0.0.2:9/", plain()),
                "allow it with `egress`",
            ),
        ],
    )
    .await;
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
