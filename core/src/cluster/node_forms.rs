//! What a window does to nodes: the forms that people fill about them, and what they ask of them.

use std::collections::BTreeMap;

use super::{Changed, Cluster, ClusterError, InviteError, Invited, NodeAnswer};
use crate::definition::{Definition, Kind, NodeDefinition, NodeDraft};
use crate::dispatch::Ask;
use crate::enroll::InvitedNode;
use crate::id::{NodeId, ProjectName};
use crate::job::{Check, FieldError, quoted};
use crate::limits::WEIGHT_MAX;
use crate::view::{
    CommandError, ErrorCode, InviteForm, NodeAsk, NodeAskEnd, NodeAsked, NodeForm, NodeFormAnswer,
    NodeGiven,
};

impl Cluster {
    /// Asks a node, and waits for its answer.
    pub async fn ask_and_wait(&self, node: &str, ask: NodeAsk) -> Result<NodeAsked, ClusterError> {
        let node = node_id(node)?;
        let ask = match ask {
            NodeAsk::Drain => Ask::Drain,
            NodeAsk::Undrain => Ask::Undrain,
            NodeAsk::Reload => Ask::Reload,
        };
        let order = self.ask_node(&node, ask.clone()).await?;
        let (end, why) = match self.wait_for_node(&node, (order, &ask)).await? {
            NodeAnswer::Done => (NodeAskEnd::Done, String::new()),
            NodeAnswer::NotDone(why) => (NodeAskEnd::NotDone, why),
            NodeAnswer::NotConfirmed => (NodeAskEnd::NotConfirmed, String::new()),
        };
        Ok(NodeAsked { end, why })
    }

    /// Removes a node that is gone for good.
    pub async fn give_up_node(&self, node: &str) -> Result<NodeGiven, ClusterError> {
        let removed = self.remove_node(&node_id(node)?).await?;
        let count = |runs: usize| u32::try_from(runs).unwrap_or(u32::MAX);
        Ok(NodeGiven {
            given_up: count(removed.given_up),
            taken_over: count(removed.taken_over),
        })
    }

    /// What is noted about a node, beside what its own file says.
    pub async fn node_form(&self, node: &str) -> Result<NodeForm, ClusterError> {
        let node = node_id(node)?;
        let info = self.node(&node).await?.info;
        let (noted, generation) = match self.noted(&node).await? {
            Some((noted, generation)) => (NodeDraft::from(&noted), Some(generation)),
            None => (NodeDraft::default(), None),
        };
        let pairs = |labels: &BTreeMap<String, String>| -> Vec<String> {
            let pair = |(name, value): (&String, &String)| format!("{name}={value}");
            labels.iter().map(pair).collect()
        };
        Ok(NodeForm {
            weight: noted.weight.map(|it| it.to_string()).unwrap_or_default(),
            labels: pairs(&noted.labels).join("\n"),
            note: noted.note,
            generation,
            own_weight: info.as_ref().and_then(|info| info.own_weight),
            own_labels: info.map(|info| pairs(&info.own_labels)).unwrap_or_default(),
        })
    }

    /// Notes what a form says about a node, if nobody else did meanwhile. Mistakes are an answer.
    pub async fn note_node(
        &self,
        node: &str,
        form: &NodeForm,
    ) -> Result<NodeFormAnswer, ClusterError> {
        let node = node_id(node)?;
        let mut check = Check::default();
        let draft = NodeDraft {
            name: node.to_string(),
            weight: weight(&mut check, &form.weight),
            labels: labels(&mut check, &form.labels),
            note: form.note.clone(),
        };
        let mut errors = check.errors;
        let definition = match draft.validate() {
            Ok(definition) if errors.is_empty() => definition,
            Ok(_) => return Ok(mistaken(errors)),
            Err(more) => {
                errors.extend(more);
                return Ok(mistaken(errors));
            }
        };
        let _: Changed = self.put(definition.into(), form.generation).await?;
        Ok(mistaken(Vec::new()))
    }

