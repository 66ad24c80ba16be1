//! Nodes: where jobs run.

use belfry_core::view::{
    InviteForm, NodeAsk, NodeAsked, NodeDetail, NodeForm, NodeFormAnswer, NodeGiven, NodeList,
};
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

#[command]
pub async fn node_ask(desk: State<'_, Desk>, node: String, ask: NodeAsk) -> Answer<NodeAsked> {
    Ok(desk.shown().await?.cluster.ask_and_wait(&node, ask).await?)
}

#[command]
pub async fn node_remove(desk: State<'_, Desk>, node: String) -> Answer<NodeGiven> {
    Ok(desk.shown().await?.cluster.give_up_node(&node).await?)
}

#[command]
pub async fn node_form(desk: State<'_, Desk>, node: String) -> Answer<NodeForm> {
    Ok(desk.shown().await?.cluster.node_form(&node).await?)
}

#[command]
pub async fn node_note(
    desk: State<'_, Desk>,
    node: String,
    form: NodeForm,
) -> Answer<NodeFormAnswer> {
    Ok(desk.shown().await?.cluster.note_node(&node, &form).await?)
}

#[command]
pub async fn node_invite(desk: State<'_, Desk>, form: InviteForm) -> Answer<NodeFormAnswer> {
    desk.connections.invite(&form).await
}
