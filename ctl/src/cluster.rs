//! `cluster init`, `cluster migrate`, `cluster status`.

use belfry_core::cluster::{self, PrepareError, Prepared, Role, climb};
use belfry_core::config::Servers;
use belfry_core::identity::{IdentityFile, IdentityFolder};
use serde_json::json;

use crate::args::ClusterCommand;
use crate::failure::{CONFIGURATION, FAILED, Failure, UNREACHABLE};
use crate::print;

pub async fn run(servers: &Servers, command: ClusterCommand, json: bool) -> Result<(), Failure> {
    match command {
        ClusterCommand::Init => tell(&cluster::init(servers, &identities()?).await?, json),
        ClusterCommand::Migrate => tell(&cluster::migrate(servers, &identities()?).await?, json),
        ClusterCommand::Status => return status(servers, json).await,
    }
    Ok(())
}

/// Where this person keeps the identities of clusters.
pub fn identities() -> Result<IdentityFolder, Failure> {
    IdentityFolder::usual().map_err(|error| Failure::new(CONFIGURATION, error.to_string()))
}

fn tell(prepared: &Prepared, json: bool) {
    let Prepared {
        facts,
        is_new,
        tables,
        identity,
    } = prepared;
    if json {
        return print::json(&json!({
            "cluster_id": facts.cluster_id,
            "schema": facts.schema,
            "minimum_agent": facts.minimum_agent,
            "created": is_new,
            "schema_before": tables.from,
            "agents_public_key": facts.agents_public_key,
            "identity_file": identity.as_ref().map(IdentityFile::path),
        }));
    }
    let cluster = match is_new {
        true => "is new",
        false => "was there already",
    };
    let tables = match tables.from == tables.to {
        true => format!("had version {} already", tables.to),
        false => format!("went from version {} to {}", tables.from, tables.to),
    };
    print::line(&format!(
        "The cluster {} {cluster}; its tables {tables}. Agents of version {} or newer may join.",
        facts.cluster_id, facts.minimum_agent
    ));
    if let Some(file) = identity {
        print::line(&format!(
            "What opens the secrets of its jobs is kept in {}: keep a copy of it in a safe place, nobody can make it again.",
            file.path().display()
        ));
    }
}

async fn status(servers: &Servers, json: bool) -> Result<(), Failure> {
    let climb = climb(servers, Role::Person).await;
    if json {
        let facts = climb.facts.as_ref();
        print::json(&json!({
            "cluster_id": facts.map(|facts| facts.cluster_id),
            "schema": facts.map(|facts| facts.schema),
            "minimum_agent": facts.map(|facts| &facts.minimum_agent),
            "steps": climb.ladder.steps,
        }));
    } else {
        for step in &climb.ladder.steps {
            print::line(&print::plain(&step.to_string()));
        }
    }
    match climb.ladder.failed() {
        Some(step) => {
            let code = step.rung.trouble().exit_code();
            Err(Failure::new(code, step.hint.clone()))
        }
        None => Ok(()),
    }
}

impl From<PrepareError> for Failure {
    fn from(error: PrepareError) -> Self {
        let code = match &error {
            PrepareError::Connect(error) => error.trouble().exit_code(),
            PrepareError::Store(_) => UNREACHABLE,
            PrepareError::Tables(_) | PrepareError::Unusable(_) | PrepareError::Identity(_) => {
                CONFIGURATION
            }
            PrepareError::Raced => FAILED,
        };
        Self::new(code, error.to_string())
    }
}
