//! What changed between two jobs, in the words of their fields.
//!
//! Jobs are compared, not texts: `30s` and `30000ms`, or tags in another order, are no change.

use std::collections::BTreeMap;
use std::fmt;

use super::Body;
use crate::job::{
    Action, Command, Http, Job, JobDraft, Parameter, ShellDraft, write_duration, write_size,
};
use crate::limits::{DIFF_DETAIL_LINES_MAX, DIFF_LINES_MAX, DIFF_STORED_LINES_MAX};

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field: `schedule`, `shell.script`, `env.PATH`.
    pub path: String,
    /// What it was; `None` when it was not there.
    pub from: Option<String>,
    /// What it is; `None` when it is not there any more.
    pub to: Option<String>,
    /// The lines that differ, with `-` or `+` before them, for texts of several lines.
    pub detail: Vec<String>,
}

impl fmt::Display for Change {
    /// One line: `schedule: */5 * * * * → @hourly`, `shell.script: 3 lines changed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = one_line(&self.path);
        match (&self.from, &self.to) {
            _ if !self.detail.is_empty() => {
                let count = |sign: char| {
                    self.detail
                        .iter()
                        .filter(|line| line.starts_with(sign))
                        .count()
                };
                let (removed, added) = (count('-'), count('+'));
                let lines = removed.max(added);
                write!(
                    f,
                    "{path}: {lines} line{} changed",
                    if lines == 1 { "" } else { "s" }
                )
            }
            (None, Some(to)) => write!(f, "{path}: {}", short(to)),
            (Some(from), None) => write!(f, "{path}: {} removed", short(from)),
            (from, to) => {
                let text =
                    |side: &Option<String>| side.as_deref().map_or_else(String::new, one_line);
                write!(f, "{path}: {} → {}", text(from), text(to))
            }
        }
    }
}

/// What changed, field by field in the order of the file format; empty when both mean the same.
///
/// Of a job that appears or goes, the fields that differ from the defaults are listed.
pub fn diff(old: Option<&Job>, new: Option<&Job>) -> Vec<Change> {
    compare(old, new)
}

/// The same for any kind.
pub(super) fn compare<B: Body>(old: Option<&B>, new: Option<&B>) -> Vec<Change> {
    let both = old.is_some() && new.is_some();
    let of = |body: Option<&B>| {
        body.map(|body| if both { body.rows() } else { body.set_rows() })
            .unwrap_or_default()
    };
    let (old, new): (Vec<_>, Vec<_>) = (of(old), of(new));
    let removed = old
        .iter()
        .filter(|(path, _)| !new.iter().any(|(other, _)| other == path));
    let mut changes: Vec<Change> = removed
        .map(|(path, text)| change(path, Some(text), None))
        .collect();
    for (path, to) in &new {
        let from = old
            .iter()
            .find(|(other, _)| other == path)
            .map(|(_, text)| text);
        if from != Some(to) {
            changes.push(change(path, from, Some(to)));
        }
    }
    changes.sort_by_key(|change| rank(B::FIELDS, &change.path));
    changes
}

pub(super) const ORDER: [&str; 32] = [
    "project",
    "name",
    "schedule",
    "timezone",
    "start_at",
    "end_at",
    "jitter",
    "dst",
    "calendars",
    "paused",
    "shell",
    "http",
    "env",
    "secrets",
    "cwd",
    "run_as",
    "umask",
    "parameters",
    "place",
    "timeout",
    "stop_grace",
    "retries",
    "overlap",
    "start_deadline",
    "misfire",
    "delivery",
    "output",
    "note",
    "owner",
    "tags",
    "starred",
    "",
];

fn rank(order: &[&str], path: &str) -> usize {
    let first = path.split('.').next().unwrap_or(path);
    order
        .iter()
        .position(|known| *known == first)
        .unwrap_or(order.len())
}

