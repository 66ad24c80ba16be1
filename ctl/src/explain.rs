//! `explain JOB INSTANT`.

use belfry_core::cluster::{Cluster, stamp};
use belfry_core::explain::{Decision, Explanation, Verdict, words::sentences};
use serde_json::{Value, json};

use crate::args::ExplainArguments;
use crate::failure::Failure;
use crate::print::{self, local, plain};
use crate::schedule::terminal_language;

pub async fn run(
    cluster: &Cluster,
    arguments: ExplainArguments,
    json: bool,
) -> Result<(), Failure> {
    let job = cluster.job(&arguments.job).await?;
    let explanation = cluster.explain(&job, arguments.instant).await?;
    let language = arguments.language.unwrap_or_else(terminal_language);
    if json {
        let lines = sentences(&explanation, language, stamp);
        print::json(&as_json(&explanation, &lines));
        return Ok(());
    }
    print::line(&format!(
        "{} {}",
        plain(&job.title()),
        local(explanation.at)
    ));
    for sentence in sentences(&explanation, language, local) {
        print::line(&format!("  {}", plain(&sentence)));
    }
    Ok(())
}

fn as_json(explanation: &Explanation, sentences: &[String]) -> Value {
    let (verdict, next) = match explanation.verdict {
        Verdict::NoInstant { next } => ("no_instant", next),
        Verdict::Decided => ("decided", None),
        Verdict::ToCome => ("to_come", None),
        Verdict::ExcludedDay => ("excluded_day", None),
        Verdict::Paused => ("paused", None),
        Verdict::Undecided => ("undecided", None),
        Verdict::NoRecord => ("no_record", None),
    };
    let decisions = explanation.decisions.iter().map(decision_json);
    json!({
        "job_id": explanation.job_id,
        "at": stamp(explanation.at),
        "due_at": stamp(explanation.due_at),
        "verdict": verdict,
        "next_at": next.map(stamp),
        "held_by": explanation.held_by.as_ref().map(decision_json),
        "as_of": stamp(explanation.as_of),
        "candidates": explanation.candidates,
        "excluded": explanation.excluded,
        "decisions": decisions.collect::<Vec<_>>(),
        "sentences": sentences,
    })
}

fn decision_json(decision: &Decision) -> Value {
    json!({
        "run_id": decision.run_id,
        "attempt": decision.attempt,
        "scheduled_at": stamp(decision.scheduled_at),
        "node": decision.node,
        "decided_at": stamp(decision.decided_at),
        "state": decision.state,
        "reason": decision.reason,
        "count": decision.count,
    })
}
