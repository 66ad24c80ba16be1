//! Lanes of runs over time.

use belfry_core::view::{Timeline, TimelineAsk, TimelineStarts};
use tauri::{State, command};

use super::Answer;
use crate::Desk;

#[command]
pub async fn timeline_show(desk: State<'_, Desk>, ask: TimelineAsk) -> Answer<Timeline> {
    Ok(desk.shown().await?.following.timeline(&ask).await?)
}

#[command]
pub async fn timeline_starts(
    desk: State<'_, Desk>,
    since: String,
    until: String,
) -> Answer<TimelineStarts> {
    Ok(desk
        .shown()
        .await?
        .following
        .timeline_starts(&since, &until)
        .await?)
}
