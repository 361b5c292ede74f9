//! What TLS is spoken with.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::{CipherSuite, ClientConfig};

use super::roots::Roots;

/// rustls on ring. The provider is named here and nowhere installed for the process, so that another
/// crate's choice can't become ours.
pub(super) fn config(roots: &Roots) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(Arc::new(provider()));
    let mut config = builder
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for every version of TLS that rustls was built with")
        .with_root_certificates(roots.store())
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// ring's own, with the suite first that costs a handshake least: ring has SHA-256 from the processor,
/// and computes SHA-384 itself.
fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}
