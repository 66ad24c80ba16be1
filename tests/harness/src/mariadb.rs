//! A private MariaDB server as a child process, on a free port of 127.0.0.1.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};
use tempfile::TempDir;

use crate::ports::Port;
use crate::wait;

/// Small, so that a new server is made quickly.
const LOG_SIZE: &str = "--innodb-log-file-size=16M";

/// A server and its data, which go with the value.
///
/// A keeper besides ends the server and removes the data when the test's process is killed.
pub struct MariaDb {
    folder: Option<TempDir>,
    keeper: Child,
    port: Port,
    arguments: Vec<String>,
    server: Option<Child>,
}

impl MariaDb {
    /// A new server without databases.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same, with more arguments.
    pub async fn start_with(arguments: &[&str]) -> Self {
        let folder = installed();
        let keeper = keep(folder.path());
        let mut mariadb = Self {
            folder: Some(folder),
            keeper,
            port: Port::take(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            server: None,
        };
        mariadb.restart().await;
        mariadb
    }

    /// One for all tests of a process that break nothing; the keeper ends it.
    pub async fn shared() -> &'static Self {
        static SHARED: tokio::sync::OnceCell<MariaDb> = tokio::sync::OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    fn dir(&self) -> &Path {
        self.folder.as_ref().expect("it goes with the value").path()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The Unix socket.
    pub fn socket(&self) -> PathBuf {
        self.dir().join("sock")
    }

    /// What the server logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir().join("log")).unwrap_or_default()
    }

    /// Starts the server on its data, the one before having ended, and waits until it answers.
    pub async fn restart(&mut self) {
        self.launch();
        wait::until("MariaDB answers", Duration::from_secs(120), async || {
            let server = self.server.as_mut().expect("it was launched");
            let ended = server.try_wait().expect("it is our child");
            assert!(ended.is_none(), "MariaDB ended: {}", self.log());
            self.root().await
        })
        .await;
    }

    fn launch(&mut self) {
        self.kill();
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir().join("log"))
            .expect("the folder is ours");
        let server = Command::new("mariadbd")
            .args(["--no-defaults", "--user=root", "--bind-address=127.0.0.1"])
            .args(["--skip-log-bin", LOG_SIZE, &own_temporaries(self.dir())])
            .arg(format!("--datadir={}", self.dir().join("data").display()))
            .arg(format!("--socket={}", self.socket().display()))
            .arg(format!("--pid-file={}", self.dir().join("pid").display()))
            .arg(format!("--port={}", self.port()))
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("mariadbd can be executed: install Debian's mariadb-server");
        self.server = Some(server);
    }

    /// Kills it as a power cut of the process would, if it runs.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("it is our child");
            server.wait().expect("it is our child");
        }
        // The keeper must not end a stranger with this number.
        let _ = fs::remove_file(self.dir().join("pid"));
    }

    /// Holds it still, and waits until it is: connections stay open and nothing is answered.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
        let stopped = waitpid(Some(self.pid()), WaitOptions::UNTRACED);
        stopped.expect("it is our child");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it is our child");
    }

    fn pid(&self) -> Pid {
        let server = self.server.as_ref().expect("the server runs");
        let pid = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
        pid.expect("a pid")
    }

    async fn root(&self) -> Option<MySqlConnection> {
        let options = MySqlConnectOptions::new()
            .socket(self.socket())
            .username("root")
            .disable_statement_logging();
        options.connect().await.ok()
    }

    /// Executes statements as the administrator.
    pub async fn execute(&self, sql: String) {
        let mut root = self.root().await.expect("MariaDB answers");
        sqlx::raw_sql(AssertSqlSafe(sql.clone()))
            .execute(&mut root)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        // It was answered; how the connection ends is the same.
        let _ = root.close().await;
    }

    /// The rows that a question of the administrator is answered with, as texts.
    pub async fn ask(&self, sql: String) -> Vec<Vec<String>> {
        let mut root = self.root().await.expect("MariaDB answers");
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.clone()))
            .fetch_all(&mut root)
            .await;
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
        // It was answered; how the connection ends is the same.
        let _ = root.close().await;
        let text = |row: &MySqlRow, index| row.try_get_unchecked(index).expect("a text");
        rows.iter()
            .map(|row| (0..row.len()).map(|index| text(row, index)).collect())
            .collect()
    }

    /// A new empty database; its name.
    pub async fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("belfry_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.execute(format!("CREATE DATABASE {name}")).await;
        name
    }

    /// The address of a database for the administrator, who has no password.
    pub fn url(&self, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}", self.port())
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        self.kill();
        drop(self.keeper.stdin.take());
        // It removes the folder, which may take a moment.
        let _ = self.keeper.wait();
        self.folder = None;
    }
}

/// Waits until the test's process is gone or lets go of it, then leaves nothing behind.
fn keep(folder: &Path) -> Child {
    let script = "trap '' HUP INT TERM; cat > /dev/null; [ ! -f \"$1/pid\" ] || kill -9 \"$(cat \"$1/pid\")\"; rm -rf \"$1\"";
    Command::new("sh")
        .args(["-c", script, "keeper"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell can be executed")
}

/// A folder with the data of a server that never ran.
fn installed() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let made = Command::new("mariadb-install-db")
        .args(["--no-defaults", "--user=root", "--skip-test-db"])
        .arg("--auth-root-authentication-method=normal")
        .arg(format!(
            "--datadir={}",
            folder.path().join("data").display()
        ))
        .args([LOG_SIZE, &own_temporaries(folder.path())])
        .output()
        .expect("mariadb-install-db can be executed: install Debian's mariadb-server");
    let said = [made.stdout, made.stderr].concat();
    let why = String::from_utf8_lossy(&said);
    assert!(made.status.success(), "MariaDB makes no data folder: {why}");
    folder
}

/// A server that starts clears the temporary tables out of its folder for them, those of others too.
fn own_temporaries(folder: &Path) -> String {
    format!("--tmpdir={}", folder.display())
}
