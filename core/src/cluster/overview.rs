//! Everything at a glance: what the picture and history's sums say together.

use std::collections::BinaryHeap;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::error::Doing;
use super::overview_sums::{days, lateness, throughput};
use super::picture::Picture;
use super::run_view::stamp;
use super::{Cluster, ClusterError, Following, StoredJob};
use crate::clock;
use crate::history::{FailureGroup, FailuresAsked, RunQuery, StepCount, StepLateness, Steps};
use crate::id::JobId;
use crate::limits::{
    OVERVIEW_FAILURES_MAX, OVERVIEW_FAILURES_READ, OVERVIEW_GOING_MAX, OVERVIEW_NEEDS_MAX,
    OVERVIEW_NEXT_MAX, OVERVIEW_SAMPLES,
};
use crate::run::{Fate, RunRecord, RunState};
use crate::view::{
    Overview, OverviewFailure, OverviewNeed, OverviewNeedKind, OverviewNext, OverviewRun,
};

/// A step of the counts: local days begin at whole quarters of an hour everywhere.
pub(super) const QUARTER_MS: i64 = 15 * 60 * 1000;
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Steps in which lateness is told.
const LATENESS_STEPS: u32 = 48;

/// What history says.
struct Sums {
    failed: u64,
    missed: u64,
    late: u64,
    failures: Vec<FailureGroup>,
    counted: Steps,
    counts: Vec<StepCount>,
    sampled: Steps,
    samples: Vec<StepLateness>,
}

/// What the picture says.
struct Present {
    empty: bool,
    running: u32,
    nodes: u32,
    nodes_gone: u32,
    needs: Vec<OverviewNeed>,
    going: Vec<OverviewRun>,
    next: Vec<OverviewNext>,
    next_count: u64,
}

impl Following {
    /// Whether anything is wrong, what goes on and what comes.
    pub async fn overview(&self) -> Result<Overview, ClusterError> {
        let (now, zone) = (clock::now(), TimeZone::system());
        let sums = self.cluster().sums(now, &zone).await?;
        let picture = self.picture().await;
        let present = present(&picture, now);
        let jitter = |job: JobId| jitter_ms(&picture, job);
        let failures = sums.failures.iter().map(|it| failure(&picture, it));
        Ok(Overview {
            as_of: stamp(now),
            empty: present.empty,
            running: present.running,
            failed: sums.failed,
            missed: sums.missed,
            late: sums.late,
            nodes: present.nodes,
            nodes_gone: present.nodes_gone,
            failures: failures.collect(),
            needs_count: u32::try_from(present.needs.len()).unwrap_or(u32::MAX),
            needs: present.needs.into_iter().take(OVERVIEW_NEEDS_MAX).collect(),
            going: present.going,
            next: present.next,
            next_count: present.next_count,
            throughput: throughput(&sums.counted, &sums.counts),
            lateness: lateness(&sums.sampled, &sums.samples, jitter),
            days: days(&sums.counted, &sums.counts, now, &zone),
        })
    }
}

impl Cluster {
    async fn sums(&self, now: Timestamp, zone: &TimeZone) -> Result<Sums, ClusterError> {
        let since = before(now, DAY);
        let of_day = RunQuery {
            since: Some(since),
            ..RunQuery::default()
        };
        let with_fate = |fate| RunQuery {
            fates: vec![fate],
            ..of_day.clone()
        };
        let failed = RunQuery {
            states: RunState::FAILURES.to_vec(),
            ..of_day.clone()
        };
        let asked = FailuresAsked {
            since: before(now, DAY * 7),
            newest: OVERVIEW_FAILURES_READ,
            groups: OVERVIEW_FAILURES_MAX,
        };
        let counted = counted(now, zone);
        let sampled = Steps {
            since: before(now, DAY),
            step_ms: DAY_MS / i64::from(LATENESS_STEPS),
            count: LATENESS_STEPS,
        };
        let history = &self.history;
        let mut failures = history.failures(&asked).await.doing("sum up failures")?;
        failures.retain(|group| group.last_at >= since);
        Ok(Sums {
            failed: self.counted_runs(failed).await?,
            missed: self.counted_runs(with_fate(Fate::Missed)).await?,
            late: self.counted_runs(with_fate(Fate::Late)).await?,
            failures,
            counts: history
                .step_counts(&counted)
                .await
                .doing("count the runs")?,
            counted,
            samples: history
                .step_lateness(&sampled, OVERVIEW_SAMPLES)
                .await
                .doing("read how late runs started")?,
            sampled,
        })
    }
}

impl Cluster {
    async fn counted_runs(&self, query: RunQuery) -> Result<u64, ClusterError> {
        let counts = self.history.count_by_state(&query).await;
        let counts = counts.doing("count the runs")?;
        Ok(counts.iter().map(|(_, count)| count).sum())
    }
}

fn before(now: Timestamp, span: Duration) -> Timestamp {
    now.checked_sub(span).unwrap_or(Timestamp::MIN)
}

