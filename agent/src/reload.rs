//! HUP: the file is read again. What is wrong with it is said, and the agent goes on as it was.

use std::path::PathBuf;

use belfry_core::config::Config;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

/// Listens until the agent ends.
pub async fn listen(file: Option<PathBuf>) {
    let mut hangs = match signal(SignalKind::hangup()) {
        Ok(hangs) => hangs,
        Err(error) => return warn!("could not listen to HUP: {error}"),
    };
    while hangs.recv().await.is_some() {
        match Config::load(file.as_deref()) {
            Ok(_) => {
                info!("the configuration is valid; what changed in it holds from the next start")
            }
            Err(error) => warn!("{error}: the agent goes on with what it read before"),
        }
    }
}
