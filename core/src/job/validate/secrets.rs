//! Rules about secrets. What is written in place of a sealed one may be the secret: no sentence repeats it.

use std::collections::BTreeMap;

use super::Check;
use super::program::is_variable;
use crate::job::error::{FieldError, quoted};
use crate::limits::SECRETS_MAX;
use crate::secret::{NotSealed, Sealed, SealedSecrets};

impl Check {
    /// Those that everybody may read, and those that nobody may.
    pub(super) fn variables(
        &mut self,
        env: &BTreeMap<String, String>,
        secrets: &BTreeMap<String, String>,
    ) -> SealedSecrets {
        self.env(env);
        self.secrets(secrets, env)
    }

    fn secrets(
        &mut self,
        texts: &BTreeMap<String, String>,
        env: &BTreeMap<String, String>,
    ) -> SealedSecrets {
        if texts.len() > SECRETS_MAX {
            let rest = format_args!(
                "has {} secrets, and {SECRETS_MAX} are allowed: keep some in one file on the node",
                texts.len()
            );
            self.refuse("secrets", "too_many", rest);
        }
        let mut secrets = SealedSecrets::new();
        for (name, text) in texts {
            let path = format!("secrets.{name}");
            if !is_variable(name) {
                let sentence = format!(
                    "`secrets` has one named {}: write letters, digits and '_', no digit first",
                    quoted(name)
                );
                self.errors
                    .push(FieldError::whole(&path, "variable_name", sentence).with("value", name));
            } else if name.starts_with("BELFRY_") {
                let rest = "is a name that Belfry keeps for itself: choose one that does not begin with BELFRY_";
                self.refuse(&path, "variable_reserved", rest);
            } else if env.contains_key(name) {
                let rest = "stands in `env` too, where everybody can read it: remove it there";
                self.refuse(&path, "secret_in_env", rest);
            }
            let sealed: Result<Sealed, NotSealed> = text.parse();
            let sealed = sealed.unwrap_or_else(|NotSealed| {
                let rest = "is written in plain: write \"sealed\" here, and set it with `belfryctl secrets set`";
                self.refuse(&path, "secret_in_plain", rest);
                Sealed::Unset
            });
            secrets.insert(name.clone(), sealed);
        }
        secrets
    }
}

#[cfg(test)]
mod tests {
    use crate::job::Job;
    use serde_json::{Value, json};

    fn check(more: Value, expected: &[&str]) {
        let mut job = json!({
            "project": "ops", "name": "a", "schedule": "@hourly", "shell": { "script": "x" },
        });
        let fields = job.as_object_mut().expect("a table");
        fields.extend(more.as_object().expect("a table").clone());
        let sentences = match Job::read(&job) {
            Ok(job) => {
                let again = Job::read(&job.to_body()).expect("what is written is read");
                assert_eq!(again, job);
                Vec::new()
            }
            Err(errors) => errors.iter().map(|error| error.sentence.clone()).collect(),
        };
        assert_eq!(sentences, expected, "{more}");
    }

    #[test]
    fn what_is_named_or_sealed_is_read_and_written_back() {
        check(
            json!({ "secrets": { "TOKEN": "sealed", "_K2": "age:AAEC" } }),
            &[],
        );
    }

    #[test]
    fn a_plain_secret_is_refused_and_not_repeated() {
        check(
            json!({ "secrets": { "TOKEN": "hunter2" } }),
            &[
                "`secrets.TOKEN` is written in plain: write \"sealed\" here, and set it with `belfryctl secrets set`",
            ],
        );
        check(
            json!({ "secrets": { "TOKEN": "age:hunter2!" } }),
            &[
                "`secrets.TOKEN` is written in plain: write \"sealed\" here, and set it with `belfryctl secrets set`",
            ],
        );
        check(
            json!({ "secrets": { "A B": "sealed", "BELFRY_X": "sealed" } }),
            &[
                "`secrets` has one named \"A B\": write letters, digits and '_', no digit first",
                "`secrets.BELFRY_X` is a name that Belfry keeps for itself: choose one that does not begin with BELFRY_",
            ],
        );
        check(
            json!({ "secrets": { "TOKEN": "sealed" }, "env": { "TOKEN": "x" } }),
            &["`secrets.TOKEN` stands in `env` too, where everybody can read it: remove it there"],
        );
    }
}
