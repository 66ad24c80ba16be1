//! The folder of one attempt and the way its files are written and read.

use std::fmt;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::exit::{Exit, Started};
use super::spec::{Program, Spec};
use super::tree::RUN_ID_VARIABLE;

/// A file of an attempt could not be read or written.
#[derive(Debug)]
pub struct FileError {
    step: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl FileError {
    pub(super) fn new(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { step, path, source }
    }

    /// Whether the disk had no room.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(
            self.source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    }

    /// Whether the attempt's folder was there before: somebody else is about to run it, or did.
    #[must_use]
    pub fn is_already_there(&self) -> bool {
        self.source.kind() == io::ErrorKind::AlreadyExists
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {} {}", self.step, self.path.display())
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// What the program gets besides its spec.
#[derive(Clone, Copy, Debug, Default)]
pub struct Input<'a> {
    /// For [`Program::Script`].
    pub script: Option<&'a str>,
    /// Standard input; `/dev/null` when absent.
    pub stdin: Option<&'a [u8]>,
}

/// The folder `runs/<run id>/<attempt>/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptFolder {
    path: PathBuf,
}

impl AttemptFolder {
    /// Where the folder of an attempt is, whether or not it exists.
    #[must_use]
    pub fn of(runs: &Path, run_id: &str, attempt: u32) -> Self {
        Self::at(runs.join(run_id).join(attempt.to_string()))
    }

    /// The folder at this path, whether or not it exists.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        // The program's working directory is another one.
        Self {
            path: std::path::absolute(&path).unwrap_or(path),
        }
    }

    /// Creates the folder, exclusively, and all that the supervisor reads. Nothing is made durable:
    /// after a crash of the host a spec is of no use (see [`super::spec::StartBy::boot_id`]).
    ///
    /// # Errors
    /// [`FileError::is_already_there`] when the attempt has a folder; the disk's errors.
    pub fn create(runs: &Path, spec: &Spec, input: Input<'_>) -> Result<Self, FileError> {
        let folder = Self::of(runs, &spec.run_id, spec.attempt);
        if spec.run_id.is_empty() || !spec.run_id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let source =
                io::Error::new(io::ErrorKind::InvalidInput, "the run id is not hexadecimal");
            return Err(FileError::new("create", &folder.path)(source));
        }
        let run = runs.join(&spec.run_id);
        // The environment in the spec may hold secrets.
        let mut private = DirBuilder::new();
        private.mode(0o700);
        match private.create(&run) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(FileError::new("create", &run)(error));
            }
            _ => {}
        }
        private
            .create(&folder.path)
            .map_err(FileError::new("create", &folder.path))?;
        if let Some(script) = input.script {
            folder.write("script", script.as_bytes())?;
        }
        if let Some(stdin) = input.stdin {
            folder.write("stdin", stdin)?;
        }
        folder.write("spec.json", &json(spec))?;
        Ok(folder)
    }

    /// How to start the supervisor of this attempt. It inherits the caller's environment (the program does not) but for
    /// the run id: a caller that is itself part of a run must not lend it.
    #[must_use]
    pub fn supervisor(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .arg(&self.path)
            .env_remove(RUN_ID_VARIABLE)
            .current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of [`Program::Script`].
    #[must_use]
    pub fn script(&self) -> PathBuf {
        self.path.join("script")
    }

    /// The file of [`Input::stdin`], which need not exist.
    #[must_use]
    pub fn stdin(&self) -> PathBuf {
        self.path.join("stdin")
    }

    /// What is to be run.
    ///
    /// # Errors
    /// When `spec.json` is missing or damaged.
    pub fn spec(&self) -> Result<Spec, FileError> {
        let path = self.path.join("spec.json");
        let missing = io::ErrorKind::NotFound.into();
        self.read_json("spec.json")?
            .ok_or_else(|| FileError::new("read", &path)(missing))
    }

    /// That the program was executed, unless it was not (yet).
    ///
    /// # Errors
    /// When `started.json` is damaged.
    pub fn started(&self) -> Result<Option<Started>, FileError> {
        self.read_json("started.json")
    }

    /// Writes `started.json`, whole but not durable.
    ///
    /// # Errors
    /// The disk's.
    pub fn write_started(&self, started: &Started) -> Result<(), FileError> {
        let draft = self.path.join("started.json.new");
        let path = self.path.join("started.json");
        fs::write(&draft, json(started)).map_err(FileError::new("write", &draft))?;
        fs::rename(&draft, &path).map_err(FileError::new("write", &path))
    }

    /// How it ended, unless it has not (yet).
    ///
    /// # Errors
    /// When `exit.json` is damaged.
    pub fn exit(&self) -> Result<Option<Exit>, FileError> {
        self.read_json("exit.json")
    }

    /// Takes room for `exit.json`, so that a disk filled meanwhile cannot hide how the program ended.
    ///
    /// # Errors
    /// The disk's, above all a full one.
    pub fn reserve_exit(&self, bytes: u64) -> Result<ExitDraft, FileError> {
        let path = self.path.join(format!("exit.{}.new", std::process::id()));
        let file = File::create(&path).map_err(FileError::new("create", &path))?;
        match fallocate(&file, FallocateFlags::KEEP_SIZE, 0, bytes) {
            // File systems that cannot reserve may still have the room later.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(ExitDraft {
                folder: self.clone(),
                path,
                file,
            }),
            Err(error) => Err(FileError::new("reserve", &path)(error.into())),
        }
    }

    /// Makes the names in the folder durable.
    pub(super) fn sync(&self) -> Result<(), FileError> {
        let synced = File::open(&self.path).and_then(|folder| folder.sync_all());
        synced.map_err(FileError::new("sync", &self.path))
    }

    fn write(&self, name: &str, content: &[u8]) -> Result<(), FileError> {
        let path = self.path.join(name);
        let written = File::create_new(&path).and_then(|mut file| file.write_all(content));
        written.map_err(FileError::new("write", &path))
    }

    fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, FileError> {
        let path = self.path.join(name);
        match fs::read(&path) {
            Ok(content) => serde_json::from_slice(&content)
                .map(Some)
                .map_err(|error| FileError::new("read", &path)(error.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::new("read", &path)(error)),
        }
    }
}

