//! A window under WebDriver: what is on it, by XPath, and what a person does to it.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use belfry_harness::wait;
use serde_json::{Value, json};
use ureq::Agent;

/// The driver looks this long for what is not there yet.
const APPEARS_WITHIN: Duration = Duration::from_secs(30);
/// Where pictures of the window are kept.
pub const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screens");
/// The name that WebDriver gives to an element's reference.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Ctrl+A, as WebDriver writes it: Ctrl is held until the end of the keys.
const SELECT_ALL: &str = "\u{e009}a";
/// Ctrl+Enter.
pub const SAVE: &str = "\u{e009}\u{e007}";
/// An element may be drawn anew between being found and being pressed.
const PRESSES_MAX: usize = 5;

/// The driver as a process. Dropping it ends it, and the window with it.
struct Driver {
    child: Child,
    port: u16,
}

/// An open window. Dropping it closes it.
pub struct Window {
    http: Agent,
    session: String,
    _driver: Driver,
}

impl Driver {
    /// Starts one; programs that it starts see `variables`.
    async fn start(variables: &[(&str, &Path)]) -> Self {
        let (port, native) = (free_port(), free_port());
        let mut command = Command::new("tauri-driver");
        command.args([
            "--port",
            &port.to_string(),
            "--native-port",
            &native.to_string(),
        ]);
        command.args(["--native-driver", "/usr/bin/WebKitWebDriver"]);
        command.envs(variables.iter().copied()).stdin(Stdio::null());
        let child = command.spawn().expect("tauri-driver is in PATH");
        let driver = Self { child, port };
        for port in [port, native] {
            wait::until("the driver listens", APPEARS_WITHIN, async || {
                TcpStream::connect(("127.0.0.1", port)).ok()
            })
            .await;
        }
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Window {
    /// Opens the program's window; the program sees `variables`.
    pub async fn open(program: &Path, variables: &[(&str, &Path)]) -> Self {
        let driver = Driver::start(variables).await;
        let http: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let address = format!("http://127.0.0.1:{}/session", driver.port);
        let options = json!({ "application": program });
        let wanted = json!({ "browserName": "wry", "tauri:options": options });
        let asked = json!({ "capabilities": { "alwaysMatch": wanted } });
        let answer = send(&http, &address, &asked).expect("the window opens");
        let id = answer["sessionId"].as_str().expect("a session has an id");
        let window = Self {
            session: format!("{address}/{id}"),
            http,
            _driver: driver,
        };
        let waits = json!({ "implicit": APPEARS_WITHIN.as_millis() });
        window
            .post("timeouts", &waits)
            .expect("the driver can wait");
        window
    }

    /// Waits until something like this is on the window.
    pub fn shows(&self, path: &str) {
        if let Err(error) = self.find(path) {
            self.give_up(&format!("nothing is like {path}: {error}"));
        }
    }

    /// Presses what is like this, once it is there.
    pub fn press(&self, path: &str) {
        let mut last = String::new();
        for _ in 0..PRESSES_MAX {
            match self.find(path).and_then(|id| self.click(&id)) {
                Ok(_) => return,
                Err(error) => last = error,
            }
        }
        self.give_up(&format!("{path} could not be pressed: {last}"));
    }

    /// Puts `text` in place of what stands in the field that is like this.
    pub fn types(&self, path: &str, text: &str) {
        // The field is replaced by keys: the driver's own clearing tells the page nothing.
        for keys in [SELECT_ALL, text] {
            let typed = self.find(path).and_then(|id| self.send_keys(&id, keys));
            if let Err(error) = typed {
                self.give_up(&format!("nothing could be typed into {path}: {error}"));
            }
        }
    }

    /// Presses keys on what is like this.
    pub fn keys(&self, path: &str, keys: &str) {
        if let Err(error) = self.find(path).and_then(|id| self.send_keys(&id, keys)) {
            self.give_up(&format!("{path} takes no keys: {error}"));
        }
    }

    fn send_keys(&self, id: &str, keys: &str) -> Result<Value, String> {
        self.post(&format!("element/{id}/value"), &json!({ "text": keys }))
    }

    fn click(&self, id: &str) -> Result<Value, String> {
        self.post(&format!("element/{id}/click"), &json!({}))
    }

    /// Fails the test, and leaves a picture of what was there instead.
    fn give_up(&self, why: &str) -> ! {
        let file = Path::new(PICTURES).join("desktop-failed.png");
        self.picture(&file);
        panic!("{why}; what is there is in {}", file.display());
    }

    /// What a script in the page gives to its last argument, a function.
    pub fn hears(&self, script: &str) -> Value {
        let answer = self.post("execute/async", &json!({ "script": script, "args": [] }));
        answer.unwrap_or_else(|error| panic!("the script failed: {error}"))
    }

    /// Takes a picture of the whole screen. The driver's own picture can hang.
    pub fn picture(&self, file: &Path) {
        let taken = Command::new("import")
            .args(["-window", "root"])
            .arg(file)
            .status();
        assert!(
            taken.expect("ImageMagick is there").success(),
            "no picture {}",
            file.display()
        );
    }

    fn find(&self, path: &str) -> Result<String, String> {
        let found = self.post("element", &json!({ "using": "xpath", "value": path }))?;
        Ok(found[ELEMENT]
            .as_str()
            .expect("an element has a reference")
            .to_owned())
    }

    fn post(&self, command: &str, body: &Value) -> Result<Value, String> {
        send(&self.http, &format!("{}/{command}", self.session), body)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // The driver's end closes it otherwise.
        let _ = self.http.delete(&self.session).call();
    }
}

fn send(http: &Agent, address: &str, body: &Value) -> Result<Value, String> {
    let answer = http.post(address).send_json(body);
    let mut answer = answer.map_err(|error| error.to_string())?;
    let mut read: Value = answer
        .body_mut()
        .read_json()
        .map_err(|error| error.to_string())?;
    match answer.status().is_success() {
        true => Ok(read["value"].take()),
        false => Err(read["value"].to_string()),
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}
