//! What the settings show of this computer, and the start at login.

use belfry_core::view::Computer;
use tauri::{State, command};

use super::Answer;
use crate::Desk;
use crate::notices::can_notify;

#[command]
pub async fn computer_show(desk: State<'_, Desk>) -> Answer<Computer> {
    Ok(desk
        .computer()
        .await?
        .describe(desk.preferences.folder(), can_notify())?)
}

#[command]
pub async fn agent_at_login(desk: State<'_, Desk>, on: bool) -> Answer<()> {
    Ok(desk.computer().await?.start_at_login(on)?)
}

/// The address that somebody wants to see, given once.
#[command]
pub async fn link_take(desk: State<'_, Desk>) -> Answer<Option<String>> {
    Ok(desk.asked.take())
}
