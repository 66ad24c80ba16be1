//! What programs are given: their user, their values, and how the run before ended.

use std::fs;
use std::time::Duration;

use belfry_core::id::JobId;
use belfry_core::job::{JobDraft, ParameterDraft, ParameterKind};
use belfry_core::run::{Reason, RunState};
use belfry_harness::agent::Agent;
use belfry_harness::place::{Place, job};
use rustix::process::getuid;

const PATIENCE: Duration = Duration::from_secs(60);

async fn agent(place: &Place, policy: &str) -> Agent {
    let file = place.dir().join("agent.toml");
    fs::write(&file, policy).expect("the folder is ours");
    place
        .agent_with(&["--config", file.to_str().expect("text")])
        .await
}

/// State, reason and output of one run.
async fn run(
    place: &Place,
    id: JobId,
    given: &[(&str, &str)],
) -> (RunState, Option<Reason>, String) {
    let given = given
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let run = place.run_with(id, given.collect()).await;
    let record = place.ended(run, PATIENCE).await;
    let output = String::from_utf8_lossy(&place.output(run, 1).await).into_owned();
    (record.state, record.reason, output)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_runs_as_the_user_that_its_job_names_where_the_node_allows_it() {
    if !getuid().is_root() {
        return;
    }
    let place = Place::new().await;
    let _agent = agent(
        &place,
        "[policy]\nrun_as = [\"daemon\", \"no-such-user\"]\n",
    )
    .await;
    let script = "id -un; echo $USER $LOGNAME $HOME; umask; pwd";
    let as_user = |name: &str, user: Option<&str>| JobDraft {
        run_as: user.map(str::to_owned),
        umask: Some("027".to_owned()),
        ..job(name, "@manual", script)
    };
    let allowed = place.put_job(as_user("allowed", Some("daemon"))).await;
    let seen = run(&place, allowed, &[]).await;
    let text = "daemon\ndaemon daemon /usr/sbin\n0027\n/usr/sbin\n".to_owned();
    assert_eq!(seen, (RunState::Succeeded, None, text));
    for (name, user) in [
        ("root", Some("root")),
        ("nobody", Some("nobody")),
        ("missing", Some("no-such-user")),
        ("silent", None),
    ] {
        let id = place.put_job(as_user(name, user)).await;
        let refused = (RunState::Rejected, Some(Reason::RunAs), String::new());
        assert_eq!(run(&place, id, &[]).await, refused, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_reach_the_program_as_variables_and_nothing_else() {
    let place = Place::new().await;
    let _agent = place.agent().await;
    let region = ParameterDraft {
        kind: ParameterKind::Choice,
        choices: vec!["eu".to_owned(), "us".to_owned()],
        default: Some("eu".to_owned()),
        ..ParameterDraft::default()
    };
    let title = ParameterDraft::default();
    let script = "printf '%s|' \"$BELFRY_PARAM_REGION\" \"${BELFRY_PARAM_TITLE-unset}\" \"${BELFRY_PREVIOUS_OUTCOME-none}\"; exit ${BELFRY_PARAM_TITLE:+3}";
    let draft = JobDraft {
        parameters: [("region".to_owned(), region), ("title".to_owned(), title)].into(),
        ..job("values", "@manual", script)
    };
    let id = place.put_job(draft).await;
    let shown = run(
        &place,
        id,
        &[("region", "us"), ("title", "$(touch x); `id`")],
    )
    .await;
    let text = "us|$(touch x); `id`|none|".to_owned();
    assert_eq!(shown, (RunState::Failed, Some(Reason::ExitCode), text));
    let usual = run(&place, id, &[]).await;
    assert_eq!(usual.2, "eu|unset|failed|");
    for given in [("region", "asia"), ("regoin", "us")] {
        let refused = (RunState::Rejected, Some(Reason::Parameters), String::new());
        assert_eq!(run(&place, id, &[given]).await, refused, "{given:?}");
    }
}