/// Quarters of an hour from the beginning of the eighth day back until after now.
fn counted(now: Timestamp, zone: &TimeZone) -> Steps {
    let today = now.to_zoned(zone.clone()).date();
    let first = today.checked_sub(7.days()).unwrap_or(today);
    let since = day_start(first, zone).unwrap_or_else(|| before(now, DAY * 7));
    let quarter = |ms: i64| ms.div_euclid(QUARTER_MS) * QUARTER_MS;
    let start_ms = quarter(since.as_millisecond());
    let end_ms = quarter(now.as_millisecond()) + QUARTER_MS;
    Steps {
        since: Timestamp::from_millisecond(start_ms).unwrap_or(since),
        step_ms: QUARTER_MS,
        count: u32::try_from((end_ms - start_ms) / QUARTER_MS).unwrap_or(0),
    }
}

/// Where a day begins in a zone.
pub(super) fn day_start(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let start = day.to_zoned(zone.clone()).ok()?;
    Some(start.timestamp())
}

fn jitter_ms(picture: &Picture, job: JobId) -> i64 {
    let stored = picture.job(job);
    let job_of = stored.as_ref().and_then(|stored| stored.job.as_ref().ok());
    let offset = job_of.map(|it| it.jitter_offset(job)).unwrap_or_default();
    i64::try_from(offset.as_millis()).unwrap_or(0)
}

fn failure(picture: &Picture, group: &FailureGroup) -> OverviewFailure {
    let end = picture.newest_end(group.job_id);
    OverviewFailure {
        job_id: group.job_id.to_string(),
        project: group.project.clone(),
        job: group.job.clone(),
        state: group.state,
        reason: group.reason,
        exit_code: group.exit_code,
        signal: group.signal,
        count: group.count,
        first_at: stamp(group.first_at),
        last_at: stamp(group.last_at),
        last_run: group.last_run.to_string(),
        stands: end.is_some_and(|end| RunState::FAILURES.contains(&end)),
    }
}

fn going(run: &RunRecord) -> OverviewRun {
    OverviewRun {
        run_id: run.run_id.to_string(),
        project: run.project.to_string(),
        job: run.job.clone(),
        node: run.node.to_string(),
        started_at: run.started_at.map(stamp),
    }
}

fn present(picture: &Picture, now: Timestamp) -> Present {
    let known = picture.known_nodes();
    let there = known.iter().filter(|node| picture.session(node).is_some());
    let (nodes, there) = (known.len(), there.count());
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (next, next_count) = coming(picture, now);
    Present {
        empty: picture.jobs().next().is_none(),
        running: picture.running_count(),
        nodes: number(nodes),
        nodes_gone: number(nodes - there),
        needs: needs(picture),
        going: picture
            .longest(OVERVIEW_GOING_MAX)
            .into_iter()
            .map(going)
            .collect(),
        next,
        next_count,
    }
}

/// The soonest occurrence of each job in the next hour, and how many occurrences there are.
fn coming(picture: &Picture, now: Timestamp) -> (Vec<OverviewNext>, u64) {
    let until = now.checked_add(HOUR).unwrap_or(Timestamp::MAX);
    let mut soonest: BinaryHeap<(Timestamp, String, JobId)> = BinaryHeap::new();
    let mut count = 0;
    for stored in picture.jobs() {
        let Some(job) = stored.job.as_ref().ok().filter(|job| !job.paused) else {
            continue;
        };
        let timetable = job.timetable();
        let next = timetable.next_after(now).filter(|next| *next <= until);
        let Some(next) = next else { continue };
        count += timetable.count_between(now, until);
        soonest.push((next, stored.title(), stored.id));
        if soonest.len() > OVERVIEW_NEXT_MAX {
            soonest.pop();
        }
    }
    let told = soonest.into_sorted_vec().into_iter();
    let next = told.filter_map(|(at, _, id)| {
        let stored = picture.job(id)?;
        Some(OverviewNext {
            job_id: id.to_string(),
            project: stored.project.to_string(),
            job: stored.name.clone(),
            at: stamp(at),
        })
    });
    (next.collect(), count)
}

/// What somebody has to do, the worst first.
fn needs(picture: &Picture) -> Vec<OverviewNeed> {
    use OverviewNeedKind::{Blocked, Broken, ClockSuspect, ConfigError, NoNodes, NodeGone};
    let need = |kind, name: String, id: String, detail: Option<String>| OverviewNeed {
        kind,
        name,
        id,
        detail,
    };
    let mut needs = Vec::new();
    if picture.nodes().is_empty() {
        needs.push(need(NoNodes, String::new(), String::new(), None));
    }
    for run in picture.blocking() {
        let title = format!("{}/{}", run.project, run.job);
        needs.push(need(
            Blocked,
            title,
            run.run_id.to_string(),
            Some(run.node.to_string()),
        ));
    }
    let broken = |stored: &StoredJob| stored.job.as_ref().err().cloned();
    for stored in picture.jobs() {
        let why = broken(stored);
        needs.extend(why.map(|why| need(Broken, stored.title(), stored.id.to_string(), Some(why))));
    }
    for node in picture.known_nodes() {
        let (name, id) = (node.to_string(), node.to_string());
        match picture.session(&node) {
            None => needs.push(need(NodeGone, name, id, None)),
            Some(session) if session.clock_suspect => {
                needs.push(need(ClockSuspect, name, id, None))
            }
            Some(session) => {
                let error = session.config_error.clone();
                needs.extend(error.map(|error| need(ConfigError, name, id, Some(error))));
            }
        }
    }
    needs.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    needs
}
