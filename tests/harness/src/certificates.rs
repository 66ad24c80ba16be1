//! Certificates for the length of a test, made by the `openssl` program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Nothing of the computer's own configuration shall come in.
const CONFIGURATION: &str = "[req]\ndistinguished_name = name\n[name]\n";

/// Somebody who signs certificates.
pub struct Authority {
    folder: TempDir,
}

/// A certificate and its private key, in PEM.
pub struct Issued {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Authority {
    /// A new one, trusted by nobody yet.
    pub fn new(name: &str) -> Self {
        let authority = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        fs::write(authority.file("openssl.cnf"), CONFIGURATION).expect("the folder is ours");
        let extensions = ["basicConstraints=critical,CA:TRUE"];
        authority.make("authority", name, &extensions, &[]);
        authority
    }

    /// Its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.file("authority.pem")
    }

    /// A certificate for this name, valid for servers at `at` (as `IP:127.0.0.1` or
    /// `DNS:localhost`) and for clients.
    pub fn issue(&self, name: &str, at: &str) -> Issued {
        let alternative = format!("subjectAltName={at}");
        let extensions = [
            "basicConstraints=critical,CA:FALSE",
            "extendedKeyUsage=serverAuth,clientAuth",
            &alternative,
        ];
        let (certificate, key) = (self.certificate(), self.file("authority.key"));
        let signed = [
            "-CA".as_ref(),
            certificate.as_ref(),
            "-CAkey".as_ref(),
            key.as_ref(),
        ];
        self.make(name, name, &extensions, &signed)
    }

    fn make(&self, file: &str, name: &str, extensions: &[&str], signed: &[&Path]) -> Issued {
        let issued = Issued {
            certificate: self.file(&format!("{file}.pem")),
            key: self.file(&format!("{file}.key")),
        };
        let mut openssl = Command::new("openssl");
        openssl
            .args(["req", "-x509", "-nodes", "-days", "2", "-config"])
            .arg(self.file("openssl.cnf"))
            .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args(["-subj", &format!("/CN={name}"), "-keyout"])
            .arg(&issued.key)
            .arg("-out")
            .arg(&issued.certificate)
            .args(signed);
        for extension in extensions {
            openssl.args(["-addext", extension]);
        }
        run(openssl);
        issued
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A pair of keys that signs tokens (ES256), private and public, in PEM in this folder.
pub fn token_keys(folder: &Path) -> (PathBuf, PathBuf) {
    let (private, public) = (folder.join("token.key"), folder.join("token.pub"));
    let mut openssl = Command::new("openssl");
    openssl.args([
        "ecparam",
        "-name",
        "prime256v1",
        "-genkey",
        "-noout",
        "-out",
    ]);
    openssl.arg(&private);
    run(openssl);
    let mut openssl = Command::new("openssl");
    openssl.args(["ec", "-pubout", "-in"]).arg(&private);
    openssl.arg("-out").arg(&public);
    run(openssl);
    (private, public)
}

fn run(mut openssl: Command) {
    let output = openssl.stdin(Stdio::null()).output();
    let output = output.expect("openssl can be executed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
