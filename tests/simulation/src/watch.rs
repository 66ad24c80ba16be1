//! What agents are told of the store: sessions, definitions, requests and orders, in the order in
//! which they were written, and everything anew after a cut.

use std::time::Duration;

use belfry_core::dispatch::{Event, Order, RequestValue, SeenJob, SessionValue};
use belfry_core::id::JobId;
use belfry_core::keyspace::{Key, json};
use belfry_core::limits::{SESSION_RENEW_EVERY, SESSION_TTL};
use belfry_core::placement::NodeFacts;
use belfry_core::txn::Entry;

use crate::world::{Edition, Happening, World};

/// How long the news of a change takes. The same for all, so that none overtakes another.
const NEWS_TAKES: Duration = Duration::from_millis(2);

impl World {
    /// Tells an agent something of the store's, unless it is cut off from it.
    pub(crate) fn tell_news(&mut self, host: usize, event: Event) {
        if self.is_cut(host) {
            return;
        }
        let incarnation = self.hosts[host].incarnation;
        let time = self.elapsed + NEWS_TAKES;
        self.at(time, Happening::Tell(host, incarnation, event));
    }

    fn tell_all(&mut self, event: &Event) {
        for host in 0..self.hosts.len() {
            self.tell_news(host, event.clone());
        }
    }

    pub(crate) fn tell_calendars(&mut self) {
        self.tell_all(&Event::CalendarsKnown(self.calendars.clone()));
    }

    /// Whether a server cannot reach the store.
    pub(crate) fn is_cut(&self, host: usize) -> bool {
        self.hosts[host].cut_until > self.elapsed
    }

    /// Tells an agent all that it watches: the path of a first start and of every new watch.
    pub(crate) fn tell_everything(&mut self, host: usize) {
        self.tell_news(host, Event::DefinitionsReset);
        let newest = |(id, editions): (&JobId, &Vec<Edition>)| {
            let edition = editions.last().expect("a job has an edition");
            (*id, seen(edition))
        };
        let jobs: Vec<_> = self.jobs.iter().map(newest).collect();
        for (id, seen) in jobs {
            self.tell_news(host, Event::JobSeen(id, seen));
        }
        self.tell_news(host, Event::DefinitionsReady);
        self.tell_news(host, Event::CalendarsKnown(self.calendars.clone()));
        let prefix = self.keys.root();
        let told: Vec<Entry> = self.store.below(&prefix).cloned().collect();
        self.tell_news(host, Event::NodesReset);
        for entry in &told {
            if let Some(event) = self.news_of(host, entry) {
                self.tell_news(host, event);
            }
        }
        self.tell_news(host, Event::NodesReady);
    }

    fn news_of(&self, host: usize, entry: &Entry) -> Option<Event> {
        let known = "the simulation wrote it";
        match self.keys.parse(&entry.key)? {
            Key::Session(node) => {
                let session: SessionValue = serde_json::from_slice(&entry.value).expect(known);
                Some(Event::NodeSeen(node, Box::new(session)))
            }
            Key::Info(node) => {
                let facts = NodeFacts::remembered(&entry.value).expect(known);
                Some(Event::NodeRemembered(node, Box::new(facts)))
            }
            Key::Request(key) => {
                let value: RequestValue = serde_json::from_slice(&entry.value).expect(known);
                Some(Event::RequestSeen(key, value, entry.mod_revision))
            }
            Key::Order(node, id) if node == self.hosts[host].node => {
                let value = serde_json::from_slice(&entry.value).expect(known);
                Some(Event::OrderSeen(Order { id, value }))
            }
            _ => None,
        }
    }

    /// Makes a new session for a server's agent.
    pub(crate) fn open_session(&mut self, host: usize, incarnation: u64) {
        let key = self.keys.session(&self.hosts[host].node);
        if self.store.entries.contains_key(&key) {
            self.store.remove(&key);
            self.tell_gone(host);
        }
        let info = self.hosts[host].session_value(self.start, self.elapsed);
        let info_key = self.keys.info(&self.hosts[host].node);
        self.store.write(info_key, json(&info));
        let revision = self.write_session(host);
        self.hosts[host].session = Some(revision);
        self.tell(host, incarnation, Event::SessionGained(revision));
    }

    /// Writes what a server's session says now, by its own clock, and tells everybody.
    fn write_session(&mut self, host: usize) -> u64 {
        let this = &mut self.hosts[host];
        this.renewed_at = self.elapsed;
        let session = this.session_value(self.start, self.elapsed);
        let (node, key) = (this.node.clone(), self.keys.session(&this.node));
        let revision = self.store.write(key, json(&session));
        self.tell_all(&Event::NodeSeen(node, Box::new(session)));
        revision
    }

    fn tell_gone(&mut self, host: usize) {
        let node = self.hosts[host].node.clone();
        self.tell_all(&Event::NodeGone(node));
    }

    /// Ends a server's session, if it has one.
    pub(crate) fn end_session_of(&mut self, host: usize) {
        let key = self.keys.session(&self.hosts[host].node);
        if self.store.entries.contains_key(&key) {
            self.store.remove(&key);
            self.tell_gone(host);
        }
        self.hosts[host].session = None;
    }

    /// Ends the sessions that were not renewed.
    pub(crate) fn expire_sessions(&mut self) {
        for host in 0..self.hosts.len() {
            if self.hosts[host].renewed_at + SESSION_TTL < self.elapsed {
                self.end_session_of(host);
            }
        }
    }

    pub(crate) fn heartbeat(&mut self, host: usize, incarnation: u64) {
        self.expire_sessions();
        let this = &self.hosts[host];
        if this.incarnation != incarnation || this.agent.is_none() {
            return;
        }
        if this.stopped_until > self.elapsed {
            let time = this.stopped_until;
            self.at(time, Happening::Heartbeat(host, incarnation));
            return;
        }
        if self.is_cut(host) {
            let time = self.elapsed + Duration::from_secs(1);
            self.at(time, Happening::Heartbeat(host, incarnation));
            return;
        }
        let key = self.keys.session(&this.node);
        let stands = self.store.entries.get(&key);
        let stands = stands.map(|entry| entry.create_revision);
        if stands.is_none() || stands != this.session {
            let lost = Event::SessionLost;
            self.at(self.elapsed, Happening::Tell(host, incarnation, lost));
            self.open_session(host, incarnation);
        } else {
            self.write_session(host);
            self.tell(host, incarnation, Event::SessionRenewed);
        }
        let time = self.elapsed + SESSION_RENEW_EVERY;
        self.at(time, Happening::Heartbeat(host, incarnation));
    }

    /// Tells every agent that a job changed.
    pub(crate) fn announce(&mut self, id: JobId) {
        let Some(edition) = self.jobs.get(&id).and_then(|editions| editions.last()) else {
            return;
        };
        let event = Event::JobSeen(id, seen(edition));
        for host in 0..self.hosts.len() {
            if self.is_cut(host) {
                continue;
            }
            let incarnation = self.hosts[host].incarnation;
            let time = self.elapsed + Duration::from_millis(self.random.below(300));
            self.at(time, Happening::Tell(host, incarnation, event.clone()));
        }
    }

    /// Tells every agent that a request was consumed.
    pub(crate) fn tell_consumed(&mut self, key: belfry_core::dispatch::RequestKey) {
        self.tell_all(&Event::RequestGone(key));
    }
}

fn seen(edition: &Edition) -> SeenJob {
    SeenJob {
        revision: edition.revision,
        generation: edition.generation,
        sgen: edition.sgen,
        was_paused: edition.was_paused,
        job: Ok(std::sync::Arc::new(edition.job.clone())),
    }
}
