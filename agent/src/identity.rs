//! Whom a job's program runs as: what the node's policy allows, and what the system knows of that user.

use std::collections::BTreeMap;
use std::ffi::CString;

use belfry_agent::attempt::spec::UserIds;
use belfry_core::policy::RunAsRefused;
use nix::errno::Errno;
use nix::unistd::{User, getgrouplist};
use rustix::process::getuid;

use crate::host::Host;

/// What a program is given of its user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Whom to become; nobody else when absent.
    pub ids: Option<UserIds>,
    /// `HOME`, `USER`, `LOGNAME` and `SHELL`, where the job names a user.
    pub variables: BTreeMap<String, String>,
}

/// Why a program cannot run as its job wants.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The node's own file says no.
    #[error("{0}")]
    Refused(RunAsRefused),
    /// There is no such user.
    #[error(
        "the job runs as {wanted}, and this node has no such user: create it, or choose another"
    )]
    Unknown {
        /// The job's user.
        wanted: String,
    },
    /// The system's directory of users did not answer.
    #[error("could not look up the user {wanted}: {why}")]
    Directory {
        /// The job's user.
        wanted: String,
        /// What it said.
        why: Errno,
    },
}

/// The name of the user that this process runs as; its number when it has none.
pub fn own_name() -> String {
    let own = getuid().as_raw();
    let known = User::from_uid(own.into()).ok().flatten();
    known.map_or_else(|| own.to_string(), |user| user.name)
}

/// Looks up whom a job's program runs as. Asks the system's directory, which may take its time.
pub fn of_job(host: &Host, wanted: Option<&str>) -> Result<Identity, IdentityError> {
    let allowed = host.policy.user_for(&host.own_user, wanted);
    let name = allowed.map_err(IdentityError::Refused)?;
    match wanted {
        None => Ok(Identity::default()),
        Some(_) => look_up(name),
    }
}

fn look_up(name: &str) -> Result<Identity, IdentityError> {
    let failed = |why| IdentityError::Directory {
        wanted: name.to_owned(),
        why,
    };
    let user = User::from_name(name).map_err(failed)?;
    let user = user.ok_or_else(|| IdentityError::Unknown {
        wanted: name.to_owned(),
    })?;
    let (uid, gid) = (user.uid.as_raw(), user.gid.as_raw());
    let ids = match getuid().as_raw() == uid {
        true => None,
        false => {
            let c_name = CString::new(name).map_err(|_| failed(Errno::EINVAL))?;
            let groups = getgrouplist(&c_name, user.gid).map_err(failed)?;
            Some(UserIds {
                name: name.to_owned(),
                uid,
                gid,
                groups: groups.into_iter().map(|group| group.as_raw()).collect(),
            })
        }
    };
    let path = |path: std::path::PathBuf, usual: &str| match path.to_str() {
        Some(path) if path.starts_with('/') => path.to_owned(),
        _ => usual.to_owned(),
    };
    let variables = [
        ("HOME", path(user.dir, "/")),
        ("LOGNAME", name.to_owned()),
        ("USER", name.to_owned()),
        ("SHELL", path(user.shell, "/bin/sh")),
    ];
    let variables = variables.map(|(variable, value)| (variable.to_owned(), value));
    Ok(Identity {
        ids,
        variables: variables.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_user_of_the_system_with_its_groups_and_folder() {
        let found = look_up("daemon").expect("every Debian has it");
        let ids = found.ids.expect("it is not us");
        assert_eq!((ids.uid, ids.gid), (1, 1));
        assert!(ids.groups.contains(&1), "{ids:?}");
        assert_eq!(found.variables["HOME"], "/usr/sbin");
        assert_eq!(found.variables["USER"], "daemon");
        assert_eq!(found.variables["LOGNAME"], "daemon");
    }

    #[test]
    fn names_a_user_that_does_not_exist() {
        let error = look_up("no-such-user").expect_err("it is not there");
        assert!(error.to_string().contains("no such user"), "{error}");
    }
}
