//! A job as people write it, in files, in the editor and in the stores: texts, not yet checked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::FieldError;
use super::fields::FIELDS;
use super::quantity::{write_duration, write_size};
use super::{
    Action, Balance, Command, Delivery, Http, Job, Method, Misfire, OutputKept, Overlap, Parameter,
    ParameterKind, Place, PlaceOn, Retries, Shell, StatusSet,
};
use crate::limits::{HTTP_REDIRECTS_DEFAULT, START_DEADLINE_DEFAULT, STOP_GRACE_DEFAULT};
use crate::schedule::{DstPolicy, Zone};
use crate::secret::SealedSecrets;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

macro_rules! drafts {
    ($($(#[$doc:meta])* struct $name:ident { $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
    )*};
}

drafts! {
    /// A job as it is written. Absent fields have their defaults.
    ///
    /// Durations are texts such as `30s`, `1h30m`, `500ms`; sizes such as `1MiB`; instants RFC 3339 with offset.
    struct JobDraft {
        /// The line of business that it belongs to: lowercase letters, digits, `.`, `_`, `-`.
        pub project: String,
        /// Unique in its project; 1 to 128 characters, no `/`.
        pub name: String,
        /// Five, six or seven cron fields, `@daily` and its like, `@every 90s`, `@at …` or `@manual`.
        pub schedule: String,
        /// The schedule's IANA zone; UTC when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub timezone: Option<String>,
        /// No occurrence before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub start_at: Option<String>,
        /// No occurrence from it on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_at: Option<String>,
        /// Upper bound of the job's fixed offset behind its schedule; less than a day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub jitter: Option<String>,
        /// What happens where the zone's clock jumps.
        #[serde(default, skip_serializing_if = "is_default")]
        pub dst: DstPolicy,
        /// Days that it leaves out, or on which alone it runs.
        #[serde(default, skip_serializing_if = "is_default")]
        pub calendars: CalendarsDraft,
        /// Whether its schedule rests.
        #[serde(default, skip_serializing_if = "is_default")]
        pub paused: bool,
        /// The program; either this or `http`.
        #[serde(default, skip_serializing_if = "is_default")]
        pub shell: ShellDraft,
        /// An address that the node's agent calls, in place of a program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub http: Option<HttpDraft>,
        /// Variables of the program, besides Belfry's own.
        #[serde(default, skip_serializing_if = "is_default")]
        pub env: BTreeMap<String, String>,
        /// Variables that nobody may read: `sealed` each, set by `belfryctl secrets set`.
        #[serde(default, skip_serializing_if = "is_default")]
        pub secrets: BTreeMap<String, String>,
        /// The program's folder, from `/` on; the agent's data folder when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cwd: Option<String>,
        /// The user that the program runs as; the node's own file must allow it. The agent's own user when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub run_as: Option<String>,
        /// Permissions that the program's new files do not get, in octal, such as `027`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub umask: Option<String>,
        /// What whoever asks for a run may give, by name; the program finds it in `BELFRY_PARAM_<NAME>`.
        #[serde(default, skip_serializing_if = "is_default")]
        pub parameters: BTreeMap<String, ParameterDraft>,
        /// Where it runs.
        #[serde(default, skip_serializing_if = "is_default")]
        pub place: PlaceDraft,
        /// Stopped after this time; no limit when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub timeout: Option<String>,
        /// Between TERM and KILL; 10 seconds when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub stop_grace: Option<String>,
        /// Further attempts after a failure.
        #[serde(default, skip_serializing_if = "is_default")]
        pub retries: RetriesDraft,
        /// What happens when the run before is still going.
        #[serde(default, skip_serializing_if = "is_default")]
        pub overlap: Overlap,
        /// Later than this an occurrence is not simply started; 60 seconds when absent, 5 at least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub start_deadline: Option<String>,
        /// What happens to occurrences that are later than that.
        #[serde(default, skip_serializing_if = "is_default")]
        pub misfire: Misfire,
        /// What happens when the node of a run is gone.
        #[serde(default, skip_serializing_if = "is_default")]
        pub delivery: Delivery,
        /// How much of the output is kept.
        #[serde(default, skip_serializing_if = "is_default")]
        pub output: OutputDraft,
        /// Free text for people.
        #[serde(default, skip_serializing_if = "is_default")]
        pub note: String,
        /// Who answers for it.
        #[serde(default, skip_serializing_if = "is_default")]
        pub owner: String,
        /// Words to find and group it by.
        #[serde(default, skip_serializing_if = "is_default")]
        pub tags: Vec<String>,
        /// Shown first.
        #[serde(default, skip_serializing_if = "is_default")]
        pub starred: bool,
    }

    /// A call of an address.
    struct HttpDraft {
        /// How; GET when absent.
        #[serde(default, skip_serializing_if = "is_default")]
        pub method: Method,
        /// Where: `http://…` or `https://…`.
        pub url: String,
        /// Sent besides Belfry's own.
        #[serde(default, skip_serializing_if = "is_default")]
        pub headers: BTreeMap<String, String>,
        /// Sent as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub body: Option<String>,
        /// The status codes that count as success, such as `200, 204`; `2xx` when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expect: Option<String>,
        /// What the answer must contain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub contains: Option<String>,
        /// How often the call goes on to where the answer points; 5 times when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub redirects: Option<u32>,
        /// A file of certificates on the node, trusted besides the system's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ca: Option<String>,
        /// Whether nobody asks who answers.
        #[serde(default, skip_serializing_if = "is_default")]
        pub insecure: bool,
    }

    /// A value that a request may give.
    struct ParameterDraft {
        /// What it holds; a text when absent.
        #[serde(default, rename = "type", skip_serializing_if = "is_default")]
        pub kind: ParameterKind,
        /// What a choice chooses from.
        #[serde(default, skip_serializing_if = "is_default")]
        pub choices: Vec<String>,
        /// Taken where nothing is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub default: Option<String>,
        /// Whether a request without it is refused; only of a job without a schedule.
        #[serde(default, skip_serializing_if = "is_default")]
        pub required: bool,
        /// For people.
        #[serde(default, skip_serializing_if = "is_default")]
        pub note: String,
    }

    /// The program: either `script` or `argv`.
    struct ShellDraft {
        /// A script's text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub script: Option<String>,
        /// A program and its arguments, without a shell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub argv: Option<Vec<String>>,
        /// The program that reads the script, with arguments; the node's shell when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub interpreter: Option<String>,
        /// What the program reads; nothing when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub stdin: Option<String>,
    }

    /// Calendars by their names. An instant on a day that they leave out is skipped.
    struct CalendarsDraft {
        /// It does not run on a day of any of these.
        #[serde(default, skip_serializing_if = "is_default")]
        pub exclude: Vec<String>,
        /// It runs only on days of any of these.
        #[serde(default, skip_serializing_if = "is_default")]
        pub only: Vec<String>,
    }

    /// Where a job runs.
    struct PlaceDraft {
        /// `one` (of all nodes), `all`, or `node:<id>`; `one` when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(regex(pattern = r"^(one|all|node:[a-z0-9][a-z0-9._-]{0,62})$"))]
        pub on: Option<String>,
        /// Conditions on the nodes' labels, as `role=web, zone in (a,b), !gpu`, or nodes by their ids, as
        /// `node:web-1, node:web-2`; every node that serves the project when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub nodes: Option<String>,
        /// Which of them takes an occurrence, where one does.
        #[serde(default, skip_serializing_if = "is_default")]
        pub balance: Balance,
        /// Whether the next one takes over while the first is gone; yes when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub failover: Option<bool>,
    }

    /// Further attempts after a failure, on the same node.
    struct RetriesDraft {
        /// How many after the first; none when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub count: Option<u32>,
        /// Pause before the second attempt; 1 second when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub interval: Option<String>,
        /// Factor from pause to pause, 1 to 10; 1 when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub backoff: Option<f64>,
        /// Upper bound of a pause; 5 minutes when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub max_interval: Option<String>,
    }

    /// How much of a program's output is kept, 16 MiB in all.
    struct OutputDraft {
        /// From its beginning; 1 MiB when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub head: Option<String>,
        /// From its end; 1 MiB when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tail: Option<String>,
    }
}

impl JobDraft {
    /// Reads a draft from a file's or a form's value, with every misshapen field at once.
    ///
    /// Deserializing does the same for values that are known to be good, and stops at the first error.
    pub fn read(value: &Value) -> Result<Self, Vec<FieldError>> {
        FIELDS.draft(value)
    }
}

impl Job {
    /// Reads and checks a file's or a form's value: every error of shape and of meaning at once.
    pub fn read(value: &Value) -> Result<Self, Vec<FieldError>> {
        let mut errors = match JobDraft::read(value) {
            Ok(draft) => return draft.validate(),
            Err(errors) => errors,
        };
        // The rest is checked as if what is misshapen or missing were not the matter.
        let filled = without(value, &errors);
        if let Some(Err(more)) = JobDraft::read(&filled).ok().map(JobDraft::validate) {
            errors.extend(more);
        }
        Err(errors)
    }
}

/// The value without the fields that are refused, and with something good where a needed one is missing.
fn without(value: &Value, errors: &[FieldError]) -> Value {
    let mut filled =
        json!({ "project": "x", "name": "x", "schedule": "@manual", "shell": { "script": "x" } });
    let (Value::Object(all), Some(given)) = (&mut filled, value.as_object()) else {
        return filled;
    };
    for (name, value) in given {
        let refused: Vec<&str> = errors.iter().map(|error| error.path.as_str()).collect();
        let is_in = |path: &str| path == name || path.starts_with(&format!("{name}["));
        let inside = |path: &&str| {
            path.strip_prefix(name.as_str())
                .is_some_and(|rest| rest.starts_with('.'))
        };
        if refused.iter().any(|path| is_in(path)) {
            continue;
        }
        let mut value = value.clone();
        for path in refused.iter().filter(|path| inside(path)) {
            let field = path[name.len() + 1..].split('[').next().unwrap_or_default();
            value
                .as_object_mut()
                .and_then(|fields| fields.remove(field));
        }
        all.insert(name.clone(), value);
    }
    // A program whose text was refused is not reported as absent too.
    if errors.iter().any(|error| error.path.starts_with("shell")) {
        all.insert("shell".to_owned(), json!({ "script": "x" }));
    } else if given.contains_key("http") && !given.contains_key("shell") {
        all.remove("shell");
    }
    if errors.iter().any(|error| error.path.starts_with("http")) && given.contains_key("http") {
        all.remove("http");
        all.insert("shell".to_owned(), json!({ "script": "x" }));
    }
    filled
}

impl From<&Job> for JobDraft {
    /// Writes only what differs from the defaults.
    fn from(job: &Job) -> Self {
        let (shell, http) = match &job.action {
            Action::Shell(shell) => (shell.into(), None),
            Action::Http(http) => (ShellDraft::default(), Some(http.into())),
        };
        Self {
            project: job.project.to_string(),
            name: job.name.clone(),
            schedule: job.schedule.text().to_owned(),
            timezone: (job.timezone != Zone::default()).then(|| job.timezone.name().to_owned()),
            start_at: job.start_at.map(|at| at.to_string()),
            end_at: job.end_at.map(|at| at.to_string()),
            jitter: (!job.jitter.is_zero()).then(|| write_duration(job.jitter)),
            dst: job.dst,
            calendars: CalendarsDraft {
                exclude: job.calendars.exclude.clone(),
                only: job.calendars.only.clone(),
            },
            paused: job.paused,
            shell,
            http,
            env: job.env.clone(),
            secrets: texts_of(&job.secrets),
            cwd: job.cwd.clone(),
            run_as: job.run_as.clone(),
            umask: job.umask.map(|umask| umask.to_string()),
            parameters: job
                .parameters
                .iter()
                .map(|(name, parameter)| (name.clone(), parameter.into()))
                .collect(),
            place: (&job.place).into(),
            timeout: job.timeout.map(write_duration),
            stop_grace: (job.stop_grace != STOP_GRACE_DEFAULT)
                .then(|| write_duration(job.stop_grace)),
            retries: (&job.retries).into(),
            overlap: job.overlap,
            start_deadline: (job.start_deadline != START_DEADLINE_DEFAULT)
                .then(|| write_duration(job.start_deadline)),
            misfire: job.misfire,
            delivery: job.delivery,
            output: (&job.output).into(),
            note: job.about.note.clone(),
            owner: job.about.owner.clone(),
            tags: job.about.tags.clone(),
            starred: job.about.starred,
        }
    }
}

fn texts_of(secrets: &SealedSecrets) -> BTreeMap<String, String> {
    let texts = secrets.iter();
    texts
        .map(|(name, sealed)| (name.clone(), sealed.to_string()))
        .collect()
}

impl From<&Shell> for ShellDraft {
    fn from(shell: &Shell) -> Self {
        let stdin = shell.stdin.clone();
        match &shell.command {
            Command::Script {
                script,
                interpreter,
            } => Self {
                script: Some(script.clone()),
                argv: None,
                interpreter: interpreter.clone(),
                stdin,
            },
            Command::Argv(argv) => Self {
                argv: Some(argv.clone()),
                stdin,
                ..Self::default()
            },
        }
    }
}

impl From<&Http> for HttpDraft {
    fn from(http: &Http) -> Self {
        Self {
            method: http.method,
            url: http.url.to_string(),
            headers: http.headers.clone(),
            body: http.body.clone(),
            expect: (http.expect != StatusSet::default()).then(|| http.expect.to_string()),
            contains: http.contains.clone(),
            redirects: (http.redirects != HTTP_REDIRECTS_DEFAULT).then_some(http.redirects),
            ca: http.ca.clone(),
            insecure: http.insecure,
        }
    }
}

impl From<&Parameter> for ParameterDraft {
    fn from(parameter: &Parameter) -> Self {
        Self {
            kind: parameter.kind,
            choices: parameter.choices.clone(),
            default: parameter.default.clone(),
            required: parameter.required,
            note: parameter.note.clone(),
        }
    }
}

impl From<&Place> for PlaceDraft {
    fn from(place: &Place) -> Self {
        Self {
            on: (place.on != PlaceOn::One).then(|| place.on.to_string()),
            nodes: place.nodes.as_ref().map(ToString::to_string),
            balance: place.balance,
            failover: (!place.failover).then_some(false),
        }
    }
}

impl From<&Retries> for RetriesDraft {
    fn from(retries: &Retries) -> Self {
        let usual = Retries::default();
        let pause = |is: std::time::Duration, usual| (is != usual).then(|| write_duration(is));
        Self {
            count: (retries.count != usual.count).then_some(retries.count),
            interval: pause(retries.interval, usual.interval),
            backoff: (retries.backoff != usual.backoff).then_some(retries.backoff),
            max_interval: pause(retries.max_interval, usual.max_interval),
        }
    }
}

impl From<&OutputKept> for OutputDraft {
    fn from(output: &OutputKept) -> Self {
        let usual = OutputKept::default();
        Self {
            head: (output.head != usual.head).then(|| write_size(output.head)),
            tail: (output.tail != usual.tail).then(|| write_size(output.tail)),
        }
    }
}
