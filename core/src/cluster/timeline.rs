//! Lanes of what ran and will run, and where starts pile up.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::job_list::matching;
use super::picture::Picture;
use super::run_view::stamp;
use super::runs::page_key;
use super::{Cluster, ClusterError, Following, StoredJob};
use crate::clock;
use crate::history::{NamePatterns, RunQuery};
use crate::id::{JobId, NodeId};
use crate::job::Job;
use crate::limits::{
    PAGE_ROWS_MAX, PILE_NAMES_MAX, TIMELINE_LANES_MAX, TIMELINE_NEXT_MAX, TIMELINE_PAGES_MAX,
    TIMELINE_STEPS,
};
use crate::run::RunRecord;
use crate::spread::{Pile, piles, starts};
use crate::view::{
    Timeline, TimelineAsk, TimelineBy, TimelineLane, TimelinePile, TimelineRun, TimelineStarts,
};

/// Lanes without their runs, and how many there are in all.
struct Lanes {
    lanes: Vec<TimelineLane>,
    count: u32,
    query: RunQuery,
}

impl Following {
    /// A window into the lanes.
    pub async fn timeline(&self, ask: &TimelineAsk) -> Result<Timeline, ClusterError> {
        let span = read_span(&ask.since, &ask.until)?;
        let now = clock::now();
        let lanes = self
            .look(|picture| match ask.by {
                TimelineBy::Job => of_jobs(picture, ask, (now, span.1)),
                TimelineBy::Node => of_nodes(picture, ask),
            })
            .await;
        let query = RunQuery {
            since: Some(span.0),
            until: Some(span.1),
            limit: PAGE_ROWS_MAX,
            ..lanes.query
        };
        let (records, cut) = match lanes.lanes.is_empty() {
            true => (Vec::new(), false),
            false => self.cluster().pages(query).await?,
        };
        let mut of_lanes: HashMap<String, Vec<TimelineRun>> = HashMap::new();
        for record in &records {
            let lane = match ask.by {
                TimelineBy::Job => record.job_id.to_string(),
                TimelineBy::Node => record.node.to_string(),
            };
            of_lanes.entry(lane).or_default().push(run(record));
        }
        let filled = lanes.lanes.into_iter().map(|lane| TimelineLane {
            runs: of_lanes.remove(&lane.id).unwrap_or_default(),
            ..lane
        });
        Ok(Timeline {
            lanes: filled.collect(),
            count: lanes.count,
            cut,
        })
    }

    /// How starts lie in a span of time that is to come, and how they can be parted.
    pub async fn timeline_starts(
        &self,
        since: &str,
        until: &str,
    ) -> Result<TimelineStarts, ClusterError> {
        let span = read_span(since, until)?;
        Ok(self.look(|picture| starts_of(picture, span)).await)
    }
}

impl Cluster {
    /// The newest runs that a query has, some pages of them; and whether there are more.
    async fn pages(&self, mut query: RunQuery) -> Result<(Vec<RunRecord>, bool), ClusterError> {
        let mut all: Vec<RunRecord> = Vec::new();
        for _ in 0..TIMELINE_PAGES_MAX {
            let page = self.runs(&query).await?;
            let is_last = page.len() < query.limit as usize;
            query.after = page.last().map(page_key);
            all.extend(page);
            if is_last {
                return Ok((all, false));
            }
        }
        Ok((all, true))
    }
}

