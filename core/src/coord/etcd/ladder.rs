//! The way to one member of etcd, rung by rung, so that a failure says what is wrong.

use std::future::Future;
use std::net::SocketAddr;

use etcd_client::{Client, ConnectOptions};
use rustls::{CertificateError, Error as TlsError};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tonic::{Code, Status};
use tracing::warn;

use super::address::Address;
use super::connect_error::{EtcdConnectError, EtcdRung};
use super::fault::{Fault, Kind, chain, told};
use super::version::Version;
use crate::limits::ETCD_ANSWERED_WITHIN;

/// How to reach one member.
pub(super) struct Ladder<'a> {
    pub address: &'a Address,
    /// Without a user: what is below the sign-in is found out first.
    pub anonymous: ConnectOptions,
    pub signed_in: ConnectOptions,
    /// Whom to sign in.
    pub user: Option<&'a str>,
    /// Whether there is a certificate of our own to show.
    pub has_identity: bool,
}

/// A member that can be used.
struct Reached {
    version: Version,
    cluster: u64,
}

/// What all climbs together found.
pub(super) struct Found {
    /// The first member that can be used.
    pub first: usize,
    /// The oldest version among those that can.
    pub oldest: Version,
}

/// How one climb ended.
pub(super) struct Climbed(Result<Reached, EtcdConnectError>);

const PLAIN: &str =
    "it does not speak TLS: turn TLS on there, or write http:// and allow plain text";

/// A key that is only ever asked for, never written.
const ASKED_KEY: &str = "belfry";

impl Ladder<'_> {
    pub async fn climb(&self) -> Climbed {
        Climbed(self.rungs().await)
    }

    async fn rungs(&self) -> Result<Reached, EtcdConnectError> {
        self.reach(self.resolve().await?).await?;
        self.greet().await?;
        let mut client = self.sign_in().await?;
        self.look(&mut client).await
    }

    async fn resolve(&self) -> Result<Vec<SocketAddr>, EtcdConnectError> {
        let Address { host, port, .. } = self.address;
        let at = |why: String| {
            let todo = "check its spelling and the name service of this computer";
            self.failed(EtcdRung::Name, &format!("{why}: {todo}"))
        };
        match within(lookup_host((host.as_str(), *port))).await {
            Some(Ok(found)) => {
                let found: Vec<SocketAddr> = found.collect();
                match found.is_empty() {
                    true => Err(at(format!("the name {host} has no address"))),
                    false => Ok(found),
                }
            }
            Some(Err(error)) => Err(at(format!("the name {host} does not resolve ({error})"))),
            None => Err(at(format!("the name {host} was not resolved in time"))),
        }
    }

    async fn reach(&self, found: Vec<SocketAddr>) -> Result<(), EtcdConnectError> {
        let why = match within(TcpStream::connect(found.as_slice())).await {
            Some(Ok(_)) => return Ok(()),
            Some(Err(error)) => error.to_string(),
            None => "no answer".to_owned(),
        };
        let place = self.address.place();
        let sentence = format!(
            "nothing listens at {place} ({why}): check that etcd runs there and that no firewall is between"
        );
        Err(self.failed(EtcdRung::Tcp, &sentence))
    }

    /// The first words with it: TLS, and whether it is etcd at all.
    async fn greet(&self) -> Result<(), EtcdConnectError> {
        let greeting = async {
            let mut client = Client::connect([self.url()], Some(self.anonymous.clone())).await?;
            client.status().await
        };
        let status = match within(greeting).await {
            Some(Ok(_)) => return Ok(()),
            None => return Err(self.failed(EtcdRung::Tls, "it does not answer in time")),
            Some(Err(etcd_client::Error::GRpcStatus(status))) => status,
            Some(Err(error)) => {
                let why = format!(
                    "the certificates set here cannot be used ({})",
                    cause(&error)
                );
                return Err(self.failed(EtcdRung::Settings, &why));
            }
        };
        let fault = Fault::from(etcd_client::Error::GRpcStatus(status.clone()));
        if fault.is_answer {
            return Ok(());
        }
        let sentence = match self.address.tls {
            true => self.tls_sentence(&status),
            false => "it does not answer as etcd does: if it wants TLS, write https://".to_owned(),
        };
        Err(self.failed(EtcdRung::Tls, &sentence))
    }

    fn tls_sentence(&self, status: &Status) -> String {
        let host = &self.address.host;
        let error = chain(status).find_map(|error| error.downcast_ref::<TlsError>());
        match error {
            Some(TlsError::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                "its certificate is signed by nobody trusted here: set the certificate of the authority that signed it".to_owned()
            }
            Some(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => format!(
                "its certificate is not for {host}: use a name that it bears, or have it issued for this one"
            ),
            Some(TlsError::InvalidCertificate(
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. },
            )) => "its certificate is not valid at this time: renew it, or set the clock of this computer".to_owned(),
            Some(TlsError::InvalidMessage(_)) => PLAIN.to_owned(),
            Some(TlsError::AlertReceived(alert)) if format!("{alert:?}").contains("Certificate") => {
                self.ended_sentence()
            }
            Some(other) => format!("TLS failed ({other})"),
            None if told(status).contains("HTTP/2") => {
                "it speaks TLS, but it is not etcd".to_owned()
            }
            // The client says so of whatever fails before the handshake is done.
            None if status.code() == Code::Unavailable => PLAIN.to_owned(),
            None => self.ended_sentence(),
        }
    }

    /// With TLS 1.3 the other side refuses our certificate after the handshake, and whether its
    /// reason still arrives is left to chance.
    fn ended_sentence(&self) -> String {
        let guess = match self.has_identity {
            true => "it refuses the client certificate set here: set one that its authority signed",
            false => "it wants a client certificate: set one, with its key",
        };
        format!("it ends the connection after the TLS handshake, so most likely {guess}")
    }

    async fn sign_in(&self) -> Result<Client, EtcdConnectError> {
        let signing_in = Client::connect([self.url()], Some(self.signed_in.clone()));
        let refused = |fault: Fault| {
            let sentence = match (fault.why.as_str(), self.user) {
                ("etcd refuses the user or the password", Some(user)) => {
                    format!("it refuses the user {user} or the password: correct them")
                }
                ("authentication is not enabled", Some(user)) => format!(
                    "its authentication is off, so it cannot sign in {user}: turn it on there, or set no user here"
                ),
                (why, _) => why.to_owned(),
            };
            self.failed(EtcdRung::SignIn, &sentence)
        };
        let mut client = match within(signing_in).await {
            Some(Ok(client)) => client,
            Some(Err(error)) => return Err(refused(Fault::from(error))),
            None => return Err(self.failed(EtcdRung::SignIn, "it does not answer in time")),
        };
        match within(client.get(ASKED_KEY, None)).await {
            None => Err(self.failed(EtcdRung::SignIn, "it does not answer in time")),
            Some(Err(error)) => match Fault::from(error) {
                // Its roles are looked at on the last rung.
                fault if fault.kind == Kind::Refused => Ok(client),
                fault => Err(refused(fault)),
            },
            Some(Ok(_)) => Ok(client),
        }
    }

    async fn look(&self, client: &mut Client) -> Result<Reached, EtcdConnectError> {
        let at = |sentence: &str| self.failed(EtcdRung::Version, sentence);
        let status = match within(client.status()).await {
            Some(Ok(status)) => status,
            Some(Err(error)) => return Err(at(&Fault::from(error).why)),
            None => return Err(at("it does not answer in time")),
        };
        let told = status.version();
        let version = Version::parse(told)
            .ok_or_else(|| at(&format!("its version {told:?} cannot be read")))?;
        match version.refusal() {
            Some(refusal) => Err(at(&refusal)),
            None => Ok(Reached {
                version,
                cluster: status.header().map_or(0, |header| header.cluster_id()),
            }),
        }
    }

    fn url(&self) -> String {
        self.address.to_string()
    }

    fn failed(&self, rung: EtcdRung, why: &str) -> EtcdConnectError {
        EtcdConnectError::new(
            rung,
            format!("could not connect to etcd at {}: {why}", self.address),
        )
    }
}

