//! The line that lets a server join a cluster: everything that its agent must know, in one word
//! that can be pasted. It is a secret: whoever has it can do what the agents can.
//!
//! `belfry1.LENGTH.DATA`: `DATA` is base64url of eight bytes of the SHA-256 of a JSON text and of
//! that text, `LENGTH` the number of its characters, so that a line that was cut is told apart
//! from one that was changed. White space in it, as terminals and mails put there, is passed over.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::id::{ClusterName, ProjectName};
use crate::limits::ENROLL_LINE_CHARS_MAX;

/// How every line begins, before the version.
const SIGN: &str = "belfry";
/// The version that this program writes and reads.
const VERSION: u32 = 1;
/// Bytes of the hash that go with the text.
const CHECK_BYTES: usize = 8;

/// What a line says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The cluster, by the name that its keys carry.
    pub name: ClusterName,
    /// The cluster, for as long as it exists.
    pub cluster_id: Uuid,
    /// The store of the present.
    pub etcd: InvitedEtcd,
    /// The store of the past.
    pub history: InvitedHistory,
    /// The secret part of the cluster's identity.
    pub identity: String,
    /// How the node is to stand.
    #[serde(default)]
    pub node: InvitedNode,
}

/// How etcd is reached.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedEtcd {
    /// Its members.
    pub endpoints: Vec<String>,
    /// User and password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<(String, String)>,
    /// Who signs the members' certificates, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Certificate and private key, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<(String, String)>,
    /// Plain text to other computers is allowed.
    #[serde(default, skip_serializing_if = "is_no")]
    pub insecure: bool,
    /// Where the keys begin, if not by the cluster's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// How the database is reached.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedHistory {
    /// `mysql://user:password@host/database`.
    pub url: String,
    /// Who signs the server's certificate, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Plain text to another computer is allowed.
    #[serde(default, skip_serializing_if = "is_no")]
    pub insecure: bool,
}

/// How the node is to stand among the others; what is not said is left to its own file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedNode {
    /// The lines of business that it serves; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<ProjectName>,
    /// What jobs choose it by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Its share of the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
}

/// Why a text is no line that lets a server join.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// There is nothing.
    #[error("the line is empty: paste the one that `belfryctl nodes invite` printed")]
    Empty,
    /// It is something else.
    #[error(
        "this is no line of Belfry's, which begins with {SIGN}{VERSION}: paste the one that `belfryctl nodes invite` printed"
    )]
    Foreign,
    /// A newer program made it.
    #[error(
        "the line has version {0} and this program knows {VERSION}: upgrade the agent, or invite with the agent's version of belfryctl"
    )]
    Newer(u32),
    /// Its end is missing.
    #[error("the line is cut: {there} of its {whole} characters are there, copy all of it")]
    Cut {
        /// Characters of the data that are there.
        there: usize,
        /// How many it has.
        whole: usize,
    },
    /// Something in it was changed, or follows it.
    #[error("the line was changed on its way: copy it again, or invite anew")]
    Changed,
    /// It is whole, and says what this program cannot use.
    #[error("the line cannot be used ({0}): invite anew")]
    Unusable(String),
}

impl Invitation {
    /// The line. A secret.
    pub fn line(&self) -> String {
        let text = serde_json::to_vec(self).expect("plain data has a JSON form");
        let mut bytes = check(&text);
        bytes.extend(text);
        let data = URL_SAFE_NO_PAD.encode(bytes);
        format!("{SIGN}{VERSION}.{}.{data}", data.len())
    }

    /// Reads a line.
    pub fn read(line: &str) -> Result<Self, LineError> {
        let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        if line.is_empty() {
            return Err(LineError::Empty);
        }
        if line.len() > ENROLL_LINE_CHARS_MAX {
            return Err(LineError::Foreign);
        }
        let rest = line.strip_prefix(SIGN).ok_or(LineError::Foreign)?;
        let (version, rest) = rest.split_once('.').ok_or(LineError::Foreign)?;
        match version.parse() {
            Ok(VERSION) => {}
            Ok(newer) if newer > VERSION => return Err(LineError::Newer(newer)),
            _ => return Err(LineError::Foreign),
        }
        let (whole, data) = rest.split_once('.').ok_or(LineError::Foreign)?;
        let whole: usize = whole.parse().map_err(|_| LineError::Foreign)?;
        let there = data.chars().count();
        if there < whole {
            return Err(LineError::Cut { there, whole });
        }
        let bytes = URL_SAFE_NO_PAD.decode(data);
        let bytes = bytes.map_err(|_| LineError::Changed)?;
        let parted = bytes.split_at_checked(CHECK_BYTES);
        let (hash, text) = parted.ok_or(LineError::Changed)?;
        if hash != check(text) {
            return Err(LineError::Changed);
        }
        serde_json::from_slice(text).map_err(|error| LineError::Unusable(error.to_string()))
    }
}

