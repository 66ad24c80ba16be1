//! Files that people bring and take away. Only this program reads and writes them: the window
//! learns what is in them, and never names a path.

use belfry_core::cluster::{open_file, own_crontab_lines, save_file};
use belfry_core::view::{
    BulkTarget, CommandError, CrontabImport, CrontabTable, DroppedFile, Exported, FileTable,
    JobsText, OpenedFile,
};
use tauri::{
    AppHandle, DragDropEvent, Emitter, State, Window, WindowEvent, async_runtime, command,
};
use tauri_plugin_dialog::{DialogExt, FilePath};
use tokio::sync::oneshot;

use super::Answer;
use crate::Desk;

/// The name that a file of jobs is offered to be saved under.
const FILE_NAME: &str = "jobs.toml";

/// Asks for a file and reads it; nothing when the person chose none.
#[command]
pub async fn file_open(app: AppHandle) -> Answer<Option<OpenedFile>> {
    let (tell, told) = oneshot::channel();
    app.dialog()
        .file()
        .pick_file(|chosen| drop(tell.send(chosen)));
    match told.await.ok().flatten().and_then(path) {
        Some(path) => Ok(Some(open_file(&path)?)),
        None => Ok(None),
    }
}

#[command]
pub async fn file_look(desk: State<'_, Desk>, text: String, prune: bool) -> Answer<FileTable> {
    Ok(desk
        .shown()
        .await?
        .cluster
        .look_at_file(&text, prune)
        .await?)
}

#[command]
pub async fn file_apply(desk: State<'_, Desk>, text: String, prune: bool) -> Answer<FileTable> {
    Ok(desk.shown().await?.cluster.apply_file(&text, prune).await?)
}

#[command]
pub async fn crontab_lines() -> Answer<Option<u32>> {
    Ok(own_crontab_lines().await)
}

#[command]
pub async fn crontab_look(desk: State<'_, Desk>, import: CrontabImport) -> Answer<CrontabTable> {
    Ok(desk.shown().await?.cluster.look_at_crontab(&import).await?)
}

#[command]
pub async fn crontab_import(desk: State<'_, Desk>, import: CrontabImport) -> Answer<CrontabTable> {
    Ok(desk.shown().await?.cluster.import_crontab(&import).await?)
}

#[command]
pub async fn jobs_text(desk: State<'_, Desk>, target: BulkTarget) -> Answer<JobsText> {
    Ok(desk.shown().await?.following.jobs_text(&target).await?)
}

/// Asks where to, and writes the jobs there; gives nothing when no place was chosen.
#[command]
pub async fn jobs_save(
    app: AppHandle,
    desk: State<'_, Desk>,
    target: BulkTarget,
) -> Answer<Option<Exported>> {
    let jobs = desk.shown().await?.following.jobs_text(&target).await?;
    let (tell, told) = oneshot::channel();
    let dialog = app.dialog().file().set_file_name(FILE_NAME);
    dialog.save_file(|chosen| drop(tell.send(chosen)));
    let Some(path) = told.await.ok().flatten().and_then(path) else {
        return Ok(None);
    };
    save_file(&path, &jobs.text)?;
    Ok(Some(Exported {
        path: path.display().to_string(),
        count: jobs.count,
        left_out: jobs.left_out,
    }))
}

fn path(chosen: FilePath) -> Option<std::path::PathBuf> {
    chosen.into_path().ok()
}

/// Opens the first file that is dropped on the window.
pub fn dropped(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event else {
        return;
    };
    let (Some(path), window) = (paths.first().cloned(), window.clone()) else {
        return;
    };
    async_runtime::spawn_blocking(move || {
        let (file, error) = match open_file(&path) {
            Ok(file) => (Some(file), None),
            Err(error) => (None, Some(CommandError::from(error))),
        };
        // Without a window nobody misses it.
        let _ = window.emit("file", DroppedFile { file, error });
    });
}
