//! From a draft to a job: every rule about fields, all errors at once.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::draft::{JobDraft, OutputDraft, RetriesDraft, ShellDraft};
use super::error::{FieldError, quoted};
use super::quantity::{parse_duration, parse_size, write_duration, write_size};
use super::{About, Action, Command, Job, OutputKept, Place, PlaceOn, Retries, Shell};
use crate::id::{NodeId, ProjectName};
use crate::limits::{
    ARGUMENTS_MAX, BODY_BYTES_MAX, DURATION_MAX, ENV_VARIABLES_MAX, JITTER_MAX, JOB_NAME_CHARS_MAX,
    LABEL_CHARS_MAX, NOTE_CHARS_MAX, OUTPUT_KEPT_MAX, RETRIES_MAX, RETRY_BACKOFF_MAX,
    RETRY_INTERVAL_MAX, START_DEADLINE_DEFAULT, START_DEADLINE_MIN, STOP_GRACE_DEFAULT,
    STOP_GRACE_MAX, TAGS_MAX, TIMEOUT_MIN,
};
use crate::schedule::{Schedule, ScheduleError, Timetable, Zone};

impl JobDraft {
    /// Checks every field and makes the job, or says all that is wrong.
    ///
    /// Tags come out sorted, each once; texts are otherwise kept as written.
    pub fn validate(self) -> Result<Job, Vec<FieldError>> {
        let mut check = Check::default();
        check.size(&self);
        let project = check.project(&self.project);
        check.name(&self.name);
        let timetable = check.timetable(&self);
        let shell = check.shell(self.shell);
        check.env(&self.env);
        check.cwd(self.cwd.as_deref());
        let place = check.place(self.place.on.as_deref());
        let jitter = check.duration("jitter", self.jitter.as_deref(), Duration::ZERO, JITTER_MAX);
        let timeout = check.timeout(self.timeout.as_deref());
        let stop_grace = check.duration("stop_grace", self.stop_grace.as_deref(), Duration::ZERO, STOP_GRACE_MAX);
        let start_deadline = self.start_deadline.as_deref();
        let start_deadline = check.duration("start_deadline", start_deadline, START_DEADLINE_MIN, DURATION_MAX);
        let retries = check.retries(&self.retries);
        let output = check.output(&self.output);
        let about = check.about(self.note, self.owner, self.tags, self.starred);
        let (Some(project), Some(timetable), Some(shell), true) =
            (project, timetable, shell, check.errors.is_empty())
        else {
            return Err(check.errors);
        };
        Ok(Job {
            project,
            name: self.name,
            action: Action::Shell(shell),
            env: self.env,
            cwd: self.cwd,
            schedule: timetable.schedule,
            timezone: timetable.zone,
            start_at: timetable.start_at,
            end_at: timetable.end_at,
            jitter: jitter.unwrap_or_default(),
            dst: self.dst,
            paused: self.paused,
            place,
            timeout,
            stop_grace: stop_grace.unwrap_or(STOP_GRACE_DEFAULT),
            retries,
            overlap: self.overlap,
            start_deadline: start_deadline.unwrap_or(START_DEADLINE_DEFAULT),
            misfire: self.misfire,
            output,
            about,
        })
    }
}

