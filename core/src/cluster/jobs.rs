//! Reading jobs: one by name, all of them, and pages of a list.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::error::Doing;
use super::job_list::{self, Selection};
use super::job_view::{self, Seen};
use super::picture::Picture;
use super::{Cluster, ClusterError, StoredJob};
use crate::clock;
use crate::history::RunQuery;
use crate::id::JobId;
use crate::limits::{JOBS_PER_QUERY_MAX, STRIP_BARS};
use crate::run::{RunRecord, RunState};
use crate::schedule::Language;
use crate::view::{JobDetail, JobGroup, JobPage, JobQuery, JobSort};

impl Cluster {
    /// All jobs, by project and name.
    pub async fn jobs(&self) -> Result<Vec<StoredJob>, ClusterError> {
        let listing = self
            .coord
            .list(&self.keys.jobs())
            .await
            .doing("read the jobs")?;
        let mut jobs: Vec<StoredJob> = listing
            .entries
            .iter()
            .filter_map(|entry| StoredJob::read(&self.keys, entry))
            .collect();
        jobs.sort_by(|a, b| (&a.project, &a.name).cmp(&(&b.project, &b.name)));
        Ok(jobs)
    }

    /// The job that `name` names: `project/name`, a name that only one project has, or an id.
    pub async fn job(&self, name: &str) -> Result<StoredJob, ClusterError> {
        let mut found: Vec<StoredJob> = self
            .jobs()
            .await?
            .into_iter()
            .filter(|job| is_named(job, name))
            .collect();
        match found.len() {
            1 => Ok(found.swap_remove(0)),
            0 => Err(ClusterError::NoSuchJob {
                name: name.to_owned(),
            }),
            _ => {
                let candidates = found.iter().map(StoredJob::title).collect();
                Err(ClusterError::AmbiguousJob {
                    name: name.to_owned(),
                    candidates,
                })
            }
        }
    }

    /// The id that a name has, or had when the job was deleted: of several the newest.
    pub async fn job_id_also_deleted(&self, name: &str) -> Result<JobId, ClusterError> {
        let none = || ClusterError::NoSuchJob {
            name: name.to_owned(),
        };
        match self.job(name).await {
            Err(ClusterError::NoSuchJob { .. }) => {}
            found => return Ok(found?.id),
        }
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let listing = self
            .coord
            .list(&self.keys.jobs())
            .await
            .doing("read the jobs")?;
        let ids = listing
            .entries
            .iter()
            .filter_map(|entry| match self.keys.parse(&entry.key) {
                Some(crate::keyspace::Key::Job(_, id))
                    if StoredJob::read(&self.keys, entry).is_none() =>
                {
                    Some(id)
                }
                _ => None,
            });
        let mut newest: Option<(Timestamp, JobId)> = None;
        for id in ids {
            let versions = self.versions(id).await?;
            let fits = |title: &str| {
                title == name || title.split_once('/').is_some_and(|(_, last)| last == name)
            };
            let deleted = versions.first().filter(|version| fits(&version.title));
            newest = newest.max(deleted.map(|version| (version.at, id)));
        }
        newest.map(|(_, id)| id).ok_or_else(none)
    }

    /// A picture of this moment, for those who look once.
    pub async fn picture(&self) -> Result<Picture, ClusterError> {
        let mut picture = Picture::new(self.keys.clone());
        for prefix in [self.keys.jobs(), self.keys.runs(), self.keys.nodes()] {
            let listing = self.coord.list(&prefix).await.doing("read what is there")?;
            picture.load(&listing.entries);
        }
        let ids: Vec<JobId> = picture.job_ids();
        picture.learn_ends(&self.newest_ends(&ids).await?);
        Ok(picture)
    }

    /// The newest record of each of these jobs.
    pub(super) async fn newest_ends(&self, jobs: &[JobId]) -> Result<Vec<RunRecord>, ClusterError> {
        let mut newest = Vec::new();
        for some in jobs.chunks(JOBS_PER_QUERY_MAX) {
            newest.extend(
                self.history
                    .newest_runs(some, 1)
                    .await
                    .doing("read the newest runs")?,
            );
        }
        Ok(newest)
    }

