//! Whom a call believes to be who it says.

use std::sync::Arc;

use belfry_core::call::Fault;
use belfry_core::config::read_named;
use belfry_core::job::Http;
use belfry_core::run::Reason;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// How a job's call speaks TLS: the system's authorities and the job's own, or nobody asked.
pub fn settings(http: &Http) -> Result<ClientConfig, Fault> {
    let failed = |why: String| Fault::new(Reason::HttpTls, why);
    let provider = Arc::new(ring::default_provider());
    let begun = ClientConfig::builder_with_provider(provider.clone());
    let begun = begun
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?;
    if http.insecure {
        let anybody = Arc::new(Anybody(provider));
        let open = begun.dangerous().with_custom_certificate_verifier(anybody);
        return Ok(open.with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = &http.ca {
        let pem =
            read_named("http.ca", path.as_ref()).map_err(|error| failed(error.to_string()))?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let found = found.ok().filter(|found| !found.is_empty());
        let found = found.ok_or_else(|| {
            failed(format!(
                "{path}, the job's `ca`, holds no certificates in PEM"
            ))
        })?;
        roots.add_parsable_certificates(found);
    }
    Ok(begun.with_root_certificates(roots).with_no_client_auth())
}

/// Believes whoever answers; that they hold the key of their certificate is checked all the same.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
