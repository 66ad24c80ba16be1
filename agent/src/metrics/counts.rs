//! From what the engine learns and does to numbers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use belfry_core::clock;
use belfry_core::dispatch::{Action, Answer, Dispatcher, Event, Intent, Token, Transaction};
use belfry_core::id::RunId;
use belfry_core::run::{RunState, Trigger};
use jiff::Timestamp;

use crate::host::Host;

/// Looks on beside the engine.
pub struct Counts {
    host: Arc<Host>,
    /// Decisions that were sent: whether each starts something.
    sent: BTreeMap<Token, bool>,
    /// When the programs that are being started were due.
    due: BTreeMap<RunId, Timestamp>,
}

impl Counts {
    /// Nothing is counted yet.
    pub fn new(host: Arc<Host>) -> Self {
        Self {
            host,
            sent: BTreeMap::new(),
            due: BTreeMap::new(),
        }
    }

    /// The engine is about to learn this.
    pub fn learn(&mut self, event: &Event) {
        let metrics = &self.host.metrics;
        match event {
            Event::SessionGained(_) => metrics.session.set(1_u64),
            Event::SessionRenewed => metrics.renewals.up(),
            Event::SessionLost => {
                metrics.session.set(0_u64);
                metrics.sessions_lost.up();
            }
            Event::TxnAnswered(token, answer) => self.count_answer(*token, answer),
            Event::Started(run, _, at) => {
                metrics.starts.up();
                if let Some(due) = self.due.remove(run) {
                    let late = Duration::try_from(at.duration_since(due));
                    metrics.lateness.observe(late.unwrap_or_default());
                }
            }
            Event::Exited(run, ..) | Event::GateTaken(run, _) | Event::SupervisorGone(run, _) => {
                self.due.remove(run);
            }
            _ => {}
        }
    }

    fn count_answer(&mut self, token: Token, answer: &Answer) {
        if *answer == Answer::Unknown {
            // It is sent again.
            return;
        }
        let metrics = &self.host.metrics;
        match (self.sent.remove(&token), answer) {
            (Some(true), Answer::Won(_)) => metrics.claims.up(),
            (Some(false), Answer::Won(_)) => metrics.skips.up(),
            (Some(_), Answer::Lost(_)) => metrics.overtaken.up(),
            _ => {}
        }
    }

    /// The engine is about to do this.
    pub fn see(&mut self, action: &Action) {
        match action {
            Action::SendTxn(
                token,
                Transaction::Decide { run, .. } | Transaction::Consume { run, .. },
            ) => {
                self.sent.insert(*token, run.state == RunState::Claimed);
            }
            Action::Spawn(intent) => self.note_due(intent),
            Action::Upload(_, runs, _) => {
                let over = runs.iter().filter(|run| run.state.is_over());
                over.for_each(|run| self.host.metrics.count_ended(run.state));
            }
            _ => {}
        }
    }

    /// Of later attempts and of wishes nobody says that they are late.
    fn note_due(&mut self, intent: &Intent) {
        let value = &intent.value;
        if value.trigger == Trigger::Schedule && value.attempt == 1 {
            let due = value.scheduled_at + intent.job.jitter_offset(intent.key.job);
            self.due.insert(value.run_id, due);
        }
    }

    /// The engine has gone round.
    pub fn go_round(&self, dispatcher: &Dispatcher) {
        let metrics = &self.host.metrics;
        metrics.reports_pending.set(dispatcher.reports_pending());
        metrics.running.set(dispatcher.slots_taken());
        metrics.beat_ms.set(clock::boot().as_millis());
    }
}
