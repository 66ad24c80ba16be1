//! A certificate authority for tests, made with the program `openssl`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// An authority that nobody else trusts.
pub struct Authority {
    folder: TempDir,
}

/// A certificate with its key, as files.
pub struct Certificate {
    /// PEM.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = Self { folder };
        authority.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=Belfry test authority",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-addext",
            "keyUsage=critical,keyCertSign",
        ]);
        authority
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Its own certificate, PEM.
    pub fn pem(&self) -> Vec<u8> {
        fs::read(self.dir().join("ca.pem")).expect("it was made")
    }

    /// The same, as a file.
    pub fn path(&self) -> PathBuf {
        self.dir().join("ca.pem")
    }

    /// Signs a certificate for `names`, such as `DNS:localhost` or `IP:127.0.0.1`, for servers and
    /// clients. The files are called after `file` and live as long as the authority.
    pub fn sign(&self, file: &str, names: &[&str]) -> Certificate {
        let [key, request, certificate] = ["key", "csr", "pem"].map(|end| format!("{file}.{end}"));
        let extensions = format!("{file}.ext");
        let text = format!(
            "subjectAltName={}\nbasicConstraints=CA:FALSE\n",
            names.join(",")
        );
        fs::write(self.dir().join(&extensions), text).expect("the folder is ours");
        let subject = format!("/CN={file}");
        self.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            &subject,
            "-keyout",
            &key,
            "-out",
            &request,
        ]);
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            &extensions,
            "-out",
            &certificate,
        ]);
        Certificate {
            certificate: self.dir().join(certificate),
            key: self.dir().join(key),
        }
    }

    fn openssl(&self, arguments: &[&str]) {
        let made = Command::new("openssl")
            .args(arguments)
            .current_dir(self.dir())
            .output()
            .expect("openssl can be executed: install Debian's openssl");
        let why = String::from_utf8_lossy(&made.stderr).into_owned();
        assert!(made.status.success(), "openssl {}: {why}", arguments[0]);
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
