//! Explanations as their screen shows them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::explain::usable;
use super::jobs::language_of;
use super::run_view::stamp;
use super::{Cluster, ClusterError};
use crate::clock;
use crate::explain::words::{excluded, order, told};
use crate::explain::{Decision, Explanation, Verdict, beside};
use crate::id::RunId;
use crate::job::{Job, PlaceOn};
use crate::limits::EXPLAIN_BACK;
use crate::run_query::When;
use crate::schedule::words;
use crate::view::{ExplainAsk, ExplainDecision, ExplainLeftOut, ExplainVerdict, Explained};

impl Cluster {
    /// Who decided an instant of a job and what came of it, in words and in parts.
    pub async fn explained(&self, ask: &ExplainAsk) -> Result<Explained, ClusterError> {
        let stored = self.job(ask.job.trim()).await?;
        let job = usable(&stored)?;
        let (now, zone) = (clock::now(), TimeZone::system());
        let run = read_run(ask.run_id.as_deref())?;
        let at = read_at(&ask.at, job, (now, &zone))?;
        let explanation = self.explain_run(&stored, at, run).await?;
        let language = language_of(&ask.language);
        let local = |at: Timestamp| local(at, &zone);
        let (previous, next) = beside(at, job, EXPLAIN_BACK);
        let left_out = explanation.excluded.iter().map(|it| ExplainLeftOut {
            node: it.node.to_string(),
            why: excluded(it.why, language).to_owned(),
        });
        Ok(Explained {
            job_id: stored.id.to_string(),
            project: stored.project.to_string(),
            name: stored.name.clone(),
            schedule_words: words(&job.schedule, language),
            at: stamp(at),
            verdict: verdict(&explanation),
            told: told(&explanation, language, local),
            order: order(&explanation, language),
            each: job.place.on == PlaceOn::All,
            candidates: explanation
                .candidates
                .iter()
                .map(ToString::to_string)
                .collect(),
            left_out: left_out.collect(),
            decisions: explanation.decisions.iter().map(decision).collect(),
            held_by: explanation.held_by.as_ref().map(decision),
            previous_at: previous.map(stamp),
            next_at: next.map(stamp),
            as_of: stamp(explanation.as_of),
        })
    }
}

fn read_run(text: Option<&str>) -> Result<Option<RunId>, ClusterError> {
    let read = |text: &str| {
        text.parse().map_err(|_| ClusterError::NoSuchRun {
            text: text.to_owned(),
        })
    };
    text.map(read).transpose()
}

/// The instant that a text names; without one the next of the schedule, else the last.
fn read_at(
    text: &str,
    job: &Job,
    (now, zone): (Timestamp, &TimeZone),
) -> Result<Timestamp, ClusterError> {
    if text.trim().is_empty() {
        let (previous, next) = beside(now, job, EXPLAIN_BACK);
        return Ok(next.or(previous).unwrap_or(now));
    }
    let when = When::read(text.trim()).and_then(|when| when.start(now, zone));
    when.ok_or_else(|| ClusterError::Invalid {
        field: "instant".to_owned(),
        sentence: format!("{text} is no time: write it as 2026-11-21 03:00"),
    })
}

/// As the window writes instants: `2026-11-21 12:03:05 UTC+08:00`.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    zoned.strftime("%Y-%m-%d %H:%M:%S UTC%:z").to_string()
}

fn verdict(explanation: &Explanation) -> ExplainVerdict {
    match explanation.verdict {
        Verdict::NoInstant { .. } => ExplainVerdict::NoInstant,
        Verdict::Decided => ExplainVerdict::Decided,
        Verdict::ToCome => ExplainVerdict::ToCome,
        Verdict::ExcludedDay => ExplainVerdict::ExcludedDay,
        Verdict::Paused => ExplainVerdict::Paused,
        Verdict::Undecided => ExplainVerdict::Undecided,
        Verdict::NoRecord => ExplainVerdict::NoRecord,
    }
}

fn decision(decision: &Decision) -> ExplainDecision {
    ExplainDecision {
        run_id: decision.run_id.to_string(),
        attempt: decision.attempt,
        scheduled_at: stamp(decision.scheduled_at),
        node: decision.node.to_string(),
        decided_at: stamp(decision.decided_at),
        state: decision.state,
        reason: decision.reason,
        count: decision.count,
    }
}
