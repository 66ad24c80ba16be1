//! What happens on a server: agents start and renew their sessions, programs run and end.

use std::time::Duration;

use belfry_core::dispatch::{Event, Evidence, ExitKind, Intent};
use belfry_core::id::RunId;
use belfry_core::job::{Delivery, PlaceOn};
use belfry_core::limits::SESSION_RENEW_EVERY;
use belfry_core::run::Reason;

use crate::host::{AttemptKey, Gate, exit};
use crate::world::{Happening, Start, World};

impl World {
    pub(crate) fn boot(&mut self, host: usize) {
        if self.hosts[host].agent.is_some() {
            return;
        }
        // A stop is of a process: the new one is not stopped.
        self.hosts[host].stopped_until = Duration::ZERO;
        self.hosts[host].is_gone = false;
        self.hosts[host].boot_agent();
        self.hosts[host].session = None;
        let incarnation = self.hosts[host].incarnation;
        self.note(format!("n{host} boots its agent, number {incarnation}"));
        let keys: Vec<AttemptKey> = self.hosts[host].journal.keys().copied().collect();
        let found = keys
            .into_iter()
            .map(|key| self.examine(host, key))
            .collect();
        self.tell_at_once(host, incarnation, Event::JournalRead(found));
        let drains = self.hosts[host].drains;
        self.tell_at_once(host, incarnation, Event::DrainRead(drains));
        self.tell_everything(host);
        match self.is_cut(host) {
            true => {}
            false => self.open_session(host, incarnation),
        }
        let time = self.elapsed + SESSION_RENEW_EVERY;
        self.at(time, Happening::Heartbeat(host, incarnation));
    }

    fn tell_at_once(&mut self, host: usize, incarnation: u64, event: Event) {
        let time = self.elapsed;
        self.at(time, Happening::Tell(host, incarnation, event));
    }

    /// What recovery finds of an attempt; taking the gate is part of looking.
    fn examine(&mut self, host: usize, key: AttemptKey) -> (Intent, Evidence) {
        let this = &mut self.hosts[host];
        let intent = this.journal[&key].clone();
        let alive = this.programs.contains_key(&key);
        let folder = this.folders.entry(key).or_default();
        let evidence = match (&folder.exit, folder.gate) {
            (Some(exit), _) => Evidence::Exited(exit.clone()),
            (None, Some(Gate::Supervisor)) if alive => Evidence::Alive(folder.started_at),
            (None, Some(Gate::Supervisor)) => Evidence::Gone {
                rebooted: false,
                started_at: folder.started_at,
            },
            (None, _) => {
                folder.gate = Some(Gate::Agent);
                Evidence::NeverStarted
            }
        };
        (intent, evidence)
    }

    /// A supervisor comes to its gate.
    pub(crate) fn exec(&mut self, host: usize, intent: Intent) {
        let key = (intent.value.run_id, intent.value.attempt);
        let now = self.hosts[host].now(self.start, self.elapsed);
        if !self.hosts[host].spawned.remove(&key) {
            return;
        }
        let Some(folder) = self.hosts[host].folders.get_mut(&key) else {
            return;
        };
        if folder.gate.is_some() {
            return;
        }
        folder.gate = Some(Gate::Supervisor);
        if now.wall > intent.value.start_by || now.boot > intent.start_by_boot {
            let late = exit(ExitKind::NotStarted(Reason::Deadline), None, now.wall);
            folder.exit = Some(late.clone());
            let incarnation = self.hosts[host].incarnation;
            self.tell(host, incarnation, Event::Exited(key.0, key.1, late));
            return;
        }
        folder.started_at = Some(now.wall);
        self.invariant_one_program_at_a_time(host, &intent);
        let code = if self.random.once_in(4) { 1 } else { 0 };
        self.hosts[host].programs.insert(key, code);
        let start = Start {
            key: intent.key,
            attempt: key.1,
            host,
            decided_at: intent.value.decided_at,
        };
        self.note(format!(
            "n{host} program {} attempt {} starts",
            key.0.short(),
            key.1
        ));
        self.starts.push(start);
        // Few last so long that a release before its time would meet them alive.
        let long = self.elapsed < Duration::from_secs(100) && self.random.once_in(12);
        let lasts = match (self.programs_last_ms, long) {
            (Some(lasts), _) => lasts,
            (None, true) => 240_000,
            (None, false) => *self.random.pick(&[5u64, 200, 900, 1_500, 4_000, 25_000]),
        };
        let ends = self.soon(lasts);
        self.at(ends, Happening::ProgramEnds(host, key));
        let incarnation = self.hosts[host].incarnation;
        self.tell(host, incarnation, Event::Started(key.0, key.1, now.wall));
    }

    /// Two programs of a job that forbids overlap never run together.
    fn invariant_one_program_at_a_time(&self, host: usize, intent: &Intent) {
        let may_double = intent.job.delivery == Delivery::AtLeastOnce;
        if may_double || intent.value.active.is_none() {
            return;
        }
        let same = |start: &&Start| {
            start.key.job == intent.key.job
                && (intent.job.place.on != PlaceOn::All || start.host == host)
                && self.hosts[start.host]
                    .programs
                    .contains_key(&(start.key.run_id(), start.attempt))
        };
        if let Some(other) = self.starts.iter().rev().take(500).find(same) {
            panic!("{:?} starts while {:?} still runs", intent.key, other.key);
        }
    }

    pub(crate) fn program_ends(&mut self, host: usize, key: AttemptKey) {
        let Some(code) = self.hosts[host].programs.remove(&key) else {
            return;
        };
        self.write_exit(host, key, ExitKind::Code(code));
    }

    pub(crate) fn write_exit(&mut self, host: usize, key: AttemptKey, how: ExitKind) {
        let now = self.hosts[host].now(self.start, self.elapsed);
        let incarnation = self.hosts[host].incarnation;
        let Some(folder) = self.hosts[host].folders.get_mut(&key) else {
            return;
        };
        let written = exit(how, folder.started_at, now.wall);
        folder.exit = Some(written.clone());
        self.note(format!(
            "n{host} program {} attempt {} ends {how:?}",
            key.0.short(),
            key.1
        ));
        self.tell(host, incarnation, Event::Exited(key.0, key.1, written));
    }

    pub(crate) fn stop_program(&mut self, host: usize, key: AttemptKey) {
        let incarnation = self.hosts[host].incarnation;
        let Some(folder) = self.hosts[host].folders.get_mut(&key) else {
            return;
        };
        if folder.gate.is_none() {
            folder.gate = Some(Gate::Agent);
            self.tell(host, incarnation, Event::GateTaken(key.0, key.1));
            return;
        }
        if self.hosts[host].programs.remove(&key).is_some() {
            self.write_exit(host, key, ExitKind::Stopped);
        }
    }

    pub(crate) fn end_stray(&mut self, host: usize, incarnation: u64, run: RunId) {
        self.hosts[host].programs.retain(|key, _| key.0 != run);
        self.hosts[host].spawned.retain(|key| key.0 != run);
        self.tell(host, incarnation, Event::StrayEnded(run));
    }
}
