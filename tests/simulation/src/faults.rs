//! Misfortunes, drawn from the seed; each is counted, so that a run without any is noticed.

use std::time::Duration;

use belfry_core::dispatch::{Ask, Event, Order, OrderValue, RequestKey, RequestValue, RunKey};
use belfry_core::id::{DiskId, JobId, Moment, OrderId, RequestId, Scope};
use belfry_core::keyspace::json;
use belfry_core::run::Trigger;
use belfry_core::schedule::Schedule;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::world::{Edition, Happening, World};

/// What may go wrong, and what people may do meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// An agent is killed; it comes back soon or late.
    AgentKilled,
    /// An agent is killed and its disk replaced by an empty one.
    DiskLost,
    /// An agent is killed and stays away for so long that its runs are called lost.
    NodeGone,
    /// An agent is stopped for a while and goes on.
    AgentStopped,
    /// A supervisor is killed, and its program with it.
    SupervisorKilled,
    /// A wall clock is set to another time.
    ClockStepped,
    /// History cannot be reached.
    HistoryAway,
    /// A session ends though its agent lives.
    SessionEnded,
    /// A server cannot reach the store, though it reaches everything else.
    CutOff,
    /// A transaction never reaches the store.
    LostRequest,
    /// An answer never comes back.
    LostReply,
    /// An intent cannot be written.
    DiskFull,
    /// A person kills a run.
    Killed,
    /// A person runs a job now.
    Requested,
    /// A person puts the same request again.
    Replayed,
    /// A person changes a schedule.
    Edited,
    /// A person pauses or resumes a job.
    Paused,
    /// A person lets a node take nothing new, or work again.
    Drained,
    /// A person releases a lost run whose program has ended.
    Released,
}

/// Every kind of misfortune.
pub const ALL: [Fault; 19] = [
    Fault::NodeGone,
    Fault::AgentKilled,
    Fault::DiskLost,
    Fault::AgentStopped,
    Fault::SupervisorKilled,
    Fault::ClockStepped,
    Fault::HistoryAway,
    Fault::SessionEnded,
    Fault::CutOff,
    Fault::LostRequest,
    Fault::LostReply,
    Fault::DiskFull,
    Fault::Killed,
    Fault::Requested,
    Fault::Replayed,
    Fault::Edited,
    Fault::Paused,
    Fault::Drained,
    Fault::Released,
];

impl World {
    /// Something goes wrong, and the next misfortune is put on its way.
    pub(crate) fn misfortune(&mut self) {
        self.expire_sessions();
        if self.healed {
            return;
        }
        let next = self.soon(10_000);
        self.at(next, Happening::Misfortune);
        let host = self.random.below(self.hosts.len() as u64) as usize;
        self.release();
        match self.random.below(20) {
            0..=2 => self.kill_agent(host, false),
            3 => self.kill_agent(host, true),
            4 => self.stop_agent(host),
            5 => self.kill_supervisor(host),
            6 if self.clocks_may_step => self.step_clock(host),
            7 => self.take_history_away(),
            8 => self.end_session(host),
            14 | 15 => self.cut_off(host),
            9 | 10 => self.ask_kill(),
            11 => self.request_run(),
            12 => self.replay_request(),
            18 | 19 => self.drain_or_undrain(host),
            6 | 13 if !self.clocks_may_step => self.edit_schedule(),
            _ if !self.clocks_may_step => self.pause_or_resume(),
            _ => self.kill_agent(host, false),
        }
    }

    fn kill_agent(&mut self, host: usize, lose_disk: bool) {
        let Some(_) = self.hosts[host].agent.take() else {
            return;
        };
        self.hosts[host].incarnation += 1;
        self.count(if lose_disk {
            Fault::DiskLost
        } else {
            Fault::AgentKilled
        });
        self.note(format!("n{host} agent killed, disk lost: {lose_disk}"));
        if lose_disk {
            let this = &mut self.hosts[host];
            this.journal.clear();
            this.drains = false;
            this.folders.clear();
            this.disk_id = DiskId(Uuid::from_u128(this.disk_id.0.as_u128() + 1000));
        }
        let away = *self
            .random
            .pick(&[100u64, 1_000, 8_000, 40_000, 90_000, 900_000]);
        let time = self.soon(away);
        if time > self.elapsed + Duration::from_secs(90) {
            self.hosts[host].is_gone = true;
            self.count(Fault::NodeGone);
        }
        self.at(time, Happening::Boot(host));
    }

    fn stop_agent(&mut self, host: usize) {
        let stopped = *self.random.pick(&[1_000u64, 12_000, 40_000]);
        self.hosts[host].stopped_until = self.soon(stopped);
        self.count(Fault::AgentStopped);
        self.note(format!("n{host} agent stopped"));
    }

    fn kill_supervisor(&mut self, host: usize) {
        let Some(key) = self.hosts[host].programs.keys().next().copied() else {
            return;
        };
        self.hosts[host].programs.remove(&key);
        self.count(Fault::SupervisorKilled);
        self.note(format!("n{host} supervisor of {} killed", key.0.short()));
        let incarnation = self.hosts[host].incarnation;
        self.tell(host, incarnation, Event::SupervisorGone(key.0, key.1));
    }