fn check(text: &[u8]) -> Vec<u8> {
    Sha256::digest(text)[..CHECK_BYTES].to_vec()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_no(flag: &bool) -> bool {
    !flag
}

impl fmt::Debug for Invitation {
    /// Most of it is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an invitation to {} ({})", self.name, self.cluster_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation() -> Invitation {
        Invitation {
            name: ClusterName::new("main").expect("a plain name"),
            cluster_id: Uuid::from_u128(7),
            etcd: InvitedEtcd {
                endpoints: vec!["https://a:2379".to_owned(), "https://b:2379".to_owned()],
                user: Some(("belfry".to_owned(), "hunter2".to_owned())),
                ca: Some("-----BEGIN CERTIFICATE-----\n中\n".repeat(40)),
                certificate: None,
                insecure: false,
                prefix: None,
            },
            history: InvitedHistory {
                url: "mysql://belfry:hunter2@db/belfry".to_owned(),
                ca: None,
                insecure: true,
            },
            identity: "AGE-SECRET-KEY-1X".to_owned(),
            node: InvitedNode {
                projects: vec![ProjectName::new("ops").expect("a plain name")],
                labels: BTreeMap::from([("role".to_owned(), "web".to_owned())]),
                weight: Some(3),
            },
        }
    }

    #[test]
    fn a_line_is_one_word_and_says_what_it_was_made_of() {
        let line = invitation().line();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        assert!(line.starts_with("belfry1.") && line.chars().all(is_plain));
        assert_eq!(Invitation::read(&line), Ok(invitation()));
        let wrapped: Vec<&str> = line
            .as_bytes()
            .chunks(76)
            .map(|chunk| std::str::from_utf8(chunk).expect("ASCII"))
            .collect();
        let wrapped = format!("  {}\r\n", wrapped.join("\n> ").replace("> ", " "));
        assert_eq!(Invitation::read(&wrapped), Ok(invitation()));
    }

    #[test]
    fn every_line_that_was_cut_is_told_from_one_that_was_changed() {
        let line = invitation().line();
        let data = line.rfind('.').expect("two dots") + 1;
        for end in data..line.len() {
            let cut = Invitation::read(&line[..end]);
            assert!(matches!(cut, Err(LineError::Cut { .. })), "{end}: {cut:?}");
        }
        for at in (data..line.len()).step_by(7) {
            let other = if &line[at..=at] == "A" { "B" } else { "A" };
            let mut changed = line.clone();
            changed.replace_range(at..=at, other);
            assert_eq!(Invitation::read(&changed), Err(LineError::Changed), "{at}");
        }
        let more = Invitation::read(&format!("{line}AAAA"));
        assert_eq!(more, Err(LineError::Changed));
    }

    #[test]
    fn foreign_newer_and_unusable_lines_say_what_they_are() {
        for foreign in [
            "belfry",
            "belfry1",
            "belfryX.1.a",
            "ssh-rsa AAAA",
            "belfry0.1.a",
        ] {
            assert_eq!(
                Invitation::read(foreign),
                Err(LineError::Foreign),
                "{foreign}"
            );
        }
        assert_eq!(Invitation::read(" \n"), Err(LineError::Empty));
        assert_eq!(Invitation::read("belfry2.1.a"), Err(LineError::Newer(2)));
        let text = br#"{"name":"main"}"#;
        let mut bytes = check(text);
        bytes.extend(text);
        let data = URL_SAFE_NO_PAD.encode(bytes);
        let told = Invitation::read(&format!("belfry1.{}.{data}", data.len()));
        assert!(matches!(told, Err(LineError::Unusable(_))), "{told:?}");
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", invitation());
        assert!(
            !shown.contains("hunter2") && !shown.contains("AGE"),
            "{shown}"
        );
    }
}
