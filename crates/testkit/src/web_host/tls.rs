//! Certificates made while they are asked for, under a root that lives as long as the host.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use super::BadCertificate;

/// A test root, and the certificates it has given out.
pub(super) struct Certificates {
    root: CertifiedIssuer<'static, KeyPair>,
    given: Mutex<HashMap<String, Arc<CertifiedKey>>>,
    bad: Mutex<HashMap<String, BadCertificate>>,
}

impl Certificates {
    pub(super) fn new() -> Result<Self, rcgen::Error> {
        Ok(Self { root: root("Lapel test root")?, given: Mutex::default(), bad: Mutex::default() })
    }

    pub(super) fn root_der(&self) -> Vec<u8> {
        self.root.der().to_vec()
    }

    pub(super) fn root_pem(&self) -> String {
        self.root.pem()
    }

    /// From now on `host` shows a bad certificate.
    pub(super) fn spoil(&self, host: &str, bad: BadCertificate) {
        super::lock(&self.bad).insert(host.to_owned(), bad);
        super::lock(&self.given).remove(host);
    }

    fn certificate_for(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        if let Some(given) = super::lock(&self.given).get(host) {
            return Some(Arc::clone(given));
        }
        let bad = super::lock(&self.bad).get(host).copied();
        let made = Arc::new(self.make(host, bad).ok()?);
        super::lock(&self.given).insert(host.to_owned(), Arc::clone(&made));
        Some(made)
    }

    fn make(
        &self,
        host: &str,
        bad: Option<BadCertificate>,
    ) -> Result<CertifiedKey, Box<dyn std::error::Error>> {
        let name = if bad == Some(BadCertificate::WrongHost) { "another.example" } else { host };
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        let (from, until) = match bad {
            Some(BadCertificate::Expired) => (2010, 2020),
            Some(BadCertificate::NotYetValid) => (2990, 3000),
            _ => (2010, 3000),
        };
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate()?;
        let certificate = match bad {
            Some(BadCertificate::SelfSigned) => params.self_signed(&key)?,
            Some(BadCertificate::UnknownRoot) => {
                let stranger = root("Somebody else's root")?;
                params.signed_by(&key, &stranger)?
            }
            _ => params.signed_by(&key, &self.root)?,
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = aws_lc_rs::default_provider().key_provider.load_private_key(key)?;
        Ok(CertifiedKey::new(vec![CertificateDer::from(certificate.der().to_vec())], key))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate_for(hello.server_name()?)
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates")
    }
}

/// A TLS configuration that shows these certificates and speaks HTTP/1.1 only.
pub(super) fn server_config(certificates: Arc<Certificates>) -> Result<ServerConfig, rustls::Error> {
    Ok(ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(certificates))
}

fn root(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2010, 1, 1);
    params.not_after = date_time_ymd(3000, 1, 1);
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}
