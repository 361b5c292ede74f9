//! From a target to a connection with one of its addresses.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::address::Reach;
use crate::error::{FetchError, Refusal, Trouble};
use crate::network::Network;
use crate::target::{Peer, Target};
use crate::tls;

/// How many of a host's addresses are tried: one that has fifty isn't to be knocked at fifty times.
const TRIED: usize = 4;

/// A connection, in TLS or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Connects within the time.
pub(crate) async fn connect(
    network: &impl Network,
    tls: &TlsConnector,
    target: &Target,
    limit: Duration,
) -> Result<Box<dyn Stream>, FetchError> {
    let work = async {
        let addresses = addresses(network, target).await?;
        let stream = first(network, &addresses, limit).await?;
        // A request is one segment, and nothing waits behind it.
        let _ = stream.set_nodelay(true);
        if target.secure {
            Ok(Box::new(tls::handshake(tls, target, stream).await?) as Box<dyn Stream>)
        } else {
            Ok(Box::new(stream) as Box<dyn Stream>)
        }
    };
    timeout(limit, work).await.unwrap_or(Err(Trouble::ConnectTime.into()))
}

/// The target's addresses, each of which may be connected to. One that may not refuses them all: a
/// host that has both is trying something.
async fn addresses(network: &impl Network, target: &Target) -> Result<Vec<SocketAddr>, FetchError> {
    let (found, private) = match &target.host {
        Peer::Address(address) => (vec![*address], false),
        Peer::Name { name, private } => (network.look_up(name).await.map_err(|_| Trouble::Lookup)?, *private),
    };
    let may = |reach| match reach {
        Reach::Everybody => true,
        Reach::Private => private,
        Reach::Nobody => false,
    };
    if found.is_empty() {
        Err(Trouble::Lookup.into())
    } else if found.iter().all(|&address| may(Reach::of(address))) {
        Ok(found.into_iter().map(|address| SocketAddr::new(address, target.port)).collect())
    } else {
        Err(Refusal::Address.into())
    }
}

/// The first connection that comes about. Each address has its share of the time, so that one that
/// doesn't answer leaves some for the next.
async fn first(
    network: &impl Network,
    addresses: &[SocketAddr],
    limit: Duration,
) -> Result<TcpStream, FetchError> {
    let tried = &addresses[..addresses.len().min(TRIED)];
    let share = limit / u32::try_from(tried.len()).unwrap_or(1).max(1);
    for &address in tried {
        if let Ok(Ok(stream)) = timeout(share, network.connect(address)).await {
            return Ok(stream);
        }
    }
    Err(Trouble::Connect.into())
}
