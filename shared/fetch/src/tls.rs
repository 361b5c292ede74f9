//! What TLS is spoken with.

use std::io;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::{FetchError, Refusal, Trouble};
use crate::target::{Peer, Target};

/// TLS on ring, trusting whom browsers trust and these. The provider is named here and nowhere
/// installed for the process, as the clients of AWS do (`shared/api/src/https`).
pub(crate) fn connector(authorities: &[CertificateDer<'static>]) -> TlsConnector {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(authorities.iter().cloned());
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for every version of TLS that rustls was built with")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsConnector::from(Arc::new(config))
}

/// A handshake with the target's host.
pub(crate) async fn handshake(
    connector: &TlsConnector,
    target: &Target,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, FetchError> {
    let name = match &target.host {
        Peer::Name { name, .. } => ServerName::try_from(name.clone()).map_err(|_| Refusal::Host)?,
        Peer::Address(address) => ServerName::from(*address),
    };
    connector.connect(name, stream).await.map_err(|error| classify(&error))
}

fn classify(error: &io::Error) -> FetchError {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            Refusal::Certificate.into()
        }
        _ => Trouble::Tls.into(),
    }
}
