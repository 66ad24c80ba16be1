//! Runs as a query finds them: its names looked up, its times computed, its mistakes told.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::error::Doing;
use super::jobs::language_of;
use super::run_view::{self, stamp};
use super::runs::{page_key, read_page_key};
use super::{Cluster, ClusterError, Following, NodeSeen, StoredJob};
use crate::clock;
use crate::history::{ExitCodes, RunGroup, RunQuery};
use crate::id::JobId;
use crate::limits::{FACET_VALUES_MAX, GROUP_ROWS_MAX, PAGE_ROWS_MAX, RUNS_SPAN_USUAL};
use crate::run::{RunState, Trigger};
use crate::run_query::{
    Field, Known, Named, RunFilter, TRIGGERS, Term, chosen, complete, is_like, parse, toggled,
};
use crate::schedule::Language;
use crate::view::{
    QueryCompletion, QueryCompletions, RunsFacet, RunsFacets, RunsFound, RunsMistake, RunsSearch,
};

/// A query as history is asked.
#[derive(Debug)]
struct Plan {
    query: RunQuery,
    /// Whether no run can be meant.
    is_nothing: bool,
    /// Whether nobody named a time.
    is_usual_span: bool,
}

/// The jobs that a query's terms mean.
#[derive(Debug, Default)]
struct JobsMeant {
    /// One of these, if the query asks for jobs at all.
    among: Option<Vec<JobId>>,
    none_of: Vec<JobId>,
    unknown: Vec<String>,
}

impl Following {
    /// A page of the runs that a query finds.
    pub async fn search_runs(&self, search: &RunsSearch) -> Result<RunsFound, ClusterError> {
        let (jobs, _) = self.seen();
        self.cluster().search_runs(&jobs, search).await
    }

    /// How the runs that a query finds divide; nothing for one with mistakes.
    pub async fn runs_facets(&self, search: &RunsSearch) -> Result<RunsFacets, ClusterError> {
        let (jobs, _) = self.seen();
        self.cluster().runs_facets(&jobs, &search.text).await
    }

    /// What may stand at a place of a query, in UTF-16 units.
    pub fn complete_query(&self, text: &str, cursor: u32, language: &str) -> QueryCompletions {
        let (jobs, nodes) = self.seen();
        let known = known(&jobs, &nodes);
        let offered = complete(text, cursor as usize, &known, language_of(language));
        let items = offered.items.into_iter().map(|item| QueryCompletion {
            insert: item.insert,
            hint: item.hint,
        });
        QueryCompletions {
            from: units(offered.from),
            to: units(offered.to),
            items: items.collect(),
        }
    }
}

impl Cluster {
    /// A page of the runs that a query finds, with these jobs known.
    pub async fn search_runs(
        &self,
        jobs: &[Arc<StoredJob>],
        search: &RunsSearch,
    ) -> Result<RunsFound, ClusterError> {
        let parsed = parse(&search.text);
        if !parsed.mistakes.is_empty() {
            let language = language_of(&search.language);
            return Ok(mistaken(&parsed.mistakes, language));
        }
        let meant = self.jobs_meant(jobs, &parsed.filter).await?;
        let unknown = meant.unknown.clone();
        let mut plan = plan(&parsed.filter, meant, clock::now(), &TimeZone::system());
        plan.query.after = search.after.as_deref().map(read_page_key).transpose()?;
        plan.query.limit = search.limit.clamp(1, PAGE_ROWS_MAX);
        let records = match plan.is_nothing {
            true => Vec::new(),
            false => self.runs(&plan.query).await?,
        };
        let is_full = records.len() == plan.query.limit as usize;
        let last = records.last().filter(|_| is_full).map(page_key);
        Ok(RunsFound {
            rows: records.iter().map(run_view::row).collect(),
            next: last.map(|key| serde_json::to_string(&key).expect("a key has a JSON form")),
            mistakes: Vec::new(),
            unknown,
            since: plan.query.since.map(stamp),
            is_usual_span: plan.is_usual_span,
        })
    }

    /// How the runs that a query finds divide, with these jobs known.
    pub async fn runs_facets(
        &self,
        jobs: &[Arc<StoredJob>],
        text: &str,
    ) -> Result<RunsFacets, ClusterError> {
        let parsed = parse(text);
        let meant = self.jobs_meant(jobs, &parsed.filter).await?;
        let mut plan = plan(&parsed.filter, meant, clock::now(), &TimeZone::system());
        plan.query.limit = GROUP_ROWS_MAX;
        let groups = match plan.is_nothing || !parsed.mistakes.is_empty() {
            true => Vec::new(),
            false => self
                .history
                .groups(&plan.query)
                .await
                .doing("count the runs")?,
        };
        Ok(facets(text, &groups, jobs))
    }

