//! The statements that read a list of runs by each way: of each part only as many rows are read
//! as the list shows, and the parts are merged.

use sqlx::Error;
use sqlx::mysql::MySqlConnection;

use super::statement::Statement;
use crate::history::record::Value;
use crate::history::row::{self, StoredRow};
use crate::history::way::{Asked, Named, Way, each_once, fate_sql, states};
use crate::history::{ExitCodes, PageKey, RunQuery};
use crate::id::JobId;
use crate::limits::{MYSQL_PARTS_PER_STATEMENT, MYSQL_VALUES_PER_STATEMENT};
use crate::run::{RunState, Trigger};

pub(super) const PROJECTS: &str =
    "SELECT project FROM run FORCE INDEX (run_of_project) GROUP BY project";
pub(super) const NODES: &str = "SELECT node FROM run FORCE INDEX (run_of_node) GROUP BY node";

/// Rows by the places of their list, then whole.
const PAGE: &str = concat!(
    "SELECT ",
    row::run_columns!(),
    " FROM (SELECT part.seq FROM ("
);

/// What rows are counted by, and their places.
const GROUPED: &str = "\
    SELECT r.state, r.job_id, r.node, r.trigger_kind, 1, r.scheduled_ms, r.run_id, r.attempt \
    FROM (SELECT part.seq FROM (";

const PAGE_END: &str = ") AS part \
    ORDER BY part.scheduled_ms DESC, part.run_id DESC, part.attempt DESC LIMIT ";

pub(super) const WHOLE: &str = ") AS page STRAIGHT_JOIN run AS r ON r.seq = page.seq";

/// The query with the names that there are; `None` if no row can be meant.
pub(super) async fn asked<'a>(
    connection: &mut MySqlConnection,
    query: &'a RunQuery,
) -> Result<Option<Asked<'a>>, Error> {
    let projects = names(connection, (Named::Project, PROJECTS), query).await?;
    let nodes = names(connection, (Named::Node, NODES), query).await?;
    Ok(Asked::new(query, projects, nodes))
}

async fn names(
    connection: &mut MySqlConnection,
    (named, sql): (Named, &'static str),
    query: &RunQuery,
) -> Result<Vec<String>, Error> {
    if !named.is_by_pattern(query) {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    let name = |row| Ok(StoredRow::text(row, 0)?.unwrap_or_default().to_owned());
    rows.iter().map(name).collect()
}

fn word(word: &str) -> Value<'_> {
    Value::Text(Some(word.into()))
}

pub(super) fn number<'a>(number: impl Into<i64>) -> Value<'a> {
    Value::Integer(Some(number.into()))
}

impl Way {
    fn index(self) -> &'static str {
        match self {
            Self::Jobs => "run_of_job",
            Self::Exits => "run_of_exit",
            Self::Triggers => "run_of_trigger",
            Self::Nodes => "run_of_node",
            Self::Projects => "run_of_project",
            Self::States => "run_of_state",
        }
    }
}

/// What one look into an index is for.
pub(super) enum Part<'a> {
    Job(JobId),
    Exits,
    Trigger(Trigger),
    Node(&'a str, RunState),
    Project(&'a str, RunState),
    State(RunState),
}

/// The parts of a list, each once.
pub(super) fn parts<'a>(asked: &'a Asked<'_>) -> Vec<Part<'a>> {
    fn pairs<'a>(
        names: &'a Option<Vec<String>>,
        states: &[RunState],
        part: fn(&'a str, RunState) -> Part<'a>,
    ) -> Vec<Part<'a>> {
        let names = names.iter().flatten();
        let of_name = |name: &'a String| states.iter().map(move |state| part(name, *state));
        names.flat_map(of_name).collect()
    }
    let states = states(asked.query);
    match asked.way() {
        Way::Jobs => each_once(&asked.query.jobs)
            .into_iter()
            .map(Part::Job)
            .collect(),
        Way::Exits => vec![Part::Exits],
        Way::Triggers => triggers(asked.query)
            .into_iter()
            .map(Part::Trigger)
            .collect(),
        Way::Nodes => pairs(&asked.nodes, &states, Part::Node),
        Way::Projects => pairs(&asked.projects, &states, Part::Project),
        Way::States => states.into_iter().map(Part::State).collect(),
    }
}

fn triggers(query: &RunQuery) -> Vec<Trigger> {
    let mut triggers = query.triggers.clone();
    triggers.sort_unstable_by_key(|trigger| trigger.as_str());
    triggers.dedup();
    triggers
}

/// How many of these parts one statement has room for.
pub(super) fn parts_per_statement(query: &RunQuery) -> usize {
    let values = query.jobs.len() + query.jobs_not.len() + 1;
    (MYSQL_VALUES_PER_STATEMENT / values).clamp(1, MYSQL_PARTS_PER_STATEMENT)
}

fn push_in<'v>(
    statement: &mut Statement,
    column: &str,
    values: impl IntoIterator<Item = Value<'v>>,
) {
    let mut values = values.into_iter().peekable();
    if values.peek().is_some() {
        statement.push(" AND ").push(column).push(" ");
        statement.values(values);
    }
}

fn push_jobs(statement: &mut Statement, column: &str, jobs: &[JobId]) {
    let jobs = each_once(jobs);
    let ids = jobs.iter().map(|job| Value::Bytes(job.0.as_bytes()));
    push_in(statement, column, ids);
}

fn push_names(statement: &mut Statement, column: &str, names: &Option<Vec<String>>) {
    push_in(
        statement,
        column,
        names.iter().flatten().map(|name| word(name)),
    );
}

