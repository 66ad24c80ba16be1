//! Where a job runs: the place, the conditions on nodes, and what goes together.

use super::super::error::quoted;
use super::super::{Balance, Place, PlaceDraft, PlaceOn, Selector};
use super::Check;
use crate::id::NodeId;

impl Check {
    pub(crate) fn place(&mut self, draft: &PlaceDraft) -> Place {
        let on = self.place_on(draft.on.as_deref());
        let nodes = draft.nodes.as_deref().and_then(|text| {
            Selector::parse(text)
                .map_err(|error| self.refuse("place.nodes", "selector", error))
                .ok()
        });
        let place = Place {
            on,
            nodes,
            balance: draft.balance,
            failover: draft.failover.unwrap_or(true),
        };
        self.goes_together(&place);
        place
    }

    fn place_on(&mut self, text: Option<&str>) -> PlaceOn {
        match text {
            None | Some("one") => PlaceOn::One,
            Some("all") => PlaceOn::All,
            Some(text) => self
                .place_on_node(text)
                .map(PlaceOn::Node)
                .unwrap_or_default(),
        }
    }

    fn place_on_node(&mut self, text: &str) -> Option<NodeId> {
        let node = text.strip_prefix("node:").map(NodeId::new);
        let advice = match &node {
            Some(Ok(_)) => return node?.ok(),
            Some(Err(_)) => "which no node can be called: `belfryctl nodes list` shows the ids",
            None => {
                "which is no place: write \"one\", \"all\" or \"node:<id>\"; `belfryctl nodes list` shows the ids"
            }
        };
        self.refuse(
            "place.on",
            "place",
            format_args!("is {}, {advice}", quoted(text)),
        );
        None
    }

    /// Fields that say nothing beside the others would be believed and not obeyed.
    fn goes_together(&mut self, place: &Place) {
        if matches!(place.on, PlaceOn::Node(_)) && place.nodes.is_some() {
            self.refuse(
                "place.nodes",
                "place_conflict",
                "is given with `on = \"node:<id>\"`, which names the node already: remove one of them",
            );
        }
        if place.on != PlaceOn::One && place.balance != Balance::Sticky {
            let rest = format_args!(
                "chooses one of several nodes, and `on = \"{}\"` leaves no choice: remove one of them",
                place.on
            );
            self.refuse("place.balance", "place_conflict", rest);
        }
        if place.on == PlaceOn::All && !place.failover {
            self.refuse(
                "place.failover",
                "place_conflict",
                "is off, and with `on = \"all\"` no node takes over for another anyway: remove it",
            );
        }
        let moves = matches!(place.balance, Balance::Rotate | Balance::LeastLoaded);
        if moves && !place.failover && place.on == PlaceOn::One {
            self.refuse(
                "place.failover",
                "place_conflict",
                "is off, and a job whose node changes from run to run has none to wait for: write \
                 `balance = \"sticky\"` or `balance = \"ordered\"`, or remove it",
            );
        }
    }
}
