//! TERM and INT: the first asks to end in order, the second to end at once. Programs go on.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::{Code, Failure};

/// Hears the signals that end the agent.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Failure> {
        let listen = |kind| {
            let refuse = |error| {
                Failure::new(
                    Code::Internal,
                    format!("could not listen to signals: {error}"),
                )
            };
            signal(kind).map_err(refuse)
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Until somebody asks.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Until somebody asks a second time.
    pub async fn asked_again(&mut self) {
        self.asked().await;
    }
}
