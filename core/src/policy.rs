//! What a node lets jobs do. Only the node's own file says it: nothing from outside widens it.

mod egress;

pub use egress::{Block, Egress, NoBlock};

use crate::limits::USER_NAME_CHARS_MAX;

/// The user whose programs may do everything.
pub const ROOT: &str = "root";

/// `[policy]` of the node's own file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The users that programs may run as; only the agent's own when nothing is said.
    pub run_as: Option<Vec<String>>,
    /// Where HTTP jobs may connect to.
    pub egress: Egress,
}

impl Policy {
    /// The user that a job's program runs as on a node whose agent is `own`, or why it may not.
    ///
    /// A list binds jobs that name no user too: they would run as the agent. Root is never allowed by
    /// silence to a job that names it.
    pub fn user_for<'a>(
        &self,
        own: &'a str,
        wanted: Option<&'a str>,
    ) -> Result<&'a str, RunAsRefused> {
        let user = wanted.unwrap_or(own);
        if own != ROOT && user != own {
            return Err(RunAsRefused::NotRoot {
                own: own.to_owned(),
                wanted: user.to_owned(),
            });
        }
        let allowed = match &self.run_as {
            Some(list) => list.iter().any(|name| name == user) || (own != ROOT && user == own),
            None => user == own && (wanted.is_none() || user != ROOT),
        };
        match (allowed, wanted) {
            (true, _) => Ok(user),
            (false, Some(_)) => Err(RunAsRefused::NotNamed {
                wanted: user.to_owned(),
            }),
            (false, None) => Err(RunAsRefused::OwnNotNamed {
                own: own.to_owned(),
            }),
        }
    }
}

/// Why a program may not run as the user that its job wants.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunAsRefused {
    /// An agent that is not root can become nobody else.
    #[error(
        "the job runs as {wanted}, and the agent of this node runs as {own}, which can become nobody else: \
         choose another node, or let its agent run as root"
    )]
    NotRoot {
        /// The agent's user.
        own: String,
        /// The job's.
        wanted: String,
    },
    /// The list does not name it.
    #[error(
        "the job runs as {wanted}, which this node does not allow: name it in `run_as` of [policy] in the node's own file"
    )]
    NotNamed {
        /// The job's.
        wanted: String,
    },
    /// The list does not name the agent's own user.
    #[error(
        "the job names no user, so it would run as {own}, which this node does not allow: give it a `run_as`"
    )]
    OwnNotNamed {
        /// The agent's user.
        own: String,
    },
}

/// Whether a user could be called so: no blanks, control characters, `/`, `:` or `,`, and no `-` first.
pub fn is_user_name(text: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '/' | ':' | ',');
    !text.is_empty()
        && !text.starts_with('-')
        && text.chars().count() <= USER_NAME_CHARS_MAX
        && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(list: Option<&[&str]>, own: &str, wanted: Option<&str>, expected: Result<&str, &str>) {
        let run_as = list.map(|list| list.iter().map(|name| (*name).to_owned()).collect());
        let egress = Egress::default();
        let answer = Policy { run_as, egress }
            .user_for(own, wanted)
            .map(str::to_owned)
            .map_err(|error| error.to_string());
        match (answer, expected) {
            (Ok(user), Ok(expected)) => assert_eq!(user, expected),
            (Err(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
            (answer, _) => panic!("{list:?} {own} {wanted:?}: {answer:?}"),
        }
    }

    #[test]
    fn an_agent_of_its_own_user_runs_programs_as_that_user_only() {
        check(None, "belfry", None, Ok("belfry"));
        check(None, "belfry", Some("belfry"), Ok("belfry"));
        check(Some(&["app"]), "belfry", None, Ok("belfry"));
        check(
            Some(&["app"]),
            "belfry",
            Some("app"),
            Err("can become nobody else"),
        );
        check(
            Some(&["root"]),
            "belfry",
            Some("root"),
            Err("can become nobody else"),
        );
    }

    #[test]
    fn an_agent_of_root_runs_programs_as_those_that_its_file_names() {
        check(None, "root", None, Ok("root"));
        check(None, "root", Some("app"), Err("does not allow: name it"));
        check(None, "root", Some("root"), Err("does not allow: name it"));
        check(Some(&["app"]), "root", Some("app"), Ok("app"));
        check(
            Some(&["app"]),
            "root",
            Some("root"),
            Err("does not allow: name it"),
        );
        check(Some(&["app"]), "root", None, Err("names no user"));
        check(Some(&["app", "root"]), "root", None, Ok("root"));
        check(Some(&[]), "root", None, Err("names no user"));
    }

    #[test]
    fn names_that_no_user_has_are_known() {
        for name in ["www-data", "app", "svc_1", "user@domain", "张三", "a$"] {
            assert!(is_user_name(name), "{name}");
        }
        for name in ["", "-x", "a b", "a:b", "a/b", "a\n", &"x".repeat(65)] {
            assert!(!is_user_name(name), "{name:?}");
        }
    }
}