/// One member that can be used is enough. If there is none, the one that came furthest speaks
/// for all.
pub(super) fn judge(climbed: Vec<Climbed>) -> Result<Found, EtcdConnectError> {
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    for (index, Climbed(result)) in climbed.into_iter().enumerate() {
        match result {
            Ok(reached) => found.push((index, reached)),
            Err(error) => failed.push(error),
        }
    }
    let Some((first, one)) = found.first() else {
        return Err(furthest(failed));
    };
    for error in &failed {
        warn!("{error}; the other members serve meanwhile");
    }
    if found.iter().any(|(_, other)| other.cluster != one.cluster) {
        let why = "the addresses set for etcd are of different clusters: name the members of one";
        return Err(EtcdConnectError::new(EtcdRung::Settings, why.to_owned()));
    }
    let oldest = found.iter().map(|(_, reached)| reached.version).min();
    Ok(Found {
        first: *first,
        oldest: oldest.unwrap_or(one.version),
    })
}

fn furthest(mut failed: Vec<EtcdConnectError>) -> EtcdConnectError {
    failed.sort_by_key(EtcdConnectError::rung);
    let others = failed.len().saturating_sub(1);
    let error = failed.pop().expect("there is at least one address");
    match others {
        0 => error,
        1 => EtcdConnectError::new(
            error.rung(),
            format!("{error} (the other address fails too)"),
        ),
        _ => EtcdConnectError::new(
            error.rung(),
            format!("{error} (the {others} other addresses fail too)"),
        ),
    }
}

async fn within<T>(step: impl Future<Output = T>) -> Option<T> {
    timeout(ETCD_ANSWERED_WITHIN, step).await.ok()
}

/// The innermost reason of an error.
fn cause(error: &etcd_client::Error) -> String {
    let etcd_client::Error::TransportError(error) = error else {
        return error.to_string();
    };
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
