//! The fields of a job as a table.

use super::shape::{Field, Fields, Shape, either, field, later, required};

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

const CALENDARS: &[Field] = &[
    field("exclude", Shape::Texts, "exclude = [\"china\"]"),
    field("only", Shape::Texts, "only = [\"trading-days\"]"),
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
    field(
        "calendars",
        Shape::Table(CALENDARS),
        "calendars = { exclude = [\"china\"] }",
    ),
    field("paused", Shape::Flag, "paused = true"),
    either(
        ("shell", "http"),
        Shape::Table(SHELL),
        "shell = { script = \"df -h\" }",
    ),
    field(
        "http",
        Shape::Table(HTTP),
        "http = { url = \"https://example.org/health\" }",
    ),
    field("env", Shape::Variables, "env = { LANG = \"C.UTF-8\" }"),
    field(
        "secrets",
        Shape::Variables,
        "secrets = { TOKEN = \"sealed\" }",
    ),
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

/// All of them.
pub(super) const FIELDS: Fields = Fields {
    noun: "job",
    known: JOB,
    elsewhere: ELSEWHERE,
};