/// Every field with its meaning as a text; fields without a value have no row.
pub(super) fn rows(job: &Job) -> Vec<(String, String)> {
    let mut rows = Rows(Vec::new());
    rows.put("project", job.project.as_str());
    rows.put("name", &job.name);
    rows.put("schedule", job.schedule.text());
    rows.put("timezone", job.timezone.name());
    rows.maybe("start_at", job.start_at);
    rows.maybe("end_at", job.end_at);
    rows.put("jitter", &write_duration(job.jitter));
    rows.put("dst", &word(&job.dst));
    for (name, calendars) in [
        ("exclude", &job.calendars.exclude),
        ("only", &job.calendars.only),
    ] {
        let given = (!calendars.is_empty()).then(|| calendars.join(", "));
        rows.maybe(&format!("calendars.{name}"), given);
    }
    rows.put("paused", yes_no(job.paused));
    action_rows(&mut rows, &job.action);
    for (name, value) in &job.env {
        rows.put(&format!("env.{name}"), value);
    }
    for (name, sealed) in &job.secrets {
        rows.put(&format!("secrets.{name}"), &sealed.mark());
    }
    rows.maybe("cwd", job.cwd.as_deref());
    rows.maybe("run_as", job.run_as.as_deref());
    rows.maybe("umask", job.umask);
    for (name, parameter) in &job.parameters {
        rows.put(&format!("parameters.{name}"), &parameter_text(parameter));
    }
    put_how(&mut rows, job);
    put_about(&mut rows, job);
    rows.0
}

fn put_how(rows: &mut Rows, job: &Job) {
    rows.put("place.on", &job.place.on.to_string());
    rows.maybe("place.nodes", job.place.nodes.as_ref());
    rows.put("place.balance", &word(&job.place.balance));
    rows.put("place.failover", yes_no(job.place.failover));
    rows.put(
        "timeout",
        &job.timeout
            .map_or_else(|| "none".to_owned(), write_duration),
    );
    rows.put("stop_grace", &write_duration(job.stop_grace));
    rows.put("retries.count", &job.retries.count.to_string());
    rows.put("retries.interval", &write_duration(job.retries.interval));
    rows.put("retries.backoff", &job.retries.backoff.to_string());
    rows.put(
        "retries.max_interval",
        &write_duration(job.retries.max_interval),
    );
    rows.put("overlap", &word(&job.overlap));
    rows.put("start_deadline", &write_duration(job.start_deadline));
    rows.put("misfire", &word(&job.misfire));
    rows.put("delivery", &word(&job.delivery));
    rows.put("output.head", &write_size(job.output.head));
    rows.put("output.tail", &write_size(job.output.tail));
}

fn put_about(rows: &mut Rows, job: &Job) {
    rows.maybe(
        "note",
        Some(job.about.note.as_str()).filter(|note| !note.is_empty()),
    );
    rows.maybe(
        "owner",
        Some(job.about.owner.as_str()).filter(|owner| !owner.is_empty()),
    );
    rows.maybe(
        "tags",
        (!job.about.tags.is_empty()).then(|| job.about.tags.join(", ")),
    );
    rows.put("starred", yes_no(job.about.starred));
}

fn action_rows(rows: &mut Rows, action: &Action) {
    let shell = match action {
        Action::Shell(shell) => shell,
        Action::Http(http) => return http_rows(rows, http),
    };
    match &shell.command {
        Command::Script {
            script,
            interpreter,
        } => {
            rows.put("shell.script", script);
            rows.maybe("shell.interpreter", interpreter.as_deref());
        }
        Command::Argv(argv) => rows.put("shell.argv", &format!("{argv:?}")),
    }
    rows.maybe("shell.stdin", shell.stdin.as_deref());
}

fn http_rows(rows: &mut Rows, http: &Http) {
    rows.put("http.method", http.method.as_str());
    rows.put("http.url", http.url.as_str());
    for (name, value) in &http.headers {
        rows.put(&format!("http.headers.{name}"), value);
    }
    rows.maybe("http.body", http.body.as_deref());
    rows.put("http.expect", &http.expect.to_string());
    rows.maybe("http.contains", http.contains.as_deref());
    rows.put("http.redirects", &http.redirects.to_string());
    rows.maybe("http.ca", http.ca.as_deref());
    rows.put("http.insecure", yes_no(http.insecure));
}

/// `choice of eu, us, required; where it runs`.
fn parameter_text(parameter: &Parameter) -> String {
    let mut text = word(&parameter.kind);
    if !parameter.choices.is_empty() {
        text += &format!(" of {}", parameter.choices.join(", "));
    }
    if let Some(default) = &parameter.default {
        text += &format!(", {default:?} unless given");
    }
    if parameter.required {
        text += ", required";
    }
    if !parameter.note.is_empty() {
        text += &format!("; {}", parameter.note);
    }
    text
}

/// Fields that have no default.
const ALWAYS: [&str; 4] = ["project", "name", "schedule", "shell.script"];