    /// A window into the list of jobs.
    pub async fn jobs_page(
        &self,
        picture: &Picture,
        query: &JobQuery,
    ) -> Result<JobPage, ClusterError> {
        self.compose(
            job_list::select(picture, query, clock::now()),
            &query.language,
        )
        .await
    }

    /// Completes what a picture selected with what history knows of it.
    pub(super) async fn compose(
        &self,
        selection: Selection,
        language: &str,
    ) -> Result<JobPage, ClusterError> {
        let ids: Vec<JobId> = selection.jobs.iter().map(|(job, _)| job.id).collect();
        let mut strips = self.strips(&ids).await?;
        let (now, language) = (clock::now(), language_of(language));
        let row = |(job, running): &(std::sync::Arc<StoredJob>, Vec<crate::id::RunId>)| {
            let strip = strips.remove(&job.id).unwrap_or_default();
            job_view::row(
                job,
                &Seen {
                    strip,
                    running: running.clone(),
                },
                language,
                now,
            )
        };
        let rows = selection.jobs.iter().map(row).collect();
        Ok(JobPage {
            rows,
            lines: selection.lines,
            heads: selection.heads,
            matched: selection.matched,
            total: selection.total,
            troubled: selection.troubled,
            mistakes: job_list::told(&selection.mistakes, language),
        })
    }

    async fn strips(&self, ids: &[JobId]) -> Result<BTreeMap<JobId, Vec<RunRecord>>, ClusterError> {
        let count = u32::try_from(STRIP_BARS).expect("a strip has few bars");
        let mut strips: BTreeMap<JobId, Vec<RunRecord>> = BTreeMap::new();
        for some in ids.chunks(JOBS_PER_QUERY_MAX) {
            for record in self
                .history
                .newest_runs(some, count)
                .await
                .doing("read the newest runs")?
            {
                strips.entry(record.job_id).or_default().push(record);
            }
        }
        Ok(strips)
    }

    /// A job by itself.
    pub async fn job_detail(
        &self,
        job: &StoredJob,
        language: &str,
    ) -> Result<JobDetail, ClusterError> {
        let strip = self
            .strips(&[job.id])
            .await?
            .remove(&job.id)
            .unwrap_or_default();
        let open = self.open_runs().await?;
        let of_job = open
            .iter()
            .filter(|run| run.job_id == job.id && !run.state.is_over());
        let running = of_job.map(|run| run.run_id).collect();
        let mut detail = job_view::detail(
            job,
            &Seen { strip, running },
            language_of(language),
            clock::now(),
        );
        if let Some(known) = job
            .job
            .as_ref()
            .ok()
            .filter(|job| !job.calendars.is_empty())
        {
            detail.next = match known.paused {
                true => Vec::new(),
                false => self.next_of(known, job_view::NEXT_LINES).await?,
            };
        }
        Ok(detail)
    }

    /// The nodes that are there, by id.
    pub async fn nodes(&self) -> Result<Vec<super::NodeSeen>, ClusterError> {
        let listing = self
            .coord
            .list(&self.keys.nodes())
            .await
            .doing("read the nodes")?;
        let mut picture = Picture::new(self.keys.clone());
        picture.load(&listing.entries);
        Ok(picture.nodes())
    }

    /// How many runs of a query stand in each state.
    pub async fn counts(&self, query: &RunQuery) -> Result<Vec<(RunState, u64)>, ClusterError> {
        self.history
            .count_by_state(query)
            .await
            .doing("count the runs")
    }
}

fn is_named(job: &StoredJob, name: &str) -> bool {
    match name.split_once('/') {
        Some((project, rest)) => job.project.as_str() == project && job.name == rest,
        None => job.name == name || name.parse() == Ok(job.id),
    }
}

/// Any language that schedules are not worded in is answered in English.
pub(super) fn language_of(text: &str) -> Language {
    text.parse().unwrap_or(Language::En)
}

impl Default for JobQuery {
    fn default() -> Self {
        let (text, language) = (String::new(), "en".to_owned());
        Self {
            text,
            language,
            sort: JobSort::Name,
            descending: false,
            group: JobGroup::None,
            offset: 0,
            limit: u32::MAX,
        }
    }
}
