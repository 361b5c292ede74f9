//! Ports: the API's, and S3's, DynamoDB's, the event bus's and the queues' after it.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use super::StartError;

/// The open ports.
pub(super) struct Listeners {
    pub(super) api: TcpListener,
    pub(super) s3: TcpListener,
    pub(super) dynamodb: TcpListener,
    pub(super) events: TcpListener,
    pub(super) sqs: TcpListener,
}

/// The base URLs.
pub(super) struct Urls {
    pub(super) api: String,
    pub(super) s3: String,
    pub(super) dynamodb: String,
    pub(super) events: String,
    pub(super) sqs: String,
}

impl Listeners {
    /// Opens them; port 0 picks free ones.
    pub(super) async fn bind(host: IpAddr, port: u16) -> Result<Self, StartError> {
        let after = |offset: u16| if port == 0 { 0 } else { port.saturating_add(offset) };
        Ok(Self {
            api: bind(host, port).await?,
            s3: bind(host, after(1)).await?,
            // Nothing checks signatures there: this machine only, whatever the host.
            dynamodb: bind(IpAddr::V4(Ipv4Addr::LOCALHOST), after(2)).await?,
            events: bind(IpAddr::V4(Ipv4Addr::LOCALHOST), after(3)).await?,
            sqs: bind(IpAddr::V4(Ipv4Addr::LOCALHOST), after(4)).await?,
        })
    }

    /// What clients call them by.
    pub(super) fn urls(&self, host: IpAddr, public_host: Option<&str>) -> Urls {
        let name = match public_host {
            Some(name) => name.to_owned(),
            None if host.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
            None if host.is_ipv6() => format!("[{host}]"),
            None => host.to_string(),
        };
        let url = |name: &str, listener: &TcpListener| {
            let port = listener.local_addr().map_or(0, |address| address.port());
            format!("http://{name}:{port}")
        };
        Urls {
            api: url(&name, &self.api),
            s3: url(&name, &self.s3),
            dynamodb: url("127.0.0.1", &self.dynamodb),
            events: url("127.0.0.1", &self.events),
            sqs: url("127.0.0.1", &self.sqs),
        }
    }
}

async fn bind(host: IpAddr, port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind(SocketAddr::new(host, port)).await.map_err(|source| match source.kind() {
        ErrorKind::AddrInUse => StartError::PortTaken { host, port },
        _ => StartError::Listen { host, port, source },
    })
}
