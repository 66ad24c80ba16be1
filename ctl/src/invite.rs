//! `nodes invite`.

use belfry_core::cluster::{self, InviteError};
use belfry_core::config::Servers;
use belfry_core::enroll::InvitedNode;
use serde_json::json;

use crate::args::InviteArguments;
use crate::cluster::identities;
use crate::failure::{CONFIGURATION, Failure};
use crate::print;

/// Prints the line alone on standard output, and what to know of it on standard error.
pub async fn run(servers: &Servers, arguments: InviteArguments, json: bool) -> Result<(), Failure> {
    let node = InvitedNode {
        projects: arguments.projects,
        labels: arguments.labels.into_iter().collect(),
        weight: arguments.weight,
    };
    let invited = cluster::invite(servers, node, &identities()?).await?;
    let line = invited.invitation.line();
    if json {
        print::json(&json!({ "line": line, "warnings": invited.warnings }));
        return Ok(());
    }
    print::line(&line);
    let name = &invited.invitation.name;
    eprintln!(
        "This line lets a server join the cluster {name}: run `belfry-agent enroll LINE` there as root, or \
         `belfry-agent enroll -` and paste it.\nIt is a secret: it holds the passwords that you connect with and \
         what opens the secrets of jobs. Send it by a safe way, and keep it nowhere."
    );
    for warning in invited.warnings {
        eprintln!("belfryctl: {warning}");
    }
    Ok(())
}

impl From<InviteError> for Failure {
    fn from(error: InviteError) -> Self {
        let code = match &error {
            InviteError::Connect(error) => error.trouble().exit_code(),
            _ => CONFIGURATION,
        };
        Self::new(code, error.to_string())
    }
}
