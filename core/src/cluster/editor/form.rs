//! A definition as a form, and a form as a definition. Texts stay as they were typed: what is wrong
//! with them is said by the check of the definition.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::job::{Balance, FieldError, Job};
use crate::view::{EnvLine, JobForm, ProgramKind};

/// The zone of a job that names none.
const ZONE_USUAL: &str = "UTC";
const PLACE_USUAL: &str = "one";

/// The form of a definition's value.
pub(super) fn form_of(draft: &Value) -> JobForm {
    let at = |path: &str| draft.pointer(path).unwrap_or(&Value::Null);
    let text = |path: &str| text_of(at(path));
    let or = |path: &str, usual: &str| match text(path) {
        text if text.is_empty() => usual.to_owned(),
        text => text,
    };
    let argv = at("/shell/argv");
    JobForm {
        project: text("/project"),
        name: text("/name"),
        program: match argv {
            Value::Array(_) => ProgramKind::Argv,
            _ => ProgramKind::Script,
        },
        script: text("/shell/script"),
        interpreter: text("/shell/interpreter"),
        argv: texts_of(argv),
        stdin: text("/shell/stdin"),
        env: variables_of(at("/env")),
        cwd: text("/cwd"),
        run_as: text("/run_as"),
        umask: text("/umask"),
        schedule: text("/schedule"),
        timezone: or("/timezone", ZONE_USUAL),
        start_at: text("/start_at"),
        end_at: text("/end_at"),
        jitter: text("/jitter"),
        calendars_exclude: texts_of(at("/calendars/exclude")).join(", "),
        calendars_only: texts_of(at("/calendars/only")).join(", "),
        dst: choice_of(at("/dst")),
        paused: choice_of(at("/paused")),
        place_on: or("/place/on", PLACE_USUAL),
        place_nodes: text("/place/nodes"),
        balance: choice_of(at("/place/balance")),
        failover: at("/place/failover") != &Value::Bool(false),
        timeout: text("/timeout"),
        stop_grace: text("/stop_grace"),
        retries_count: text("/retries/count"),
        retries_interval: text("/retries/interval"),
        retries_backoff: text("/retries/backoff"),
        retries_max_interval: text("/retries/max_interval"),
        overlap: choice_of(at("/overlap")),
        start_deadline: text("/start_deadline"),
        misfire: choice_of(at("/misfire")),
        output_head: text("/output/head"),
        output_tail: text("/output/tail"),
        note: text("/note"),
        owner: text("/owner"),
        tags: texts_of(at("/tags")),
        starred: choice_of(at("/starred")),
        kept: draft.clone(),
    }
}

/// The definition's value that a form stands for, with what cannot even be written in one.
pub(super) fn draft_of(form: &JobForm) -> (Value, Vec<FieldError>) {
    let mut draft = Draft(form.kept.as_object().cloned().unwrap_or_default());
    draft.set("project", Some(Value::from(form.project.as_str())));
    draft.set("name", Some(Value::from(form.name.as_str())));
    draft.set("schedule", Some(Value::from(form.schedule.as_str())));
    if !form.kept.get("http").is_some_and(Value::is_object) {
        draft.set("shell", Some(shell_of(form)));
    }
    for (name, text) in [
        ("cwd", &form.cwd),
        ("run_as", &form.run_as),
        ("umask", &form.umask),
        ("timezone", &form.timezone),
        ("start_at", &form.start_at),
        ("end_at", &form.end_at),
        ("jitter", &form.jitter),
        ("timeout", &form.timeout),
        ("stop_grace", &form.stop_grace),
        ("start_deadline", &form.start_deadline),
        ("note", &form.note),
        ("owner", &form.owner),
    ] {
        draft.set(name, typed(text));
    }
    draft.set("dst", serde_json::to_value(form.dst).ok());
    draft.set("overlap", serde_json::to_value(form.overlap).ok());
    draft.set("misfire", serde_json::to_value(form.misfire).ok());
    draft.set("paused", form.paused.then_some(Value::Bool(true)));
    draft.set("starred", form.starred.then_some(Value::Bool(true)));
    let tags = (!form.tags.is_empty()).then(|| Value::from(form.tags.clone()));
    draft.set("tags", tags);
    draft.set_in("calendars", "exclude", listed(&form.calendars_exclude));
    draft.set_in("calendars", "only", listed(&form.calendars_only));
    draft.set_in("place", "on", typed(&form.place_on));
    draft.set_in("place", "nodes", typed(&form.place_nodes));
    let chosen = Some(form.balance).filter(|balance| *balance != Balance::default());
    let balance = chosen.and_then(|balance| serde_json::to_value(balance).ok());
    draft.set_in("place", "balance", balance);
    let failover = (!form.failover).then_some(Value::Bool(false));
    draft.set_in("place", "failover", failover);
    draft.set_in("retries", "count", number(&form.retries_count));
    draft.set_in("retries", "interval", typed(&form.retries_interval));
    draft.set_in("retries", "backoff", number(&form.retries_backoff));
    draft.set_in("retries", "max_interval", typed(&form.retries_max_interval));
    draft.set_in("output", "head", typed(&form.output_head));
    draft.set_in("output", "tail", typed(&form.output_tail));
    let (env, errors) = env_of(&form.env);
    draft.set("env", (!env.is_empty()).then_some(Value::Object(env)));
    (Value::Object(draft.0), errors)
}

