//! Rules about what is executed: script, arguments, variables and folder.

use std::collections::BTreeMap;

use super::{Check, has_nul, is_control};
use crate::job::draft::ShellDraft;
use crate::job::error::{FieldError, quoted};
use crate::job::{Command, Shell};
use crate::limits::{ARGUMENTS_MAX, ENV_VARIABLES_MAX};

impl Check {
    pub(super) fn shell(&mut self, shell: ShellDraft) -> Option<Shell> {
        if shell.stdin.as_deref().is_some_and(has_nul) {
            self.nul("shell.stdin");
        }
        let command = match (shell.script, shell.argv) {
            (Some(_), Some(_)) => {
                self.refuse(
                    "shell",
                    "both",
                    "has `script` and `argv`, and one program runs: remove one of them",
                );
                None
            }
            (None, None) => {
                self.refuse(
                    "shell",
                    "neither",
                    "has no program: write `script = \"…\"` or `argv = [\"…\"]` into it",
                );
                None
            }
            (Some(script), None) => self.script(script, shell.interpreter),
            (None, Some(argv)) => self.argv(argv, shell.interpreter.as_deref()),
        };
        Some(Shell {
            command: command?,
            stdin: shell.stdin,
        })
    }

    fn script(&mut self, script: String, interpreter: Option<String>) -> Option<Command> {
        let before = self.errors.len();
        if script.trim().is_empty() {
            self.refuse(
                "shell.script",
                "empty",
                "is empty, so there is nothing to run: write what the job does",
            );
        } else if has_nul(&script) {
            self.nul("shell.script");
        }
        match interpreter.as_deref() {
            Some(text) if text.trim().is_empty() => {
                let rest = "is empty: remove it for the node's shell, or name a program such as \"/bin/bash\"";
                self.refuse("shell.interpreter", "empty", rest);
            }
            Some(text) if text.chars().any(is_control) => {
                let rest =
                    "contains a control character: write one line, a program and its arguments";
                self.refuse("shell.interpreter", "control_character", rest);
            }
            _ => {}
        }
        (self.errors.len() == before).then_some(Command::Script {
            script,
            interpreter,
        })
    }

    fn argv(&mut self, argv: Vec<String>, interpreter: Option<&str>) -> Option<Command> {
        let before = self.errors.len();
        if interpreter.is_some() {
            let rest = "is given with `argv`, which needs none: remove it, or make it the first item of `argv`";
            self.refuse("shell.interpreter", "both", rest);
        }
        if argv.first().is_none_or(|program| program.trim().is_empty()) {
            self.refuse(
                "shell.argv",
                "empty",
                "names no program: make its first item the program's path",
            );
        }
        if argv.len() > ARGUMENTS_MAX {
            let rest = format_args!(
                "has {} items, and {ARGUMENTS_MAX} are allowed: use a script",
                argv.len()
            );
            self.refuse("shell.argv", "too_many", rest);
        }
        if let Some(index) = argv.iter().position(|item| has_nul(item)) {
            self.nul(&format!("shell.argv[{index}]"));
        }
        (self.errors.len() == before).then_some(Command::Argv(argv))
    }

    pub(super) fn env(&mut self, env: &BTreeMap<String, String>) {
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
                self.errors
                    .push(FieldError::whole(&path, "variable_name", sentence).with("value", name));
            } else if name.starts_with("BELFRY_") {
                let rest = "is a name that Belfry keeps for itself: choose one that does not begin with BELFRY_";
                self.refuse(&path, "variable_reserved", rest);
            } else if has_nul(value) {
                self.nul(&path);
            }
        }
    }

    pub(super) fn cwd(&mut self, cwd: Option<&str>) {
        let Some(cwd) = cwd else { return };
        if !cwd.starts_with('/') {
            let rest = format_args!(
                "is {}, and nodes have no common folder to start from: write the whole path, from `/` on",
                quoted(cwd)
            );
            self.refuse("cwd", "path", rest);
        } else if cwd.chars().any(is_control) {
            self.refuse(
                "cwd",
                "control_character",
                "contains a control character: remove it",
            );
        }
    }
}

pub(super) fn is_variable(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(plain)
}
