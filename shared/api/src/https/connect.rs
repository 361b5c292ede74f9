//! Making a connection: name, TCP and TLS, within a time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

/// What hyper gets its connections from.
#[derive(Clone, Debug)]
pub(super) struct Connect {
    https: HttpsConnector<HttpConnector>,
    limit: Option<Duration>,
}

impl Connect {
    /// Connections that are there within the limit, or not at all.
    pub(super) fn new(tls: ClientConfig, limit: Option<Duration>) -> Self {
        let mut tcp = HttpConnector::new();
        // It is the TLS above it that tells https from http.
        tcp.enforce_http(false);
        // A request's last segment would wait for the answer to the one before.
        tcp.set_nodelay(true);
        Self { https: HttpsConnector::from((tcp, tls)), limit }
    }
}

impl Service<Uri> for Connect {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        Box::pin(within(self.limit, self.https.call(to)))
    }
}

/// The work's outcome, or tokio's `Elapsed` if it takes longer.
pub(super) async fn within<T, E: Into<BoxError>>(
    limit: Option<Duration>,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, BoxError> {
    let outcome = match limit {
        Some(limit) => tokio::time::timeout(limit, work).await?,
        None => work.await,
    };
    outcome.map_err(Into::into)
}