/// The job that a form stands for, or everything that is wrong with it.
pub(super) fn job_of(form: &JobForm) -> Result<Job, Vec<FieldError>> {
    let (draft, errors) = draft_of(form);
    read_with(&draft, errors)
}

/// Reads a definition of which some errors are known already.
pub(super) fn read_with(
    draft: &Value,
    mut errors: Vec<FieldError>,
) -> Result<Job, Vec<FieldError>> {
    match Job::read(draft) {
        Ok(job) if errors.is_empty() => Ok(job),
        Ok(_) => Err(errors),
        Err(more) => {
            errors.extend(more);
            Err(errors)
        }
    }
}

/// A value on its way to be a definition. What is not said is not there.
struct Draft(Map<String, Value>);

impl Draft {
    fn set(&mut self, name: &str, value: Option<Value>) {
        match value {
            Some(value) => drop(self.0.insert(name.to_owned(), value)),
            None => drop(self.0.remove(name)),
        }
    }

    /// Sets a field of a table and leaves the table's other fields alone.
    fn set_in(&mut self, table: &str, name: &str, value: Option<Value>) {
        let mut fields = self.0.get(table).and_then(Value::as_object).cloned();
        match (&mut fields, value) {
            (Some(fields), None) => drop(fields.remove(name)),
            (None, None) => {}
            (fields, Some(value)) => {
                let fields = fields.get_or_insert_default();
                fields.insert(name.to_owned(), value);
            }
        }
        let fields = fields.filter(|fields| !fields.is_empty());
        self.set(table, fields.map(Value::Object));
    }
}

fn shell_of(form: &JobForm) -> Value {
    let kept = form.kept.get("shell").and_then(Value::as_object);
    let mut shell = Draft(kept.cloned().unwrap_or_default());
    shell.set(
        "stdin",
        (!form.stdin.is_empty()).then(|| form.stdin.clone().into()),
    );
    let is_script = form.program == ProgramKind::Script;
    shell.set("script", is_script.then(|| form.script.clone().into()));
    let interpreter = typed(&form.interpreter).filter(|_| is_script);
    shell.set("interpreter", interpreter);
    shell.set("argv", (!is_script).then(|| form.argv.clone().into()));
    Value::Object(shell.0)
}

fn env_of(lines: &[EnvLine]) -> (Map<String, Value>, Vec<FieldError>) {
    let (mut env, mut seen, mut errors) = (Map::new(), BTreeSet::new(), Vec::new());
    let written = |line: &&EnvLine| !line.name.is_empty() || !line.value.is_empty();
    for line in lines.iter().filter(written) {
        if !seen.insert(line.name.as_str()) {
            let path = format!("env.{}", line.name);
            let rest = "is given twice, and only one of them could hold: remove one";
            errors.push(FieldError::at(&path, "duplicate", rest).with("value", &line.name));
        }
        env.insert(line.name.clone(), line.value.clone().into());
    }
    (env, errors)
}

