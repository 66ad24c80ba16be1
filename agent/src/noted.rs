//! What people note about this node: it overrides what the node's own file says of weight and
//! labels, whichever of both changed last.

use std::sync::Arc;

use belfry_core::coord::{Coord, WatchEvent};
use belfry_core::definition::{Address, Body, Kind, NodeDefinition};
use belfry_core::envelope::Envelope;
use belfry_core::id::NodeId;
use belfry_core::keyspace::Keyspace;
use belfry_core::limits::WATCH_SILENT_AFTER;
use belfry_core::txn::Entry;
use tokio::sync::watch as flag;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::live::Live;

/// What the node's own file says, and what people note over it.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// By its own file.
    pub own: Live,
    /// What holds.
    pub effective: Live,
}

impl Facts {
    fn new(own: &Live, noted: Option<&NodeDefinition>) -> Self {
        let mut effective = own.clone();
        if let Some(noted) = noted {
            noted.put_over(&mut effective.weight, &mut effective.labels);
        }
        Self {
            own: own.clone(),
            effective,
        }
    }
}

/// Tells what holds, first when it is known whether anybody noted anything: a node that takes no
/// work by what is noted must not take any while it comes up.
pub async fn follow(
    (coord, keys): (Arc<dyn Coord>, Keyspace),
    node: NodeId,
    mut lives: flag::Receiver<Live>,
    tell: flag::Sender<Option<Facts>>,
) {
    let address = Address {
        kind: Kind::Node,
        project: None,
        id: node.to_string(),
    };
    let mut reading = Reading {
        key: keys.definition(&address),
        noted: None,
        is_complete: false,
    };
    let mut watch = coord.watch(&reading.key);
    loop {
        tokio::select! {
            // The file is watched for as long as the agent runs.
            Ok(()) = lives.changed() => {}
            event = timeout(WATCH_SILENT_AFTER, watch.events.recv()) => match event {
                Ok(Some(event)) => reading.learn(event),
                Ok(None) | Err(_) => {
                    warn!("the watch of {} fell silent: reading it again", reading.key);
                    watch = coord.watch(&reading.key);
                }
            },
        }
        if !reading.is_complete {
            continue;
        }
        let facts = Facts::new(&lives.borrow_and_update(), reading.noted.as_ref());
        tell.send_if_modified(|told| {
            let is_new = told.as_ref() != Some(&facts);
            if is_new && told.is_some() {
                info!(
                    "weight and labels of this node are now {}, {:?}",
                    facts.effective.weight, facts.effective.labels
                );
            }
            *told = Some(facts);
            is_new
        });
    }
}

/// What one watch tells. Its prefix may be that of other nodes' keys too.
struct Reading {
    key: String,
    noted: Option<NodeDefinition>,
    is_complete: bool,
}

impl Reading {
    fn learn(&mut self, event: WatchEvent) {
        match event {
            // What was told holds until the list is complete.
            WatchEvent::Reset => (self.noted, self.is_complete) = (None, false),
            WatchEvent::Progress(_) => {}
            WatchEvent::Trouble(why) => warn!("{} cannot be watched at present: {why}", self.key),
            WatchEvent::Ready(_) => self.is_complete = true,
            WatchEvent::Loaded(entry) | WatchEvent::Changed(entry) if entry.key == self.key => {
                self.noted = noted(&entry);
            }
            WatchEvent::Removed(key, _) if key == self.key => self.noted = None,
            WatchEvent::Loaded(_) | WatchEvent::Changed(_) | WatchEvent::Removed(..) => {}
        }
    }
}

/// What cannot be read is as if nobody had noted anything.
fn noted(entry: &Entry) -> Option<NodeDefinition> {
    let envelope = Envelope::decode(&entry.value)
        .map_err(|error| warn!("the definition at {} is left alone: {error}", entry.key))
        .ok()?;
    NodeDefinition::from_body(envelope.body()?)
        .map_err(|error| warn!("the definition at {} is left alone: {error}", entry.key))
        .ok()
}
