//! The fields of a job as a table: what each one holds, and which ones this version does not execute.
//!
//! One walk over a value finds every unknown, unsupported, missing and misshapen field at once,
//! which a deserializer cannot: it stops at the first.

use serde_json::{Map, Value};

use super::error::{FieldError, nearest, quoted};

/// What a field holds.
enum Shape {
    Text,
    Texts,
    Variables,
    Flag,
    Whole,
    Number,
    /// One of the words; those of the second list come with a later version.
    Choice(&'static [&'static str], &'static [&'static str]),
    Table(&'static [Field]),
    /// Tables of the same fields, by name.
    Tables(&'static [Field]),
    /// Not executed by this version; what to do instead.
    Later(&'static str),
}

/// A field, with an example of how it is written.
struct Field {
    name: &'static str,
    shape: Shape,
    example: &'static str,
    required: bool,
}

const fn field(name: &'static str, shape: Shape, example: &'static str) -> Field {
    Field {
        name,
        shape,
        example,
        required: false,
    }
}

const fn required(name: &'static str, shape: Shape, example: &'static str) -> Field {
    Field {
        name,
        shape,
        example,
        required: true,
    }
}

const fn later(name: &'static str, instead: &'static str) -> Field {
    Field {
        name,
        shape: Shape::Later(instead),
        example: "",
        required: false,
    }
}

const SHELL: &[Field] = &[
    field("script", Shape::Text, "script = \"df -h\""),
    field("argv", Shape::Texts, "argv = [\"df\", \"-h\"]"),
    field("interpreter", Shape::Text, "interpreter = \"/bin/bash\""),
    field("stdin", Shape::Text, "stdin = \"yes\""),
];

const HTTP: &[Field] = &[
    field(
        "method",
        Shape::Choice(
            &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            &[],
        ),
        "method = \"GET\"",
    ),
    required("url", Shape::Text, "url = \"https://example.org/health\""),
    field(
        "headers",
        Shape::Variables,
        "headers = { Accept = \"text/plain\" }",
    ),
    field("body", Shape::Text, "body = \"ping\""),
    field("expect", Shape::Text, "expect = \"200, 204\""),
    field("contains", Shape::Text, "contains = \"ok\""),
    field("redirects", Shape::Whole, "redirects = 5"),
    field("ca", Shape::Text, "ca = \"/etc/ssl/internal.pem\""),
    field("insecure", Shape::Flag, "insecure = true"),
];

const PARAMETER: &[Field] = &[
    field(
        "type",
        Shape::Choice(&["text", "number", "boolean", "choice"], &[]),
        "type = \"choice\"",
    ),
    field("choices", Shape::Texts, "choices = [\"eu\", \"us\"]"),
    field("default", Shape::Text, "default = \"eu\""),
    field("required", Shape::Flag, "required = true"),
    field("note", Shape::Text, "note = \"Where it runs.\""),
];

const PLACE: &[Field] = &[
    field("on", Shape::Text, "on = \"one\""),
    field("nodes", Shape::Text, "nodes = \"role=web\""),
    field(
        "balance",
        Shape::Choice(&["sticky", "rotate", "least_loaded", "ordered"], &[]),
        "balance = \"sticky\"",
    ),
    field("failover", Shape::Flag, "failover = true"),
];

const RETRIES: &[Field] = &[
    field("count", Shape::Whole, "count = 2"),
    field("interval", Shape::Text, "interval = \"5s\""),
    field("backoff", Shape::Number, "backoff = 2.0"),
    field("max_interval", Shape::Text, "max_interval = \"5m\""),
];

const OUTPUT: &[Field] = &[
    field("head", Shape::Text, "head = \"1MiB\""),
    field("tail", Shape::Text, "tail = \"1MiB\""),
];

const JOB: &[Field] = &[
    required("project", Shape::Text, "project = \"ops\""),
    required("name", Shape::Text, "name = \"disk-usage\""),
    required("schedule", Shape::Text, "schedule = \"*/5 * * * *\""),
    field("timezone", Shape::Text, "timezone = \"Asia/Shanghai\""),
    field(
        "start_at",
        Shape::Text,
        "start_at = \"2026-12-01T00:00:00+08:00\"",
    ),
    field(
        "end_at",
        Shape::Text,
        "end_at = \"2026-12-01T00:00:00+08:00\"",
    ),
    field("jitter", Shape::Text, "jitter = \"30s\""),
    field(
        "dst",
        Shape::Choice(&["vixie", "skip", "run_both"], &[]),
        "dst = \"vixie\"",
    ),
    field("paused", Shape::Flag, "paused = true"),
    required(
        "shell",
        Shape::Table(SHELL),
        "shell = { script = \"df -h\" }",
    ),
    field(
        "http",
        Shape::Table(HTTP),
        "http = { url = \"https://example.org/health\" }",
    ),
    field("env", Shape::Variables, "env = { LANG = \"C.UTF-8\" }"),
    field("cwd", Shape::Text, "cwd = \"/srv/app\""),
    field("run_as", Shape::Text, "run_as = \"www-data\""),
    field("umask", Shape::Text, "umask = \"027\""),
    field(
        "parameters",
        Shape::Tables(PARAMETER),
        "parameters = { region = { default = \"eu\" } }",
    ),
    field("place", Shape::Table(PLACE), "place = { on = \"one\" }"),
    field("timeout", Shape::Text, "timeout = \"30s\""),
    field("stop_grace", Shape::Text, "stop_grace = \"10s\""),
    field(
        "retries",
        Shape::Table(RETRIES),
        "retries = { count = 2, interval = \"5s\" }",
    ),
    field(
        "overlap",
        Shape::Choice(&["skip", "queue_one", "allow", "replace"], &[]),
        "overlap = \"skip\"",
    ),
    field("start_deadline", Shape::Text, "start_deadline = \"60s\""),
    field(
        "misfire",
        Shape::Choice(&["skip", "run_latest", "run_all"], &[]),
        "misfire = \"skip\"",
    ),
    field(
        "delivery",
        Shape::Choice(&["at_most_once", "at_least_once"], &[]),
        "delivery = \"at_most_once\"",
    ),
    field(
        "output",
        Shape::Table(OUTPUT),
        "output = { head = \"1MiB\", tail = \"1MiB\" }",
    ),
    field("note", Shape::Text, "note = \"How full the disks are.\""),
    field("owner", Shape::Text, "owner = \"ops team\""),
    field("tags", Shape::Texts, "tags = [\"capacity\"]"),
    field("starred", Shape::Flag, "starred = true"),
    later("setup", "the script can prepare its node at its beginning"),
    later(
        "secrets",
        "the script can read a file that only the agent's user may read",
    ),
    later("calendars", "the schedule can name days and weekdays"),
    later("memory", "the script can begin with `ulimit -v <KiB>`"),
    later("cpu", "the script can begin with `renice 10 $$`"),
    later("processes", "the script can begin with `ulimit -u <count>`"),
    later("tell", "the list of runs shows what failed"),
];

/// Words that other schedulers use, and what is written here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("command", "shell = { script = \"…\" }"),
    ("cmd", "shell = { script = \"…\" }"),
    ("exec", "shell = { script = \"…\" }"),
    ("run", "shell = { script = \"…\" }"),
    ("script", "shell = { script = \"…\" }"),
    ("argv", "shell = { argv = [\"…\"] }"),
    ("cron", "schedule = \"*/5 * * * *\""),
    ("every", "schedule = \"@every 90s\""),
    ("at", "schedule = \"@at 2026-12-01T02:30:00+08:00\""),
    ("tz", "timezone = \"Asia/Shanghai\""),
    ("zone", "timezone = \"Asia/Shanghai\""),
    ("enabled", "paused = true"),
    ("disabled", "paused = true"),
    ("environment", "env = { NAME = \"value\" }"),
    ("description", "note = \"…\""),
    ("user", "run_as = \"www-data\""),
    ("on", "place = { on = \"one\" }"),
    ("node", "place = { on = \"node:<id>\" }"),
    ("concurrency", "overlap = \"skip\""),
];

/// Every unknown, unsupported, missing or misshapen field of a job; empty when a draft can be made of it.
pub(super) fn check_fields(job: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match job {
        Value::Object(fields) => {
            check_table("", fields, JOB, &mut errors);
            let calls = fields.contains_key("http");
            errors.retain(|error| !(calls && error.path == "shell" && error.code == "missing"));
        }
        other => errors.push(FieldError::whole(
            "",
            "type",
            format!(
                "the job is {}: write it as a table of fields such as `name = \"disk-usage\"`",
                kind_of(other)
            ),
        )),
    }
    errors
}

fn check_table(
    at: &str,
    fields: &Map<String, Value>,
    known: &[Field],
    errors: &mut Vec<FieldError>,
) {
    for (name, value) in fields {
        let path = join(at, name);
        match known.iter().find(|field| field.name == name) {
            Some(field) => check_value(&path, value, field, errors),
            None => errors.push(unknown(&path, at, name, known)),
        }
    }
    for field in known
        .iter()
        .filter(|field| field.required && !fields.contains_key(field.name))
    {
        let path = join(at, field.name);
        errors.push(FieldError::at(
            &path,
            "missing",
            format_args!(
                "is missing, and every job needs it: write it like `{}`",
                field.example
            ),
        ));
    }
}

fn check_value(path: &str, value: &Value, field: &Field, errors: &mut Vec<FieldError>) {
    let expected = match (&field.shape, value) {
        (Shape::Later(instead), _) => return errors.push(not_yet(path, instead)),
        (Shape::Table(known), Value::Object(fields)) => {
            return check_table(path, fields, known, errors);
        }
        (Shape::Tables(known), Value::Object(items)) => {
            return check_tables(path, items, (known, field.example), errors);
        }
        (Shape::Choice(now, later), Value::String(word)) => {
            return errors.extend(check_choice(path, word, now, later));
        }
        (Shape::Texts, Value::Array(items)) => return check_texts(path, items, errors),
        (Shape::Variables, Value::Object(items)) => return check_variables(path, items, errors),
        (Shape::Whole, Value::Number(number))
            if number.as_u64().is_some_and(|n| n <= u64::from(u32::MAX)) =>
        {
            return;
        }
        (Shape::Text, Value::String(_))
        | (Shape::Flag, Value::Bool(_))
        | (Shape::Number, Value::Number(_)) => return,
        (Shape::Text | Shape::Choice(..), _) => "a text in quotes is expected",
        (Shape::Texts, _) => "a list of texts is expected",
        (Shape::Table(_) | Shape::Tables(_) | Shape::Variables, _) => "a table is expected",
        (Shape::Flag, _) => "`true` or `false` is expected",
        (Shape::Whole, _) => "a whole number from 0 on is expected",
        (Shape::Number, _) => "a number is expected",
    };
    let rest = format!(
        "is {}, and {expected}: write it like `{}`",
        kind_of(value),
        field.example
    );
    errors.push(FieldError::at(path, "type", rest).with("example", field.example));
}

fn check_choice(path: &str, word: &str, now: &[&str], later: &[&str]) -> Option<FieldError> {
    let choices = alternatives(now);
    if now.contains(&word) {
        return None;
    }
    if later.contains(&word) {
        let sentence = format!("`{path} = {word:?}` is not supported yet: write {choices}");
        return Some(FieldError::whole(path, "not_supported", sentence).with("value", word));
    }
    let rest = match nearest(word, now.iter().copied()) {
        Some(meant) => format!(
            "is {}, which it cannot be: did you mean {meant:?}?",
            quoted(word)
        ),
        None => format!("is {}, which it cannot be: write {choices}", quoted(word)),
    };
    Some(
        FieldError::at(path, "choice", rest)
            .with("value", word)
            .with("choices", choices),
    )
}

fn check_texts(path: &str, items: &[Value], errors: &mut Vec<FieldError>) {
    for (index, item) in items
        .iter()
        .enumerate()
        .filter(|(_, item)| !item.is_string())
    {
        let rest = format_args!(
            "is {}, and a text is expected: put it in quotes",
            kind_of(item)
        );
        errors.push(FieldError::at(&format!("{path}[{index}]"), "type", rest));
    }
}

fn check_tables(
    path: &str,
    items: &Map<String, Value>,
    (known, example): (&[Field], &str),
    errors: &mut Vec<FieldError>,
) {
    for (name, item) in items {
        let path = join(path, name);
        let Value::Object(fields) = item else {
            let rest = format!(
                "is {}, and a table is expected: write it like `{example}`",
                kind_of(item)
            );
            errors.push(FieldError::at(&path, "type", rest).with("example", example));
            continue;
        };
        check_table(&path, fields, known, errors);
    }
}

fn check_variables(path: &str, items: &Map<String, Value>, errors: &mut Vec<FieldError>) {
    for (name, item) in items.iter().filter(|(_, item)| !item.is_string()) {
        let rest = format_args!(
            "is {}, and a variable holds a text: put it in quotes",
            kind_of(item)
        );
        errors.push(FieldError::at(&join(path, name), "type", rest));
    }
}

fn not_yet(path: &str, instead: &str) -> FieldError {
    let rest = format_args!("is not supported yet: remove it; {instead}");
    FieldError::at(path, "not_supported", rest)
}

fn unknown(path: &str, at: &str, name: &str, known: &[Field]) -> FieldError {
    let of = if at.is_empty() {
        "a job".to_owned()
    } else {
        format!("`{at}`")
    };
    let elsewhere = ELSEWHERE
        .iter()
        .find(|(word, _)| at.is_empty() && *word == name);
    let supported = known
        .iter()
        .filter(|field| !matches!(field.shape, Shape::Later(_)));
    let meant = nearest(name, supported.map(|field| field.name));
    let shown = if name.len() <= 60 {
        format!("`{path}`")
    } else {
        quoted(name)
    };
    let advice = match (elsewhere, meant) {
        (Some((_, instead)), _) => format!("write `{instead}`"),
        (None, Some(meant)) => format!("did you mean `{}`?", join(at, meant)),
        (None, None) => "remove it; `belfryctl schema` lists the fields".to_owned(),
    };
    let error = FieldError::whole(
        path,
        "unknown_field",
        format!("{shown} is not a field of {of}: {advice}"),
    );
    match meant {
        Some(meant) => error.with("suggestion", join(at, meant)),
        None => error,
    }
}

/// Words as a choice: `"a"`, `"a" or "b"`, `"a", "b" or "c"`.
fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty or not a number",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.as_f64().is_some_and(|n| n < 0.0) => "a negative number",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}
