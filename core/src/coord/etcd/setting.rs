//! What is set, made usable: addresses, certificates, sign-in.

use etcd_client::{Certificate, ConnectOptions, Identity, TlsOptions};

use super::address::Address;
use super::connect_error::{EtcdConnectError, EtcdRung};
use super::ladder::Ladder;
use super::{EtcdSettings, EtcdTls};
use crate::limits::ETCD_ANSWERED_WITHIN;

/// The members' addresses, each once and at least one, as far as they may be used at all.
pub(super) fn addresses(settings: &EtcdSettings) -> Result<Vec<Address>, EtcdConnectError> {
    let mut addresses: Vec<Address> = Vec::new();
    for written in &settings.endpoints {
        let address = Address::parse(written, settings.tls.is_some()).map_err(|why| {
            // What stands before an @ may be a password.
            let shown = written.rsplit('@').next().unwrap_or_default();
            wrong(format!("the address {shown} of etcd cannot be used: {why}"))
        })?;
        if !address.tls && !settings.insecure && !address.is_of_this_computer() {
            return Err(wrong(format!(
                "could not connect to etcd at {address}: everybody on the way could read and change what is sent; write https://, or allow plain text (insecure = true)"
            )));
        }
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    match addresses.is_empty() {
        true => Err(wrong(
            "no address of etcd is set: set at least one".to_owned(),
        )),
        false => Ok(addresses),
    }
}

/// How to reach one of them.
pub(super) fn ladder<'a>(
    settings: &'a EtcdSettings,
    address: &'a Address,
) -> Result<Ladder<'a>, EtcdConnectError> {
    let mut anonymous = ConnectOptions::new()
        .with_connect_timeout(ETCD_ANSWERED_WITHIN)
        // A member that lost the others says so instead of waiting for them.
        .with_require_leader(true);
    if address.tls {
        anonymous = anonymous.with_tls(trust(settings.tls.as_ref())?);
    }
    let signed_in = match &settings.user {
        // What a sign-in gives lives for some minutes; then the client signs in again.
        Some((user, password)) => anonymous
            .clone()
            .with_user(user, password)
            .with_auto_token_refresh(true),
        None => anonymous.clone(),
    };
    let tls = settings.tls.as_ref();
    Ok(Ladder {
        address,
        anonymous,
        signed_in,
        user: settings.user.as_ref().map(|(user, _)| user.as_str()),
        has_identity: tls.is_some_and(|tls| tls.identity_pem.is_some()),
    })
}

fn trust(tls: Option<&EtcdTls>) -> Result<TlsOptions, EtcdConnectError> {
    let mut options = match tls.and_then(|tls| tls.ca_pem.as_ref()) {
        Some(ca) => {
            let ca = pem("the authority's certificate", "CERTIFICATE", ca)?;
            TlsOptions::new().ca_certificate(Certificate::from_pem(ca))
        }
        None => TlsOptions::new().with_webpki_roots(),
    };
    if let Some((certificate, key)) = tls.and_then(|tls| tls.identity_pem.as_ref()) {
        let certificate = pem("the client certificate", "CERTIFICATE", certificate)?;
        let key = pem("the client certificate's key", "PRIVATE KEY", key)?;
        options = options.identity(Identity::from_pem(certificate, key));
    }
    Ok(options)
}

/// Whether there is at least one block of this kind: a file without any would be taken for none.
fn pem<'a>(what: &str, kind: &str, bytes: &'a [u8]) -> Result<&'a [u8], EtcdConnectError> {
    let text = String::from_utf8_lossy(bytes);
    let begins = |line: &str| {
        line.starts_with("-----BEGIN ") && line.trim_end().ends_with(&format!("{kind}-----"))
    };
    match text.lines().any(begins) {
        true => Ok(bytes),
        false => Err(wrong(format!(
            "{what} for etcd holds no block \"BEGIN {kind}\": give it in PEM"
        ))),
    }
}

fn wrong(why: String) -> EtcdConnectError {
    EtcdConnectError::new(EtcdRung::Settings, why)
}
