//! From a durable intent to a supervisor that runs.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;

use belfry_agent::attempt::folder::{AttemptFolder, FileError, Input};
use belfry_agent::attempt::secrets::{Secrets, hand_over};
use belfry_agent::attempt::spec::{OutputLimits, Program, SPEC_VERSION, Spec, StartBy};
use belfry_core::dispatch::{Event, Evidence, Intent};
use belfry_core::job::{Action, Command, Shell, Umask, parameter_variable, values_of};
use belfry_core::run::{Reason, RunState};
use tracing::{debug, warn};

use crate::host::{AttemptKey, Host};
use crate::identity::{self, Identity};
use crate::{ending, http_job, recover, secrets};

/// Makes the attempt's folder and spawns its supervisor, or begins its call. Its fate is told to the engine.
pub fn launch(host: &Arc<Host>, intent: &Intent, previous: Option<RunState>) {
    let key = (intent.value.run_id, intent.value.attempt);
    let refused = match &intent.job.action {
        Action::Shell(shell) => match identity::of_job(host, intent.job.run_as.as_deref()) {
            Ok(user) => run(host, intent, shell, spec(host, intent, &user, previous)),
            Err(error) => Err(Refused::Early(Reason::RunAs, error.to_string())),
        },
        Action::Http(http) => {
            let spec = spec(host, intent, &Identity::default(), previous);
            http_job::launch(host, intent, (http, spec)).map_err(Refused::Folder)
        }
    };
    let refused = match refused {
        Ok(()) => return,
        Err(Refused::Early(reason, why)) => ending::not_started(reason, why),
        Err(Refused::Folder(error)) if error.is_already_there() => return meet(host, key),
        Err(Refused::Folder(error)) => {
            let reason = match error.is_disk_full() {
                true => Reason::AgentDiskFull,
                false => Reason::CouldNotStart,
            };
            ending::not_started(reason, sentence(&error))
        }
    };
    let (run, attempt) = key;
    warn!(run.id = %run, "could not start run {run}: {}", refused.detail.as_deref().unwrap_or_default());
    host.tell_blocking(Event::Exited(run, attempt, refused));
}

/// Why nothing was begun.
enum Refused {
    Early(Reason, String),
    Folder(FileError),
}

fn run(host: &Arc<Host>, intent: &Intent, shell: &Shell, spec: Spec) -> Result<(), Refused> {
    let key = (intent.value.run_id, intent.value.attempt);
    let script = match &shell.command {
        Command::Script { script, .. } => Some(script.as_str()),
        Command::Argv(_) => None,
    };
    let input = Input {
        script,
        stdin: shell.stdin.as_ref().map(String::as_bytes),
    };
    let secrets = secrets::of_run(host, intent);
    let secrets = secrets.map_err(|error| Refused::Early(Reason::Decrypt, error.to_string()))?;
    let folder = AttemptFolder::create(&host.runs, &spec, input).map_err(Refused::Folder)?;
    spawn(host, &folder, key, &secrets).map_err(|error| {
        let why = format!("the supervisor could not be spawned: {error}");
        Refused::Early(Reason::CouldNotStart, why)
    })?;
    let (run, attempt) = key;
    debug!(run.id = %run, "spawned the supervisor of run {run}, attempt {attempt}");
    Ok(())
}

fn spawn(
    host: &Host,
    folder: &AttemptFolder,
    key: AttemptKey,
    secrets: &Secrets,
) -> std::io::Result<()> {
    let mut command = folder.supervisor(&host.supervisor);
    if !secrets.is_empty() {
        command.stdin(hand_over(secrets)?);
    }
    command.stdout(Stdio::from(host.signs.try_clone()?));
    host.children.spawn(&mut command, key)
}

