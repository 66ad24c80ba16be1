//! The node's own file is read again: on HUP, and when an order asks for it. What is wrong with it
//! is said, in the session too, and the agent goes on as it was.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use belfry_core::config::Config;
use belfry_core::dispatch::Event;
use belfry_core::id::OrderId;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tracing::{info, warn};

use crate::host::Host;

/// Listens until the agent ends.
pub async fn listen(host: Arc<Host>, file: Option<PathBuf>, mut orders: mpsc::Receiver<OrderId>) {
    let hangs = signal(SignalKind::hangup());
    let mut hangs = hangs
        .inspect_err(|error| warn!("could not listen to HUP: {error}"))
        .ok();
    loop {
        tokio::select! {
            () = hung(&mut hangs) => {
                if let Err(sentence) = reload(&host, file.as_deref()) {
                    warn!("{sentence}");
                }
            }
            order = orders.recv() => {
                let Some(order) = order else { return };
                let done = reload(&host, file.as_deref());
                host.tell(Event::OrderDone(order, done)).await;
            }
        }
    }
}

async fn hung(hangs: &mut Option<Signal>) {
    match hangs {
        Some(hangs) => drop(hangs.recv().await),
        None => std::future::pending().await,
    }
}

/// Reads the file again, whoever asked.
fn reload(host: &Host, file: Option<&Path>) -> Result<(), String> {
    let read = Config::load(file).map_err(|error| error.to_string());
    host.file_trouble.send_replace(read.as_ref().err().cloned());
    match read {
        Ok(_) => {
            info!("the configuration is valid; what changed in it holds from the next start");
            Ok(())
        }
        Err(error) => Err(format!(
            "{error}: the agent goes on with what it read before"
        )),
    }
}
