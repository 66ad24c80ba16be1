//! Inviting a server: what its agent must know is gathered into one line.

use std::path::Path;

use uuid::Uuid;

use super::connect::{ConnectError, Role, climb};
use super::facts::{ClusterFacts, identity_file};
use crate::config::{NamedFileError, Servers, read_named};
use crate::enroll::{Invitation, InvitedEtcd, InvitedHistory, InvitedNode};
use crate::identity::{IdentityFileError, IdentityFolder};
use crate::job::is_label;
use crate::limits::{LABEL_CHARS_MAX, WEIGHT_MAX};

/// An invitation, and what whoever gives it away should know.
#[derive(Debug)]
pub struct Invited {
    /// What the line says. A secret: see [`Invitation::line`].
    pub invitation: Invitation,
    /// Sentences.
    pub warnings: Vec<String>,
}

/// Why nobody could be invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// How the node is to stand cannot be.
    #[error("could not invite a node with weight {0}: the largest is {WEIGHT_MAX}")]
    Weight(u32),
    /// A label cannot be one.
    #[error(
        "could not invite a node with the label {0:?}: names and values are letters, digits, -, _, . and /, with a letter or a digit at both ends, {LABEL_CHARS_MAX} at most"
    )]
    Label(String),
    /// A store could not be had.
    #[error("{0}")]
    Connect(ConnectError),
    /// A file that the configuration names cannot be used.
    #[error("{0}")]
    File(NamedFileError),
    /// The cluster's identity is not at hand.
    #[error("{0}")]
    Identity(IdentityFileError),
    /// The cluster is older than identities.
    #[error("the cluster has no identity for its agents yet: run `belfryctl cluster migrate`")]
    NoIdentity,
    /// The identity at hand is another cluster's.
    #[error("{path} is not the identity of cluster {cluster}: copy the right one there", path = .0, cluster = .1)]
    OtherIdentity(String, Uuid),
}

/// Makes the invitation of a node that is to stand so. It is given the credentials of `servers`,
/// so invite from a profile whose rights an agent may have.
pub async fn invite(
    servers: &Servers,
    node: InvitedNode,
    identities: &IdentityFolder,
) -> Result<Invited, InviteError> {
    if let Some(weight) = node.weight.filter(|weight| *weight > WEIGHT_MAX) {
        return Err(InviteError::Weight(weight));
    }
    if let Some(text) = no_label(&node) {
        return Err(InviteError::Label(text.clone()));
    }
    let climb = climb(servers, Role::Person).await;
    let facts = climb.facts.clone();
    // Whoever is invited climbs the same way: a broken one is told here.
    climb.stores().map_err(InviteError::Connect)?;
    let facts = facts.expect("a cluster that was reached has facts");
    let identity = identity_of(servers, identities, &facts)?;
    let invitation = gather(servers, node, facts.cluster_id, identity);
    let invitation = invitation.map_err(InviteError::File)?;
    let warnings = warnings(&invitation);
    Ok(Invited {
        invitation,
        warnings,
    })
}

/// A name or value of its labels that cannot be one.
fn no_label(node: &InvitedNode) -> Option<&String> {
    let mut texts = node.labels.iter().flat_map(|(name, value)| [name, value]);
    texts.find(|text| !is_label(text))
}

/// The secret part of the cluster's identity.
fn identity_of(
    servers: &Servers,
    identities: &IdentityFolder,
    facts: &ClusterFacts,
) -> Result<String, InviteError> {
    let public = facts.agents_public_key.as_ref();
    let public = public.ok_or(InviteError::NoIdentity)?;
    let file = identity_file(servers, identities, facts.cluster_id);
    let identities = file.read_all().map_err(InviteError::Identity)?;
    let right = identities.iter().find(|one| one.public() == *public);
    right
        .map(|identity| identity.secret().reveal().to_owned())
        .ok_or_else(|| {
            let path = file.path().display().to_string();
            InviteError::OtherIdentity(path, facts.cluster_id)
        })
}

fn gather(
    servers: &Servers,
    node: InvitedNode,
    cluster_id: Uuid,
    identity: String,
) -> Result<Invitation, NamedFileError> {
    let Servers { cluster, history } = servers;
    let user = cluster.user.as_ref().map(|(user, password)| {
        let password = password.read("cluster.password_file")?;
        Ok((user.clone(), password.reveal().to_owned()))
    });
    let certificate = cluster
        .identity
        .as_ref()
        .map(|(cert, key)| Ok((pem("cluster.cert", cert)?, pem("cluster.key", key)?)));
    Ok(Invitation {
        name: cluster.name.clone(),
        cluster_id,
        etcd: InvitedEtcd {
            endpoints: cluster.endpoints.clone(),
            user: user.transpose()?,
            ca: pem_of("cluster.ca", cluster.ca.as_deref())?,
            certificate: certificate.transpose()?,
            insecure: cluster.insecure,
            prefix: cluster.prefix.clone(),
        },
        history: InvitedHistory {
            url: history.url.read("history.url_file")?.reveal().to_owned(),
            ca: pem_of("history.ca", history.ca.as_deref())?,
            insecure: history.insecure,
        },
        identity,
        node,
    })
}

fn pem_of(key: &'static str, path: Option<&Path>) -> Result<Option<String>, NamedFileError> {
    path.map(|path| pem(key, path)).transpose()
}

/// Bytes that are no text were refused when the connection was tried.
fn pem(key: &'static str, path: &Path) -> Result<String, NamedFileError> {
    let bytes = read_named(key, path)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn warnings(invitation: &Invitation) -> Vec<String> {
    let endpoints = &invitation.etcd.endpoints;
    let here = endpoints.iter().filter(|at| leads_here(at));
    let here = here.chain(Some(&invitation.history.url).filter(|url| leads_here(url)));
    let mut warnings = Vec::new();
    if here.count() > 0 {
        warnings.push(
            "an address in it is this computer's own (localhost): a server elsewhere cannot use the line"
                .to_owned(),
        );
    }
    if invitation.etcd.insecure || invitation.history.insecure {
        warnings
            .push("the line allows connections in plain text, as your own settings do".to_owned());
    }
    warnings
}

/// Whether a URL's host is this computer for whoever reads it.
fn leads_here(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_only_this_computer_has_are_known() {
        for (url, here) in [
            ("http://127.0.0.1:2379", true),
            ("mysql://a:b@localhost:3306/belfry", true),
            ("https://[::1]:2379", true),
            ("https://etcd-1:2379", false),
            ("mysql://127.0.0.1@db/belfry", false),
        ] {
            assert_eq!(leads_here(url), here, "{url}");
        }
    }
}
