//! The desktop program: a window over core's use-cases. It starts things and passes them on;
//! whatever has to be decided is decided in core.

mod commands;
mod notices;

use std::collections::HashMap;
use std::env;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use belfry_core::cluster::{BulkStop, Notices, ThisComputer, this_computer_dir};
use belfry_core::preferences::PreferencesFile;
use belfry_core::view::{CommandError, ErrorCode, Live};
use tauri::{App, AppHandle, Emitter, Manager, WebviewWindowBuilder};
use tokio::sync::OnceCell;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tracing::{error, warn};
use tracing_subscriber::EnvFilter;

use crate::notices::show;

/// What all commands share.
struct Desk {
    app: AppHandle,
    computer: OnceCell<ThisComputer>,
    preferences: PreferencesFile,
    /// The bulk changes that go on, by their names.
    bulks: Mutex<HashMap<String, BulkStop>>,
}

impl Desk {
    fn bulks(&self) -> MutexGuard<'_, HashMap<String, BulkStop>> {
        self.bulks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells outside of the window what of a batch is worth it.
    async fn notify(&self, notices: &mut Notices, live: &Live) {
        let Some(computer) = self.computer.get().filter(|_| !live.runs.is_empty()) else {
            return;
        };
        let preferences = self.preferences.read();
        let news = notices.of(live, &computer.following, &preferences).await;
        news.iter().for_each(|notice| show(&self.app, notice));
    }

    /// This computer, opened by whoever asks first; after a failure the next one tries again.
    async fn computer(&self) -> Result<&ThisComputer, CommandError> {
        self.computer.get_or_try_init(|| open(&self.app)).await
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
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            show_window(app)
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
    let computer = OnceCell::new();
    let app = app.handle().clone();
    app.manage(Desk {
        app: app.clone(),
        computer,
        preferences,
        bulks: Mutex::default(),
    });
    // Jobs ring before the window asks for anything.
    tauri::async_runtime::spawn(async move {
        if let Err(error) = app.state::<Desk>().computer().await {
            error!("{}", error.detail);
        }
    });
    Ok(())
}

/// Opens this computer's stores, makes sure that jobs ring, and tells the window what changes.
async fn open(app: &AppHandle) -> Result<ThisComputer, CommandError> {
    let given = env::var_os("BELFRY_DIR").map(PathBuf::from);
    let dir = given.or_else(this_computer_dir).ok_or_else(|| {
        homeless("neither XDG_DATA_HOME nor HOME says where this computer's data lies")
    })?;
    let program = env::current_exe()
        .map_err(|error| homeless(&format!("this program has no path: {error}")))?;
    let computer = ThisComputer::open(&dir, program.with_file_name("belfry-agent")).await?;
    tauri::async_runtime::spawn(pass_on(computer.following.lives(), app.clone()));
    if let Err(error) = computer.start_agent().await {
        warn!("{error}");
    }
    Ok(computer)
}

fn homeless(detail: &str) -> CommandError {
    CommandError {
        code: ErrorCode::Unreachable,
        params: Default::default(),
        detail: detail.to_owned(),
    }
}

/// Passes on what changes, until there is nothing to follow any more. A batch that is missed
/// shows in the next one's number.
async fn pass_on(mut lives: Receiver<Live>, app: AppHandle) {
    let mut notices = Notices::default();
    loop {
        match lives.recv().await {
            Ok(live) => {
                app.state::<Desk>().notify(&mut notices, &live).await;
                // Without a window nobody misses it.
                let _ = app.emit("live", live);
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
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