fn read_span(since: &str, until: &str) -> Result<(Timestamp, Timestamp), ClusterError> {
    let read = |text: &str| {
        text.parse().map_err(|_| ClusterError::Invalid {
            field: "instant".to_owned(),
            sentence: format!("{text} is no instant"),
        })
    };
    Ok((read(since)?, read(until)?))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn of_jobs(picture: &Picture, ask: &TimelineAsk, (now, until): (Timestamp, Timestamp)) -> Lanes {
    let jobs = matching(picture, &ask.text).jobs;
    let limit = (ask.limit as usize).min(TIMELINE_LANES_MAX);
    let shown = jobs.iter().skip(ask.offset as usize).take(limit);
    let shown: Vec<&StoredJob> = shown.map(|(job, _)| job.as_ref()).collect();
    let lane = |stored: &&StoredJob| TimelineLane {
        id: stored.id.to_string(),
        project: stored.project.to_string(),
        name: stored.name.clone(),
        runs: Vec::new(),
        next: next(stored, now, until),
    };
    Lanes {
        count: number(jobs.len()),
        query: RunQuery {
            jobs: shown.iter().map(|stored| stored.id).collect(),
            ..RunQuery::default()
        },
        lanes: shown.iter().map(lane).collect(),
    }
}

fn next(stored: &StoredJob, now: Timestamp, until: Timestamp) -> Vec<String> {
    let job = stored.job.as_ref().ok().filter(|job| !job.paused);
    let instants = job.map(|job| {
        job.timetable()
            .between(now, until)
            .take(TIMELINE_NEXT_MAX)
            .map(stamp)
            .collect()
    });
    instants.unwrap_or_default()
}

fn of_nodes(picture: &Picture, ask: &TimelineAsk) -> Lanes {
    let wish = ask.text.trim().to_lowercase();
    let known: Vec<NodeId> = picture
        .known_nodes()
        .into_iter()
        .filter(|node| node.as_str().to_lowercase().contains(&wish))
        .collect();
    let limit = (ask.limit as usize).min(TIMELINE_LANES_MAX);
    let shown = known.iter().skip(ask.offset as usize).take(limit);
    let names: Vec<String> = shown.map(ToString::to_string).collect();
    let lane = |name: &String| TimelineLane {
        id: name.clone(),
        project: String::new(),
        name: name.clone(),
        runs: Vec::new(),
        next: Vec::new(),
    };
    Lanes {
        count: number(known.len()),
        lanes: names.iter().map(lane).collect(),
        query: RunQuery {
            nodes: NamePatterns {
                like: names,
                ..NamePatterns::default()
            },
            ..RunQuery::default()
        },
    }
}

fn run(record: &RunRecord) -> TimelineRun {
    TimelineRun {
        run_id: record.run_id.to_string(),
        job: record.job.clone(),
        state: record.state,
        at: stamp(record.started_at.unwrap_or(record.scheduled_at)),
        until: record.finished_at.or(record.until).map(stamp),
    }
}

fn starts_of(picture: &Picture, (since, until): (Timestamp, Timestamp)) -> TimelineStarts {
    let jobs: BTreeMap<JobId, &Job> = picture
        .jobs()
        .filter_map(|stored| Some((stored.id, stored.job.as_ref().ok()?)))
        .collect();
    let minutes = starts(jobs.iter().map(|(id, job)| (*id, *job)), (since, until));
    let length = until.as_millisecond() - since.as_millisecond();
    let step_ms = (length / TIMELINE_STEPS).max(1);
    let mut counts = vec![0_u32; usize::try_from(TIMELINE_STEPS).unwrap_or(0)];
    for (at, jobs) in &minutes {
        let step = (at - since.as_millisecond()).max(0) / step_ms;
        if let Some(count) = usize::try_from(step)
            .ok()
            .and_then(|step| counts.get_mut(step))
        {
            *count += number(jobs.len());
        }
    }
    let piles = piles(&minutes, |id| jobs.get(&id).copied());
    TimelineStarts {
        since: stamp(since),
        step_ms: u32::try_from(step_ms).unwrap_or(u32::MAX),
        counts,
        piles: piles.iter().map(|it| pile(picture, it)).collect(),
    }
}

fn pile(picture: &Picture, pile: &Pile) -> TimelinePile {
    let title = |id: &JobId| picture.job(*id).map(|stored| stored.title());
    TimelinePile {
        at: stamp(pile.at),
        starts: pile.starts,
        jitter: format!("{}m", pile.jitter.as_secs() / 60),
        then: pile.then,
        jobs_count: number(pile.jobs.len()),
        jobs: pile
            .jobs
            .iter()
            .take(PILE_NAMES_MAX)
            .filter_map(title)
            .collect(),
    }
}
