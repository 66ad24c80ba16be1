//! Why an occurrence ran where it did, or did not.

use belfry_core::view::{ExplainAsk, Explained};
use tauri::{State, command};

use super::Answer;
use crate::Desk;

#[command]
pub async fn explain_show(desk: State<'_, Desk>, ask: ExplainAsk) -> Answer<Explained> {
    Ok(desk.shown().await?.cluster.explained(&ask).await?)
}
