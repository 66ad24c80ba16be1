//! Values that whoever asks for a run may give. They reach the program as variables of its environment,
//! never by being put into a text that something reads as commands.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::{nearest, quoted};
use crate::limits::PARAMETER_BYTES_MAX;

/// What a program finds them under: this, then the name in capitals.
pub const PARAMETER_VARIABLE: &str = "BELFRY_PARAM_";

/// What a parameter holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// Any text.
    #[default]
    Text,
    /// A number, such as `-2.5`.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of the choices.
    Choice,
}

/// One value that a request may give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// What it holds.
    pub kind: ParameterKind,
    /// What a choice chooses from.
    pub choices: Vec<String>,
    /// Taken where a request gives none, and by the schedule.
    pub default: Option<String>,
    /// Whether a run without it is refused.
    pub required: bool,
    /// For people.
    pub note: String,
}

/// By name.
pub type Parameters = BTreeMap<String, Parameter>;

/// Why values cannot be those of a job's parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The job has no such parameter.
    #[error("the job has no parameter {}: {}", quoted(.name), meant(.name, .known))]
    Unknown {
        /// What was given.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// It must be given.
    #[error("the job needs a value for its parameter `{name}`: give one, such as `--set {name}=…`")]
    Missing {
        /// The parameter.
        name: String,
    },
    /// The value does not fit.
    #[error("the parameter `{name}` cannot be {}: {}", quoted(.value), .fault)]
    Value {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// What is wrong with it.
        fault: ValueFault,
    },
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    /// No number.
    #[error("write a number, such as 12 or -2.5")]
    Number,
    /// Neither `true` nor `false`.
    #[error("write true or false")]
    Boolean,
    /// None of the choices.
    #[error("choose {}", .0.join(", "))]
    Choice(Vec<String>),
    /// No variable can hold it.
    #[error("it contains a NUL character, which no program can be given")]
    Nul,
    /// Too long.
    #[error("it has more than {PARAMETER_BYTES_MAX} bytes: put it into a file and give its path")]
    TooLong,
}

impl ParameterError {
    /// The parameter that it is about.
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown { name, .. } | Self::Missing { name } | Self::Value { name, .. } => name,
        }
    }
}

impl Parameter {
    /// Whether it can hold this value.
    pub fn accept(&self, value: &str) -> Result<(), ValueFault> {
        if value.len() > PARAMETER_BYTES_MAX {
            return Err(ValueFault::TooLong);
        }
        if value.contains('\0') {
            return Err(ValueFault::Nul);
        }
        let is_number = || {
            let plain = value.bytes().all(|byte| b"0123456789+-.eE".contains(&byte));
            plain && value.parse().is_ok_and(f64::is_finite)
        };
        match self.kind {
            ParameterKind::Number if !is_number() => Err(ValueFault::Number),
            ParameterKind::Boolean if !matches!(value, "true" | "false") => {
                Err(ValueFault::Boolean)
            }
            ParameterKind::Choice if !self.choices.iter().any(|choice| choice == value) => {
                Err(ValueFault::Choice(self.choices.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// The value of each parameter of a run: what was given, else its default. One that has neither is absent.
pub fn values_of(
    parameters: &Parameters,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, ParameterError> {
    if let Some(name) = given.keys().find(|name| !parameters.contains_key(*name)) {
        return Err(ParameterError::Unknown {
            name: name.clone(),
            known: parameters.keys().cloned().collect(),
        });
    }
    let mut values = BTreeMap::new();
    for (name, parameter) in parameters {
        match given.get(name).or(parameter.default.as_ref()) {
            Some(value) => {
                parameter
                    .accept(value)
                    .map_err(|fault| ParameterError::Value {
                        name: name.clone(),
                        value: value.clone(),
                        fault,
                    })?;
                values.insert(name.clone(), value.clone());
            }
            None if parameter.required => {
                return Err(ParameterError::Missing { name: name.clone() });
            }
            None => {}
        }
    }
    Ok(values)
}

/// The variable that holds a parameter.
pub fn parameter_variable(name: &str) -> String {
    format!("{PARAMETER_VARIABLE}{}", name.to_uppercase())
}

fn meant(name: &str, known: &[String]) -> String {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean {meant}?"),
        None if known.is_empty() => "it has none".to_owned(),
        None => format!("it has {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Parameters {
        let parameter = |kind, default: Option<&str>, required| Parameter {
            kind,
            choices: match kind {
                ParameterKind::Choice => vec!["eu".to_owned(), "us".to_owned()],
                _ => Vec::new(),
            },
            default: default.map(str::to_owned),
            required,
            note: String::new(),
        };
        Parameters::from([
            (
                "region".to_owned(),
                parameter(ParameterKind::Choice, Some("eu"), false),
            ),
            (
                "count".to_owned(),
                parameter(ParameterKind::Number, None, true),
            ),
            (
                "dry".to_owned(),
                parameter(ParameterKind::Boolean, None, false),
            ),
            (
                "title".to_owned(),
                parameter(ParameterKind::Text, None, false),
            ),
        ])
    }

    fn check(given: &[(&str, &str)], expected: &str) {
        let given = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let answer = match values_of(&parameters(), &given.collect()) {
            Ok(values) => values
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(answer, expected);
    }

    #[test]
    fn what_is_given_takes_the_place_of_defaults() {
        check(&[("count", "-2.5")], "count=-2.5 region=eu");
        check(
            &[
                ("count", "3"),
                ("region", "us"),
                ("dry", "true"),
                ("title", "$(x) `y`"),
            ],
            "count=3 dry=true region=us title=$(x) `y`",
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        check(
            &[],
            "the job needs a value for its parameter `count`: give one, such as `--set count=…`",
        );
        check(
            &[("count", "3"), ("regoin", "us")],
            "the job has no parameter \"regoin\": did you mean region?",
        );
        check(
            &[("count", "3"), ("zzz", "us")],
            "the job has no parameter \"zzz\": it has count, dry, region, title",
        );
        check(
            &[("count", "3"), ("region", "asia")],
            "the parameter `region` cannot be \"asia\": choose eu, us",
        );
        for number in ["", "x", "inf", "NaN", "1,5", " 1", "0x10"] {
            let expected = format!(
                "the parameter `count` cannot be {number:?}: write a number, such as 12 or -2.5"
            );
            check(&[("count", number)], &expected);
        }
        check(
            &[("count", "3"), ("dry", "yes")],
            "the parameter `dry` cannot be \"yes\": write true or false",
        );
        check(
            &[("count", "3"), ("title", "a\0b")],
            "the parameter `title` cannot be \"a\\0b\": it contains a NUL character, which no program can be given",
        );
    }
}
