//! What people note about a server: it overrides what the node's own file says, its policy never.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Body, FullName, Kind};
use crate::id::NodeId;
use crate::job::{Check, FieldError, Fields, Labels, Shape, field, is_label, quoted, required};
use crate::limits::{LABEL_CHARS_MAX, LABELS_MAX, WEIGHT_MAX};

/// What people note about a server. What is absent is as the node's own file says.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeDefinition {
    /// The server.
    pub node: NodeId,
    /// Its share of the work; 0 takes nothing new.
    pub weight: Option<u32>,
    /// What jobs choose it by: each beside those of its own file, or in the place of the one with
    /// that name.
    pub labels: Labels,
    /// For people.
    pub note: String,
}

/// A node as it is written. Absent fields are as the node's own file says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeDraft {
    /// The node's id.
    pub name: String,
    /// Its share of the work, 0 to 100; 0 takes nothing new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// What jobs choose it by, beside or in the place of the labels of its own file.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Free text for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

const FIELDS: Fields = Fields {
    noun: "node",
    known: &[
        required("name", Shape::Text, "name = \"web-1\""),
        field("weight", Shape::Whole, "weight = 2"),
        field("labels", Shape::Variables, "labels = { role = \"web\" }"),
        field("note", Shape::Text, "note = \"In the second rack.\""),
    ],
    elsewhere: &[
        ("node", "name = \"web-1\""),
        ("id", "name = \"web-1\""),
        (
            "projects",
            "nothing: the node's own file says which projects it serves",
        ),
        ("run_as", "nothing: only the node's own file allows users"),
        ("policy", "nothing: only the node's own file has a policy"),
    ],
};

impl NodeDraft {
    /// Checks every field, or says all that is wrong.
    pub fn validate(self) -> Result<NodeDefinition, Vec<FieldError>> {
        let mut check = Check::default();
        let node = NodeId::new(&self.name).ok();
        if node.is_none() {
            let rest = format_args!(
                "is {}, which is no node's id: write lowercase letters, digits, '.', '_' and '-', 63 at most, \
                 a letter or digit first",
                quoted(&self.name)
            );
            check.refuse("name", "node_name", rest);
        }
        if let Some(weight) = self.weight.filter(|weight| *weight > WEIGHT_MAX) {
            let rest = format_args!("is {weight}: write a number from 0 to {WEIGHT_MAX}");
            check.refuse("weight", "weight", rest);
        }
        labels(&mut check, &self.labels);
        check.note(&self.note);
        match node.filter(|_| check.errors.is_empty()) {
            Some(node) => Ok(NodeDefinition {
                node,
                weight: self.weight,
                labels: self.labels,
                note: self.note,
            }),
            None => Err(check.errors),
        }
    }
}

impl From<&NodeDefinition> for NodeDraft {
    fn from(node: &NodeDefinition) -> Self {
        Self {
            name: node.node.to_string(),
            weight: node.weight,
            labels: node.labels.clone(),
            note: node.note.clone(),
        }
    }
}

impl NodeDefinition {
    /// Puts what is noted over what the node's own file says.
    pub fn put_over(&self, weight: &mut u32, labels: &mut Labels) {
        *weight = self.weight.unwrap_or(*weight);
        labels.extend(self.labels.clone());
    }
}

fn labels(check: &mut Check, labels: &Labels) {
    if labels.len() > LABELS_MAX {
        let rest = format_args!(
            "has {} labels, and {LABELS_MAX} are allowed: keep those that jobs choose by",
            labels.len()
        );
        check.refuse("labels", "too_many", rest);
    }
    for (name, value) in labels {
        if let Some(bad) = [name, value].into_iter().find(|text| !is_label(text)) {
            let rest = format_args!(
                "cannot hold {}: names and values are letters, digits, -, _, . and /, with a letter or a \
                 digit at both ends, {LABEL_CHARS_MAX} at most",
                quoted(bad)
            );
            check.refuse("labels", "node_label", rest);
        }
    }
}

impl Body for NodeDefinition {
    const KIND: Kind = Kind::Node;
    const FIELDS: &'static [&'static str] = &["name", "weight", "labels", "note"];

    fn read(fields: &Value) -> Result<Self, Vec<FieldError>> {
        FIELDS.draft::<NodeDraft>(fields)?.validate()
    }

    fn to_body(&self) -> Value {
        serde_json::to_value(NodeDraft::from(self))
            .expect("texts, numbers and tables have a JSON form")
    }

    fn full_name(&self) -> FullName {
        FullName {
            kind: Kind::Node,
            project: None,
            name: self.node.to_string(),
        }
    }

    fn rows(&self) -> Vec<(String, String)> {
        let mut rows = vec![("name".to_owned(), self.node.to_string())];
        rows.extend(
            self.weight
                .map(|weight| ("weight".to_owned(), weight.to_string())),
        );
        let label = |(name, value): (&String, &String)| (format!("labels.{name}"), value.clone());
        rows.extend(self.labels.iter().map(label));
        if !self.note.is_empty() {
            rows.push(("note".to_owned(), self.note.clone()));
        }
        rows
    }
}
