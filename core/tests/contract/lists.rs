//! What every store of the past shows in lists: a part of its contract.

use std::collections::BTreeMap;

use belfry_core::history::{ExitCodes, PageKey, RunQuery};
use belfry_core::id::{JobId, NodeId};
use belfry_core::run::{RunRecord, RunState, Trigger};

use crate::history::{Fixture, send};
use crate::records::{MINUTE, at, attempt, job, node, run};
use crate::seeded::Seeded;

/// Runs of six jobs on two nodes in two projects, many of them due at the same instant.
async fn many(f: &Fixture) -> Vec<RunRecord> {
    let mut random = Seeded(11);
    let mut runs = Vec::new();
    for number in 0..6 {
        for minute in 0..40 {
            let state = RunState::ALL[random.below(RunState::ALL.len())];
            let mut record = run(number, minute, state);
            record.exit_code = [None, Some(0), Some(0), Some(1), Some(137)][random.below(5)];
            let triggers = [
                Trigger::Schedule,
                Trigger::Schedule,
                Trigger::Manual,
                Trigger::Try,
            ];
            record.trigger = triggers[random.below(4)];
            record.node = node(["web-1", "web-2"][random.below(2)]);
            record.project = ["ops", "dev"][usize::from(number > 2)]
                .parse()
                .expect("a plain name");
            if random.below(5) == 0 {
                runs.push(attempt(record.clone(), 2));
            }
            runs.push(record);
        }
    }
    send(f, runs.clone()).await;
    runs.sort_by_key(|run| std::cmp::Reverse((run.scheduled_at, run.run_id, run.attempt)));
    runs
}

fn shows(query: &RunQuery, run: &RunRecord) -> bool {
    (query.jobs.is_empty() || query.jobs.contains(&run.job_id))
        && (query.states.is_empty() || query.states.contains(&run.state))
        && query
            .project
            .as_ref()
            .is_none_or(|project| *project == run.project)
        && query.node.as_ref().is_none_or(|node| *node == run.node)
        && query.since.is_none_or(|since| run.scheduled_at >= since)
        && query.until.is_none_or(|until| run.scheduled_at < until)
        && !query.jobs_not.contains(&run.job_id)
        && (query.triggers.is_empty() || query.triggers.contains(&run.trigger))
        && (query.nodes.like.is_empty() || run.node.as_str().starts_with("web-"))
        && !query.nodes.unlike.contains(&run.node.to_string())
        && !query.projects.unlike.contains(&run.project.to_string())
        && (query.projects.like.is_empty()
            || query.projects.like.contains(&run.project.to_string()))
        && match &query.exits {
            None => true,
            Some(ExitCodes::Among(codes)) => {
                run.exit_code.is_some_and(|code| codes.contains(&code))
            }
            Some(ExitCodes::NotAmong(codes)) => {
                run.exit_code.is_some_and(|code| !codes.contains(&code))
            }
        }
}

/// One query for each way to combine filters.
fn queries() -> Vec<RunQuery> {
    let mut queries = Vec::new();
    for mask in 0..32_u32 {
        let has = |bit: u32| mask & (1 << bit) != 0;
        let jobs = if has(0) {
            vec![job(1), job(4), job(99)]
        } else {
            vec![]
        };
        let states = if has(1) {
            vec![RunState::Failed, RunState::Running]
        } else {
            vec![]
        };
        queries.push(RunQuery {
            jobs,
            states,
            project: has(2).then(|| "dev".parse().expect("a plain name")),
            node: has(3).then(|| node("web-2")),
            since: has(4).then(|| at(10 * MINUTE)),
            until: has(4).then(|| at(30 * MINUTE)),
            limit: 500,
            ..RunQuery::default()
        });
    }
    for mask in 0..128_u32 {
        queries.push(narrowed(mask));
    }
    queries
}

/// A query with what a person may add to it, each bit something.
fn narrowed(mask: u32) -> RunQuery {
    let has = |bit: u32| mask & (1 << bit) != 0;
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    let mut query = RunQuery {
        limit: 500,
        ..RunQuery::default()
    };
    if has(0) {
        query.jobs_not = vec![job(2), job(99)];
    }
    if has(1) {
        query.triggers = vec![Trigger::Manual, Trigger::Try];
    }
    if has(2) {
        query.exits = Some(ExitCodes::NotAmong(vec![0]));
    }
    if has(3) {
        query.nodes.like = texts(&["web-*", "none"]);
    }
    if has(4) {
        query.nodes.unlike = texts(&["web-2"]);
        query.exits = query.exits.or(Some(ExitCodes::Among(vec![0, 137])));
    }
    if has(5) {
        query.projects.like = texts(&["dev", "x*"]);
        query.jobs = (0..6).map(job).collect();
    }
    if has(6) {
        query.projects.unlike = texts(&["ops"]);
        query.states = vec![RunState::Failed, RunState::Succeeded, RunState::Lost];
    }
    query
}

