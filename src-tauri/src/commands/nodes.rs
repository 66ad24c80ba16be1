//! Nodes: where jobs run.

use belfry_core::view::{NodeDetail, NodeList};
use tauri::{State, command};

use super::Answer;
use crate::Desk;

#[command]
pub async fn nodes_list(desk: State<'_, Desk>) -> Answer<NodeList> {
    Ok(desk.shown().await?.following.node_list().await)
}

#[command]
pub async fn node_show(
    desk: State<'_, Desk>,
    node: String,
    language: String,
) -> Answer<NodeDetail> {
    Ok(desk
        .shown()
        .await?
        .following
        .node_detail(&node, &language)
        .await?)
}