fn push_states(statement: &mut Statement, query: &RunQuery) {
    let states = states(query);
    let words = states.iter().map(|state| word(state.as_str()));
    push_in(statement, "x.state IN", words);
}

/// The codes of a bad exit are spelled out as the two ranges of the index that they are.
fn push_exits(statement: &mut Statement, query: &RunQuery, way: Way) {
    if way == Way::Exits {
        statement.push(" AND (x.exit_code < 0 OR x.exit_code > 0)");
    }
    match &query.exits {
        // Of no codes none is meant.
        Some(ExitCodes::Among(codes)) if codes.is_empty() => {
            statement.push(" AND 1 = 0");
        }
        Some(ExitCodes::Among(codes)) => {
            push_in(
                statement,
                "x.exit_code IN",
                codes.iter().map(|code| number(*code)),
            );
        }
        Some(ExitCodes::NotAmong(codes)) => {
            statement.push(" AND x.exit_code IS NOT NULL");
            push_in(
                statement,
                "x.exit_code NOT IN",
                codes.iter().map(|code| number(*code)),
            );
        }
        None => {}
    }
}

/// What all rows of a list are asked for besides what `way` puts into its parts. What is not
/// given is left out, so that every statement is planned for what it asks.
fn push_filters(statement: &mut Statement, asked: &Asked<'_>, way: Option<Way>) {
    let query = asked.query;
    if way != Some(Way::Jobs) {
        push_jobs(statement, "x.job_id IN", &query.jobs);
    }
    push_jobs(statement, "x.job_id NOT IN", &query.jobs_not);
    if way != Some(Way::Projects) {
        push_names(statement, "x.project IN", &asked.projects);
    }
    if way != Some(Way::Nodes) {
        push_names(statement, "x.node IN", &asked.nodes);
    }
    if way != Some(Way::Triggers) {
        let triggers = triggers(query);
        let words = triggers.iter().map(|trigger| word(trigger.as_str()));
        push_in(statement, "x.trigger_kind IN", words);
    }
    push_exits(statement, query, asked.way());
    let fates = query.fates.iter().map(|fate| word(fate.as_str()));
    push_in(statement, concat!(fate_sql!(), " IN"), fates);
    if let Some(since) = query.since {
        statement.with(" AND x.scheduled_ms >= ", number(since.as_millisecond()));
    }
    if let Some(until) = query.until {
        statement.with(" AND x.scheduled_ms < ", number(until.as_millisecond()));
    }
}

/// Where the page begins: after the row before.
fn push_place(statement: &mut Statement, query: &RunQuery) {
    if let Some(PageKey {
        scheduled_at,
        run_id,
        attempt,
    }) = query.after
    {
        let at = scheduled_at.as_millisecond();
        // Spelled out: a comparison of rows would not be looked up in the index.
        statement
            .with(" AND (x.scheduled_ms < ", number(at))
            .with(" OR (x.scheduled_ms = ", number(at))
            .with(" AND (x.run_id < ", Value::Bytes(&run_id.0))
            .with(" OR (x.run_id = ", Value::Bytes(&run_id.0))
            .with(" AND x.attempt < ", number(attempt))
            .push("))))");
    }
}

fn push_part(statement: &mut Statement, asked: &Asked<'_>, part: &Part<'_>, limit: u32) {
    statement
        .push("(SELECT x.seq, x.scheduled_ms, x.run_id, x.attempt FROM run AS x FORCE INDEX (")
        .push(asked.way().index())
        .push(") WHERE ");
    match part {
        Part::Job(job) => statement.with("x.job_id = ", Value::Bytes(job.0.as_bytes())),
        Part::Exits => statement.push("1 = 1"),
        Part::Trigger(trigger) => statement.with("x.trigger_kind = ", word(trigger.as_str())),
        Part::Node(name, _) => statement.with("x.node = ", word(name)),
        Part::Project(name, _) => statement.with("x.project = ", word(name)),
        Part::State(state) => statement.with("x.state = ", word(state.as_str())),
    };
    match part {
        Part::Node(_, state) | Part::Project(_, state) => {
            statement.with(" AND x.state = ", word(state.as_str()));
        }
        Part::State(_) => {}
        Part::Job(_) | Part::Exits | Part::Trigger(_) => push_states(statement, asked.query),
    }
    push_filters(statement, asked, Some(asked.way()));
    push_place(statement, asked.query);
    statement
        .push(" ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ")
        .bind(&number(limit))
        .push(")");
}

fn merged(head: &str, asked: &Asked<'_>, parts: &[Part<'_>], limit: u32) -> Statement {
    let mut statement = Statement::new(head);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            statement.push(" UNION ALL ");
        }
        push_part(&mut statement, asked, part, limit);
    }
    statement.with(PAGE_END, number(limit));
    statement.push(WHOLE);
    statement
}

/// The statement for some parts of a list: whole rows.
pub(super) fn page_statement(asked: &Asked<'_>, parts: &[Part<'_>], limit: u32) -> Statement {
    merged(PAGE, asked, parts, limit)
}

/// The same rows: what they are counted by, and their places.
pub(super) fn grouped_statement(asked: &Asked<'_>, parts: &[Part<'_>], limit: u32) -> Statement {
    merged(GROUPED, asked, parts, limit)
}

/// The statement that counts by state; the place of a page is left aside.
pub(super) fn count_statement(asked: &Asked<'_>) -> Statement {
    let mut statement = Statement::new("SELECT x.state, count(*) FROM run AS x FORCE INDEX (");
    statement.push(asked.way().index()).push(") WHERE 1 = 1");
    push_states(&mut statement, asked.query);
    push_filters(&mut statement, asked, None);
    statement.push(" GROUP BY x.state");
    statement
}
