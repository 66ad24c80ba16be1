//! The node's own file, which agent and `belfryctl` both read.
//!
//! What stands here is checked as a whole: every mistake is told at once, with its key.

use std::path::PathBuf;

use toml::{Table, Value};

use crate::id::NodeId;
use crate::job::nearest;
use crate::limits::MAX_PARALLEL_MAX;

/// What the file says. Absent keys have the defaults of whoever reads them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// About this node.
    pub node: NodeConfig,
}

/// `[node]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeConfig {
    /// The stable id; the one in the journal, else the host's name when absent.
    pub id: Option<NodeId>,
    /// Programs that run at once.
    pub max_parallel: Option<usize>,
    /// Reads scripts that name no interpreter; `/bin/sh` when absent.
    pub shell: Option<String>,
    /// Where the agent keeps its files.
    pub data_dir: Option<PathBuf>,
}

/// The file cannot be used; one line for each mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct ConfigError(Vec<String>);

/// Environment variables of this form override a key: `BELFRY__NODE__ID`.
const OVERRIDES: &str = "BELFRY__";
const SECTIONS: [(&str, &[&str]); 1] = [("node", &["id", "max_parallel", "shell", "data_dir"])];

impl Config {
    /// Reads the file's text, with the environment's variables over it.
    pub fn parse(
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table: Table =
            toml::from_str(text).map_err(|error| ConfigError(vec![error.to_string()]))?;
        for (name, value) in environment {
            if let Some(path) = name.strip_prefix(OVERRIDES) {
                override_key(&mut table, &path.to_lowercase(), value);
            }
        }
        let mut errors = unknown_keys(&table);
        let node = table.get("node").and_then(Value::as_table);
        let node = node.map(|node| read_node(node, &mut errors));
        match errors.is_empty() {
            true => Ok(Self {
                node: node.unwrap_or_default(),
            }),
            false => Err(ConfigError(errors)),
        }
    }
}

fn override_key(table: &mut Table, path: &str, value: String) {
    let (section, key) = path.split_once("__").unwrap_or((path, ""));
    let section = table
        .entry(section)
        .or_insert_with(|| Value::Table(Table::new()));
    let value = value
        .parse()
        .map(Value::Integer)
        .unwrap_or(Value::String(value));
    if let Some(section) = section.as_table_mut() {
        section.insert(key.to_owned(), value);
    }
}

fn unknown_keys(table: &Table) -> Vec<String> {
    let mut errors = Vec::new();
    for (name, value) in table {
        let Some((_, keys)) = SECTIONS.iter().find(|(section, _)| section == name) else {
            let known = SECTIONS.iter().map(|(section, _)| *section);
            errors.push(unknown(&format!("[{name}]"), nearest(name, known)));
            continue;
        };
        let Some(section) = value.as_table() else {
            errors.push(format!("`{name}` is a section: write [{name}]"));
            continue;
        };
        for key in section.keys().filter(|key| !keys.contains(&key.as_str())) {
            errors.push(unknown(
                &format!("`{name}.{key}`"),
                nearest(key, keys.iter().copied()),
            ));
        }
    }
    errors
}

fn unknown(what: &str, suggestion: Option<&str>) -> String {
    match suggestion {
        Some(near) => format!("{what} is not known: did you mean {near}?"),
        None => format!("{what} is not known: remove it"),
    }
}

fn read_node(node: &Table, errors: &mut Vec<String>) -> NodeConfig {
    let mut text = |key: &str| {
        let value = node.get(key)?;
        let text = value.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            errors.push(format!("`node.{key}` must be a text and not empty"));
        }
        text.map(str::to_owned)
    };
    let (id, shell, data_dir) = (text("id"), text("shell"), text("data_dir"));
    let id = id.and_then(|id| match NodeId::new(&id) {
        Ok(id) => Some(id),
        Err(error) => {
            errors.push(format!("`node.id`: {error}"));
            None
        }
    });
    let max_parallel = node.get("max_parallel").and_then(|value| {
        let number = value
            .as_integer()
            .and_then(|number| usize::try_from(number).ok());
        let number = number.filter(|number| (1..=MAX_PARALLEL_MAX).contains(number));
        if number.is_none() {
            errors.push(format!(
                "`node.max_parallel` must be a number from 1 to {MAX_PARALLEL_MAX}"
            ));
        }
        number
    });
    NodeConfig {
        id,
        max_parallel,
        shell,
        data_dir: data_dir.map(PathBuf::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::parse(text, variables).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_a_node_and_lets_the_environment_override_it() {
        let text = "[node]\nid = \"web-1\"\nmax_parallel = 3\nshell = \"/bin/bash\"";
        let config = parse(
            text,
            &[("BELFRY__NODE__MAX_PARALLEL", "9"), ("HOME", "/root")],
        );
        let node = config.expect("valid").node;
        assert_eq!(node.id.as_ref().map(NodeId::as_str), Some("web-1"));
        assert_eq!(
            (node.max_parallel, node.shell.as_deref()),
            (Some(9), Some("/bin/bash"))
        );
        assert_eq!(parse("", &[]), Ok(Config::default()));
    }

    #[test]
    fn tells_every_mistake_with_its_key_and_a_suggestion() {
        let text = "[node]\nid = \"Web 1\"\nmax_paralel = 3\nmax_parallel = 0\n[nodes]\n";
        let told = parse(text, &[]).expect_err("refused");
        for part in [
            "did you mean max_parallel?",
            "[nodes] is not known: did you mean node?",
            "`node.id`",
            "from 1 to",
        ] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
        assert!(parse("node = 1", &[]).is_err());
        assert!(parse("[node", &[]).is_err());
    }
}
