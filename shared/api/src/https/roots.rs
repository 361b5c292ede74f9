//! Whom TLS trusts.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Amazon Trust Services' roots, which every AWS endpoint chains to. Source: Amazon Trust Services'
/// repository, by way of Debian's ca-certificates.
const AMAZON: &[u8] = include_bytes!("../../roots/amazon-trust-services.pem");

/// Which certificate authorities TLS trusts.
#[derive(Clone, Debug)]
pub enum Roots {
    /// Amazon's own.
    Amazon,
    /// The system's: for users behind an intercepting proxy.
    Native,
    /// These, in PEM: see [`Roots::pem`].
    Pem(Vec<u8>),
}

impl Roots {
    /// These certificates, in PEM, or what is wrong with them: trusting only a part of what was given
    /// would show at some later handshake.
    pub fn pem(pem: Vec<u8>) -> Result<Self, &'static str> {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|_| "not PEM, or cut off")?;
            store.add(certificate).map_err(|_| "what is in it is not a root certificate")?;
        }
        if store.is_empty() { Err("no certificate in it") } else { Ok(Self::Pem(pem)) }
    }

    /// The certificates as rustls wants them. What it can't read is left out: a system's store may hold
    /// some, and the others were checked. Without any, each handshake fails.
    pub(super) fn store(&self) -> RootCertStore {
        let mut store = RootCertStore::empty();
        let (_, refused) = match self {
            Self::Amazon => store.add_parsable_certificates(read(AMAZON)),
            Self::Native => store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
            Self::Pem(pem) => store.add_parsable_certificates(read(pem)),
        };
        if store.is_empty() {
            tracing::warn!(refused, "no root certificate could be read: TLS will trust nobody");
        }
        store
    }
}

fn read(pem: &[u8]) -> impl Iterator<Item = CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok)
}
