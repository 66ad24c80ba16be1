//! What other people and agents write: definitions, requests, and the orders for this node.
//!
//! A value that cannot be read costs a warning with its key, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use belfry_core::coord::{Coord, WatchEvent};
use belfry_core::definition::{Body, Calendar};
use belfry_core::dispatch::{Event, Order, SeenJob, SessionValue};
use belfry_core::envelope::{Content, Envelope};
use belfry_core::id::JobId;
use belfry_core::job::Job;
use belfry_core::keyspace::{Key, Keyspace};
use belfry_core::limits::WATCH_SILENT_AFTER;
use belfry_core::placement::NodeFacts;
use belfry_core::schedule::Days;
use belfry_core::txn::Entry;
use tokio::time::timeout;
use tracing::warn;

use crate::host::Host;

/// Turns what one watch tells into what the dispatcher learns.
pub trait Reader: Send {
    /// All that follows from one event, in order.
    fn read(&mut self, keys: &Keyspace, event: WatchEvent) -> Vec<Event>;
}

/// Reads a prefix for as long as the agent lives. A watch that falls silent is begun anew.
pub async fn follow(
    coord: Arc<dyn Coord>,
    host: Arc<Host>,
    keys: Keyspace,
    prefix: String,
    mut reader: impl Reader,
) {
    let mut watch = coord.watch(&prefix);
    let mut in_trouble = false;
    loop {
        match timeout(WATCH_SILENT_AFTER, watch.events.recv()).await {
            Ok(Some(event)) => {
                note_trouble(&prefix, &event, &mut in_trouble);
                for event in reader.read(&keys, event) {
                    host.tell(event).await;
                }
            }
            Ok(None) | Err(_) => {
                warn!("the watch of {prefix} fell silent: reading everything again");
                watch = coord.watch(&prefix);
            }
        }
    }
}

fn note_trouble(prefix: &str, event: &WatchEvent, in_trouble: &mut bool) {
    match event {
        WatchEvent::Trouble(why) if !*in_trouble => {
            warn!("{prefix} cannot be watched at present: {why}");
            *in_trouble = true;
        }
        WatchEvent::Trouble(_) => {}
        _ => *in_trouble = false,
    }
}

/// Reads job definitions.
pub struct Definitions;

impl Reader for Definitions {
    fn read(&mut self, keys: &Keyspace, event: WatchEvent) -> Vec<Event> {
        let event = match event {
            WatchEvent::Reset => Some(Event::DefinitionsReset),
            WatchEvent::Ready(_) => Some(Event::DefinitionsReady),
            WatchEvent::Loaded(entry) | WatchEvent::Changed(entry) => definition(keys, &entry),
            WatchEvent::Removed(key, _) => job_of(keys, &key).map(Event::JobGone),
            WatchEvent::Progress(_) | WatchEvent::Trouble(_) => None,
        };
        event.into_iter().collect()
    }
}

fn job_of(keys: &Keyspace, key: &str) -> Option<JobId> {
    match keys.parse(key) {
        Some(Key::Job(_, id)) => Some(id),
        _ => {
            warn!("{key} is not the key of a job: it is left alone");
            None
        }
    }
}

fn definition(keys: &Keyspace, entry: &Entry) -> Option<Event> {
    let id = job_of(keys, &entry.key)?;
    let revision = entry.mod_revision;
    let seen = match Envelope::decode(&entry.value) {
        Ok(envelope) => match &envelope.content {
            Content::Deleted => return Some(Event::JobGone(id)),
            Content::Body(body) => SeenJob {
                revision,
                generation: envelope.generation,
                sgen: envelope.schedule_generation.unwrap_or(envelope.generation),
                was_paused: envelope.rested,
                job: usable(keys, entry, body),
            },
        },
        Err(error) => {
            let why = format!("the definition at {} cannot be read: {error}", entry.key);
            SeenJob {
                revision,
                generation: 0,
                sgen: 0,
                was_paused: false,
                job: Err(why),
            }
        }
    };
    Some(Event::JobSeen(id, seen))
}

fn usable(keys: &Keyspace, entry: &Entry, body: &serde_json::Value) -> Result<Arc<Job>, String> {
    let job = Job::from_body(body).map_err(|error| format!("{}: {error}", entry.key))?;
    match keys.parse(&entry.key) {
        Some(Key::Job(project, _)) if project == job.project => Ok(Arc::new(job)),
        _ => Err(format!(
            "{} holds a job of the project {}",
            entry.key, job.project
        )),
    }
}

/// Reads the nodes' sessions, and what stays known of those that are not there.
pub struct Nodes;

impl Reader for Nodes {
    fn read(&mut self, keys: &Keyspace, event: WatchEvent) -> Vec<Event> {
        let event = match event {
            WatchEvent::Reset => Some(Event::NodesReset),
            WatchEvent::Ready(_) => Some(Event::NodesReady),
            WatchEvent::Loaded(entry) | WatchEvent::Changed(entry) => node(keys, &entry),
            WatchEvent::Removed(key, _) => match keys.parse(&key) {
                Some(Key::Session(node)) => Some(Event::NodeGone(node)),
                Some(Key::Info(node)) => Some(Event::NodeRemoved(node)),
                _ => None,
            },
            WatchEvent::Progress(_) | WatchEvent::Trouble(_) => None,
        };
        event.into_iter().collect()
    }
}