/// Room on the disk that becomes `exit.json`.
#[derive(Debug)]
pub struct ExitDraft {
    folder: AttemptFolder,
    path: PathBuf,
    file: File,
}

impl ExitDraft {
    /// Turns it into `exit.json`: durable, and whole or not at all. May be repeated after an error.
    ///
    /// # Errors
    /// The disk's.
    pub fn publish(&self, exit: &Exit) -> Result<(), FileError> {
        let content = json(exit);
        let length = content.len() as u64;
        let written = self.file.write_all_at(&content, 0);
        written
            .and_then(|()| self.file.set_len(length))
            .and_then(|()| self.file.sync_data())
            .and_then(|()| fs::rename(&self.path, self.folder.path.join("exit.json")))
            .map_err(FileError::new("write", &self.path))?;
        self.folder.sync()
    }

    /// Gives the room back.
    pub fn discard(self) {
        // What stays is an empty file that nobody reads.
        let _ = fs::remove_file(&self.path);
    }
}

impl Program {
    /// The words to execute in this folder, where the program finds its script at `script`.
    ///
    /// # Errors
    /// When the script cannot be read.
    pub fn words(&self, folder: &AttemptFolder, script: &Path) -> Result<Vec<String>, FileError> {
        let mut words = match self {
            Self::Argv(words) | Self::Script { interpreter: words } => words.clone(),
            Self::Call => Vec::new(),
        };
        if let Self::Script { .. } = self {
            let path = folder.script();
            if words.is_empty() {
                words = interpreter_of(&path).map_err(FileError::new("read", &path))?;
            }
            words.push(script.to_string_lossy().into_owned());
        }
        Ok(words)
    }
}

/// The `#!` line as the kernel reads it: a program and at most one argument. Read by us, so that the file needs
/// no permission to execute and the data folder may be mounted `noexec`.
fn interpreter_of(script: &Path) -> io::Result<Vec<String>> {
    use std::io::Read;
    let mut start = Vec::new();
    File::open(script)?.take(256).read_to_end(&mut start)?;
    let line = start
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let Some(line) = line.strip_prefix(b"#!") else {
        return Ok(vec!["/bin/sh".to_owned()]);
    };
    let line = String::from_utf8_lossy(line);
    let mut words = line.trim().splitn(2, [' ', '\t']);
    let program = words
        .next()
        .filter(|word| !word.is_empty())
        .unwrap_or("/bin/sh");
    let argument = words.next().map(str::trim).filter(|word| !word.is_empty());
    Ok([Some(program), argument]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect())
}

pub(super) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain structs with string keys always serialize")
}
