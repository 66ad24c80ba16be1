//! Which nodes could run the job of a form, by the same rules as agents place it.

use serde_json::Value;
use uuid::Uuid;

use super::super::Picture;
use crate::id::{JobId, ProjectName};
use crate::job::{Check, Place, PlaceDraft, PlaceOn};
use crate::placement::{NodeFacts, Nodes, Wanted, What, candidates};
use crate::view::{JobForm, NodeFit};

impl Picture {
    /// Every node that is there, and whether it could run the job of a form: also while other
    /// fields are wrong. Conditions that cannot be read leave no node out.
    pub(super) fn fits(&self, form: &JobForm, id: Option<JobId>) -> Vec<NodeFit> {
        let nodes: Nodes = self
            .nodes()
            .iter()
            .map(|seen| (seen.id.clone(), NodeFacts::from(&seen.session)))
            .collect();
        let project = ProjectName::new(&form.project);
        let project = project.or_else(|_| ProjectName::new("default"));
        let place = place_of(form);
        let found = candidates(
            Wanted {
                id: id.unwrap_or(JobId(Uuid::nil())),
                project: &project.expect("it is a project's name"),
                place: &place,
                what: What::Turn(0),
            },
            &nodes,
        );
        let fit = |node: &_| NodeFit {
            node: ToString::to_string(node),
            fits: true,
            reason: None,
        };
        let mut fits: Vec<NodeFit> = found.order.iter().map(fit).collect();
        let known = found.excluded.iter();
        for (node, why) in known.filter(|(node, _)| nodes.contains_key(node)) {
            let why = serde_json::to_value(why).ok();
            fits.push(NodeFit {
                node: node.to_string(),
                fits: false,
                reason: why.as_ref().and_then(Value::as_str).map(str::to_owned),
            });
        }
        if let PlaceOn::Node(wanted) = &place.on
            && !nodes.contains_key(wanted)
        {
            fits.push(NodeFit {
                node: wanted.to_string(),
                fits: false,
                reason: Some("not_there".to_owned()),
            });
        }
        fits.sort_by(|a, b| a.node.cmp(&b.node));
        fits
    }
}

/// Where the job of a form runs, as far as that can be read.
fn place_of(form: &JobForm) -> Place {
    let typed = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Check::default().place(&PlaceDraft {
        on: typed(&form.place_on),
        nodes: typed(&form.place_nodes),
        balance: form.balance,
        failover: Some(form.failover),
    })
}
