//! What a fetch needs of the network: names' addresses, and connections to addresses.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpStream, lookup_host};

/// Looks up names and connects to addresses. It decides nothing: what it finds is judged, and it is
/// given judged addresses only.
pub trait Network: Send + Sync {
    /// All addresses of a name.
    fn look_up(&self, name: &str) -> impl Future<Output = io::Result<Vec<IpAddr>>> + Send;

    /// A connection to this address.
    fn connect(&self, to: SocketAddr) -> impl Future<Output = io::Result<TcpStream>> + Send;
}

/// The network that the process is in, by way of the system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct Internet;

impl Network for Internet {
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        // The port is of no account, but must be there.
        Ok(lookup_host((name, 0)).await?.map(|found| found.ip()).collect())
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(to).await
    }
}
