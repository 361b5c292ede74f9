//! TLS in front of a plain HTTP server, so that whoever is measured does the handshakes of AWS.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{Error, ServerConfig};

/// Takes TLS 1.3 off connections to `localhost`.
#[derive(Clone)]
pub struct Terminator(TlsAcceptor);

impl Terminator {
    /// One with this certificate chain and its key, both PEM files.
    pub fn new(chain: &Path, key: &Path) -> Self {
        let chain = CertificateDer::pem_file_iter(chain).expect("the certificate can be read");
        let chain = chain.collect::<Result<Vec<_>, _>>().expect("the certificate is PEM");
        let key = PrivateKeyDer::from_pem_file(key).expect("the key is PEM");
        let config = config(chain, key).expect("the key is the certificate's");
        Self(TlsAcceptor::from(Arc::new(config)))
    }

    /// Passes on what comes to a port of its own, until the runtime ends. Returns its URL.
    ///
    /// The other side is given as a URL too, `http://host:port`.
    pub async fn before(&self, url: &str) -> String {
        let upstream = url.strip_prefix("http://").expect("a plain HTTP endpoint").to_owned();
        let listener = TcpListener::bind(("localhost", 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let terminator = self.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (terminator, upstream) = (terminator.clone(), upstream.clone());
                // A process that was killed leaves its connection: that is no failure here.
                tokio::spawn(async move { terminator.pass_on(client, &upstream).await });
            }
        });
        format!("https://localhost:{port}")
    }

    async fn pass_on(&self, client: TcpStream, upstream: &str) -> io::Result<()> {
        client.set_nodelay(true)?;
        // Connected while the handshake is under way: this hop is no part of what is measured.
        let (mut client, mut upstream) =
            tokio::try_join!(self.0.accept(client), TcpStream::connect(upstream))?;
        upstream.set_nodelay(true)?;
        copy_bidirectional(&mut client, &mut upstream).await?;
        Ok(())
    }
}

fn config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // A ticket is work for the client, too, and one is enough.
    config.send_tls13_tickets = 1;
    Ok(config)
}
