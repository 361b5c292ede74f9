//! The HTTPS client below the AWS SDKs: hyper with rustls, HTTP/1.1 only. The SDK's own client brings
//! HTTP/2, which neither DynamoDB nor S3 speaks, and a pool of its own: docs/PERFORMANCE.md has what
//! that cost.

mod connect;
mod connector;
mod crypto;
mod failure;
mod roots;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use self::connector::Connector;
pub use self::roots::Roots;

/// The lean HTTPS client; it takes `http://` endpoints too.
pub fn https(roots: Roots) -> SharedHttpClient {
    SharedHttpClient::new(Client { roots, connectors: Mutex::default() })
}

/// What the SDK may tell a client about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Timeouts {
    connect: Option<Duration>,
    read: Option<Duration>,
}

impl From<&HttpConnectorSettings> for Timeouts {
    fn from(settings: &HttpConnectorSettings) -> Self {
        Self { connect: settings.connect_timeout(), read: settings.read_timeout() }
    }
}

/// One pool of connections for each set of timeouts: the SDK asks for a connector at every attempt.
#[derive(Debug)]
struct Client {
    roots: Roots,
    connectors: Mutex<Vec<(Timeouts, SharedHttpConnector)>>,
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let timeouts = Timeouts::from(settings);
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = connectors.iter().find(|(others, _)| *others == timeouts) {
            return connector.clone();
        }
        let connector = SharedHttpConnector::new(Connector::new(&self.roots, timeouts));
        connectors.push((timeouts, connector.clone()));
        connector
    }
}