/// A field that is absent when nothing is typed.
fn typed(text: &str) -> Option<Value> {
    (!text.trim().is_empty()).then(|| Value::from(text.trim()))
}

/// A number as it was typed; what is none stays a text, and is refused as one.
fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.map(Value::from).or_else(|| typed(text))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => format!("{whole:.0}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// Names that are parted by commas.
fn listed(text: &str) -> Option<Value> {
    let names = text.split([',', '，', '、']).map(str::trim);
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    (!names.is_empty()).then(|| Value::from(names))
}

fn texts_of(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(text_of)
        .collect()
}

fn variables_of(value: &Value) -> Vec<EnvLine> {
    let line = |(name, value): (&String, &Value)| EnvLine {
        name: name.clone(),
        value: text_of(value),
    };
    value.as_object().into_iter().flatten().map(line).collect()
}

/// A choice that cannot be read is the usual one.
fn choice_of<T: Default + DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn full() -> Value {
        json!({
            "project": "ops", "name": "tick", "schedule": "*/5 * * * *", "timezone": "Asia/Shanghai",
            "start_at": "2026-12-01T00:00:00Z", "end_at": "2027-12-01T00:00:00Z", "jitter": "30s",
            "dst": "skip", "paused": true,
            "shell": { "script": "df -h\n", "interpreter": "/bin/bash -e", "stdin": "yes\n" },
            "env": { "A": "1", "B": " spaced " }, "cwd": "/srv", "run_as": "www-data", "umask": "027",
            "place": { "on": "node:web-1" },
            "timeout": "30s", "stop_grace": "5s",
            "retries": { "count": 2, "interval": "5s", "backoff": 1.5, "max_interval": "1m" },
            "overlap": "allow", "start_deadline": "2m", "misfire": "run_all",
            "output": { "head": "2MiB", "tail": "64KiB" },
            "note": "N\nM", "owner": "ann", "tags": ["x", "y"], "starred": true,
        })
    }

    #[test]
    fn every_field_of_a_definition_goes_into_the_form_and_out_of_it_again() {
        let job = Job::read(&full()).expect("a job");
        let body = job.to_body();
        let form = form_of(&body);
        assert_eq!(job_of(&form), Ok(job));
        assert_eq!(draft_of(&form), (body, Vec::new()));
        let argv = json!({
            "project": "ops", "name": "tick", "schedule": "@manual", "shell": { "argv": ["echo", "a b", ""] },
        });
        let job = Job::read(&argv).expect("a job");
        assert_eq!(job_of(&form_of(&job.to_body())), Ok(job));
    }

    #[test]
    fn fields_that_the_form_does_not_show_stay_as_they_are() {
        let mut draft = full();
        draft["place"]["later"] = json!("x");
        draft["shell"]["umask"] = json!("027");
        draft["tell"] = json!(["ann"]);
        let mut form = form_of(&draft);
        (form.place_on, form.note) = ("one".into(), "new".into());
        let (written, _) = draft_of(&form);
        assert_eq!(written["place"], json!({ "on": "one", "later": "x" }));
        assert_eq!(written["shell"]["umask"], "027");
        assert_eq!(
            (&written["tell"], &written["note"]),
            (&json!(["ann"]), &json!("new"))
        );
    }

    #[test]
    fn what_is_typed_wrong_is_refused_at_its_field_and_what_is_empty_is_absent() {
        let mut form = form_of(&full());
        form.retries_count = "many".into();
        form.retries_backoff = "-1".into();
        form.timeout = " ".into();
        form.env.push(EnvLine {
            name: "A".into(),
            value: "2".into(),
        });
        form.env.push(EnvLine {
            name: String::new(),
            value: String::new(),
        });
        let errors = job_of(&form).expect_err("refused");
        let paths: Vec<(&str, &str)> = errors
            .iter()
            .map(|error| (error.path.as_str(), error.code.as_str()))
            .collect();
        let expected = [
            ("env.A", "duplicate"),
            ("retries.count", "type"),
            ("retries.backoff", "backoff"),
        ];
        assert_eq!(paths, expected);
        assert_eq!(draft_of(&form).0.get("timeout"), None);
    }
}
