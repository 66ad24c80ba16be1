//! The statements that read a list of runs by each way: of each part only as many rows are read
//! as the list shows, and the parts are merged.

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteArguments, SqlitePool};
use sqlx::{Error, Row, Sqlite};

use crate::history::way::{Asked, Named, Way, each_once, fate_sql};
use crate::history::{ExitCodes, RunQuery, row, way};
use crate::id::JobId;

#[cfg(test)]
pub(super) const ALL: [Way; 6] = [
    Way::Jobs,
    Way::Exits,
    Way::Triggers,
    Way::Nodes,
    Way::Projects,
    Way::States,
];

/// The rows of a part. `?1` parts, `?2` since, `?3` states, `?4..?6` the row before.
macro_rules! rows_of {
    ($index:literal, $part:literal) => {
        concat!(
            "run AS x INDEXED BY ",
            $index,
            " WHERE ",
            $part,
            " AND x.scheduled_ms >= ?2 AND (x.scheduled_ms, x.run_id, x.attempt) < (?4, ?5, ?6) \
              AND x.state IN (SELECT value FROM json_each(?3))"
        )
    };
}

/// What else may be asked of a row: lists that it must, or must not, be in. `?8` jobs, `?9` jobs
/// not, `?10` projects, `?11` nodes, `?12` triggers, `?13` exit codes, `?14` exit codes not,
/// `?15` whether it came in time.
macro_rules! also {
    () => {
        concat!(
            " AND (?8 IS NULL OR x.job_id IN (SELECT unhex(value) FROM json_each(?8))) \
          AND (?9 IS NULL OR x.job_id NOT IN (SELECT unhex(value) FROM json_each(?9))) \
          AND (?10 IS NULL OR x.project IN (SELECT value FROM json_each(?10))) \
          AND (?11 IS NULL OR x.node IN (SELECT value FROM json_each(?11))) \
          AND (?12 IS NULL OR x.trigger_kind IN (SELECT value FROM json_each(?12))) \
          AND (?13 IS NULL OR x.exit_code IN (SELECT value FROM json_each(?13))) \
          AND (?14 IS NULL OR x.exit_code NOT IN (SELECT value FROM json_each(?14))) \
          AND (?15 IS NULL OR ",
            fate_sql!(),
            " IN (SELECT value FROM json_each(?15)))"
        )
    };
}

/// The list's rows, merged. `?7` limit.
macro_rules! merged {
    ($columns:expr, $index:literal, $part:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM json_each(?1) AS part CROSS JOIN run AS r ON r.seq IN (SELECT x.seq FROM ",
            rows_of!($index, $part),
            also!(),
            " ORDER BY x.scheduled_ms DESC, x.run_id DESC, x.attempt DESC LIMIT ?7) \
              ORDER BY r.scheduled_ms DESC, r.run_id DESC, r.attempt DESC LIMIT ?7"
        )
    };
}

macro_rules! sql_of {
    (page, $index:literal, $part:literal) => {
        merged!(row::run_columns!(), $index, $part)
    };
    (groups, $index:literal, $part:literal) => {
        concat!(
            "SELECT g.state, g.job_id, g.node, g.trigger_kind, count(*) FROM (",
            merged!(
                "r.state, r.job_id, r.node, r.trigger_kind, r.scheduled_ms, r.run_id, r.attempt",
                $index,
                $part
            ),
            ") AS g GROUP BY g.state, g.job_id, g.node, g.trigger_kind"
        )
    };
    (counts, $index:literal, $part:literal) => {
        concat!(
            "SELECT x.state, count(*) FROM json_each(?1) AS part CROSS JOIN ",
            rows_of!($index, $part),
            also!(),
            " GROUP BY x.state"
        )
    };
    // An index alone answers it.
    (plain_counts, $index:literal, $part:literal) => {
        concat!(
            "SELECT x.state, count(*) FROM json_each(?1) AS part CROSS JOIN ",
            rows_of!($index, $part),
            " GROUP BY x.state"
        )
    };
}

macro_rules! by_way {
    ($way:expr, $what:ident) => {
        match $way {
            Way::Jobs => sql_of!($what, "run_of_job", "x.job_id = unhex(part.value)"),
            Way::Exits => sql_of!($what, "run_of_exit", "x.exit_code <> 0"),
            Way::Triggers => sql_of!($what, "run_of_trigger", "x.trigger_kind <> 'schedule'"),
            Way::Nodes => sql_of!(
                $what,
                "run_of_node",
                "x.node = part.value ->> 0 AND x.state = part.value ->> 1"
            ),
            Way::Projects => sql_of!(
                $what,
                "run_of_project",
                "x.project = part.value ->> 0 AND x.state = part.value ->> 1"
            ),
            Way::States => sql_of!($what, "run_of_state", "x.state = part.value"),
        }
    };
}

impl Way {
    pub(super) fn page_sql(self) -> &'static str {
        by_way!(self, page)
    }

    pub(super) fn groups_sql(self) -> &'static str {
        by_way!(self, groups)
    }

    /// How many rows each state has. `is_plain` says that nothing else is asked.
    pub(super) fn counts_sql(self, is_plain: bool) -> &'static str {
        if is_plain {
            by_way!(self, plain_counts)
        } else {
            by_way!(self, counts)
        }
    }
}

