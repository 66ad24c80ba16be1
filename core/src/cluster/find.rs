//! What the palette finds: jobs by a few letters of their names, runs by the start of their ids.

use std::cmp::Reverse;

use super::error::Doing;
use super::jobs::language_of;
use super::{Cluster, ClusterError, Following, StoredJob};
use crate::fuzzy::Letters;
use crate::limits::{FOUND_MAX, RUN_ID_LETTERS_MIN};
use crate::schedule::words;
use crate::view::{Found, FoundJob, FoundRun};

impl Following {
    /// What the palette shows for a text: `FOUND_MAX` jobs and runs at most.
    pub async fn find(&self, text: &str, language: &str) -> Result<Found, ClusterError> {
        let letters = Letters::new(text);
        let jobs = self.found_jobs(&letters, language).await;
        let runs = self.cluster().runs_beginning(text.trim()).await?;
        Ok(Found { jobs, runs })
    }

    async fn found_jobs(&self, letters: &Letters, language: &str) -> Vec<FoundJob> {
        let picture = self.picture().await;
        let mut scored: Vec<(Reverse<i32>, String, &StoredJob)> = Vec::new();
        for job in picture.all_jobs() {
            let title = job.title();
            let score = match letters.is_empty() {
                true => Some(0),
                false => letters.score(&title),
            };
            if let Some(score) = score {
                scored.push((Reverse(score), title, job.as_ref()));
            }
        }
        let order = |a: &(Reverse<i32>, String, &StoredJob), b: &(_, String, _)| {
            (a.0, &a.1).cmp(&(b.0, &b.1))
        };
        if scored.len() > FOUND_MAX {
            scored.select_nth_unstable_by(FOUND_MAX, order);
            scored.truncate(FOUND_MAX);
        }
        scored.sort_by(order);
        let found = |(_, _, job): (_, _, &StoredJob)| FoundJob {
            job_id: job.id.to_string(),
            project: job.project.to_string(),
            name: job.name.clone(),
            schedule_words: job
                .job
                .as_ref()
                .map(|job| words(&job.schedule, language_of(language)))
                .unwrap_or_default(),
        };
        scored.into_iter().map(found).collect()
    }
}

impl Cluster {
    async fn runs_beginning(&self, text: &str) -> Result<Vec<FoundRun>, ClusterError> {
        let text = text.to_ascii_lowercase();
        let is_id = text.chars().all(|c| c.is_ascii_hexdigit());
        if text.len() < RUN_ID_LETTERS_MIN || !is_id {
            return Ok(Vec::new());
        }
        let mut ids = self
            .history
            .runs_by_prefix(&text)
            .await
            .doing("look for the run")?;
        let open = self.stored_runs().await?;
        ids.extend(
            open.iter()
                .map(|run| run.value.run_id)
                .filter(|run| run.to_string().starts_with(&text)),
        );
        ids.sort();
        ids.dedup();
        ids.truncate(FOUND_MAX);
        let mut found = Vec::new();
        for id in ids {
            let attempts = self.attempts(id).await?;
            let title = attempts
                .last()
                .map(|run| format!("{}/{}", run.project, run.job));
            found.push(FoundRun {
                run_id: id.to_string(),
                title: title.unwrap_or_default(),
            });
        }
        Ok(found)
    }
}