pub async fn the_newest_rows_of_a_list_are_counted_in_groups(f: &Fixture) {
    let runs = many(f).await;
    for mut query in queries() {
        query.limit = 40;
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for run in runs.iter().filter(|run| shows(&query, run)).take(40) {
            let name = group_name(run.state, (run.job_id, &run.node), run.trigger);
            *expected.entry(name).or_default() += 1;
        }
        let groups = f.history.groups(&query).await.expect("groups");
        let named = groups.iter().map(|group| {
            let name = group_name(group.state, (group.job_id, &group.node), group.trigger);
            (name, group.count)
        });
        let told: BTreeMap<String, u64> = named.collect();
        assert_eq!((told.len(), &told), (groups.len(), &expected), "{query:?}");
    }
}

fn group_name(state: RunState, (job, node): (JobId, &NodeId), trigger: Trigger) -> String {
    format!("{} {job} {node} {}", state.as_str(), trigger.as_str())
}

pub async fn rare_runs_are_found_among_many_jobs(f: &Fixture) {
    let runs = many(f).await;
    // More jobs than lists are merged for.
    let jobs: Vec<JobId> = (3..900).map(job).collect();
    let query = RunQuery {
        jobs,
        triggers: vec![Trigger::Schedule],
        limit: 500,
        ..RunQuery::default()
    };
    let expected: Vec<_> = runs.into_iter().filter(|run| shows(&query, run)).collect();
    assert!(!expected.is_empty());
    assert_eq!(f.history.runs(&query).await.expect("a list"), expected);
}

pub async fn a_list_shows_what_all_filters_allow(f: &Fixture) {
    let runs = many(f).await;
    for query in queries() {
        let expected: Vec<_> = runs
            .iter()
            .filter(|run| shows(&query, run))
            .cloned()
            .collect();
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        expected
            .iter()
            .for_each(|run| *counts.entry(run.state.as_str()).or_default() += 1);
        assert_eq!(
            f.history.runs(&query).await.expect("a list"),
            expected,
            "{query:?}"
        );
        let counted = f.history.count_by_state(&query).await.expect("counts");
        let counted: BTreeMap<_, _> = counted
            .into_iter()
            .map(|(state, n)| (state.as_str(), n))
            .collect();
        assert_eq!(counted, counts, "{query:?}");
    }
}

pub async fn pages_equal_the_whole_list(f: &Fixture) {
    let runs = many(f).await;
    for mut query in queries() {
        let expected: Vec<_> = runs
            .iter()
            .filter(|run| shows(&query, run))
            .cloned()
            .collect();
        query.limit = 7;
        let mut paged = Vec::new();
        loop {
            let page = f.history.runs(&query).await.expect("a page");
            let Some(last) = page.last() else { break };
            let RunRecord {
                scheduled_at,
                run_id,
                attempt,
                ..
            } = *last;
            query.after = Some(PageKey {
                scheduled_at,
                run_id,
                attempt,
            });
            paged.extend(page);
        }
        assert_eq!(paged, expected, "{query:?}");
    }
}

pub async fn runs_are_found_by_the_beginning_of_their_id(f: &Fixture) {
    let runs: Vec<_> = (0..300)
        .map(|minute| run(1, minute, RunState::Succeeded))
        .collect();
    send(f, runs.clone()).await;
    let found =
        |prefix: String| async move { f.history.runs_by_prefix(&prefix).await.expect("ids") };
    for run in &runs[..20] {
        let id = run.run_id.to_string();
        assert_eq!(found(id.clone()).await, [run.run_id]);
        assert!(found(id[..7].to_owned()).await.contains(&run.run_id));
    }
    assert_eq!(found(String::new()).await.len(), 10);
    for nonsense in ["xyz", "%", "é", "00000000000000000000000000000000a"] {
        assert_eq!(found(nonsense.to_owned()).await, []);
    }
}

pub async fn the_newest_runs_of_each_job_are_their_last_attempts(f: &Fixture) {
    let runs = many(f).await;
    let trial = RunRecord {
        generation: 0,
        trigger: Trigger::Try,
        ..run(5, 100, RunState::Failed)
    };
    send(f, vec![trial]).await;
    let jobs = [job(5), job(99), job(0)];
    let mut expected = Vec::new();
    for job in jobs {
        let mut seen = Vec::new();
        for run in runs.iter().filter(|run| run.job_id == job) {
            if seen.len() < 20 && !seen.contains(&run.run_id) {
                seen.push(run.run_id);
                expected.push(run.clone());
            }
        }
    }
    assert_eq!(
        f.history.newest_runs(&jobs, 20).await.expect("strips"),
        expected
    );
    assert_eq!(f.history.newest_runs(&[], 20).await.expect("strips"), []);
}