/// Somebody made this folder before: whoever has its gate has decided.
fn meet(host: &Arc<Host>, key: AttemptKey) {
    let (run, attempt) = key;
    let found = recover::look(host, key);
    host.tell_blocking(match found.evidence {
        Evidence::NeverStarted => Event::GateTaken(run, attempt),
        Evidence::Exited(exit) => Event::Exited(run, attempt, exit),
        Evidence::Gone { .. } | Evidence::Interrupted(_) => Event::SupervisorGone(run, attempt),
        Evidence::Alive(_) if host.calls.is_going(key) => return,
        Evidence::Alive(at) => {
            let host_of_it = host.clone();
            host.runtime.spawn_blocking(move || {
                recover::follow(&host_of_it, vec![(key, found.supervisor)])
            });
            match at {
                Some(at) => Event::Started(run, attempt, at),
                None => return,
            }
        }
    });
}

fn spec(host: &Host, intent: &Intent, user: &Identity, previous: Option<RunState>) -> Spec {
    let (job, value) = (&intent.job, &intent.value);
    let ms =
        |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Spec {
        v: SPEC_VERSION,
        run_id: value.run_id.to_string(),
        attempt: value.attempt,
        program: program(host, intent),
        env: environment(host, intent, user, previous),
        secrets: job.secrets.keys().cloned().collect(),
        cwd: Some(job.cwd.clone().unwrap_or_else(|| home(host, user))),
        user: user.ids.clone(),
        umask: job.umask.map(Umask::bits),
        timeout_ms: job.timeout.map(ms),
        stop_grace_ms: ms(job.stop_grace),
        start_by: StartBy {
            wall_ms: value.start_by.as_millisecond(),
            boot_ms: ms(intent.start_by_boot),
            boot_id: host.boot_id.clone(),
        },
        output: OutputLimits {
            head_bytes: job.output.head,
            tail_bytes: job.output.tail,
        },
        cgroup_parent: host.cgroup_parent.clone(),
    }
}

fn program(host: &Host, intent: &Intent) -> Program {
    let Some(shell) = intent.job.action.shell() else {
        return Program::Call;
    };
    match &shell.command {
        Command::Argv(words) => Program::Argv(words.clone()),
        Command::Script {
            script,
            interpreter,
        } => {
            let own = interpreter.as_ref();
            let chosen = own.or(host.shell.as_ref().filter(|_| !script.starts_with("#!")));
            let words = chosen.map(|text| text.split_whitespace().map(str::to_owned).collect());
            Program::Script {
                interpreter: words.unwrap_or_default(),
            }
        }
    }
}

fn environment(
    host: &Host,
    intent: &Intent,
    user: &Identity,
    previous: Option<RunState>,
) -> BTreeMap<String, String> {
    let value = &intent.value;
    let mut environment = host.environment.clone();
    environment.extend(user.variables.clone());
    environment.extend(intent.job.env.clone());
    let own = [
        ("BELFRY_RUN_ID", value.run_id.to_string()),
        ("BELFRY_ATTEMPT", value.attempt.to_string()),
        ("BELFRY_FENCE", intent.revision.to_string()),
        ("BELFRY_JOB", value.name.clone()),
        ("BELFRY_PROJECT", intent.key.project.to_string()),
        ("BELFRY_NODE", host.node.to_string()),
        ("BELFRY_SCHEDULED_AT", value.scheduled_at.to_string()),
    ];
    environment.extend(own.map(|(name, value)| (name.to_owned(), value)));
    // They were looked through when the run was decided; a definition of then is run with values of then.
    let given = values_of(&intent.job.parameters, &value.parameters).unwrap_or_default();
    let given = given.into_iter();
    environment.extend(given.map(|(name, value)| (parameter_variable(&name), value)));
    environment.extend(previous.map(|state| {
        let name = "BELFRY_PREVIOUS_OUTCOME".to_owned();
        (name, state.as_str().to_owned())
    }));
    environment
}

/// Where a program begins whose job names no folder: at home, if there is one.
fn home(host: &Host, user: &Identity) -> String {
    let home = user.variables.get("HOME");
    let home = home.or_else(|| host.environment.get("HOME"));
    let home = home.filter(|home| std::path::Path::new(home).is_dir());
    let elsewhere = || match user.ids {
        // The data folder is the agent's alone.
        Some(_) => "/".to_owned(),
        None => host.data.display().to_string(),
    };
    home.cloned().unwrap_or_else(elsewhere)
}

fn sentence(error: &FileError) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}
