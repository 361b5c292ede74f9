//! The SDK's requests, sent by hyper over kept connections.

use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::TokioExecutor;

use super::Timeouts;
use super::connect::{Connect, within};
use super::crypto;
use super::failure::classify;
use super::roots::Roots;

/// How long an unused connection is kept. A sandbox is frozen between its calls, and the server may
/// have closed the connection meanwhile. hyper notices a close that has arrived and makes another
/// connection; if it shows only when the request is sent, that is an error of which nobody knows what
/// became of the request. Beyond a minute the second is likely enough to be worth a handshake.
const IDLE: Duration = Duration::from_mins(1);

/// A pool of connections. Its age limit is checked when a connection is wanted: hyper would also clear
/// the pool from time to time if it were given a timer, but a frozen sandbox runs none.
pub(super) struct Connector {
    client: Client<Connect, SdkBody>,
    read_limit: Option<Duration>,
}

impl Connector {
    pub(super) fn new(roots: &Roots, timeouts: Timeouts) -> Self {
        let connect = Connect::new(crypto::config(roots), timeouts.connect);
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(connect);
        Self { client, read_limit: timeouts.read }
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        tell_its_connection(&mut request);
        let answer = within(self.read_limit, self.client.request(request));
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(classify)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK give up a request's connection: it does so after a server's error, lest the next
/// attempt meet the same broken server.
fn tell_its_connection(request: &mut Request<SdkBody>) {
    let connection = capture_connection(request);
    if let Some(asked) = request.extensions().get::<CaptureSmithyConnection>() {
        asked.set_connection_retriever(move || metadata(&connection));
    }
}

fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    connection.connection_metadata().as_ref()?;
    let connection = connection.clone();
    let give_up = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(false).poison_fn(give_up).build())
}