/// A session that cannot be read still says that its node is there; it is taken for one that has
/// nothing to spare.
fn node(keys: &Keyspace, entry: &Entry) -> Option<Event> {
    let node = match keys.parse(&entry.key)? {
        Key::Session(node) => node,
        Key::Info(node) => {
            let facts = NodeFacts::remembered(&entry.value)?;
            return Some(Event::NodeRemembered(node, Box::new(facts)));
        }
        _ => return None,
    };
    let session = serde_json::from_slice(&entry.value).unwrap_or_else(|error| {
        warn!("the session at {} cannot be read: {error}", entry.key);
        SessionValue::unreadable()
    });
    Some(Event::NodeSeen(node, Box::new(session)))
}

/// Reads requests and orders, of which the dispatcher keeps no account of its own: after a watch
/// began anew, what is not told again is gone.
#[derive(Default)]
pub struct Wishes {
    known: BTreeMap<String, Event>,
    /// Keys told since a reset.
    loading: Option<BTreeSet<String>>,
}

impl Reader for Wishes {
    fn read(&mut self, keys: &Keyspace, event: WatchEvent) -> Vec<Event> {
        match event {
            WatchEvent::Reset => {
                self.loading = Some(BTreeSet::new());
                Vec::new()
            }
            WatchEvent::Loaded(entry) | WatchEvent::Changed(entry) => self.see(keys, &entry),
            WatchEvent::Removed(key, _) => self.known.remove(&key).into_iter().collect(),
            WatchEvent::Ready(_) => {
                let told = self.loading.take().unwrap_or_default();
                let gone: Vec<String> = self
                    .known
                    .keys()
                    .filter(|key| !told.contains(*key))
                    .cloned()
                    .collect();
                gone.iter()
                    .filter_map(|key| self.known.remove(key))
                    .collect()
            }
            WatchEvent::Progress(_) | WatchEvent::Trouble(_) => Vec::new(),
        }
    }
}

impl Wishes {
    fn see(&mut self, keys: &Keyspace, entry: &Entry) -> Vec<Event> {
        if let Some(loading) = &mut self.loading {
            loading.insert(entry.key.clone());
        }
        let (seen, gone) = match wish(keys, entry) {
            Ok(wish) => wish,
            Err(why) => {
                warn!("{} is left alone: {why}", entry.key);
                return Vec::new();
            }
        };
        self.known.insert(entry.key.clone(), gone);
        vec![seen]
    }
}

/// What a wish says, and what to say when it is gone.
fn wish(keys: &Keyspace, entry: &Entry) -> Result<(Event, Event), String> {
    let unreadable = |error: serde_json::Error| format!("its value cannot be read ({error})");
    match keys.parse(&entry.key) {
        Some(Key::Request(key)) => {
            let value = serde_json::from_slice(&entry.value).map_err(unreadable)?;
            let gone = Event::RequestGone(key.clone());
            Ok((Event::RequestSeen(key, value, entry.mod_revision), gone))
        }
        Some(Key::Order(_, id)) => {
            let value = serde_json::from_slice(&entry.value).map_err(unreadable)?;
            Ok((Event::OrderSeen(Order { id, value }), Event::OrderGone(id)))
        }
        _ => Err("it is neither a request nor an order".to_owned()),
    }
}

/// Reads calendars, and tells all of them whenever one is another. One that cannot be read is as
/// if it were not there: its jobs wait.
#[derive(Default)]
pub struct CalendarReader {
    /// By their keys.
    known: BTreeMap<String, (String, Arc<Days>)>,
    is_complete: bool,
}

impl Reader for CalendarReader {
    fn read(&mut self, _: &Keyspace, event: WatchEvent) -> Vec<Event> {
        match event {
            WatchEvent::Reset => {
                self.known.clear();
                self.is_complete = false;
            }
            WatchEvent::Loaded(entry) | WatchEvent::Changed(entry) => {
                self.known.remove(&entry.key);
                let read = calendar(&entry);
                self.known.extend(
                    read.map(|calendar| (entry.key, (calendar.name, Arc::new(calendar.days)))),
                );
            }
            WatchEvent::Removed(key, _) => drop(self.known.remove(&key)),
            WatchEvent::Ready(_) => self.is_complete = true,
            WatchEvent::Progress(_) | WatchEvent::Trouble(_) => return Vec::new(),
        }
        let all = self.known.values().cloned().collect();
        // What was told holds until the list is complete.
        self.is_complete
            .then_some(Event::CalendarsKnown(all))
            .into_iter()
            .collect()
    }
}

fn calendar(entry: &Entry) -> Option<Calendar> {
    let envelope = Envelope::decode(&entry.value)
        .map_err(|error| warn!("the definition at {} is left alone: {error}", entry.key))
        .ok()?;
    Calendar::from_body(envelope.body()?)
        .map_err(|error| warn!("the definition at {} is left alone: {error}", entry.key))
        .ok()
}
