//! The list of jobs: which of them a query has, in which order and groups. Pure.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;

use super::StoredJob;
use super::picture::Picture;
use crate::id::RunId;
use crate::job_query::{JobFacts, JobFilter, Mistake, Standing};
use crate::schedule::Language;
use crate::view::{GroupHead, JobGroup, JobQuery, JobSort, QueryMistake};

/// Part of a list of jobs, with the runs of each that are going.
pub(super) struct Selection {
    pub jobs: Vec<(Arc<StoredJob>, Vec<RunId>)>,
    pub lines: u32,
    pub heads: Vec<GroupHead>,
    pub matched: u32,
    pub total: u32,
    pub troubled: u32,
    pub mistakes: Vec<Mistake>,
}

/// The jobs that a filter accepts.
pub(super) struct Matching {
    pub jobs: Vec<(Arc<StoredJob>, Standing)>,
    pub mistakes: Vec<Mistake>,
    troubled: usize,
    total: usize,
}

/// The jobs that a text of a query has, by project and name.
pub(super) fn matching(picture: &Picture, text: &str) -> Matching {
    let (filter, mistakes) = JobFilter::parse(text);
    let going = picture.going();
    let (mut jobs, mut troubled, mut total) = (Vec::new(), 0, 0);
    for job in picture.all_jobs() {
        let standing = Standing {
            paused: job.job.as_ref().is_ok_and(|job| job.paused),
            broken: job.job.is_err(),
            running: going.contains(&job.id),
            newest: picture.newest_end(job.id),
        };
        total += 1;
        troubled += usize::from(standing.is_trouble());
        if filter.accepts(&facts(job, standing)) {
            jobs.push((Arc::clone(job), standing));
        }
    }
    jobs.sort_by(|(a, _), (b, _)| (&a.project, &a.name, a.id).cmp(&(&b.project, &b.name, b.id)));
    Matching {
        jobs,
        mistakes,
        troubled,
        total,
    }
}

fn facts(job: &StoredJob, standing: Standing) -> JobFacts<'_> {
    let about = job.job.as_ref().ok().map(|job| &job.about);
    JobFacts {
        haystack: job.haystack(),
        project: job.project.as_str(),
        owner: about.map_or("", |about| about.owner.as_str()),
        tags: about.map_or(&[], |about| about.tags.as_slice()),
        starred: about.is_some_and(|about| about.starred),
        standing,
    }
}

/// The rows that a query shows.
pub(super) fn select(picture: &Picture, query: &JobQuery, now: Timestamp) -> Selection {
    let mut found = matching(picture, &query.text);
    let matched = count(found.jobs.len());
    sort(&mut found.jobs, query, now);
    let jobs: Vec<Arc<StoredJob>> = found.jobs.into_iter().map(|(job, _)| job).collect();
    let (lines, heads) = gathered(jobs, &query.group);
    let (offset, limit) = (query.offset as usize, query.limit as usize);
    let shown = lines.iter().skip(offset).take(limit);
    Selection {
        jobs: shown
            .map(|job| (Arc::clone(job), picture.running(job.id)))
            .collect(),
        lines: count(lines.len()),
        heads,
        matched,
        total: count(found.total),
        troubled: count(found.troubled),
        mistakes: found.mistakes,
    }
}

fn sort(jobs: &mut [(Arc<StoredJob>, Standing)], query: &JobQuery, now: Timestamp) {
    // What has no place in an order stands last in both directions.
    match (&query.sort, query.descending) {
        (JobSort::Name, false) => {}
        (JobSort::Name, true) => jobs.reverse(),
        (JobSort::Next, turned) => jobs.sort_by_cached_key(|(job, _)| {
            let at = super::job_view::next_at(job, now).map(Timestamp::as_second);
            (at.is_none(), at.map(|at| if turned { -at } else { at }))
        }),
        (JobSort::Trouble, turned) => {
            jobs.sort_by_key(|(_, standing)| standing.is_trouble() == turned);
        }
        (JobSort::Owner, false) => jobs.sort_by_cached_key(|(job, _)| {
            let owner = owner(job);
            (owner.is_empty(), owner)
        }),
        (JobSort::Owner, true) => jobs.sort_by_cached_key(|(job, _)| {
            let owner = owner(job);
            (owner.is_empty(), Reverse(owner))
        }),
    }
}

fn owner(job: &StoredJob) -> String {
    let job = job.job.as_ref();
    job.map(|job| job.about.owner.to_lowercase())
        .unwrap_or_default()
}

/// The names of the groups that a job stands in; one empty name for a job without.
fn groups(job: &StoredJob, by: &JobGroup) -> Vec<String> {
    let about = job.job.as_ref().ok().map(|job| &job.about);
    let mut names = match by {
        JobGroup::None => Vec::new(),
        JobGroup::Project => vec![job.project.to_string()],
        JobGroup::Owner => about.map(|about| about.owner.clone()).into_iter().collect(),
        JobGroup::Tag => about.map(|about| about.tags.clone()).unwrap_or_default(),
    };
    if names.is_empty() {
        names.push(String::new());
    }
    names
}

/// The jobs as they stand under their heads, in their order within each.
fn gathered(jobs: Vec<Arc<StoredJob>>, by: &JobGroup) -> (Vec<Arc<StoredJob>>, Vec<GroupHead>) {
    if *by == JobGroup::None {
        return (jobs, Vec::new());
    }
    let mut named: Vec<(String, Arc<StoredJob>)> = Vec::with_capacity(jobs.len());
    for job in jobs {
        let names = groups(&job, by);
        named.extend(names.into_iter().map(|name| (name, Arc::clone(&job))));
    }
    named.sort_by(|(a, _), (b, _)| (a.is_empty(), a).cmp(&(b.is_empty(), b)));
    let mut heads: Vec<GroupHead> = Vec::new();
    for (at, (name, _)) in named.iter().enumerate() {
        match heads.last_mut().filter(|head| head.name == *name) {
            Some(head) => head.count += 1,
            None => heads.push(GroupHead {
                name: name.clone(),
                at: count(at),
                count: 1,
            }),
        }
    }
    (named.into_iter().map(|(_, job)| job).collect(), heads)
}

/// Mistakes of a query as a window shows them.
pub(super) fn told(mistakes: &[Mistake], language: Language) -> Vec<QueryMistake> {
    let told = |mistake: &Mistake| QueryMistake {
        start: count(mistake.start),
        end: count(mistake.end),
        sentence: mistake.sentence(language),
    };
    mistakes.iter().map(told).collect()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