    /// Looks the query's jobs up; one that is deleted is found by its whole name.
    async fn jobs_meant(
        &self,
        jobs: &[Arc<StoredJob>],
        filter: &RunFilter,
    ) -> Result<JobsMeant, ClusterError> {
        let mut meant = JobsMeant::default();
        for term in &filter.terms {
            let found: Vec<JobId> = jobs
                .iter()
                .filter(|job| is_of(job, term))
                .map(|job| job.id)
                .collect();
            let Some(mut found) = asks_for_jobs(term).then_some(found) else {
                continue;
            };
            if found.is_empty() {
                found = self.deleted_jobs_meant(term, &mut meant.unknown).await?;
            }
            match (&mut meant.among, term.is_not()) {
                (_, true) => meant.none_of.extend(found),
                (among @ None, false) => *among = Some(found),
                (Some(among), false) => among.retain(|id| found.contains(id)),
            }
        }
        Ok(meant)
    }

    async fn deleted_jobs_meant(
        &self,
        term: &Term,
        unknown: &mut Vec<String>,
    ) -> Result<Vec<JobId>, ClusterError> {
        let mut found = Vec::new();
        let is_job = matches!(term, Term::Names { of: Named::Job, .. });
        for name in term.values() {
            let deleted = match is_job && !name.contains('*') {
                true => self.job_id_also_deleted(&name).await,
                false => Err(ClusterError::NoSuchJob { name: name.clone() }),
            };
            match deleted {
                Ok(id) => found.push(id),
                Err(ClusterError::NoSuchJob { .. }) => unknown.push(name),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

fn asks_for_jobs(term: &Term) -> bool {
    match term {
        Term::Text { .. } => true,
        Term::Names { of, .. } => matches!(of, Named::Job | Named::Tag),
        _ => false,
    }
}

/// Whether a job is one of those that a term names, its `!` left aside.
fn is_of(job: &StoredJob, term: &Term) -> bool {
    let tags = || job.job.as_ref().map_or(&[][..], |job| &job.about.tags);
    match term {
        Term::Text { text, .. } => job.haystack().contains(&text.to_lowercase()),
        Term::Names {
            of: Named::Job,
            names,
            ..
        } => names.iter().any(|name| {
            is_like(&job.name, name) || is_like(&job.title(), name) || *name == job.id.to_string()
        }),
        Term::Names {
            of: Named::Tag,
            names,
            ..
        } => names
            .iter()
            .any(|name| tags().iter().any(|tag| is_like(tag, name))),
        _ => false,
    }
}

/// The question to history.
fn plan(filter: &RunFilter, meant: JobsMeant, now: Timestamp, zone: &TimeZone) -> Plan {
    let mut query = RunQuery::default();
    let mut states = RunState::ALL.to_vec();
    let mut triggers = TRIGGERS.to_vec();
    let mut is_nothing = false;
    for term in &filter.terms {
        match term {
            Term::States { not, states: named } => states.retain(|it| named.contains(it) != *not),
            Term::Triggers {
                not,
                triggers: named,
            } => {
                triggers.retain(|it| named.contains(it) != *not);
            }
            Term::Names { of, not, names } => {
                let patterns = match of {
                    Named::Project => &mut query.projects,
                    Named::Node => &mut query.nodes,
                    Named::Job | Named::Tag => continue,
                };
                let side = if *not {
                    &mut patterns.unlike
                } else {
                    &mut patterns.like
                };
                side.extend(names.iter().cloned());
            }
            Term::Exits { not, codes } => query.exits = Some(exits(query.exits, *not, codes)),
            Term::Since(when) => query.since = when.start(now, zone),
            Term::Until(when) => query.until = when.end(now, zone),
            Term::Text { .. } => {}
        }
    }
    is_nothing |= states.is_empty() || triggers.is_empty();
    if states.len() < RunState::ALL.len() {
        query.states = states;
    }
    if triggers.len() < TRIGGERS.len() {
        query.triggers = triggers;
    }
    let is_asked = |term: &Term| matches!(term, Term::Since(_) | Term::Until(_));
    let is_usual_span = !filter.terms.iter().any(is_asked);
    if is_usual_span {
        query.since = now.checked_sub(RUNS_SPAN_USUAL).ok();
    }
    match meant.among {
        Some(among) => {
            let kept = among.into_iter().filter(|id| !meant.none_of.contains(id));
            query.jobs = kept.collect();
            is_nothing |= query.jobs.is_empty();
        }
        None => query.jobs_not = meant.none_of,
    }
    Plan {
        query,
        is_nothing,
        is_usual_span,
    }
}

/// Exit codes narrowed by one more term.
fn exits(known: Option<ExitCodes>, not: bool, codes: &[i32]) -> ExitCodes {
    match (known, not) {
        (None, false) => ExitCodes::Among(codes.to_vec()),
        (None, true) => ExitCodes::NotAmong(codes.to_vec()),
        (Some(ExitCodes::Among(among)), _) => {
            let keeps = |code: &i32| codes.contains(code) != not;
            ExitCodes::Among(among.into_iter().filter(keeps).collect())
        }
        (Some(ExitCodes::NotAmong(none)), false) => {
            let keeps = |code: &&i32| !none.contains(code);
            ExitCodes::Among(codes.iter().filter(keeps).copied().collect())
        }
        (Some(ExitCodes::NotAmong(mut none)), true) => {
            none.extend(codes);
            ExitCodes::NotAmong(none)
        }
    }
}

fn mistaken(mistakes: &[crate::run_query::Mistake], language: Language) -> RunsFound {
    let shown = mistakes.iter().map(|mistake| RunsMistake {
        from: units(mistake.from),
        to: units(mistake.to),
        sentence: mistake.sentence(language),
        suggestion: mistake.suggestion.clone(),
    });
    RunsFound {
        rows: Vec::new(),
        next: None,
        mistakes: shown.collect(),
        unknown: Vec::new(),
        since: None,
        is_usual_span: false,
    }
}

fn facets(text: &str, groups: &[RunGroup], jobs: &[Arc<StoredJob>]) -> RunsFacets {
    let counted = groups.iter().map(|group| group.count).sum();
    let is_all = counted < u64::from(GROUP_ROWS_MAX);
    let titles: BTreeMap<JobId, String> = jobs.iter().map(|job| (job.id, job.title())).collect();
    let by = |field, value: &dyn Fn(&RunGroup) -> String| facet(text, field, groups, value);
    let mut states = by(Field::State, &|group| group.state.as_str().to_owned());
    let mut triggers = by(Field::Trigger, &|group| group.trigger.as_str().to_owned());
    // Each in its own order, so that nothing jumps while numbers change.
    states.sort_by_key(|it| RunState::ALL.iter().position(|s| s.as_str() == it.value));
    triggers.sort_by_key(|it| {
        TRIGGERS
            .iter()
            .position(|t: &Trigger| t.as_str() == it.value)
    });
    RunsFacets {
        counted,
        is_all,
        states,
        jobs: jobs_counted(text, groups, &titles),
        nodes: by(Field::Node, &|group| group.node.to_string()),
        triggers,
    }
}

/// The jobs that have most runs. Trials of forms that were never saved have no job to ask for:
/// they are counted together, and asked for as trials.
fn jobs_counted(
    text: &str,
    groups: &[RunGroup],
    titles: &BTreeMap<JobId, String>,
) -> Vec<RunsFacet> {
    let is_of_none =
        |group: &&RunGroup| group.trigger == Trigger::Try && !titles.contains_key(&group.job_id);
    let of_jobs: Vec<RunGroup> = groups
        .iter()
        .filter(|group| !is_of_none(group))
        .cloned()
        .collect();
    let title = |id: JobId| titles.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let mut counted = facet(text, Field::Job, &of_jobs, &|group| title(group.job_id));
    let trials = groups.iter().filter(is_of_none);
    let count: u64 = trials.map(|group| group.count).sum();
    let value = Trigger::Try.as_str();
    counted.extend((count > 0).then(|| RunsFacet {
        chosen: chosen(text, Field::Trigger, value),
        text: toggled(text, Field::Trigger, value),
        count,
        value: value.to_owned(),
    }));
    counted
}

/// The values of a field that have most runs.
fn facet(
    text: &str,
    field: Field,
    groups: &[RunGroup],
    value: &dyn Fn(&RunGroup) -> String,
) -> Vec<RunsFacet> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for group in groups {
        *counts.entry(value(group)).or_default() += group.count;
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let most = counts.into_iter().take(FACET_VALUES_MAX);
    let facets = most.map(|(value, count)| RunsFacet {
        chosen: chosen(text, field, &value),
        text: toggled(text, field, &value),
        count,
        value,
    });
    facets.collect()
}

fn known(jobs: &[Arc<StoredJob>], nodes: &[NodeSeen]) -> Known {
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names.dedup();
        names
    };
    let tags = jobs.iter().filter_map(|job| job.job.as_ref().ok());
    Known {
        jobs: sorted(jobs.iter().map(|job| job.title()).collect()),
        projects: sorted(jobs.iter().map(|job| job.project.to_string()).collect()),
        nodes: sorted(nodes.iter().map(|node| node.id.to_string()).collect()),
        tags: sorted(tags.flat_map(|job| job.about.tags.clone()).collect()),
    }
}

fn units(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
