//! A person's place at a computer of its own: folders, the window, the command line.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::window::{PICTURES, Window};
use crate::words::Words;

/// Names the folder of the programs under test.
const PROGRAMS: &str = "BELFRY_BIN_DIR";
/// The folder of the program's settings, by its identifier.
const SETTINGS: &str = "io.github.belfry.desktop";

/// Temporary folders, and what runs on them. Dropping it stops the agent.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// An empty one, whose window will speak and look like this.
    pub fn new(words: &Words) -> Self {
        let desk = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let settings = desk.path("config").join(SETTINGS);
        fs::create_dir_all(&settings).expect("the folder is ours");
        let (language, theme) = (words.code, words.theme);
        let kept = json!({
            "language": language, "theme": theme, "density": "compact", "rail_folded": false,
        });
        let file = settings.join("preferences.json");
        fs::write(file, kept.to_string()).expect("the folder is ours");
        desk.hold_still();
        fs::create_dir(desk.path("data")).expect("the folder is ours");
        desk
    }

    /// Saves a connection to these servers, as another window would.
    pub fn knows(&self, profile: &str, servers: &str) {
        let folder = self.path("config").join("belfry");
        fs::create_dir_all(&folder).expect("the folder is ours");
        let text = servers.replace("\n[", &format!("\n[{profile}."));
        let text = format!("[{profile}.{}", text.trim_start_matches('['));
        fs::write(folder.join("profiles.toml"), text).expect("the folder is ours");
    }

    /// Asks for reduced motion: a button that still moves is missed by the driver's pointer.
    fn hold_still(&self) {
        let folder = self.path("config").join("gtk-3.0");
        fs::create_dir_all(&folder).expect("the folder is ours");
        let settings = "[Settings]\ngtk-enable-animations=0\n";
        fs::write(folder.join("settings.ini"), settings).expect("the folder is ours");
    }

    /// Gives the person a crontab: `crontab -l` says this from now on, whatever cron there is.
    pub fn has_crontab(&self, lines: &str) {
        fs::create_dir_all(self.path("bin")).expect("the folder is ours");
        fs::write(self.path("crontab.txt"), lines).expect("the folder is ours");
        let program = self.path("bin/crontab");
        let said = self.path("crontab.txt");
        let script = format!("#!/bin/sh\nexec cat '{}'\n", said.display());
        fs::write(&program, script).expect("the folder is ours");
        let runs = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&program, runs).expect("the file is ours");
    }

    /// Opens the window and goes from its overview to the jobs, where every walk begins.
    pub async fn window(&self) -> Window {
        let (data, config, home) = (self.path("data"), self.path("config"), self.path("home"));
        let mut programs = self.path("bin").into_os_string();
        programs.push(":");
        programs.push(env::var_os("PATH").unwrap_or_default());
        let variables: [(&str, &Path); 5] = [
            ("BELFRY_DIR", &data),
            ("XDG_CONFIG_HOME", &config),
            ("XDG_DATA_HOME", &home),
            ("HOME", &home),
            ("PATH", Path::new(&programs)),
        ];
        let window = Window::open(&program("belfry"), &variables).await;
        window.press("//nav//a[contains(@href, '#/jobs')]");
        window
    }

    /// Applies a file of jobs as another person would, beside the window. `@GATES@` in it stands
    /// for the folder that [`Desk::open_gate`] puts files into.
    pub fn apply(&self, jobs: &str) {
        let file = self.path("jobs.toml");
        let gates = self.folder.path().display().to_string();
        fs::write(&file, jobs.replace("@GATES@", &gates)).expect("the folder is ours");
        self.ctl(&["apply", "-f", &file.display().to_string()]);
    }

    /// Says something to belfryctl, which must do it.
    pub fn ctl(&self, arguments: &[&str]) {
        let mut ctl = Command::new(program("belfryctl"));
        ctl.arg("--embedded").arg(self.path("data")).args(arguments);
        assert!(
            ctl.status().expect("belfryctl runs").success(),
            "belfryctl does {arguments:?}"
        );
    }

    /// The folder of the stores.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Makes the place of the stores unusable.
    pub fn take_the_stores_away(&self) {
        fs::remove_dir(self.path("data")).expect("nothing lies in it yet");
        fs::write(self.path("data"), "").expect("the folder is ours");
    }

    /// Undoes it.
    pub fn give_the_stores_back(&self) {
        fs::remove_file(self.path("data")).expect("the folder is ours");
    }

    /// Lets a program go on that waits for this file.
    pub fn open_gate(&self, name: &str) {
        fs::write(self.path(name), "").expect("the folder is ours");
    }

    /// The process that holds the agent's lock, if it still lives.
    pub fn agent(&self) -> Option<u32> {
        let text = fs::read_to_string(self.path("data/agent.lock")).ok()?;
        let pid: u32 = text.trim().parse().ok()?;
        Path::new(&format!("/proc/{pid}")).exists().then_some(pid)
    }

    /// Takes a picture of the window.
    pub fn picture(&self, window: &Window, words: &Words, name: &str) {
        fs::create_dir_all(PICTURES).expect("the tree is ours");
        let file = format!("desktop-{}-{name}.png", words.code);
        window.picture(&Path::new(PICTURES).join(file));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(pid) = self.agent() {
            // The test has said all it has to say.
            let _ = Command::new("kill").arg(pid.to_string()).status();
        }
    }
}

fn program(name: &str) -> PathBuf {
    let folder = env::var_os(PROGRAMS);
    let folder = folder.unwrap_or_else(|| panic!("{PROGRAMS} names the folder of the programs"));
    PathBuf::from(folder).join(name)
}
