//! `ledger verify`.

use belfry_core::clock;
use belfry_core::cluster::{Cluster, SeriesCheck, Verification, stamp};
use belfry_core::ledger::Extra;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::args::LedgerCommand;
use crate::failure::Failure;
use crate::print::{self, local, plain};

/// Lines of one kind that people are shown of one series.
const LINES_MAX: usize = 20;

pub async fn run(cluster: &Cluster, command: LedgerCommand, json: bool) -> Result<(), Failure> {
    let LedgerCommand::Verify { since, until } = command;
    let day = || clock::now().saturating_sub(SignedDuration::from_hours(24)).expect("hours are no calendar span");
    let found = cluster.verify(since.unwrap_or_else(day), until).await?;
    match json {
        true => print::json(&as_json(&found)),
        false => tell(&found),
    }
    if found.is_whole() { Ok(()) } else { Err(Failure::told()) }
}

/// Instants or records of one kind over all series.
fn sum(found: &Verification, count: impl Fn(&SeriesCheck) -> u64) -> u64 {
    found.series.iter().map(count).sum()
}

fn missing(series: &SeriesCheck) -> u64 {
    series.findings.gaps.iter().map(|gap| gap.count).sum()
}

fn as_json(found: &Verification) -> Value {
    json!({
        "expected": sum(found, |series| series.findings.expected),
        "recorded": sum(found, |series| series.findings.recorded),
        "gaps": sum(found, missing),
        "extras": sum(found, |series| series.findings.extras.len() as u64),
        "lost": sum(found, |series| series.findings.lost.len() as u64),
        "series": found.series.iter().map(series_json).collect::<Vec<_>>(),
    })
}

fn series_json(series: &SeriesCheck) -> Value {
    let findings = &series.findings;
    let at = |extra: &Extra| json!({ "at": stamp(extra.at), "run_id": extra.run_id });
    let gaps = findings.gaps.iter().map(|gap| json!({ "first": stamp(gap.first), "last": stamp(gap.last), "count": gap.count }));
    json!({
        "job_id": series.job_id,
        "job": series.title,
        "scope": series.scope.to_string(),
        "since": stamp(series.since),
        "until": stamp(series.until),
        "expected": findings.expected,
        "recorded": findings.recorded,
        "gaps": gaps.collect::<Vec<_>>(),
        "extras": findings.extras.iter().map(at).collect::<Vec<_>>(),
        "lost": findings.lost.iter().map(at).collect::<Vec<_>>(),
    })
}

fn tell(found: &Verification) {
    for series in &found.series {
        let findings = &series.findings;
        let mut lines: Vec<String> = Vec::new();
        lines.extend(findings.gaps.iter().take(LINES_MAX).map(|gap| match gap.count {
            1 => format!("gap    {}", local(gap.first)),
            count => format!("gap    {} to {} ({count} instants)", local(gap.first), local(gap.last)),
        }));
        lines.extend(findings.extras.iter().take(LINES_MAX).map(|extra| format!("extra  {} run {}", local(extra.at), extra.run_id)));
        lines.extend(findings.lost.iter().take(LINES_MAX).map(|lost| format!("lost   {} run {}", local(lost.at), lost.run_id)));
        if !lines.is_empty() {
            print::line(&format!("{} ({})", plain(&series.title), plain(&series.scope.to_string())));
            lines.iter().for_each(|line| print::line(&format!("  {line}")));
        }
    }
    let (expected, recorded) = (sum(found, |series| series.findings.expected), sum(found, |series| series.findings.recorded));
    let (gaps, extras) = (sum(found, missing), sum(found, |series| series.findings.extras.len() as u64));
    let lost = sum(found, |series| series.findings.lost.len() as u64);
    print::line(&format!("{expected} instants expected, {recorded} recorded: {gaps} gaps, {extras} extras, {lost} lost without evidence"));
}
