//! The job editor's commands.

use belfry_core::view::{
    BuildAsk, BuiltSchedule, DraftAsk, DraftCheck, EditorAsk, EditorLists, EditorStart, SaveAnswer,
    SaveAsk, TryAnswer, TryAsk,
};
use tauri::{State, command};

use super::Answer;
use crate::Desk;

#[command]
pub async fn editor_open(desk: State<'_, Desk>, ask: EditorAsk) -> Answer<EditorStart> {
    Ok(desk.shown().await?.open_editor(&ask).await?)
}

#[command]
pub async fn editor_lists(desk: State<'_, Desk>) -> Answer<EditorLists> {
    Ok(desk.shown().await?.editor_lists().await)
}

#[command]
pub async fn draft_check(desk: State<'_, Desk>, ask: DraftAsk) -> Answer<DraftCheck> {
    Ok(desk.shown().await?.check_draft(&ask).await)
}

#[command]
pub async fn schedule_build(ask: BuildAsk) -> Answer<BuiltSchedule> {
    Ok(belfry_core::cluster::build_schedule(&ask))
}

#[command]
pub async fn draft_save(desk: State<'_, Desk>, ask: SaveAsk) -> Answer<SaveAnswer> {
    Ok(desk.shown().await?.cluster.save_draft(&ask).await?)
}

#[command]
pub async fn draft_try(desk: State<'_, Desk>, ask: TryAsk) -> Answer<TryAnswer> {
    desk.shown().await?.try_draft(&ask).await
}
