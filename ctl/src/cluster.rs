//! `cluster init`, `cluster migrate`, `cluster status`.

use belfry_core::cluster::{self, PrepareError, Prepared, Role, climb};
use belfry_core::config::Servers;
use serde_json::json;

use crate::args::ClusterCommand;
use crate::failure::{CONFIGURATION, FAILED, Failure, UNREACHABLE};
use crate::print;

pub async fn run(servers: &Servers, command: ClusterCommand, json: bool) -> Result<(), Failure> {
    match command {
        ClusterCommand::Init => tell(&cluster::init(servers).await?, json),
        ClusterCommand::Migrate => tell(&cluster::migrate(servers).await?, json),
        ClusterCommand::Status => return status(servers, json).await,
    }
    Ok(())
}

fn tell(prepared: &Prepared, json: bool) {
    let Prepared {
        facts,
        is_new,
        tables,
    } = prepared;
    if json {
        return print::json(&json!({
            "cluster_id": facts.cluster_id,
            "schema": facts.schema,
            "minimum_agent": facts.minimum_agent,
            "created": is_new,
            "schema_before": tables.from,
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
            PrepareError::Tables(_) | PrepareError::Unusable(_) => CONFIGURATION,
            PrepareError::Raced => FAILED,
        };
        Self::new(code, error.to_string())
    }
}