/// The fields that are not as in a job of which nothing is said.
pub(super) fn set_rows(job: &Job) -> Vec<(String, String)> {
    let plain = JobDraft {
        project: "x".to_owned(),
        name: "x".to_owned(),
        schedule: "@manual".to_owned(),
        shell: ShellDraft {
            script: Some(":".to_owned()),
            ..ShellDraft::default()
        },
        ..JobDraft::default()
    };
    let usual = plain.validate().map(|job| rows(&job)).unwrap_or_default();
    rows(job)
        .into_iter()
        .filter(|row| ALWAYS.contains(&row.0.as_str()) || !usual.contains(row))
        .collect()
}

struct Rows(Vec<(String, String)>);

impl Rows {
    fn put(&mut self, path: &str, text: &str) {
        self.0.push((path.to_owned(), text.to_owned()));
    }

    fn maybe(&mut self, path: &str, value: Option<impl ToString>) {
        self.0
            .extend(value.map(|value| (path.to_owned(), value.to_string())));
    }
}

/// The word by which files name a variant.
fn word(value: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref()
        .and_then(|word| word.as_str())
        .unwrap_or_default()
        .to_owned()
}

fn yes_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn change(path: &str, from: Option<&String>, to: Option<&String>) -> Change {
    let detail = match (from, to) {
        (Some(from), Some(to)) if from.contains('\n') || to.contains('\n') => {
            lines_changed(from, to)
        }
        _ => Vec::new(),
    };
    Change {
        path: path.to_owned(),
        from: from.cloned(),
        to: to.cloned(),
        detail,
    }
}

/// The lines of a longest-common-subsequence comparison that differ; long texts are compared as a whole.
fn lines_changed(from: &str, to: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (from.split('\n').collect(), to.split('\n').collect());
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same_start..], &new[same_start..]);
    let same_end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&old[..old.len() - same_end], &new[..new.len() - same_end]);
    if old.len().max(new.len()) > DIFF_LINES_MAX {
        let all = old
            .iter()
            .map(|line| format!("-{line}"))
            .chain(new.iter().map(|line| format!("+{line}")));
        return all.collect();
    }
    let width = new.len() + 1;
    let mut common = vec![0_u16; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len()
            || i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]
        {
            lines.push(format!("-{}", old[i]));
            i += 1;
        } else {
            lines.push(format!("+{}", new[j]));
            j += 1;
        }
    }
    lines
}

/// A value in one line: of several lines only how many.
fn short(text: &str) -> String {
    match text.lines().count() {
        0 | 1 => one_line(text.trim_end_matches('\n')),
        count => format!("{count} lines"),
    }
}

/// A value for a one-line sentence: control characters escaped, long texts cut.
fn one_line(text: &str) -> String {
    let escaped: String = text
        .chars()
        .take(80)
        .flat_map(|c| match c.is_control() {
            true => c.escape_default().collect::<Vec<char>>(),
            false => vec![c],
        })
        .collect();
    if text.chars().nth(80).is_some() {
        escaped + "…"
    } else {
        escaped
    }
}

/// The lines that a version keeps of some changes: each sentence, then its detail, shortened.
pub fn diff_lines(changes: &[Change]) -> Vec<String> {
    let mut lines = Vec::new();
    for change in changes {
        lines.push(change.to_string());
        let shown = change.detail.iter().take(DIFF_DETAIL_LINES_MAX);
        lines.extend(shown.map(|line| format!("  {}", one_line(line))));
        if let Some(more) = change
            .detail
            .len()
            .checked_sub(DIFF_DETAIL_LINES_MAX)
            .filter(|more| *more > 0)
        {
            lines.push(format!("  … {more} lines more"));
        }
    }
    if lines.len() > DIFF_STORED_LINES_MAX {
        let more = lines.len() - DIFF_STORED_LINES_MAX;
        lines.truncate(DIFF_STORED_LINES_MAX);
        lines.push(format!("… {more} lines more"));
    }
    lines
}

/// A body's fields that this version cannot compare, by name only: for definitions of newer versions.
pub(super) fn body_changes(old: &serde_json::Value, new: &serde_json::Value) -> Vec<String> {
    let fields = |body: &serde_json::Value| -> BTreeMap<String, serde_json::Value> {
        body.as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    let (old, new) = (fields(old), fields(new));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| format!("{name}: changed"))
        .collect()
}
