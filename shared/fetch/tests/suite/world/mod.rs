//! The internet in small: names from a DNS server, and one HTTP server for all public addresses.

mod dns;
mod http;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stowage_fetch::{FetchError, FetchRules, Fetcher, Network, Source};
use tokio::net::TcpStream;

pub(crate) use dns::Dns;
pub(crate) use http::{Http, head, reply};

/// Where names lead that have no addresses of their own.
pub(crate) const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 215, 14));

/// A network whose addresses all lead to one server, and which notes whom it connected to.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) dns: Dns,
    server: SocketAddr,
    connected: Arc<Mutex<Vec<SocketAddr>>>,
    dead: Arc<Mutex<Vec<IpAddr>>>,
}

impl World {
    /// The network around a server.
    pub(crate) async fn around(server: &Http) -> Self {
        Self {
            dns: Dns::start().await,
            server: server.address,
            connected: Arc::default(),
            dead: Arc::default(),
        }
    }

    /// Has all addresses lead elsewhere.
    pub(crate) fn lead_to(&mut self, server: SocketAddr) {
        self.server = server;
    }

    /// Has an address never answer.
    pub(crate) fn kill(&self, address: IpAddr) {
        self.dead.lock().unwrap().push(address);
    }

    /// Fetches in this network, by the rules of every day.
    pub(crate) fn fetcher(&self) -> Fetcher<Self> {
        Fetcher::over(self.clone(), FetchRules::default())
    }

    /// Fetches in this network, by rules that a test makes.
    pub(crate) fn fetcher_with(&self, change: impl FnOnce(&mut FetchRules)) -> Fetcher<Self> {
        let mut rules = FetchRules::default();
        change(&mut rules);
        Fetcher::over(self.clone(), rules)
    }

    /// Whom it connected to since it was last asked.
    pub(crate) fn take_connected(&self) -> Vec<SocketAddr> {
        std::mem::take(&mut self.connected.lock().unwrap())
    }
}

impl Network for World {
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.dns.look_up(name).await
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<TcpStream> {
        self.connected.lock().unwrap().push(to);
        if self.dead.lock().unwrap().contains(&to.ip()) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        TcpStream::connect(self.server).await
    }
}

/// The whole body.
pub(crate) async fn read(mut source: Source) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = source.next_chunk().await? {
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The whole body behind a URL.
pub(crate) async fn fetch<N: Network>(fetcher: &Fetcher<N>, url: &str) -> Result<Vec<u8>, FetchError> {
    read(fetcher.open(url).await?).await
}

/// A moment, for a server that is slow.
pub(crate) async fn moment() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