    async fn noted(&self, node: &NodeId) -> Result<Option<(NodeDefinition, u64)>, ClusterError> {
        let stored = match self.definition(Kind::Node, node.as_str()).await {
            Ok(stored) => stored,
            Err(ClusterError::NoSuchDefinition { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        match stored.usable()? {
            Definition::Node(noted) => Ok(Some(((**noted).clone(), stored.generation()))),
            _ => Ok(None),
        }
    }
}

/// A node's id as a window has it.
fn node_id(text: &str) -> Result<NodeId, ClusterError> {
    NodeId::new(text).map_err(|error| ClusterError::Invalid {
        field: "node".to_owned(),
        sentence: error.to_string(),
    })
}

/// How a server that is invited is to stand, or what is wrong with the form.
pub(super) fn read_invite(form: &InviteForm) -> Result<InvitedNode, Vec<FieldError>> {
    let mut check = Check::default();
    let (weight, labels) = (
        weight(&mut check, &form.weight),
        labels(&mut check, &form.labels),
    );
    let projects: Vec<ProjectName> = words(&form.projects)
        .filter_map(|text| check.project(text))
        .collect();
    let mut errors = check.errors;
    let draft = NodeDraft {
        name: "invited".to_owned(),
        weight,
        labels: labels.clone(),
        note: String::new(),
    };
    errors.extend(draft.validate().err().unwrap_or_default());
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(InvitedNode {
        projects,
        labels,
        weight,
    })
}

/// An invitation as the window shows it.
pub(super) fn invited(invited: &Invited) -> NodeFormAnswer {
    NodeFormAnswer {
        errors: Vec::new(),
        line: Some(invited.invitation.line()),
        warnings: invited.warnings.clone(),
    }
}

/// With mistakes; without any, that it was done.
pub(super) fn mistaken(errors: Vec<FieldError>) -> NodeFormAnswer {
    NodeFormAnswer {
        errors,
        line: None,
        warnings: Vec::new(),
    }
}

/// Why nobody could be invited, for the window.
pub(super) fn not_invited(refused: &InviteError) -> CommandError {
    let because = match refused {
        InviteError::NoIdentity => "no_identity",
        InviteError::Identity(_) | InviteError::OtherIdentity(..) => "identity_file",
        _ => "not_invited",
    };
    let reason = refused.to_string();
    CommandError {
        code: ErrorCode::Invalid,
        params: [("because", because), ("reason", &reason)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        detail: reason,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\n', '\t', '\r', '，', '、'])
        .filter(|word| !word.is_empty())
}

fn weight(check: &mut Check, text: &str) -> Option<u32> {
    let text = text.trim();
    let weight = text.parse().ok();
    if weight.is_none() && !text.is_empty() {
        let rest = format_args!("is {}: write a number from 0 to {WEIGHT_MAX}", quoted(text));
        check.refuse("weight", "weight", rest);
    }
    weight
}

fn labels(check: &mut Check, text: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for word in words(text) {
        match word.split_once('=') {
            Some((name, value)) => {
                labels.insert(name.to_owned(), value.to_owned());
            }
            None => {
                let rest = format_args!("has {}: write name=value", quoted(word));
                check.refuse("labels", "label_pair", rest);
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(projects: &str, labels: &str, weight: &str) -> InviteForm {
        InviteForm {
            projects: projects.to_owned(),
            labels: labels.to_owned(),
            weight: weight.to_owned(),
        }
    }

    #[test]
    fn reads_how_an_invited_server_is_to_stand() {
        let read = read_invite(&form("billing, data", "role=db\nzone=a, rack=", " 3 "));
        let errors = read.expect_err("a label has an empty value");
        assert_eq!(errors[0].code, "node_label");
        let read = read_invite(&form("billing, data", "role=db\nzone=a", " 3 "));
        let node = read.expect("it is right");
        assert_eq!(node.projects.len(), 2);
        assert_eq!(node.labels["zone"], "a");
        assert_eq!(node.weight, Some(3));
    }

    #[test]
    fn says_all_that_is_wrong_with_an_invitation() {
        let errors = read_invite(&form("No Such", "web", "many")).expect_err("all is wrong");
        let codes: Vec<&str> = errors.iter().map(|error| error.code.as_str()).collect();
        assert_eq!(
            codes,
            ["weight", "label_pair", "project_name", "project_name"]
        );
    }

    #[test]
    fn an_empty_form_leaves_all_to_the_node() {
        let node = read_invite(&form("", "", "")).expect("nothing is wrong");
        assert_eq!(node, InvitedNode::default());
    }
}