    fn step_clock(&mut self, host: usize) {
        let step = *self.random.pick(&[-70i64, -5, 3, 20, 90]);
        self.hosts[host].clock_error = match self.random.once_in(2) {
            true => SignedDuration::ZERO,
            false => SignedDuration::from_secs(step),
        };
        self.count(Fault::ClockStepped);
        self.note(format!(
            "n{host} clock is off by {:?}",
            self.hosts[host].clock_error
        ));
    }

    fn take_history_away(&mut self) {
        self.history_up = false;
        self.count(Fault::HistoryAway);
        let back = self.soon(25_000);
        self.at(back, Happening::HistoryBack);
    }

    fn end_session(&mut self, host: usize) {
        self.end_session_of(host);
        self.count(Fault::SessionEnded);
        self.note(format!("n{host} session ended"));
    }

    fn cut_off(&mut self, host: usize) {
        let lasts = *self.random.pick(&[2_000u64, 12_000, 30_000, 100_000]);
        let until = self.soon(lasts);
        self.cut_until(host, until);
    }

    /// A server reaches everything but the store, until then.
    pub fn cut_until(&mut self, host: usize, until: Duration) {
        self.hosts[host].cut_until = until;
        self.at(until, Happening::CutHealed(host));
        self.count(Fault::CutOff);
        self.note(format!(
            "n{host} is cut off until {:.3}",
            until.as_secs_f64()
        ));
    }

    fn ask_kill(&mut self) {
        let Some(start) = self.starts.last().cloned() else {
            return;
        };
        self.count(Fault::Killed);
        let id = OrderId::of_kill(start.key.run_id());
        let value = OrderValue {
            v: 1,
            by: "somebody".into(),
            asked_at: self.true_now(),
            not_after: self.true_now() + Duration::from_secs(200),
            ask: Ask::Kill {
                run_id: start.key.run_id(),
            },
        };
        let key = self.keys.order(&self.hosts[start.host].node, id);
        self.store.write(key, json(&value));
        self.note(format!("kill of {} asked", start.key.run_id().short()));
        self.tell_news(start.host, Event::OrderSeen(Order { id, value }));
    }

    fn request_run(&mut self) {
        let jobs: Vec<JobId> = self.jobs.keys().copied().collect();
        let job = *self.random.pick(&jobs);
        let project = self.jobs[&job][0].job.project.clone();
        let request = RequestId(Uuid::from_u128(u128::from(self.random.number())));
        self.count(Fault::Requested);
        let run = RunKey {
            project,
            job,
            scope: Scope::Manual(request),
            moment: Moment::Request(request),
        };
        self.requests.push(run.clone());
        self.put_request(&run);
    }

    fn replay_request(&mut self) {
        let Some(run) = self.requests.last().cloned() else {
            return;
        };
        self.count(Fault::Replayed);
        self.put_request(&run);
    }

    fn put_request(&mut self, run: &RunKey) {
        let Moment::Request(request) = run.moment else {
            return;
        };
        let key = RequestKey {
            project: run.project.clone(),
            job: run.job,
            request,
        };
        let (path, run_path) = (self.keys.request(&key), self.keys.run(run));
        let stands = |world: &World, key: &str| world.store.entries.contains_key(key);
        if stands(self, &path) || stands(self, &run_path) {
            return;
        }
        let value = RequestValue {
            v: 1,
            by: "somebody".into(),
            asked_at: self.true_now(),
            not_before: None,
            not_after: self.start + Duration::from_secs(400),
            scheduled_at: None,
            trigger: Trigger::Manual,
            node: None,
            anyway: false,
            cancel: false,
            definition: None,
            parameters: Default::default(),
            extra: Default::default(),
        };
        let revision = self.store.write(path, json(&value));
        self.note(format!("request {} put", run.run_id().short()));
        for host in 0..self.hosts.len() {
            let event = Event::RequestSeen(key.clone(), value.clone(), revision);
            self.tell_news(host, event);
        }
    }

    fn edit_schedule(&mut self) {
        let text = *self.random.pick(&[
            "*/3 * * * * *",
            "@every 4s",
            "* * * * * *",
            "*/20 * * * * *",
        ]);
        let schedule = Schedule::parse(text).expect("a schedule");
        self.count(Fault::Edited);
        self.edit(|edition| edition.job.schedule = schedule);
    }

    fn pause_or_resume(&mut self) {
        self.count(Fault::Paused);
        self.edit(|edition| edition.job.paused = !edition.job.paused);
    }

    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Edition)) {
        let jobs: Vec<JobId> = self.jobs.keys().copied().collect();
        let id = *self.random.pick(&jobs);
        self.edit_job(id, change);
    }

    /// Makes a new edition of a job.
    pub fn edit_job(&mut self, id: JobId, change: impl FnOnce(&mut Edition)) {
        let Some(old) = self
            .jobs
            .get(&id)
            .and_then(|editions| editions.last())
            .cloned()
        else {
            return;
        };
        let mut edition = old.clone();
        change(&mut edition);
        edition.since = self.true_now();
        edition.generation += 1;
        edition.sgen = edition.generation;
        edition.was_paused = old.job.paused;
        edition.revision = self.store.write(
            self.keys.job(&old.job.project, id),
            edition.generation.to_string().into_bytes(),
        );
        self.note(format!(
            "job {id} edited: {} paused {}",
            edition.job.schedule.text(),
            edition.job.paused
        ));
        self.jobs.entry(id).or_default().push(edition);
        self.announce(id);
    }
}