/// Every name that a column has, by looks from each to the next.
macro_rules! names_sql {
    ($column:literal, $index:literal) => {
        concat!(
            "WITH RECURSIVE names(name) AS (SELECT (SELECT min(x.",
            $column,
            ") FROM run AS x INDEXED BY ",
            $index,
            ") UNION ALL SELECT (SELECT min(x.",
            $column,
            ") FROM run AS x INDEXED BY ",
            $index,
            " WHERE x.",
            $column,
            " > names.name) FROM names WHERE names.name IS NOT NULL) \
             SELECT name FROM names WHERE name IS NOT NULL"
        )
    };
}
pub(super) const PROJECTS: &str = names_sql!("project", "run_of_project");
pub(super) const NODES: &str = names_sql!("node", "run_of_node");

/// The query with the names that there are; `None` if no row can be meant.
pub(super) async fn asked<'a>(
    readers: &SqlitePool,
    query: &'a RunQuery,
) -> Result<Option<Asked<'a>>, Error> {
    let projects = names(readers, (Named::Project, PROJECTS), query).await?;
    let nodes = names(readers, (Named::Node, NODES), query).await?;
    Ok(Asked::new(query, projects, nodes))
}

async fn names(
    readers: &SqlitePool,
    (named, sql): (Named, &'static str),
    query: &RunQuery,
) -> Result<Vec<String>, Error> {
    if !named.is_by_pattern(query) {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(sql).fetch_all(readers).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

impl Asked<'_> {
    /// Whether what the way does not answer by itself is not asked.
    pub(super) fn is_plain(&self) -> bool {
        let (way, query) = (self.way(), self.query);
        (query.jobs.is_empty() || way == Way::Jobs)
            && (self.nodes.is_none() || way == Way::Nodes)
            && (self.projects.is_none() || way == Way::Projects)
            && query.jobs_not.is_empty()
            && query.triggers.is_empty()
            && query.exits.is_none()
            && query.fates.is_empty()
    }

    /// The values of a statement of its way; the page before is left aside unless `goes_on`.
    pub(super) fn bind(
        &self,
        sql: &'static str,
        (limit, goes_on): (u32, bool),
    ) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
        let (way, query) = (self.way(), self.query);
        let (before_ms, before_run, before_attempt) = self.before(goes_on);
        let jobs = (way != Way::Jobs && !query.jobs.is_empty()).then(|| ids(&query.jobs));
        let jobs_not = (!query.jobs_not.is_empty()).then(|| ids(&query.jobs_not));
        let triggers = query.triggers.iter().map(|trigger| trigger.as_str());
        let triggers = (!query.triggers.is_empty()).then(|| triggers.collect::<Value>());
        let exits = query.exits.as_ref().map(|exits| match exits {
            ExitCodes::Among(codes) => (Some(json!(codes)), None),
            ExitCodes::NotAmong(codes) => (None, Some(json!(codes))),
        });
        let (exits, exits_not) = exits.unwrap_or_default();
        let fates = query.fates.iter().map(|fate| fate.as_str());
        let fates = (!query.fates.is_empty()).then(|| fates.collect::<Value>());
        let text = |value: Option<Value>| value.map(|value| value.to_string());
        sqlx::query(sql)
            .bind(self.parts().to_string())
            .bind(query.since.map_or(i64::MIN, |at| at.as_millisecond()))
            .bind(json!(states(query)).to_string())
            .bind(before_ms)
            .bind(before_run)
            .bind(before_attempt)
            .bind(limit)
            .bind(text(jobs))
            .bind(text(jobs_not))
            .bind(text(self.projects.as_ref().map(|names| json!(names))))
            .bind(text(self.nodes.as_ref().map(|names| json!(names))))
            .bind(text(triggers))
            .bind(text(exits))
            .bind(text(exits_not))
            .bind(text(fates))
    }

    /// Where the list begins. Everything at `until` sorts after the empty id: it is one bound
    /// with the page before.
    fn before(&self, goes_on: bool) -> (i64, Vec<u8>, u32) {
        let until = self.query.until.map_or(i64::MAX, |at| at.as_millisecond());
        let before = (until, Vec::new(), 0);
        let after = self.query.after.filter(|_| goes_on).map(|after| {
            (
                after.scheduled_at.as_millisecond(),
                after.run_id.0.to_vec(),
                after.attempt,
            )
        });
        after.map_or(before.clone(), |after| after.min(before))
    }

    fn parts(&self) -> Value {
        let states = states(self.query);
        let pairs = |names: &Option<Vec<String>>| {
            let names = names.iter().flatten();
            let pairs = names.flat_map(|name| states.iter().map(move |state| json!([name, state])));
            pairs.collect::<Value>()
        };
        match self.way() {
            Way::Jobs => ids(&self.query.jobs),
            Way::Nodes => pairs(&self.nodes),
            Way::Projects => pairs(&self.projects),
            Way::Exits | Way::Triggers => json!([0]),
            Way::States => json!(states),
        }
    }
}

pub(super) fn states(query: &RunQuery) -> Vec<&'static str> {
    let states = way::states(query).into_iter();
    states.map(|state| state.as_str()).collect()
}

/// The ids of the jobs, each once.
pub(super) fn ids(jobs: &[JobId]) -> Value {
    let ids = each_once(jobs).into_iter();
    ids.map(|job| job.0.simple().to_string()).collect()
}