/// Collects errors; where a field is wrong its default goes on.
#[derive(Default)]
struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    fn refuse(&mut self, path: &str, code: &str, rest: impl std::fmt::Display) {
        self.errors.push(FieldError::at(path, code, rest));
    }

    fn size(&mut self, draft: &JobDraft) {
        let bytes = serde_json::to_vec(draft).map_or(usize::MAX, |text| text.len());
        if bytes > BODY_BYTES_MAX {
            let sentence = format!(
                "the job takes {bytes} bytes, and {BODY_BYTES_MAX} are allowed: put the script into a file on the \
                 node and call that"
            );
            self.errors.push(FieldError::whole("", "too_large", sentence).with("max", BODY_BYTES_MAX));
        }
    }

    fn project(&mut self, text: &str) -> Option<ProjectName> {
        let project = ProjectName::new(text).ok();
        if project.is_none() {
            let rest = format_args!(
                "is {}, and projects have plain names: write lowercase letters, digits, '.', '_' and '-', 63 at most, \
                 a letter or digit first",
                quoted(text)
            );
            self.refuse("project", "project_name", rest);
        }
        project
    }

    fn name(&mut self, name: &str) {
        let count = name.chars().count();
        if name.is_empty() {
            self.refuse("name", "empty", "is empty, and people need it to find the job: write one");
        } else if count > JOB_NAME_CHARS_MAX {
            let rest = format_args!("has {count} characters, and {JOB_NAME_CHARS_MAX} are allowed: shorten it");
            self.refuse("name", "too_long", rest);
        } else if let Some(bad) = name.chars().find(|c| *c == '/' || is_control(*c)) {
            let rest = format_args!("contains {bad:?}, which names may not: use '-' or a blank instead");
            self.refuse("name", "name_character", rest);
        } else if name.trim() != name {
            self.refuse("name", "name_blank", "begins or ends with a blank, which nobody sees: remove it");
        }
    }

    /// `None` when an error was found.
    fn timetable(&mut self, draft: &JobDraft) -> Option<Timetable> {
        let schedule = Schedule::parse(&draft.schedule).map_err(|error| self.schedule("schedule", &error)).ok();
        let zone = draft.timezone.as_deref().map_or(Ok(Zone::default()), Zone::parse).map_err(|error| {
            let refused = FieldError::at("timezone", error.code(), format_args!("cannot be used: {error}"));
            self.errors.push(error.params().into_iter().fold(refused, |all, (name, value)| all.with(name, value)));
        });
        let start_at = self.instant("start_at", draft.start_at.as_deref());
        let end_at = self.instant("end_at", draft.end_at.as_deref());
        let timetable =
            Timetable { schedule: schedule?, zone: zone.ok()?, dst: draft.dst, start_at: start_at?, end_at: end_at? };
        let Err(error) = timetable.validate() else { return Some(timetable) };
        let path = if matches!(error, ScheduleError::WindowEmpty { .. }) { "end_at" } else { "schedule" };
        self.schedule(path, &error);
        None
    }

    fn schedule(&mut self, path: &str, error: &ScheduleError) {
        let refused = FieldError::at(path, error.code(), format_args!("cannot be used: {error}"));
        self.errors.push(error.params().into_iter().fold(refused, |all, (name, value)| all.with(name, value)));
    }

    /// The outer `None` stands for an error.
    fn instant(&mut self, path: &str, text: Option<&str>) -> Option<Option<Timestamp>> {
        let Some(text) = text else { return Some(None) };
        match text.trim().parse() {
            Ok(at) => Some(Some(at)),
            Err(_) => {
                let rest = format_args!(
                    "is {}, and an instant with its offset is expected: write it like \"2026-12-01T02:30:00+08:00\"",
                    quoted(text)
                );
                self.refuse(path, "instant", rest);
                None
            }
        }
    }

    fn shell(&mut self, shell: ShellDraft) -> Option<Shell> {
        if shell.stdin.as_deref().is_some_and(has_nul) {
            self.nul("shell.stdin");
        }
        let command = match (shell.script, shell.argv) {
            (Some(_), Some(_)) => {
                self.refuse("shell", "both", "has `script` and `argv`, and one program runs: remove one of them");
                None
            }
            (None, None) => {
                self.refuse("shell", "neither", "has no program: write `script = \"…\"` or `argv = [\"…\"]` into it");
                None
            }
            (Some(script), None) => self.script(script, shell.interpreter),
            (None, Some(argv)) => self.argv(argv, shell.interpreter.as_deref()),
        };
        Some(Shell { command: command?, stdin: shell.stdin })
    }

    fn script(&mut self, script: String, interpreter: Option<String>) -> Option<Command> {
        let before = self.errors.len();
        if script.trim().is_empty() {
            self.refuse("shell.script", "empty", "is empty, so there is nothing to run: write what the job does");
        } else if has_nul(&script) {
            self.nul("shell.script");
        }
        match interpreter.as_deref() {
            Some(text) if text.trim().is_empty() => {
                let rest = "is empty: remove it for the node's shell, or name a program such as \"/bin/bash\"";
                self.refuse("shell.interpreter", "empty", rest);
            }
            Some(text) if text.chars().any(is_control) => {
                let rest = "contains a control character: write one line, a program and its arguments";
                self.refuse("shell.interpreter", "control_character", rest);
            }
            _ => {}
        }
        (self.errors.len() == before).then_some(Command::Script { script, interpreter })
    }

    fn argv(&mut self, argv: Vec<String>, interpreter: Option<&str>) -> Option<Command> {
        let before = self.errors.len();
        if interpreter.is_some() {
            let rest = "is given with `argv`, which needs none: remove it, or make it the first item of `argv`";
            self.refuse("shell.interpreter", "both", rest);
        }
        if argv.first().is_none_or(|program| program.trim().is_empty()) {
            self.refuse("shell.argv", "empty", "names no program: make its first item the program's path");
        }
        if argv.len() > ARGUMENTS_MAX {
            let rest = format_args!("has {} items, and {ARGUMENTS_MAX} are allowed: use a script", argv.len());
            self.refuse("shell.argv", "too_many", rest);
        }
        if let Some(index) = argv.iter().position(|item| has_nul(item)) {
            self.nul(&format!("shell.argv[{index}]"));
        }
        (self.errors.len() == before).then_some(Command::Argv(argv))
    }

    fn nul(&mut self, path: &str) {
        self.refuse(path, "nul", "contains a NUL character, which no program can be given: remove it");
    }

    fn env(&mut self, env: &BTreeMap<String, String>) {
        if env.len() > ENV_VARIABLES_MAX {
            let rest = format_args!(
                "has {} variables, and {ENV_VARIABLES_MAX} are allowed: read them from a file in the script",
                env.len()
            );
            self.refuse("env", "too_many", rest);
        }
        for (name, value) in env {
            let path = format!("env.{name}");
            if !is_variable(name) {
                let sentence = format!(
                    "`env` has a variable named {}: write letters, digits and '_', no digit first",
                    quoted(name)
                );
                self.errors.push(FieldError::whole(&path, "variable_name", sentence).with("value", name));
            } else if name.starts_with("BELFRY_") {
                let rest = "is a name that Belfry keeps for itself: choose one that does not begin with BELFRY_";
                self.refuse(&path, "variable_reserved", rest);
            } else if has_nul(value) {
                self.nul(&path);
            }
        }
    }

    fn cwd(&mut self, cwd: Option<&str>) {
        let Some(cwd) = cwd else { return };
        if !cwd.starts_with('/') {
            let rest = format_args!(
                "is {}, and nodes have no common folder to start from: write the whole path, from `/` on",
                quoted(cwd)
            );
            self.refuse("cwd", "path", rest);
        } else if cwd.chars().any(is_control) {
            self.refuse("cwd", "control_character", "contains a control character: remove it");
        }
    }

    fn place(&mut self, on: Option<&str>) -> Place {
        let on = match on {
            None | Some("one") => PlaceOn::One,
            Some("all") => PlaceOn::All,
            Some(text) => self.place_on_node(text).map(PlaceOn::Node).unwrap_or_default(),
        };
        Place { on }
    }

    fn place_on_node(&mut self, text: &str) -> Option<NodeId> {
        let node = text.strip_prefix("node:").map(NodeId::new);
        let advice = match &node {
            Some(Ok(_)) => return node?.ok(),
            Some(Err(_)) => "which no node can be called: `belfryctl nodes list` shows the ids",
            None => "which is no place: write \"one\", \"all\" or \"node:<id>\"; `belfryctl nodes list` shows the ids",
        };
        self.refuse("place.on", "place", format_args!("is {}, {advice}", quoted(text)));
        None
    }

    /// `None` when it is absent or wrong.
    fn duration(&mut self, path: &str, text: Option<&str>, min: Duration, max: Duration) -> Option<Duration> {
        let text = text?;
        let Some(duration) = parse_duration(text) else {
            let rest = format_args!(
                "is {}, which is no duration: write a number with a unit, like \"30s\", \"1h30m\" or \"500ms\"",
                quoted(text)
            );
            self.refuse(path, "duration", rest);
            return None;
        };
        if (min..=max).contains(&duration) {
            return Some(duration);
        }
        let (why, bound) = if duration < min { ("short", min) } else { ("long", max) };
        let side = if duration < min { "or more" } else { "or less" };
        let rest = format!("is {}, which is too {why}: write {:?} {side}", quoted(text), write_duration(bound));
        self.errors.push(FieldError::at(path, &format!("too_{why}"), rest).with("bound", write_duration(bound)));
        None
    }

    fn timeout(&mut self, text: Option<&str>) -> Option<Duration> {
        if text.and_then(parse_duration).is_some_and(|duration| duration.is_zero()) {
            let rest = "is 0, so every run would be stopped at once: remove it for no limit, or write a time like \"30s\"";
            self.refuse("timeout", "timeout_zero", rest);
            return None;
        }
        self.duration("timeout", text, TIMEOUT_MIN, DURATION_MAX)
    }

    fn retries(&mut self, draft: &RetriesDraft) -> Retries {
        let usual = Retries::default();
        let (zero, max) = (Duration::ZERO, RETRY_INTERVAL_MAX);
        let interval = self.duration("retries.interval", draft.interval.as_deref(), zero, max);
        let longest = self.duration("retries.max_interval", draft.max_interval.as_deref(), zero, max);
        let count = draft.count.unwrap_or(usual.count);
        let backoff = draft.backoff.unwrap_or(usual.backoff);
        if count > RETRIES_MAX {
            let rest = format_args!("is {count}, and {RETRIES_MAX} are allowed: write less, or run the job more often");
            self.refuse("retries.count", "too_large", rest);
        }
        if !(1.0..=RETRY_BACKOFF_MAX).contains(&backoff) {
            let rest = format_args!(
                "is {backoff}, and each pause is that many times the one before: write 1 (all alike) to {RETRY_BACKOFF_MAX}"
            );
            self.refuse("retries.backoff", "backoff", rest);
        }
        let interval = interval.unwrap_or(usual.interval);
        if let Some(longest) = longest.filter(|longest| *longest < interval) {
            let rest = format_args!(
                "is {:?}, shorter than the first pause of {:?}: raise it, or lower `retries.interval`",
                write_duration(longest),
                write_duration(interval)
            );
            self.refuse("retries.max_interval", "below_interval", rest);
        }
        Retries { count, interval, backoff, max_interval: longest.unwrap_or(usual.max_interval) }
    }

    fn output(&mut self, draft: &OutputDraft) -> OutputKept {
        let usual = OutputKept::default();
        let mut bytes = |path: &str, text: Option<&str>, usual: u64| match text.map(parse_size) {
            None => usual,
            Some(Some(bytes)) => bytes,
            Some(None) => {
                let given = quoted(text.unwrap_or_default());
                let rest = format_args!("is {given}, which is no size: write a number with a unit, like \"1MiB\"");
                self.refuse(path, "size", rest);
                usual
            }
        };
        let head = bytes("output.head", draft.head.as_deref(), usual.head);
        let tail = bytes("output.tail", draft.tail.as_deref(), usual.tail);
        if head.saturating_add(tail) > OUTPUT_KEPT_MAX {
            let rest = format_args!(
                "would keep {} of every run, and {} are allowed for head and tail together: lower them",
                write_size(head.saturating_add(tail)),
                write_size(OUTPUT_KEPT_MAX)
            );
            self.refuse("output", "too_large", rest);
        }
        OutputKept { head, tail }
    }

    fn about(&mut self, note: String, owner: String, mut tags: Vec<String>, starred: bool) -> About {
        if note.chars().count() > NOTE_CHARS_MAX {
            let rest = format_args!(
                "has {} characters, and {NOTE_CHARS_MAX} are allowed: keep the point and link to the rest",
                note.chars().count()
            );
            self.refuse("note", "too_long", rest);
        }
        if has_nul(&note) {
            self.nul("note");
        }
        if !owner.is_empty() {
            self.label("owner", &owner);
        }
        for (index, tag) in tags.iter().enumerate() {
            self.label(&format!("tags[{index}]"), tag);
        }
        if tags.len() > TAGS_MAX {
            let rest = format_args!("has {} tags, and {TAGS_MAX} are allowed: keep those you search by", tags.len());
            self.refuse("tags", "too_many", rest);
        }
        tags.sort_unstable();
        tags.dedup();
        About { note, owner, tags, starred }
    }

    fn label(&mut self, path: &str, text: &str) {
        if text.trim() != text || text.is_empty() || text.chars().any(is_control) {
            let rest = format_args!(
                "is {}: write a word or a few, without blanks around them or control characters",
                quoted(text)
            );
            self.refuse(path, "label", rest);
        } else if text.chars().count() > LABEL_CHARS_MAX {
            let rest = format_args!(
                "has {} characters, and {LABEL_CHARS_MAX} are allowed: shorten it",
                text.chars().count()
            );
            self.refuse(path, "too_long", rest);
        }
    }
}

fn is_variable(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(plain)
}

/// Control characters, and those that turn the direction of what follows them on a screen.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn has_nul(text: &str) -> bool {
    text.contains('\0')
}
