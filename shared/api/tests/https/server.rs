//! Servers to try the client with.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const GOOD: &str = r#"{"TableNames":[]}"#;
const BROKEN: &str = r#"{"__type":"InternalServerError"}"#;

/// What a server does with each request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Answers.
    Good,
    /// Answers, and closes the connection without having said that it would.
    GoodThenClose,
    /// Answers 500.
    Broken,
    /// Closes the connection.
    Cut,
    /// Nothing.
    Silence,
}

/// A server on a port of its own, for as long as the test's runtime.
pub(crate) struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    closed: Arc<Notify>,
}

impl Server {
    pub(crate) async fn plain(answer: Answer) -> Self {
        Self::start(answer, None).await
    }

    pub(crate) async fn tls(answer: Answer, tls: TlsAcceptor) -> Self {
        Self::start(answer, Some(tls)).await
    }

    /// The URL of a server that isn't there any more.
    pub(crate) async fn gone() -> String {
        let listener = TcpListener::bind(("localhost", 0)).await.expect("a port");
        format!("http://localhost:{}", listener.local_addr().expect("an address").port())
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Returns when the server has closed a connection, and the client has had time to see it.
    pub(crate) async fn closed(&self) {
        self.closed.notified().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    async fn start(answer: Answer, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(("localhost", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (connections, closed) = <(Arc<AtomicUsize>, Arc<Notify>)>::default();
        let server = Self {
            url: format!("{scheme}://localhost:{port}"),
            connections: connections.clone(),
            closed: closed.clone(),
        };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                connections.fetch_add(1, Ordering::SeqCst);
                let (tls, closed) = (tls.clone(), closed.clone());
                tokio::spawn(async move {
                    // A client that goes away, or doesn't trust us, is no failure here.
                    let _ = match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, answer).await,
                            Err(error) => Err(error),
                        },
                        None => serve(stream, answer).await,
                    };
                    closed.notify_one();
                });
            }
        });
        server
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer) -> io::Result<()> {
    loop {
        request(&mut stream).await?;
        let (status, body) = match answer {
            Answer::Good | Answer::GoodThenClose => ("200 OK", GOOD),
            Answer::Broken => ("500 Internal Server Error", BROKEN),
            Answer::Cut => return Ok(()),
            Answer::Silence => std::future::pending().await,
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        if answer == Answer::GoodThenClose {
            return stream.shutdown().await;
        }
    }
}

/// Reads one request: the SDK's end with `{}`, the body of a call without arguments.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n{}") {
        read.push(stream.read_u8().await?);
    }
    Ok(())
}

/// A fresh authority's root in PEM, and a server that it vouches for.
pub(crate) fn authority() -> (Vec<u8>, TlsAcceptor) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a root");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    let leaf = params.signed_by(&key, &root).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("a certificate with its key");
    (root.pem().into_bytes(), TlsAcceptor::from(Arc::new(config)))
}
