//! Connections: which there are, which the window shows, and what becomes of them.

use belfry_core::view::{
    ConnectionForm, ConnectionImport, ConnectionList, ConnectionSaved, ConnectionTested, Ladder,
    LadderNews,
};
use tauri::{Emitter, State, command};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::oneshot;

use super::Answer;
use crate::{Desk, homeless};

#[command]
pub async fn connections_list(desk: State<'_, Desk>) -> Answer<ConnectionList> {
    desk.connections.list().await
}

#[command]
pub async fn connection_show(desk: State<'_, Desk>, name: String) -> Answer<()> {
    desk.connections.show(&name)
}

#[command]
pub async fn connection_form(desk: State<'_, Desk>, name: String) -> Answer<ConnectionForm> {
    desk.connections.form(&name)
}

#[command]
pub async fn connection_save(
    desk: State<'_, Desk>,
    form: ConnectionForm,
    before: String,
) -> Answer<ConnectionSaved> {
    desk.connections.save(&form, &before).await
}

#[command]
pub async fn connection_delete(desk: State<'_, Desk>, name: String) -> Answer<()> {
    desk.connections.delete(&name).await
}

#[command]
pub async fn connection_test(
    desk: State<'_, Desk>,
    id: String,
    form: ConnectionForm,
    before: String,
) -> Answer<ConnectionTested> {
    let tell = |ladder: &Ladder| {
        let (id, ladder) = (id.clone(), ladder.clone());
        // Without a window nobody misses it: the end is told apart.
        let _ = desk.app.emit("ladder", LadderNews { id, ladder });
    };
    desk.connections.test(&form, &before, &tell).await
}

#[command]
pub async fn secrets_unlock(desk: State<'_, Desk>, passphrase: String) -> Answer<()> {
    desk.connections.unlock(passphrase).await
}

/// Asks where to, and gives the file that was written; none when nobody chose one.
#[command]
pub async fn connections_export(desk: State<'_, Desk>) -> Answer<Option<String>> {
    let text = desk.connections.export()?;
    let (tell, told) = oneshot::channel();
    let dialog = desk.app.dialog().file().set_file_name("profiles.toml");
    dialog.save_file(move |chosen| {
        // Whoever asked may be gone.
        let _ = tell.send(chosen);
    });
    let chosen = told.await.ok().flatten();
    let Some(path) = chosen.and_then(|chosen| chosen.into_path().ok()) else {
        return Ok(None);
    };
    std::fs::write(&path, text)
        .map_err(|error| homeless(&format!("could not write {}: {error}", path.display())))?;
    Ok(Some(path.display().to_string()))
}

/// Asks for a file, and gives what was taken up of it; none when nobody chose one.
#[command]
pub async fn connections_import(desk: State<'_, Desk>) -> Answer<Option<ConnectionImport>> {
    let (tell, told) = oneshot::channel();
    desk.app.dialog().file().pick_file(move |chosen| {
        // Whoever asked may be gone.
        let _ = tell.send(chosen);
    });
    let chosen = told.await.ok().flatten();
    let Some(path) = chosen.and_then(|chosen| chosen.into_path().ok()) else {
        return Ok(None);
    };
    desk.connections.import_file(&path).map(Some)
}
