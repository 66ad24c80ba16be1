//! Notices of the desktop: core says which, the system shows them.

use std::env;

use belfry_core::view::Notice;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;
use tracing::debug;

/// Whether there is a session bus, by which the system is asked to show notices.
pub fn can_notify() -> bool {
    env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
}

/// Asks the system to show a notice; a system without any is no error.
pub fn show(app: &AppHandle, notice: &Notice) {
    let shown = app
        .notification()
        .builder()
        .title(&notice.title)
        .body(&notice.body)
        .show();
    if let Err(error) = shown {
        debug!("the notice of run {} was not shown: {error}", notice.run_id);
    }
}
