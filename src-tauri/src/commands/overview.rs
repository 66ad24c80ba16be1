//! Everything at a glance.

use belfry_core::view::Overview;
use tauri::{State, command};

use super::Answer;
use crate::Desk;

#[command]
pub async fn overview_show(desk: State<'_, Desk>) -> Answer<Overview> {
    Ok(desk.shown().await?.following.overview().await?)
}
