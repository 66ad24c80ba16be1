//! The desktop program: a window over core's use-cases. It starts things and passes them on;
//! whatever has to be decided is decided in core.

mod commands;
mod links;
mod notices;

use std::collections::HashMap;
use std::env;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use belfry_core::cluster::{
    BulkStop, Connection, Connections, Here, Notices, ThisComputer, this_computer_dir,
};
use belfry_core::preferences::PreferencesFile;
use belfry_core::profile::{ProfilesFile, Secrets};
use belfry_core::view::{CommandError, ConnectionLive, ErrorCode};
use tauri::{App, AppHandle, Emitter, Manager, WebviewWindowBuilder};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tracing::error;
use tracing_subscriber::EnvFilter;

use crate::links::Asked;
use crate::notices::show;

/// What all commands share.
struct Desk {
    app: AppHandle,
    connections: Arc<Connections>,
    preferences: PreferencesFile,
    /// The bulk changes that go on, by their names.
    bulks: Mutex<HashMap<String, BulkStop>>,
    asked: Asked,
}

impl Desk {
    fn bulks(&self) -> MutexGuard<'_, HashMap<String, BulkStop>> {
        self.bulks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells outside of the window what of a batch is worth it.
    async fn notify(&self, notices: &mut Notices, news: &ConnectionLive) {
        let connection = self.connections.opened(&news.profile);
        let Some(connection) = connection.filter(|_| !news.live.runs.is_empty()) else {
            return;
        };
        let preferences = self.preferences.read();
        let told = notices.of(&news.live, &connection.following, &preferences);
        told.await.iter().for_each(|notice| show(&self.app, notice));
    }

    /// This computer.
    async fn computer(&self) -> Result<&ThisComputer, CommandError> {
        self.connections.computer().await
    }

    /// What the window shows: this computer or the cluster of a profile.
    async fn shown(&self) -> Result<Arc<Connection>, CommandError> {
        self.connections.shown().await
    }
}

fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_env("BELFRY_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    spare_the_graphics_driver();
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            opened_again(app, &arguments)
        }))
        .plugin(tauri_plugin_dialog::init())
        .on_window_event(commands::dropped)
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .invoke_handler(commands::all())
        .setup(set_up)
        .run(tauri::generate_context!())?;
    Ok(())
}

/// WebKitGTK shows an empty window with some drivers unless it draws without DMA buffers.
#[expect(
    unsafe_code,
    reason = "no other thread runs yet that could read the environment"
)]
fn spare_the_graphics_driver() {
    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if env::var_os(SWITCH).is_none() {
        // SAFETY: called first thing in `main`, which is the only thread.
        unsafe { env::set_var(SWITCH, "1") };
    }
}

fn set_up(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    let window = app
        .config()
        .app
        .windows
        .first()
        .cloned()
        .expect("the configuration has a window");
    WebviewWindowBuilder::from_config(app.handle(), &window)?.build()?;
    let preferences = PreferencesFile::in_folder(&app.path().app_config_dir()?);
    let connections = connections()?;
    let asked = Asked::default();
    asked.keep(
        &env::args_os()
            .map(|it| it.to_string_lossy().into_owned())
            .collect::<Vec<_>>(),
    );
    let app = app.handle().clone();
    app.manage(Desk {
        app: app.clone(),
        connections: Arc::clone(&connections),
        preferences,
        bulks: Mutex::default(),
        asked,
    });
    tauri::async_runtime::spawn(pass_on(connections.lives(), app.clone()));
    // Jobs ring before the window asks for anything.
    tauri::async_runtime::spawn(async move {
        if let Err(error) = connections.computer().await {
            error!("{}", error.detail);
        }
    });
    Ok(())
}

/// Where everything lies. `BELFRY_DIR` and `BELFRY_PROFILE` say otherwise than usual.
fn connections() -> anyhow::Result<Arc<Connections>> {
    let given = env::var_os("BELFRY_DIR").map(PathBuf::from);
    let dir = given
        .or_else(this_computer_dir)
        .context("neither XDG_DATA_HOME nor HOME says where this computer's data lies")?;
    let program = env::current_exe()?.with_file_name("belfry-agent");
    let wanted = env::var("BELFRY_PROFILE").ok();
    let files = ProfilesFile::usual()?;
    let secrets = Secrets::in_folder(files.folder());
    Ok(Connections::new(
        Here { dir, program },
        files,
        secrets,
        wanted,
    ))
}

fn homeless(detail: &str) -> CommandError {
    CommandError {
        code: ErrorCode::Unreachable,
        params: Default::default(),
        detail: detail.to_owned(),
    }
}

/// Passes on what changes: to the window what it shows, outside of it whatever is worth it. A
/// batch that is missed shows in the next one's number.
async fn pass_on(mut lives: Receiver<ConnectionLive>, app: AppHandle) {
    let mut notices: HashMap<String, Notices> = HashMap::new();
    loop {
        let news = match lives.recv().await {
            Ok(news) => news,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let desk = app.state::<Desk>();
        let of_profile = notices.entry(news.profile.clone()).or_default();
        desk.notify(of_profile, &news).await;
        if news.profile == desk.connections.shown_name() {
            // Without a window nobody misses it.
            let _ = app.emit("live", news.live);
        }
    }
}

/// Somebody started the program again: perhaps to open an address, and in any case to see the window.
fn opened_again(app: &AppHandle, arguments: &[String]) {
    let desk = app.try_state::<Desk>();
    if desk.is_some_and(|desk| desk.asked.keep(arguments)) {
        // Without a window nobody misses it: the window asks when it comes up.
        let _ = app.emit("link", ());
    }
    show_window(app);
}

fn show_window(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        // A window manager may refuse; there is nothing else to try.
        let _ = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
    }
}
