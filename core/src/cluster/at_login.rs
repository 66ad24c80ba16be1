//! Lets this computer's agent start when the person logs in: as a user's service where systemd
//! is, else as an entry of the desktop's autostart. Both are files of the person; nothing runs.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::view::{AtLogin, CommandError, ErrorCode};

/// Stands in every file that we wrote; a file without it is somebody else's.
const MARK: &str = "# Written by Belfry; turned off in its settings.";
const SERVICE: &str = "belfry-agent.service";
const ENTRY: &str = "belfry-agent.desktop";

/// Where the files of the login lie.
#[derive(Clone, Debug)]
pub struct LoginFiles {
    config: PathBuf,
    has_systemd: bool,
}

/// Why the start at login could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum AtLoginError {
    /// Neither `XDG_CONFIG_HOME` nor `HOME` says where the person's files lie.
    #[error("neither XDG_CONFIG_HOME nor HOME says where the files of the login lie")]
    Homeless,
    /// Somebody else wrote the file.
    #[error("{} was not written by Belfry and is left alone: remove it, or edit it by hand", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A path that such a file cannot name.
    #[error("the path {text:?} has characters that a file of the login cannot name: move it")]
    Unspeakable {
        /// The path.
        text: String,
    },
    /// The file could not be written or removed.
    #[error("could not change {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl LoginFiles {
    /// The person's own. systemd is taken for there when it has a folder for this person's
    /// services at run time.
    pub fn of_this_person() -> Result<Self, AtLoginError> {
        let absolute = |name| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let home = || Some(absolute("HOME")?.join(".config"));
        let config = absolute("XDG_CONFIG_HOME").or_else(home);
        let runtime = absolute("XDG_RUNTIME_DIR");
        Ok(Self {
            config: config.ok_or(AtLoginError::Homeless)?,
            has_systemd: runtime.is_some_and(|folder| folder.join("systemd").is_dir()),
        })
    }

    /// Files below `config`.
    pub fn in_folder(config: &Path, has_systemd: bool) -> Self {
        Self {
            config: config.to_owned(),
            has_systemd,
        }
    }

    /// How it stands.
    pub fn state(&self) -> AtLogin {
        let (service, entry) = (owner_of(&self.service()), owner_of(&self.entry()));
        let is_wanted = self.link().symlink_metadata().is_ok();
        match (service, entry) {
            (Some(Owner::Other), _) if self.has_systemd => AtLogin::Foreign,
            (_, Some(Owner::Other)) if !self.has_systemd => AtLogin::Foreign,
            (Some(Owner::Belfry), _) if is_wanted => AtLogin::Service,
            (_, Some(Owner::Belfry)) => AtLogin::Autostart,
            _ => AtLogin::Off,
        }
    }

    /// The file that starts the agent, or would.
    pub fn file(&self) -> PathBuf {
        match self.state() {
            AtLogin::Service => self.service(),
            AtLogin::Autostart => self.entry(),
            _ if self.has_systemd => self.service(),
            _ => self.entry(),
        }
    }

    /// Lets `program` serve `dir` from the next login on. Asked again it changes nothing else.
    pub fn turn_on(&self, program: &Path, dir: &Path) -> Result<(), AtLoginError> {
        let (program, dir) = (speakable(program)?, speakable(dir)?);
        let (path, text) = if self.has_systemd {
            (self.service(), service(program, dir))
        } else {
            (self.entry(), entry(program, dir))
        };
        if owner_of(&path) == Some(Owner::Other) {
            return Err(AtLoginError::Foreign { path });
        }
        let failed = |source| AtLoginError::File {
            path: path.clone(),
            source,
        };
        write(&path, &text).map_err(failed)?;
        if self.has_systemd {
            self.want().map_err(failed)?;
        }
        Ok(())
    }

    /// Takes it back: every file of ours is gone afterwards. A running agent goes on.
    pub fn turn_off(&self) -> Result<(), AtLoginError> {
        for path in [self.service(), self.entry()] {
            if owner_of(&path) != Some(Owner::Belfry) {
                continue;
            }
            let is_service = path == self.service();
            let gone = if is_service {
                remove(&self.link())
            } else {
                Ok(())
            };
            gone.and_then(|()| remove(&path))
                .map_err(|source| AtLoginError::File {
                    path: path.clone(),
                    source,
                })?;
        }
        Ok(())
    }

    fn service(&self) -> PathBuf {
        self.config.join("systemd/user").join(SERVICE)
    }

    /// What `systemctl --user enable` makes.
    fn link(&self) -> PathBuf {
        self.config
            .join("systemd/user/default.target.wants")
            .join(SERVICE)
    }

    fn entry(&self) -> PathBuf {
        self.config.join("autostart").join(ENTRY)
    }

    fn want(&self) -> io::Result<()> {
        let link = self.link();
        let folder = link.parent().expect("the path was made of a folder");
        fs::create_dir_all(folder)?;
        remove(&link)?;
        symlink(Path::new("..").join(SERVICE), link)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Owner {
    Belfry,
    Other,
}

/// Whose a file is; nobody's when it is not there.
fn owner_of(path: &Path) -> Option<Owner> {
    match fs::read(path) {
        Ok(bytes) if String::from_utf8_lossy(&bytes).contains(MARK) => Some(Owner::Belfry),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        _ => Some(Owner::Other),
    }
}

/// A path as text that has no line ends, which no quoting brings into these files.
fn speakable(path: &Path) -> Result<&str, AtLoginError> {
    let text = path
        .to_str()
        .filter(|text| !text.contains(char::is_control));
    text.ok_or_else(|| AtLoginError::Unspeakable {
        text: path.display().to_string(),
    })
}

/// Running programs are not the service's own: its end leaves them alone.
fn service(program: &str, dir: &str) -> String {
    let quoted = |text: &str| {
        let text = text.replace('\\', r"\\").replace('"', "\\\"");
        format!("\"{}\"", text.replace('%', "%%").replace('$', "$$"))
    };
    format!(
        "{MARK}\n[Unit]\nDescription=Belfry's agent for this computer\n\n[Service]\n\
         ExecStart={} run --embedded {}\nKillMode=process\nRestart=on-failure\nRestartSec=30\n\n\
         [Install]\nWantedBy=default.target\n",
        quoted(program),
        quoted(dir)
    )
}

fn entry(program: &str, dir: &str) -> String {
    // Quoted for the command line first, then as a value of the file.
    let quoted = |text: &str| {
        let mut word = String::new();
        for c in text.chars() {
            if matches!(c, '"' | '`' | '$' | '\\') {
                word.push('\\');
            }
            word.push(c);
        }
        format!("\"{}\"", word.replace('%', "%%").replace('\\', r"\\"))
    };
    format!(
        "{MARK}\n[Desktop Entry]\nType=Application\nName=Belfry agent\n\
         Exec={} run --embedded {}\nNoDisplay=true\nTerminal=false\n",
        quoted(program),
        quoted(dir)
    )
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().expect("the path was made of a folder");
    fs::create_dir_all(folder)?;
    let part = path.with_extension("part");
    fs::write(&part, text)?;
    fs::rename(part, path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl From<AtLoginError> for CommandError {
    fn from(error: AtLoginError) -> Self {
        Self {
            code: ErrorCode::Internal,
            params: Default::default(),
            detail: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_wanted_at_login_and_gone_without_a_trace() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = LoginFiles::in_folder(folder.path(), true);
        assert_eq!(files.state(), AtLogin::Off);
        let (program, dir) = (Path::new("/opt/a b/belfry-agent"), Path::new("/d/100%$x"));
        for _ in 0..2 {
            files.turn_on(program, dir).expect("the folder is ours");
            assert_eq!(files.state(), AtLogin::Service);
        }
        let text = fs::read_to_string(files.file()).expect("a file");
        let line = r#"ExecStart="/opt/a b/belfry-agent" run --embedded "/d/100%%$$x""#;
        assert!(text.lines().any(|each| each == line), "{text}");
        assert_eq!(fs::read_to_string(files.link()).expect("a link"), text);
        files.turn_off().expect("the folder is ours");
        assert_eq!(files.state(), AtLogin::Off);
        assert!(files.link().symlink_metadata().is_err() && !files.service().exists());
        files.turn_off().expect("there is nothing to do");
    }

    #[test]
    fn without_systemd_it_is_an_entry_of_the_desktop() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = LoginFiles::in_folder(folder.path(), false);
        let program = Path::new(r#"/opt/a"b/belfry-agent"#);
        files
            .turn_on(program, Path::new("/d"))
            .expect("the folder is ours");
        assert_eq!(files.state(), AtLogin::Autostart);
        let text = fs::read_to_string(files.file()).expect("a file");
        let line = r#"Exec="/opt/a\\"b/belfry-agent" run --embedded "/d""#;
        assert!(text.lines().any(|each| each == line), "{text}");
        files.turn_off().expect("the folder is ours");
        assert!(!files.entry().exists());
    }

    #[test]
    fn a_file_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = LoginFiles::in_folder(folder.path(), true);
        write(&files.service(), "[Service]\n").expect("the folder is ours");
        assert_eq!(files.state(), AtLogin::Foreign);
        let refused = files.turn_on(Path::new("/a"), Path::new("/d"));
        assert!(matches!(refused, Err(AtLoginError::Foreign { .. })));
        files.turn_off().expect("there is nothing of ours");
        assert!(files.service().exists());
        let refused = files.turn_on(Path::new("/a\nb"), Path::new("/d"));
        assert!(matches!(refused, Err(AtLoginError::Unspeakable { .. })));
    }
}
