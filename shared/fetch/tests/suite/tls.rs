//! Sources behind https.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use stowage_fetch::{FetchRules, Refusal, Trouble};
use tokio::io::AsyncWriteExt as _;
use tokio_rustls::TlsAcceptor;

use crate::world::{Http, World, fetch, head, reply};

/// A server for `files.example.org`, with or without TLS as it is asked, and who vouches for it.
async fn server(location: &'static str) -> (Http, CertificateDer<'static>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["files.example.org".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let server = Http::raw(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let mut first = [0];
            stream.peek(&mut first).await.unwrap();
            let moved = reply(302, &[("Location", location)], b"");
            if first == *b"G" {
                let mut stream = stream;
                head(&mut stream).await;
                stream.write_all(&moved).await.unwrap();
            } else if let Ok(mut stream) = acceptor.accept(stream).await {
                let head = head(&mut stream).await;
                let answer = if head.starts_with("GET /moved") { moved } else { reply(200, &[], b"safe") };
                stream.write_all(&answer).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    })
    .await;
    (server, authority.der().clone())
}

fn trusting(authority: &CertificateDer<'static>) -> impl FnOnce(&mut FetchRules) {
    let authorities = vec![authority.clone()];
    |rules| rules.authorities = authorities
}

#[tokio::test]
async fn a_trusted_source_is_read() {
    let (server, authority) = server("https://files.example.org/").await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher_with(trusting(&authority));
    assert_eq!(fetch(&fetcher, "https://files.example.org/").await, Ok(b"safe".to_vec()));
    assert_eq!(world.take_connected()[0].port(), 443);
    // From http to https, too.
    assert_eq!(fetch(&fetcher, "http://files.example.org/").await, Ok(b"safe".to_vec()));
    let ports: Vec<u16> = world.take_connected().iter().map(std::net::SocketAddr::port).collect();
    assert_eq!(ports, [80, 443]);
}

#[tokio::test]
async fn from_https_to_http_is_refused() {
    let (server, authority) = server("http://files.example.org/").await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher_with(trusting(&authority));
    let error = fetch(&fetcher, "https://files.example.org/moved").await;
    assert_eq!(error, Err(Refusal::Downgrade.into()));
    assert_eq!(world.take_connected().len(), 1);
}

#[tokio::test]
async fn a_certificate_has_to_be_the_hosts_and_trusted() {
    let (server, authority) = server("https://files.example.org/").await;
    let world = World::around(&server).await;
    let fetcher = world.fetcher_with(trusting(&authority));
    for url in ["https://other.example.org/", "https://93.184.215.14/"] {
        assert_eq!(fetch(&fetcher, url).await, Err(Refusal::Certificate.into()), "{url}");
    }
    let error = fetch(&world.fetcher(), "https://files.example.org/").await;
    assert_eq!(error, Err(Refusal::Certificate.into()));
}

#[tokio::test]
async fn a_server_without_tls_has_none() {
    let server = Http::raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let fetcher = World::around(&server).await.fetcher();
    assert_eq!(fetch(&fetcher, "https://files.example.org/").await, Err(Trouble::Tls.into()));
}
