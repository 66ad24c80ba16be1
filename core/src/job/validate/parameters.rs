//! Rules about what requests may give.

use std::collections::{BTreeMap, BTreeSet};

use super::program::is_variable;
use super::{Check, has_nul};
use crate::job::draft::ParameterDraft;
use crate::job::error::{FieldError, quoted};
use crate::job::{Parameter, ParameterKind, Parameters};
use crate::limits::{CHOICES_MAX, LABEL_CHARS_MAX, PARAMETERS_MAX};

impl Check {
    /// `is_asked_only`: no schedule runs the job, so that every run can be given what it needs.
    pub(super) fn parameters(
        &mut self,
        drafts: BTreeMap<String, ParameterDraft>,
        is_asked_only: bool,
    ) -> Parameters {
        if drafts.len() > PARAMETERS_MAX {
            let rest = format_args!(
                "has {} parameters, and {PARAMETERS_MAX} are allowed: keep those that change",
                drafts.len()
            );
            self.refuse("parameters", "too_many", rest);
        }
        let mut names = BTreeSet::new();
        let mut parameters = Parameters::new();
        for (name, draft) in drafts {
            let path = format!("parameters.{name}");
            if !is_variable(&name) || name.chars().count() > LABEL_CHARS_MAX {
                let sentence = format!(
                    "`parameters` has one named {}: write letters, digits and '_', no digit first",
                    quoted(&name)
                );
                self.errors
                    .push(FieldError::whole(&path, "variable_name", sentence).with("value", &name));
            } else if !names.insert(name.to_uppercase()) {
                let rest = "differs from another one only in capitals, and programs find both under one name: rename one";
                self.refuse(&path, "name_case", rest);
            }
            let parameter = Parameter {
                kind: draft.kind,
                choices: draft.choices,
                default: draft.default,
                required: draft.required,
                note: draft.note,
            };
            self.parameter(&path, &parameter, is_asked_only);
            parameters.insert(name, parameter);
        }
        parameters
    }

    fn parameter(&mut self, path: &str, parameter: &Parameter, is_asked_only: bool) {
        self.choices(&format!("{path}.choices"), parameter);
        if let Some(default) = &parameter.default
            && let Err(fault) = parameter.accept(default)
        {
            let rest = format_args!("is {}: {fault}", quoted(default));
            self.refuse(&format!("{path}.default"), "default", rest);
        }
        if parameter.required && parameter.default.is_some() {
            let rest = "has a default too, so it can never be missing: remove one of them";
            self.refuse(&format!("{path}.required"), "default_given", rest);
        } else if parameter.required && !is_asked_only {
            let rest = "asks for a value, and the schedule has none to give: write a default, or `schedule = \"@manual\"`";
            self.refuse(&format!("{path}.required"), "never_given", rest);
        }
        if has_nul(&parameter.note) {
            self.nul(&format!("{path}.note"));
        }
    }

    fn choices(&mut self, path: &str, parameter: &Parameter) {
        let is_choice = parameter.kind == ParameterKind::Choice;
        let once: BTreeSet<&String> = parameter.choices.iter().collect();
        if is_choice && parameter.choices.is_empty() {
            let rest =
                "is empty, and there is nothing to choose from: write `choices = [\"…\", \"…\"]`";
            self.refuse(path, "choices_none", rest);
        } else if !is_choice && !parameter.choices.is_empty() {
            let rest =
                "is given, and only a choice has any: write `type = \"choice\"`, or remove it";
            self.refuse(path, "choices_unneeded", rest);
        } else if once.len() < parameter.choices.len() {
            self.refuse(path, "choice_twice", "has a choice twice: remove one");
        } else if parameter.choices.len() > CHOICES_MAX {
            let rest = format_args!(
                "has {} choices, and {CHOICES_MAX} are allowed: make it a text",
                parameter.choices.len()
            );
            self.refuse(path, "too_many", rest);
        }
    }
}
